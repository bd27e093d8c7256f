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
import { randomHex } from "../lib/random.ts";
import { constants } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Database } from "../database/database.ts";
import { digestAlgorithm, findDigest, formatDigest, type Digest } from "../oci/digest.ts";
import { syncDirectory } from "../storage/files.ts";
import type { Storage } from "../storage/storage.ts";
import type { Log } from "../telemetry/log.ts";
import { blobPath, rowsDirectory, timeInNames } from "./archive-source.ts";
import { Damages, type DamagedBlob } from "./damages.ts";
import type { Hold, Holds } from "./holds.ts";
import { findPlace } from "./queries/archive.ts";
import { readArchive, writeArchive } from "./row-archive.ts";

const HOLD_MS = 10 * 60_000;
const EXTEND_MS = 60_000;
const PARALLEL = 4;

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

type StoredBlob = { digest: Digest; sizeBytes: number; storageKey: string };

export class Backup {
  readonly #parts: BackupParts;

  constructor(parts: BackupParts) {
    this.#parts = parts;
  }

  /** Throws when the directory cannot be written to or `signal` fires: then no archive was added to it. */
  async run(options: BackupOptions): Promise<BackupReport> {
    const { holds, database, log } = this.#parts;
    const startedAt = performance.now();
    const folder = rowsDirectory(options.directory);
    await mkdir(folder, { recursive: true });
    await removeLeftovers(folder);
    const hold = await holds.take("a backup", HOLD_MS);
    const keeper = new Keeper(hold, options.signal);
    const partial = join(folder, `partial-${randomHex(8)}`);
    try {
      const file = await open(partial, "wx", 0o600);
      let summary;
      try {
        summary = await writeArchive(database, (chunk) => writeAll(file, chunk), {
          signal: keeper.signal,
          onRows: (done) => options.onProgress?.({ phase: "rows", done, total: null, bytes: 0 }),
        });
        await file.sync();
      } finally {
        await file.close();
      }
      const copy = new Copy(this.#parts, options, keeper.signal, summary.rows["blobs"] ?? 0);
      for await (const { table, rows } of readArchive(Bun.file(partial).stream())) {
        if (table.name !== "blobs") continue;
        await copy.take(rows.flatMap(storedBlob));
        copy.looked += rows.filter((row) => row["storage_key"] === null).length;
      }
      await copy.settle();
      keeper.signal.throwIfAborted();
      const archive = join(folder, `${timeInNames(summary.takenAt)}.berth`);
      await rename(partial, archive);
      await syncDirectory(folder);
      const { damages, copied, present, copiedBytes } = copy;
      const report = { archive, rows: summary.rows, blobs: { copied, present, copiedBytes }, ...damages.report() };
      log.info("backup taken", {
        archive,
        ...report.blobs,
        damaged: report.damagedCount,
        milliseconds: performance.now() - startedAt,
      });
      return report;
    } finally {
      keeper.stop();
      await rm(partial, { force: true });
      await hold.release();
    }
  }
}

/** Extends the hold for as long as the backup runs; ends the work when that fails. */
class Keeper {
  readonly signal: AbortSignal;
  readonly #timer: Timer;

  constructor(hold: Hold, signal: AbortSignal | undefined) {
    const own = new AbortController();
    this.signal = signal === undefined ? own.signal : AbortSignal.any([signal, own.signal]);
    this.#timer = setInterval(() => {
      hold.extend().catch((error: unknown) => {
        // A database that does not answer for a moment may do so before the hold is over.
        if (error instanceof Error && error.name === "HoldExpiredError") own.abort(error);
      });
    }, EXTEND_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** The blobs' part of a backup. */
class Copy {
  copied = 0;
  present = 0;
  copiedBytes = 0;
  looked = 0;
  readonly damages = new Damages();
  readonly #parts: BackupParts;
  readonly #options: BackupOptions;
  readonly #signal: AbortSignal;
  readonly #total: number;
  /** Folders whose entries are not durable yet. */
  readonly #touched = new Set<string>();

