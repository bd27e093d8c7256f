/**
 * The rows of an archive into an empty database that no server uses: as they are, with their ids. From a backup, every
 * blob's bytes are copied into the storage under a new key and hashed on the way; from a snapshot they lie there already.
 *
 * A mark in the database says that this is under way. While it is there no server begins with these rows, and the same
 * restore, run again, goes on: what is there already is left as it is.
 */
import type { Database } from "../database/database.ts";
import { continueIds } from "../database/sequences.ts";
import { digestAlgorithm, digestOf, findDigest, type Digest } from "../oci/digest.ts";
import { BLOBS, newBlobKey } from "../storage/paths.ts";
import type { Storage } from "../storage/storage.ts";
import type { Log } from "../telemetry/log.ts";
import { findSource, naming, type ArchiveSource, type RestoreFrom } from "./archive-source.ts";
import type { ArchiveRow } from "./archive-table.ts";
import { copyIn } from "./copy-in.ts";
import { Damages, type DamagedBlob } from "./damages.ts";
import { keepOrphans } from "./orphans.ts";
import * as queries from "./queries/archive.ts";
import { findAnyAccount } from "./queries/archive-access.ts";
import { checkArchive, readArchive, type ArchivePage } from "./row-archive.ts";
import { RESTORE_MARK, SPOILED } from "./snapshots.ts";

const PARALLEL = 4;
/** Blobs that are copied before their rows are written: a restore that is run again begins no earlier. */
const BLOBS_AT_ONCE = 16;
/** Lost files that are looked for among those without a row. */
const MAX_SOUGHT = 100_000;
const LOST = "its bytes are missing or wrong";

export type RestoreParts = { database: Database; storage: Storage; log: Log };

/** `done` of `total` rows, blobs or manifests; `bytes` copied so far. */
export type RestoreProgress = {
  phase: "check" | "rows" | "blobs" | "manifests" | "tags";
  done: number;
  total: number | null;
  bytes: number;
};

export type RestoreOptions = {
  from: RestoreFrom;
  onProgress?: (progress: RestoreProgress) => void;
  signal?: AbortSignal;
};

export type RestoreReport = {
  /** The archive's path or key, and when it was taken. */
  archive: string;
  takenAt: number;
  /** Rows that were added, by table. */
  rows: Record<string, number>;
  copiedBytes: number;
  /** Blobs whose bytes are missing or wrong where they should have come from. A push of the same digest heals them. */
  damaged: DamagedBlob[];
  damagedCount: number;
  /** What a merge left out: the first of them, and how many. */
  refused: { repository: string; reference: string; reason: string }[];
  refusedCount: number;
  /** Stored files that no row names: pushed after the archive was taken. They are kept for a week; see `Orphans`. */
  unnamedFiles: number;
};

export class Restore {
  readonly #parts: RestoreParts;

  constructor(parts: RestoreParts) {
    this.#parts = parts;
  }

