/**
 * What each repository of a namespace stores, found by walking through its links. A blob is shared when several of its
 * repositories link it; what other namespaces hold is not looked at, so nobody learns what others have.
 */
import type { Database } from "../database/database.ts";
import { Owners } from "./owners.ts";
import { pagesOf, rowsOf } from "./pages.ts";
import * as queries from "./queries/links.ts";

/** Rows of a look: a few milliseconds. */
const LINKS = 250;
const REPOSITORIES = 500;
const MANIFESTS = 150;

export type RepositoryCount = {
  id: number;
  name: string;
  isDeleted: boolean;
  uniqueBytes: number;
  sharedBytes: number;
  /** Kept by the recycle bin alone. */
  binnedBytes: number;
  /** No manifest names it yet. */
  leasedBytes: number;
  manifestBytes: number;
  blobs: number;
  tags: number;
  manifests: number;
  binnedManifests: number;
};

export type NamespaceCount = {
  countedAt: number;
  storedBytes: number;
  logicalBytes: number;
  /** Most unique bytes first. */
  repositories: RepositoryCount[];
};

/** Throws the signal's reason when it is aborted. */
export async function countNamespace(
  database: Database,
  namespaceId: number,
  signal: AbortSignal,
): Promise<NamespaceCount> {
  const countedAt = Date.now();
  const owners = new Owners();
  const repositories: RepositoryCount[] = [];
  let storedBytes = 0;
  let logicalBytes = 0;
  const listed = rowsOf<{ id: number; name: string; deleted_at: number | null }>(REPOSITORIES, (last, limit) =>
    queries.listRepositoriesOf.all(database, { namespaceId, afterName: last?.name ?? "", limit }),
  );
  for await (const { id, name, deleted_at: deletedAt } of listed) {
    const count = emptyCount(id, name, deletedAt !== null);
    repositories.push(count);
    const owner = repositories.length;
    const links = pagesOf<Awaited<ReturnType<typeof queries.listLinks.all>>[number]>(LINKS, (last, limit) =>
      queries.listLinks.all(database, { repositoryId: id, afterBlob: last?.blob_id ?? 0, limit }),
    );
    for await (const page of links) {
      signal.throwIfAborted();
      for (const { blob_id: blobId, size_bytes: bytes, is_served: isServed, is_named: isNamed } of page) {
        count.blobs += 1;
        logicalBytes += bytes;
        if (isNamed === 0) count.leasedBytes += bytes;
        else if (isServed === 0 || count.isDeleted) count.binnedBytes += bytes;
        const before = owners.add(blobId, owner);
        if (before === 0) {
          count.uniqueBytes += bytes;
          storedBytes += bytes;
          continue;
        }
        count.sharedBytes += bytes;
        // It was counted as one's alone until now.
        const first = before > 0 ? repositories[before - 1] : undefined;
        if (first === undefined) continue;
        first.uniqueBytes -= bytes;
        first.sharedBytes += bytes;
      }
    }
    await countManifests(database, count);
    count.tags = (await queries.countCurrentTags.first(database, { repositoryId: id }))?.count ?? 0;
  }
  repositories.sort((a, b) => b.uniqueBytes - a.uniqueBytes || (a.name < b.name ? -1 : 1));
  return { countedAt, storedBytes, logicalBytes, repositories };
}

async function countManifests(database: Database, count: RepositoryCount): Promise<void> {
  const pages = pagesOf<{ digest: string; size_bytes: number; deleted_at: number | null }>(MANIFESTS, (last, limit) =>
    queries.listManifestBytes.all(database, { repositoryId: count.id, afterDigest: last?.digest ?? "", limit }),
  );
  for await (const page of pages) {
    for (const { size_bytes: bytes, deleted_at: deletedAt } of page) {
      count.manifestBytes += bytes;
      if (deletedAt === null) count.manifests += 1;
      else count.binnedManifests += 1;
    }
  }
}

function emptyCount(id: number, name: string, isDeleted: boolean): RepositoryCount {
  const bytes = { uniqueBytes: 0, sharedBytes: 0, binnedBytes: 0, leasedBytes: 0, manifestBytes: 0 };
  return { id, name, isDeleted, ...bytes, blobs: 0, tags: 0, manifests: 0, binnedManifests: 0 };
}