  constructor(parts: BackupParts, options: BackupOptions, signal: AbortSignal, total: number) {
    this.#parts = parts;
    this.#options = options;
    this.#signal = signal;
    this.#total = total;
  }

  async take(blobs: StoredBlob[]): Promise<void> {
    const queue = blobs.values();
    const work = async () => {
      for (const blob of queue) {
        this.#signal.throwIfAborted();
        await this.#one(blob);
        this.looked += 1;
        this.#options.onProgress?.({ phase: "blobs", done: this.looked, total: this.#total, bytes: this.copiedBytes });
      }
    };
    for (const result of await Promise.allSettled(Array.from({ length: PARALLEL }, work))) {
      if (result.status === "rejected") throw result.reason;
    }
  }

  /** Resolves when every name is durable. */
  async settle(): Promise<void> {
    const parents = new Set<string>();
    for (const folder of this.#touched) {
      await syncDirectory(folder);
      parents
        .add(dirname(folder))
        .add(dirname(dirname(folder)))
        .add(dirname(dirname(dirname(folder))));
    }
    for (const folder of parents) await syncDirectory(folder);
  }

  async #one(blob: StoredBlob): Promise<void> {
    const path = blobPath(this.#options.directory, blob.digest);
    const folder = dirname(path);
    const found = await stat(path).catch(() => null);
    if (found?.size === blob.sizeBytes && (this.#options.verify !== true || (await hashFile(path, blob.digest)))) {
      this.present += 1;
      return;
    }
    await mkdir(folder, { recursive: true });
    const reason = await this.#copy(blob, path);
    if (reason === null) {
      this.copied += 1;
      this.copiedBytes += blob.sizeBytes;
      this.#touched.add(folder);
      return;
    }
    // A push may have brought it anew, under another key, since the rows were copied.
    const now = await findPlace.first(this.#parts.database, { digest: blob.digest });
    const isMoved = now !== null && now.storage_key !== null && now.storage_key !== blob.storageKey;
    if (isMoved && now.storage_key !== null) return await this.#one({ ...blob, storageKey: now.storage_key });
    this.damages.add({ digest: blob.digest, reason });
  }

  /** Null when the copy is there, else why it is not. */
  async #copy({ digest, sizeBytes, storageKey }: StoredBlob, path: string): Promise<string | null> {
    const body = await this.#parts.storage.read(storageKey, undefined, sizeBytes);
    if (body === null) return "its stored bytes are missing, or are not as many as they should be";
    const temporary = `${path}.${randomHex(8)}.partial`;
    const hash = new Bun.CryptoHasher(digestAlgorithm(digest));
    try {
      const file = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
      try {
        const chunks = body instanceof Uint8Array ? [body] : body.stream();
        for await (const chunk of chunks) {
          this.#signal.throwIfAborted();
          hash.update(chunk);
          await writeAll(file, chunk);
        }
        if (formatDigest(digestAlgorithm(digest), hash.digest("hex")) !== digest) {
          return "its stored bytes do not have its digest";
        }
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
      return null;
    } finally {
      await rm(temporary, { force: true });
    }
  }
}

function storedBlob(row: Record<string, unknown>): StoredBlob[] {
  const { digest, size_bytes: sizeBytes, storage_key: storageKey } = row;
  const parsed = typeof digest === "string" ? findDigest(digest) : null;
  if (parsed === null || typeof sizeBytes !== "number" || typeof storageKey !== "string") return [];
  return [{ digest: parsed, sizeBytes, storageKey }];
}

async function hashFile(path: string, digest: Digest): Promise<boolean> {
  const hash = new Bun.CryptoHasher(digestAlgorithm(digest));
  for await (const chunk of Bun.file(path).stream()) hash.update(chunk);
  return formatDigest(digestAlgorithm(digest), hash.digest("hex")) === digest;
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += (await file.write(bytes, done)).bytesWritten;
}

/** What a backup that was killed has left of its rows; a day is longer than any that still runs. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith("partial-")) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > 86_400_000) await rm(path, { force: true });
  }
}
