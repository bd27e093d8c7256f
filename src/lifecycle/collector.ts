/**
 * The garbage collector: always on, beside pushes and pulls, in small batches. What nobody needs any more goes in steps,
 * each of which looks again under lock before the next may follow:
 *
 *     recycle bin ─ too old ─> its rows go; links to what only it named are due
 *     link        ─ lease over, no manifest of the repository names the blob ─> gone
 *     blob        ─ last link gone ─> condemned ─ grace over, nothing holds it, still no link ─> deleting
 *     deleting    ─> its stored bytes go, then its row
 *
 * A new link takes a condemned blob back; one that is `deleting` is nobody's, and a push makes a row with a key of its
 * own. So a crash leaves only what the next pass goes on with, and a late delete never hits a newer push.
 */
import { DatabaseFullError, type Database, type Transaction } from "../database/database.ts";
import { NO_RECORD, type Recorder, type Summary } from "../jobs/job-runs.ts";
import type { ContentCache } from "../registry/content-cache.ts";
import type { Room } from "../registry/room.ts";
import type { Storage } from "../storage/storage.ts";
import type { Log } from "../telemetry/log.ts";
import type { Counter, Histogram, Metrics } from "../telemetry/metrics.ts";
import { BatchSize } from "./batch-size.ts";
import type { Bin } from "./bin.ts";
import { planCollection, type GcReport } from "./gc-plan.ts";
import type { Holds } from "./holds.ts";

import * as queries from "./queries/collector.ts";

/** Rows of a transaction. */
const BATCH = 200;
/** Where a transaction holds up everything else. */
const LEAST_BATCH = 5;
/** While the database's disk is full: a small change may fit where a large one does not. */
const BATCH_WHEN_FULL = 5;
const BIN_BATCH = 20;
const PARALLEL_DELETES = 16;
const PASS_SECONDS = [0.01, 0.1, 1, 10, 60, 600];

type Work = Pick<GcReport, "binned" | "links" | "blobs" | "bytes">;

export type CollectorParts = {
  database: Database;
  storage: Storage;
  cache: ContentCache;
  room: Room;
  holds: Holds;
  bin: Pick<Bin, "purgeDue">;
  /** Where passes that did something are written down. */
  jobs?: Recorder;
  log: Log;
  metrics: Metrics;
  /** `enabled`: whether `start` starts anything. */
  gc: { enabled: boolean; intervalSeconds: number; graceSeconds: number };
  /** How long the recycle bin keeps its entries, and the history of tags is kept. */
  keeping: { keepSeconds: number; historySeconds: number };
  /** Nothing may change: `run` does nothing. */
  readonly: boolean;
};

