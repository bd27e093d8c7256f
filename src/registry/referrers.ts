/**
 * Manifests that name another as their subject. Spec: distribution-spec 1.1, "Listing Referrers".
 *
 * Clients of registries without this list keep one under a tag made from the subject's digest. Entries of such an
 * index count too, when they are manifests of this repository without a subject of their own; what is told of them
 * is read from themselves, never from the tag, which anyone who can push could have written.
 */
import type { Database } from "../database/database.ts";
import type { Digest } from "../oci/digest.ts";
import { parseManifest } from "../oci/manifest.ts";
import { OCI_INDEX } from "../oci/media-types.ts";
import { fallbackTag, type RepositoryName } from "../oci/reference.ts";
import type { Repositories } from "../repositories/repositories.ts";
import * as queries from "./queries.ts";

export type Referrer = {
  mediaType: string;
  digest: string;
  size: number;
  artifactType?: string;
  annotations?: Record<string, string>;
};

export type ReferrersQuery = {
  repository: RepositoryName;
  subject: Digest;
  /** Empty: all. Several are alternatives; each is named once. */
  artifactTypes: readonly string[];
  /** Digest after which to go on. */
  last: string;
  limit: number;
};

/** A page of annotations may be large: it ends early at this size. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;
/** Annotations of larger manifests that only a fallback tag names are not worth reading them for. */
const MAX_READ_BYTES = 64 * 1024;

export class Referrers {
  readonly #database: Database;
  readonly #repositories: Repositories;

  constructor(parts: { database: Database; repositories: Repositories }) {
    this.#database = parts.database;
    this.#repositories = parts.repositories;
  }

  /** By digest; `hasMore` when another page follows. A repository or subject that is unknown has no referrers. */
  async list(query: ReferrersQuery): Promise<{ referrers: Referrer[]; hasMore: boolean }> {
    const repositoryId = await this.#repositories.findId(this.#database, query.repository);
    if (repositoryId === null) return { referrers: [], hasMore: false };
    const { subject, last } = query;
    const page = { repositoryId, subject, last, limit: query.limit + 1 };
    const rows =
      query.artifactTypes.length === 0
        ? await queries.listReferrers.all(this.#database, page)
        : await Promise.all(
            query.artifactTypes.map((artifactType) =>
              queries.listReferrersOfType.all(this.#database, { ...page, artifactType }),
            ),
          );
    const indexed = rows.flat().map((row) => ({
      mediaType: row.media_type,
      digest: row.digest,
      size: row.size_bytes,
      ...(row.artifact_type === null ? {} : { artifactType: row.artifact_type }),
      // Written by `Manifests.put` from an object of texts.
      ...(row.annotations === null ? {} : { annotations: JSON.parse(row.annotations) as Record<string, string> }),
    }));
    const tagged = await this.#listTagged(repositoryId, query);
    const isSorted = tagged.length === 0 && query.artifactTypes.length < 2;
    const all = isSorted ? indexed : [...indexed, ...tagged].sort((a, b) => (a.digest < b.digest ? -1 : 1));
    return cut(all, query.limit);
  }

  async #listTagged(repositoryId: number, query: ReferrersQuery): Promise<Referrer[]> {
    const row = await queries.findTaggedManifest.first(this.#database, {
      repositoryId,
      tag: fallbackTag(query.subject),
    });
    if (!row || row.media_type !== OCI_INDEX) return [];
    const index = parseManifest(row.content, row.media_type);
    const digests = JSON.stringify(index.references.map((it) => it.descriptor.digest));
    const { last, artifactTypes } = query;
    const rows = await queries.listSubjectless.all(this.#database, {
      repositoryId,
      digests,
      last,
      limit: query.limit + 1,
    });
    const wanted = rows.filter((it) => artifactTypes.length === 0 || artifactTypes.includes(it.artifact_type ?? ""));
    const found: Referrer[] = [];
    for (const { digest, media_type: mediaType, artifact_type: artifactType, size_bytes: size } of wanted) {
      const annotations = size <= MAX_READ_BYTES ? await this.#readAnnotations(repositoryId, digest) : null;
      found.push({
        mediaType,
        digest,
        size,
        ...(artifactType === null ? {} : { artifactType }),
        ...(annotations === null ? {} : { annotations }),
      });
    }
    return found;
  }

  async #readAnnotations(repositoryId: number, digest: string): Promise<Record<string, string> | null> {
    const row = await queries.findManifest.first(this.#database, { repositoryId, digest });
    return row && parseManifest(row.content, row.media_type).annotations;
  }
}

function cut(all: Referrer[], limit: number): { referrers: Referrer[]; hasMore: boolean } {
  const referrers: Referrer[] = [];
  let bytes = 0;
  for (const referrer of all) {
    bytes += JSON.stringify(referrer.annotations ?? {}).length + 300;
    if (referrers.length === limit || (bytes > MAX_PAGE_BYTES && referrers.length > 0)) break;
    referrers.push(referrer);
  }
  return { referrers, hasMore: referrers.length < all.length };
}
