/** Who belongs to an organisation: owners, who may everything in it, and members. There is always one owner left. */
import type { Access } from "../access/access.ts";
import type { LimitCheck } from "../access/limit-check.ts";
import type { Principal } from "../access/principal.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { AuditEvent } from "../audit/event.ts";
import type { Database, Transaction } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import type { Accounts } from "./accounts.ts";
import { assertOrganisation, lockNamespace } from "./namespace.ts";
import { getPerson } from "./person.ts";
import * as queries from "./queries/members.ts";

export type MemberRole = "owner" | "member";

/** `source`: empty when a person gave the membership, else the source of identities whose groups did. */
export type Member = {
  accountId: number;
  name: string;
  displayName: string;
  role: MemberRole;
  source: string;
  createdAt: number;
};

export type MembersParts = {
  database: Database;
  access: Access;
  audit: AuditTrail;
  accounts: Accounts;
  limits: LimitCheck;
};

export class Members {
  readonly #parts: MembersParts;

  constructor(parts: MembersParts) {
    this.#parts = parts;
  }

  /** By account id, those after `after`. */
  async list(namespaceId: number, after: number, limit: number): Promise<Member[]> {
    const rows = await queries.listMembers.all(this.#parts.database, { namespaceId, after, limit });
    return rows.map(memberOf);
  }

  /**
   * Adds a person, or changes what they are. Throws NOT_FOUND when there is no such person, CONFLICT when nobody would be
   * left as owner or it is no organisation.
   */
  async put(namespaceId: number, name: string, role: MemberRole, by: Principal): Promise<Member> {
    const { database, accounts } = this.#parts;
    return await database.write(async (trx) => {
      assertOrganisation(await lockNamespace(trx, namespaceId));
      const { id } = await getPerson(accounts, trx, name);
      await this.join(trx, namespaceId, id, role, by);
      if (role !== "owner") await assertOtherOwner(trx, { namespaceId, accountId: id });
      const member = await queries.findMember.first(trx, { namespaceId, accountId: id });
      if (member === null) throw new Error("a member was not added");
      return memberOf(member);
    });
  }

  /** For whoever has locked the namespace. Throws DENIED when its plan has room for no more members. */
  async join(
    trx: Transaction,
    namespaceId: number,
    accountId: number,
    role: MemberRole,
    by: AuditEvent["by"],
  ): Promise<void> {
    const { limits, audit, access } = this.#parts;
    const before = await queries.findMember.first(trx, { namespaceId, accountId });
    if (before === null) await limits.member(trx, namespaceId);
    await queries.saveMember.run(trx, { namespaceId, accountId, memberRole: role, now: Date.now() });
    access.changes(trx);
    const after = await queries.findMember.first(trx, { namespaceId, accountId });
    await audit.record(trx, {
      by,
      action: before === null ? "member.add" : "member.update",
      target: { kind: "member", name: after?.name ?? "", id: accountId },
      namespaceId,
      ...(before === null ? {} : { before: { role: before.role } }),
      after: { role },
    });
  }

  /**
   * With the places in teams and what was granted. Throws NOT_FOUND; CONFLICT for the last owner, and for whom groups of a source
   * put into a team: they would be back with their next login.
   */
  async remove(namespaceId: number, name: string, by: Principal): Promise<void> {
    const { database, access, accounts, audit } = this.#parts;
    await database.write(async (trx) => {
      await lockNamespace(trx, namespaceId);
      const account = await accounts.findByLogin(name, trx);
      const ids = { namespaceId, accountId: account?.id ?? 0 };
      const member = await queries.findMember.first(trx, ids);
      if (member === null) throw new RegistryError("NOT_FOUND", { message: `${name.slice(0, 100)} is no member` });
      if (member.role === "owner") await assertOtherOwner(trx, ids);
      await assertNotSynced(trx, ids, member.name);
      await queries.deleteMember.run(trx, ids);
      await queries.deleteMemberFromTeams.run(trx, ids);
      await queries.deleteAccountGrants.run(trx, ids);
      access.changes(trx);
      const target = { kind: "member", name: member.name, id: member.id } as const;
      await audit.record(trx, {
        by,
        action: "member.remove",
        target,
        namespaceId,
        before: { role: member.role },
      });
    });
  }

  async isMember(trx: Transaction, namespaceId: number, accountId: number): Promise<boolean> {
    return (await queries.findMember.first(trx, { namespaceId, accountId })) !== null;
  }

  async isOwner(trx: Transaction, namespaceId: number, accountId: number): Promise<boolean> {
    return (await queries.findMember.first(trx, { namespaceId, accountId }))?.role === "owner";
  }

  async roleOf(namespaceId: number, accountId: number): Promise<MemberRole | null> {
    const found = await queries.findMember.first(this.#parts.database, { namespaceId, accountId });
    return found?.role ?? null;
  }
}

/** Throws CONFLICT when without this one there would be none. */
async function assertOtherOwner(trx: Transaction, ids: { namespaceId: number; accountId: number }): Promise<void> {
  if (await queries.findOtherOwner.first(trx, ids)) return;
  throw new RegistryError("CONFLICT", {
    message: "an organisation has at least one owner: make somebody else an owner first, or delete the organisation",
  });
}

/** Throws CONFLICT when a source would bring them back. */
async function assertNotSynced(
  trx: Transaction,
  ids: { namespaceId: number; accountId: number },
  name: string,
): Promise<void> {
  const [first] = await queries.listSourcesOfMember.all(trx, ids);
  if (first === undefined) return;
  throw new RegistryError("CONFLICT", {
    message: `groups of ${first.source} put ${name} into the team ${first.team}, and would again with the next login: change their groups there, or the team's groups here`,
  });
}

type Row = {
  id: number;
  name: string;
  display_name: string;
  role: MemberRole;
  source: string;
  created_at: number;
};

function memberOf(row: Row): Member {
  return {
    accountId: row.id,
    name: row.name,
    displayName: row.display_name,
    role: row.role,
    source: row.source,
    createdAt: row.created_at,
  };
}
