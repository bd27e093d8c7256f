/** Every statement on what accounts may do. */
import { statement } from "../database/statement.ts";

export const findAccountRights = statement<{ accountId: number }>()((p, { db }) =>
  db
    .selectFrom("accounts")
    .select(["id", "kind", "name", "system_role", "disabled_at", "repository_id"])
    .where("id", "=", p.accountId),
);

/** Owner of the account's own namespace, and what it was made in organisations. Those in the recycle bin give nothing. */
export const listMemberships = statement<{ accountId: number }>()((p, { db }) =>
  db
    .selectFrom("members")
    .innerJoin("namespaces", "namespaces.id", "members.namespace_id")
    .select(["members.namespace_id", "members.role"])
    .where("members.account_id", "=", p.accountId)
    .where("namespaces.deleted_at", "is", null),
);

export const findOwnNamespace = statement<{ accountId: number }>()((p, { db }) =>
  db.selectFrom("namespaces").select("id").where("account_id", "=", p.accountId).where("deleted_at", "is", null),
);

export const listAccountGrants = statement<{ accountId: number }>()((p, { db }) =>
  db
    .selectFrom("grants")
    .select(["namespace_id", "repository_id", "pattern", "role"])
    .where("account_id", "=", p.accountId),
);

export const listTeamGrants = statement<{ accountId: number }>()((p, { db }) =>
  db
    .selectFrom("team_members")
    .innerJoin("teams", "teams.id", "team_members.team_id")
    .innerJoin("grants", "grants.team_id", "teams.id")
    .select(["grants.namespace_id", "grants.repository_id", "grants.pattern", "grants.role", "teams.name as team"])
    .where("team_members.account_id", "=", p.accountId),
);

export const listIdentitySources = statement<{ accountId: number }>()((p, { db }) =>
  db.selectFrom("identities").select("source").where("account_id", "=", p.accountId),
);
