/**
 * Moves what is in the log into the database file, in a worker: a checkpoint syncs both, which may take long.
 *
 * The log starts over only when nothing in it is left to move, which under steady writing does not happen by itself.
 * Past a size the writer therefore lets the worker move the few pages that are left between two commits: what wants to be
 * written waits for that, the event loop does not.
 */

import { workerUrl } from "../../lib/worker-url.ts";

const CHECKPOINT_BYTES = 16 * 1024 * 1024;
const FINISH_BYTES = 4 * CHECKPOINT_BYTES;
const CLOSE_WAIT_MS = 30_000;
/** So often the log is looked at. */
const COMMITS = 64;

/** What is in the log, and what of it is not in the database file yet. */
export type LogBytes = { total: number; left: number };

export class Checkpointer {
  readonly #path: string;
  readonly #logBytes: () => LogBytes;
  #worker: Worker | null = null;
  #running: Promise<void> | null = null;
  #end: () => void = () => undefined;
  #commitsSince = 0;
  #needsFinish = false;

  constructor(path: string, logBytes: () => LogBytes) {
    this.#path = path;
    this.#logBytes = logBytes;
  }

  /** Called after each commit; looks at the log now and then. */
  noteCommit(): void {
    this.#commitsSince += 1;
    if (this.#running !== null || this.#commitsSince < COMMITS) return;
    this.#commitsSince = 0;
    if (this.#logBytes().left < CHECKPOINT_BYTES) return;
    void this.#run().then(() => (this.#needsFinish = this.#logBytes().total > FINISH_BYTES));
  }

  /** Whether `finish` is due. */
  get needsFinish(): boolean {
    return this.#needsFinish;
  }

  /** Moves what is left. Nothing may be written until it resolves; it never fails. */
  async finish(): Promise<void> {
    this.#needsFinish = false;
    await this.#running;
    await this.#run();
  }

  async close(): Promise<void> {
    const deadline = performance.now() + CLOSE_WAIT_MS;
    while (this.#running !== null && performance.now() < deadline) await Bun.sleep(5);
    const worker = this.#worker;
    this.#worker = null;
    worker?.terminate();
  }

  /** Resolves when the worker has done what it could. */
  #run(): Promise<void> {
    this.#running ??= new Promise((resolve) => {
      this.#end = () => {
        this.#running = null;
        resolve();
      };
      this.#worker ??= this.#startWorker();
      this.#worker.postMessage(this.#path);
    });
    return this.#running;
  }

  #startWorker(): Worker {
    const worker = new Worker(workerUrl("database/drivers/sqlite-checkpoint-worker.ts"));
    worker.unref();
    worker.addEventListener("message", () => this.#end());
    // It answers also when a checkpoint fails; one that ended all the same is replaced at the next occasion.
    worker.addEventListener("close", () => {
      if (this.#worker !== worker) return;
      this.#worker = null;
      this.#end();
    });
    return worker;
  }
}
