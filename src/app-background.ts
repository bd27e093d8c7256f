/** Part of the composition root: figures about the process, and what is done now and then beside serving. */
import type { Handler } from "./http/handler.ts";
import { once } from "./lib/once.ts";
import type { NamespaceParts } from "./namespace-parts.ts";
import type { Blobs } from "./registry/blobs.ts";
import type { Room } from "./registry/room.ts";
import type { Sessions } from "./registry/sessions.ts";
import type { Uploads } from "./registry/uploads.ts";
import type { Log } from "./telemetry/log.ts";
import type { Metrics } from "./telemetry/metrics.ts";

const RECHECK_MS = 600_000;
const PURGE_MS = 600_000;

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

export function startExpiry(uploads: Uploads, afterSeconds: number, log: Log): Timer {
  const sweep = async () => {
    try {
      const removed = await uploads.expire(Date.now() - afterSeconds * 1_000);
      if (removed > 0) log.info("abandoned uploads removed", { files: removed });
    } catch (error) {
      log.error("abandoned uploads could not be removed; the next sweep tries again", { error });
    }
  };
  return setInterval(() => void sweep(), Math.min(afterSeconds * 250, 600_000)).unref();
}

/** Organisations that were deleted long enough ago go for good. */
export function startPurge(organisations: () => Promise<NamespaceParts>, keepSeconds: number, log: Log): Timer {
  const purge = async () => {
    try {
      await (await organisations()).namespaceBin.purgeExpired(Date.now() - keepSeconds * 1_000);
    } catch (error) {
      log.error("deleted organisations could not be removed for good; the next sweep tries again", { error });
    }
  };
  return setInterval(() => void purge(), PURGE_MS).unref();
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
