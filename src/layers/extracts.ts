/**
 * Takes files out of layers again: a child uncompresses a blob as far as the last byte that is wanted. Few at once; whoever downloads
 * slowly keeps nobody from looking at a beginning, and whoever stops reading gives the place back.
 */
import type { Database } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import type { Storage } from "../storage/storage.ts";
import { ChildProcess } from "./child-process.ts";
import type { ArchiveLimits, Span } from "./entry.ts";
import { bytesOf } from "./indexer.ts";
import { findBlobBytes } from "./queries.ts";

export type ExtractsParts = {
  database: Database;
  storage: Storage;
  limits: ArchiveLimits;
  /** Of one download, however slow whoever downloads is. */
  timeoutMs: number;
  stalledMs?: number;
};

const AT_ONCE = 4;
const MAX_WAITING = 32;
/** Milliseconds in which nothing more of a download was wanted. */
const STALLED_MS = 30_000;

export class Extracts {
  readonly #parts: ExtractsParts;
  readonly #running = new Set<ChildProcess>();
  readonly #reads = new Places();
  readonly #downloads = new Places();
  #isClosed = false;

  constructor(parts: ExtractsParts) {
    this.#parts = parts;
  }

  /** Bytes of small spans of one archive, in the order given. Throws UNAVAILABLE. */
  async read(blobId: number, spans: readonly Span[]): Promise<Buffer[]> {
    const sorted = [...new Set(spans.map((it) => it.offset))]
      .sort((a, b) => a - b)
      .map((offset) => ({
        offset,
        sizeBytes: Math.max(...spans.filter((it) => it.offset === offset).map((it) => it.sizeBytes)),
      }));
    const all = Buffer.concat(await Array.fromAsync(await this.#stream(blobId, sorted, this.#reads)));
    const starts = new Map<number, number>();
    let at = 0;
    for (const span of sorted) {
      starts.set(span.offset, at);
      at += span.sizeBytes;
    }
    if (all.length !== at) throw unreadable();
    return spans.map(({ offset, sizeBytes }) => {
      const start = starts.get(offset) ?? 0;
      return all.subarray(start, start + sizeBytes);
    });
  }

  /**
   * The spans' bytes as they come, by offset. The stream fails where the archive does, or when it takes too long.
   * Throws UNAVAILABLE when too many are read at once, or the blob's bytes are not there.
   */
  async stream(blobId: number, spans: readonly Span[]): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    return await this.#stream(blobId, spans, this.#downloads);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const ends = [...this.#running].map(async (child) => {
      child.kill("the server stops");
      await child.ended();
    });
    await Promise.all(ends);
  }

  async #stream(
    blobId: number,
    spans: readonly Span[],
    places: Places,
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const { database, storage, limits, timeoutMs, stalledMs = STALLED_MS } = this.#parts;
    await places.take();
    try {
      if (this.#isClosed) throw unreadable();
      const row = await findBlobBytes.first(database, { blobId });
      const body = row && (await bytesOf(storage, row));
      if (!body) throw unreadable();
      const child = new ChildProcess({
        task: { kind: "extract", limits, spans: [...spans] },
        stdin: body,
        hasOutput: true,
        wallMs: timeoutMs,
        memoryBytes: limits.memoryBytes,
        onMessage: () => undefined,
      });
      this.#running.add(child);
      const ended = child.ended().finally(() => {
        this.#running.delete(child);
        places.give();
      });
      const expected = spans.reduce((sum, it) => sum + it.sizeBytes, 0);
      return exactly(child, ended, { expected, stalledMs });
    } catch (error) {
      places.give();
      throw error;
    }
  }
}

class Places {
  readonly #waiting: (() => void)[] = [];
  #count = 0;

  /** Throws UNAVAILABLE when too many wait. */
  async take(): Promise<void> {
    if (this.#count >= AT_ONCE) {
      if (this.#waiting.length >= MAX_WAITING) {
        throw new RegistryError("UNAVAILABLE", {
          message: "too many files are read at once: try again shortly",
          headers: { "Retry-After": "5" },
        });
      }
      // Whoever ends gives its place on.
      return await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#count += 1;
  }

  give(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#count -= 1;
  }
}

/** What a child writes, at most and at least `expected` bytes: whoever was promised them is told of others by a failure. */
function exactly(
  child: ChildProcess,
  ended: Promise<string | null>,
  { expected, stalledMs }: { expected: number; stalledMs: number },
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = child.output.getReader();
  let left = expected;
  let stalled: Timer | null = null;
  return new ReadableStream(
    {
      pull: async (controller) => {
        if (stalled !== null) clearTimeout(stalled);
        const { value, done } = await reader.read();
        if (done) {
          const failure = await ended;
          if (failure !== null || left !== 0) controller.error(unreadable());
          else controller.close();
          return;
        }
        left -= value.length;
        if (left < 0) {
          child.kill("it wrote too much");
          controller.error(unreadable());
        } else {
          controller.enqueue(value);
          stalled = setTimeout(() => {
            child.kill("nobody goes on reading it");
            controller.error(unreadable());
          }, stalledMs);
          stalled.unref();
        }
      },
      cancel: async () => {
        if (stalled !== null) clearTimeout(stalled);
        child.kill("nobody reads it any more");
        await reader.cancel().catch(() => undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

function unreadable(): RegistryError {
  return new RegistryError("UNAVAILABLE", {
    message: "the file could not be read out of its layer: try again shortly",
  });
}
