/** Part of the composition root: copies of the rows, and what a start and a restore make of them. */
import type { AppOptions } from "./app.ts";
import type { Config } from "./config.ts";
import type { Database } from "./database/database.ts";
import type { JobRuns } from "./jobs/job-runs.ts";
import { assertRowsPresent, Snapshots } from "./lifecycle/snapshots.ts";
import { openPorts, type Ports } from "./ports.ts";
import type { Storage } from "./storage/storage.ts";
import type { Log } from "./telemetry/log.ts";

/** For `berth restore` while no server runs: the parts that it needs, and nothing that works by itself. */
export async function openRestore({ config, log, onSyncFailure }: AppOptions): Promise<{
  restore: import("./lifecycle/restore.ts").Restore;
  snapshots: Snapshots;
  close: () => Promise<void>;
}> {
  const { storage, database } = await openPorts({ config, log, onSyncFailure });
  const { Restore } = await import("./lifecycle/restore.ts");
  return {
    restore: new Restore({ database, storage, log }),
    snapshots: openSnapshots(config, { database, storage, log }),
    close: async () => {
      await database.close();
      await storage.close();
    },
  };
}

export function openSnapshots({ snapshot }: Config, parts: Ports & { jobs?: JobRuns; log: Log }): Snapshots {
  return new Snapshots({ ...parts, intervalMs: snapshot.intervalSeconds * 1_000, keep: snapshot.keep });
}

export function startSnapshots(snapshots: Snapshots, config: Config, log: Log): void {
  if (!isSnapshotting(config)) return;
  snapshots.start();
  if (config.gc.enabled && config.gc.graceSeconds <= config.snapshot.intervalSeconds) {
    log.warn("gc.graceSeconds is not longer than snapshot.intervalSeconds: snapshots may name bytes that are gone");
  }
}

/** What is in memory ends with its process. */
export function isSnapshotting({ snapshot, storage }: Config): boolean {
  return snapshot.enabled && storage.driver !== "memory" && !storage.readonly;
}

export async function assertRowsOrClose(database: Database, storage: Storage): Promise<void> {
  try {
    await assertRowsPresent(database, storage);
  } catch (error) {
    await database.close();
    await storage.close();
    throw error;
  }
}
