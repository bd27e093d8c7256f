/** Manifests in repositories, byte for byte as they were pushed. Spec: distribution-spec 1.1, "Pushing Manifests". */
import { RegistryError } from "../errors.ts";
import type { Principal } from "../access/principal.ts";
import type { Database, Transaction } from "../database/database.ts";
import { digestAlgorithm, digestOf, type Digest } from "../oci/digest.ts";
import { parseManifest, type Manifest } from "../oci/manifest.ts";
import type { Reference, RepositoryName, Tag } from "../oci/reference.ts";
import type { Repositories } from "../repositories/repositories.ts";
import type { Log } from "../telemetry/log.ts";
import type { ContentCache } from "./content-cache.ts";
import { passGates, type Gate } from "./gates.ts";
import * as queries from "./queries/manifests.ts";
import { binTagsOfDigest, findTagOfDigest } from "./queries/tags.ts";
import { assertReferences } from "./references.ts";
import type { Room } from "./room.ts";
import type { Tags } from "./tags.ts";

export type StoredManifest = {
  digest: Digest;
  mediaType: string;
  content: Uint8Array<ArrayBuffer>;
};

export type ManifestsParts = {
  database: Database;
  repositories: Repositories;
  tags: Tags;
  cache: ContentCache;
  room: Room;
  gates: readonly Gate[];
  log: Log;
};

export type PutManifest = {
  principal: Principal;
  repository: RepositoryName;
  reference: Reference;
  /** Tags to set beside the reference. */
  tags: readonly Tag[];
  contentType: string | null;
  content: Uint8Array<ArrayBuffer>;
};

type Stored = { id: number; digest: string; content: Uint8Array };

/** A manifest's row in the recycle bin. */
export type BinnedManifest = { manifestId: number; repositoryId: number };

const MAX_FALLBACK_ANNOTATIONS_LENGTH = 64 * 1024;
/** Tags that go in one transaction: on SQLite it holds up everything else. */
const DELETE_BATCH = 500;

export class Manifests {
  readonly #parts: ManifestsParts;

  constructor(parts: ManifestsParts) {
    this.#parts = parts;
  }

  /** The manifest if this process has it at hand. `reference`: a tag or a digest. */
  cached(repository: RepositoryName, reference: string): StoredManifest | null {
    const id = this.#parts.repositories.cachedId(repository);
    return id === null ? null : this.#parts.cache.get<StoredManifest>(id, `manifest/${reference}`);
  }

  /** Throws MANIFEST_UNKNOWN, also when there is no such repository. */
  async get(repository: RepositoryName, reference: Reference): Promise<StoredManifest> {
    const { database, repositories, cache } = this.#parts;
    const repositoryId = await repositories.findId(database, repository);
    const text = reference.tag ?? reference.digest;
    const manifest =
      repositoryId === null
        ? null
        : await cache.load<StoredManifest>(repositoryId, `manifest/${text}`, async () => {
            const row =
              reference.tag !== null
                ? await queries.findTaggedManifest.first(database, { repositoryId, tag: reference.tag })
                : await queries.findManifest.first(database, { repositoryId, digest: reference.digest });
            if (!row) return null;
            const content = new Uint8Array(row.content);
            // Only digests are ever written to that column.
            const value = { digest: row.digest as Digest, mediaType: row.media_type, content };
            return this.#isSound(value) ? { value, sizeBytes: content.length } : null;
          });
    if (!manifest) throw unknownManifest(repository, text);
    return manifest;
  }