  /** Throws when the archive is not whole (nothing was changed then) or the database is not empty. */
  async run(options: RestoreOptions): Promise<RestoreReport> {
    const { storage, log } = this.#parts;
    const source = await findSource(options.from, storage);
    const summary = await naming(source, async () =>
      checkArchive(await source.chunks(), (done) => {
        options.signal?.throwIfAborted();
        options.onProgress?.({ phase: "check", done, total: null, bytes: 0 });
      }),
    );
    const isResumed = await this.#begin(`restore of ${summary.sha256}`);
    const work = new Work(this.#parts, source, options, isResumed);
    for (const name of Object.keys(summary.rows)) work.rows[name] = 0;
    const total = Object.values(summary.rows).reduce((sum, count) => sum + count, 0);
    let done = 0;
    try {
      for await (const page of readArchive(await source.chunks())) {
        options.signal?.throwIfAborted();
        await work.take(page);
        done += page.rows.length;
        options.onProgress?.({ phase: "rows", done, total, bytes: work.copiedBytes });
      }
    } catch (error) {
      if (error instanceof RowTakenError) await this.#spoil();
      throw error;
    }
    await work.lookAtFiles();
    // Before a server may begin, and its sweep.
    if (work.unnamedFiles > 0) await keepOrphans(storage, work.unnamedFiles);
    await this.#end();
    const report: RestoreReport = {
      archive: source.name,
      takenAt: summary.takenAt,
      rows: work.rows,
      copiedBytes: work.copiedBytes,
      ...work.damages(),
      refused: [],
      refusedCount: 0,
      unnamedFiles: work.unnamedFiles,
    };
    const { damagedCount: damaged, unnamedFiles } = report;
    log.info("restored", { archive: source.name, rows: work.rows, damaged, unnamedFiles });
    return report;
  }

  /** Whether this goes on with what was begun before. */
  async #begin(reason: string): Promise<boolean> {
    return await this.#parts.database.write(async (trx) => {
      const mark = await queries.findMark.first(trx, { holdId: RESTORE_MARK });
      if (mark?.reason === reason) return true;
      if (mark?.reason === SPOILED) throw new Error(`another server wrote to this database ${BEGIN_ANEW}`);
      if (mark) {
        throw new Error(
          "the restore of another archive into this database was broken off: run that again, or begin with a new database",
        );
      }
      if ((await queries.findAnyRepository.first(trx, {})) ?? (await queries.findAnyBlob.first(trx, {}))) {
        throw new Error(
          "the database is not empty, so nothing was restored into it: start the server and restore through it, which adds what is missing",
        );
      }
      if (await findAnyAccount.first(trx, {})) {
        throw new Error(
          "the database has accounts already, so nothing was restored into it: restore into a new database, whose first start comes afterwards",
        );
      }
      const expiresAt = Number.MAX_SAFE_INTEGER;
      const made = await queries.insertMark.run(trx, { holdId: RESTORE_MARK, reason, expiresAt });
      if (made === 0) throw new Error("another restore into this database has just begun");
      return false;
    });
  }

  /** What is there is mixed with another server's rows: nobody may begin with it, nor this go on. */
  async #spoil(): Promise<void> {
    await this.#parts.database.write(async (trx) => {
      await queries.deleteMark.run(trx, { holdId: RESTORE_MARK });
      await queries.insertMark.run(trx, { holdId: RESTORE_MARK, reason: SPOILED, expiresAt: Number.MAX_SAFE_INTEGER });
    });
  }

  async #end(): Promise<void> {
    await this.#parts.database.write(async (trx) => {
      await continueIds(trx);
      await queries.deleteMark.run(trx, { holdId: RESTORE_MARK });
    });
  }
}

const BEGIN_ANEW = "during the restore: stop that server, and restore into a new database";

class RowTakenError extends Error {
  constructor(table: string) {
    super(`a row of ${table} is taken: another server wrote to this database ${BEGIN_ANEW}`);
  }
}

class Work {
  readonly rows: Record<string, number> = {};
  copiedBytes = 0;
  unnamedFiles = 0;
  readonly #parts: RestoreParts;
  readonly #source: ArchiveSource;
  readonly #options: RestoreOptions;
  readonly #isResumed: boolean;
  readonly #damages = new Damages();
  /** Blobs of a snapshot whose files are not where they should be, by how many bytes they have. */
  readonly #sought = new Map<number, Set<Digest>>();
  #soughtCount = 0;

  constructor(parts: RestoreParts, source: ArchiveSource, options: RestoreOptions, isResumed: boolean) {
    this.#parts = parts;
    this.#source = source;
    this.#options = options;
    this.#isResumed = isResumed;
  }

  async take({ table, rows }: ArchivePage): Promise<void> {
    if (table.name !== "blobs") return await this.#insert(table, rows);
    for (let start = 0; start < rows.length; start += BLOBS_AT_ONCE) {
      await this.#insert(table, await this.#place(rows.slice(start, start + BLOBS_AT_ONCE)));
    }
  }

