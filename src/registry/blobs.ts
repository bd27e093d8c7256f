/** Blobs in repositories: reading, linking, mounting, unlinking. Spec: distribution-spec 1.1, "Pulling blobs", "Mounting a blob". */
import { RegistryError } from "../errors.ts";
import type { Principal } from "../access/principal.ts";
import { authorize } from "../access/authorize.ts";
import { visibilityOf } from "../access/visibility.ts";
import { DatabaseFullError, type Database, type Transaction } from "../database/database.ts";
import { digestAlgorithm, digestOf, type Digest } from "../oci/digest.ts";
import type { RepositoryName } from "../oci/reference.ts";
import type { Repositories } from "../repositories/repositories.ts";
import type { Storage } from "../storage/storage.ts";
import type { Log } from "../telemetry/log.ts";
import type { ContentCache } from "./content-cache.ts";
import { DamagedBlobs } from "./damaged-blobs.ts";
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
  /** Its row's id, and until when its link has a lease (ms); null: a manifest keeps it, which may be in the recycle bin. */
  id: number;
  keptUntil: number | null;
};

/** Bytes that have just been received, not yet anyone's. */
export type NewContent = { sizeBytes: number } & (
  | { content: Uint8Array; storageKey: null }
  | { content: null; storageKey: string }
);

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
  readonly #damaged: DamagedBlobs;

  /**
   * Of those without a lease, the ones that a manifest outside of the recycle bin was seen to name. Whatever is deleted in
   * their repository makes the cache forget them.
   */
  readonly #named = new WeakSet<Blob>();

  constructor(parts: BlobsParts) {
    this.#parts = parts;
    this.#damaged = new DamagedBlobs(parts);
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
            return value && (await this.#isSound(value)) ? { value, sizeBytes: value.content?.length ?? 0 } : null;
          });
    if (!blob) throw unknown(repository, digest);
    return blob;
  }

  /** Whether its link may have to be kept for longer before somebody is told that the blob is here. */
  needsLease(blob: Blob): boolean {
    if (blob.keptUntil === null) return !this.#named.has(blob);
    return blob.keptUntil < Date.now() + this.#parts.leaseMs / 2;
  }

  /** A client that asks whether the blob is here may leave it out of its push: it will stay for long enough. Throws BLOB_UNKNOWN. */
  async extendLease(repository: RepositoryName, blob: Blob): Promise<void> {
    const { database, repositories, cache, leaseMs } = this.#parts;
    const repositoryId = await repositories.findId(database, repository);
    if (repositoryId === null) throw unknown(repository, blob.digest);
    const { id: blobId, digest, keptUntil } = blob;
    if (keptUntil === null && (await queries.findNamingManifest.first(database, { repositoryId, digest }))) {
      this.#named.add(blob);
      return;
    }
    const lease = { repositoryId, blobId, keptUntil: Date.now() + leaseMs };
    const extended = await unlessFull(
      database.write((trx) => {
        trx.afterCommit(() => cache.forget(repositoryId));
        return queries.extendLease.run(trx, lease);
      }),
    );
    // A manifest keeps it by now, somebody else has extended it, or the collector was faster.
    if (extended === 0 && !(await this.#findLinked(repositoryId, blob.digest))) throw unknown(repository, blob.digest);
  }

  /** What `read` gives, where it needs no waiting, else null. To be copied before anything else runs: `Storage.tryRead`. */
  tryRead(blob: Blob, range: { start: number; end: number } | null): Uint8Array<ArrayBuffer> | null {
    const { start, end } = range ?? { start: 0, end: blob.sizeBytes };
    if (blob.content) return range ? blob.content.subarray(start, end) : blob.content;
    if (blob.storageKey === null) return null;
    const bytes = this.#parts.storage.tryRead(blob.storageKey, { start, end }, blob.sizeBytes);
    return bytes?.length === end - start ? bytes : null;
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
    const { older, isHealed } = await this.#parts.database.write(async (trx) => {
      const { made, older } = await this.#insert(trx, digest, received);
      await this.#link(trx, principal, repository, { ...(older ?? made), digest, sizeBytes: received.sizeBytes });
      // Nobody is told that it is here before it can be read.
      const isHealed = older?.state === "damaged" && (await this.#heal(trx, older, received));
      await inSameTransaction(trx);
      return { older, isHealed };
    });
    if (older === null) return;
    const isReplaced = isHealed || (await this.#healUnsound(older, received));
    const surplus = isReplaced ? older.storage_key : received.storageKey;
    if (surplus !== null && older.storage_key !== received.storageKey) await this.#removeSurplus(surplus);
  }

  /**
   * Links a blob that `from` has, if the principal may pull from it, or without `from` any repository that the principal
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
        const source = await repositories.find(trx, from);
        if (source.id === null || !authorize(principal, "pull", source).isAllowed) return false;
        if (!(await queries.findLink.first(trx, { repositoryId: source.id, blobId: blob.id }))) return false;
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

  /** Bytes that come with the row are hashed before they are served; those in files, which may be many, are for the scrub. */
  async #isSound({ digest, content }: Blob): Promise<boolean> {
    if (content === null || digestOf(content, digestAlgorithm(digest)) === digest) return true;
    this.#parts.log.error("a blob's bytes in the database are not its own: it is not served", { digest });
    await this.#takeOutOfService(digest, "");
    return false;
  }

  /** From now on everyone is told that it is not here, so that the next push brings it again. */
  async #takeOutOfService(digest: Digest, storageKey: string): Promise<void> {
    await unlessFull(
      this.#parts.database.write((trx) => {
        trx.afterCommit(() => this.#parts.cache.forgetAll());
        return queries.markDamaged.run(trx, { digest, storageKey });
      }),
    );
  }

  /** Puts back what was taken out of service although its bytes are there; see `DamagedBlobs`. */
  recheckDamaged(): Promise<number> {
    return this.#damaged.recheck();
  }

  /** What goes wrong here costs room, never the push: the bytes are nobody's. */
  async #removeSurplus(storageKey: string): Promise<void> {
    const { storage, log } = this.#parts;
    try {
      await storage.delete(storageKey);
    } catch (error) {
      log.warn("bytes that the registry has already could not be removed", { storageKey, error });
    }
  }

  /** Gives a blob whose bytes are wrong those that were just pushed. False when it has others by now. */
  async #heal(trx: Transaction, older: OlderBlob, received: NewContent): Promise<boolean> {
    const { cache, log } = this.#parts;
    const { sizeBytes, content, storageKey: receivedKey } = received;
    const bytes = { sizeBytes, content, receivedKey };
    const at = { blobId: older.id, storageKey: older.storage_key ?? "", now: Date.now() };
    if ((await queries.healBlob.run(trx, { ...at, ...bytes })) === 0) return false;
    trx.afterCommit(() => {
      cache.forgetAll();
      log.warn("a blob whose bytes were damaged was healed by a push", { storageKey: older.storage_key, receivedKey });
    });
    return true;
  }

  /** As `heal`, when the stored bytes are gone, or not as many as they should be, and nobody has noticed yet. */
  async #healUnsound(older: OlderBlob, received: NewContent): Promise<boolean> {
    const { storage, database } = this.#parts;
    if (older.size_bytes === received.sizeBytes) {
      if (older.storage_key === null) return false;
      // Bytes that cannot be looked at are no better than none, with others at hand.
      const found = await storage.stat(older.storage_key).catch(() => null);
      if (found?.sizeBytes === older.size_bytes) return false;
    }
    return await database.write((trx) => this.#heal(trx, older, received));
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
    const repositoryId = await repositories.ensure(trx, repository, principal);
    const { id: blobId, digest, sizeBytes } = blob;
    await passGates(gates, trx, { kind: "blob-link", principal, repository, repositoryId, digest, sizeBytes });
    const now = Date.now();
    const link = { repositoryId, blobId, keptUntil: now + leaseMs };
    const made = await queries.linkBlob.run(trx, { ...link, now });
    // The blob's row is locked, without which nobody may take a link away: the one that was there still is.
    if (made === 0) await queries.extendLease.run(trx, link);
    if (blob.condemned_at !== null) await queries.reviveBlob.run(trx, { blobId });
    trx.afterCommit(() => cache.forget(repositoryId));
  }
}

/** Zero changes while the disk is full: reads must go on, and what a push relies on is looked at again when it ends. */
async function unlessFull(change: Promise<number>): Promise<number> {
  try {
    return await change;
  } catch (error) {
    if (error instanceof DatabaseFullError) return 0;
    throw error;
  }
}

function unknown(repository: RepositoryName, digest: Digest): RegistryError {
  return new RegistryError("BLOB_UNKNOWN", {
    message: `repository ${repository} has no blob of this digest`,
    detail: { digest },
  });
}
