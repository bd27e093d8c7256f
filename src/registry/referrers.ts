/**
 * Manifests that name another as their subject. Spec: distribution-spec 1.1, "Listing Referrers".
 *
 * Clients of registries without this list keep one under a tag made from the subject's digest. Entries of such an
 * index count too, when they are manifests of this repository without a subject of their own; what is told of them
 * is read from themselves, never from the tag, which anyone who can push could have written.
 */
import type { Database } from "../database/database.ts";
import type { Digest } from "../oci/digest.ts";
import { OCI_INDEX } from "../oci/media-types.ts";
import { fallbackTag, type RepositoryName } from "../oci/reference.ts";
import type { Repositories } from "../repositories/repositories.ts";
import type { ContentCache } from "./content-cache.ts";
import * as queries from "./queries/referrers.ts";

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

export type ReferrersPage = { referrers: readonly Referrer[]; hasMore: boolean };

/** What a remembered referrer takes beside its annotations. */
const REFERRER_BYTES = 800;

/** A page ends early when its annotations add up to this. */
const MAX_PAGE_ANNOTATIONS_BYTES = 1024 * 1024;

type Row = {
  digest: string;
  media_type: string;
  artifact_type: string | null;
  size_bytes: number;
  annotations_bytes: number;
  /** Null where there are none, or too many for this row: then they are read apart. */
  small_annotations: string | null;
};

export class Referrers {
  readonly #database: Database;
  readonly #repositories: Repositories;
  readonly #cache: ContentCache;

  constructor(parts: { database: Database; repositories: Repositories; cache: ContentCache }) {
    this.#database = parts.database;
    this.#repositories = parts.repositories;
    this.#cache = parts.cache;
  }

  /**
   * By digest; `hasMore` when another page follows. A repository or subject that is unknown has no referrers. The
   * first page is remembered: every client that verifies an image asks for it.
   */
  async list(query: ReferrersQuery): Promise<ReferrersPage> {
    const repositoryId = await this.#repositories.findId(this.#database, query.repository);
    if (repositoryId === null) return { referrers: [], hasMore: false };
    if (query.last !== "") return (await this.#read(repositoryId, query)).page;
    const { subject, limit, artifactTypes } = query;
    const key = `referrers/${subject}/${limit}/${artifactTypes.join(" ")}`;
    const page = await this.#cache.load<ReferrersPage>(repositoryId, key, async () => {
      const read = await this.#read(repositoryId, query);
      return { value: read.page, sizeBytes: read.sizeBytes };
    });
    return page ?? { referrers: [], hasMore: false };
  }

  /** The page, and about what it takes in memory. */
  async #read(repositoryId: number, query: ReferrersQuery): Promise<{ page: ReferrersPage; sizeBytes: number }> {
    const all = await this.#findRows(repositoryId, query);
    const rows = firstOf(all, query.limit);
    const large = await this.#readLargeAnnotations(repositoryId, rows);
    const referrers = rows.map((row): Referrer => {
      const text = row.small_annotations ?? large.get(row.digest);
      return {
        mediaType: row.media_type,
        digest: row.digest,
        size: row.size_bytes,
        ...(row.artifact_type === null ? {} : { artifactType: row.artifact_type }),
        // Written by `Manifests.put` from an object of texts.
        ...(text === undefined ? {} : { annotations: JSON.parse(text) as Record<string, string> }),
      };
    });
    const sizeBytes = rows.reduce((total, row) => total + row.annotations_bytes * 4 + REFERRER_BYTES, 0);
    return { page: { referrers, hasMore: rows.length < all.length }, sizeBytes };
  }

  /** One more than the page, in order, where there are as many. */
  async #findRows(repositoryId: number, query: ReferrersQuery): Promise<Row[]> {
    const { subject, last, artifactTypes } = query;
    const page = { repositoryId, subject, last, limit: query.limit + 1 };
    const lists =
      artifactTypes.length === 0
        ? [await queries.listReferrers.all(this.#database, page)]
        : await Promise.all(
            artifactTypes.map((artifactType) =>
              queries.listReferrersOfType.all(this.#database, { ...page, artifactType }),
            ),
          );
    const fallback = await queries.listFallbackReferrers.all(this.#database, {
      ...page,
      tag: fallbackTag(subject),
      indexType: OCI_INDEX,
      artifactTypes: JSON.stringify(artifactTypes),
    });
    if (fallback.length > 0) lists.push(fallback);
    const [first = []] = lists;
    return lists.length === 1 ? first : lists.flat().sort((a, b) => (a.digest < b.digest ? -1 : 1));
  }

  async #readLargeAnnotations(repositoryId: number, rows: Row[]): Promise<Map<string, string>> {
    const isLarge = (row: Row) => row.annotations_bytes > queries.SMALL_ANNOTATIONS_BYTES;
    const digests = rows.filter(isLarge).map((row) => row.digest);
    if (digests.length === 0) return new Map();
    const found = await queries.listAnnotations.all(this.#database, { repositoryId, digests: JSON.stringify(digests) });
    return new Map(found.flatMap((row) => (row.annotations === null ? [] : [[row.digest, row.annotations] as const])));
  }
}

/** At most `limit`, fewer where their annotations would be too much for one answer; at least one. */
function firstOf(rows: Row[], limit: number): Row[] {
  let bytes = 0;
  const tooMuch = rows.findIndex((row, index) => {
    bytes += row.annotations_bytes;
    return index > 0 && bytes > MAX_PAGE_ANNOTATIONS_BYTES;
  });
  return rows.slice(0, Math.min(limit, tooMuch < 0 ? rows.length : tooMuch));
}
