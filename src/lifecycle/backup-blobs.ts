/** The blobs' part of a backup: what its directory lacks is copied there and hashed on the way, a few at a time. */
import { constants } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Database } from "../database/database.ts";
import { randomHex } from "../lib/random.ts";
import { digestAlgorithm, findDigest, formatDigest, type Digest } from "../oci/digest.ts";
import { syncDirectory } from "../storage/files.ts";
import type { Storage } from "../storage/storage.ts";
import { blobPath, bodyChunks } from "./archive-source.ts";
import type { ArchiveRow } from "./archive-table.ts";
import { makeFolder, removeLeftovers, writeAll } from "./backup-files.ts";
import { Damages } from "./damages.ts";
import { findPlace } from "./queries/archive.ts";
import { sourceBytes, UnreadableError } from "./source-bytes.ts";

const PARALLEL = 4;
/** More blobs than this without their bytes, and most of those that were looked at, is no damage: the storage is away. */
const MISSED_AT_MOST = 20;
const PARTIAL = ".partial";

export type BlobCopyParts = { database: Database; storage: Storage };

export type BlobCopyOptions = {
  directory: string;
  /** Hashes also what the directory holds already. */
  verify: boolean;
  signal: AbortSignal;
  /** Called after each blob. */
  onBlob: () => void;
};

type StoredBlob = { digest: Digest; sizeBytes: number; storageKey: string; isKnownDamaged: boolean };

export class BlobCopy {
  copied = 0;
  present = 0;
  copiedBytes = 0;
  /** Blobs of which the copy is there, or is known to be impossible. */
  looked = 0;
  readonly damages = new Damages();
  readonly #parts: BlobCopyParts;
  readonly #options: BlobCopyOptions;
  readonly #folders = new Map<string, Promise<void>>();
  /** Blobs whose bytes are not in their rows, and those of them that should have been there and were not. */
  #stored = 0;
  #missed = 0;

  constructor(parts: BlobCopyParts, options: BlobCopyOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  /** Copies the blobs of some rows. Throws when the directory cannot be written to, or the storage seems to be away. */
  async take(rows: readonly ArchiveRow[]): Promise<void> {
    const queue = rows.values();
    const work = async () => {
      for (const row of queue) {
        this.#options.signal.throwIfAborted();
        await this.#takeRow(row);
        this.looked += 1;
        this.#options.onBlob();
      }
    };
    for (const result of await Promise.allSettled(Array.from({ length: PARALLEL }, work))) {
      if (result.status === "rejected") throw result.reason;
    }
  }

  /** Resolves when every name is durable, also of what an earlier backup, broken off, has copied. */
  async settle(): Promise<void> {
    const folders = new Set<string>();
    for (let path of this.#folders.keys()) {
      // Up to the directory itself: <aa>, the algorithm, `blobs`.
      for (let up = 0; up <= 3; up += 1, path = dirname(path)) folders.add(path);
    }
    for (const folder of folders) await syncDirectory(folder);
  }

  async #takeRow({ digest, size_bytes: size, storage_key: storageKey, state }: ArchiveRow): Promise<void> {
    // The bytes of the others are in their rows.
    if (typeof storageKey !== "string") return;
    this.#stored += 1;
    const parsed = findDigest(String(digest));
    if (parsed !== null) {
      await this.#one({ digest: parsed, sizeBytes: Number(size), storageKey, isKnownDamaged: state === "damaged" });
    } else this.damages.add({ digest: String(digest), reason: "it is no digest: its row has rotted" });
  }

  async #one(blob: StoredBlob): Promise<void> {
    const path = blobPath(this.#options.directory, blob.digest);
    await this.#enter(dirname(path));
    if (await this.#isThere(blob, path)) {
      this.present += 1;
      return;
    }
    const reason = await this.#copy(blob, path);
    if (reason === null) {
      this.copied += 1;
      this.copiedBytes += blob.sizeBytes;
      return;
    }
    // A push may have brought it anew, under another key, since the rows were copied.
    const now = await findPlace.first(this.#parts.database, { digest: blob.digest });
    const storageKey = now?.storage_key ?? null;
    if (storageKey !== null && storageKey !== blob.storageKey) return await this.#one({ ...blob, storageKey });
    this.damages.add({ digest: blob.digest, reason });
    if (!blob.isKnownDamaged) this.#missed += 1;
    if (this.#missed > MISSED_AT_MOST && this.#missed * 2 > this.#stored) {
      throw new Error(
        `most of the blobs that were looked at cannot be copied (the last: ${reason}): is the right storage there? No backup was added; berth fsck says more`,
      );
    }
  }

  #enter(folder: string): Promise<void> {
    let entered = this.#folders.get(folder);
    if (entered === undefined) {
      entered = makeFolder(folder).then(() => removeLeftovers(folder, (name) => name.endsWith(PARTIAL)));
      this.#folders.set(folder, entered);
    }
    return entered;
  }

  async #isThere({ digest, sizeBytes }: StoredBlob, path: string): Promise<boolean> {
    const found = await stat(path).catch(() => null);
    if (found === null || !found.isFile() || found.size !== sizeBytes) return false;
    if (!this.#options.verify) return true;
    try {
      const hash = new Bun.CryptoHasher(digestAlgorithm(digest));
      for await (const chunk of Bun.file(path).stream()) {
        this.#options.signal.throwIfAborted();
        hash.update(chunk);
      }
      return formatDigest(digestAlgorithm(digest), hash.digest("hex")) === digest;
    } catch {
      // One that cannot be read is copied anew.
      this.#options.signal.throwIfAborted();
      return false;
    }
  }

  /** Null when the copy is there, else what is wrong with the stored bytes. Throws when the copy cannot be written. */
  async #copy(blob: StoredBlob, path: string): Promise<string | null> {
    const { digest } = blob;
    const temporary = `${path}.${randomHex(8)}${PARTIAL}`;
    const hash = new Bun.CryptoHasher(digestAlgorithm(digest));
    try {
      const file = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
      try {
        for await (const chunk of sourceBytes(blob.sizeBytes, () => this.#read(blob))) {
          this.#options.signal.throwIfAborted();
          hash.update(chunk);
          await writeAll(file, chunk);
        }
        if (formatDigest(digestAlgorithm(digest), hash.digest("hex")) !== digest) {
          return "its bytes do not have its digest";
        }
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
      return null;
    } catch (error) {
      if (error instanceof UnreadableError) return error.message;
      throw error;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async #read({ storageKey, sizeBytes }: StoredBlob): Promise<AsyncIterable<Uint8Array> | null> {
    const body = await this.#parts.storage.read(storageKey, undefined, sizeBytes);
    return body && bodyChunks(body);
  }
}
