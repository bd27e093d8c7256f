/** How the storage grew: a row an hour for a week, the last of each day for 400 days. */
import type { Database } from "../database/database.ts";
import * as queries from "./queries/storage.ts";
import type { StorageTotals } from "./storage-count.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const HOURLY_MS = 7 * DAY_MS;
const KEEP_MS = 400 * DAY_MS;
/** 400 days, and the hours of a week. */
const MAX_ROWS = 1_000;

export type GrowthRow = StorageTotals & { at: number; freeBytes: number | null };

export class Growth {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Rows from a time on (ms), oldest first. */
  async list(from: number): Promise<GrowthRow[]> {
    return (await queries.listGrowth.all(this.#database, { from, limit: MAX_ROWS })).map(rowOf);
  }

  async last(): Promise<GrowthRow | null> {
    const row = await queries.findLastGrowth.first(this.#database, { from: 0 });
    return row && rowOf(row);
  }

  /** Whether a row was written: not when there is one of this hour that says the same, or one of today when nothing has changed. */
  async note(row: GrowthRow): Promise<boolean> {
    const last = await this.last();
    if (last !== null && row.at - last.at < DAY_MS && isSame(last, row)) return false;
    const doomed = await this.#findDoomed(row.at, last);
    await this.#database.write(async (trx) => {
      await queries.insertGrowth.run(trx, {
        at: row.at,
        storedBytes: row.storedBytes,
        logicalBytes: row.logicalBytes,
        manifestBytes: row.manifestBytes,
        condemnedBytes: row.condemnedBytes,
        blobCount: row.blobs,
        manifestCount: row.manifests,
        repositoryCount: row.repositories,
        freeBytes: row.freeBytes,
      });
      if (doomed.length > 0)
        await queries.deleteGrowth.run(trx, { times: JSON.stringify(doomed.map((at) => ({ at }))) });
      await queries.deleteGrowthBefore.run(trx, { before: row.at - KEEP_MS });
    });
    return true;
  }

  /** Of one hour, and of one day that is long past, the last row is enough. */
  async #findDoomed(now: number, last: GrowthRow | null): Promise<number[]> {
    const doomed = last !== null && now - last.at < HOUR_MS / 2 ? [last.at] : [];
    const rows = await this.list(now - KEEP_MS);
    const lastOfDay = new Map<number, number>();
    for (const { at } of rows) {
      if (at >= now - HOURLY_MS) break;
      const day = Math.floor(at / DAY_MS);
      const before = lastOfDay.get(day);
      if (before !== undefined) doomed.push(before);
      lastOfDay.set(day, at);
    }
    return doomed;
  }
}

function isSame(a: GrowthRow, b: GrowthRow): boolean {
  return (
    a.storedBytes === b.storedBytes &&
    a.logicalBytes === b.logicalBytes &&
    a.manifestBytes === b.manifestBytes &&
    a.blobs === b.blobs &&
    a.manifests === b.manifests &&
    a.repositories === b.repositories
  );
}

function rowOf(row: NonNullable<Awaited<ReturnType<typeof queries.findLastGrowth.first>>>): GrowthRow {
  return {
    at: row.at,
    storedBytes: row.stored_bytes,
    logicalBytes: row.logical_bytes,
    manifestBytes: row.manifest_bytes,
    condemnedBytes: row.condemned_bytes,
    blobs: row.blobs,
    manifests: row.manifests,
    repositories: row.repositories,
    freeBytes: row.free_bytes,
  };
}
