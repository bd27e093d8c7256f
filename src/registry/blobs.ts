/** Blobs in repositories: reading, linking, mounting, unlinking. Spec: distribution-spec 1.1, "Pulling blobs", "Mounting a blob". */
import { RegistryError } from "../errors.ts";
import type { Principal } from "../access/principal.ts";
import { visibilityOf } from "../access/visibility.ts";
import type { Database, Transaction } from "../database/database.ts";
import { digestAlgorithm, type Digest } from "../oci/digest.ts";
import type { RepositoryName } from "../oci/reference.ts";
import type { Repositories } from "../repositories/repositories.ts";
import type { Storage } from "../storage/storage.ts";
import type { Log } from "../telemetry/log.ts";
import type { ContentCache } from "./content-cache.ts";
import { passGates, type Gate } from "./gates.ts";
import * as queries from "./queries/blobs.ts";

/** Blobs up to this size are kept in their row: no file, no sync of their own. */
export const INLINE_BYTES = 16 * 1024;

export type Blob = {
  digest: Digest;
  sizeBytes: number;
  /** The bytes themselves, or the storage key under which they are. */
  content: Uint8Array<ArrayBuffer> | null;
  storageKey: string | null;
  /** Its row's id, and until when its link has a lease (ms); null: a manifest keeps it. */
  id: number;
  keptUntil: number | null;
};

/** Bytes that have just been received, not yet anyone's. */
export type NewContent = { sizeBytes: number } & (
  | { content: Uint8Array; storageKey: null }
  | { content: null; storageKey: string }
);

const RECHECK_BATCH = 500;
/** Each but the first follows upon a blob of the same digest that was pushed, condemned and taken away meanwhile. */
const INSERT_ATTEMPTS = 10;

type OlderBlob = {
  id: number;
  size_bytes: number;
  storage_key: string | null;
  state: string;
  condemned_at: number | null;
};

/** What a link is made to. */
type LinkedBlob = { id: number; condemned_at: number | null; digest: Digest; sizeBytes: number };

export type BlobsParts = {
  database: Database;
  storage: Storage;
  repositories: Repositories;
  cache: ContentCache;
  gates: readonly Gate[];
  log: Log;
  /** For how long a pushed, mounted or looked-up blob is kept although no manifest of the repository names it yet. */
  leaseMs: number;
};

export class Blobs {
  readonly #parts: BlobsParts;
  /** Of damaged blobs whose bytes were hashed and are not theirs, until other bytes are seen there or this process ends. */
  readonly #wrongKeys = new Set<string>();

  constructor(parts: BlobsParts) {
    this.#parts = parts;
  }

  /** The blob if this process has it at hand. */
  cached(repository: RepositoryName, digest: Digest): Blob | null {
    const id = this.#parts.repositories.cachedId(repository);
    return id === null ? null : this.#parts.cache.get<Blob>(id, digest);
  }

  /** Throws BLOB_UNKNOWN unless the repository links it. */
  async get(repository: RepositoryName, digest: Digest): Promise<Blob> {
    const { database, repositories, cache } = this.#parts;
    const repositoryId = await repositories.findId(database, repository);
    const blob =
      repositoryId === null
        ? null
        : await cache.load<Blob>(repositoryId, digest, async () => {
            const value = await this.#findLinked(repositoryId, digest);
            return value && { value, sizeBytes: value.content?.length ?? 0 };
          });
    if (!blob) throw unknown(repository, digest);
    return blob;
  }

  /** Whether the lease of its link, if it has one, has to be extended before somebody is told that the blob is here. */
  needsLease(blob: Blob): boolean {
    return blob.keptUntil !== null && blob.keptUntil < Date.now() + this.#parts.leaseMs / 2;
  }

