/**
 * Files that no row names: left by a kill in the middle of an upload, or by a removal that failed. They cost room and
 * nothing else, so they are removed late and with doubts: only when older than any upload may be, after a second look,
 * not while somebody copies stored bytes, not when they are most of what is stored, because then it is the rows that are
 * lost, and not for a week after a restore has found files that the rows of its archive do not name.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Database, Queryable } from "../database/database.ts";
import { BLOBS, SNAPSHOTS } from "../storage/paths.ts";
import type { ListedKey, Storage } from "../storage/storage.ts";
import type { Log } from "../telemetry/log.ts";
import { randomHex } from "../lib/random.ts";
import { timeInNames } from "./archive-source.ts";
import type { Holds } from "./holds.ts";
import { findAnyBlob, findAnyRepository } from "./queries/archive.ts";
import * as queries from "./queries/checks.ts";
import { isAbort } from "./stored-blobs.ts";

export type OrphansParts = {
  database: Database;
  storage: Storage;
  holds: Holds;
  log: Log;
  /** How long an upload may rest before it is given up, in milliseconds. */
  minimumAgeMs: number;
  /** Milliseconds between a suspicion and the look that confirms it. */
  confirmAfterMs?: number;
};

/** `refusal`: why none were removed, in words. */
export type OrphanCount = { files: number; orphans: number; bytes: number; refusal: string | null };

/** An upload that this process has begun gets its row within two seconds. */
const LEAST_AGE_MS = 60_000;
const BATCH = 500;
const CONFIRM_AFTER_MS = 1_000;
const FIRST_SWEEP_MS = 600_000;
const SWEEP_MS = 86_400_000;
/** So few of them may be any part of all files, where there are rows. */
const FEW_ORPHANS = 10;
/** Keys of the notes that a restore has left files without rows. They lie in the storage, because a database may be lost again. */
const RESTORED = `${SNAPSHOTS}restored-`;
const KEPT_AFTER_RESTORE_MS = 7 * 86_400_000;

/** Keeps files that no row names from being removed for a week: whoever restored may want them, with other rows. */
export async function keepOrphans(storage: Storage, files: number): Promise<void> {
  const text = `files that no row named after a restore: ${files}; none are removed for a week, or until this note is\n`;
  await storage.put(`${RESTORED}${timeInNames(Date.now())}-${randomHex(4)}`, new TextEncoder().encode(text));
}

