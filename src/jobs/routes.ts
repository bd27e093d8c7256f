/** Background work over the hub API. */
import { z } from "zod";
import { type Needs, onSystem } from "../access/needs.ts";
import type { Principal } from "../access/principal.ts";
import type { InputOf } from "../contract/endpoint.ts";
import { cursor, toPage } from "../contract/page.ts";
import { RegistryError } from "../errors.ts";
import { implement } from "../http/contract-routes.ts";
import type { Route } from "../http/router.ts";
import { jobsApi } from "./api.ts";
import type { JobRun, JobRuns } from "./job-runs.ts";
import { JOB_TEXTS, type JobKind, STARTABLE_KINDS } from "./kinds.ts";

export type StartJob = InputOf<typeof jobsApi.start>["body"];

export type JobRouteParts = {
  jobs: JobRuns;
  /** Whether this server does it by itself. */
  isEnabled: (kind: JobKind) => boolean;
  /** Begins a work; gives its run's id. Throws UNAVAILABLE where one of its kind is under way. */
  start: (by: Principal, asked: StartJob) => Promise<number>;
};

const runCursor = cursor("runs", () => z.tuple([z.int()]));
const INSPECT = onSystem("inspect");

export function jobRoutes({ jobs, isEnabled, start }: JobRouteParts): Route<Needs, Principal>[] {
  const find = async (id: number) => {
    const run = await jobs.find(id);
    if (run === null)
      throw new RegistryError("NOT_FOUND", { message: "there is no such run; they are kept for 30 days" });
    return run;
  };
  return [
    implement(jobsApi.list, {
      needs: INSPECT,
      handle: async () => {
        await jobs.interrupt({ isStart: false });
        const startable: readonly JobKind[] = STARTABLE_KINDS;
        const items = (await jobs.states()).map(({ kind, running, lastRun, lastLookedAt, nextDueAt }) => ({
          kind,
          ...JOB_TEXTS[kind],
          isEnabled: isEnabled(kind),
          canStart: startable.includes(kind),
          running: running && runView(running),
          lastRun: lastRun && runView(lastRun),
          lastLookedAt: timeText(lastLookedAt),
          nextDueAt: timeText(nextDueAt),
        }));
        return { items };
      },
    }),
    implement(jobsApi.listRuns, {
      needs: INSPECT,
      handle: async ({ query: { kind, outcome, after, limit } }) => {
        const [before] = runCursor.decode(after) ?? [Number.MAX_SAFE_INTEGER];
        const filter = { ...(kind === undefined ? {} : { kind }), ...(outcome === undefined ? {} : { outcome }) };
        const runs = await jobs.list({ ...filter, before, limit: limit + 1 });
        return toPage(runs, limit, { item: runView, cursor: (run) => runCursor.encode([run.id]) });
      },
    }),
    implement(jobsApi.getRun, {
      needs: INSPECT,
      handle: async ({ params }) => {
        const run = await find(Number(params.run));
        const log = run.log.map(({ at, text }) => ({ at: new Date(at).toISOString(), text }));
        return { ...runView(run), log };
      },
    }),
    implement(jobsApi.start, {
      needs: onSystem("administer"),
      handle: async ({ body }, { caller }) => runView(await find(await start(caller, body))),
    }),
  ];
}

function runView({ id, kind, node, startedBy, beganAt, endedAt, outcome, error, summary }: JobRun) {
  return {
    id: String(id),
    kind,
    node,
    startedBy,
    beganAt: new Date(beganAt).toISOString(),
    endedAt: timeText(endedAt),
    outcome,
    error,
    summary: { ...summary },
  };
}

function timeText(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
