/**
 * What accounts may do, loaded from rows and remembered until anything about accounts or rights changes. A change in this
 * process counts at once; where other processes write too, what is remembered is looked up again after a few seconds.
 */
import type { Database, Transaction } from "../database/database.ts";
import * as queries from "./queries.ts";
import type { Grant, GrantedRole, Rights } from "./rights.ts";
import type { RoleName } from "./roles.ts";

const SHARED_MS = 5_000;
const MAX_REMEMBERED = 10_000;

export type AccessParts = {
  database: Database;
  /** Roles on every repository that a source of identities gives to all whom it knows. */
  sourceRoles: ReadonlyMap<string, RoleName>;
};

type Remembered = { rights: Rights | null; until: number };

export class Access {
  readonly #parts: AccessParts;
  #generation = 0;
  #rights = new Map<number, Remembered>();

  constructor(parts: AccessParts) {
    this.#parts = parts;
  }

  /**
   * Grows with every change to accounts, credentials, rights or names by this process: whatever was concluded from them
   * under another number has to be concluded again.
   */
  get generation(): number {
    return this.#generation;
  }

  /** Until when something that is concluded now may be remembered, in ms since 1970. */
  get rememberUntil(): number {
    return this.#parts.database.isShared ? Date.now() + SHARED_MS : Infinity;
  }

  /** To be called in the transaction of every such change. */
  changes(trx: Transaction): void {
    trx.afterCommit(() => this.forget());
  }

  forget(): void {
    this.#generation += 1;
    this.#rights = new Map();
  }

  /** The rights if this process knows them: undefined when it does not, null when there is no such account, or a disabled one. */
  cachedRights(accountId: number): Rights | null | undefined {
    const remembered = this.#rights.get(accountId);
    if (remembered === undefined || remembered.until < Date.now()) return undefined;
    return remembered.rights;
  }

  async rights(accountId: number): Promise<Rights | null> {
    const cached = this.cachedRights(accountId);
    if (cached !== undefined) return cached;
    const generation = this.#generation;
    const until = this.rememberUntil;
    const rights = await this.#load(accountId);
    if (generation === this.#generation) {
      if (this.#rights.size >= MAX_REMEMBERED) this.#rights.clear();
      this.#rights.set(accountId, { rights, until });
    }
    return rights;
  }

  async #load(accountId: number): Promise<Rights | null> {
    const { database, sourceRoles } = this.#parts;
    const account = await queries.findAccountRights.first(database, { accountId });
    if (!account || account.disabled_at !== null) return null;
    const memberships = new Map<number, "owner" | "member">();
    for (const row of await queries.listMemberships.all(database, { accountId })) {
      memberships.set(row.namespace_id, row.role);
    }
    for (const { id } of await queries.findOwnNamespace.all(database, { accountId })) memberships.set(id, "owner");
    const grants = new Map<number, Grant[]>();
    const add = (namespaceId: number, grant: Grant): void => {
      const list = grants.get(namespaceId);
      if (list) list.push(grant);
      else grants.set(namespaceId, [grant]);
    };
    for (const row of await queries.listAccountGrants.all(database, { accountId })) {
      add(row.namespace_id, { repositoryId: row.repository_id, pattern: row.pattern, role: row.role, via: null });
    }
    for (const row of await queries.listTeamGrants.all(database, { accountId })) {
      const via = `team ${row.team}`;
      add(row.namespace_id, { repositoryId: row.repository_id, pattern: row.pattern, role: row.role, via });
    }
    return {
      accountId,
      kind: account.kind,
      name: account.name,
      systemRole: account.system_role,
      everywhere: sourceRoles.size === 0 ? null : await this.#everywhere(accountId),
      memberships,
      grants,
      confinedTo: account.repository_id,
    };
  }

  async #everywhere(accountId: number): Promise<GrantedRole | null> {
    const { database, sourceRoles } = this.#parts;
    for (const { source } of await queries.listIdentitySources.all(database, { accountId })) {
      const role = sourceRoles.get(source);
      if (role !== undefined) return { role, via: `${source}, whose users all have it` };
    }
    return null;
  }
}
