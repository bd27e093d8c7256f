/**
 * The scrub reads every stored blob again, the one that was verified longest ago first, and takes those out of service
 * whose bytes are not their digest's any more. When each was verified is in its row, so it goes on after a restart.
 * What lies in the database itself has its own order (`row-scrub.ts`).
 *
 * One blob at a time, within a limit of bytes a second, past the page cache: nobody should notice it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../database/database.ts";
import { NO_RECORD, type Recorder } from "../jobs/job-runs.ts";
import type { Log } from "../telemetry/log.ts";
import type { Counter, Metrics } from "../telemetry/metrics.ts";
import { Pace } from "./pace.ts";
import * as queries from "./queries/checks.ts";
import { RowScrub } from "./row-scrub.ts";
import { isAbort, type BlobRow, type Fault, type StoredBlobs } from "./stored-blobs.ts";

export type ScrubParts = {
  database: Database;
  storedBlobs: StoredBlobs;
  /** Where runs that checked something are written down. */
  jobs?: Recorder;
  log: Log;
  metrics: Metrics;
  /** When false, `start` only counts what is out of service. */
  enabled: boolean;
  /** Milliseconds after which a blob is due again. */
  everyMs: number;
  bytesPerSecond: number;
  /** Milliseconds between a suspicion and the look that confirms it. */
  confirmAfterMs?: number;
};

/** `corrupt`: taken out of service. `unreadable`: the storage failed to read them, which a pull would meet too. */
export type ScrubReport = { blobs: number; bytes: number; corrupt: number; unreadable: number };

const FIRST_MS = 5_000;
const EVERY_MS = 60_000;
const BATCH = 100;
const CONFIRM_AFTER_MS = 1_000;
/** What a small blob counts for: opening a file costs about as much as reading so many bytes. */
const LEAST_BYTES = 256 * 1024;
/** Verified blobs are written down so many at a time, or so long after the first of them. */
const NOTE_BLOBS = 50;
const NOTE_AFTER_MS = 5_000;
/** More than this in one run, and most of what was checked, is no rot: a volume is missing or is another one. */
const CORRUPT_AT_MOST = 20;
/** After which one that could not be read is tried again. */
const RETRY_MS = 3_600_000;
const COUNTED_AT_MOST = 10_000;

