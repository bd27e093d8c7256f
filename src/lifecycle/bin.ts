/**
 * The recycle bin: deleted manifests and tags, hidden from every read, to be had back until they are purged.
 *
 * What is in it are the rows themselves, marked: `Manifests.delete` and `Tags.delete` put them there. A manifest in the
 * bin still names its blobs, so they stay as well.
 */
import type { Access } from "../access/access.ts";
import type { Principal } from "../access/principal.ts";
import type { Database } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import type { Digest } from "../oci/digest.ts";
import { parseTag, type Reference, type RepositoryName, type Tag } from "../oci/reference.ts";
import { unknownManifest, type Manifests } from "../registry/manifests.ts";
import { unknownName, type Tags } from "../registry/tags.ts";
import type { Repositories } from "../repositories/repositories.ts";
import { formatCursor, parseCursor, START } from "./bin-cursor.ts";
import { purgeRepository } from "./purge-repositories.ts";
import { purgeHistory, purgeManifests, purgeReference, purgeTags } from "./purge.ts";
import * as queries from "./queries/bin.ts";

export type BinEntry = {
  kind: "manifest" | "tag";
  repository: string;
  /** The manifest's digest, or the tag's name. */
  reference: string;
  /** The manifest's, or of the manifest that the tag pointed to. */
  digest: string;
  /** The manifest's own; null when what the tag pointed to is gone, so that the tag cannot be restored. */
  sizeBytes: number | null;
  deletedAt: number;
  deletedBy: string | null;
  /** When the collector may remove it for good. */
  purgedAt: number;
};

export type Purged = {
  manifests: number;
  tags: number;
  /** Rows that said what a tag pointed to before. */
  history: number;
  /** Writes that took the rest of a deleted repository away; its manifests and tags count above. */
  repositories: number;
};

export type BinParts = {
  database: Database;
  repositories: Repositories;
  manifests: Manifests;
  tags: Tags;
  /** What accounts may do is remembered there. */
  access?: Access;
  /** How long what was deleted can be had back. */
  keepMs: number;
};

/** Tags of one write. */
const RESTORE_BATCH = 100;
/** Manifests of a deleted repository that go in one write. */
const REPOSITORY_BATCH = 20;

export class Bin {
  readonly #parts: BinParts;

  constructor(parts: BinParts) {
    this.#parts = parts;
  }

  /**
   * What is in the bin, newest first; of one repository when that is given. `after`: the `next` of the page before.
   * Throws NAME_UNKNOWN, PAGINATION_NUMBER_INVALID.
   */
  async list(query: {
    repository?: RepositoryName;
    after?: string;
    limit: number;
  }): Promise<{ entries: BinEntry[]; next: string | null }> {
    const { database } = this.#parts;
    const at = query.after === undefined ? START : parseCursor(query.after);
    const repositoryId = query.repository === undefined ? null : await this.#repositoryId(query.repository);
    const limit = query.limit + 1;
    const manifests =
      repositoryId === null
        ? await queries.listManifests.all(database, { ...at.manifests, limit })
        : await queries.listManifestsHere.all(database, { ...at.manifests, repositoryId, limit });
    const tags =
      repositoryId === null
        ? await queries.listTags.all(database, { ...at.tags, limit })
        : await queries.listTagsHere.all(database, { ...at.tags, repositoryId, limit });
    const found = [
      ...manifests.map((row) => ({ row, kind: "manifest" as const, reference: row.digest, cursor: [row.id] })),
      ...tags.map((row) => ({ row, kind: "tag" as const, reference: row.name, cursor: [row.repository_id, row.name] })),
    ];
    // Each list is in order, and manifests come before the tags of their millisecond: the sort is stable.
    found.sort((a, b) => b.row.deleted_at - a.row.deleted_at);
    const page = found.slice(0, query.limit);
    const last = page.at(-1);
    return {
      entries: page.map(({ row, kind, reference }) => ({
        kind,
        repository: row.repository,
        reference,
        digest: row.digest,
        sizeBytes: row.size_bytes,
        deletedAt: row.deleted_at,
        deletedBy: row.deleted_by,
        purgedAt: row.deleted_at + this.#parts.keepMs,
      })),
      next: last && found.length > page.length ? formatCursor(last.row.deleted_at, last.cursor) : null,
    };
  }

  /**
   * Brings back a manifest with the tags that were deleted with it, those that point elsewhere by now excepted; or a tag,
   * with its manifest if that is in the bin too. Durable when it resolves. Throws NAME_UNKNOWN, MANIFEST_UNKNOWN.
   */
  async restore(
    principal: Principal,
    repository: RepositoryName,
    reference: Reference,
  ): Promise<{ digest: string; tags: string[] }> {
    const repositoryId = await this.#repositoryId(repository);
    return reference.tag === null
      ? await this.#restoreManifest(principal, repository, repositoryId, reference.digest)
      : await this.#restoreTag(principal, repository, repositoryId, reference.tag);
  }

