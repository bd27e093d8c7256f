/**
 * What the whole registry stores: counted from one moment's rows now and then, when something has changed. The count is
 * kept in memory for pages, its sums in a row of their own, from which one sees how the storage grew.
 */
import type { Database, Queryable } from "../database/database.ts";
import type { Recorder, RunReport } from "../jobs/job-runs.ts";
import type { Log } from "../telemetry/log.ts";
import { Growth, type GrowthRow } from "./growth.ts";
import { pagesOf } from "./pages.ts";
import * as queries from "./queries/storage.ts";

const PAGE = 1_000;
const EVERY_MS = 3_600_000;
/** Of a namespace, for a map of them all. */
const LARGEST = 50;

export type StorageTotals = {
  storedBytes: number;
  logicalBytes: number;
  manifestBytes: number;
  /** Linked by nothing any more. */
  condemnedBytes: number;
  blobs: number;
  manifests: number;
  repositories: number;
};

export type RepositorySize = { name: string; uniqueBytes: number; sharedBytes: number };

export type NamespaceSize = {
  name: string;
  /** Of blobs that no other namespace has. */
  uniqueBytes: number;
  sharedBytes: number;
  repositoryCount: number;
  /** The largest. */
  repositories: RepositorySize[];
};

export type StorageCountResult = { countedAt: number; totals: StorageTotals; namespaces: NamespaceSize[] };

export type StorageCountParts = {
  database: Database;
  storage: { space(): Promise<{ freeBytes: number; totalBytes: number } | null> };
  jobs: Recorder;
  log: Log;
};

export class StorageCount {
  readonly growth: Growth;
  readonly #parts: StorageCountParts;
  readonly #stopping = new AbortController();
  #last: StorageCountResult | null = null;
  #lastChanges: number | null = null;
  #running: Promise<StorageCountResult> | null = null;
  #timer: Timer | null = null;

  constructor(parts: StorageCountParts) {
    this.#parts = parts;
    this.growth = new Growth(parts.database);
  }

  get last(): StorageCountResult | null {
    return this.#last;
  }

  get isCounting(): boolean {
    return this.#running !== null;
  }

  /** Counts now, and every hour. */
  start(): void {
    void this.#runIfDue().finally(() => this.#plan(EVERY_MS));
  }

  /** Counts now, or waits for the count that is under way. */
  async run(report?: RunReport): Promise<StorageCountResult> {
    this.#running ??= this.#run(report).finally(() => (this.#running = null));
    return await this.#running;
  }

