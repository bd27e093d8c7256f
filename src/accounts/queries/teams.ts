/** Every statement on teams of organisations. */
import { statement } from "../../database/statement.ts";

const COLUMNS = ["id", "namespace_id", "name", "description", "created_at"] as const;

export const listTeams = statement<{ namespaceId: number; last: string; limit: number }>()((p, { db }) =>
  db
    .selectFrom("teams")
    .select(COLUMNS)
    .where("namespace_id", "=", p.namespaceId)
    .where("name", ">", p.last)
    .orderBy("name")
    .limit(p.limit),
);

export const findTeam = statement<{ namespaceId: number; teamName: string }>()((p, { db }) =>
  db.selectFrom("teams").select(COLUMNS).where("namespace_id", "=", p.namespaceId).where("name", "=", p.teamName),
);

export const insertTeam = statement<{ namespaceId: number; teamName: string; description: string; now: number }>()(
  (p, { db }) =>
    db
      .insertInto("teams")
      .values({ namespace_id: p.namespaceId, name: p.teamName, description: p.description, created_at: p.now })
      .onConflict((conflict) => conflict.columns(["namespace_id", "name"]).doNothing())
      .returning("id"),
);

export const updateTeam = statement<{ teamId: number; teamName: string; description: string }>()((p, { db }) =>
  db.updateTable("teams").set({ name: p.teamName, description: p.description }).where("id", "=", p.teamId),
);

export const deleteTeam = statement<{ namespaceId: number; teamId: number }>()((p, { db }) =>
  db.deleteFrom("teams").where("id", "=", p.teamId).where("namespace_id", "=", p.namespaceId),
);

/** By account id and source, those after them. */
export const listTeamMembers = statement<{ teamId: number; after: number; afterSource: string; limit: number }>()(
  (p, { db }) =>
    db
      .selectFrom("team_members")
      .innerJoin("accounts", "accounts.id", "team_members.account_id")
      .select([
        "accounts.id",
        "accounts.name",
        "accounts.display_name",
        "team_members.source",
        "team_members.created_at",
      ])
      .where("team_members.team_id", "=", p.teamId)
      .where((eb) =>
        eb(eb.refTuple("team_members.account_id", "team_members.source"), ">", eb.tuple(p.after, p.afterSource)),
      )
      .orderBy("team_members.account_id")
      .orderBy("team_members.source")
      .limit(p.limit),
);

/** By hand; those that groups of a source bring have rows of their own. */
export const insertTeamMember = statement<{ teamId: number; accountId: number; now: number }>()((p, { db }) =>
  db
    .insertInto("team_members")
    .values({ team_id: p.teamId, account_id: p.accountId, source: "", created_at: p.now })
    .onConflict((conflict) => conflict.columns(["team_id", "account_id", "source"]).doNothing()),
);

export const deleteTeamMember = statement<{ teamId: number; accountId: number }>()((p, { db }) =>
  db
    .deleteFrom("team_members")
    .where("team_id", "=", p.teamId)
    .where("account_id", "=", p.accountId)
    .where("source", "=", ""),
);

export const findTeamMember = statement<{ teamId: number; accountId: number }>()((p, { db }) =>
  db
    .selectFrom("team_members")
    .select("source")
    .where("team_id", "=", p.teamId)
    .where("account_id", "=", p.accountId)
    .limit(1),
);