  /** A client that asks whether the blob is here may leave it out of its push: it will stay for long enough. Throws BLOB_UNKNOWN. */
  async extendLease(repository: RepositoryName, blob: Blob): Promise<void> {
    const { database, repositories, cache, leaseMs } = this.#parts;
    const repositoryId = await repositories.findId(database, repository);
    if (repositoryId === null) throw unknown(repository, blob.digest);
    const lease = { repositoryId, blobId: blob.id, keptUntil: Date.now() + leaseMs };
    const extended = await database.write((trx) => {
      trx.afterCommit(() => cache.forget(repositoryId));
      return queries.extendLease.run(trx, lease);
    });
    // A manifest keeps it by now, somebody else has extended it, or the collector was faster.
    if (extended === 0 && !(await this.#findLinked(repositoryId, blob.digest))) throw unknown(repository, blob.digest);
  }

  /** The stored bytes; throws BLOB_UNKNOWN, and raises an alarm, when storage does not have as many as it should. */
  async read(
    repository: RepositoryName,
    blob: Blob,
    range: { start: number; end: number } | null,
  ): Promise<Uint8Array<ArrayBuffer> | globalThis.Blob> {
    const start = range?.start ?? 0;
    const end = range?.end ?? blob.sizeBytes;
    if (blob.content) return blob.content.subarray(start, end);
    if (blob.storageKey === null) throw new Error(`blob ${blob.digest} has neither content nor a key`);
    const { storage, database, repositories, log } = this.#parts;
    const body = await storage.read(blob.storageKey, range ?? undefined, blob.sizeBytes);
    const sizeBytes = body instanceof Uint8Array ? body.length : body?.size;
    if (body && sizeBytes === end - start) return body;
    // Unlinked and collected, or healed with other bytes, while this request was under way: no reason for an alarm.
    const repositoryId = await repositories.findId(database, repository);
    const current = repositoryId === null ? null : await this.#findLinked(repositoryId, blob.digest);
    if (!current) throw unknown(repository, blob.digest);
    if (current.storageKey !== blob.storageKey) return await this.read(repository, current, range);
    log.error("stored blob is missing or has another size: it is not served", {
      digest: blob.digest,
      storageKey: blob.storageKey,
      expectedBytes: end - start,
      foundBytes: sizeBytes ?? null,
    });
    await this.#takeOutOfService(blob.digest, blob.storageKey);
    throw unknown(repository, blob.digest);
  }

  /**
   * Gives received bytes to a repository, durable when it resolves. When the registry has the blob already, the
   * older bytes are linked and the new ones removed: two rows never share a key.
   */
  async add(
    principal: Principal,
    repository: RepositoryName,
    digest: Digest,
    received: NewContent,
    inSameTransaction: (trx: Transaction) => Promise<void>,
  ): Promise<void> {
    const kept = await this.#parts.database.write(async (trx) => {
      const { made, older } = await this.#insert(trx, digest, received);
      await this.#link(trx, principal, repository, { ...(older ?? made), digest, sizeBytes: received.sizeBytes });
      await inSameTransaction(trx);
      return older;
    });
    if (kept && received.storageKey !== null && received.storageKey !== kept.storage_key) {
      await this.#removeSurplus(kept, received.storageKey);
    }
  }

  /**
   * Links a blob that `from` has (the caller may pull from it), or without `from` any repository that the principal
   * may see. False when there is none, which says nothing about whether it exists elsewhere.
   */
  async mount(
    principal: Principal,
    repository: RepositoryName,
    digest: Digest,
    from: RepositoryName | null,
  ): Promise<boolean> {
    const { database, repositories } = this.#parts;
    return await database.write(async (trx) => {
      const blob = await queries.findBlob.first(trx, { digest });
      if (!blob || blob.state === "damaged") return false;
      if (from === null) {
        if (!(await queries.findVisibleLink.first(trx, { blobId: blob.id, ...visibilityOf(principal) }))) return false;
      } else {
        const fromId = await repositories.findId(trx, from);
        if (fromId === null || !(await queries.findLinkedBlob.first(trx, { repositoryId: fromId, digest })))
          return false;
      }
      await this.#link(trx, principal, repository, { ...blob, digest, sizeBytes: blob.size_bytes });
      return true;
    });
  }

  /** Takes the blob from the repository; throws BLOB_UNKNOWN when it is not there. Manifests that name it are left as they are. */
  async unlink(principal: Principal, repository: RepositoryName, digest: Digest): Promise<void> {
    const { database, repositories, cache, gates } = this.#parts;
    await database.write(async (trx) => {
      const repositoryId = await repositories.findId(trx, repository);
      if (repositoryId === null) throw unknown(repository, digest);
      await passGates(gates, trx, { kind: "blob-unlink", principal, repository, repositoryId, digest });
      // Locked before it is asked who else links it: of two that unlink it at once, the later one condemns it.
      const blob = await queries.findBlobForUpdate.first(trx, { digest });
      if (!blob || (await queries.unlinkBlob.run(trx, { repositoryId, blobId: blob.id })) === 0) {
        throw unknown(repository, digest);
      }
      await queries.condemnBlob.run(trx, { blobId: blob.id, now: Date.now() });
      trx.afterCommit(() => cache.forget(repositoryId));
    });
  }

