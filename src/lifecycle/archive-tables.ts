/**
 * The tables of a row archive, in the order in which their rows can be inserted again: no row before what it refers to.
 * Holds and upload sessions are left out: what was under way when a copy was taken begins anew.
 */
import type { Queryable, Transaction } from "../database/database.ts";
import type { Schema } from "../database/schema.ts";
import type { Statement } from "../database/statement.ts";
import * as queries from "./queries/archive.ts";

/** Most rows that are held at once. */
export const PAGE_ROWS = 250;
const PAGE_BYTES = 4 * 1024 * 1024;

export type ColumnKind = "integer" | "text" | "bytes";

export type ArchiveRow = Record<string, string | number | Uint8Array | null>;

export type ArchiveTable = {
  name: string;
  columns: readonly string[];
  kinds: ReadonlyMap<string, ColumnKind>;
  /** All rows, by key, in pages of a few MiB at most. */
  pages: (on: Queryable) => AsyncIterable<readonly ArchiveRow[]>;
  /** Inserts the row as it is; false, and nothing is changed, when one of its keys is there already. */
  insert: (trx: Transaction, row: ArchiveRow) => Promise<boolean>;
  /** Whether the row that kept this one from being inserted is this one. */
  isThere: (trx: Transaction, row: ArchiveRow) => Promise<boolean>;
};

function table<Name extends keyof Schema>(
  name: Name,
  kinds: Record<keyof queries.Row<Name>, ColumnKind>,
  insert: Statement<queries.Row<Name>, never>,
  pages: (on: Queryable) => AsyncIterable<queries.Row<Name>[]>,
  findSame?: (trx: Transaction, row: queries.Row<Name>) => Promise<object | null>,
): ArchiveTable {
  return {
    name,
    columns: Object.keys(kinds),
    kinds: new Map(Object.entries<ColumnKind>(kinds)),
    // Every column of every table is one of these.
    pages: pages as unknown as ArchiveTable["pages"],
    // What a row lacks is bound as null, and what it should not have is refused by the table's own constraints.
    insert: async (trx, row) => (await insert.run(trx, row as unknown as queries.Row<Name>)) > 0,
    // Where it is left out the keys are made of ids, which have been compared in the tables that give them.
    isThere: async (trx, row) => (await findSame?.(trx, row as unknown as queries.Row<Name>)) !== null,
  };
}

/** Pages, each after the last row of the one before, until one is empty. */
export async function* paged<Row>(next: (last: Row | undefined) => Promise<Row[]>): AsyncGenerator<Row[]> {
  for (let rows = await next(undefined); rows.length > 0; rows = await next(rows.at(-1))) yield rows;
}

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

export const ARCHIVE_TABLES: readonly ArchiveTable[] = [
  table(
    "namespaces",
    {
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
    queries.insertArchivedNamespace,
    (on) => paged((last) => queries.pageNamespaces.all(on, { after: last?.id ?? 0, limit })),
    (trx, { id, name }) => queries.findSameNamespace.first(trx, { id, name }),
  ),
  table(
    "repositories",
    {
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
    queries.insertArchivedRepository,
    (on) => paged((last) => queries.pageRepositories.all(on, { after: last?.id ?? 0, limit })),
    (trx, { id, name }) => queries.findSameRepository.first(trx, { id, name }),
  ),
  table(
    "blobs",
    {
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
    queries.insertArchivedBlob,
    (on) => paged((last) => queries.pageBlobs.all(on, { after: last?.id ?? 0, limit })),
    // Those that are there are left out before.
    () => Promise.resolve(null),
  ),
  table(
    "repository_blobs",
    { blob_id: "integer", repository_id: "integer", created_at: "integer", kept_until: "integer" },
    queries.insertArchivedLink,
    (on) =>
      paged((last) =>
        queries.pageLinks.all(on, { afterBlob: last?.blob_id ?? 0, afterRepository: last?.repository_id ?? 0, limit }),
      ),
  ),
  table(
    "manifests",
    {
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
    queries.insertArchivedManifest,
    manifestPages,
    (trx, { id, digest }) => queries.findSameManifest.first(trx, { id, digest }),
  ),
  table(
    "manifest_references",
    { manifest_id: "integer", digest: "text", repository_id: "integer", kind: "text" },
    queries.insertArchivedReference,
    (on) =>
      paged((last) =>
        queries.pageReferences.all(on, {
          afterManifest: last?.manifest_id ?? 0,
          afterDigest: last?.digest ?? "",
          limit,
        }),
      ),
  ),
  table(
    "tags",
    {
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
    queries.insertArchivedTag,
    (on) =>
      paged((last) =>
        queries.pageTags.all(on, {
          afterRepository: last?.repository_id ?? 0,
          afterName: last?.name ?? "",
          afterRevision: last?.revision ?? 0,
          limit,
        }),
      ),
  ),
];
