/**
 * Blobs that were taken out of service because their stored bytes were missing or wrong. A push of the same bytes heals
 * one; without a push it comes back when its bytes do.
 */
import type { Database } from "../database/database.ts";
import { digestAlgorithm, type Digest } from "../oci/digest.ts";
import { StorageError, type Storage } from "../storage/storage.ts";
import type { Log } from "../telemetry/log.ts";
import type { ContentCache } from "./content-cache.ts";
import * as queries from "./queries/blobs.ts";

export type DamagedBlobsParts = { database: Database; storage: Storage; cache: ContentCache; log: Log };

const BATCH = 500;

export class DamagedBlobs {
  readonly #parts: DamagedBlobsParts;
  /** Where bytes were hashed that are not their blob's, until others are seen there or this process ends. */
  readonly #wrongKeys = new Set<string>();

  constructor(parts: DamagedBlobsParts) {
    this.#parts = parts;
  }

  /**
   * Looks again at the blobs that were taken out of service, and puts back those whose bytes are there after all, and
   * hash to the digest: a volume that was not mounted, say, is back. How many.
   */
  async recheck(): Promise<number> {
    const { database, cache, log } = this.#parts;
    let restored = 0;
    for (let after = 0; ;) {
      const rows = await queries.listDamaged.all(database, { after, limit: BATCH });
      for (const { id, digest, size_bytes: sizeBytes, storage_key: storageKey } of rows) {
        if (storageKey === null || !(await this.#hasItsBytes(digest, storageKey, sizeBytes))) continue;
        const changed = await database.write((trx) => {
          trx.afterCommit(() => cache.forgetAll());
          return queries.putBackBlob.run(trx, { blobId: id, storageKey, now: Date.now() });
        });
        if (changed === 0) continue;
        log.warn("a blob whose stored bytes were missing has them again and is served", { digest, storageKey });
        restored += 1;
      }
      after = rows.at(-1)?.id ?? 0;
      if (rows.length < BATCH) return restored;
    }
  }

  /** As many bytes as there should be prove nothing: they are hashed, but those that were wrong not again and again. */
  async #hasItsBytes(digest: string, storageKey: string, sizeBytes: number): Promise<boolean> {
    const { storage } = this.#parts;
    try {
      if ((await storage.stat(storageKey))?.sizeBytes !== sizeBytes) {
        this.#wrongKeys.delete(storageKey);
        return false;
      }
      if (this.#wrongKeys.has(storageKey)) return false;
      // Only digests are ever written to that column.
      const found = await storage.hash(storageKey, digestAlgorithm(digest as Digest));
      if (found?.digest === digest) return true;
    } catch (error) {
      // One that cannot be read must not keep the others out of service.
      if (error instanceof StorageError) return false;
      throw error;
    }
    this.#wrongKeys.add(storageKey);
    return false;
  }
}
