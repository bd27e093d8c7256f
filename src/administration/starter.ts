/** Begins the works that administrators ask for over the hub API: those of operators' commands, one of a kind at a time. */
import type { Principal } from "../access/principal.ts";
import type { AuditAction } from "../audit/event.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import { RegistryError } from "../errors.ts";
import type { JobRuns, RunReport, Summary } from "../jobs/job-runs.ts";
import { JOB_TEXTS, type StartableKind } from "../jobs/kinds.ts";
import type { StartJob } from "../jobs/routes.ts";
import type { Bin } from "../lifecycle/bin.ts";
import { type Collector, workSummary } from "../lifecycle/collector.ts";
import type { Fsck } from "../lifecycle/fsck.ts";
import type { GcReport } from "../lifecycle/gc-plan.ts";
import type { Scrub } from "../lifecycle/scrub.ts";
import type { Snapshots } from "../lifecycle/snapshots.ts";
import type { Works } from "../operator/works.ts";
import type { StorageCount } from "../usage/storage-count.ts";

export type StarterParts = {
  works: Works;
  jobs: JobRuns;
  audit: AuditTrail;
  collector: Pick<Collector, "run" | "plan">;
  bin: Pick<Bin, "empty">;
  scrub: Pick<Scrub, "runOnce">;
  fsck: () => Promise<Pick<Fsck, "run">>;
  snapshots: Pick<Snapshots, "take">;
  storageCount: StorageCount;
  /** Counts what namespaces store; null where plans limit nothing. */
  recount: { run(): Promise<number> } | null;
  /** Nothing may change. */
  readonly: boolean;
};

type Run = (asked: StartJob, report: RunReport, signal: AbortSignal) => Promise<Summary>;
type Startable = {
  /** As operators' commands call it, so that theirs and this do not run at once. */
  work: string;
  /** Null: it changes nothing that the audit log would have to tell. */
  action: AuditAction | null;
  changes: (asked: StartJob) => boolean;
  run: Run;
};

/** Findings that a run's log has room for. */
const FINDINGS = 100;

export class Starter {
  readonly #parts: StarterParts;
  readonly #startable: Record<StartableKind, Startable>;

  constructor(parts: StarterParts) {
    this.#parts = parts;
    this.#startable = startablesOf(parts);
  }

  /** The run's id. Throws UNAVAILABLE where one of its kind is under way, or nothing may change; CONFLICT where there is none. */
  async start(by: Principal, asked: StartJob): Promise<number> {
    const { works, jobs, audit, readonly, recount } = this.#parts;
    const { kind } = asked;
    const { work: name, action, changes, run } = this.#startable[kind];
    if (readonly && changes(asked)) {
      throw new RegistryError("UNAVAILABLE", {
        message: "this registry is read-only at the moment (storage.readonly)",
      });
    }
    if (kind === "usage-recount" && recount === null) {
      throw new RegistryError("CONFLICT", { message: "nothing is counted: plans limit nothing here (limits.enabled)" });
    }
    const work = works.begin(name, new AbortController().signal);
    try {
      if (action !== null && changes(asked)) {
        const { kind: _, ...after } = asked;
        await audit.write({ by, action, target: { kind: "registry", name: "registry" }, after });
      }
      const begun = await jobs.begin(kind, (report) => work.run((signal) => run(asked, report, signal)), {
        startedBy: by.name,
        summary: (summary) => summary,
      });
      return begun.id;
    } catch (error) {
      // Gives its place back, unless it runs by now.
      await work.run(async () => undefined).catch(() => undefined);
      throw error;
    }
  }
}

function startablesOf(parts: StarterParts): Record<StartableKind, Startable> {
  const { collector, bin, scrub, fsck, snapshots, storageCount, recount } = parts;
  const always = () => true;
  const never = () => false;
  const graceOf = ({ now }: StartJob) => (now ? { graceMs: 0 } : {});
  return {
    gc: {
      work: "garbage collection",
      action: "registry.gc",
      changes: always,
      run: async (asked) => {
        const report = await collector.run(graceOf(asked));
        return { ...workSummary(report), heldBy: report.heldBy };
      },
    },
    "gc-plan": {
      work: "plan of a garbage collection",
      action: null,
      changes: never,
      run: async (asked) => planSummary(await collector.plan(graceOf(asked))),
    },
    "bin-empty": {
      work: "emptying of the recycle bin",
      action: "bin.empty",
      changes: always,
      run: async () => ({ ...(await bin.empty({})) }),
    },
    scrub: {
      work: JOB_TEXTS.scrub.title,
      action: null,
      changes: always,
      run: async () => {
        const { bytes: readBytes, ...counts } = await scrub.runOnce();
        return { readBytes, ...counts };
      },
    },
    fsck: {
      work: "check",
      action: "registry.repair",
      changes: ({ repair }) => repair,
      run: async ({ repair, readBytes }, report, signal) => {
        let noted = 0;
        const { checked, findings, repaired } = await (
          await fsck()
        ).run({
          repair,
          readBytes,
          signal,
          onFinding: async ({ kind, subject, message }) => {
            noted += 1;
            if (noted <= FINDINGS) report.note(`${kind} ${subject}: ${message}`);
            report.figures({ findings: noted });
          },
        });
        const { bytesRead, ...counts } = checked;
        return { findings, repaired, ...counts, readBytes: bytesRead };
      },
    },
    snapshot: {
      work: JOB_TEXTS.snapshot.title,
      action: null,
      changes: always,
      run: async (_, report) => {
        const key = await snapshots.take();
        if (key === null) report.note("nothing has changed since the newest snapshot");
        return { key };
      },
    },
    "usage-recount": {
      work: JOB_TEXTS["usage-recount"].title,
      action: null,
      changes: always,
      run: async () => ({ corrected: (await recount?.run()) ?? 0 }),
    },
    "storage-count": {
      work: JOB_TEXTS["storage-count"].title,
      action: null,
      changes: never,
      run: async (_, report) => ({ ...(await storageCount.run(report)).totals }),
    },
  };
}

function planSummary({ waiting: { bin, lease, grace }, ...now }: GcReport): Summary {
  return {
    nowBytes: now.bytes,
    nowBlobs: now.blobs,
    links: now.links,
    binnedManifests: now.binned.manifests,
    binnedTags: now.binned.tags,
    binBytes: bin.bytes,
    binBlobs: bin.blobs,
    binManifests: bin.manifests,
    binTags: bin.tags,
    leaseBytes: lease.bytes,
    leaseBlobs: lease.blobs,
    graceBytes: grace.bytes,
    graceBlobs: grace.blobs,
    heldBy: now.heldBy,
  };
}
