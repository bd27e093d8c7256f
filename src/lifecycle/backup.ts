/**
 * A backup into a directory, taken while the server works:
 *
 *     DIR/rows/<time>.berth              all rows of one instant (`row-archive.ts`)
 *     DIR/blobs/<algorithm>/<aa>/<hex>   the bytes of every blob that some archive names
 *
 * Rows first, then the bytes that they name, under a hold that keeps those from being deleted. An archive gets its name
 * only when all its blobs are there: whatever has the name is whole. Blobs are named by what they are, so that the next
 * backup copies only what is new.
 */
import { open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Database } from "../database/database.ts";
import { randomHex } from "../lib/random.ts";
import { errorCode, syncDirectory } from "../storage/files.ts";
import type { Storage } from "../storage/storage.ts";
import type { Log } from "../telemetry/log.ts";
import { listArchives, rowsDirectory, timeBehind } from "./archive-source.ts";
import { BlobCopy } from "./backup-blobs.ts";
import { makeFolder, removeLeftovers, syncFolder, writeAll } from "./backup-files.ts";
import type { DamagedBlob } from "./damages.ts";
import { HoldKeeper } from "./hold-keeper.ts";
import type { Holds } from "./holds.ts";
import { readArchive, writeArchive, type ArchiveSummary } from "./row-archive.ts";

const PARTIAL = "partial-";

export type BackupParts = { database: Database; storage: Storage; holds: Holds; log: Log };

/** `done` rows written, or blobs looked at, of `total`; `bytes` copied so far. */
export type BackupProgress = { phase: "rows" | "blobs"; done: number; total: number | null; bytes: number };

export type BackupOptions = {
  directory: string;
  /** Hashes also what the directory holds already, and copies anew what is wrong there. */
  verify?: boolean;
  onProgress?: (progress: BackupProgress) => void;
  signal?: AbortSignal;
};

export type BackupReport = {
  /** Path of the new row archive. */
  archive: string;
  /** By table. */
  rows: Record<string, number>;
  blobs: { copied: number; present: number; copiedBytes: number };
  /** Blobs whose stored bytes are missing or wrong: the first of them, and how many. The backup has all the others. */
  damaged: DamagedBlob[];
  damagedCount: number;
};

export class Backup {
  readonly #parts: BackupParts;

  constructor(parts: BackupParts) {
    this.#parts = parts;
  }

  /** Throws when the directory cannot be written to or `signal` fires: then no archive was added to it. */
  async run(options: BackupOptions): Promise<BackupReport> {
    const startedAt = performance.now();
    try {
      const report = await this.#run(options);
      const { archive, blobs, damagedCount } = report;
      const milliseconds = performance.now() - startedAt;
      this.#parts.log.info("backup taken", { archive, ...blobs, damaged: damagedCount, milliseconds });
      return report;
    } catch (error) {
      throw describeFailure(error, options.directory);
    }
  }

  async #run(options: BackupOptions): Promise<BackupReport> {
    const { holds } = this.#parts;
    const folder = rowsDirectory(options.directory);
    await makeFolder(folder);
    await removeLeftovers(folder, (name) => name.startsWith(PARTIAL));
    const keeper = await HoldKeeper.take(holds, "a backup", options.signal);
    const partial = join(folder, `${PARTIAL}${randomHex(8)}`);
    try {
      const summary = await this.#writeRows(partial, options, keeper.signal);
      const copy = await this.#copyBlobs(partial, options, keeper.signal, summary.rows["blobs"] ?? 0);
      await keeper.assertStanding();
      const archive = await publish(partial, summary.takenAt);
      const { damages, copied, present, copiedBytes } = copy;
      return { archive, rows: summary.rows, blobs: { copied, present, copiedBytes }, ...damages.report() };
    } finally {
      await keeper.release();
      await rm(partial, { force: true });
    }
  }

  async #writeRows(path: string, { onProgress }: BackupOptions, signal: AbortSignal): Promise<ArchiveSummary> {
    const file = await open(path, "wx", 0o600);
    try {
      const summary = await writeArchive(this.#parts.database, (chunk) => writeAll(file, chunk), {
        signal,
        onRows: (done) => onProgress?.({ phase: "rows", done, total: null, bytes: 0 }),
      });
      await file.sync();
      return summary;
    } finally {
      await file.close();
    }
  }

  /** Reads the rows back, and so sees that they are as they were written. */
  async #copyBlobs(
    path: string,
    { directory, verify = false, onProgress }: BackupOptions,
    signal: AbortSignal,
    total: number,
  ): Promise<BlobCopy> {
    const copy: BlobCopy = new BlobCopy(this.#parts, {
      directory,
      verify,
      signal,
      onBlob: () => onProgress?.({ phase: "blobs", done: copy.looked, total, bytes: copy.copiedBytes }),
    });
    for await (const { table, rows } of readArchive(Bun.file(path).stream())) {
      signal.throwIfAborted();
      if (table.name === "blobs") await copy.take(rows);
    }
    await copy.settle();
    return copy;
  }
}

/** Gives rows that are whole the name of a backup, the newest of its folder; resolves when that is durable. */
async function publish(partial: string, takenAt: number): Promise<string> {
  const folder = dirname(partial);
  const directory = dirname(folder);
  const [newest] = await listArchives(directory);
  const archive = join(folder, `${timeBehind(newest, takenAt)}.berth`);
  await rename(partial, archive);
  await syncDirectory(folder);
  await syncDirectory(directory);
  await syncFolder(dirname(directory));
  return archive;
}

/** Calls of the file system fail here alone: those of the storage and the database have errors of their own. */
function describeFailure(error: unknown, directory: string): unknown {
  const code = errorCode(error);
  if (!(error instanceof Error) || code === null || !("syscall" in error)) return error;
  const reason = code === "ENOSPC" || code === "EDQUOT" ? "there is no room left" : error.message;
  return new Error(
    `the backup could not be written to ${directory}: ${reason}; none was added, and those that are there are as they were`,
    { cause: error },
  );
}
