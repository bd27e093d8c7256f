/** What the whole registry stores, over the hub API. */
import { z } from "zod";
import { type Needs, onSystem } from "../../access/needs.ts";
import type { Principal } from "../../access/principal.ts";
import { cursor, toPage } from "../../contract/page.ts";
import { implement } from "../../http/contract-routes.ts";
import type { Route } from "../../http/router.ts";
import type { JobRuns } from "../../jobs/job-runs.ts";
import { storageUsageApi } from "../api.ts";
import type { GrowthRow } from "../growth.ts";
import type { NamespaceSize, StorageCount, StorageTotals } from "../storage-count.ts";

export type StorageRouteParts = {
  storageCount: StorageCount;
  jobs: JobRuns;
  storage: { space(): Promise<{ freeBytes: number; totalBytes: number } | null> };
  room: { readonly availableBytes: number };
};

const INSPECT = onSystem("inspect");
const DAY_MS = 86_400_000;
const RUNS = 1_000;
const FREED_FRESH_MS = 60_000;
/** A count older than this is made anew for whoever looks. */
const COUNT_FRESH_MS = 600_000;

const bySize = cursor("namespaces by size", () => z.tuple([z.int(), z.string().max(300)]));
const sizeOf = ({ uniqueBytes, sharedBytes }: NamespaceSize) => uniqueBytes + sharedBytes;

export function storageRoutes(parts: StorageRouteParts): Route<Needs, Principal>[] {
  const { storageCount, jobs, storage, room } = parts;
  let freed: { until: number; value: Freed } | null = null;

  /** Whoever looks for the first time, or after long, has it counted. */
  const refresh = (): void => {
    const { last, isCounting } = storageCount;
    if (isCounting || (last !== null && Date.now() - last.countedAt < COUNT_FRESH_MS)) return;
    // A failure is in the log, and in the next answer that still has no count.
    void jobs
      .run("storage-count", (report) => storageCount.run(report), { summary: () => null })
      .catch(() => undefined);
  };

  return [
    implement(storageUsageApi.get, {
      needs: INSPECT,
      handle: async () => {
        refresh();
        const { last, isCounting } = storageCount;
        // Another server, or this one before it was started anew, has counted.
        const noted = last === null ? await storageCount.growth.last() : null;
        const space = await storage.space();
        if (freed === null || freed.until < Date.now()) {
          freed = { until: Date.now() + FREED_FRESH_MS, value: await sumFreed(jobs) };
        }
        const countedAt = last?.countedAt ?? noted?.at ?? null;
        const { bytes, blobs, since } = freed.value;
        return {
          countedAt: countedAt === null ? null : new Date(countedAt).toISOString(),
          isCounting,
          totals: last?.totals ?? (noted && totalsOf(noted)),
          disk: space && { ...space, availableBytes: Math.trunc(Math.min(room.availableBytes, space.freeBytes)) },
          freed: { bytes, blobs, since: new Date(since).toISOString() },
        };
      },
    }),
    implement(storageUsageApi.tree, {
      needs: INSPECT,
      handle: ({ query: { limit, after } }) => {
        refresh();
        const place = bySize.decode(after);
        const all = storageCount.last?.namespaces ?? [];
        const shown = all.filter(
          (it) => place === null || sizeOf(it) < place[0] || (sizeOf(it) === place[0] && it.name > place[1]),
        );
        return toPage(shown, limit, {
          item: ({ name, repositories, ...it }) => ({
            namespace: name,
            ...it,
            repositories: repositories.map(({ name: repository, ...size }) => ({ repository, ...size })),
          }),
          cursor: (it) => bySize.encode([sizeOf(it), it.name]),
        });
      },
    }),
    implement(storageUsageApi.growth, {
      needs: INSPECT,
      handle: async ({ query: { days } }) => {
        const rows = await storageCount.growth.list(Date.now() - days * DAY_MS);
        return { items: rows.map(growthView) };
      },
    }),
  ];
}

function growthView({
  at,
  storedBytes,
  logicalBytes,
  manifestBytes,
  blobs,
  manifests,
  repositories,
  freeBytes,
}: GrowthRow) {
  const counts = { storedBytes, logicalBytes, manifestBytes, blobs, manifests, repositories };
  return { at: new Date(at).toISOString(), ...counts, freeBytes };
}

function totalsOf(row: GrowthRow): StorageTotals {
  const { storedBytes, logicalBytes, manifestBytes, condemnedBytes, blobs, manifests, repositories } = row;
  return { storedBytes, logicalBytes, manifestBytes, condemnedBytes, blobs, manifests, repositories };
}

type Freed = { bytes: number; blobs: number; since: number };

async function sumFreed(jobs: JobRuns): Promise<Freed> {
  const runs = await jobs.list({ kind: "gc", before: Number.MAX_SAFE_INTEGER, limit: RUNS });
  const sum: Freed = { bytes: 0, blobs: 0, since: runs.at(-1)?.beganAt ?? Date.now() };
  for (const { summary } of runs) {
    const { freedBytes, blobs } = summary;
    if (typeof freedBytes === "number") sum.bytes += freedBytes;
    if (typeof blobs === "number") sum.blobs += blobs;
  }
  return sum;
}
