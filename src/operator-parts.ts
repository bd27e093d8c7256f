/** Part of the composition root: what operator commands do over the Unix socket, opened with the first of them. */
import { OPERATOR } from "./access/principal.ts";
import type { AuditTrail } from "./audit/audit-trail.ts";
import type { Administration } from "./auth/administration.ts";
import type { Config } from "./config.ts";
import type { Database } from "./database/database.ts";
import { openSqlite } from "./database/drivers/sqlite.ts";
import type { RegistryError } from "./errors.ts";
import type { Handler } from "./http/handler.ts";
import { Backup } from "./lifecycle/backup.ts";
import type { Bin } from "./lifecycle/bin.ts";
import { type Collector, workSummary } from "./lifecycle/collector.ts";
import { Fsck } from "./lifecycle/fsck.ts";
import type { JobRuns } from "./jobs/job-runs.ts";
import type { Holds } from "./lifecycle/holds.ts";
import { Merge } from "./lifecycle/merge.ts";
import type { Orphans } from "./lifecycle/orphans.ts";
import type { StoredBlobs } from "./lifecycle/stored-blobs.ts";
import type { NamespaceParts } from "./namespace-parts.ts";
import type { BackingUp, Binned, Checking, Collecting, Restoring } from "./operator/parts.ts";
import { operatorHandler } from "./operator/routes.ts";
import type { Works } from "./operator/works.ts";
import type { Blobs } from "./registry/blobs.ts";
import type { ContentCache } from "./registry/content-cache.ts";
import type { Manifests } from "./registry/manifests.ts";
import type { Room } from "./registry/room.ts";
import type { Tags } from "./registry/tags.ts";
import type { Repositories } from "./repositories/repositories.ts";
import type { SearchParts } from "./search-parts.ts";
import type { Storage } from "./storage/storage.ts";
import type { Log } from "./telemetry/log.ts";

export type OperatorOptions = {
  config: Config;
  database: Database;
  storage: Storage;
  repositories: Repositories;
  blobs: Blobs;
  manifests: Manifests;
  tags: Tags;
  cache: ContentCache;
  room: Room;
  storedBlobs: StoredBlobs;
  orphans: Orphans;
  holds: Holds;
  collector: Collector;
  bin: Bin;
  accounts: Administration;
  organisations: NamespaceParts;
  audit: AuditTrail;
  jobs: JobRuns;
  indexer: SearchParts["indexer"];
  works: Works;
  log: Log;
  readonly: boolean;
  /** Ends the process: the disk did not keep what it was given. */
  onSyncFailure: (error: Error) => void;
};

export function openOperator(
  parts: OperatorOptions,
  options: { logAccess: boolean; translate: (error: unknown) => RegistryError | null },
): Handler {
  const { config, onSyncFailure } = parts;
  const merge = new Merge({
    ...parts,
    openScratch: (path) => openSqlite({ path, onSyncFailure }),
    scratchDirectory: config.data.directory,
  });
  const works = { collector: parts.collector, bin: parts.bin, fsck: new Fsck(parts), backup: new Backup(parts) };
  return operatorHandler({ ...parts, ...recorded(parts.jobs, { ...works, restore: merge }) }, options);
}

type RecordedWorks = { collector: Collecting; bin: Binned; fsck: Checking; backup: BackingUp; restore: Restoring };

/** The same works, which leave that they ran. */
function recorded(jobs: JobRuns, { collector, bin, fsck, backup, restore }: RecordedWorks): RecordedWorks {
  const startedBy = OPERATOR.name;
  return {
    collector: {
      plan: (options) => collector.plan(options),
      run: (options) => jobs.run("gc", () => collector.run(options), { startedBy, summary: workSummary }),
    },
    bin: {
      list: (options) => bin.list(options),
      restore: (principal, repository, reference) => bin.restore(principal, repository, reference),
      empty: (options) =>
        jobs.run("bin-empty", () => bin.empty(options), { startedBy, summary: (sum) => ({ ...sum }) }),
    },
    fsck: {
      run: (options) =>
        jobs.run("fsck", () => fsck.run(options), {
          startedBy,
          summary: ({ checked: { bytesRead: readBytes, ...checked }, findings, repaired }) => {
            return { findings, repaired, ...checked, readBytes };
          },
        }),
    },
    backup: {
      run: (options) =>
        jobs.run("backup", () => backup.run(options), {
          startedBy,
          summary: ({ archive, blobs, damagedCount: damaged }) => ({ archive, ...blobs, damaged }),
        }),
    },
    restore: {
      run: (options) =>
        jobs.run("restore", () => restore.run(options), {
          startedBy,
          summary: ({ archive, copiedBytes, damagedCount: damaged, refusedCount: refused }) => {
            return { archive, copiedBytes, damaged, refused };
          },
        }),
    },
  };
}