  /**
   * Removes for good what went into the bin at or before `before` (ms; everything unless given): of all repositories, of
   * one, or one reference of it; see `purgeReference`. The blobs go with a later pass of the collector. Throws NAME_UNKNOWN, and
   * MANIFEST_UNKNOWN when the reference is not in the bin.
   */
  async empty(what: {
    repository?: RepositoryName;
    reference?: Reference;
    before?: number;
  }): Promise<{ manifests: number; tags: number }> {
    const { repository, reference, before = Date.now() } = what;
    const repositoryId = repository === undefined ? null : await this.#repositoryId(repository);
    if (reference === undefined) {
      const where = { repositoryId, before };
      const manifests = await purgeManifests(this.#parts, where, Infinity);
      const purged = { manifests, tags: await purgeTags(this.#parts, where, Infinity) };
      for (let isMore = repositoryId === null; isMore;) {
        const some = await purgeRepository(this.#parts, { before, limit: REPOSITORY_BATCH });
        purged.manifests += some.manifests;
        purged.tags += some.tags;
        isMore = some.manifests + some.tags + some.repositories > 0;
      }
      return purged;
    }
    if (repository === undefined || repositoryId === null) throw new Error("a reference needs its repository");
    const purged = await purgeReference(this.#parts, { repositoryId, before }, reference);
    if (purged === null) throw notInBin(repository, reference.tag ?? reference.digest);
    return purged;
  }

  /**
   * Removes for good, oldest first and in small writes, what went into the bin at or before `before`, and what tags
   * pointed to until before `historyBefore` (both ms): at most `limit` of each.
   */
  async purgeDue(due: { before: number; historyBefore: number; limit: number }): Promise<Purged> {
    const where = { repositoryId: null, before: due.before };
    const deleted = await purgeRepository(this.#parts, due);
    return {
      manifests: deleted.manifests + (await purgeManifests(this.#parts, where, due.limit)),
      tags: deleted.tags + (await purgeTags(this.#parts, where, due.limit)),
      repositories: deleted.repositories,
      // Never rows that lie in the bin: those of a bin that is kept for longer would be passed over again and again.
      history: await purgeHistory(this.#parts, Math.min(due.historyBefore, due.before), due.limit),
    };
  }

  async #restoreManifest(
    principal: Principal,
    repository: RepositoryName,
    repositoryId: number,
    digest: Digest,
  ): Promise<{ digest: string; tags: string[] }> {
    const { database, manifests, tags } = this.#parts;
    // The manifest comes back with the first of its tags; where there are hundreds, the others follow.
    const restoreSome = (since: number | null) =>
      database.write(async (trx) => {
        const found = await manifests.restore(trx, principal, repository, repositoryId, digest);
        // Put there again between two of these: that is newer than what was asked for here.
        const isDeletedAgain = since !== null && found.deletedAt !== null;
        const deletedAt = since ?? found.deletedAt;
        if (deletedAt === null || isDeletedAgain) throw notInBin(repository, digest);
        const names: string[] = [];
        const page = { repositoryId, digest, deletedAt, limit: RESTORE_BATCH };
        for (const { name } of await queries.listTagsOfManifest.all(trx, page)) {
          const tag = parseTag(name);
          if (await tags.restore(trx, principal, repository, repositoryId, tag, digest)) names.push(name);
        }
        return { deletedAt, names };
      });
    const restored: string[] = [];
    for (let since: number | null = null; ;) {
      const { deletedAt, names } = await restoreSome(since);
      restored.push(...names);
      if (names.length < RESTORE_BATCH) return { digest, tags: restored };
      since = deletedAt;
    }
  }

  async #restoreTag(
    principal: Principal,
    repository: RepositoryName,
    repositoryId: number,
    tag: Tag,
  ): Promise<{ digest: string; tags: string[] }> {
    const { database, manifests, tags } = this.#parts;
    return await database.write(async (trx) => {
      const row = await queries.findTag.first(trx, { repositoryId, tag });
      if (!row) throw unknownManifest(repository, tag);
      if (row.to_at === null) throw tagExists(repository, tag, row.digest);
      // Only digests are ever written to that column.
      const digest = row.digest as Digest;
      await manifests.restore(trx, principal, repository, repositoryId, digest);
      const isRestored = await tags.restore(trx, principal, repository, repositoryId, tag, digest);
      if (!isRestored) throw notInBin(repository, tag);
      return { digest, tags: [tag] };
    });
  }

  async #repositoryId(repository: RepositoryName): Promise<number> {
    const { database, repositories } = this.#parts;
    const id = await repositories.findId(database, repository);
    if (id === null) throw unknownName(repository);
    return id;
  }
}

function tagExists(repository: RepositoryName, tag: Tag, digest: string): RegistryError {
  return new RegistryError("MANIFEST_UNKNOWN", {
    message:
      `the recycle bin has no tag ${tag} of repository ${repository}: the tag exists, and points to ${digest}. ` +
      "A tag leaves the bin when it is pushed again; restore the manifest that it pointed to by its digest, and tag that",
    detail: { reference: tag, digest },
  });
}

function notInBin(repository: RepositoryName, reference: string): RegistryError {
  return new RegistryError("MANIFEST_UNKNOWN", {
    message: `the recycle bin has no ${reference} of repository ${repository}`,
    detail: { reference },
  });
}
