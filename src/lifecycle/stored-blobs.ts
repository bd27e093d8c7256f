/**
 * One stored blob under suspicion: what is wrong with its bytes, taking it out of service and putting it back. Nothing
 * is concluded from one look: a push, a heal or the collector may be in the middle of their work on the same blob.
 */
import type { Database } from "../database/database.ts";
import { digestAlgorithm, digestOf, type Digest } from "../oci/digest.ts";
import type { ContentCache } from "../registry/content-cache.ts";
import { StorageError, type Storage } from "../storage/storage.ts";
import * as queries from "./queries/checks.ts";

export type BlobRow = {
  id: number;
  digest: string;
  size_bytes: number;
  storage_key: string | null;
  state: "live" | "damaged" | "deleting";
  verified_at: number;
};

export type Fault = {
  kind: "blob-missing" | "blob-size" | "blob-bytes" | "blob-unreadable";
  message: string;
};

export type StoredBlobsParts = {
  database: Database;
  storage: Storage;
  cache: ContentCache;
};

type Pace = (sizeBytes: number) => Promise<void>;

const NAMES_SHOWN = 10;

export class StoredBlobs {
  readonly #parts: StoredBlobsParts;

  constructor(parts: StoredBlobsParts) {
    this.#parts = parts;
  }

  /** What is wrong with the bytes; of those in files only the size is looked at when `readBytes` is false. */
  async findFault(row: BlobRow, readBytes: boolean, pace?: Pace): Promise<Fault | null> {
    return row.storage_key === null
      ? await this.#findInlineFault(row)
      : await this.#findStoredFault(row, row.storage_key, readBytes, pace);
  }

  /**
   * A second look at a blob under suspicion, with the fault that it still has or null; null altogether when it is gone,
   * has other bytes, or was put in or out of service since.
   */
  async lookAgain(suspect: BlobRow, readBytes: boolean, pace?: Pace): Promise<{ fault: Fault | null } | null> {
    const isSame = async () => {
      const row = await queries.findBlobRow.first(this.#parts.database, { blobId: suspect.id });
      return row !== null && row.state === suspect.state && row.storage_key === suspect.storage_key;
    };
    if (!(await isSame())) return null;
    const fault = await this.findFault(suspect, readBytes, pace);
    // A heal or the collector may have changed it during the look.
    return (await isSame()) ? { fault } : null;
  }

  /** From now on nobody is served it. False when it is out of service, healed or gone already. */
  async quarantine(row: BlobRow): Promise<boolean> {
    return await this.#change((trx) =>
      queries.quarantineBlob.run(trx, { blobId: row.id, storageKey: row.storage_key ?? "" }),
    );
  }

  /** Serves it again; for one whose bytes were just found to be its own. */
  async putBack(row: BlobRow): Promise<boolean> {
    return await this.#change((trx) =>
      queries.putBackBlob.run(trx, { blobId: row.id, storageKey: row.storage_key ?? "", now: Date.now() }),
    );
  }

  /** Who misses it, in words: `team/app (v1, v2), team/other`. */
  async describeAffected({ id, digest }: BlobRow): Promise<string> {
    const { database } = this.#parts;
    const limit = NAMES_SHOWN + 1;
    const repositories = await queries.listAffectedRepositories.all(database, { blobId: id, limit });
    if (repositories.length === 0) return "no repository";
    const tags = await queries.listAffectedTags.all(database, { blobId: id, digest, limit });
    const shown = repositories.slice(0, NAMES_SHOWN).map(({ name }) => {
      const own = [...new Set(tags.filter((it) => it.repository === name).map((it) => it.tag))];
      return own.length === 0 ? name : `${name} (${shorten(own).join(", ")})`;
    });
    return [...shown, ...(repositories.length > NAMES_SHOWN ? ["and others"] : [])].join(", ");
  }

  async #change(work: Parameters<Database["write"]>[0]): Promise<boolean> {
    const changed = await this.#parts.database.write((trx) => {
      trx.afterCommit(() => this.#parts.cache.forgetAll());
      return work(trx);
    });
    return changed !== 0;
  }

  async #findInlineFault({ id, digest, size_bytes: sizeBytes }: BlobRow): Promise<Fault | null> {
    const found = await queries.findBlobContent.first(this.#parts.database, { blobId: id });
    if (found === null || found.content === null) return null;
    return compare(digest, sizeBytes, found.content.length, () => hashLike(digest, found.content ?? new Uint8Array()));
  }

  async #findStoredFault(row: BlobRow, key: string, readBytes: boolean, pace?: Pace): Promise<Fault | null> {
    const { storage } = this.#parts;
    const { digest, size_bytes: sizeBytes } = row;
    const missing: Fault = { kind: "blob-missing", message: `its file ${key} is missing` };
    const givenUp: { reason: unknown }[] = [];
    const paced = async (bytes: number): Promise<void> => {
      await pace?.(bytes).catch((reason: unknown) => {
        givenUp.push({ reason });
        throw reason;
      });
    };
    try {
      const stat = await storage.stat(key);
      if (stat === null) return missing;
      if (stat.sizeBytes !== sizeBytes || !readBytes) return compare(digest, sizeBytes, stat.sizeBytes, () => digest);
      const found = await storage.hash(key, algorithmOf(digest), paced);
      return found === null ? missing : compare(digest, sizeBytes, found.sizeBytes, () => found.digest);
    } catch (error) {
      // Of the pace, and no fault of the blob's, whatever the storage made of it.
      if (givenUp[0] !== undefined) throw givenUp[0].reason;
      if (!(error instanceof StorageError)) throw error;
      return { kind: "blob-unreadable", message: `its file ${key} cannot be read: ${error.message}` };
    }
  }
}

function compare(digest: string, sizeBytes: number, foundBytes: number, hash: () => string): Fault | null {
  if (foundBytes !== sizeBytes) {
    return { kind: "blob-size", message: `it should have ${sizeBytes} bytes, but ${foundBytes} are stored` };
  }
  const found = hash();
  return found === digest ? null : { kind: "blob-bytes", message: `its stored bytes hash to ${found}` };
}

/** Bytes under the algorithm of a digest that a row gives. */
export function hashLike(digest: string, bytes: Uint8Array): string {
  return digestOf(bytes, algorithmOf(digest));
}

function algorithmOf(digest: string) {
  // Only digests are ever written to the columns of that name.
  return digestAlgorithm(digest as Digest);
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

function shorten(names: string[]): string[] {
  return names.length > NAMES_SHOWN ? [...names.slice(0, NAMES_SHOWN), "…"] : names;
}
