/**
 * Invitations to an organisation: of an account, which alone can answer, or by e-mail, where whoever has the code can. Only the
 * code's hash is kept, and seven days at most.
 */
import type { Access } from "../access/access.ts";
import { OPERATOR, type Principal } from "../access/principal.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { AuditAction, AuditEvent } from "../audit/event.ts";
import type { Database, Transaction } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import type { Accounts } from "./accounts.ts";
import type { MemberRole, Members } from "./members.ts";
import { assertOrganisation, lockNamespace } from "./namespace.ts";
import { getPerson } from "./person.ts";
import * as queries from "./queries/invitations.ts";
import * as teamQueries from "./queries/teams.ts";
import type { Teams } from "./teams.ts";

export type Invitation = {
  id: number;
  /** Null for an invitation to the registry alone. */
  namespace: string | null;
  team: string | null;
  role: MemberRole;
  /** The account's name; null for one by e-mail. */
  account: string | null;
  email: string | null;
  invitedBy: string;
  createdAt: number;
  expiresAt: number;
};

export type NewInvitation = {
  to: { account: string } | { email: string };
  role: MemberRole;
  team: string | null;
};

/** Takes what goes into the message; throws when it was not sent. */
export type SendInvitation = (message: {
  to: string;
  organization: string;
  inviter: string;
  code: string;
  validForMs: number;
}) => Promise<void>;

export type InvitationsParts = {
  database: Database;
  access: Access;
  audit: AuditTrail;
  accounts: Accounts;
  members: Members;
  teams: Teams;
  /** Null where there is no mail server: the inviter is told the code. */
  send: SendInvitation | null;
};

const VALID_MS = 7 * 86_400_000;
/** Of one organisation: each may be a message to a stranger. */
const MAX_PENDING = 200;
const CODE = /^berth_invite_[\w-]{43}$/;

export class Invitations {
  readonly #parts: InvitationsParts;

  constructor(parts: InvitationsParts) {
    this.#parts = parts;
  }

  /** Those of an organisation that can still be answered, by id. */
  async list(namespaceId: number, after: number, limit: number): Promise<Invitation[]> {
    const { database } = this.#parts;
    const rows = await queries.listInvitations.all(database, { namespaceId, after, limit, now: Date.now() });
    return rows.map(invitationOf);
  }

  /** Those to an account. */
  async listTo(accountId: number, after: number, limit: number): Promise<Invitation[]> {
    const { database } = this.#parts;
    const rows = await queries.listInvitationsTo.all(database, { accountId, after, limit, now: Date.now() });
    return rows.map(invitationOf);
  }