  async close(): Promise<void> {
    this.#stopping.abort(new Error("the server is stopping"));
    clearTimeout(this.#timer ?? undefined);
    await this.#running?.catch(() => undefined);
  }

  #plan(afterMs: number): void {
    if (this.#stopping.signal.aborted) return;
    this.#parts.jobs.planNext("storage-count", Date.now() + afterMs);
    this.#timer = setTimeout(() => void this.#runIfDue().finally(() => this.#plan(EVERY_MS)), afterMs).unref();
  }

  async #runIfDue(): Promise<void> {
    const { database, jobs, log } = this.#parts;
    const hasChanged = database.changes === null || database.changes !== this.#lastChanges;
    try {
      await jobs.run("storage-count", async (report) => (hasChanged ? await this.run(report) : null), {
        // Every hour a row of it would tell nobody anything: the growth has its own.
        summary: () => null,
      });
    } catch (error) {
      if (!this.#stopping.signal.aborted) log.error("the storage could not be counted; the next hour tries", { error });
    }
  }

  async #run(report?: RunReport): Promise<StorageCountResult> {
    const { database, storage } = this.#parts;
    const countedAt = Date.now();
    const { changes } = database;
    const counted = await database.snapshot((snapshot) => countStorage(snapshot, this.#stopping.signal, report));
    this.#last = { countedAt, ...counted };
    const space = await storage.space().catch(() => null);
    const row: GrowthRow = { at: countedAt, ...counted.totals, freeBytes: space?.freeBytes ?? null };
    const isNoted = await this.growth.note(row);
    // Writing the row was a change too.
    this.#lastChanges = changes === null ? null : changes + (isNoted ? 1 : 0);
    return this.#last;
  }
}

type Repository = { id: number; namespace: number; size: RepositorySize };
type Namespace = NamespaceSize & { all: RepositorySize[] };

/** Throws the signal's reason when it is aborted. */
async function countStorage(
  on: Queryable,
  signal: AbortSignal,
  report?: RunReport,
): Promise<{ totals: StorageTotals; namespaces: NamespaceSize[] }> {
  const totals: StorageTotals = {
    storedBytes: 0,
    logicalBytes: 0,
    manifestBytes: 0,
    condemnedBytes: 0,
    blobs: 0,
    manifests: 0,
    repositories: 0,
  };
  const repositories = new Map<number, Repository>();
  const namespaces = new Map<number, Namespace>();
  const listed = pagesOf<Awaited<ReturnType<typeof queries.pageRepositories.all>>[number]>(PAGE, (last, limit) =>
    queries.pageRepositories.all(on, { afterRepository: last?.id ?? 0, limit }),
  );
  for await (const page of listed) {
    for (const { id, name, namespace_id: namespaceId, namespace } of page) {
      const size = { name, uniqueBytes: 0, sharedBytes: 0 };
      repositories.set(id, { id, namespace: namespaceId, size });
      let of = namespaces.get(namespaceId);
      if (of === undefined) {
        of = { name: namespace, uniqueBytes: 0, sharedBytes: 0, repositoryCount: 0, repositories: [], all: [] };
        namespaces.set(namespaceId, of);
      }
      of.repositoryCount += 1;
      of.all.push(size);
    }
  }
  totals.repositories = repositories.size;
  report?.note(`${repositories.size} repositories in ${namespaces.size} namespaces`);

  await countLinks(on, signal, { repositories, namespaces, totals });
  const manifests = pagesOf<{ id: number; size_bytes: number }>(PAGE, (last, limit) =>
    queries.pageManifests.all(on, { afterManifest: last?.id ?? 0, limit }),
  );
  for await (const page of manifests) {
    signal.throwIfAborted();
    totals.manifests += page.length;
    for (const { size_bytes: bytes } of page) totals.manifestBytes += bytes;
  }
  const condemned = pagesOf<{ id: number; condemned_at: number; size_bytes: number }>(PAGE, (last, limit) =>
    queries.pageCondemned.all(on, { condemnedAt: last?.condemned_at ?? 0, blobId: last?.id ?? 0, limit }),
  );
  for await (const page of condemned) for (const { size_bytes: bytes } of page) totals.condemnedBytes += bytes;
  totals.storedBytes += totals.condemnedBytes;
  return { totals, namespaces: [...namespaces.values()].map(cut).sort(bySize) };
}

async function countLinks(
  on: Queryable,
  signal: AbortSignal,
  into: { repositories: Map<number, Repository>; namespaces: Map<number, Namespace>; totals: StorageTotals },
): Promise<void> {
  const { repositories, namespaces, totals } = into;
  let blobId = 0;
  let bytes = 0;
  let linked: Repository[] = [];
  const endBlob = (): void => {
    const [first, ...others] = linked;
    linked = [];
    if (first === undefined) return;
    totals.blobs += 1;
    totals.storedBytes += bytes;
    totals.logicalBytes += bytes * (others.length + 1);
    if (others.length === 0) first.size.uniqueBytes += bytes;
    else for (const { size } of [first, ...others]) size.sharedBytes += bytes;
    const spaces = new Set([first, ...others].map(({ namespace }) => namespace));
    for (const id of spaces) {
      const space = namespaces.get(id);
      if (space === undefined) continue;
      if (spaces.size === 1) space.uniqueBytes += bytes;
      else space.sharedBytes += bytes;
    }
  };
  const pages = pagesOf<Awaited<ReturnType<typeof queries.pageStored.all>>[number]>(PAGE, (last, limit) =>
    queries.pageStored.all(on, {
      afterBlob: last?.blob_id ?? 0,
      afterRepository: last?.repository_id ?? 0,
      limit,
    }),
  );
  for await (const page of pages) {
    signal.throwIfAborted();
    for (const row of page) {
      if (row.blob_id !== blobId) endBlob();
      blobId = row.blob_id;
      bytes = row.size_bytes;
      const repository = repositories.get(row.repository_id);
      if (repository !== undefined) linked.push(repository);
    }
  }
  endBlob();
}

function cut({ all, ...namespace }: Namespace): NamespaceSize {
  return { ...namespace, repositories: all.sort(bySize).slice(0, LARGEST) };
}

type Sized = { name: string; uniqueBytes: number; sharedBytes: number };

function bySize(a: Sized, b: Sized): number {
  return b.uniqueBytes + b.sharedBytes - a.uniqueBytes - a.sharedBytes || (a.name < b.name ? -1 : 1);
}
