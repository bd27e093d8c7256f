/**
 * Makes indexes of layers, in child processes that are given a blob's bytes and nothing else: what people wait for at once
 * and before all others, the rest one at a time while the registry is calm. Namespaces take turns. An archive that ended its
 * process is tried three times, then parked; one that is found to be unsound is parked at once.
 */
import type { Database } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import type { Storage, StoredBody } from "../storage/storage.ts";
import type { Log } from "../telemetry/log.ts";
import { ChildProcess } from "./child-process.ts";
import type { ArchiveLimits, IndexMessage } from "./entry.ts";
import { FairQueue } from "./fair-queue.ts";
import type { IndexRow, IndexStore, Outcome } from "./index-store.ts";
import { findBlobBytes } from "./queries.ts";

export type LayerBlob = { id: number; sizeBytes: number };

export type IndexerParts = {
  database: Database;
  storage: Storage;
  store: IndexStore;
  log: Log;
  limits: ArchiveLimits;
  timeoutMs: number;
  /** False while the registry has better things to do. */
  isCalm: () => boolean;
};

type Job = {
  readonly blob: LayerBlob;
  readonly namespace: string;
  isUrgent: boolean;
  readBytes: number;
  child: ChildProcess | null;
  readonly done: Promise<void>;
  finish: () => void;
};

const MAX_ATTEMPTS = 3;
const URGENT_AT_ONCE = 2;
const MAX_WAITING = 2_000;
const CALM_LOOK_MS = 200;
/** Beyond the time that reading may take: whoever began then is gone. */
const STALE_SPARE_MS = 120_000;
/** Of an index as it is stored. */
const MAX_INDEX_BYTES = 65 * 1024 * 1024;
const CLOSING = "the server stops";

export class Indexer {
  readonly #parts: IndexerParts;
  readonly #jobs = new Map<number, Job>();
  readonly #urgent = new FairQueue<Job>();
  readonly #rest = new FairQueue<Job>();
  readonly #running = new Set<Job>();
  #isClosed = false;

  constructor(parts: IndexerParts) {
    this.#parts = parts;
  }