export class Collector {
  readonly #parts: CollectorParts;
  readonly #deletedBlobs: Counter;
  readonly #freedBytes: Counter;
  readonly #passSeconds: Histogram;
  #timer: Timer | null = null;
  #isClosed = false;
  #isDatabaseFull = false;
  readonly #batches: BatchSize;
  /** The pass that runs, and those that wait for it. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: CollectorParts) {
    this.#parts = parts;
    const { metrics, database } = parts;
    // PostgreSQL works beside this process, so a long transaction there is nothing to mind.
    this.#batches = new BatchSize({ most: BATCH, least: database.dialect === "sqlite" ? LEAST_BATCH : BATCH });
    this.#deletedBlobs = metrics.counter("berth_gc_deleted_blobs_total", "Blobs deleted for good.");
    this.#freedBytes = metrics.counter("berth_gc_freed_bytes_total", "Bytes of the blobs deleted for good.");
    this.#passSeconds = metrics.histogram("berth_gc_pass_seconds", "Passes of the garbage collector.", PASS_SECONDS);
  }

  /** A pass now and then, each some time after the end of the one before. */
  start(): void {
    if (!this.#parts.gc.enabled || this.#parts.readonly || this.#isClosed) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const waitMs = this.#parts.gc.intervalSeconds * 1_000;
    this.#jobs.planNext("gc", Date.now() + waitMs);
    this.#timer = setTimeout(() => void this.#runAndPlanNext(), waitMs);
    this.#timer.unref();
  }

  /** Resolves when the pass that runs has ended, which it does after its batch. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#turn;
  }

  /**
   * One pass, after the one that may be running. `graceMs`: instead of the configured grace. Every step is tried whatever
   * becomes of the others; throws what the first failing one met, and the next pass goes on from there.
   */
  async run(options: { graceMs?: number } = {}): Promise<GcReport> {
    const work = await this.#inTurn(options.graceMs ?? this.#parts.gc.graceSeconds * 1_000);
    const { waiting, heldBy } = await this.plan();
    return { ...work, waiting, heldBy };
  }

  /** What a pass would do now; see `planCollection`. `graceMs`: instead of the configured grace. */
  async plan(options: { graceMs?: number } = {}): Promise<GcReport> {
    const { database, holds, gc, keeping } = this.#parts;
    const graceMs = options.graceMs ?? gc.graceSeconds * 1_000;
    return await planCollection({ database, holds, keepMs: keeping.keepSeconds * 1_000, graceMs });
  }

  async #runAndPlanNext(): Promise<void> {
    try {
      await this.#jobs.run("gc", () => this.#inTurn(this.#parts.gc.graceSeconds * 1_000), {
        summary: (work) => (isIdle(work) ? null : workSummary(work)),
      });
    } catch (error) {
      this.#parts.log.error("garbage collection met a failure; its next pass goes on from there", { error });
    } finally {
      this.start();
    }
  }

  #inTurn(graceMs: number): Promise<Work> {
    const pass = this.#turn.then(() => this.#pass(graceMs));
    // Whoever comes next waits for the end of this pass, not for its success.
    this.#turn = pass.catch(() => undefined);
    return pass;
  }

  async #pass(graceMs: number): Promise<Work> {
    const work: Work = { binned: { manifests: 0, tags: 0 }, links: 0, blobs: 0, bytes: 0 };
    if (this.#parts.readonly || this.#isClosed) return work;
    const { keeping, log } = this.#parts;
    const begunAt = performance.now();
    const binBefore = Date.now() - keeping.keepSeconds * 1_000;
    const failures: unknown[] = [];
    let isFull = false;
    const steps = [
      // What an earlier pass left. It needs no room before it has made some, so a full disk does not stop it.
      () => this.#deleteBytes(work),
      () => this.#emptyBin(work, binBefore),
      () => this.#reviewLinks(work),
      () => this.#markDeleting(graceMs),
      () => this.#deleteBytes(work),
      () => this.#makeRoom(work),
    ];
    for (const step of steps) {
      try {
        await step();
      } catch (error) {
        isFull ||= error instanceof DatabaseFullError;
        failures.push(error);
      }
    }
    this.#isDatabaseFull = isFull;
    const seconds = (performance.now() - begunAt) / 1_000;
    this.#passSeconds.observe(seconds);
    if (!isIdle(work)) {
      const { binned, ...counts } = work;
      log.info("garbage collected", { binnedManifests: binned.manifests, binnedTags: binned.tags, ...counts, seconds });
    }
    if (failures.length > 0) throw failures[0];
    return work;
  }

  /** Removes what went into the bin at or before `before`, and what is remembered of tags for too long. */
  async #emptyBin(work: Work, before: number): Promise<void> {
    const historyBefore = Date.now() - this.#parts.keeping.historySeconds * 1_000;
    while (!this.#isClosed && (await this.#purge(work, before, historyBefore))) await this.#batches.pause();
  }

  /** Whether there was something to purge. */
  async #purge(work: Work, before: number, historyBefore: number): Promise<boolean> {
    const limit = Math.min(BIN_BATCH, this.#batch);
    const { manifests, tags, history, repositories } = await this.#parts.bin.purgeDue({ before, historyBefore, limit });
    work.binned.manifests += manifests;
    work.binned.tags += tags;
    return manifests + tags + history + repositories > 0;
  }

  async #reviewLinks(work: Work): Promise<void> {
    for (let isMore = true; isMore && !this.#isClosed;) {
      const limit = this.#batch;
      const { seen, removed } = await this.#reviewBatch(limit);
      work.links += removed;
      isMore = seen === limit;
      await this.#batches.pause();
    }
  }

  async #reviewBatch(limit: number): Promise<{ seen: number; removed: number }> {
    const { cache } = this.#parts;
    return await this.#change(async (trx) => {
      const now = Date.now();
      const due = await queries.lockDueLinks.all(trx, { now, limit });
      if (due.length === 0) return { seen: 0, removed: 0 };
      const named = await queries.listNamedLinks.all(trx, { links: JSON.stringify(due) });
      if (named.length > 0) await queries.endLeases.run(trx, { links: JSON.stringify(named) });
      const isNamed = new Set(named.map(keyOf));
      const unnamed = due.filter((link) => !isNamed.has(keyOf(link)));
      if (unnamed.length === 0) return { seen: due.length, removed: 0 };
      await queries.deleteLinks.run(trx, { links: JSON.stringify(unnamed) });
      const blobs = listOf(unnamed.map((link) => link.blob_id));
      await queries.condemnUnlinked.run(trx, { blobs, now });
      trx.afterCommit(() => {
        for (const id of new Set(unnamed.map((link) => link.repository_id))) cache.forget(id);
      });
      return { seen: due.length, removed: unnamed.length };
    });
  }

  async #markDeleting(graceMs: number): Promise<void> {
    const { holds } = this.#parts;
    for (let isMore = true; isMore && !this.#isClosed;) {
      if ((await holds.find()) !== null) return;
      const limit = this.#batch;
      const seen = await this.#change(async (trx) => {
        const rows = await queries.lockCondemned.all(trx, { before: Date.now() - graceMs, limit });
        if (rows.length === 0) return 0;
        const blobs = listOf(rows.map((row) => row.id));
        const marked = await queries.markDeleting.run(trx, { blobs });
        if (marked < rows.length) await queries.reviveLinked.run(trx, { blobs });
        return rows.length;
      });
      isMore = seen === limit;
      await this.#batches.pause();
    }
  }

  async #deleteBytes(work: Work): Promise<void> {
    const { database, holds } = this.#parts;
    for (let after = 0; !this.#isClosed;) {
      const limit = this.#batch;
      const rows = await queries.listDeleting.all(database, { after, limit });
      // After the rows were read: whoever takes a hold from now on does not count on these.
      if (rows.length === 0 || (await holds.find()) !== null) return;
      after = rows.at(-1)?.id ?? after;
      const gone = await this.#deleteStored(rows);
      if (gone.length > 0) {
        const removed = await this.#change((trx) => queries.deleteBlobs.all(trx, { blobs: listOf(gone) }));
        const bytes = removed.reduce((sum, row) => sum + row.size_bytes, 0);
        work.blobs += removed.length;
        work.bytes += bytes;
        this.#deletedBlobs.add(removed.length);
        this.#freedBytes.add(bytes);
      }
      if (rows.length < limit) return;
      await this.#batches.pause();
    }
  }

  /** The ids of those whose stored bytes are gone. One that fails does not keep the others. */
  async #deleteStored(rows: { id: number; digest: string; storage_key: string | null }[]): Promise<number[]> {
    const { storage, log } = this.#parts;
    const gone: number[] = [];
    const queue = [...rows];
    const work = async () => {
      for (let row = queue.pop(); row !== undefined; row = queue.pop()) {
        const { id, digest, storage_key: storageKey } = row;
        try {
          if (storageKey !== null) await storage.delete(storageKey);
          gone.push(id);
        } catch (error) {
          log.error("the bytes of a blob could not be deleted; the next pass tries again", {
            digest,
            storageKey,
            error,
          });
        }
      }
    };
    await Promise.all(Array.from({ length: PARALLEL_DELETES }, work));
    return gone;
  }

  /** With the disk full nothing is kept that can go: no grace, and the bin is emptied, oldest first, until pushes have room. */
  async #makeRoom(work: Work): Promise<void> {
    const { room, holds, log } = this.#parts;
    const { manifests, tags } = work.binned;
    try {
      while (!this.#isClosed && room.availableBytes <= 0) {
        // Emptying the bin frees nothing while something holds the bytes.
        if ((await holds.find()) !== null) return;
        await this.#reviewLinks(work);
        await this.#markDeleting(0);
        await this.#deleteBytes(work);
        await room.look();
        if (room.availableBytes > 0 || !(await this.#purge(work, Date.now(), 0))) return;
      }
    } finally {
      const early = { manifests: work.binned.manifests - manifests, tags: work.binned.tags - tags };
      if (early.manifests + early.tags > 0) {
        log.warn("the disk is full: entries of the recycle bin went before their time", early);
      }
    }
  }

  #change<T>(work: (trx: Transaction) => Promise<T>): Promise<T> {
    return this.#parts.database.write((trx) => this.#batches.measure(() => work(trx)));
  }

  get #jobs(): Recorder {
    return this.#parts.jobs ?? NO_RECORD;
  }

  get #batch(): number {
    return this.#isDatabaseFull ? BATCH_WHEN_FULL : this.#batches.limit;
  }
}

function isIdle({ binned, links, blobs }: Work): boolean {
  return binned.manifests + binned.tags + links + blobs === 0;
}

/** Figures of a pass, for those who look at what ran. */
export function workSummary({ binned, links, blobs, bytes }: Work): Summary {
  return { freedBytes: bytes, blobs, links, binnedManifests: binned.manifests, binnedTags: binned.tags };
}

function keyOf(link: { blob_id: number; repository_id: number }): string {
  return `${link.blob_id}/${link.repository_id}`;
}

function listOf(ids: readonly number[]): string {
  return JSON.stringify(ids.map((id) => ({ id })));
}
