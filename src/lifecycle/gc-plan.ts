/**
 * What the garbage collector would do, and what it would free later, found without changing anything. It goes through
 * what may be due, by the indexes of that and a page at a time; what manifests keep for good is never walked through.
 */
import type { Database } from "../database/database.ts";
import { GOING } from "../repositories/keeper.ts";
import type { Holds } from "./holds.ts";
import * as queries from "./queries/collector.ts";

const PAGE = 250;
const BINNED_PAGE = 20;
const PAUSE_MS = 2;
const NEVER = 0;
const EVER = Number.MAX_SAFE_INTEGER;

/** Bytes are those of blobs, each counted once, however many repositories link it and manifests name it. */
export type Amount = { blobs: number; bytes: number };

/** What a pass did, or what one would do. */
export type GcReport = Amount & {
  /** Entries of the recycle bin, and what is in the repositories there; those of a deleted organisation are there with it. */
  binned: { manifests: number; tags: number };
  /** Blobs taken from repositories, no manifest of which names them. */
  links: number;
  /** Why no bytes may go at the moment, or null. */
  heldBy: string | null;
  /**
   * What a later pass frees unless it is used again, by what it waits for: entries of the recycle bin, and the blobs
   * that only they keep; blobs that no manifest names, within their lease; blobs of no repository, within their grace.
   */
  waiting: { bin: Amount & { manifests: number; tags: number }; lease: Amount; grace: Amount };
};

export type PlanParts = { database: Database; holds: Holds; keepMs: number; graceMs: number };

type Link = { blob_id: number; repository_id: number };
/** A time before which leases are over, and one before which what went into the bin is gone. */
type Moment = { leaseBefore: number; binBefore: number };

/** What a pass would do now, and what it would leave for a later one. */
export async function planCollection(parts: PlanParts): Promise<GcReport> {
  const { database, holds, keepMs, graceMs } = parts;
  const now = Date.now();
  const moment = { leaseBefore: now, binBefore: now - keepMs };
  const plan = new Plan(database, moment, graceMs);
  const due = { manifests: 0, tags: await countTags(database, moment.binBefore) };
  const bin = { manifests: 0, tags: (await countTags(database, EVER)) - due.tags };
  const placeOf = (deletedAt: number) => (deletedAt <= moment.binBefore ? due : bin);

  for await (const row of listDeleting(database)) plan.add(plan.now, row);
  for await (const row of listCondemned(database)) {
    plan.add(row.condemned_at <= now - graceMs ? plan.now : plan.grace, row);
  }
  for await (const { deletedAt, links } of listBinned(database)) {
    placeOf(deletedAt).manifests += 1;
    await plan.look(links);
  }
  for await (const { id, deleted_at: deletedAt } of listBinnedRepositories(database)) {
    const place = placeOf(deletedAt);
    place.tags += await countTagsOf(database, id, EVER);
    if (place === due) {
      // With it go those, too, that went into the bin by themselves and would have stayed there.
      const early = (await countTagsOf(database, id, moment.binBefore)) - (await countTagsOf(database, id, EVER));
      due.tags += early;
      bin.tags -= early;
    }
    for await (const links of listLinksOfLive(database, id)) {
      place.manifests += 1;
      await plan.look(links);
    }
  }
  for await (const links of listLeased(database)) await plan.look(links);

  return {
    binned: due,
    links: plan.links,
    ...plan.now,
    heldBy: await holds.find(),
    waiting: { bin: { ...bin, ...plan.bin }, lease: plan.lease, grace: plan.grace },
  };
}

/** Blobs sorted by when they go. One that is reached in several ways counts once. */
class Plan {
  readonly now: Amount = { blobs: 0, bytes: 0 };
  readonly bin: Amount = { blobs: 0, bytes: 0 };
  readonly lease: Amount = { blobs: 0, bytes: 0 };
  readonly grace: Amount = { blobs: 0, bytes: 0 };
  links = 0;
  readonly #database: Database;
  readonly #moment: Moment;
  readonly #graceMs: number;
  readonly #blobs = new IdSet();
  readonly #links = new Set<string>();

  constructor(database: Database, moment: Moment, graceMs: number) {
    this.#database = database;
    this.#moment = moment;
    this.#graceMs = graceMs;
  }

