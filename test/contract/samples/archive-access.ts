// Values for the parameters of the statements that copy the rows of accounts and rights.

const DIGEST = "b".repeat(64);

const ACCOUNT = {
  id: 90,
  kind: "person",
  name: "archived",
  display_name: "",
  email: null,
  email_verified_at: null,
  system_role: "none",
  disabled_at: null,
  description: "",
  namespace_id: null,
  repository_id: null,
  plan: null,
  created_at: 1,
  last_login_at: null,
};
const PASSWORD = { account_id: 90, hash: "$argon2id$", changed_at: 1 };
const IDENTITY = { source: "htpasswd", subject: "z", account_id: 90, login: "z", created_at: 1, last_used_at: 1 };
const TOTP = { account_id: 90, sealed_secret: "sealed", created_at: 1, confirmed_at: null, last_step: 0 };
const PASSKEY = {
  id: 90,
  account_id: 90,
  credential_id: "archived",
  public_key: "key",
  counter: 0,
  transports: "[]",
  name: "key",
  created_at: 1,
  last_used_at: null,
};
const BACKUP_CODE = { account_id: 90, hash: DIGEST, created_at: 1, used_at: null };
const TOKEN = {
  id: 90,
  account_id: 90,
  kind: "personal",
  name: "ci",
  hash: DIGEST,
  hint: "berth_pat_abcd",
  scopes: null,
  created_at: 1,
  expires_at: null,
  last_used_at: null,
  last_used_address: null,
  parent_id: null,
};
const SIGNING_KEY = { id: "archived", sealed_private_key: "sealed", public_key: "{}", created_at: 1 };
const SETTING = { key: "archived", value: "{}" };
const STAR = { account_id: 90, repository_id: 1, created_at: 1 };
const FORMER_NAME = { name: "archived/name", namespace_id: null, repository_id: 1, renamed_at: 1 };
const MEMBER = { namespace_id: 1, account_id: 90, role: "owner", source: "", created_at: 1 };
const TEAM = { id: 90, namespace_id: 1, name: "archived", description: "", created_at: 1 };
const TEAM_MEMBER = { team_id: 90, account_id: 90, source: "", created_at: 1 };
const TEAM_GROUP = { team_id: 90, source: "ldap:main", group_name: "archived" };
const INVITATION = {
  id: 90,
  hash: DIGEST,
  namespace_id: 1,
  team_id: 90,
  account_id: 90,
  email: null,
  role: "member",
  invited_by: "ada",
  created_at: 1,
  expires_at: 2,
};
const GRANT = {
  id: 90,
  namespace_id: 1,
  repository_id: null,
  pattern: null,
  account_id: 90,
  team_id: null,
  role: "read",
  created_at: 1,
  created_by: "ada",
};
const TRUST_RULE = {
  id: 90,
  account_id: 90,
  name: "ci",
  issuer: "https://ci.example.com",
  audience: "berth",
  conditions: "{}",
  created_at: 1,
};

const USAGE_COUNTER = { namespace_id: 1, shard: 90, bytes: 1, corrections: 0 };
const AUDIT_EVENT = {
  id: 90,
  at: 1,
  actor_id: null,
  actor_name: "ada",
  actor_kind: "person",
  credential: null,
  action: "archived",
  target_kind: "repository",
  target_id: null,
  target_name: "team/app",
  namespace_id: null,
  address: null,
  agent: null,
  request_id: null,
  outcome: "allowed",
  reason: null,
  old_values: null,
  new_values: null,
  occurrences: 1,
};
const AUDIT_PULL = {
  hour: 1,
  actor_key: "archived",
  repository_id: 1,
  repository_name: "team/app",
  actor_id: null,
  actor_name: "ada",
  actor_kind: "person",
  pulls: 1,
};

const MANIFEST_PULLS = { manifest_id: 0, pulls: 1, last_at: 1 };
const PULL_COUNT = { repository_id: 1, unit: "day", at: 0, pulls: 1 };

/** What each table's three statements are given. */
function three(singular: string, plural: string, row: Record<string, unknown>) {
  return { [`insertArchived${singular}`]: row, [`page${plural}`]: row, [`findSame${singular}`]: row };
}

export const OWN_SAMPLES: Record<string, Record<string, unknown>> = {
  ...three("Account", "Accounts", ACCOUNT),
  ...three("Password", "Passwords", PASSWORD),
  ...three("Identity", "Identities", IDENTITY),
  ...three("Totp", "Totps", TOTP),
  ...three("Passkey", "Passkeys", PASSKEY),
  ...three("BackupCode", "BackupCodes", BACKUP_CODE),
  ...three("Token", "Tokens", TOKEN),
  ...three("SigningKey", "SigningKeys", SIGNING_KEY),
  ...three("Setting", "Settings", SETTING),
  ...three("Star", "Stars", STAR),
  ...three("FormerName", "FormerNames", FORMER_NAME),
  ...three("Member", "Members", MEMBER),
  ...three("Team", "Teams", TEAM),
  ...three("TeamMember", "TeamMembers", TEAM_MEMBER),
  ...three("TeamGroup", "TeamGroups", TEAM_GROUP),
  ...three("Invitation", "Invitations", INVITATION),
  ...three("Grant", "Grants", GRANT),
  ...three("TrustRule", "TrustRules", TRUST_RULE),
  ...three("UsageCounter", "UsageCounters", USAGE_COUNTER),
  ...three("AuditEvent", "AuditEvents", AUDIT_EVENT),
  ...three("AuditPull", "AuditPulls", AUDIT_PULL),
  insertArchivedManifestPulls: MANIFEST_PULLS,
  ...three("PullCount", "PullCounts", PULL_COUNT),
};
