/**
 * Organisations in the recycle bin: missing for everyone, and back again with everything in them; or gone for good but for the
 * name, which nobody else gets.
 */
import type { Access } from "../access/access.ts";
import { letsThrough } from "../access/ceiling.ts";
import type { Principal } from "../access/principal.ts";
import type { AuditAction } from "../audit/event.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { Database, Transaction } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import {
  assertNotLibrary,
  findNamespace,
  lockNamespace,
  missingNamespace,
  type Namespace,
  namespaceOf,
} from "./namespace.ts";
import * as memberQueries from "./queries/members.ts";
import * as queries from "./queries/namespaces.ts";
import * as robotQueries from "./queries/robots.ts";

/** What happens to the repositories; in the transaction, after the namespace was locked. */
export type RepositoryHiding = {
  hide(trx: Transaction, namespaceId: number, deleted: { at: number; by: string }): Promise<void>;
  show(trx: Transaction, namespaceId: number, deletedAt: number): Promise<void>;
};

export type NamespaceBinParts = {
  database: Database;
  access: Access;
  audit: AuditTrail;
  /** What others remember of repositories is stale then. */
  repositories: { changes(trx: Transaction): void };
  repositoryNames: RepositoryHiding;
};

/** `deleted_at` of what is gone for good: nothing is left but the name, which nobody else may have. */
const GONE = 0;
const PURGE_AT_ONCE = 100;

export class NamespaceBin {
  readonly #parts: NamespaceBinParts;

  constructor(parts: NamespaceBinParts) {
    this.#parts = parts;
  }

  /** In the recycle bin: those that the caller owns; all for administrators and auditors. None for a token limited to names. */
  async list(caller: Principal, last: string, limit: number): Promise<Namespace[]> {
    const { isOpen, rights, ceiling } = caller;
    if (ceiling !== null && !letsThrough(ceiling, "inspect-namespace", null)) return [];
    const seesAll = isOpen || (rights !== null && rights.systemRole !== "none") ? 1 : 0;
    const viewerId = rights?.accountId ?? 0;
    const rows = await queries.listDeletedNamespaces.all(this.#parts.database, { last, limit, seesAll, viewerId });
    return rows.map(namespaceOf);
  }

  /** Into the recycle bin, with its repositories; its robots are disabled. Throws CONFLICT for a person's own. */
  async delete(id: number, caller: Principal): Promise<void> {
    const { database, access, repositories, repositoryNames } = this.#parts;
    await database.write(async (trx) => {
      const before = await lockNamespace(trx, id);
      assertNotLibrary(before);
      if (before.kind === "user") {
        throw new RegistryError("CONFLICT", {
          message: "this namespace is a person's own, and there as long as the account: disable the account",
        });
      }
      const at = Date.now();
      await queries.setNamespaceDeleted.run(trx, { namespaceId: id, deletedAt: at, deletedBy: caller.name });
      await repositoryNames.hide(trx, id, { at, by: caller.name });
      await robotQueries.disableRobotsOf.run(trx, { namespaceId: id, deletedAt: at });
      await this.#record(trx, caller, "namespace.delete", before);
      access.changes(trx);
      repositories.changes(trx);
    });
  }

  /** Out of the recycle bin, by an owner or an administrator. Throws NOT_FOUND. */
  async restore(name: string, caller: Principal): Promise<Namespace> {
    const { database, access, repositories, repositoryNames } = this.#parts;
    return await database.write(async (trx) => {
      const found = await findNamespace(trx, name);
      const locked = found && (await queries.lockNamespace.first(trx, { namespaceId: found.id }));
      const deletedAt = locked?.deleted_at ?? GONE;
      if (!locked || deletedAt === GONE || !(await this.#ownsDeleted(trx, locked.id, caller)))
        throw missingNamespace(name);
      await queries.setNamespaceDeleted.run(trx, { namespaceId: locked.id, deletedAt: null, deletedBy: null });
      await repositoryNames.show(trx, locked.id, deletedAt);
      await robotQueries.enableRobotsOf.run(trx, { namespaceId: locked.id, deletedAt });
      access.changes(trx);
      repositories.changes(trx);
      const namespace = { ...namespaceOf(locked), deletedAt: null, deletedBy: null };
      await this.#record(trx, caller, "namespace.restore", namespace);
      return namespace;
    });
  }

  /**
   * Out of the recycle bin for good: nothing is left but the name, which stays reserved. Throws NOT_FOUND, and CONFLICT while
   * a repository of it has content.
   */
  async purge(name: string, by: Principal): Promise<void> {
    await this.#parts.database.write(async (trx) => {
      const found = await findNamespace(trx, name);
      if (found === null || found.deletedAt === null || found.deletedAt === GONE) throw missingNamespace(name);
      const left = await this.#purge(trx, found.id);
      if (left === null) return await this.#record(trx, by, "namespace.purge", found);
      throw new RegistryError("CONFLICT", { message: `${left} still has content: delete it for good first` });
    });
  }

  /** As `purge`, of all that have been in the recycle bin since `before`, in ms since 1970; those with content wait. */
  async purgeExpired(before: number): Promise<number> {
    const { database } = this.#parts;
    const rows = await queries.listExpiredNamespaces.all(database, { before, limit: PURGE_AT_ONCE });
    let gone = 0;
    for (const { id } of rows) if ((await database.write((trx) => this.#purge(trx, id))) === null) gone += 1;
    return gone;
  }

  /** The name of a repository that keeps it from going, or null. */
  async #purge(trx: Transaction, id: number): Promise<string | null> {
    const locked = await queries.lockNamespace.first(trx, { namespaceId: id });
    if (!locked?.deleted_at) return null;
    const left = await queries.findRepositoryWithContent.first(trx, { namespaceId: id });
    if (left !== null) return left.name;
    await queries.deleteGrantsOf.run(trx, { namespaceId: id });
    await queries.deleteInvitationsOf.run(trx, { namespaceId: id });
    await queries.deleteTeamsOf.run(trx, { namespaceId: id });
    await queries.deleteMembersOf.run(trx, { namespaceId: id });
    await queries.setNamespaceDeleted.run(trx, { namespaceId: id, deletedAt: GONE, deletedBy: locked.deleted_by });
    this.#parts.access.changes(trx);
    return null;
  }

  /** What is deleted gives no rights: whether it was theirs, its rows still say. */
  async #ownsDeleted(trx: Transaction, namespaceId: number, { isOpen, rights, ceiling }: Principal): Promise<boolean> {
    if (isOpen) return true;
    if (rights === null || ceiling !== null) return false;
    if (rights.systemRole === "administrator") return true;
    const member = await memberQueries.findMember.first(trx, { namespaceId, accountId: rights.accountId });
    return member?.role === "owner";
  }

  async #record(trx: Transaction, by: Principal, action: AuditAction, { id, name }: Namespace): Promise<void> {
    const target = { kind: "namespace", name, id } as const;
    await this.#parts.audit.record(trx, { by, action, target, namespaceId: id });
  }
}
