/** Every statement on the groups of a source of identities that stand for teams. */
import { sql } from "kysely";
import { statement } from "../../database/statement.ts";

/** `groups`: JSON list of lower-case names. The teams stay until the transaction ends. */
export const listTeamsOfGroups = statement<{ source: string; groups: string }>()((p, { db, inList, lock }) =>
  db
    .selectFrom("team_groups")
    .innerJoin("teams", "teams.id", "team_groups.team_id")
    .select(["teams.id", "teams.namespace_id"])
    .where("team_groups.source", "=", p.source)
    .where(inList("team_groups.group_name", p.groups))
    .modifyEnd(lock("key share")),
);

/** The teams in which the source has put the account. */
export const listTeamsOfSource = statement<{ accountId: number; source: string }>()((p, { db }) =>
  db
    .selectFrom("team_members")
    .innerJoin("teams", "teams.id", "team_members.team_id")
    .select(["teams.id", "teams.namespace_id"])
    .where("team_members.account_id", "=", p.accountId)
    .where("team_members.source", "=", p.source),
);

export const insertSourcedTeamMember = statement<{
  teamId: number;
  accountId: number;
  source: string;
  now: number;
}>()((p, { db }) =>
  db
    .insertInto("team_members")
    .values({ team_id: p.teamId, account_id: p.accountId, source: p.source, created_at: p.now })
    .onConflict((conflict) => conflict.doNothing()),
);

export const deleteSourcedTeamMember = statement<{ teamId: number; accountId: number; source: string }>()((p, { db }) =>
  db
    .deleteFrom("team_members")
    .where("team_id", "=", p.teamId)
    .where("account_id", "=", p.accountId)
    .where("source", "=", p.source),
);

/** Whoever the source has put into the team. */
export const deleteSourcedTeamMembers = statement<{ teamId: number; source: string }>()((p, { db }) =>
  db.deleteFrom("team_members").where("team_id", "=", p.teamId).where("source", "=", p.source).returning("account_id"),
);

/** A membership that the source gave; one that there is stays as it is. */
export const insertSourcedMember = statement<{ namespaceId: number; accountId: number; source: string; now: number }>()(
  (p, { db }) =>
    db
      .insertInto("members")
      .values({
        namespace_id: p.namespaceId,
        account_id: p.accountId,
        role: "member",
        source: p.source,
        created_at: p.now,
      })
      .onConflict((conflict) => conflict.doNothing()),
);

/**
 * Memberships that the source gave and has no team for any more become those of whoever has one: a person's before another
 * source's.
 */
export const handMembersOver = statement<{ accountId: number; source: string }>()((p, { db }) =>
  db
    .updateTable("members")
    .set((eb) => ({
      source: sql<string>`coalesce(${eb
        .selectFrom("team_members")
        .innerJoin("teams", "teams.id", "team_members.team_id")
        .select((of) => of.fn.min("team_members.source").as("source"))
        .whereRef("team_members.account_id", "=", "members.account_id")
        .whereRef("teams.namespace_id", "=", "members.namespace_id")}, '')`,
    }))
    .where("account_id", "=", p.accountId)
    .where("source", "=", p.source)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("team_members")
            .innerJoin("teams", "teams.id", "team_members.team_id")
            .select("team_members.team_id")
            .whereRef("team_members.account_id", "=", "members.account_id")
            .whereRef("teams.namespace_id", "=", "members.namespace_id")
            .where("team_members.source", "=", p.source),
        ),
      ),
    ),
);

/** Memberships that the source gave, in organisations where the account is in no team and which it does not own. */
export const deleteTeamlessMembers = statement<{ accountId: number; source: string }>()((p, { db }) =>
  db
    .deleteFrom("members")
    .where("account_id", "=", p.accountId)
    .where("source", "=", p.source)
    .where("role", "=", "member")
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("team_members")
            .innerJoin("teams", "teams.id", "team_members.team_id")
            .select("team_members.team_id")
            .whereRef("team_members.account_id", "=", "members.account_id")
            .whereRef("teams.namespace_id", "=", "members.namespace_id"),
        ),
      ),
    ),
);

/** Of one team; held until the transaction ends, so that of two changes one comes after the other. */
export const lockTeam = statement<{ teamId: number }>()((p, { db, lock }) =>
  db.selectFrom("teams").select(["id", "namespace_id"]).where("id", "=", p.teamId).modifyEnd(lock("update")),
);

export const listTeamGroups = statement<{ teamId: number }>()((p, { db }) =>
  db.selectFrom("team_groups").select(["source", "group_name"]).where("team_id", "=", p.teamId),
);

export const insertTeamGroup = statement<{ teamId: number; source: string; groupName: string }>()((p, { db }) =>
  db
    .insertInto("team_groups")
    .values({ team_id: p.teamId, source: p.source, group_name: p.groupName })
    .onConflict((conflict) => conflict.doNothing()),
);

export const deleteTeamGroup = statement<{ teamId: number; source: string; groupName: string }>()((p, { db }) =>
  db
    .deleteFrom("team_groups")
    .where("source", "=", p.source)
    .where("group_name", "=", p.groupName)
    .where("team_id", "=", p.teamId),
);
