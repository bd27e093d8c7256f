/**
 * Pulls, by manifest and by hour and day of a repository: gathered in memory and written once a minute and at the end, so that
 * no pull writes a row. A pull of an index's child counts for the index too. A crash loses the last minute of it.
 */
import type { Database } from "../database/database.ts";
import type { RepositoryName } from "../oci/reference.ts";
import type { Repositories } from "../repositories/repositories.ts";
import type { Log } from "../telemetry/log.ts";
import * as queries from "./queries/pulls.ts";

const FLUSH_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** Of each repository that is pulled from: kept a little longer than they are shown. */
const KEEP_MS = { hour: 8 * DAY_MS, day: 400 * DAY_MS };
/** Different manifests; then what is new is written early. */
const MAX_GATHERED = 10_000;
/** Rows of one transaction: on SQLite it holds up everything else. */
const BATCH = 100;

type Tally = { count: number; lastAt: number };
type Row = { repositoryId: number; digest: string } & Tally;

export type PullTallyParts = {
  database: Database;
  repositories: Repositories;
  log: Log;
  now?: () => number;
};

export class PullTally {
  readonly #parts: PullTallyParts;
  readonly #now: () => number;
  #gathered = new Map<RepositoryName, Map<string, Tally>>();
  #size = 0;
  #timer: Timer | null = null;
  #flushing: Promise<void> = Promise.resolve();

  constructor(parts: PullTallyParts) {
    this.#parts = parts;
    this.#now = parts.now ?? Date.now;
  }

  /** On the path of every pull. */
  pulled(repository: RepositoryName, digest: string): void {
    this.#add(repository, digest, { count: 1, lastAt: this.#now() });
  }

  /** Writes what was gathered. What cannot be written is kept for the next time. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#flush());
    return this.#flushing;
  }

  async close(): Promise<void> {
    await this.flush();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #add(repository: RepositoryName, digest: string, { count, lastAt }: Tally): void {
    let digests = this.#gathered.get(repository);
    if (digests === undefined) this.#gathered.set(repository, (digests = new Map()));
    const tally = digests.get(digest);
    if (tally !== undefined) {
      tally.count += count;
      if (lastAt > tally.lastAt) tally.lastAt = lastAt;
      return;
    }
    digests.set(digest, { count, lastAt });
    this.#size += 1;
    // Nothing runs while nothing happens.
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
    if (this.#size === MAX_GATHERED) void this.flush();
  }

  async #flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const gathered = this.#gathered;
    this.#gathered = new Map();
    this.#size = 0;
    const names = new Map<number, RepositoryName>();
    const rows: Row[] = [];
    try {
      const { database, repositories } = this.#parts;
      for (const [name, digests] of gathered) {
        const repositoryId = await repositories.findId(database, name);
        if (repositoryId === null) continue;
        names.set(repositoryId, name);
        for (const [digest, tally] of digests) rows.push({ repositoryId, digest, ...tally });
      }
      // In one order for all, so that of two processes that add to the same rows one waits for the other.
      rows.sort((a, b) => a.repositoryId - b.repositoryId || (a.digest < b.digest ? -1 : 1));
    } catch (error) {
      this.#keep(
        [...gathered].flatMap(([name, digests]) => [...digests].map((it) => [name, ...it] as const)),
        error,
      );
      return;
    }
    for (let at = 0; at < rows.length; at += BATCH) {
      try {
        await this.#write(rows.slice(at, at + BATCH));
      } catch (error) {
        const left = rows.slice(at).flatMap(({ repositoryId, digest, ...tally }) => {
          const name = names.get(repositoryId);
          return name === undefined ? [] : [[name, digest, tally] as const];
        });
        this.#keep(left, error);
        return;
      }
    }
  }

  #keep(left: readonly (readonly [RepositoryName, string, Tally])[], error: unknown): void {
    this.#parts.log.warn("counts of pulls could not be written; they are kept for the next time", { error });
    // Of what nobody can write for long, no more is kept than is gathered.
    for (const it of left.slice(0, Math.max(0, MAX_GATHERED - 1 - this.#size))) this.#add(...it);
  }

  async #write(rows: readonly Row[]): Promise<void> {
    const now = this.#now();
    const totals = new Map<number, number>();
    for (const row of rows) totals.set(row.repositoryId, (totals.get(row.repositoryId) ?? 0) + row.count);
    await this.#parts.database.write(async (trx) => {
      for (const [repositoryId, pullsMore] of totals) {
        for (const [unit, ms] of [
          ["day", DAY_MS],
          ["hour", HOUR_MS],
        ] as const) {
          await queries.addPullCount.run(trx, { repositoryId, unit, begins: now - (now % ms), pullsMore });
          await queries.deletePullCounts.run(trx, { repositoryId, unit, before: now - KEEP_MS[unit] });
        }
      }
      for (const { repositoryId, digest, count, lastAt } of rows) {
        await queries.addManifestPulls.run(trx, { repositoryId, digest, pullsMore: count, lastAt });
      }
    });
  }
}
