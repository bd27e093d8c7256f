/**
 * The tables of a row archive, in the order in which their rows can be inserted again: no row before what it refers to.
 * Those of the content are here, those of accounts and rights in `archive-access.ts`. Holds and upload sessions are left
 * out: what was under way when a copy was taken begins anew.
 */
import type { Queryable } from "../database/database.ts";
import { ACCESS_TABLES } from "./archive-access.ts";
import { type ArchiveTable, PAGE_ROWS, paged, table } from "./archive-table.ts";
import * as queries from "./queries/archive.ts";

const PAGE_BYTES = 4 * 1024 * 1024;
const limit = PAGE_ROWS;

/** Ranges of manifests, the last one included, that have so many bytes together at most, unless a single one has more. */
export async function* manifestRanges(
  on: Queryable,
  pageBytes = PAGE_BYTES,
): AsyncGenerator<{ after: number; upToId: number }> {
  for await (const sizes of paged<{ id: number; size_bytes: number }>((last) =>
    queries.measureManifests.all(on, { after: last?.id ?? 0, limit }),
  )) {
    let after = (sizes[0]?.id ?? 0) - 1;
    let bytes = 0;
    let last = after;
    for (const { id, size_bytes: sizeBytes } of sizes) {
      if (bytes > 0 && bytes + sizeBytes > pageBytes) {
        yield { after, upToId: last };
        after = last;
        bytes = 0;
      }
      bytes += sizeBytes;
      last = id;
    }
    yield { after, upToId: last };
  }
}

async function* manifestPages(on: Queryable): AsyncGenerator<queries.Row<"manifests">[]> {
  for await (const range of manifestRanges(on)) yield await queries.pageManifests.all(on, range);
}

const CONTENT_TABLES: readonly ArchiveTable[] = [
  table("namespaces", {
    kinds: {
      id: "integer",
      name: "text",
      created_at: "integer",
      kind: "text",
      account_id: "integer",
      display_name: "text",
      description: "text",
      default_visibility: "text",
      creates_on_push: "integer",
      members_role: "text",
      is_verified_publisher: "integer",
      plan: "text",
      deleted_at: "integer",
      deleted_by: "text",
    },
    insert: queries.insertArchivedNamespace,
    pages: (on) => paged((last) => queries.pageNamespaces.all(on, { after: last?.id ?? 0, limit })),
    findSame: (trx, { id, name }) => queries.findSameNamespace.first(trx, { id, name }),
    defaults: () => ({
      kind: "organisation" as const,
      display_name: "",
      description: "",
      default_visibility: "private" as const,
      creates_on_push: 1,
      is_verified_publisher: 0,
    }),
  }),
  table("repositories", {
    kinds: {
      id: "integer",
      namespace_id: "integer",
      name: "text",
      created_at: "integer",
      visibility: "text",
      description: "text",
      readme: "text",
      is_official: "integer",
      star_count: "integer",
      pull_count: "integer",
      pushed_at: "integer",
      deleted_at: "integer",
      deleted_by: "text",
    },
    insert: queries.insertArchivedRepository,
    pages: (on) => paged((last) => queries.pageRepositories.all(on, { after: last?.id ?? 0, limit })),
    findSame: (trx, { id, name }) => queries.findSameRepository.first(trx, { id, name }),
    defaults: ({ created_at: createdAt }) => ({
      visibility: "private" as const,
      description: "",
      readme: "",
      is_official: 0,
      star_count: 0,
      pull_count: 0,
      pushed_at: createdAt,
    }),
  }),
  table("blobs", {
    kinds: {
      id: "integer",
      digest: "text",
      size_bytes: "integer",
      state: "text",
      created_at: "integer",
      verified_at: "integer",
      condemned_at: "integer",
      storage_key: "text",
      content: "bytes",
    },
    insert: queries.insertArchivedBlob,
    pages: (on) => paged((last) => queries.pageBlobs.all(on, { after: last?.id ?? 0, limit })),
    // Those that are there are left out before.
    findSame: () => Promise.resolve(null),
  }),
  table("repository_blobs", {
    kinds: { blob_id: "integer", repository_id: "integer", created_at: "integer", kept_until: "integer" },
    insert: queries.insertArchivedLink,
    pages: (on) =>
      paged((last) =>
        queries.pageLinks.all(on, { afterBlob: last?.blob_id ?? 0, afterRepository: last?.repository_id ?? 0, limit }),
      ),
  }),
  table("manifests", {
    kinds: {
      id: "integer",
      repository_id: "integer",
      digest: "text",
      media_type: "text",
      artifact_type: "text",
      config_digest: "text",
      subject_digest: "text",
      annotations: "text",
      size_bytes: "integer",
      created_at: "integer",
      deleted_at: "integer",
      deleted_by: "text",
      content: "bytes",
    },
    insert: queries.insertArchivedManifest,
    pages: manifestPages,
    findSame: (trx, { id, digest }) => queries.findSameManifest.first(trx, { id, digest }),
  }),
  table("manifest_references", {
    kinds: { manifest_id: "integer", digest: "text", repository_id: "integer", kind: "text" },
    insert: queries.insertArchivedReference,
    pages: (on) =>
      paged((last) =>
        queries.pageReferences.all(on, {
          afterManifest: last?.manifest_id ?? 0,
          afterDigest: last?.digest ?? "",
          limit,
        }),
      ),
  }),
  table("tags", {
    kinds: {
      repository_id: "integer",
      name: "text",
      revision: "integer",
      digest: "text",
      from_at: "integer",
      to_at: "integer",
      actor: "text",
      deleted_at: "integer",
      deleted_by: "text",
    },
    insert: queries.insertArchivedTag,
    pages: (on) =>
      paged((last) =>
        queries.pageTags.all(on, {
          afterRepository: last?.repository_id ?? 0,
          afterName: last?.name ?? "",
          afterRevision: last?.revision ?? 0,
          limit,
        }),
      ),
  }),
];

export const ARCHIVE_TABLES: readonly ArchiveTable[] = [...CONTENT_TABLES, ...ACCESS_TABLES];
