/** Every statement on the rows of accounts and rights as they are copied: by key in pages, and back again with their ids. */
import { sql } from "kysely";
import { statement, type Statement } from "../../database/statement.ts";
import type { Schema } from "../../database/schema.ts";
import { type Row, verbatim } from "./archive.ts";

type Column<Table extends keyof Schema> = string & keyof Row<Table>;

/** Rows behind the one with this key, by key. */
export type Page<Table extends keyof Schema, Key extends Column<Table>> = Statement<
  Pick<Row<Table>, Key> & { limit: number },
  Row<Table>
>;

function pageBy<Table extends keyof Schema, Key extends Column<Table>>(
  table: Table,
  ...key: readonly Key[]
): Page<Table, Key> {
  return statement<Pick<Row<Table>, Key> & { limit: number }>()<Row<Table>>((p, { db }) => {
    const columns = sql.join(key.map((column) => sql.ref(column)));
    const values = sql.join(key.map((column) => sql`${p[column]}`));
    const page = sql<
      Row<Table>
    >`select * from ${sql.table(table)} where (${columns}) > (${values}) order by ${columns} limit ${p.limit}`;
    return { compile: () => page.compile(db) };
  });
}

/** Finds the row that has these values: the first of the columns are its key. */
function sameIn<Table extends keyof Schema, Some extends Column<Table>>(
  table: Table,
  ...columns: readonly Some[]
): Statement<Pick<Row<Table>, Some>, { found: number }> {
  return statement<Pick<Row<Table>, Some>>()<{ found: number }>((p, { db }) => {
    const equal = columns.map((column) => sql`${sql.ref(column)} = ${p[column]}`);
    const same = sql<{
      found: number;
    }>`select 1 as found from ${sql.table(table)} where ${sql.join(equal, sql` and `)}`;
    return { compile: () => same.compile(db) };
  });
}

export const pageAccounts = pageBy("accounts", "id");
export const findSameAccount = sameIn("accounts", "id", "name");
export const insertArchivedAccount = verbatim("accounts", [
  "id",
  "kind",
  "name",
  "display_name",
  "email",
  "email_verified_at",
  "system_role",
  "disabled_at",
  "description",
  "namespace_id",
  "repository_id",
  "plan",
  "created_at",
  "last_login_at",
]);

export const pagePasswords = pageBy("passwords", "account_id");
export const findSamePassword = sameIn("passwords", "account_id", "hash");
export const insertArchivedPassword = verbatim("passwords", ["account_id", "hash", "changed_at"]);

export const pageIdentities = pageBy("identities", "source", "subject");
export const findSameIdentity = sameIn("identities", "source", "subject", "account_id");
export const insertArchivedIdentity = verbatim("identities", [
  "source",
  "subject",
  "account_id",
  "login",
  "created_at",
  "last_used_at",
]);

export const pageTotps = pageBy("totps", "account_id");
export const findSameTotp = sameIn("totps", "account_id", "sealed_secret");
export const insertArchivedTotp = verbatim("totps", [
  "account_id",
  "sealed_secret",
  "created_at",
  "confirmed_at",
  "last_step",
]);

export const pagePasskeys = pageBy("passkeys", "id");
export const findSamePasskey = sameIn("passkeys", "id", "credential_id");
export const insertArchivedPasskey = verbatim("passkeys", [
  "id",
  "account_id",
  "credential_id",
  "public_key",
  "counter",
  "transports",
  "name",
  "created_at",
  "last_used_at",
]);

export const pageBackupCodes = pageBy("backup_codes", "account_id", "hash");
export const insertArchivedBackupCode = verbatim("backup_codes", ["account_id", "hash", "created_at", "used_at"]);

export const pageTokens = pageBy("tokens", "id");
export const findSameToken = sameIn("tokens", "id", "hash");
export const insertArchivedToken = verbatim("tokens", [
  "id",
  "account_id",
  "kind",
  "name",
  "hash",
  "hint",
  "scopes",
  "created_at",
  "expires_at",
  "last_used_at",
  "last_used_address",
  "parent_id",
]);

export const pageSigningKeys = pageBy("signing_keys", "id");
export const findSameSigningKey = sameIn("signing_keys", "id", "public_key");
export const insertArchivedSigningKey = verbatim("signing_keys", [
  "id",
  "sealed_private_key",
  "public_key",
  "created_at",
]);

