/**
 * Moves what is in the log into the database file, in a worker: a checkpoint syncs both, which may take long.
 *
 * The log starts over only when nothing in it is left to move, which under steady writing no other connection can
 * reach. Past a size the writer therefore moves the few pages that came after the worker's, between two commits.
 */

import { workerUrl } from "../../lib/worker-url.ts";

const CHECKPOINT_BYTES = 16 * 1024 * 1024;
const CLOSE_WAIT_MS = 30_000;
const FINISH_BYTES = 4 * CHECKPOINT_BYTES;

export class Checkpointer {
  readonly #path: string;
  readonly #logBytes: () => number;
  #worker: Worker | null = null;
  #isRunning = false;
  #commitsSince = 0;
  #logBytesAfter = 0;
  #needsFinish = false;

  constructor(path: string, logBytes: () => number) {
    this.#path = path;
    this.#logBytes = logBytes;
  }

  /** Called after each commit; looks at the size of the log now and then. */
  noteCommit(): void {
    this.#commitsSince += 1;
    if (this.#isRunning || this.#commitsSince < 64) return;
    this.#commitsSince = 0;
    if (this.#logBytes() - this.#logBytesAfter < CHECKPOINT_BYTES) return;
    this.#start();
  }

  /** True once after a checkpoint that the writer should finish itself. */
  takeFinish(): boolean {
    const needed = this.#needsFinish;
    this.#needsFinish = false;
    return needed;
  }

  async close(): Promise<void> {
    const deadline = performance.now() + CLOSE_WAIT_MS;
    while (this.#isRunning && performance.now() < deadline) await Bun.sleep(5);
    const worker = this.#worker;
    this.#worker = null;
    worker?.terminate();
  }

  #start(): void {
    this.#isRunning = true;
    if (!this.#worker) {
      const worker = new Worker(workerUrl("database/drivers/sqlite-checkpoint-worker.ts"));
      worker.unref();
      worker.addEventListener("message", () => this.#finish());
      // It answers also when a checkpoint fails; one that ended all the same is replaced at the next occasion.
      worker.addEventListener("close", () => {
        // Ended by `close`: the log may be gone by now.
        if (this.#worker !== worker) return;
        this.#worker = null;
        this.#finish();
      });
      this.#worker = worker;
    }
    this.#worker.postMessage(this.#path);
  }

  #finish(): void {
    this.#isRunning = false;
    // The file keeps its size when the log starts over at its beginning, so only growth beyond it tells of new work.
    const bytes = this.#logBytes();
    this.#needsFinish = bytes > FINISH_BYTES;
    this.#logBytesAfter = Math.min(bytes, FINISH_BYTES);
  }
}
