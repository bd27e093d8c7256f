/**
 * The tables of accounts and rights in a row archive, with what was done and what is used. Sessions of browsers, codes that
 * were mailed, counted failures and counted pulls are left out: they end by themselves. Secrets that the server must read again are in it as they are in the database, sealed
 * with a key that is not.
 */
import type { Queryable } from "../database/database.ts";
import type { Schema } from "../database/schema.ts";
import { type ArchiveTable, PAGE_ROWS, paged, table } from "./archive-table.ts";
import * as queries from "./queries/archive-access.ts";
import { insertArchivedManifestPulls, pageManifestPulls, type Row } from "./queries/archive.ts";

type Key<Name extends keyof Schema> = string & keyof Row<Name>;

/** All rows, beginning behind the key `first`. */
function from<Name extends keyof Schema, Some extends Key<Name>>(
  page: queries.Page<Name, Some>,
  first: Pick<Row<Name>, Some>,
): (on: Queryable) => AsyncGenerator<Row<Name>[]> {
  return (on) => paged((last) => page.all(on, { ...(last ?? first), limit: PAGE_ROWS }));
}

/** In the order in which their rows can be inserted, behind those of namespaces and repositories. */
export const ACCESS_TABLES: readonly ArchiveTable[] = [
  table("accounts", {
    kinds: {
      id: "integer",
      kind: "text",
      name: "text",
      display_name: "text",
      email: "text",
      email_verified_at: "integer",
      system_role: "text",
      disabled_at: "integer",
      description: "text",
      namespace_id: "integer",
      repository_id: "integer",
      plan: "text",
      created_at: "integer",
      last_login_at: "integer",
    },
    insert: queries.insertArchivedAccount,
    pages: from(queries.pageAccounts, { id: 0 }),
    findSame: (trx, row) => queries.findSameAccount.first(trx, row),
  }),
  table("passwords", {
    kinds: { account_id: "integer", hash: "text", changed_at: "integer" },
    insert: queries.insertArchivedPassword,
    pages: from(queries.pagePasswords, { account_id: 0 }),
    findSame: (trx, row) => queries.findSamePassword.first(trx, row),
  }),
  table("identities", {
    kinds: {
      source: "text",
      subject: "text",
      account_id: "integer",
      login: "text",
      created_at: "integer",
      last_used_at: "integer",
    },
    insert: queries.insertArchivedIdentity,
    pages: from(queries.pageIdentities, { source: "", subject: "" }),
    findSame: (trx, row) => queries.findSameIdentity.first(trx, row),
  }),
  table("totps", {
    kinds: {
      account_id: "integer",
      sealed_secret: "text",
      created_at: "integer",
      confirmed_at: "integer",
      last_step: "integer",
    },
    insert: queries.insertArchivedTotp,
    pages: from(queries.pageTotps, { account_id: 0 }),
    findSame: (trx, row) => queries.findSameTotp.first(trx, row),
  }),
  table("passkeys", {
    kinds: {
      id: "integer",
      account_id: "integer",
      credential_id: "text",
      public_key: "text",
      counter: "integer",
      transports: "text",
      name: "text",
      created_at: "integer",
      last_used_at: "integer",
    },
    insert: queries.insertArchivedPasskey,
    pages: from(queries.pagePasskeys, { id: 0 }),
    findSame: (trx, row) => queries.findSamePasskey.first(trx, row),
  }),
  table("backup_codes", {
    kinds: { account_id: "integer", hash: "text", created_at: "integer", used_at: "integer" },
    insert: queries.insertArchivedBackupCode,
    pages: from(queries.pageBackupCodes, { account_id: 0, hash: "" }),
  }),
  table("tokens", {
    kinds: {
      id: "integer",
      account_id: "integer",
      kind: "text",
      name: "text",
      hash: "text",
      hint: "text",
      scopes: "text",
      created_at: "integer",
      expires_at: "integer",
      last_used_at: "integer",
      last_used_address: "text",
      parent_id: "integer",
    },
    insert: queries.insertArchivedToken,
    pages: from(queries.pageTokens, { id: 0 }),
    findSame: (trx, row) => queries.findSameToken.first(trx, row),
  }),
  table("signing_keys", {
    kinds: { id: "text", sealed_private_key: "text", public_key: "text", created_at: "integer" },
    insert: queries.insertArchivedSigningKey,
    pages: from(queries.pageSigningKeys, { id: "" }),
    findSame: (trx, row) => queries.findSameSigningKey.first(trx, row),
  }),
  table("settings", {
    kinds: { key: "text", value: "text" },
    insert: queries.insertArchivedSetting,
    pages: from(queries.pageSettings, { key: "" }),
    findSame: (trx, row) => queries.findSameSetting.first(trx, row),
  }),
  table("stars", {
    kinds: { account_id: "integer", repository_id: "integer", created_at: "integer" },
    insert: queries.insertArchivedStar,
    pages: from(queries.pageStars, { account_id: 0, repository_id: 0 }),
  }),
  table("former_names", {
    kinds: { name: "text", namespace_id: "integer", repository_id: "integer", renamed_at: "integer" },
    insert: queries.insertArchivedFormerName,
    pages: from(queries.pageFormerNames, { name: "" }),
    findSame: (trx, row) => queries.findSameFormerName.first(trx, row),
  }),
  table("members", {
    kinds: { namespace_id: "integer", account_id: "integer", role: "text", source: "text", created_at: "integer" },
    insert: queries.insertArchivedMember,
    defaults: () => ({ source: "" }),
    pages: from(queries.pageMembers, { namespace_id: 0, account_id: 0 }),
    findSame: (trx, row) => queries.findSameMember.first(trx, row),
  }),
  table("teams", {
    kinds: { id: "integer", namespace_id: "integer", name: "text", description: "text", created_at: "integer" },
    insert: queries.insertArchivedTeam,
    pages: from(queries.pageTeams, { id: 0 }),
    findSame: (trx, row) => queries.findSameTeam.first(trx, row),
  }),
  table("team_members", {
    kinds: { team_id: "integer", account_id: "integer", source: "text", created_at: "integer" },
    insert: queries.insertArchivedTeamMember,
    pages: from(queries.pageTeamMembers, { team_id: 0, account_id: 0, source: "" }),
  }),
  table("team_groups", {
    kinds: { team_id: "integer", source: "text", group_name: "text" },
    insert: queries.insertArchivedTeamGroup,
    pages: from(queries.pageTeamGroups, { source: "", group_name: "", team_id: 0 }),
  }),
  table("invitations", {
    kinds: {
      id: "integer",
      hash: "text",
      namespace_id: "integer",
      team_id: "integer",
      account_id: "integer",
      email: "text",
      role: "text",
      invited_by: "text",
      created_at: "integer",
      expires_at: "integer",
    },
    insert: queries.insertArchivedInvitation,
    pages: from(queries.pageInvitations, { id: 0 }),
    findSame: (trx, row) => queries.findSameInvitation.first(trx, row),
  }),
  table("grants", {
    kinds: {
      id: "integer",
      namespace_id: "integer",
      repository_id: "integer",
      pattern: "text",
      account_id: "integer",
      team_id: "integer",
      role: "text",
      created_at: "integer",
      created_by: "text",
    },
    insert: queries.insertArchivedGrant,
    pages: from(queries.pageGrants, { id: 0 }),
    findSame: (trx, row) => queries.findSameGrant.first(trx, row),
  }),
  table("trust_rules", {
    kinds: {
      id: "integer",
      account_id: "integer",
      name: "text",
      issuer: "text",
      audience: "text",
      conditions: "text",
      created_at: "integer",
    },
    insert: queries.insertArchivedTrustRule,
    pages: from(queries.pageTrustRules, { id: 0 }),
    findSame: (trx, row) => queries.findSameTrustRule.first(trx, row),
  }),
  table("usage_counters", {
    kinds: { namespace_id: "integer", shard: "integer", bytes: "integer", corrections: "integer" },
    insert: queries.insertArchivedUsageCounter,
    pages: from(queries.pageUsageCounters, { namespace_id: 0, shard: -1 }),
  }),
  table("audit_events", {
    kinds: {
      id: "integer",
      at: "integer",
      actor_id: "integer",
      actor_name: "text",
      actor_kind: "text",
      credential: "text",
      action: "text",
      target_kind: "text",
      target_id: "text",
      target_name: "text",
      namespace_id: "integer",
      address: "text",
      agent: "text",
      request_id: "text",
      outcome: "text",
      reason: "text",
      old_values: "text",
      new_values: "text",
      occurrences: "integer",
    },
    insert: queries.insertArchivedAuditEvent,
    pages: from(queries.pageAuditEvents, { id: 0 }),
    findSame: (trx, row) => queries.findSameAuditEvent.first(trx, row),
  }),
  table("audit_pulls", {
    kinds: {
      hour: "integer",
      actor_key: "text",
      repository_id: "integer",
      repository_name: "text",
      actor_id: "integer",
      actor_name: "text",
      actor_kind: "text",
      pulls: "integer",
    },
    insert: queries.insertArchivedAuditPull,
    pages: from(queries.pageAuditPulls, { hour: 0, actor_key: "", repository_name: "" }),
  }),
  table("manifest_pulls", {
    kinds: { manifest_id: "integer", pulls: "integer", last_at: "integer" },
    insert: insertArchivedManifestPulls,
    pages: (on) => paged((last) => pageManifestPulls.all(on, { after: last?.manifest_id ?? -1, limit: PAGE_ROWS })),
  }),
  table("pull_counts", {
    kinds: { repository_id: "integer", unit: "text", at: "integer", pulls: "integer" },
    insert: queries.insertArchivedPullCount,
    pages: from(queries.pagePullCounts, { repository_id: 0, unit: "day", at: 0 }),
  }),
];

const NAMES = new Set(ACCESS_TABLES.map((it) => it.name));

/** Whether a table says who there is and what they may do, rather than what content there is. */
export function isAccessTable({ name }: ArchiveTable): boolean {
  return NAMES.has(name);
}