export const pageSettings = pageBy("settings", "key");
export const findSameSetting = sameIn("settings", "key", "value");
export const insertArchivedSetting = verbatim("settings", ["key", "value"]);

export const pageStars = pageBy("stars", "account_id", "repository_id");
export const insertArchivedStar = verbatim("stars", ["account_id", "repository_id", "created_at"]);

export const pageFormerNames = pageBy("former_names", "name");
export const findSameFormerName = sameIn("former_names", "name", "renamed_at");
export const insertArchivedFormerName = verbatim("former_names", [
  "name",
  "namespace_id",
  "repository_id",
  "renamed_at",
]);

export const pageMembers = pageBy("members", "namespace_id", "account_id");
export const findSameMember = sameIn("members", "namespace_id", "account_id", "role");
export const insertArchivedMember = verbatim("members", ["namespace_id", "account_id", "role", "source", "created_at"]);

export const pageTeams = pageBy("teams", "id");
export const findSameTeam = sameIn("teams", "id", "namespace_id", "name");
export const insertArchivedTeam = verbatim("teams", ["id", "namespace_id", "name", "description", "created_at"]);

export const pageTeamMembers = pageBy("team_members", "team_id", "account_id", "source");
export const insertArchivedTeamMember = verbatim("team_members", ["team_id", "account_id", "source", "created_at"]);

export const pageTeamGroups = pageBy("team_groups", "source", "group_name", "team_id");
export const insertArchivedTeamGroup = verbatim("team_groups", ["team_id", "source", "group_name"]);

export const pageInvitations = pageBy("invitations", "id");
export const findSameInvitation = sameIn("invitations", "id", "hash");
export const insertArchivedInvitation = verbatim("invitations", [
  "id",
  "hash",
  "namespace_id",
  "team_id",
  "account_id",
  "email",
  "role",
  "invited_by",
  "created_at",
  "expires_at",
]);

export const pageGrants = pageBy("grants", "id");
export const findSameGrant = sameIn("grants", "id", "namespace_id", "role", "created_at");
export const insertArchivedGrant = verbatim("grants", [
  "id",
  "namespace_id",
  "repository_id",
  "pattern",
  "account_id",
  "team_id",
  "role",
  "created_at",
  "created_by",
]);

export const pageTrustRules = pageBy("trust_rules", "id");
export const findSameTrustRule = sameIn("trust_rules", "id", "account_id", "conditions");
export const insertArchivedTrustRule = verbatim("trust_rules", [
  "id",
  "account_id",
  "name",
  "issuer",
  "audience",
  "conditions",
  "created_at",
]);

export const pageAuditEvents = pageBy("audit_events", "id");
export const findSameAuditEvent = sameIn("audit_events", "id", "at", "action", "actor_name");
export const insertArchivedAuditEvent = verbatim("audit_events", [
  "id",
  "at",
  "actor_id",
  "actor_name",
  "actor_kind",
  "credential",
  "action",
  "target_kind",
  "target_id",
  "target_name",
  "namespace_id",
  "address",
  "agent",
  "request_id",
  "outcome",
  "reason",
  "old_values",
  "new_values",
  "occurrences",
]);

export const pageAuditPulls = pageBy("audit_pulls", "hour", "actor_key", "repository_name");
export const insertArchivedAuditPull = verbatim("audit_pulls", [
  "hour",
  "actor_key",
  "repository_id",
  "repository_name",
  "actor_id",
  "actor_name",
  "actor_kind",
  "pulls",
]);

export const pageUsageCounters = pageBy("usage_counters", "namespace_id", "shard");
export const insertArchivedUsageCounter = verbatim("usage_counters", ["namespace_id", "shard", "bytes", "corrections"]);

/** Ids begin at 1; saying so spares a walk through the table. */
export const findAnyAccount = statement()((_, { db }) =>
  db.selectFrom("accounts").select("id").where("id", ">", sql.lit(0)).limit(1),
);

export const pagePullCounts = pageBy("pull_counts", "repository_id", "unit", "at");
export const insertArchivedPullCount = verbatim("pull_counts", ["repository_id", "unit", "at", "pulls"]);
