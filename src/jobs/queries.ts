/** Every statement on runs of background work. */
import { statement } from "../database/statement.ts";

const COLUMNS = [
  "id",
  "kind",
  "node",
  "started_by",
  "began_at",
  "seen_at",
  "ended_at",
  "outcome",
  "error",
  "summary",
] as const;

export const insertRun = statement<{
  jobKind: string;
  node: string;
  startedBy: string | null;
  beganAt: number;
  now: number;
  summary: string;
  lines: string;
}>()((p, { db }) =>
  db
    .insertInto("job_runs")
    .values({
      kind: p.jobKind,
      node: p.node,
      started_by: p.startedBy,
      began_at: p.beganAt,
      seen_at: p.now,
      outcome: "running",
      summary: p.summary,
      log: p.lines,
    })
    .returning("id"),
);

/** What a run that goes on has to tell. One that was taken for interrupted goes on after all. */
export const noteRun = statement<{ runId: number; now: number; summary: string; lines: string }>()((p, { db }) =>
  db
    .updateTable("job_runs")
    .set({ seen_at: p.now, summary: p.summary, log: p.lines, outcome: "running", ended_at: null })
    .where("id", "=", p.runId),
);

export const endRun = statement<{
  runId: number;
  now: number;
  outcome: "done" | "failed";
  error: string | null;
  summary: string;
  lines: string;
}>()((p, { db }) =>
  db
    .updateTable("job_runs")
    .set({ seen_at: p.now, ended_at: p.now, outcome: p.outcome, error: p.error, summary: p.summary, log: p.lines })
    .where("id", "=", p.runId),
);

export const findRun = statement<{ runId: number }>()((p, { db }) =>
  db
    .selectFrom("job_runs")
    .select([...COLUMNS, "log"])
    .where("id", "=", p.runId),
);

/** Newest first, those before one of them. */
export const listRuns = statement<{ before: number; limit: number }>()((p, { db }) =>
  db.selectFrom("job_runs").select(COLUMNS).where("id", "<", p.before).orderBy("id", "desc").limit(p.limit),
);

export const listRunsOfKind = statement<{ jobKind: string; before: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("job_runs")
    .select(COLUMNS)
    .where("kind", "=", p.jobKind)
    .where("id", "<", p.before)
    .orderBy("id", "desc")
    .limit(p.limit),
);

export const listRunsOfOutcome = statement<{ jobOutcome: string; before: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("job_runs")
    .select(COLUMNS)
    // Text of the contract's list.
    .where("outcome", "=", p.jobOutcome as "done")
    .where("id", "<", p.before)
    .orderBy("id", "desc")
    .limit(p.limit),
);

/** Of all runs that count as running, those whose process has not been heard of since `seenBefore`, or that this machine did. */
export const listStaleRuns = statement<{ seenBefore: number; node: string; limit: number }>()((p, { db }) =>
  db
    .selectFrom("job_runs")
    .select(["id", "seen_at"])
    .where("outcome", "=", "running")
    .where((eb) => eb.or([eb("seen_at", "<", p.seenBefore), eb("node", "=", p.node)]))
    .orderBy("id")
    .limit(p.limit),
);

/** Unless it has been heard of since it was listed. */
export const interruptRun = statement<{ runId: number; seenAt: number; error: string }>()((p, { db }) =>
  db
    .updateTable("job_runs")
    .set({ outcome: "interrupted", ended_at: p.seenAt, error: p.error })
    .where("id", "=", p.runId)
    .where("outcome", "=", "running")
    .where("seen_at", "=", p.seenAt),
);

/** All but the newest `keep` of a kind. */
export const deleteOldRunsOfKind = statement<{ jobKind: string; keep: number; limit: number }>()((p, { db }) =>
  db
    .deleteFrom("job_runs")
    .where("id", "in", (eb) =>
      eb
        .selectFrom("job_runs")
        .select("id")
        .where("kind", "=", p.jobKind)
        .orderBy("id", "desc")
        .limit(p.limit)
        .offset(p.keep),
    ),
);

export const deleteRunsBefore = statement<{ before: number; limit: number }>()((p, { db }) =>
  db
    .deleteFrom("job_runs")
    .where("id", "in", (eb) =>
      eb
        .selectFrom("job_runs")
        .select("id")
        .where("began_at", "<", p.before)
        .where("outcome", "<>", "running")
        .orderBy("began_at")
        .limit(p.limit),
    ),
);
