/**
 * Namespaces: a person's own, and organisations. An id never changes; a name may, and the one before goes on leading here
 * and is never given to anybody else, so that nobody inherits what was meant for another.
 */
import type { Access } from "../access/access.ts";
import type { Principal } from "../access/principal.ts";
import { visibilityOf } from "../access/visibility.ts";
import type { AuditAction, AuditEvent } from "../audit/event.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import { changedFields } from "../audit/redact.ts";
import type { Database, Queryable, Transaction } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import { LIBRARY } from "../oci/reference.ts";
import type { Accounts } from "./accounts.ts";
import { parseLoginName } from "./login-name.ts";
import {
  assertNotLibrary,
  findNamespace,
  lockNamespace,
  missingNamespace,
  type Namespace,
  namespaceOf,
  type NamespaceSettings,
} from "./namespace.ts";
import { getPerson } from "./person.ts";
import * as accountQueries from "./queries.ts";
import * as memberQueries from "./queries/members.ts";
import * as queries from "./queries/namespaces.ts";

/** What happens to the repositories; in the transaction, after the namespace was locked. */
export type RepositoryRenaming = {
  rename(trx: Transaction, namespaceId: number, names: { from: string; to: string }): Promise<void>;
};

export type NamespacesParts = {
  database: Database;
  access: Access;
  accounts: Accounts;
  audit: AuditTrail;
  /** Of names, visibility, settings: what others remember of repositories is stale then. */
  repositories: { changes(trx: Transaction): void };
  repositoryNames: RepositoryRenaming;
  /** Who may make organisations. */
  organisationCreation: "everyone" | "administrators";
};

const DEFAULTS: NamespaceSettings = {
  displayName: "",
  description: "",
  defaultVisibility: "private",
  createsOnPush: true,
  membersRole: null,
};

export class Namespaces {
  readonly #parts: NamespacesParts;

  constructor(parts: NamespacesParts) {
    this.#parts = parts;
  }

  /** By its name or one that it had; not in the recycle bin. Throws NOT_FOUND. */
  async get(name: string, on: Queryable = this.#parts.database): Promise<Namespace> {
    const found = await findNamespace(on, name);
    if (found?.deletedAt !== null) throw missingNamespace(name);
    return found;
  }

