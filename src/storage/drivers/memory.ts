/** Blobs in this process's memory: for trying things out and for tests. All is gone when the process ends. */
import { digestOf, formatDigest, type Digest, type DigestAlgorithm } from "../../oci/digest.ts";
import { type BlobWriter, type Space, type Storage, StorageError, type StoredBody } from "../storage.ts";

const FIRST_BYTES = 64 * 1024;
const HASH_BYTES = 1024 * 1024;

type Entry = { bytes: Uint8Array<ArrayBuffer>; modifiedAt: number };

/** What is stored, and how much of the limit that and the open writers take. */
class Shelf {
  readonly entries = new Map<string, Entry>();
  readonly #limitBytes: number | null;
  #takenBytes = 0;

  constructor(limitBytes: number | null) {
    this.#limitBytes = limitBytes;
  }

  take(sizeBytes: number): void {
    if (this.#limitBytes !== null && this.#takenBytes + sizeBytes > this.#limitBytes) {
      throw new StorageError("the memory for blobs is full", { full: true });
    }
    this.#takenBytes += sizeBytes;
  }

  give(sizeBytes: number): void {
    this.#takenBytes -= sizeBytes;
  }

  remove(key: string): Entry | null {
    const entry = this.entries.get(key);
    if (entry === undefined) return null;
    this.entries.delete(key);
    this.give(entry.bytes.length);
    return entry;
  }

  space(): Space | null {
    if (this.#limitBytes === null) return null;
    return { freeBytes: this.#limitBytes - this.#takenBytes, totalBytes: this.#limitBytes };
  }
}

class MemoryWriter implements BlobWriter {
  readonly #shelf: Shelf;
  readonly #key: string;
  readonly #algorithm: DigestAlgorithm;
  readonly #hasher: Bun.CryptoHasher;
  #bytes: Uint8Array<ArrayBuffer>;
  #offset: number;
  #state: "open" | "failed" | "closed" = "open";

  constructor(shelf: Shelf, key: string, start: Uint8Array, algorithm: DigestAlgorithm) {
    this.#shelf = shelf;
    this.#key = key;
    this.#algorithm = algorithm;
    this.#hasher = new Bun.CryptoHasher(algorithm).update(start);
    this.#bytes = new Uint8Array(start);
    this.#offset = start.length;
  }

  get offset(): number {
    return this.#offset;
  }

  tryAppend(): boolean {
    return false;
  }

  async append(chunk: Uint8Array): Promise<void> {
    this.#check();
    try {
      this.#shelf.take(chunk.length);
    } catch (error) {
      this.#state = "failed";
      throw error;
    }
    const end = this.#offset + chunk.length;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2, FIRST_BYTES));
      grown.set(this.#bytes.subarray(0, this.#offset));
      this.#bytes = grown;
    }
    this.#bytes.set(chunk, this.#offset);
    this.#hasher.update(chunk);
    this.#offset = end;
  }

  async flush(): Promise<void> {
    this.#check();
  }

  async suspend(): Promise<void> {
    this.#check();
    this.#keep();
  }

  async commit(algorithm: DigestAlgorithm = this.#algorithm): Promise<{ digest: Digest; sizeBytes: number }> {
    this.#check();
    const bytes = this.#keep();
    const digest =
      algorithm === this.#algorithm ? formatDigest(algorithm, this.#hasher.digest("hex")) : digestOf(bytes, algorithm);
    return { digest, sizeBytes: bytes.length };
  }

  async abort(): Promise<void> {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#shelf.give(this.#offset);
    this.#bytes = new Uint8Array();
  }

  #check(): void {
    if (this.#state !== "open") throw new StorageError(`the writer is ${this.#state}`);
  }

  #keep(): Uint8Array<ArrayBuffer> {
    this.#state = "closed";
    const bytes = this.#bytes.slice(0, this.#offset);
    this.#bytes = new Uint8Array();
    this.#shelf.entries.set(this.#key, { bytes, modifiedAt: Date.now() });
    return bytes;
  }
}

export function memoryStorage(options: { limitBytes?: number } = {}): Storage {
  const shelf = new Shelf(options.limitBytes ?? null);

  return {
    driver: "memory",

    async put(key, bytes) {
      if (shelf.entries.has(key)) throw new StorageError("the key is taken");
      shelf.take(bytes.length);
      shelf.entries.set(key, { bytes: new Uint8Array(bytes), modifiedAt: Date.now() });
    },

    async openWriter(key, { offset, algorithm }) {
      const stored = shelf.entries.get(key)?.bytes ?? new Uint8Array();
      if (stored.length < offset) {
        throw new StorageError(`the upload has ${stored.length} bytes, ${offset} were expected`, { missing: true });
      }
      shelf.remove(key);
      shelf.take(offset);
      return new MemoryWriter(shelf, key, stored.subarray(0, offset), algorithm);
    },

    async read(key, range, sizeBytes): Promise<StoredBody | null> {
      const bytes = shelf.entries.get(key)?.bytes;
      if (bytes === undefined || (sizeBytes !== undefined && bytes.length !== sizeBytes)) return null;
      return range === undefined ? bytes : bytes.subarray(range.start, range.end);
    },

    tryRead(key, { start, end }, sizeBytes) {
      const bytes = shelf.entries.get(key)?.bytes;
      return bytes?.length === sizeBytes ? bytes.subarray(start, end) : null;
    },

    async stat(key) {
      const entry = shelf.entries.get(key);
      return entry === undefined ? null : { sizeBytes: entry.bytes.length };
    },

    async delete(key) {
      return shelf.remove(key) !== null;
    },

    async *list(prefix) {
      const keys = [...shelf.entries.keys()].filter((key) => key.startsWith(prefix));
      for (const key of keys.toSorted()) {
        const entry = shelf.entries.get(key);
        if (entry !== undefined) yield { key, sizeBytes: entry.bytes.length, modifiedAt: entry.modifiedAt };
      }
    },

    async hash(key, algorithm, pace) {
      const bytes = shelf.entries.get(key)?.bytes;
      if (bytes === undefined) return null;
      const hasher = new Bun.CryptoHasher(algorithm);
      for (let start = 0; start < bytes.length; start += HASH_BYTES) {
        const piece = bytes.subarray(start, start + HASH_BYTES);
        await pace?.(piece.length);
        hasher.update(piece);
        // Between two pieces others have their turn.
        await new Promise((resolve) => setImmediate(resolve));
      }
      return { digest: formatDigest(algorithm, hasher.digest("hex")), sizeBytes: bytes.length };
    },

    async space() {
      return shelf.space();
    },

    async close() {
      shelf.entries.clear();
    },
  };
}
