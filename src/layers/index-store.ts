/**
 * Indexes as they are kept: small ones in their row, others in the storage below `indexes/`. Whatever lies there and no
 * row names was left by a removed blob or by a kill, and is swept away. See docs/decisions/0036-layer-indexes.md.
 */
import type { Database } from "../database/database.ts";
import { newIndexKey, INDEXES } from "../storage/paths.ts";
import type { ListedKey, Storage } from "../storage/storage.ts";
import { INDEX_VERSION } from "./entry.ts";
import * as queries from "./queries.ts";

export type IndexRow = {
  state: "indexing" | "failed" | "ready" | "parked" | "unsupported";
  attempts: number;
  /** ms since 1970. */
  beganAt: number;
  entries: number | null;
  uncompressedBytes: number | null;
  reason: string | null;
};

/** `attempts`: to be written down; an attempt that the archive is not to blame for does not count. */
export type Outcome = { attempts: number } & (
  | { state: "ready"; entries: number; uncompressedBytes: number; bytes: Uint8Array }
  | { state: "failed" | "parked" | "unsupported"; reason: string }
);

const INLINE_BYTES = 32 * 1024;
const SWEEP_BATCH = 500;
/** Whoever writes one writes its row in this time. */
const LEAST_AGE_MS = 3_600_000;

export class IndexStore {
  readonly #database: Database;
  readonly #storage: Storage;

  constructor({ database, storage }: { database: Database; storage: Storage }) {
    this.#database = database;
    this.#storage = storage;
  }

  /** Null when nobody has begun to make one, or it is of another version. */
  async find(blobId: number): Promise<IndexRow | null> {
    const row = await queries.findIndex.first(this.#database, { blobId });
    if (row === null || row.version !== INDEX_VERSION) return null;
    const { state, attempts, began_at: beganAt, entries, uncompressed_bytes: uncompressedBytes, reason } = row;
    return { state, attempts, beganAt, entries, uncompressedBytes, reason };
  }

  /** The bytes of an index that is ready; null when there are none, in which case it is made again. */
  async read(blobId: number): Promise<Uint8Array | null> {
    const row = await queries.findIndexBytes.first(this.#database, { blobId, version: INDEX_VERSION });
    if (row === null) return null;
    if (row.content !== null) return new Uint8Array(row.content);
    const body = row.storage_key === null ? null : await this.#storage.read(row.storage_key);
    if (body !== null) return body instanceof Uint8Array ? body : await body.bytes();
    await this.#database.write((trx) => queries.forgetIndex.run(trx, { blobId }));
    return null;
  }

  /** Which attempt this is; null when it is another's to make, or there is nothing to make it of. */
  async begin(blobId: number, staleMs: number): Promise<number | null> {
    const now = Date.now();
    const begun = { blobId, version: INDEX_VERSION, now, staleBefore: now - staleMs };
    const row = await this.#database.write((trx) => queries.beginIndex.first(trx, begun));
    return row?.attempts ?? null;
  }

  async finish(blobId: number, outcome: Outcome): Promise<void> {
    const { state, attempts } = outcome;
    const none = { entries: null, uncompressedBytes: null, reason: null, storageKey: null, content: null };
    if (state !== "ready") {
      const reason = outcome.reason.slice(0, 300);
      await this.#database.write((trx) => queries.finishIndex.run(trx, { ...none, blobId, state, attempts, reason }));
      return;
    }
    const { entries, uncompressedBytes, bytes } = outcome;
    const isInline = bytes.length <= INLINE_BYTES;
    const storageKey = isInline ? null : newIndexKey();
    if (storageKey !== null) await this.#storage.put(storageKey, bytes);
    const content = isInline ? bytes : null;
    const made = { ...none, blobId, state, attempts, entries, uncompressedBytes, storageKey, content };
    const changed = await this.#database.write((trx) => queries.finishIndex.run(trx, made));
    // Its blob is gone, or somebody else has made it.
    if (changed === 0 && storageKey !== null) await this.#storage.delete(storageKey);
  }

  /** Called once at a start, where nobody else writes here. */
  async endStale(): Promise<void> {
    if (this.#database.isShared) return;
    await this.#database.write((trx) => queries.endStaleIndexes.run(trx, {}));
  }

  /** Removes what no row names; how many they were. */
  async sweep(leastAgeMs = LEAST_AGE_MS): Promise<number> {
    let removed = 0;
    let batch: ListedKey[] = [];
    const before = Date.now() - leastAgeMs;
    const flush = async (): Promise<void> => {
      const keys = batch.map((it) => it.key);
      batch = [];
      if (keys.length === 0) return;
      const rows = await queries.listIndexKeys.all(this.#database, { storageKeys: JSON.stringify(keys) });
      const owned = new Set(rows.map((it) => it.storage_key));
      for (const key of keys) if (!owned.has(key) && (await this.#storage.delete(key))) removed += 1;
    };
    for await (const it of this.#storage.list(INDEXES)) {
      if (it.modifiedAt < before) batch.push(it);
      if (batch.length >= SWEEP_BATCH) await flush();
    }
    await flush();
    return removed;
  }
}