  /**
   * `code`: for the inviter to hand on, where it was not mailed; null otherwise. Throws NOT_FOUND for an unknown account or
   * team, CONFLICT for who is a member already or when too many wait for an answer, UNAVAILABLE when it could not be mailed.
   */
  async create(
    namespaceId: number,
    { to, role, team }: NewInvitation,
    by: Principal,
  ): Promise<{ invitation: Invitation; code: string | null }> {
    const { database, send } = this.#parts;
    const code = newCode();
    const isMailed = "email" in to;
    const made = await database.write(async (trx) => {
      await queries.deleteExpiredInvitations.run(trx, { now: Date.now() });
      const namespace = await lockNamespace(trx, namespaceId);
      assertOrganisation(namespace);
      const inviteTeam = team === null ? null : (await this.#parts.teams.get(namespaceId, team, trx)).id;
      const inviteAccount = "account" in to ? await this.#invitee(trx, namespaceId, to.account) : null;
      if ((await queries.listPendingInvitations.all(trx, { namespaceId, limit: MAX_PENDING })).length >= MAX_PENDING) {
        throw new RegistryError("CONFLICT", {
          message: `${MAX_PENDING} invitations wait for an answer: revoke some, or wait until they expire`,
        });
      }
      const now = Date.now();
      const values = {
        // That of an account's invitation nobody is told: it is answered by its id.
        inviteHash: hashOf(isMailed ? code : newCode()),
        inviteNamespace: namespaceId,
        inviteTeam,
        inviteAccount,
        email: isMailed ? to.email.toLowerCase() : null,
        memberRole: role,
        createdBy: by.name,
        now,
        expiresAt: now + VALID_MS,
      };
      const inserted = await queries.insertInvitation.first(trx, values);
      if (inserted === null) throw new Error("an invitation was not made");
      const invitation: Invitation = {
        id: inserted.id,
        namespace: namespace.name,
        team,
        role,
        account: "account" in to ? to.account.toLowerCase() : null,
        email: values.email,
        invitedBy: by.name,
        createdAt: now,
        expiresAt: values.expiresAt,
      };
      await this.#record(trx, by, "invitation.create", invitation, namespaceId);
      return { invitation, organization: namespace.name };
    });
    if (!isMailed) return { invitation: made.invitation, code: null };
    if (send === null) return { invitation: made.invitation, code };
    const message = { to: to.email, organization: made.organization, inviter: by.name, code, validForMs: VALID_MS };
    try {
      await send(message);
    } catch (cause) {
      await this.revoke(namespaceId, made.invitation.id, by);
      throw new RegistryError("UNAVAILABLE", {
        message: "the invitation could not be mailed: check the address, or try again later",
        cause,
      });
    }
    return { invitation: made.invitation, code: null };
  }

  /** Throws NOT_FOUND. */
  async revoke(namespaceId: number, invitationId: number, by: Principal): Promise<void> {
    await this.#parts.database.write(async (trx) => {
      const found = await queries.findInvitation.first(trx, { namespaceId, invitationId });
      if (found === null || (await queries.deleteInvitation.run(trx, { namespaceId, invitationId })) === 0) {
        throw missing();
      }
      await this.#record(trx, by, "invitation.revoke", invitationOf(found), namespaceId);
    });
  }

  /** Throws NOT_FOUND when it is not this account's, or is over. */
  async accept(accountId: number, invitationId: number, by: Principal): Promise<Invitation> {
    return await this.#parts.database.write(async (trx) => {
      const now = Date.now();
      const found = await queries.findInvitationTo.first(trx, { accountId, invitationId, now });
      return await this.#join(trx, found, accountId, by);
    });
  }

  async decline(accountId: number, invitationId: number, by: Principal): Promise<void> {
    await this.#parts.database.write(async (trx) => {
      const found = await queries.findInvitationTo.first(trx, { accountId, invitationId, now: Date.now() });
      if (found === null || (await queries.deleteAnsweredInvitation.run(trx, { invitationId })) === 0) throw missing();
      await this.#record(trx, by, "invitation.decline", invitationOf(found), found.namespace_id);
    });
  }

  /** What a code invites to, for the page that asks whether to accept. Throws NOT_FOUND. */
  async findByCode(code: string): Promise<Invitation> {
    const found = CODE.test(code)
      ? await queries.findInvitationByHash.first(this.#parts.database, { inviteHash: hashOf(code), now: Date.now() })
      : null;
    if (found === null) throw missing();
    return invitationOf(found);
  }

  /** By whoever has the code, once. Throws NOT_FOUND. */
  async acceptCode(accountId: number, code: string, by: Principal): Promise<Invitation> {
    return await this.#parts.database.write((trx) => this.admit(trx, code, accountId, by));
  }

  async declineCode(code: string, by: Principal): Promise<void> {
    const invitation = await this.findByCode(code);
    await this.#parts.database.write(async (trx) => {
      await queries.deleteAnsweredInvitation.run(trx, { invitationId: invitation.id });
      await this.#record(trx, by, "invitation.decline", invitation, null);
    });
  }

  /**
   * As `acceptCode`, for a sign-up that takes an invitation: to be called in the transaction that has made the account,
   * which fails with it. `email` of the answer is the address that the code was sent to.
   * Throws NOT_FOUND.
   */
  async admit(trx: Transaction, code: string, accountId: number, by: AuditEvent["by"]): Promise<Invitation> {
    const found = CODE.test(code)
      ? await queries.findInvitationByHash.first(trx, { inviteHash: hashOf(code), now: Date.now() })
      : null;
    return await this.#join(trx, found, accountId, by);
  }

  async #join(trx: Transaction, found: Row | null, accountId: number, by: AuditEvent["by"]): Promise<Invitation> {
    if (found === null || found.namespace_deleted_at !== null) throw missing();
    if ((await queries.deleteAnsweredInvitation.run(trx, { invitationId: found.id })) === 0) throw missing();
    const { namespace_id: namespaceId, team_id: teamId } = found;
    if (namespaceId !== null) {
      await lockNamespace(trx, namespaceId);
      await this.#assertInviterMay(trx, namespaceId, found.invited_by);
      // An owner who follows an invitation for members stays an owner.
      if (found.role === "owner" || !(await this.#parts.members.isMember(trx, namespaceId, accountId))) {
        await this.#parts.members.join(trx, namespaceId, accountId, found.role, by);
      }
      if (teamId !== null) await teamQueries.insertTeamMember.run(trx, { teamId, accountId, now: Date.now() });
      this.#parts.access.changes(trx);
    }
    const invitation = invitationOf(found);
    await this.#record(trx, by, "invitation.accept", invitation, namespaceId);
    return invitation;
  }

  /** What somebody offered ends with their right to offer it: an owner who was sent away cannot let themselves in again. */
  async #assertInviterMay(trx: Transaction, namespaceId: number, invitedBy: string): Promise<void> {
    const { accounts, members } = this.#parts;
    if (invitedBy === OPERATOR.name) return;
    const inviter = await accounts.findByLogin(invitedBy, trx);
    const isOwner = inviter !== null && (await members.isOwner(trx, namespaceId, inviter.id));
    if (inviter?.isDisabled !== false || !(isOwner || inviter.systemRole === "administrator")) throw missing();
  }

  async #record(
    trx: Transaction,
    by: AuditEvent["by"],
    action: AuditAction,
    { id, account, email, role, team }: Invitation,
    namespaceId: number | null,
  ): Promise<void> {
    const target = { kind: "invitation", name: account ?? email ?? "", id } as const;
    await this.#parts.audit.record(trx, { by, action, target, namespaceId, after: { role, team } });
  }

  async #invitee(trx: Transaction, namespaceId: number, name: string): Promise<number> {
    const { accounts, members } = this.#parts;
    const { id, name: known } = await getPerson(accounts, trx, name);
    if (await members.isMember(trx, namespaceId, id)) {
      throw new RegistryError("CONFLICT", { message: `${known} is a member already` });
    }
    await queries.deleteInvitationsTo.run(trx, { namespaceId, accountId: id });
    return id;
  }
}

type Row = {
  id: number;
  namespace_id: number | null;
  team_id: number | null;
  account_id: number | null;
  email: string | null;
  role: MemberRole;
  invited_by: string;
  created_at: number;
  expires_at: number;
  namespace: string | null;
  namespace_deleted_at: number | null;
  team: string | null;
  account: string | null;
};

function invitationOf(row: Row): Invitation {
  return {
    id: row.id,
    namespace: row.namespace,
    team: row.team,
    role: row.role,
    account: row.account,
    email: row.email,
    invitedBy: row.invited_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}

/** 256 random bits. */
function newCode(): string {
  return `berth_invite_${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url")}`;
}

function hashOf(code: string): string {
  return new Bun.CryptoHasher("sha256").update(code).digest("hex");
}

function missing(): RegistryError {
  return new RegistryError("NOT_FOUND", {
    message: "there is no such invitation: it was answered, revoked, has expired, or is somebody else's",
  });
}
