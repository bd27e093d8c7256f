/**
 * Repositories by name. One comes into being with its first content; its id never changes and is never used again.
 */
import { visibilityOf } from "../access/visibility.ts";
import type { Principal } from "../access/principal.ts";
import type { Database, Queryable, Transaction } from "../database/database.ts";
import { Lru } from "../lib/lru.ts";
import { namespaceOf, type RepositoryName } from "../oci/reference.ts";
import * as queries from "./queries.ts";

const ID_CACHE_BYTES = 8 * 1024 * 1024;

export class Repositories {
  readonly #database: Database;
  /** Ids by name, for as long as nobody else can change what a name means. */
  readonly #ids = new Lru<string, number>(ID_CACHE_BYTES);

  constructor(database: Database) {
    this.#database = database;
  }

  /** The id if this process already knows it. */
  cachedId(name: RepositoryName): number | null {
    return this.#ids.get(name) ?? null;
  }

  /** The repository's id, or null when there is none of that name. */
  async findId(on: Queryable, name: RepositoryName): Promise<number | null> {
    const cached = this.#ids.get(name);
    if (cached !== undefined) return cached;
    const found = await queries.findRepository.first(on, { name });
    // Inside a transaction the row may yet be rolled back.
    if (found && on === this.#database) this.#remember(name, found.id);
    return found?.id ?? null;
  }

  /** The repository's id; makes it, and its namespace, when there is none. */
  async ensure(trx: Transaction, name: RepositoryName): Promise<number> {
    const existing = await this.findId(trx, name);
    if (existing !== null) return existing;
    const namespace = namespaceOf(name);
    const now = Date.now();
    await queries.insertNamespace.run(trx, { name: namespace, now });
    await queries.insertRepository.run(trx, { name, namespace, now });
    const made = await queries.findRepository.first(trx, { name });
    if (!made) throw new Error(`repository ${name} was not made`);
    trx.afterCommit(() => this.#remember(name, made.id));
    return made.id;
  }

  /** Names that the principal may see, sorted, after `last`. */
  async list(principal: Principal, last: string, limit: number): Promise<string[]> {
    const rows = await queries.listRepositories.all(this.#database, { last, limit, ...visibilityOf(principal) });
    return rows.map((row) => row.name);
  }

  #remember(name: string, id: number): void {
    if (!this.#database.isShared) this.#ids.set(name, id, name.length * 2 + 64);
  }
}
