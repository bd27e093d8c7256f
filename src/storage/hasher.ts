/**
 * Hashes that run in worker threads: about half of an upload's processor time is SHA-256, and the event loop must not
 * spend it. An upload's hash stays in one worker from start to digest. Workers start with the first hash, never keep
 * the process alive by themselves, and are replaced when they end: the hashes they held then fail.
 */
import { availableParallelism } from "node:os";
import { workerUrl } from "../lib/worker-url.ts";

import { formatDigest, type Digest, type DigestAlgorithm } from "../oci/digest.ts";
import type { Slot } from "./slots.ts";
import { StorageError } from "./storage.ts";

export type HashRequest =
  | { kind: "share"; region: SharedArrayBuffer }
  | { kind: "start"; id: number; algorithm: DigestAlgorithm }
  | { kind: "slot"; id: number; at: number; sizeBytes: number }
  | { kind: "bytes"; id: number; bytes: Uint8Array }
  | { kind: "digest"; id: number }
  | { kind: "drop"; id: number };

/** The digest in hexadecimal, or empty when bytes were taken. */
export type HashAnswer = string;

type Waiter = { resolve: (answer: HashAnswer) => void; reject: (reason: StorageError) => void };
class HashThread {
  readonly #worker: Worker;
  #waiters: Waiter[] = [];
  #failure: StorageError | null = null;
  hashCount = 0;

  constructor(region: SharedArrayBuffer, ended: (thread: HashThread) => void) {
    this.#worker = new Worker(workerUrl("storage/hash-worker.ts"));
    this.#worker.unref();
    this.#worker.addEventListener("message", (event: MessageEvent<HashAnswer>) => {
      this.#waiters.shift()?.resolve(event.data);
      if (this.#waiters.length === 0) this.#worker.unref();
    });
    const fail = (reason: string): void => {
      this.#fail(new StorageError(`the hash worker ended: ${reason}`));
      ended(this);
    };
    this.#worker.addEventListener("error", (event) => fail(event.message));
    this.#worker.addEventListener("close", () => fail("closed"));
    this.post({ kind: "share", region });
  }

  get alive(): boolean {
    return this.#failure === null;
  }

  post(request: HashRequest): void {
    this.#worker.postMessage(request, []);
  }

  ask(request: HashRequest): Promise<HashAnswer> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      // An awaited answer keeps the process alive, an idle worker does not.
      if (this.#waiters.length === 0) this.#worker.ref();
      this.#waiters.push({ resolve, reject });
      this.post(request);
    });
  }

  stop(): void {
    this.#fail(new StorageError("the hash worker was stopped"));
    this.#worker.terminate();
  }

  #fail(failure: StorageError): void {
    this.#failure ??= failure;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.reject(this.#failure);
    this.#worker.unref();
  }
}

/** A hash under way. Updates are taken in the order of the calls; it ends with `digest` or `drop`. */
export class RunningHash {
  readonly algorithm: DigestAlgorithm;
  readonly #thread: HashThread;
  readonly #id: number;
  #ended = false;

  constructor(thread: HashThread, id: number, algorithm: DigestAlgorithm) {
    this.algorithm = algorithm;
    this.#thread = thread;
    this.#id = id;
    thread.hashCount += 1;
    thread.post({ kind: "start", id, algorithm });
  }

  /** False when its worker has ended, and the hash with it. */
  get usable(): boolean {
    return !this.#ended && this.#thread.alive;
  }

  /** The bytes are copied at once. */
  async update(bytes: Uint8Array): Promise<void> {
    await this.#thread.ask({ kind: "bytes", id: this.#id, bytes });
  }

  /** The worker reads the slot itself: it must stay as it is until this resolves. */
  async updateFromSlot(slot: Slot, sizeBytes: number): Promise<void> {
    await this.#thread.ask({ kind: "slot", id: this.#id, at: slot.at, sizeBytes });
  }

  async digest(): Promise<Digest> {
    this.#end();
    return formatDigest(this.algorithm, await this.#thread.ask({ kind: "digest", id: this.#id }));
  }

  drop(): void {
    if (this.#end()) this.#thread.post({ kind: "drop", id: this.#id });
  }

  #end(): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    this.#thread.hashCount -= 1;
    return true;
  }
}

export class HashPool {
  readonly #region: () => SharedArrayBuffer;
  readonly #limit: number;
  #threads: HashThread[] = [];
  #lastId = 0;

  /** `region` is the memory that slots lie in. */
  constructor(region: () => SharedArrayBuffer, threads = Math.max(1, availableParallelism() - 1)) {
    this.#region = region;
    this.#limit = threads;
  }

  start(algorithm: DigestAlgorithm): RunningHash {
    this.#lastId += 1;
    return new RunningHash(this.#leastBusy(), this.#lastId, algorithm);
  }

  close(): void {
    const threads = this.#threads;
    this.#threads = [];
    for (const thread of threads) thread.stop();
  }

  #leastBusy(): HashThread {
    const sorted = this.#threads.toSorted((a, b) => a.hashCount - b.hashCount);
    const idlest = sorted[0];
    if (idlest !== undefined && (idlest.hashCount === 0 || this.#threads.length >= this.#limit)) return idlest;
    const thread = new HashThread(this.#region(), (ended) => {
      this.#threads = this.#threads.filter((other) => other !== ended);
    });
    this.#threads.push(thread);
    return thread;
  }
}
