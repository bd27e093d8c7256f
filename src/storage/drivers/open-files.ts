/**
 * Descriptors kept open for small reads: on one that is open, a read of a few KiB costs less than opening the file
 * again. Sound only because a committed key never changes; whoever removes one says so here.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

import { errorCode } from "../files.ts";

type OpenFile = { fd: number; sizeBytes: number };

export class OpenFiles {
  readonly #limit: number;
  /** In order of use, the longest unused first. */
  readonly #files = new Map<string, OpenFile>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * The bytes of a file from `start` to `end`, fewer where it ends before; null when it is not there, or has not
   * `sizeBytes` bytes where they are given. They are the beginning of `into` where that is given, which must be as long.
   */
  read(
    path: string,
    start: number,
    end: number,
    { sizeBytes, into }: { sizeBytes?: number | undefined; into?: Uint8Array<ArrayBuffer> } = {},
  ): Uint8Array<ArrayBuffer> | null {
    const file = this.#find(path);
    if (file === null || (sizeBytes !== undefined && file.sizeBytes !== sizeBytes)) return null;
    const length = Math.max(0, Math.min(end, file.sizeBytes) - start);
    const bytes = into?.subarray(0, length) ?? new Uint8Array(length);
    for (let done = 0; done < bytes.length;) {
      const count = readSync(file.fd, bytes, done, bytes.length - done, start + done);
      if (count === 0) return bytes.subarray(0, done);
      done += count;
    }
    return bytes;
  }

  forget(path: string): void {
    const file = this.#files.get(path);
    if (file === undefined) return;
    this.#files.delete(path);
    closeSync(file.fd);
  }

  close(): void {
    for (const { fd } of this.#files.values()) closeSync(fd);
    this.#files.clear();
  }

  #find(path: string): OpenFile | null {
    const known = this.#files.get(path);
    if (known !== undefined) {
      this.#files.delete(path);
      this.#files.set(path, known);
      return known;
    }
    const file = openForReading(path);
    if (file === null) return null;
    for (const oldest of this.#files.keys()) {
      if (this.#files.size < this.#limit) break;
      this.forget(oldest);
    }
    this.#files.set(path, file);
    return file;
  }
}

function openForReading(path: string): OpenFile | null {
  try {
    const fd = openSync(path, constants.O_RDONLY);
    return { fd, sizeBytes: fstatSync(fd).size };
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}
