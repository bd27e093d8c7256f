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

export type ArchiveRow = Record<string, string | number | Uint8Array | null>;

export type ArchiveTable = {
  name: string;
  columns: readonly string[];
  /** Which of them hold bytes. */
  byteColumns: readonly string[];
  /** All rows, by key, in pages of a few MiB at most. */
  pages: (on: Queryable) => AsyncIterable<readonly ArchiveRow[]>;
  /** Inserts the row as it is; false, and nothing is changed, when one of its keys is there already. */
  insert: (trx: Transaction, row: ArchiveRow) => Promise<boolean>;
};

function table<Name extends keyof Schema>(
  name: Name,
  columns: Record<keyof queries.Row<Name>, "value" | "bytes">,
  insert: Statement<queries.Row<Name>, never>,
  pages: (on: Queryable) => AsyncIterable<queries.Row<Name>[]>,
): ArchiveTable {
  const names = Object.keys(columns);
  return {
    name,
    columns: names,
    byteColumns: Object.entries(columns).flatMap(([column, kind]) => (kind === "bytes" ? [column] : [])),
    // Every column of every table is one of these.
    pages: pages as unknown as ArchiveTable["pages"],
    // What a row lacks is bound as null, and what it should not have is refused by the table's own constraints.
    insert: async (trx, row) => (await insert.run(trx, row as unknown as queries.Row<Name>)) > 0,
  };
}

/** Pages, each after the last row of the one before, until one is empty. */
export async function* paged<Row>(next: (last: Row | undefined) => Promise<Row[]>): AsyncGenerator<Row[]> {
  for (let rows = await next(undefined); rows.length > 0; rows = await next(rows.at(-1))) yield rows;
}

const limit = PAGE_ROWS;

/** Ranges of manifests, `last` included, that have about 4 MiB together at most, unless a single one has more. */
export async function* manifestRanges(on: Queryable): AsyncGenerator<{ after: number; upToId: number }> {
  for await (const sizes of paged<{ id: number; size_bytes: number }>((last) =>
    queries.measureManifests.all(on, { after: last?.id ?? 0, limit }),
  )) {
    let after = (sizes[0]?.id ?? 0) - 1;
    let bytes = 0;
    let last = after;
    for (const { id, size_bytes: sizeBytes } of sizes) {
      if (bytes > 0 && bytes + sizeBytes > PAGE_BYTES) {
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
  table("namespaces", { id: "value", name: "value", created_at: "value" }, queries.insertArchivedNamespace, (on) =>
    paged((last) => queries.pageNamespaces.all(on, { after: last?.id ?? 0, limit })),
  ),
  table(
    "repositories",
    { id: "value", namespace_id: "value", name: "value", created_at: "value" },
    queries.insertArchivedRepository,
    (on) => paged((last) => queries.pageRepositories.all(on, { after: last?.id ?? 0, limit })),
  ),
  table(
    "blobs",
    {
      id: "value",
      digest: "value",
      size_bytes: "value",
      state: "value",
      created_at: "value",
      verified_at: "value",
      condemned_at: "value",
      storage_key: "value",
      content: "bytes",
    },
    queries.insertArchivedBlob,
    (on) => paged((last) => queries.pageBlobs.all(on, { after: last?.id ?? 0, limit })),
  ),
  table(
    "repository_blobs",
    { blob_id: "value", repository_id: "value", created_at: "value", kept_until: "value" },
    queries.insertArchivedLink,
    (on) =>
      paged((last) =>
        queries.pageLinks.all(on, { afterBlob: last?.blob_id ?? 0, afterRepository: last?.repository_id ?? 0, limit }),
      ),
  ),
  table(
    "manifests",
    {
      id: "value",
      repository_id: "value",
      digest: "value",
      media_type: "value",
      artifact_type: "value",
      config_digest: "value",
      subject_digest: "value",
      annotations: "value",
      size_bytes: "value",
      created_at: "value",
      deleted_at: "value",
      deleted_by: "value",
      content: "bytes",
    },
    queries.insertArchivedManifest,
    manifestPages,
  ),
  table(
    "manifest_references",
    { manifest_id: "value", digest: "value", repository_id: "value", kind: "value" },
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
      repository_id: "value",
      name: "value",
      revision: "value",
      digest: "value",
      from_at: "value",
      to_at: "value",
      actor: "value",
      deleted_at: "value",
      deleted_by: "value",
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