  /** From now on everyone is told that it is not here, so that the next push brings it again. */
  async #takeOutOfService(digest: Digest, storageKey: string): Promise<void> {
    await this.#parts.database.write((trx) => {
      trx.afterCommit(() => this.#parts.cache.forgetAll());
      return queries.markDamaged.run(trx, { digest, storageKey });
    });
  }

  /**
   * Looks again at the blobs that were taken out of service, and puts back those whose bytes are there after all, and
   * hash to the digest: a volume that was not mounted, say, is back. How many.
   */
  async recheckDamaged(): Promise<number> {
    const { database, cache, log } = this.#parts;
    let restored = 0;
    for (let after = 0; ;) {
      const rows = await queries.listDamaged.all(database, { after, limit: RECHECK_BATCH });
      for (const { id, digest, size_bytes: sizeBytes, storage_key: storageKey } of rows) {
        if (storageKey === null || !(await this.#hasItsBytes(digest, storageKey, sizeBytes))) continue;
        await database.write((trx) => {
          trx.afterCommit(() => cache.forgetAll());
          return queries.moveBlob.run(trx, { id, storageKey, receivedKey: storageKey });
        });
        log.warn("a blob whose stored bytes were missing has them again and is served", { digest, storageKey });
        restored += 1;
      }
      after = rows.at(-1)?.id ?? 0;
      if (rows.length < RECHECK_BATCH) return restored;
    }
  }

  /** As many bytes as there should be prove nothing: they are hashed, but those that were wrong not again and again. */
  async #hasItsBytes(digest: string, storageKey: string, sizeBytes: number): Promise<boolean> {
    const { storage } = this.#parts;
    if ((await storage.stat(storageKey))?.sizeBytes !== sizeBytes) {
      this.#wrongKeys.delete(storageKey);
      return false;
    }
    if (this.#wrongKeys.has(storageKey)) return false;
    // Only digests are ever written to that column.
    const found = await storage.hash(storageKey, digestAlgorithm(digest as Digest));
    if (found?.digest === digest) return true;
    this.#wrongKeys.add(storageKey);
    return false;
  }

  /** The blob is committed and linked: what goes wrong here costs room, never the push. */
  async #removeSurplus(older: OlderBlob, receivedKey: string): Promise<void> {
    const { storage, log } = this.#parts;
    try {
      const healed = await this.#heal(older, receivedKey);
      const surplus = healed ? older.storage_key : receivedKey;
      if (surplus !== null) await storage.delete(surplus);
    } catch (error) {
      log.warn("bytes that the registry has already could not be removed", { storageKey: receivedKey, error });
    }
  }

  /** Lets a blob whose stored bytes are gone, or fewer, have those that were just pushed. False when nothing is wrong with it. */
  async #heal(blob: OlderBlob, receivedKey: string): Promise<boolean> {
    const { storage, database, log } = this.#parts;
    const storageKey = blob.storage_key;
    if (storageKey === null) return false;
    const isSound = blob.state !== "damaged" && (await storage.stat(storageKey))?.sizeBytes === blob.size_bytes;
    if (isSound) return false;
    const changed = await database.write((trx) => {
      trx.afterCommit(() => this.#parts.cache.forgetAll());
      return queries.moveBlob.run(trx, { id: blob.id, storageKey, receivedKey });
    });
    if (changed > 0)
      log.warn("a blob whose stored bytes were damaged was healed by a push", { storageKey, receivedKey });
    return changed > 0;
  }

  async #findLinked(repositoryId: number, digest: Digest): Promise<Blob | null> {
    const row = await queries.findLinkedBlob.first(this.#parts.database, { repositoryId, digest });
    if (!row) return null;
    const content = row.content === null ? null : new Uint8Array(row.content);
    const { id, size_bytes: sizeBytes, storage_key: storageKey, kept_until: keptUntil } = row;
    return { digest, sizeBytes, content, storageKey, id, keptUntil };
  }

  /** The row of the digest: a new one, or the older one that is there. */
  async #insert(
    trx: Transaction,
    digest: Digest,
    received: NewContent,
  ): Promise<{ made: { id: number; condemned_at: null }; older: null } | { made: null; older: OlderBlob }> {
    for (let attempt = 1; attempt <= INSERT_ATTEMPTS; attempt += 1) {
      const made = await queries.insertBlob.first(trx, { digest, ...received, now: Date.now() });
      if (made) return { made: { id: made.id, condemned_at: null }, older: null };
      const older = await queries.findBlob.first(trx, { digest });
      if (older) return { made: null, older };
      // On PostgreSQL the collector has begun to delete the older one in between: now there is room for a new row.
    }
    throw new Error(`blob ${digest} was not inserted`);
  }

  async #link(trx: Transaction, principal: Principal, repository: RepositoryName, blob: LinkedBlob): Promise<void> {
    const { repositories, cache, gates, leaseMs } = this.#parts;
    const repositoryId = await repositories.ensure(trx, repository);
    const { id: blobId, digest, sizeBytes } = blob;
    await passGates(gates, trx, { kind: "blob-link", principal, repository, repositoryId, digest, sizeBytes });
    const now = Date.now();
    await queries.linkBlob.run(trx, { repositoryId, blobId, now, keptUntil: now + leaseMs });
    if (blob.condemned_at !== null) await queries.reviveBlob.run(trx, { blobId });
    trx.afterCommit(() => cache.forget(repositoryId));
  }
}

function unknown(repository: RepositoryName, digest: Digest): RegistryError {
  return new RegistryError("BLOB_UNKNOWN", {
    message: `repository ${repository} has no blob of this digest`,
    detail: { digest },
  });
}
