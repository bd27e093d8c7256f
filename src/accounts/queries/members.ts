/** Every statement on members of organisations. */
import { statement } from "../../database/statement.ts";

/** By account id, those after it. */
export const listMembers = statement<{ namespaceId: number; after: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("members")
    .innerJoin("accounts", "accounts.id", "members.account_id")
    .select([
      "accounts.id",
      "accounts.name",
      "accounts.display_name",
      "members.role",
      "members.source",
      "members.created_at",
    ])
    .where("members.namespace_id", "=", p.namespaceId)
    .where("members.account_id", ">", p.after)
    .orderBy("members.account_id")
    .limit(p.limit),
);

export const findMember = statement<{ namespaceId: number; accountId: number }>()((p, { db }) =>
  db
    .selectFrom("members")
    .innerJoin("accounts", "accounts.id", "members.account_id")
    .select([
      "accounts.id",
      "accounts.name",
      "accounts.display_name",
      "members.role",
      "members.source",
      "members.created_at",
    ])
    .where("members.namespace_id", "=", p.namespaceId)
    .where("members.account_id", "=", p.accountId),
);

/** By hand: what a source gave before is a person's word from now on. */
export const saveMember = statement<{
  namespaceId: number;
  accountId: number;
  memberRole: "owner" | "member";
  now: number;
}>()((p, { db }) =>
  db
    .insertInto("members")
    .values({ namespace_id: p.namespaceId, account_id: p.accountId, role: p.memberRole, source: "", created_at: p.now })
    .onConflict((conflict) =>
      conflict.columns(["namespace_id", "account_id"]).doUpdateSet({ role: p.memberRole, source: "" }),
    ),
);

export const findOtherOwner = statement<{ namespaceId: number; accountId: number }>()((p, { db }) =>
  db
    .selectFrom("members")
    .select("account_id")
    .where("namespace_id", "=", p.namespaceId)
    .where("role", "=", "owner")
    .where("account_id", "<>", p.accountId)
    .limit(1),
);

export const deleteMember = statement<{ namespaceId: number; accountId: number }>()((p, { db }) =>
  db.deleteFrom("members").where("namespace_id", "=", p.namespaceId).where("account_id", "=", p.accountId),
);

/** Which sources have put the account into teams of the organisation. */
export const listSourcesOfMember = statement<{ namespaceId: number; accountId: number }>()((p, { db }) =>
  db
    .selectFrom("team_members")
    .innerJoin("teams", "teams.id", "team_members.team_id")
    .select(["team_members.source", "teams.name as team"])
    .where("team_members.account_id", "=", p.accountId)
    .where("teams.namespace_id", "=", p.namespaceId)
    .where("team_members.source", "<>", ""),
);

export const deleteMemberFromTeams = statement<{ namespaceId: number; accountId: number }>()((p, { db }) =>
  db
    .deleteFrom("team_members")
    .where("account_id", "=", p.accountId)
    .where("team_id", "in", (eb) => eb.selectFrom("teams").select("id").where("namespace_id", "=", p.namespaceId)),
);

export const deleteAccountGrants = statement<{ namespaceId: number; accountId: number }>()((p, { db }) =>
  db.deleteFrom("grants").where("account_id", "=", p.accountId).where("namespace_id", "=", p.namespaceId),
);