  /** Bytes of the blob that were read so far, when its index is being made or waits for it; else null. */
  progress(blobId: number): { state: "waiting" | "indexing"; readBytes: number } | null {
    const job = this.#jobs.get(blobId);
    if (!job) return null;
    return { state: this.#running.has(job) ? "indexing" : "waiting", readBytes: job.readBytes };
  }

  /** Layers in the background that are not done. */
  get waiting(): number {
    return this.#jobs.size;
  }

  /**
   * Makes the index of a blob; resolves when it is done, whatever came of it. `namespace`: who it is for. Throws
   * UNAVAILABLE when too many wait.
   */
  request(blob: LayerBlob, namespace: string, isUrgent: boolean): Promise<void> {
    const known = this.#jobs.get(blob.id);
    if (known) {
      if (isUrgent && !known.isUrgent) this.#hurry(known);
      return known.done;
    }
    if (this.#isClosed || this.#jobs.size >= MAX_WAITING) {
      throw new RegistryError("UNAVAILABLE", {
        message: "too many layers wait to be read: try again shortly",
        headers: { "Retry-After": "10" },
      });
    }
    const { promise: done, resolve: finish } = Promise.withResolvers<void>();
    const job: Job = { blob, namespace, isUrgent, readBytes: 0, child: null, done, finish };
    this.#jobs.set(blob.id, job);
    (isUrgent ? this.#urgent : this.#rest).push(namespace, job);
    this.#startNext();
    return done;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const job of this.#running) job.child?.kill(CLOSING);
    await Promise.all([...this.#running].map((job) => job.done));
  }

  #hurry(job: Job): void {
    job.isUrgent = true;
    if (this.#rest.take(job.namespace, job)) this.#urgent.push(job.namespace, job);
    job.child?.resume();
    this.#startNext();
  }

  #startNext(): void {
    const running = [...this.#running];
    const urgent = running.filter((it) => it.isUrgent).length;
    for (let room = URGENT_AT_ONCE - urgent; room > 0 && !this.#isClosed; room -= 1) {
      const job = this.#urgent.shift();
      if (job === null) break;
      this.#start(job);
    }
    if (this.#isClosed || [...this.#running].some((it) => !it.isUrgent)) return;
    const job = this.#rest.shift();
    if (job !== null) this.#start(job);
  }

  #start(job: Job): void {
    this.#running.add(job);
    void this.#run(job)
      .catch((error: unknown) => this.#parts.log.error("the index of a layer could not be made", { error }))
      .finally(() => {
        this.#running.delete(job);
        this.#jobs.delete(job.blob.id);
        job.finish();
        this.#startNext();
      });
  }

  async #run(job: Job): Promise<void> {
    const { store, timeoutMs, log } = this.#parts;
    const { id } = job.blob;
    const attempts = await store.begin(id, timeoutMs + STALE_SPARE_MS);
    if (attempts === null) return;
    if (attempts > MAX_ATTEMPTS) {
      const reason = "reading it has ended the process that read it too often";
      return await store.finish(id, { state: "parked", attempts, reason });
    }
    let outcome: Outcome;
    try {
      outcome = await this.#read(job, attempts);
    } catch (error) {
      log.warn("the index of a layer could not be made", { blobId: id, attempts, error });
      outcome = { state: "failed", attempts, reason: "its bytes could not be read" };
    }
    if (this.#isClosed && outcome.state === "failed") outcome.attempts = attempts - 1;
    else if (outcome.state === "failed" && attempts >= MAX_ATTEMPTS) outcome = { ...outcome, state: "parked" };
    if (outcome.state === "parked") log.info("a layer gets no index", { blobId: id, reason: outcome.reason });
    await store.finish(id, outcome);
  }

  async #read(job: Job, attempts: number): Promise<Outcome> {
    const { database, storage, limits, timeoutMs } = this.#parts;
    const row = await findBlobBytes.first(database, { blobId: job.blob.id });
    const body = row && (await bytesOf(storage, row));
    if (!body) return { state: "failed", attempts, reason: "its bytes are missing" };
    let said: IndexMessage | null = null;
    const child = new ChildProcess({
      task: { kind: "index", limits, isBackground: !job.isUrgent },
      stdin: body,
      hasOutput: true,
      wallMs: timeoutMs,
      memoryBytes: limits.memoryBytes,
      onMessage: (message) => {
        // The child is this same program, but what it read may have made it another: only this much is believed.
        const it = message as IndexMessage;
        if (it.kind !== "progress") said = it;
        else if (Number.isSafeInteger(it.readBytes)) job.readBytes = Math.min(it.readBytes, job.blob.sizeBytes);
      },
    });
    job.child = child;
    const watch = setInterval(() => {
      if (job.isUrgent || this.#parts.isCalm()) child.resume();
      else child.pause();
    }, CALM_LOOK_MS);
    try {
      const bytes = await collect(child);
      const ending = await child.ended();
      return outcomeOf(said, ending, bytes, attempts, job.blob.sizeBytes);
    } finally {
      clearInterval(watch);
      job.child = null;
    }
  }
}

/** What stands in its row for a caller; `failed` ones are tried again when somebody asks. */
export function isSettled(row: IndexRow | null): boolean {
  return row !== null && (row.state === "ready" || row.state === "parked" || row.state === "unsupported");
}

/** A blob's bytes as a child's input; null when they are missing. */
export async function bytesOf(
  storage: Storage,
  row: { size_bytes: number; storage_key: string | null; content: Uint8Array | null },
): Promise<StoredBody | null> {
  if (row.content !== null) return new Uint8Array(row.content);
  return row.storage_key === null ? null : await storage.read(row.storage_key, undefined, row.size_bytes);
}

function outcomeOf(
  said: IndexMessage | null,
  ending: string | null,
  bytes: Uint8Array | null,
  attempts: number,
  sizeBytes: number,
): Outcome {
  if (bytes === null) return { state: "parked", attempts, reason: "its index would be too large" };
  if (said?.kind === "unsupported") return { state: "unsupported", attempts, reason: textOf(said.reason) };
  if (said?.kind === "failed") {
    return { state: said.isFinal ? "parked" : "failed", attempts, reason: textOf(said.reason) };
  }
  if (said?.kind !== "done") return { state: "failed", attempts, reason: ending ?? "its process said nothing" };
  const { entries, uncompressedBytes, readBytes } = said;
  // A file that went between being found and being opened reads as an empty one.
  if (readBytes === 0 && sizeBytes > 0) return { state: "failed", attempts, reason: "its bytes are missing" };
  if (!Number.isSafeInteger(entries) || !Number.isSafeInteger(uncompressedBytes)) {
    return { state: "failed", attempts, reason: "its process said nothing" };
  }
  return { state: "ready", attempts, entries, uncompressedBytes, bytes };
}

function textOf(reason: unknown): string {
  return typeof reason === "string" ? reason.slice(0, 300) : "no reason is known";
}

/** What the child writes; null when it is more than an index may be, and then the child is ended. */
async function collect(child: ChildProcess): Promise<Uint8Array | null> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of child.output) {
    length += piece.length;
    if (length > MAX_INDEX_BYTES) {
      child.kill("its index would be too large");
      return null;
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