  /** As `get`, for those alone who may see it: NOT_FOUND for all others. */
  async getVisible(caller: Principal, name: string): Promise<Namespace> {
    const found = await this.get(name);
    const visibility = visibilityOf(caller);
    const seen = await queries.findVisibleNamespace.first(this.#parts.database, {
      namespaceId: found.id,
      ...visibility,
    });
    if (seen === null) throw missingNamespace(name);
    return found;
  }

  /** Those that the caller belongs to or may see something in, by name, after `last`. */
  async list(caller: Principal, last: string, limit: number): Promise<Namespace[]> {
    const rows = await queries.listNamespaces.all(this.#parts.database, { last, limit, ...visibilityOf(caller) });
    return rows.map(namespaceOf);
  }

  /**
   * Makes an organisation. Its owner is the caller, or whom an operator names. Throws DENIED, NAME_INVALID, NOT_FOUND when
   * there is no such owner, CONFLICT when the name is taken.
   */
  async create(
    caller: Principal,
    name: string,
    settings: Partial<NamespaceSettings>,
    owner: string | null = null,
  ): Promise<Namespace> {
    const { database, access, accounts, repositories, organisationCreation } = this.#parts;
    const isAdministrator = caller.isOpen || caller.rights?.systemRole === "administrator";
    if (organisationCreation === "administrators" && !isAdministrator) {
      throw new RegistryError("DENIED", { message: "organisations are made by administrators here: ask one of them" });
    }
    // Before a claim the first push makes the built-in one; later somebody who answers for the registry has to.
    const wanted = isAdministrator && name === LIBRARY ? name : parseLoginName(name);
    return await database.write(async (trx) => {
      const now = Date.now();
      if (await accountQueries.findNameHolder.first(trx, { name: wanted })) throw taken(wanted);
      const made = await queries.insertOrganisation.first(trx, {
        namespaceName: wanted,
        ...rowOf({ ...DEFAULTS, ...settings }),
        now,
      });
      if (made === null) throw taken(wanted);
      const accountId =
        owner === null ? (caller.rights?.accountId ?? null) : (await getPerson(accounts, trx, owner)).id;
      if (accountId !== null) {
        await memberQueries.saveMember.run(trx, { namespaceId: made.id, accountId, memberRole: "owner", now });
      }
      access.changes(trx);
      repositories.changes(trx);
      const namespace = await lockNamespace(trx, made.id);
      await this.#record(trx, caller, "namespace.create", namespace);
      return namespace;
    });
  }

  /** `check` sees what is there and may throw, as If-Match does. */
  async update(
    id: number,
    settings: Partial<NamespaceSettings>,
    by: Principal,
    check: (before: Namespace) => void = () => undefined,
  ): Promise<Namespace> {
    const { database, access, repositories } = this.#parts;
    return await database.write(async (trx) => {
      const before = await lockNamespace(trx, id);
      check(before);
      const after = { ...before, ...settings };
      await queries.updateNamespace.run(trx, { namespaceId: id, ...rowOf(after) });
      access.changes(trx);
      repositories.changes(trx);
      await this.#record(trx, by, "namespace.update", after, changedFields(settingsOf(before), settingsOf(after)));
      return after;
    });
  }

  async setVerifiedPublisher(id: number, isVerifiedPublisher: boolean, by: Principal): Promise<Namespace> {
    return await this.#parts.database.write(async (trx) => {
      const before = await lockNamespace(trx, id);
      const flag = isVerifiedPublisher ? 1 : 0;
      await queries.setVerifiedPublisher.run(trx, { namespaceId: id, isVerifiedPublisher: flag });
      const values = {
        before: { isVerifiedPublisher: before.isVerifiedPublisher },
        after: { isVerifiedPublisher },
      };
      await this.#record(trx, by, "namespace.verify", before, values);
      return { ...before, isVerifiedPublisher };
    });
  }

  /**
   * Gives it, all of its repositories, the patterns of its grants and, if it is a person's own, the account another name. Throws
   * NAME_INVALID, and CONFLICT when the name is or was somebody else's, or repositories' names would become too long.
   */
  async rename(id: number, name: string, by: Principal): Promise<Namespace> {
    const { database, access, repositories, repositoryNames } = this.#parts;
    const to = parseLoginName(name);
    return await database.write(async (trx) => {
      const before = await lockNamespace(trx, id);
      const { name: from, accountId } = before;
      assertNotLibrary(before);
      if (from === to) return before;
      const held = { namespaceName: to, namespaceId: id, accountId: accountId ?? 0 };
      if (await queries.findForeignHolder.first(trx, held)) throw taken(to);
      await queries.deleteFormerNamespaceName.run(trx, { namespaceName: to, namespaceId: id });
      await queries.insertFormerNamespaceName.run(trx, { namespaceName: from, namespaceId: id, now: Date.now() });
      await queries.setNamespaceName.run(trx, { namespaceId: id, namespaceName: to });
      if (accountId !== null) await queries.setAccountName.run(trx, { accountId, namespaceName: to });
      await repositoryNames.rename(trx, id, { from, to });
      await queries.renameGrantPatterns.run(trx, { namespaceId: id, to });
      access.changes(trx);
      repositories.changes(trx);
      const after = { ...before, name: to };
      await this.#record(trx, by, "namespace.rename", after, { before: { name: from }, after: { name: to } });
      return after;
    });
  }

  async #record(
    trx: Transaction,
    by: Principal,
    action: AuditAction,
    { id, name }: Namespace,
    values: Pick<AuditEvent, "before" | "after"> = {},
  ): Promise<void> {
    const target = { kind: "namespace", name, id } as const;
    await this.#parts.audit.record(trx, { by, action, target, namespaceId: id, ...values });
  }
}

function settingsOf({ displayName, description, defaultVisibility, createsOnPush, membersRole }: NamespaceSettings) {
  return { displayName, description, defaultVisibility, createsOnPush, membersRole };
}

function rowOf({ displayName, description, defaultVisibility, createsOnPush, membersRole }: NamespaceSettings) {
  const flag: 0 | 1 = createsOnPush ? 1 : 0;
  return { displayName, description, visibility: defaultVisibility, createsOnPush: flag, membersRole };
}

function taken(name: string): RegistryError {
  return new RegistryError("CONFLICT", { message: `${name} is taken, or was somebody else's name: choose another` });
}
