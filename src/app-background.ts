/** Part of the composition root: figures about the process, and what is done now and then beside serving. */
import type { Handler } from "./http/handler.ts";
import type { JobRuns } from "./jobs/job-runs.ts";
import { once } from "./lib/once.ts";
import type { NamespaceParts } from "./namespace-parts.ts";
import type { Blobs } from "./registry/blobs.ts";
import type { Room } from "./registry/room.ts";
import type { Sessions } from "./registry/sessions.ts";
import type { Uploads } from "./registry/uploads.ts";
import type { SearchParts } from "./search-parts.ts";
import type { Log } from "./telemetry/log.ts";
import type { Metrics } from "./telemetry/metrics.ts";
import type { StorageCount } from "./usage/storage-count.ts";

const RECHECK_MS = 600_000;
const PURGE_MS = 600_000;
const INDEX_MS = 3_000;
const COUNT_MS = 300_000;

type Noting = { jobs: JobRuns; log: Log };

/** What this machine is called, for those who look after several. Not from its own module: that costs a start milliseconds. */
export function nodeName(): string {
  return process.getBuiltinModule("node:os").hostname().slice(0, 255);
}

export function meter(metrics: Metrics, { sessions, room, log }: { sessions: Sessions; room: Room; log: Log }): void {
  metrics.gauge("berth_upload_sessions", "Unfinished uploads that this process holds.", () => sessions.size);
  metrics.gauge("berth_storage_available_bytes", "Room for pushes, the reserve left aside.", () => room.availableBytes);
  metrics.total("berth_log_lines_dropped_total", "Log lines that nobody read in time.", () => log.dropped);
  metrics.gauge("process_resident_memory_bytes", "Resident memory.", () => process.memoryUsage.rss());
  metrics.total("process_cpu_seconds_total", "User and system time.", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  metrics.gauge("process_start_time_seconds", "Start, in seconds since 1970.", () => performance.timeOrigin / 1_000);
}

export function startRecheck(blobs: Blobs, log: Log): Timer {
  const recheck = () => {
    blobs.recheckDamaged().catch((error: unknown) => log.error("damaged blobs could not be looked at", { error }));
  };
  recheck();
  return setInterval(recheck, RECHECK_MS).unref();
}

export function startExpiry(uploads: Uploads, afterSeconds: number, { jobs, log }: Noting): Timer {
  const everyMs = Math.min(afterSeconds * 250, 600_000);
  const sweep = async () => {
    jobs.planNext("upload-expiry", Date.now() + everyMs);
    try {
      const removed = await jobs.run("upload-expiry", () => uploads.expire(Date.now() - afterSeconds * 1_000), {
        summary: (files) => (files > 0 ? { files } : null),
      });
      if (removed > 0) log.info("abandoned uploads removed", { files: removed });
    } catch (error) {
      log.error("abandoned uploads could not be removed; the next sweep tries again", { error });
    }
  };
  jobs.planNext("upload-expiry", Date.now() + everyMs);
  return setInterval(() => void sweep(), everyMs).unref();
}

/** Organisations that were deleted long enough ago go for good. */
export function startPurge(
  organisations: () => Promise<NamespaceParts>,
  keepSeconds: number,
  { jobs, log }: Noting,
): Timer {
  const purge = async () => {
    jobs.planNext("organisation-purge", Date.now() + PURGE_MS);
    try {
      const before = Date.now() - keepSeconds * 1_000;
      await jobs.run(
        "organisation-purge",
        async () => await (await organisations()).namespaceBin.purgeExpired(before),
        {
          summary: (namespaces) => (namespaces > 0 ? { namespaces } : null),
        },
      );
    } catch (error) {
      log.error("deleted organisations could not be removed for good; the next sweep tries again", { error });
    }
  };
  return setInterval(() => void purge(), PURGE_MS).unref();
}

/** The search's index follows what changes; it is first looked at some time after the start, which has enough to do. */
export function startIndexing(searching: () => Promise<SearchParts>, log: Log): Timer {
  const start = async () => {
    try {
      (await searching()).indexer.start();
    } catch (error) {
      log.error("the search's index is not kept: searches will bring it up to date", { error });
    }
  };
  return setTimeout(() => void start(), INDEX_MS).unref();
}

/** What the storage holds is first counted some time after the start; before that, with the first look at it. */
export function startCounting(storageCount: () => Promise<StorageCount>, { jobs, log }: Noting): Timer {
  const start = async () => {
    try {
      (await storageCount()).start();
    } catch (error) {
      log.error("the storage is not counted", { error });
    }
  };
  jobs.planNext("storage-count", Date.now() + COUNT_MS);
  // Runs that a server before this one did not end.
  jobs.interrupt({ isStart: true }).catch((error: unknown) => log.warn("runs could not be looked at", { error }));
  return setTimeout(() => void start(), COUNT_MS).unref();
}

/** A handler that is made with its first request: what nobody asks takes no memory. */
export function laterHandler(make: () => Promise<Handler>): Handler {
  let made: Handler | null = null;
  const get = once(async () => (made = await make()));
  return {
    fetch: (request, server) => made?.fetch(request, server) ?? get().then((it) => it.fetch(request, server)),
    inFlight: () => made?.inFlight() ?? 0,
  };
}