  /** Stores a manifest and points tags at it, in one transaction, durable when it resolves. */
  async put(request: PutManifest): Promise<{ digest: Digest; subject: Digest | null }> {
    const { content, reference, repository } = request;
    const manifest = parseManifest(content, request.contentType);
    const digest = digestOf(content, reference.digest ? digestAlgorithm(reference.digest) : "sha256");
    if (reference.digest && reference.digest !== digest) {
      throw new RegistryError("DIGEST_INVALID", {
        message: `the manifest's digest is ${digest}, not the one in the address`,
        detail: { digest: reference.digest },
      });
    }
    await this.#parts.room.take(content.length);
    const tags = reference.tag === null ? request.tags : [reference.tag, ...request.tags];
    await this.#parts.database.write(async (trx) => {
      const repositoryId = await this.#parts.repositories.ensure(trx, repository, request.principal);
      const isChanged = await this.#store(trx, request, repositoryId, manifest, digest);
      // In one order for all, so that of two that set the same tags one waits for the other.
      for (const tag of [...new Set(tags)].sort()) {
        await this.#parts.tags.put(trx, request.principal, repository, repositoryId, tag, digest);
      }
      // A push of what is here already, which is what most are, leaves everything at hand.
      if (isChanged) trx.afterCommit(() => this.#parts.cache.forget(repositoryId));
    });
    return { digest, subject: manifest.subject };
  }

  /**
   * Puts the manifest, and every tag that points at it, into the recycle bin. Where there are very many tags they go
   * first, some at a time; the manifest goes with the last of them. Throws MANIFEST_UNKNOWN.
   */
  async delete(principal: Principal, repository: RepositoryName, digest: Digest): Promise<void> {
    const { database, repositories, cache, gates } = this.#parts;
    // The same millisecond on the manifest and its tags says that they went together.
    const now = Date.now();
    const deleteSome = () =>
      database.write(async (trx) => {
        const repositoryId = await repositories.findId(trx, repository);
        if (repositoryId === null) throw unknownManifest(repository, digest);
        await passGates(gates, trx, { kind: "manifest-delete", principal, repository, repositoryId, digest });
        const row = await queries.findManifestForUpdate.first(trx, { repositoryId, digest });
        if (row?.deleted_at !== null) throw unknownManifest(repository, digest);
        const deletion = { repositoryId, digest, now, deletedBy: principal.name };
        await binTagsOfDigest.run(trx, { ...deletion, limit: DELETE_BATCH });
        const isLast = (await findTagOfDigest.first(trx, { repositoryId, digest })) === null;
        if (isLast) await queries.binManifest.run(trx, deletion);
        trx.afterCommit(() => cache.forget(repositoryId));
        return isLast;
      });
    for (let isLast = false; !isLast;) isLast = await deleteSome();
  }

  /**
   * Takes the manifest out of the recycle bin and keeps its row locked until the transaction ends. When it was put
   * there, or null when it was not in the bin; MANIFEST_UNKNOWN when it is neither there nor served.
   */
  async restore(
    trx: Transaction,
    principal: Principal,
    repository: RepositoryName,
    repositoryId: number,
    digest: Digest,
  ): Promise<{ deletedAt: number | null }> {
    const { cache, gates } = this.#parts;
    const row = await queries.findManifestForUpdate.first(trx, { repositoryId, digest });
    if (!row) throw unknownManifest(repository, digest);
    if (row.deleted_at === null) return { deletedAt: null };
    const where = { principal, repository, repositoryId };
    await passGates(gates, trx, {
      kind: "manifest-put",
      ...where,
      digest,
      sizeBytes: row.size_bytes,
      isRestored: true,
    });
    await queries.reviveManifest.run(trx, { manifestId: row.id });
    trx.afterCommit(() => cache.forget(repositoryId));
    return { deletedAt: row.deleted_at };
  }

  /**
   * Removes a manifest that this transaction found in the recycle bin and locked, for good; its blobs are for the
   * collector to look at. `endLeases`: at once, also those that were pushed just now, which a push that is under way may
   * count on; it is then told to push them again.
   */
  async purge(
    trx: Transaction,
    { manifestId, repositoryId }: BinnedManifest,
    { endLeases = false }: { endLeases?: boolean } = {},
  ): Promise<void> {
    const now = Date.now();
    await queries.leaseReferences.run(trx, { manifestId, now, atMost: endLeases ? now : Number.MAX_SAFE_INTEGER });
    await queries.deleteManifest.run(trx, { manifestId });
    // What is remembered of a blob says whether it has a lease.
    trx.afterCommit(() => this.#parts.cache.forget(repositoryId));
  }

  /** Whether something changed. */
  async #store(
    trx: Transaction,
    request: PutManifest,
    repositoryId: number,
    manifest: Manifest,
    digest: Digest,
  ): Promise<boolean> {
    const { principal, repository, content } = request;
    await assertReferences(trx, repositoryId, manifest);
    const existing = await queries.findBytesForUpdate.first(trx, { repositoryId, digest });
    const sizeBytes = content.length;
    if (existing?.deleted_at === null) {
      assertSameType(existing.media_type, manifest.mediaType);
      return await this.#heal(trx, existing, content);
    }
    await passGates(this.#parts.gates, trx, {
      kind: "manifest-put",
      principal,
      repository,
      repositoryId,
      digest,
      sizeBytes,
      isTagged: request.reference.tag !== null || request.tags.length > 0,
    });
    if (existing?.media_type === manifest.mediaType) {
      await queries.reviveManifest.run(trx, { manifestId: existing.id });
      await this.#heal(trx, existing, content);
      return true;
    }
    // Deleted as something else, which these bytes are not any more.
    if (existing) await this.purge(trx, { manifestId: existing.id, repositoryId });
    const made = await queries.insertManifest.first(trx, {
      repositoryId,
      digest,
      mediaType: manifest.mediaType,
      artifactType: manifest.artifactType,
      configDigest: manifest.config?.digest ?? null,
      subjectDigest: manifest.subject,
      annotations: listedAnnotations(manifest),
      sizeBytes,
      now: Date.now(),
      content,
    });
    if (!made) throw new Error(`manifest ${digest} was not inserted`);
    if (manifest.references.length === 0) return true;
    const references = JSON.stringify(
      manifest.references.map(({ kind, descriptor: { digest } }) => ({ digest, kind })),
    );
    await queries.insertReferences.run(trx, { manifestId: made.id, repositoryId, references });
    return true;
  }

  /** Bytes that have the digest take the place of others, which rotted in the database. Whether they did. */
  async #heal(trx: Transaction, { id, digest, content: stored }: Stored, content: Uint8Array): Promise<boolean> {
    if (Buffer.compare(stored, content) === 0) return false;
    await queries.healManifest.run(trx, { manifestId: id, content, sizeBytes: content.length });
    const { log } = this.#parts;
    trx.afterCommit(() => log.warn("a manifest whose bytes were damaged was healed by a push", { digest }));
    return true;
  }

  /** Whether the bytes may be served; else everyone is told that it is not here, so that it is pushed again. */
  #isSound({ digest, content }: StoredManifest): boolean {
    if (digestOf(content, digestAlgorithm(digest)) === digest) return true;
    this.#parts.log.error("a manifest's bytes in the database are not its own: it is not served", { digest });
    return false;
  }
}

/**
 * What the referrers API tells of a manifest, kept apart so that no list has to read manifests. One without a subject
 * is listed only where a fallback tag names it, and then without annotations that are large.
 */
function listedAnnotations({ annotations, subject }: Manifest): string | null {
  const text = annotations && JSON.stringify(annotations);
  return text !== null && (subject !== null || text.length <= MAX_FALLBACK_ANNOTATIONS_LENGTH) ? text : null;
}

/** Bytes without a mediaType of their own could be taken for another thing by sending them under another type. */
function assertSameType(stored: string, sent: string): void {
  if (stored === sent) return;
  throw new RegistryError("MANIFEST_INVALID", {
    message: `the manifest was refused: this repository already holds these bytes as ${stored}`,
    detail: { stored, sent },
  });
}

export function unknownManifest(repository: RepositoryName, reference: string): RegistryError {
  const what = reference.includes(":") ? `manifest ${reference}` : `tag ${reference}`;
  return new RegistryError("MANIFEST_UNKNOWN", {
    message: `repository ${repository} has no ${what}`,
    detail: { reference },
  });
}
