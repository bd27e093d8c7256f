/**
 * Direct I/O leaves nothing of an upload in the page cache, and what was just pushed is what is pulled next: so once
 * uploads rest, the files that they wrote are read once, which brings them there. Uploads always go first.
 */
import { totalmem } from "node:os";

import { closeFile, openFile, readOnce } from "../files.ts";

/** Uploads rest when none has taken a slot for so long. */
const REST_MS = 250;
const PIECE_BYTES = 512 * 1024;
/** Of the machine's memory, or the container's: more would push out what others read. */
const MEMORY_PART = 1 / 8;

type Waiting = { sizeBytes: number; readBytes: number };

export class Warmer {
  readonly #activity: () => number;
  readonly #budgetBytes: number;
  /** By path, the oldest first; the file that is being read is the first. */
  readonly #waiting = new Map<string, Waiting>();
  #waitingBytes = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #closed = false;

  /** `activity` is a number that changes whenever an upload goes on. */
  constructor(activity: () => number, budgetBytes = memoryBytes() * MEMORY_PART) {
    this.#activity = activity;
    this.#budgetBytes = budgetBytes;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Plans to read a file; the longest waiting ones give way when all would be too much. */
  add(path: string, sizeBytes: number): void {
    if (this.#closed || sizeBytes > this.#budgetBytes) return;
    this.drop(path);
    this.#waiting.set(path, { sizeBytes, readBytes: 0 });
    this.#waitingBytes += sizeBytes;
    for (const oldest of this.#waiting.keys()) {
      if (this.#waitingBytes <= this.#budgetBytes) break;
      this.drop(oldest);
    }
    if (this.#timer === null) this.#rest();
  }

  drop(path: string): void {
    const file = this.#waiting.get(path);
    if (file === undefined) return;
    this.#waiting.delete(path);
    this.#waitingBytes -= file.sizeBytes;
  }

  close(): void {
    this.#closed = true;
    this.#waiting.clear();
    this.#waitingBytes = 0;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** Reads on when nothing was uploaded for a while, else rests again. */
  #rest(): void {
    const before = this.#activity();
    this.#timer = setTimeout(() => {
      if (this.#activity() !== before) return this.#rest();
      void this.#readAll(before).finally(() => {
        this.#timer = null;
        if (this.#waiting.size > 0) this.#rest();
      });
    }, REST_MS);
    this.#timer.unref();
  }

  async #readAll(activity: number): Promise<void> {
    const buffer = new Uint8Array(PIECE_BYTES);
    for (const [path, file] of this.#waiting) {
      // A file that is gone or cannot be read is the reader's to report.
      const finished = await this.#readFile(path, file, { activity, buffer }).catch(() => true);
      if (!finished) return;
      this.drop(path);
    }
  }

  /** False when an upload came between. */
  async #readFile(
    path: string,
    file: Waiting,
    { activity, buffer }: { activity: number; buffer: Uint8Array },
  ): Promise<boolean> {
    const fd = await openFile(path, "r");
    try {
      while (file.readBytes < file.sizeBytes && this.#waiting.get(path) === file) {
        if (this.#activity() !== activity) return false;
        const count = await readOnce(fd, buffer, file.readBytes);
        if (count === 0) return true;
        file.readBytes += count;
      }
      return true;
    } finally {
      await closeFile(fd);
    }
  }
}

function memoryBytes(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Infinity);
}
