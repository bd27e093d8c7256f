/**
 * The tables of accounts and rights, as Kysely sees them; `schema.ts` joins them to those of the content.
 *
 *     accounts ─┬< passwords, totps, passkeys, backup_codes      what a person proves it with
 *               ├< identities                                    what it is called at other sources
 *               ├< tokens, browser_sessions, mailed_codes        what it was given; only their hashes are kept
 *               ├< members, team_members, grants                 what it may do
 *               └─ namespaces                                    a person's own
 *     namespaces ─< teams ─< team_members, team_groups; invitations; grants; robots (accounts)
 */
import type { Generated } from "kysely";

export interface AccessSchema {
  accounts: AccountTable;
  passwords: PasswordTable;
  identities: IdentityTable;
  totps: TotpTable;
  passkeys: PasskeyTable;
  backup_codes: BackupCodeTable;
  tokens: TokenTable;
  browser_sessions: BrowserSessionTable;
  sign_in_places: SignInPlaceTable;
  mailed_codes: MailedCodeTable;
  throttles: ThrottleTable;
  signing_keys: SigningKeyTable;
  settings: SettingTable;
  stars: StarTable;
  former_names: FormerNameTable;
  members: MemberTable;
  teams: TeamTable;
  team_members: TeamMemberTable;
  team_groups: TeamGroupTable;
  invitations: InvitationTable;
  grants: GrantTable;
  trust_rules: TrustRuleTable;
}

export type RoleName = "read" | "write" | "maintain" | "admin";
export type SystemRole = "none" | "auditor" | "administrator";
export type Visibility = "public" | "private";

/** People and robots: one space of login names. */
interface AccountTable {
  id: Generated<number>;
  kind: "person" | "robot";
  /** Lower case. */
  name: string;
  display_name: Generated<string>;
  email: string | null;
  /** Unique among the verified ones. */
  email_verified_at: number | null;
  system_role: Generated<SystemRole>;
  disabled_at: number | null;
  description: Generated<string>;
  /** A robot's: the organisation it belongs to, and the one repository it is confined to, if any. */
  namespace_id: number | null;
  repository_id: number | null;
  plan: string | null;
  created_at: number;
  last_login_at: number | null;
}

interface PasswordTable {
  account_id: number;
  hash: string;
  changed_at: number;
}

interface IdentityTable {
  /** `htpasswd`, `ldap:<name>`, `oidc:<name>`. */
  source: string;
  subject: string;
  account_id: number;
  login: string;
  created_at: number;
  last_used_at: number;
}

interface TotpTable {
  account_id: number;
  sealed_secret: string;
  created_at: number;
  /** Null until a first code showed that the device has the secret. */
  confirmed_at: number | null;
  /** The time step of the last accepted code: a code of it or before is used up. */
  last_step: Generated<number>;
}

interface PasskeyTable {
  id: Generated<number>;
  account_id: number;
  credential_id: string;
  public_key: string;
  counter: number;
  /** JSON. */
  transports: string;
  name: string;
  created_at: number;
  last_used_at: number | null;
}

interface BackupCodeTable {
  account_id: number;
  hash: string;
  created_at: number;
  used_at: number | null;
}

interface TokenTable {
  id: Generated<number>;
  account_id: number;
  kind: "personal" | "robot" | "refresh";
  name: string;
  hash: string;
  /** The last characters, to tell one from another. */
  hint: string;
  /** JSON of `Scope[]`; null for all that the account may do. */
  scopes: string | null;
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
  last_used_address: string | null;
  /** The one that it was made with, and ends with. */
  parent_id: number | null;
}

interface BrowserSessionTable {
  id: Generated<number>;
  hash: string;
  account_id: number;
  created_at: number;
  last_used_at: number;
  expires_at: number;
  address: string;
  agent: string;
  /** When the password, and the second factor where there is one, were last asked for. */
  proven_at: number;
}

/** From where an account was signed in to, and when from there last. */
interface SignInPlaceTable {
  account_id: number;
  place: string;
  last_at: number;
}

interface MailedCodeTable {
  hash: string;
  account_id: number;
  purpose: "verify" | "reset";
  email: string;
  expires_at: number;
}

/** Failures since `began_at`, by account, address or second factor. */
interface ThrottleTable {
  key: string;
  failures: number;
  began_at: number;
  last_at: number;
}

interface SigningKeyTable {
  id: string;
  sealed_private_key: string;
  /** JWK. */
  public_key: string;
  created_at: number;
}

interface SettingTable {
  key: string;
  value: string;
}

interface StarTable {
  account_id: number;
  repository_id: number;
  created_at: number;
}

interface FormerNameTable {
  name: string;
  namespace_id: number | null;
  repository_id: number | null;
  renamed_at: number;
}

interface MemberTable {
  namespace_id: number;
  account_id: number;
  role: "owner" | "member";
  /** Empty when a person gave it, else the source whose groups did. */
  source: Generated<string>;
  created_at: number;
}

interface TeamTable {
  id: Generated<number>;
  namespace_id: number;
  name: string;
  description: Generated<string>;
  created_at: number;
}

interface TeamMemberTable {
  team_id: number;
  account_id: number;
  /** Empty when a person added them, else the source whose groups did. */
  source: Generated<string>;
  created_at: number;
}

interface TeamGroupTable {
  team_id: number;
  source: string;
  group_name: string;
}

interface InvitationTable {
  id: Generated<number>;
  hash: string;
  /** Null for an invitation to the instance alone. */
  namespace_id: number | null;
  team_id: number | null;
  account_id: number | null;
  email: string | null;
  role: "owner" | "member";
  invited_by: string;
  created_at: number;
  expires_at: number;
}

interface GrantTable {
  id: Generated<number>;
  namespace_id: number;
  repository_id: number | null;
  /** Full names; `*` stands for any characters. */
  pattern: string | null;
  account_id: number | null;
  team_id: number | null;
  role: RoleName;
  created_at: number;
  created_by: string;
}

interface TrustRuleTable {
  id: Generated<number>;
  account_id: number;
  name: string;
  issuer: string;
  audience: string;
  /** JSON: claim to pattern. */
  conditions: string;
  created_at: number;
}
