/** The hub API of background work: what there is, how it went, and what administrators may begin. */
import { z } from "zod";
import { endpoint, named } from "../contract/endpoint.ts";
import { pageOf, pageQuery } from "../contract/page.ts";
import { JOB_KINDS, JOB_OUTCOMES, STARTABLE_KINDS } from "./kinds.ts";

const time = () => z.iso.datetime();
const kind = () => z.enum(JOB_KINDS);

const runShape = () => ({
  id: z.string(),
  kind: kind(),
  node: z.string().describe("The machine that did it."),
  startedBy: z.string().nullable().describe("Who asked for it; null: it began by itself."),
  beganAt: time(),
  endedAt: time().nullable().describe("Null while it runs."),
  outcome: z.enum(JOB_OUTCOMES).describe("`interrupted`: the server that did it ended before it did."),
  error: z.string().nullable().describe("Why it failed."),
  summary: z
    .record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()]))
    .describe("Figures of what was done, by name; bytes where the name ends with Bytes."),
});

const run = named("JobRun", () => z.strictObject(runShape()), "One time that a background work was done.");

const detailedRun = named("JobRunWithLog", () =>
  z.strictObject({
    ...runShape(),
    log: z.array(z.strictObject({ at: time(), text: z.string() })).describe("Its last lines, oldest first."),
  }),
);

const job = named("Job", () =>
  z.strictObject({
    kind: kind(),
    title: z.string(),
    description: z.string(),
    isEnabled: z.boolean().describe("Whether this server does it by itself."),
    canStart: z.boolean().describe("Whether an administrator may begin it."),
    running: run().nullable(),
    lastRun: run().nullable().describe("The last that has ended. One that found nothing to do leaves none."),
    lastLookedAt: time().nullable().describe("When this server last looked whether there is something to do."),
    nextDueAt: time().nullable().describe("When this server begins it next; null: nobody knows."),
  }),
);

export const jobsApi = {
  list: endpoint({
    id: "jobs.list",
    method: "GET",
    path: "/api/v1/jobs",
    summary: "List background work",
    description: "For auditors and administrators.",
    schemas: () => ({ response: z.strictObject({ items: z.array(job()) }) }),
  }),
  listRuns: endpoint({
    id: "jobs.listRuns",
    method: "GET",
    path: "/api/v1/jobs/runs",
    summary: "List runs of background work",
    description: "Newest first. For auditors and administrators. They are kept for 30 days, 1,000 of each kind.",
    schemas: () => ({
      query: { ...pageQuery(), kind: kind().optional(), outcome: z.enum(JOB_OUTCOMES).optional() },
      response: pageOf(run()),
    }),
  }),
  getRun: endpoint({
    id: "jobs.getRun",
    method: "GET",
    path: "/api/v1/jobs/runs/<run>",
    summary: "Read a run with the last lines of its log",
    errors: ["NOT_FOUND"],
    schemas: () => ({
      params: {
        run: z
          .string()
          .max(16)
          .regex(/^[1-9]\d*$/, "expected an id"),
      },
      response: detailedRun(),
    }),
  }),
  start: endpoint({
    id: "jobs.start",
    method: "POST",
    path: "/api/v1/jobs/runs",
    summary: "Begin a background work now",
    description:
      "For administrators. Answers at once; the run tells how it goes on. One of a kind runs at a time. `gc-plan` says in its summary what a pass of the garbage collector would free.",
    status: 202,
    errors: ["CONFLICT", "UNAVAILABLE"],
    schemas: () => ({
      body: z.strictObject({
        kind: z.enum(STARTABLE_KINDS),
        now: z.boolean().default(false).describe("Of `gc` and `gc-plan`: without the grace that bytes have."),
        repair: z.boolean().default(false).describe("Of `fsck`: mends what can be mended."),
        readBytes: z.boolean().default(true).describe("Of `fsck`: reads and hashes stored bytes."),
      }),
      response: run(),
    }),
  }),
};
