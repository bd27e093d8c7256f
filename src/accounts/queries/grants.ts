/** Every statement on grants. */
import { sql } from "kysely";
import type { RoleName } from "../../database/schema-access.ts";
import { statement, type StatementBuilder } from "../../database/statement.ts";

function shown(db: StatementBuilder["db"]) {
  return db
    .selectFrom("grants")
    .leftJoin("accounts", "accounts.id", "grants.account_id")
    .leftJoin("teams", "teams.id", "grants.team_id")
    .leftJoin("repositories", "repositories.id", "grants.repository_id")
    .select([
      "grants.id",
      "grants.role",
      "grants.pattern",
      "grants.repository_id",
      "grants.created_at",
      "grants.created_by",
      "accounts.name as account",
      "accounts.kind as account_kind",
      "teams.name as team",
      "repositories.name as repository",
    ]);
}

export const listGrants = statement<{ namespaceId: number; after: number; limit: number }>()((p, { db }) =>
  shown(db)
    .where("grants.namespace_id", "=", p.namespaceId)
    .where("grants.id", ">", p.after)
    .orderBy("grants.id")
    .limit(p.limit),
);

/** On the repository itself, not what patterns and the namespace give. */
export const listRepositoryGrants = statement<{ repositoryId: number; after: number; limit: number }>()((p, { db }) =>
  shown(db)
    .where("grants.repository_id", "=", p.repositoryId)
    .where("grants.id", ">", p.after)
    .orderBy("grants.id")
    .limit(p.limit),
);

export const findGrant = statement<{ namespaceId: number; grantId: number }>()((p, { db }) =>
  shown(db).where("grants.id", "=", p.grantId).where("grants.namespace_id", "=", p.namespaceId),
);

type On = { namespaceId: number; onRepository: number; onPattern: string };

/** `onRepository` 0 and `onPattern` empty: on the whole namespace. */
export const findAccountGrant = statement<On & { accountId: number }>()((p, { db }) =>
  db
    .selectFrom("grants")
    .select(["id", "role"])
    .where("account_id", "=", p.accountId)
    .where("namespace_id", "=", p.namespaceId)
    .where((eb) => eb(eb.fn.coalesce("repository_id", eb.lit(0)), "=", p.onRepository))
    .where((eb) => eb(eb.fn.coalesce("pattern", sql.lit("")), "=", p.onPattern)),
);

export const findTeamGrant = statement<On & { teamId: number }>()((p, { db }) =>
  db
    .selectFrom("grants")
    .select(["id", "role"])
    .where("team_id", "=", p.teamId)
    .where("namespace_id", "=", p.namespaceId)
    .where((eb) => eb(eb.fn.coalesce("repository_id", eb.lit(0)), "=", p.onRepository))
    .where((eb) => eb(eb.fn.coalesce("pattern", sql.lit("")), "=", p.onPattern)),
);

export const insertGrant = statement<{
  namespaceId: number;
  grantRepository: number | null;
  grantPattern: string | null;
  grantAccount: number | null;
  grantTeam: number | null;
  grantRole: RoleName;
  createdBy: string;
  now: number;
}>()((p, { db }) =>
  db
    .insertInto("grants")
    .values({
      namespace_id: p.namespaceId,
      repository_id: p.grantRepository,
      pattern: p.grantPattern,
      account_id: p.grantAccount,
      team_id: p.grantTeam,
      role: p.grantRole,
      created_by: p.createdBy,
      created_at: p.now,
    })
    .returning("id"),
);

export const setGrantRole = statement<{ grantId: number; grantRole: RoleName; createdBy: string; now: number }>()(
  (p, { db }) =>
    db
      .updateTable("grants")
      .set({ role: p.grantRole, created_by: p.createdBy, created_at: p.now })
      .where("id", "=", p.grantId),
);

export const deleteGrant = statement<{ namespaceId: number; grantId: number }>()((p, { db }) =>
  db.deleteFrom("grants").where("id", "=", p.grantId).where("namespace_id", "=", p.namespaceId),
);

/** Of that namespace, and not in the recycle bin. */
export const findRepositoryOf = statement<{ namespaceId: number; repositoryId: number }>()((p, { db }) =>
  db
    .selectFrom("repositories")
    .select(["id", "name"])
    .where("id", "=", p.repositoryId)
    .where("namespace_id", "=", p.namespaceId)
    .where("deleted_at", "is", null),
);