  async #insert(table: ArchivePage["table"], rows: readonly ArchiveRow[]): Promise<void> {
    const added = await this.#parts.database.write(async (trx) => {
      let count = 0;
      for (const row of rows) {
        if (await table.insert(trx, row)) count += 1;
        else if (!this.#isResumed || !(await table.isThere(trx, row))) throw new RowTakenError(table.name);
      }
      return count;
    });
    this.rows[table.name] = (this.rows[table.name] ?? 0) + added;
  }

  damages(): { damaged: DamagedBlob[]; damagedCount: number } {
    for (const digests of this.#sought.values()) {
      for (const digest of digests) this.#damages.add({ digest, reason: LOST });
    }
    this.#sought.clear();
    return this.#damages.report();
  }

  /** Counts the stored files that no row names, and gives those of them back to their blobs that are missed there. */
  async lookAtFiles(): Promise<void> {
    const { storage, database } = this.#parts;
    for await (const { key, sizeBytes } of storage.list(BLOBS)) {
      this.#options.signal?.throwIfAborted();
      if ((await queries.findPlaceOfKey.first(database, { storageKey: key })) !== null) continue;
      if (!(await this.#giveBack(key, sizeBytes))) this.unnamedFiles += 1;
    }
  }

  async #giveBack(key: string, sizeBytes: number): Promise<boolean> {
    const { storage, database } = this.#parts;
    const candidates = this.#sought.get(sizeBytes) ?? new Set();
    for (const algorithm of new Set([...candidates].map(digestAlgorithm))) {
      const hashed = await storage.hash(key, algorithm);
      if (hashed === null || !candidates.has(hashed.digest)) continue;
      const { digest } = hashed;
      await database.write((trx) => queries.replaceBytes.run(trx, { digest, storageKey: key, now: Date.now() }));
      candidates.delete(digest);
      return true;
    }
    return false;
  }

  async #place(rows: ArchiveRow[]): Promise<ArchiveRow[]> {
    const placed: ArchiveRow[] = [];
    const queue = rows.values();
    const work = async () => {
      for (const row of queue) {
        this.#options.signal?.throwIfAborted();
        const result = await this.#placeOne(row);
        if (result !== null) placed.push(result);
      }
    };
    for (const result of await Promise.allSettled(Array.from({ length: PARALLEL }, work))) {
      if (result.status === "rejected") throw result.reason;
    }
    return placed;
  }

  /** The row with the key of its bytes; null when an earlier run has inserted it. */
  async #placeOne(row: ArchiveRow): Promise<ArchiveRow | null> {
    const { storage, database } = this.#parts;
    const name = String(row["digest"]);
    const sizeBytes = Number(row["size_bytes"]);
    const storageKey = row["storage_key"];
    const digest = findDigest(name);
    const place = this.#isResumed ? await queries.findPlace.first(database, { digest: name }) : null;
    if (place !== null) {
      if (place.id !== row["id"]) throw new RowTakenError("blobs");
      if (place.state === "damaged") this.#noteLost(row, name, sizeBytes);
      return null;
    }
    if (digest === null) {
      this.#damages.add({ digest: name, reason: "it is no digest: its row has rotted" });
      return { ...row, state: "damaged" };
    }
    if (typeof storageKey !== "string") return this.#checkInline(row, digest);
    if (this.#source.isInStorage) {
      const found = await storage.stat(storageKey).catch(() => null);
      if (found?.sizeBytes === sizeBytes) return row;
      this.#noteLost(row, digest, sizeBytes);
      return { ...row, state: "damaged" };
    }
    const copied = await copyIn(this.#source, storage, { digest, sizeBytes, storageKey }, this.#options.signal);
    if ("reason" in copied) {
      this.#damages.add({ digest, reason: copied.reason });
      return { ...row, storage_key: newBlobKey(), state: "damaged" };
    }
    this.copiedBytes += sizeBytes;
    return { ...row, storage_key: copied.key, state: "live", verified_at: Date.now() };
  }

  #checkInline(row: ArchiveRow, digest: Digest): ArchiveRow {
    const { content } = row;
    if (content instanceof Uint8Array && digestOf(content, digestAlgorithm(digest)) === digest) return row;
    this.#damages.add({ digest, reason: "its bytes, which are in its row, do not have its digest" });
    return { ...row, state: "damaged" };
  }

  /** Of a snapshot's blob the file may still be there, under a name that no row has. */
  #noteLost(row: ArchiveRow, name: string, sizeBytes: number): void {
    // What nobody linked any more is missed by nobody: the collector was faster.
    if ((row["condemned_at"] ?? null) !== null) return;
    const digest = findDigest(name);
    if (digest === null || !this.#source.isInStorage || this.#soughtCount >= MAX_SOUGHT) {
      return this.#damages.add({ digest: name, reason: LOST });
    }
    this.#soughtCount += 1;
    const same = this.#sought.get(sizeBytes) ?? new Set();
    this.#sought.set(sizeBytes, same.add(digest));
  }
}
