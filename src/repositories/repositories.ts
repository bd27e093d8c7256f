/**
 * Repositories by name. One comes into being with its first content; its id never changes and is never used again, its
 * name may: a name that it had before goes on leading to it.
 */
import type { RepositoryResource } from "../access/authorize.ts";
import { type LimitCheck, NO_LIMITS } from "../access/limit-check.ts";
import { visibilityOf } from "../access/visibility.ts";
import type { Principal } from "../access/principal.ts";
import type { Database, Queryable, Transaction } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import { lockName } from "../database/lock.ts";
import { Lru } from "../lib/lru.ts";
import { findRepositoryName, namespaceOf, type RepositoryName } from "../oci/reference.ts";
import * as queries from "./queries.ts";

const CACHE_BYTES = 8 * 1024 * 1024;
/** Renames of its namespace that a push waits for. */
const MAX_TURNS = 20;

export class Repositories {
  readonly #database: Database;
  readonly #limits: LimitCheck;
  /** By name, for as long as nobody else can change what a name means. */
  readonly #known = new Lru<string, RepositoryResource>(CACHE_BYTES);
  #version = 0;

  constructor(database: Database, limits: LimitCheck = NO_LIMITS) {
    this.#database = database;
    this.#limits = limits;
  }

  /** The repository if this process already knows it. */
  cached(name: RepositoryName): RepositoryResource | null {
    return this.#known.get(name) ?? null;
  }

  /** The id if this process already knows it. */
  cachedId(name: RepositoryName): number | null {
    return this.#known.get(name)?.id ?? null;
  }

  /** The repository of that name, or the place where a push would make one: then its id is null. One in the recycle bin is not there. */
  async find(on: Queryable, name: RepositoryName): Promise<RepositoryResource> {
    const cached = this.#known.get(name);
    if (cached !== undefined) return cached;
    const version = this.#version;
    const found = await this.#load(on, name);
    // Inside a transaction the row may yet be rolled back.
    if (found.id !== null && on === this.#database && version === this.#version) this.#remember(name, found);
    return found;
  }

  /** The repository's id, or null when there is none of that name. */
  async findId(on: Queryable, name: RepositoryName): Promise<number | null> {
    return (await this.find(on, name)).id;
  }

  /** The namespace of that name, or that had it; not one in the recycle bin. */
  async findNamespace(on: Queryable, name: string): Promise<{ id: number; name: string } | null> {
    const found = await queries.findNamespace.first(on, { name });
    return found?.deleted_at === null ? { id: found.id, name: found.name } : null;
  }

  /**
   * The repository's id; makes it, and its namespace, when there is none. Throws DENIED when it is in the recycle bin, or
   * when its namespace's plan does not let it be made, unless `by` may do everything: an operator, or anyone on an open registry.
   */
  async ensure(trx: Transaction, name: RepositoryName, by?: Principal): Promise<number> {
    for (let turn = 0; turn < MAX_TURNS; turn++) {
      const id = await this.#make(trx, name, by);
      if (id !== null) return id;
    }
    throw new RegistryError("CONFLICT", { message: `${name} cannot be made: its namespace has another name by now` });
  }

  /** Null when its namespace got another name while this waited for its row. */
  async #make(trx: Transaction, name: RepositoryName, by: Principal | undefined): Promise<number | null> {
    const existing = await this.find(trx, name);
    if (existing.id !== null) return existing.id;
    const namespace = namespaceOf(existing.name);
    const now = Date.now();
    await lockName(trx, nameLock(existing.name));
    if (existing.namespaceId === null) await queries.insertNamespace.run(trx, { name: namespace, now });
    if (by?.isOpen !== true) await this.#assertAllowed(trx, existing.name);
    await queries.insertRepository.run(trx, { name: existing.name, namespace, now });
    const made = await this.#load(trx, name);
    if (made.id === null) {
      if ((await queries.findRepository.first(trx, { name: existing.name })) === null) return null;
      throw new RegistryError("DENIED", {
        message: `${name} was deleted, and its name stays its own: restore it from the recycle bin while it is there, or push to another name`,
      });
    }
    trx.afterCommit(() => this.#remember(name, made));
    return made.id;
  }

  /** Names that the principal may see, sorted, after `last`. */
  async list(principal: Principal, last: string, limit: number): Promise<string[]> {
    const rows = await queries.listRepositories.all(this.#database, { last, limit, ...visibilityOf(principal) });
    return rows.map((row) => row.name);
  }

  /** To be called in the transaction of every change to what is remembered here: names, visibility, settings of namespaces. */
  changes(trx: Transaction): void {
    trx.afterCommit(() => {
      this.#version += 1;
      this.#known.clear();
    });
  }

  /** Whether the namespace's plan has room for what a push would make. */
  async #assertAllowed(trx: Transaction, name: RepositoryName): Promise<void> {
    if (this.#limits === NO_LIMITS) return;
    const namespace = await queries.findNamespace.first(trx, { name: namespaceOf(name) });
    if (namespace?.default_visibility !== "private") return;
    // Whoever held the lock on the name before may have made it.
    if ((await queries.findRepository.first(trx, { name })) !== null) return;
    await this.#limits.privateRepository(trx, namespace.id);
  }

  async #load(on: Queryable, asked: RepositoryName): Promise<RepositoryResource> {
    const named = await queries.findRepository.first(on, { name: asked });
    if (named?.deleted_at === null) return resourceOf(asked, named);
    const rest = asked.slice(namespaceOf(asked).length);
    const found = named ?? (await queries.findRenamed.first(on, { name: asked, namespace: namespaceOf(asked), rest }));
    if (found?.deleted_at === null) return resourceOf(asked, found);
    const place = found ? (findRepositoryName(found.name) ?? asked) : asked;
    const namespace = await queries.findNamespace.first(on, { name: namespaceOf(place) });
    const isMoved = namespace !== null && namespace.name !== namespaceOf(place);
    return {
      kind: "repository",
      // Where its namespace is now, a push makes it there.
      name: isMoved ? (findRepositoryName(`${namespace.name}${place.slice(place.indexOf("/"))}`) ?? place) : place,
      id: null,
      isPublic: false,
      namespaceId: namespace?.deleted_at === null ? namespace.id : null,
      createsOnPush: namespace?.creates_on_push === 1,
      membersRole: namespace?.members_role ?? null,
    };
  }

  #remember(name: string, found: RepositoryResource): void {
    if (!this.#database.isShared) this.#known.set(name, found, name.length * 2 + 200);
  }
}

/** Whoever gives a name to a repository holds this lock. */
export function nameLock(name: RepositoryName): string {
  return `repository/${name}`;
}

type Row = {
  id: number;
  name: string;
  namespace_id: number;
  visibility: "public" | "private";
  creates_on_push: number;
  members_role: RepositoryResource["membersRole"];
};

export function resourceOf(asked: RepositoryName, row: Row): RepositoryResource {
  return {
    kind: "repository",
    // The one that it has now: what a former name leads to is spoken of by its own.
    name: findRepositoryName(row.name) ?? asked,
    id: row.id,
    isPublic: row.visibility === "public",
    namespaceId: row.namespace_id,
    createsOnPush: row.creates_on_push === 1,
    membersRole: row.members_role,
  };
}