export class Scrub {
  readonly #parts: ScrubParts;
  readonly #stopping = new AbortController();
  readonly #pace: Pace;
  readonly #corrupt: Counter;
  readonly #unreadable: Counter;
  readonly #bytes: Counter;
  readonly #rows: RowScrub;
  /** Ids of what could not be read, and when to try again. */
  readonly #failed = new Map<number, number>();
  #verified: BlobRow[] = [];
  #verifiedAt = 0;
  #damaged = 0;
  #isSuspended = false;
  #timer: Timer | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: ScrubParts) {
    this.#parts = parts;
    this.#pace = new Pace(parts.bytesPerSecond, this.#stopping.signal);
    const { metrics } = parts;
    metrics.gauge(
      "berth_blobs_damaged",
      "Blobs out of service because their stored bytes are missing or wrong, as last counted.",
      () => this.#damaged,
    );
    this.#corrupt = metrics.counter("berth_scrub_corrupt_total", "Blobs and manifests that the scrub found corrupt.");
    this.#unreadable = metrics.counter("berth_scrub_unreadable_total", "Blobs that the storage could not read.");
    this.#bytes = metrics.counter("berth_scrub_read_bytes_total", "Bytes that the scrub has hashed.");
    this.#rows = new RowScrub({
      ...parts,
      pace: async (sizeBytes) => {
        await this.#pace.take(sizeBytes);
        this.#bytes.add(sizeBytes);
      },
      onCorruptBlob: async (row, fault) => void (await this.#quarantine(row, fault)),
      onCorruptManifest: () => this.#corrupt.add(),
    });
  }

  /** Looks for what is due a little later, and then once a minute. */
  start(): void {
    this.#plan(FIRST_MS);
  }

  /** Ends what is under way, and writes down what it has verified. */
  async close(): Promise<void> {
    this.#stopping.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#running;
    await this.#rows.close();
  }

  /** Checks everything that is due. Throws an AbortError when the scrub is closed meanwhile. */
  async runOnce(): Promise<ScrubReport> {
    const report: ScrubReport = { blobs: 0, bytes: 0, corrupt: 0, unreadable: 0 };
    const before = Date.now() - this.#parts.everyMs;
    try {
      for (let from = 0; !this.#isSuspended;) {
        const rows: BlobRow[] = await queries.listDueBlobs.all(this.#parts.database, { from, before, limit: BATCH });
        const due = rows.filter(({ id }) => !this.#isPutOff(id));
        for (const row of this.#parts.database.isShared ? shuffle(due) : due) {
          if (this.#isSuspended) break;
          await this.#check(row, report);
        }
        await this.#note();
        if (rows.length < BATCH) break;
        // Those that could not be read stay where they are in the order: they are passed by.
        from = due.length > 0 ? from : (rows.at(-1)?.verified_at ?? 0) + 1;
      }
    } finally {
      await this.#note();
      await this.#count();
    }
    return report;
  }

  /** Blobs out of service at the moment; no more than 10,000 are counted. */
  async countDamaged(): Promise<number> {
    return (await queries.listDamagedIds.all(this.#parts.database, { after: 0, limit: COUNTED_AT_MOST })).length;
  }

  async #check(listed: BlobRow, report: ScrubReport): Promise<void> {
    this.#stopping.signal.throwIfAborted();
    const { database, storedBlobs } = this.#parts;
    // Another server may have verified it, or the collector removed it, since the list was read.
    const row = await queries.findBlobRow.first(database, { blobId: listed.id });
    if (row === null || row.state !== "live" || row.verified_at !== listed.verified_at) return;
    const pace = async (sizeBytes: number): Promise<void> => {
      await this.#pace.take(sizeBytes);
      this.#bytes.add(sizeBytes);
      report.bytes += sizeBytes;
    };
    report.blobs += 1;
    await this.#pace.take(Math.max(0, LEAST_BYTES - row.size_bytes));
    let fault = await storedBlobs.findFault(row, true, pace);
    if (fault !== null) {
      await sleep(this.#parts.confirmAfterMs ?? CONFIRM_AFTER_MS, undefined, { signal: this.#stopping.signal });
      const again = await storedBlobs.lookAgain(row, true, pace);
      if (again === null) return;
      fault = again.fault;
    }
    if (fault === null) await this.#noteVerified(row);
    else if (fault.kind === "blob-unreadable") this.#putOff(row, fault, report);
    else await this.#takeOut(row, fault, report);
  }

  async #takeOut(row: BlobRow, fault: Fault, report: ScrubReport): Promise<void> {
    const { log } = this.#parts;
    if (report.corrupt >= CORRUPT_AT_MOST && report.corrupt * 2 > report.blobs) {
      this.#isSuspended = true;
      log.error(
        "the scrub stops until the next start: most of what it checked is missing or wrong; is the right storage there? berth fsck says more",
        report,
      );
      return;
    }
    if (await this.#quarantine(row, fault)) report.corrupt += 1;
  }

  /** Whether it was in service. */
  async #quarantine(row: BlobRow, fault: Fault): Promise<boolean> {
    const { storedBlobs, log } = this.#parts;
    if (!(await storedBlobs.quarantine(row))) return false;
    this.#corrupt.add();
    this.#damaged += 1;
    log.error("a stored blob is corrupt: it is not served any more until it is pushed again", {
      digest: row.digest,
      storageKey: row.storage_key,
      fault: fault.message,
      missedBy: await storedBlobs.describeAffected(row),
    });
    return true;
  }

  /** It stays in service: whoever pulls it is told of the failure, and the next hour may be better. */
  #putOff(row: BlobRow, fault: Fault, report: ScrubReport): void {
    this.#failed.set(row.id, Date.now() + RETRY_MS);
    report.unreadable += 1;
    this.#unreadable.add();
    this.#parts.log.error("a stored blob cannot be read; berth fsck --repair takes it out of service", {
      digest: row.digest,
      storageKey: row.storage_key,
      fault: fault.message,
    });
  }

  #isPutOff(id: number): boolean {
    const until = this.#failed.get(id);
    if (until === undefined) return false;
    if (until > Date.now()) return true;
    this.#failed.delete(id);
    return false;
  }

  async #noteVerified(row: BlobRow): Promise<void> {
    const now = performance.now();
    if (this.#verified.length === 0) this.#verifiedAt = now;
    this.#verified.push(row);
    if (this.#verified.length >= NOTE_BLOBS || now - this.#verifiedAt > NOTE_AFTER_MS) await this.#note();
  }

  async #note(): Promise<void> {
    const verified = this.#verified;
    this.#verified = [];
    if (verified.length === 0) return;
    const now = Date.now();
    await this.#parts.database.write(async (trx) => {
      for (const { id, storage_key: key } of verified) {
        await queries.markVerified.run(trx, { blobId: id, storageKey: key ?? "", now });
      }
    });
  }

  async #count(): Promise<void> {
    this.#damaged = await this.countDamaged();
  }

  #plan(afterMs: number): void {
    if (this.#stopping.signal.aborted) return;
    if (this.#parts.enabled) (this.#parts.jobs ?? NO_RECORD).planNext("scrub", Date.now() + afterMs);
    this.#timer = setTimeout(() => {
      this.#running = this.#runAndLog().finally(() => this.#plan(EVERY_MS));
    }, afterMs);
    this.#timer.unref();
  }

  async #runAndLog(): Promise<void> {
    const { enabled, jobs = NO_RECORD, log } = this.#parts;
    try {
      if (!enabled || this.#isSuspended) return await this.#count();
      const report = await jobs.run("scrub", () => this.runOnce(), {
        summary: ({ bytes: readBytes, ...counts }) => (counts.blobs > 0 ? { readBytes, ...counts } : null),
      });
      if (report.blobs > 0) log.debug("stored blobs were checked", report);
      await this.#rows.runOnce(Date.now());
    } catch (error) {
      if (!isAbort(error)) log.error("stored blobs could not be checked; the scrub tries again", { error });
    }
  }
}

/** So that servers that share the work do not walk side by side. */
function shuffle<T>(items: readonly T[]): T[] {
  return items
    .map((it) => ({ it, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ it }) => it);
}
