/** What the garbage collector would do, found through the indexes of what is due, a page at a time: no table is walked through. */
import type { Database } from "../database/database.ts";
import type { Holds } from "./holds.ts";
import * as queries from "./queries/collector.ts";

const PAGE = 250;
const PAUSE_MS = 2;

/** What a pass did, or what one would do. Bytes are those of blobs, each counted once, however many repositories link it. */
export type GcReport = {
  /** Entries of the recycle bin. */
  binned: { manifests: number; tags: number };
  /** Blobs taken from repositories, no manifest of which names them. */
  links: number;
  /** Blobs deleted for good, those kept in their row included. */
  blobs: number;
  bytes: number;
  /** Why no bytes may go at the moment, or null. */
  heldBy: string | null;
  /** What a later pass will look at: links within their lease, and blobs that are condemned but within their grace. */
  waiting: { links: number; blobs: number; bytes: number };
};

export type PlanParts = { database: Database; holds: Holds; keepMs: number; graceMs: number };

/**
 * What a pass would do now, without doing it: bin entries older than they are kept, links whose lease is over and which
 * no manifest names, blobs condemned for longer than their grace. It does not look ahead: what becomes due by emptying
 * the bin or by taking links is counted once that has happened.
 */
export async function planCollection({ database, holds, keepMs, graceMs }: PlanParts): Promise<GcReport> {
  const now = Date.now();
  const binned = { before: now - keepMs };
  const [manifests, tags, leases] = await Promise.all([
    queries.countBinnedManifests.first(database, binned),
    queries.countBinnedTags.first(database, binned),
    queries.countLeases.first(database, { now }),
  ]);
  const due = await countDeleting(database);
  const waiting = { links: leases?.count ?? 0, blobs: 0, bytes: 0 };
  for await (const row of listCondemned(database)) {
    const counts = row.condemned_at <= now - graceMs ? due : waiting;
    counts.blobs += 1;
    counts.bytes += row.size_bytes;
  }
  return {
    binned: { manifests: manifests?.count ?? 0, tags: tags?.count ?? 0 },
    links: await countUnnamed(database, now),
    ...due,
    heldBy: await holds.find(),
    waiting,
  };
}

async function countDeleting(database: Database): Promise<{ blobs: number; bytes: number }> {
  const counts = { blobs: 0, bytes: 0 };
  for (let after = 0; ;) {
    const rows = await queries.listDeleting.all(database, { after, limit: PAGE });
    for (const row of rows) counts.bytes += row.size_bytes;
    counts.blobs += rows.length;
    if (rows.length < PAGE) return counts;
    after = rows.at(-1)?.id ?? after;
    await Bun.sleep(PAUSE_MS);
  }
}

async function* listCondemned(
  database: Database,
): AsyncGenerator<{ id: number; condemned_at: number; size_bytes: number }> {
  for (let after = { condemnedAt: 0, blobId: 0 }; ;) {
    const rows = await queries.listCondemned.all(database, { ...after, limit: PAGE });
    // The statement leaves out those without a time.
    for (const row of rows) yield { ...row, condemned_at: row.condemned_at ?? 0 };
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = { condemnedAt: last.condemned_at ?? 0, blobId: last.id };
    await Bun.sleep(PAUSE_MS);
  }
}

/** Links whose lease is over and which no manifest names. */
async function countUnnamed(database: Database, now: number): Promise<number> {
  let count = 0;
  for (let after = { keptUntil: 0, blobId: 0, repositoryId: 0 }; ;) {
    const rows = await queries.listDueLinks.all(database, { ...after, now, limit: PAGE });
    const named = await queries.listNamedLinks.all(database, { links: JSON.stringify(rows) });
    count += rows.length - named.length;
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return count;
    after = { keptUntil: last.kept_until ?? 0, blobId: last.blob_id, repositoryId: last.repository_id };
    await Bun.sleep(PAUSE_MS);
  }
}
