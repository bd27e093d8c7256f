/**
 * Copies of the rows in the storage, beside the bytes that they name: whoever loses the database still has, in one place,
 * all that is needed. One is taken now and then and at an orderly stop, if rows have changed since the newest.
 *
 * The bytes of a blob that nothing names are kept for longer than the time between two snapshots, so the newest one
 * names nothing that was deleted since.
 */
import type { Database } from "../database/database.ts";
import { NO_RECORD, type Recorder } from "../jobs/job-runs.ts";
import { randomHex } from "../lib/random.ts";
import { SNAPSHOTS } from "../storage/paths.ts";
import type { Storage } from "../storage/storage.ts";
import type { Log } from "../telemetry/log.ts";
import { findAnyAccount } from "./queries/archive-access.ts";
import { findAnyBlob, findAnyRepository, findMark } from "./queries/archive.ts";
import { ArchiveError, checkArchive, IncompleteArchiveError, writeArchive } from "./row-archive.ts";
import { keyChunks, listSnapshots, snapshotTime, timeBehind, type SnapshotFile } from "./archive-source.ts";

/** A stop does not wait longer for its snapshot: nothing is lost without it. */
const LAST_WITHIN_MS = 8_000;
/** A server that still writes a snapshot has written to it more lately than this. */
const LEFT_AFTER_MS = 3_600_000;
/** Names of these holds are not random: while one is there, the rows are those of a restore that is not done. */
export const RESTORE_MARK = "restore";
/** What the mark says when the rows here are not those of the archive alone. */
export const SPOILED = "spoiled";

export type SnapshotsParts = {
  database: Database;
  storage: Storage;
  /** Where it is written down that one was taken. */
  jobs?: Recorder;
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
    const { intervalMs } = this.#parts;
    const planNext = () => (this.#parts.jobs ?? NO_RECORD).planNext("snapshot", Date.now() + intervalMs);
    planNext();
    const take = () => {
      planNext();
      void this.#takeInTurn();
    };
    this.#timer = setInterval(take, intervalMs).unref();
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
      const ageMs = newest === undefined ? Infinity : Date.now() - newest.modifiedAt;
      // One from the future says that the clock has gone back, and nothing of how old it is.
      if (ageMs >= 0 && ageMs < intervalMs * 0.9) return;
    } catch (error) {
      log.error("copies of the rows could not be listed", { error });
    }
    await this.#attempt();
  }

  async #attempt(): Promise<void> {
    const { jobs = NO_RECORD } = this.#parts;
    try {
      await jobs.run("snapshot", () => this.take(), { summary: (key) => (key === null ? null : { key }) });
    } catch (error) {
      this.#parts.log.error("the rows could not be copied into the storage; the next occasion tries again", { error });
    }
  }

  async #take(): Promise<string | null> {
    const { database, storage, log } = this.#parts;
    const { changes } = database;
    const files = await listSnapshots(storage);
    const known = this.#newest?.key === files[0]?.key ? this.#newest : null;
    if (known !== null && changes !== null && known.changes === changes) return null;
    // A server that never had anything must be able to start again beside an empty storage.
    if (!(await findAnyRepository.first(database, {})) && !(await findAnyAccount.first(database, {}))) return null;
    const startedAt = performance.now();
    const before = known ?? (await this.#findWhole(files));
    const newest = files[0];
    // Sorts behind all others, whatever the clock says: the oldest of them go first.
    const key = `${SNAPSHOTS}${timeBehind(newest?.key, Date.now())}-${randomHex(8)}.berth`;
    const writer = await storage.openWriter(key, { offset: 0, algorithm: "sha256" });
    let rows: Record<string, number>;
    let sizeBytes: number;
    try {
      const summary = await writeArchive(database, (chunk) => writer.append(chunk), { signal: this.#stop.signal });
      if (summary.sha256 === before?.sha256) {
        await writer.abort();
        this.#newest = before.key === newest?.key ? { ...before, changes } : null;
        return null;
      }
      ({ sizeBytes } = await writer.commit());
      ({ rows } = summary);
      this.#newest = { key, sha256: summary.sha256, changes };
    } catch (error) {
      await writer.abort();
      throw error;
    }
    await this.#removeOldest(files);
    log.info("rows copied into the storage", { key, rows, sizeBytes, milliseconds: performance.now() - startedAt });
    return key;
  }

  /**
   * The newest that is whole, null when none is. Those without an end that come before it are removed from the storage
   * and from the list: a server was killed while it wrote them, and they would keep whole ones from being kept.
   */
  async #findWhole(files: SnapshotFile[]): Promise<{ key: string; sha256: string } | null> {
    const { storage, database, log } = this.#parts;
    for (let index = 0; ;) {
      const file = files[index];
      if (file === undefined) return null;
      const { key, modifiedAt } = file;
      try {
        const { sha256 } = await checkArchive(await keyChunks(storage, key), () => this.#stop.signal.throwIfAborted());
        return { key, sha256 };
      } catch (error) {
        if (!(error instanceof ArchiveError)) throw error;
        log.warn("a copy of the rows is not whole", { key, error });
        // What is damaged, or a newer version's, is left to people; what has no end may be another server's at work.
        const isLeft = !database.isShared || Math.abs(Date.now() - modifiedAt) > LEFT_AFTER_MS;
        if (error instanceof IncompleteArchiveError && isLeft) {
          await storage.delete(key);
          files.splice(index, 1);
        } else index += 1;
      }
    }
  }

  async #removeOldest(files: readonly SnapshotFile[]): Promise<void> {
    const { storage, log, keep } = this.#parts;
    for (const { key } of files.slice(keep - 1)) {
      await storage.delete(key).catch((error: unknown) => {
        log.warn("an old copy of the rows could not be removed; the next occasion tries again", { key, error });
      });
    }
  }
}

/**
 * Throws, with what to do, when a server must not begin with these rows: there are none although the storage holds
 * copies of some, or a restore has not come to its end. What the storage holds would be taken for garbage.
 */
export async function assertRowsPresent(database: Database, storage: Storage): Promise<void> {
  const mark = await findMark.first(database, { holdId: RESTORE_MARK });
  if (mark?.reason === SPOILED) {
    throw new Error("another server wrote to this database during a restore: restore into a new database");
  }
  if (mark) {
    throw new Error(
      "a restore into this database was broken off: run the same `berth restore` again, it goes on where it ended",
    );
  }
  if ((await findAnyRepository.first(database, {})) ?? (await findAnyBlob.first(database, {}))) return;
  if (await findAnyAccount.first(database, {})) return;
  const [newest] = await listSnapshots(storage);
  if (newest === undefined) return;
  const time = new Date(snapshotTime(newest.key) ?? newest.takenAt).toISOString();
  throw new Error(
    `the database is empty, but the storage holds copies of a database, the newest of ${time}: either the database was lost ` +
      "or this is not its storage. Get it back with `berth restore --snapshot latest`; to begin anew on purpose, " +
      "move the folders snapshots and blobs out of the storage",
  );
}