export class Orphans {
  readonly #parts: OrphansParts;
  readonly #stopping = new AbortController();
  #timer: Timer | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: OrphansParts) {
    this.#parts = parts;
  }

  /** Sweeps some minutes from now, and then once a day. */
  start(): void {
    this.#plan(FIRST_SWEEP_MS);
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#running;
  }

  /** Counts them without changing anything; `refusal` says why `remove` should not be called for any of them. */
  async count(signal?: AbortSignal): Promise<OrphanCount> {
    const count: OrphanCount = { files: 0, orphans: 0, bytes: 0, refusal: null };
    for await (const batch of this.find(signal)) {
      count.files += batch.files;
      count.orphans += batch.orphans.length;
      count.bytes += batch.orphans.reduce((sum, it) => sum + it.sizeBytes, 0);
    }
    if (count.orphans > 0) count.refusal = await this.#findRefusal(count);
    return count;
  }

  async #findRefusal({ files, orphans }: OrphanCount): Promise<string | null> {
    const { database, storage, holds } = this.#parts;
    const isEmpty = !(await findAnyRepository.first(database, {})) && !(await findAnyBlob.first(database, {}));
    if (isEmpty || (orphans > FEW_ORPHANS && orphans * 2 > files)) {
      return `${orphans} of ${files} stored files belong to no row of the database: this looks like a database that was lost or belongs to another storage, so none are removed; berth fsck names them`;
    }
    for await (const { key, modifiedAt } of storage.list(RESTORED)) {
      if (Math.abs(Date.now() - modifiedAt) < KEPT_AFTER_RESTORE_MS) {
        return `${orphans} stored files belong to no row, and the database was restored less than a week ago: they are kept until then, or until ${key} is removed from the storage`;
      }
    }
    const reason = await holds.find();
    return reason === null ? null : `nothing stored is removed at the moment: ${reason}`;
  }

  /** Goes through all stored blobs in batches. */
  async *find(signal?: AbortSignal): AsyncGenerator<{ files: number; orphans: ListedKey[] }> {
    let batch: ListedKey[] = [];
    for await (const file of this.#parts.storage.list(BLOBS)) {
      batch.push(file);
      if (batch.length < BATCH) continue;
      yield { files: batch.length, orphans: await this.#filter(batch, signal) };
      batch = [];
    }
    yield { files: batch.length, orphans: await this.#filter(batch, signal) };
  }

  /** Removes one that `find` gave, unless a row names it by now. */
  async remove({ key }: ListedKey): Promise<boolean> {
    const { database, storage, holds } = this.#parts;
    if ((await holds.find()) !== null) return false;
    // In a write: it sees whatever was committed before it.
    const owned = await database.write((trx) => findOwned(trx, [key]));
    return !owned.has(key) && (await storage.delete(key));
  }

  /** Removes all of them, as the count of the moment before allows. */
  async sweep(signal?: AbortSignal): Promise<OrphanCount & { removed: number }> {
    const count = await this.count(signal);
    let removed = 0;
    if (count.orphans === 0 || count.refusal !== null) return { ...count, removed };
    for await (const { orphans } of this.find(signal)) {
      for (const file of orphans) {
        signal?.throwIfAborted();
        if (await this.remove(file)) removed += 1;
      }
    }
    return { ...count, removed };
  }

  async #filter(batch: readonly ListedKey[], signal?: AbortSignal): Promise<ListedKey[]> {
    signal?.throwIfAborted();
    const { database, storage } = this.#parts;
    const before = Date.now() - Math.max(this.#parts.minimumAgeMs, LEAST_AGE_MS);
    const old = batch.filter((it) => it.modifiedAt < before);
    const owned = await findOwned(
      database,
      old.map((it) => it.key),
    );
    const suspects = old.filter((it) => !owned.has(it.key));
    if (suspects.length === 0) return [];
    await sleep(this.#parts.confirmAfterMs ?? CONFIRM_AFTER_MS, undefined, { signal });
    const ownedNow = await findOwned(
      database,
      suspects.map((it) => it.key),
    );
    const orphans: ListedKey[] = [];
    for (const it of suspects) {
      if (!ownedNow.has(it.key) && (await storage.stat(it.key)) !== null) orphans.push(it);
    }
    return orphans;
  }

  #plan(afterMs: number): void {
    if (this.#stopping.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#sweepAndLog().finally(() => this.#plan(SWEEP_MS));
    }, afterMs);
    this.#timer.unref();
  }

  async #sweepAndLog(): Promise<void> {
    const { log } = this.#parts;
    try {
      const { refusal, ...counts } = await this.sweep(this.#stopping.signal);
      if (refusal !== null && counts.orphans > 0) log.error(`files without rows are left: ${refusal}`, counts);
      else if (counts.removed > 0) log.info("files that no row named were removed", counts);
    } catch (error) {
      if (!isAbort(error))
        log.error("files without rows could not be looked for; the next sweep tries again", { error });
    }
  }
}

/** Uploads first: one that ends becomes a blob in the same commit, so whoever is no longer there is found after it. */
async function findOwned(on: Queryable, keys: readonly string[]): Promise<Set<string | null>> {
  if (keys.length === 0) return new Set();
  const storageKeys = JSON.stringify(keys);
  const uploads = await queries.listSessionKeys.all(on, { storageKeys });
  const blobs = await queries.listBlobKeys.all(on, { storageKeys });
  return new Set([...uploads, ...blobs].map((it) => it.storage_key));
}
