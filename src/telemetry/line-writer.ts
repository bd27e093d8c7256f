/**
 * Writes lines to a file descriptor without ever making a request wait: gathered, written in the background, and
 * dropped (and counted) when the reader does not keep up. A synchronous write to a full pipe would stop the server.
 */
import { write, writeSync } from "node:fs";

const FLUSH_MS = 50;
const MAX_PENDING_CHARS = 8 * 1024 * 1024;
const FLUSH_CHARS = 64 * 1024;

export class LineWriter {
  readonly #fd: number;
  #pending = "";
  #isWriting = false;
  #timer: Timer | null = null;
  #dropped = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Lines lost since the start because nobody read them. */
  get dropped(): number {
    return this.#dropped;
  }

  write(line: string): void {
    if (this.#pending.length > MAX_PENDING_CHARS) {
      this.#dropped += 1;
      return;
    }
    this.#pending += `${line}\n`;
    if (this.#pending.length >= FLUSH_CHARS) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS).unref();
  }

  /** Writes what is left, waiting for it: for the end of the process. */
  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    const rest = this.#pending;
    this.#pending = "";
    try {
      if (rest) writeSync(this.#fd, rest);
    } catch {
      // Nobody is left to tell.
    }
  }

  #flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#isWriting || this.#pending === "") return;
    const bytes = Buffer.from(this.#pending);
    this.#pending = "";
    this.#isWriting = true;
    this.#writeAll(bytes);
  }

  #writeAll(bytes: Buffer): void {
    write(this.#fd, bytes, 0, bytes.length, null, (error, written) => {
      if (error?.code === "EAGAIN") return void setTimeout(() => this.#writeAll(bytes), FLUSH_MS).unref();
      if (!error && written < bytes.length) return this.#writeAll(bytes.subarray(written));
      this.#isWriting = false;
      if (this.#pending !== "") this.#flush();
    });
  }
}
