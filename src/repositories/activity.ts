/**
 * What goes on in repositories, gathered in memory and written every few seconds and at the end: no row for each pull,
 * and none that pushes to one repository would wait for. A crash loses the last seconds of it.
 */
import type { Database } from "../database/database.ts";
import type { RepositoryName } from "../oci/reference.ts";
import type { Log } from "../telemetry/log.ts";
import * as queries from "./queries/changes.ts";
import type { Repositories } from "./repositories.ts";

const FLUSH_MS = 5_000;
/** Repositories of one transaction. */
const BATCH = 200;
/** Then what is new is written early. */
const MAX_GATHERED = 10_000;

type Gathered = { pulls: number; pushedAt: number };

export class Activity {
  readonly #database: Database;
  readonly #repositories: Repositories;
  readonly #log: Log;
  #gathered = new Map<RepositoryName, Gathered>();
  #timer: Timer | null = null;
  #flushing: Promise<void> = Promise.resolve();

  constructor(parts: { database: Database; repositories: Repositories; log: Log }) {
    this.#database = parts.database;
    this.#repositories = parts.repositories;
    this.#log = parts.log;
  }

  /** An image was asked for, or another manifest that is not an index. */
  pulled(repository: RepositoryName): void {
    this.#of(repository).pulls += 1;
  }

  pushed(repository: RepositoryName): void {
    this.#of(repository).pushedAt = Date.now();
  }

  /** Writes what was gathered. What cannot be written is kept for the next time. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#flush());
    return this.#flushing;
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.flush();
  }

  #of(repository: RepositoryName): Gathered {
    let gathered = this.#gathered.get(repository);
    if (gathered === undefined) {
      this.#gathered.set(repository, (gathered = { pulls: 0, pushedAt: 0 }));
      // Nothing runs while nothing happens.
      this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
      if (this.#gathered.size === MAX_GATHERED) void this.flush();
    }
    return gathered;
  }

  async #flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const gathered = [...this.#gathered].sort(([a], [b]) => (a < b ? -1 : 1));
    this.#gathered = new Map();
    for (let at = 0; at < gathered.length; at += BATCH) {
      const batch = gathered.slice(at, at + BATCH);
      try {
        await this.#write(batch);
      } catch (error) {
        this.#log.warn("counts of pulls and times of pushes could not be written; they are kept for the next time", {
          error,
        });
        for (const [name, { pulls, pushedAt }] of gathered.slice(at)) {
          const kept = this.#of(name);
          kept.pulls += pulls;
          kept.pushedAt = Math.max(kept.pushedAt, pushedAt);
        }
        return;
      }
    }
  }

  async #write(batch: readonly (readonly [RepositoryName, Gathered])[]): Promise<void> {
    const rows: { repositoryId: number; pullsMore: number; pushedAt: number }[] = [];
    for (const [name, { pulls, pushedAt }] of batch) {
      const repositoryId = await this.#repositories.findId(this.#database, name);
      if (repositoryId !== null) rows.push({ repositoryId, pullsMore: pulls, pushedAt });
    }
    if (rows.length === 0) return;
    // In one order for all, so that two processes never wait for each other.
    rows.sort((a, b) => a.repositoryId - b.repositoryId);
    await this.#database.write(async (trx) => {
      for (const row of rows) await queries.addActivity.run(trx, row);
    });
  }
}
