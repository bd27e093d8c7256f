/**
 * Removing for good what lies in the recycle bin, oldest first. Each write is small, because on SQLite it holds up
 * every other; a row that somebody holds, who is restoring it or pushing it again, is left for the next time.
 */
import type { Database, Transaction } from "../database/database.ts";
import type { Reference } from "../oci/reference.ts";
import type { Manifests } from "../registry/manifests.ts";
import * as queries from "./queries/bin.ts";

export type PurgeParts = { database: Database; manifests: Manifests };

/** What went into the bin at or before `before` (ms); of all repositories when the id is null. */
export type Due = { repositoryId: number | null; before: number };

const MAX_ROWS = 200;
/** A manifest's size bounds how many blobs it names: these are some hundreds. */
const MAX_MANIFEST_BYTES = 64 * 1024;

/** At most `limit` manifests; how many. Their blobs are for the collector to look at. */
export async function purgeManifests(parts: PurgeParts, due: Due, limit: number): Promise<number> {
  return await inBatches(parts.database, limit, async (trx, size) => {
    const { repositoryId, before } = due;
    const rows =
      repositoryId === null
        ? await queries.lockManifests.all(trx, { before, limit: size })
        : await queries.lockManifestsHere.all(trx, { repositoryId, before, limit: size });
    let done = 0;
    for (let bytes = 0; done < rows.length && bytes < MAX_MANIFEST_BYTES; done += 1) {
      const row = rows[done]!;
      await parts.manifests.purge(trx, { manifestId: row.id, repositoryId: row.repository_id });
      bytes += row.size_bytes;
    }
    return { done, isLast: done === rows.length && rows.length < size };
  });
}

/** At most `limit` tags, each with its whole history; how many. */
export async function purgeTags(parts: PurgeParts, due: Due, limit: number): Promise<number> {
  return await inBatches(parts.database, limit, async (trx, size) => {
    const { repositoryId, before } = due;
    const rows =
      repositoryId === null
        ? await queries.lockTags.all(trx, { before, limit: size })
        : await queries.lockTagsHere.all(trx, { repositoryId, before, limit: size });
    let done = 0;
    for (let removed = 0; done < rows.length && removed < MAX_ROWS; done += 1) {
      const row = rows[done]!;
      removed += await queries.deleteTag.run(trx, { repositoryId: row.repository_id, tag: row.name });
    }
    return { done, isLast: done === rows.length && rows.length < size };
  });
}

/** At most `limit` rows that say what tags pointed to until before a time (ms); how many. */
export async function purgeHistory(parts: PurgeParts, before: number, limit: number): Promise<number> {
  return await inBatches(parts.database, limit, async (trx, size) => {
    const done = await queries.deleteTagHistory.run(trx, { before, limit: size });
    return { done, isLast: done < size };
  });
}

/**
 * One manifest with the tags that went into the bin with it, or one tag; null when it is not in the bin. Somebody wants
 * it gone, and not only out of the way: what the manifest named has no lease any more.
 */
export async function purgeReference(
  parts: PurgeParts,
  due: { repositoryId: number; before: number },
  { tag, digest }: Reference,
): Promise<{ manifests: number; tags: number } | null> {
  if (tag === null) return await purgeManifest(parts, due, digest);
  const { repositoryId, before } = due;
  return await parts.database.write(async (trx) => {
    const row = await queries.findTag.first(trx, { repositoryId, tag });
    if (row?.deleted_at == null || row.deleted_at > before) return null;
    await queries.deleteTag.run(trx, { repositoryId, tag });
    return { manifests: 0, tags: 1 };
  });
}

/** The manifest goes with the last of its tags, so that one that was broken off can be done again. */
async function purgeManifest(
  parts: PurgeParts,
  { repositoryId, before }: { repositoryId: number; before: number },
  digest: string,
): Promise<{ manifests: number; tags: number } | null> {
  const purgeSome = () =>
    parts.database.write(async (trx) => {
      const row = await queries.lockManifest.first(trx, { repositoryId, digest, before });
      if (row === null) return null;
      const page = { repositoryId, digest, deletedAt: row.deleted_at, limit: MAX_ROWS };
      const names = await queries.listTagsOfManifest.all(trx, page);
      for (const { name } of names) await queries.deleteTag.run(trx, { repositoryId, tag: name });
      const isLast = names.length < MAX_ROWS;
      if (isLast) await parts.manifests.purge(trx, { manifestId: row.id, repositoryId }, { endLeases: true });
      return { tags: names.length, isLast };
    });
  for (let tags = 0; ;) {
    const some = await purgeSome();
    if (some === null) return tags === 0 ? null : { manifests: 0, tags };
    tags += some.tags;
    if (some.isLast) return { manifests: 1, tags };
  }
}

async function inBatches(
  database: Database,
  limit: number,
  batch: (trx: Transaction, size: number) => Promise<{ done: number; isLast: boolean }>,
): Promise<number> {
  for (let total = 0; ;) {
    const { done, isLast } = await database.write((trx) => batch(trx, Math.min(MAX_ROWS, limit - total)));
    total += done;
    if (isLast || done === 0 || total >= limit) return total;
  }
}
