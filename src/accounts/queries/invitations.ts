/** Every statement on invitations. */
import { statement, type StatementBuilder } from "../../database/statement.ts";

function shown(db: StatementBuilder["db"]) {
  return db
    .selectFrom("invitations")
    .leftJoin("namespaces", "namespaces.id", "invitations.namespace_id")
    .leftJoin("teams", "teams.id", "invitations.team_id")
    .leftJoin("accounts", "accounts.id", "invitations.account_id")
    .select([
      "invitations.id",
      "invitations.namespace_id",
      "invitations.team_id",
      "invitations.account_id",
      "invitations.email",
      "invitations.role",
      "invitations.invited_by",
      "invitations.created_at",
      "invitations.expires_at",
      "namespaces.name as namespace",
      "namespaces.deleted_at as namespace_deleted_at",
      "teams.name as team",
      "accounts.name as account",
    ]);
}

export const listInvitations = statement<{ namespaceId: number; after: number; limit: number; now: number }>()(
  (p, { db }) =>
    shown(db)
      .where("invitations.namespace_id", "=", p.namespaceId)
      .where("invitations.id", ">", p.after)
      .where("invitations.expires_at", ">", p.now)
      .orderBy("invitations.id")
      .limit(p.limit),
);

/** To that account, by its name. */
export const listInvitationsTo = statement<{ accountId: number; after: number; limit: number; now: number }>()(
  (p, { db }) =>
    shown(db)
      .where("invitations.account_id", "=", p.accountId)
      .where("invitations.id", ">", p.after)
      .where("invitations.expires_at", ">", p.now)
      .where("namespaces.deleted_at", "is", null)
      .orderBy("invitations.id")
      .limit(p.limit),
);

export const findInvitation = statement<{ namespaceId: number; invitationId: number }>()((p, { db }) =>
  shown(db).where("invitations.id", "=", p.invitationId).where("invitations.namespace_id", "=", p.namespaceId),
);

export const findInvitationTo = statement<{ accountId: number; invitationId: number; now: number }>()((p, { db }) =>
  shown(db)
    .where("invitations.id", "=", p.invitationId)
    .where("invitations.account_id", "=", p.accountId)
    .where("invitations.expires_at", ">", p.now),
);

export const findInvitationByHash = statement<{ inviteHash: string; now: number }>()((p, { db }) =>
  shown(db)
    .where("invitations.hash", "=", p.inviteHash)
    .where("invitations.account_id", "is", null)
    .where("invitations.expires_at", ">", p.now),
);

export const insertInvitation = statement<{
  inviteHash: string;
  inviteNamespace: number | null;
  inviteTeam: number | null;
  inviteAccount: number | null;
  email: string | null;
  memberRole: "owner" | "member";
  createdBy: string;
  now: number;
  expiresAt: number;
}>()((p, { db }) =>
  db
    .insertInto("invitations")
    .values({
      hash: p.inviteHash,
      namespace_id: p.inviteNamespace,
      team_id: p.inviteTeam,
      account_id: p.inviteAccount,
      email: p.email,
      role: p.memberRole,
      invited_by: p.createdBy,
      created_at: p.now,
      expires_at: p.expiresAt,
    })
    .returning("id"),
);

/** One more is refused when there are as many as `limit` already. */
export const listPendingInvitations = statement<{ namespaceId: number; limit: number }>()((p, { db }) =>
  db.selectFrom("invitations").select("id").where("namespace_id", "=", p.namespaceId).orderBy("id").limit(p.limit),
);

/** Whoever invites somebody again means the new invitation. */
export const deleteInvitationsTo = statement<{ namespaceId: number; accountId: number }>()((p, { db }) =>
  db.deleteFrom("invitations").where("account_id", "=", p.accountId).where("namespace_id", "=", p.namespaceId),
);

export const deleteInvitation = statement<{ namespaceId: number; invitationId: number }>()((p, { db }) =>
  db.deleteFrom("invitations").where("id", "=", p.invitationId).where("namespace_id", "=", p.namespaceId),
);

/** Of two that answer to one invitation at once, one deletes it. */
export const deleteAnsweredInvitation = statement<{ invitationId: number }>()((p, { db }) =>
  db.deleteFrom("invitations").where("id", "=", p.invitationId),
);

export const deleteExpiredInvitations = statement<{ now: number }>()((p, { db }) =>
  db.deleteFrom("invitations").where("expires_at", "<=", p.now),
);