  add(amount: Amount, { id, size_bytes: sizeBytes }: { id: number; size_bytes: number }): void {
    if (!this.#blobs.add(id)) return;
    amount.blobs += 1;
    amount.bytes += sizeBytes;
  }

  /** Of links that may go, counts those that do so now, and the blobs that lose their last one sooner or later. */
  async look(links: Link[]): Promise<void> {
    for (let start = 0; start < links.length; start += PAGE) {
      await this.#lookAtPage(links.slice(start, start + PAGE));
      await Bun.sleep(PAUSE_MS);
    }
  }

  async #lookAtPage(page: Link[]): Promise<void> {
    const moment = this.#moment;
    const losable = await queries.listLosable.all(this.#database, { links: JSON.stringify(page), ...moment });
    for (const link of losable) this.#links.add(`${link.blob_id}/${link.repository_id}`);
    this.links = this.#links.size;

    const unseen = new Set(page.map((link) => link.blob_id).filter((id) => !this.#blobs.has(id)));
    const blobs = JSON.stringify([...unseen].map((id) => ({ id })));
    const freeable = async (at: Moment) => await queries.listFreeable.all(this.#database, { blobs, ...at });
    // Whatever loses its last link in a pass has all of its grace before it.
    for (const row of await freeable(moment)) this.add(this.#graceMs > 0 ? this.grace : this.now, row);
    for (const row of await freeable({ leaseBefore: EVER, binBefore: NEVER })) this.add(this.lease, row);
    for (const row of await freeable({ leaseBefore: EVER, binBefore: EVER })) this.add(this.bin, row);
  }
}

/** Numbers from 1 on without holes to speak of: a bit each. */
class IdSet {
  #bits = new Uint8Array(1024);

  /** Whether it was new. */
  add(id: number): boolean {
    if (this.has(id)) return false;
    const index = Math.floor(id / 8);
    if (index >= this.#bits.length) {
      const larger = new Uint8Array(Math.max(index + 1, this.#bits.length * 2));
      larger.set(this.#bits);
      this.#bits = larger;
    }
    this.#bits[index] = (this.#bits[index] ?? 0) | (1 << (id % 8));
    return true;
  }

  has(id: number): boolean {
    return ((this.#bits[Math.floor(id / 8)] ?? 0) & (1 << (id % 8))) !== 0;
  }
}

async function countTags(database: Database, before: number): Promise<number> {
  return (await queries.countBinnedTags.first(database, { before }))?.count ?? 0;
}

async function* listDeleting(database: Database): AsyncGenerator<{ id: number; size_bytes: number }> {
  for (let after = 0; ;) {
    const rows = await queries.listDeleting.all(database, { after, limit: PAGE });
    yield* rows;
    if (rows.length < PAGE) return;
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

/** Of a repository: its tags that did not go into the bin by themselves until `before`. */
async function countTagsOf(database: Database, repositoryId: number, before: number): Promise<number> {
  return (await queries.countTagsNotBinned.first(database, { repositoryId, before }))?.count ?? 0;
}

async function* listBinnedRepositories(database: Database): AsyncGenerator<{ id: number; deleted_at: number }> {
  for (let after = { deletedAt: GOING, repositoryId: 0 }; ;) {
    const rows = await queries.listBinnedRepositories.all(database, { ...after, limit: PAGE });
    yield* rows;
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = { deletedAt: last.deleted_at, repositoryId: last.id };
  }
}

/** For each manifest of a repository that is not in the bin by itself, the links to what it names. */
async function* listLinksOfLive(database: Database, repositoryId: number): AsyncGenerator<Link[]> {
  for (let digest = ""; ;) {
    const rows = await queries.listLiveManifests.all(database, { repositoryId, digest, limit: BINNED_PAGE });
    for (const { id } of rows) yield await queries.listLinksOfManifest.all(database, { manifestId: id });
    if (rows.length < BINNED_PAGE) return;
    digest = rows.at(-1)?.digest ?? digest;
    await Bun.sleep(PAUSE_MS);
  }
}

/**
 * Manifests that are in the bin by themselves, with their repositories' links to what they name. `deletedAt`: of whichever
 * went there first, they or their repository.
 */
async function* listBinned(database: Database): AsyncGenerator<{ deletedAt: number; links: Link[] }> {
  for (let after = { deletedAt: 0, manifestId: 0 }; ;) {
    const rows = await queries.listBinned.all(database, { ...after, limit: BINNED_PAGE });
    for (const { id, deleted_at, repository_deleted_at: ofRepository } of rows) {
      const deletedAt = Math.min(deleted_at, ofRepository ?? EVER);
      yield { deletedAt, links: await queries.listLinksOfManifest.all(database, { manifestId: id }) };
    }
    const last = rows.at(-1);
    if (!last || rows.length < BINNED_PAGE) return;
    after = { deletedAt: last.deleted_at, manifestId: last.id };
    await Bun.sleep(PAUSE_MS);
  }
}

/** Links with a lease, over or not. */
async function* listLeased(database: Database): AsyncGenerator<Link[]> {
  for (let after = { keptUntil: 0, blobId: 0, repositoryId: 0 }; ;) {
    const rows = await queries.listDueLinks.all(database, { ...after, now: EVER, limit: PAGE });
    yield rows;
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = { keptUntil: last.kept_until ?? 0, blobId: last.blob_id, repositoryId: last.repository_id };
  }
}
