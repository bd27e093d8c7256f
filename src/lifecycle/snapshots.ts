/**
 * Copies of the rows in the storage, beside the bytes that they name: whoever loses the database still has, in one place,
 * all that is needed. One is taken now and then and at an orderly stop, if rows have changed since the newest.
 *
 * The bytes of a blob that nothing names are kept for longer than the time between two snapshots, so the newest one
 * names nothing that was deleted since.
 */
import type { Database } from "../database/database.ts";
import { randomHex } from "../lib/random.ts";
import { SNAPSHOTS } from "../storage/paths.ts";
import type { Storage } from "../storage/storage.ts";
import type { Log } from "../telemetry/log.ts";
import { findAnyBlob, findAnyRepository, findMark } from "./queries/archive.ts";
import { checkArchive, writeArchive } from "./row-archive.ts";
import { keyChunks, listSnapshots, snapshotTime, timeInNames, type SnapshotFile } from "./archive-source.ts";

/** A stop does not wait longer for its snapshot: nothing is lost without it. */
const LAST_WITHIN_MS = 8_000;
/** Names of these holds are not random: while one is there, the rows are those of a restore that is not done. */
export const RESTORE_MARK = "restore";

export type SnapshotsParts = {
  database: Database;
  storage: Storage;
  log: Log;
  intervalMs: number;
  /** How many are kept. */
  keep: number;
};

export class Snapshots {
  readonly #parts: SnapshotsParts;
  readonly #stop = new AbortController();
  #timer: Timer | null = null;
  #running: Promise<string | null> | null = null;
  /** The newest as this process knows it. */
  #newest: { key: string; sha256: string; changes: number | null } | null = null;

  constructor(parts: SnapshotsParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#takeInTurn(), this.#parts.intervalMs).unref();
  }

  /** Takes a last one. Never throws: what could not be written is said in the log. */
  async close(): Promise<void> {
    if (this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
    const deadline = setTimeout(() => this.#stop.abort(new Error("the server stops")), LAST_WITHIN_MS);
    await this.#running?.catch(() => null);
    await this.#attempt();
    clearTimeout(deadline);
  }

  /**
   * Copies the rows into the storage, and removes copies beyond those that are kept. Gives the new one's key, durable;
   * null when the newest one says the same, or when there is nothing to copy.
   */
  async take(): Promise<string | null> {
    this.#running ??= this.#take().finally(() => (this.#running = null));
    return await this.#running;
  }

  /** Newest first. */
  async list(): Promise<SnapshotFile[]> {
    return await listSnapshots(this.#parts.storage);
  }

  /** Of several servers over one database, one is enough to copy it. */
  async #takeInTurn(): Promise<void> {
    const { database, storage, log, intervalMs } = this.#parts;
    try {
      const [newest] = database.isShared ? await listSnapshots(storage) : [];
      if (newest && Date.now() - newest.takenAt < intervalMs * 0.9) return;
    } catch (error) {
      log.error("copies of the rows could not be listed", { error });
    }
    await this.#attempt();
  }

  async #attempt(): Promise<void> {
    try {
      await this.take();
    } catch (error) {
      this.#parts.log.error("the rows could not be copied into the storage; the next occasion tries again", { error });
    }
  }

  async #take(): Promise<string | null> {
    const { database, storage, log, keep } = this.#parts;
    const { changes } = database;
    const files = await listSnapshots(storage);
    const newest = files[0];
    const known = this.#newest?.key === newest?.key ? this.#newest : null;
    if (known !== null && changes !== null && known.changes === changes) return null;
    // A server that never had content must be able to start again beside an empty storage.
    if ((await findAnyRepository.first(database, {})) === null) return null;
    const startedAt = performance.now();
    const key = newSnapshotKey();
    const writer = await storage.openWriter(key, { offset: 0, algorithm: "sha256" });
    let rows: Record<string, number>;
    let sizeBytes: number;
    try {
      const summary = await writeArchive(database, (chunk) => writer.append(chunk), { signal: this.#stop.signal });
      const before = known?.sha256 ?? (newest && (await this.#hashOf(newest)));
      if (newest && summary.sha256 === before) {
        await writer.abort();
        this.#newest = { key: newest.key, sha256: summary.sha256, changes };
        return null;
      }
      ({ sizeBytes } = await writer.commit());
      ({ rows } = summary);
      this.#newest = { key, sha256: summary.sha256, changes };
    } catch (error) {
      await writer.abort();
      throw error;
    }
    for (const { key: old } of files.slice(keep - 1)) await storage.delete(old);
    log.info("rows copied into the storage", { key, rows, sizeBytes, milliseconds: performance.now() - startedAt });
    return key;
  }

  /** One that cannot be read to its end is as good as none. */
  async #hashOf({ key }: SnapshotFile): Promise<string | null> {
    try {
      return (await checkArchive(await keyChunks(this.#parts.storage, key))).sha256;
    } catch (error) {
      this.#parts.log.warn("the newest copy of the rows is not whole", { key, error });
      return null;
    }
  }
}

/** Sorts by time. */
function newSnapshotKey(): string {
  return `${SNAPSHOTS}${timeInNames(Date.now())}-${randomHex(8)}.berth`;
}

/**
 * Throws, with what to do, when a server must not begin with these rows: there are none although the storage holds
 * copies of some, or a restore has not come to its end. What the storage holds would be taken for garbage.
 */
export async function assertRowsPresent(database: Database, storage: Storage): Promise<void> {
  if (await findMark.first(database, { holdId: RESTORE_MARK })) {
    throw new Error(
      "a restore into this database was broken off: run the same `berth restore` again, it goes on where it ended",
    );
  }
  if ((await findAnyRepository.first(database, {})) ?? (await findAnyBlob.first(database, {}))) return;
  const [newest] = await listSnapshots(storage);
  if (newest === undefined) return;
  const time = new Date(snapshotTime(newest.key) ?? newest.takenAt).toISOString();
  throw new Error(
    `the database is empty, but the storage holds copies of a database, the newest of ${time}: either the database was lost ` +
      "or this is not its storage. Get it back with `berth restore --snapshot latest`; to begin anew on purpose, " +
      "remove the folder snapshots from the storage (the blobs that lie there are then deleted in time)",
  );
}
