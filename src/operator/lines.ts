/** What works tell while they run, and how they end: the lines of their answers. Times are ms since 1970, sizes bytes. */
import { z } from "zod";
import type { FindingKind } from "../lifecycle/finding.ts";

const FINDING_KINDS = [
  "database",
  "blob-missing",
  "blob-size",
  "blob-bytes",
  "blob-unreadable",
  "blob-quarantined",
  "blob-deleting",
  "blob-forgotten",
  "manifest-bytes",
  "manifest-rows",
  "manifest-reference",
  "tag-without-manifest",
  "upload-without-file",
  "file-without-row",
  "files-without-rows",
] as const satisfies readonly FindingKind[];

/** `done` of `total` things of a phase; `bytes` copied so far. */
export type Progress = { phase: string; done: number; total: number | null; bytes: number };

/** A manifest that is there again, and the tags that point to it again. */
export type Restored = { digest: string; tags: string[] };

/** The schema of a work's lines. The last is `done` or `failed`; without one the answer was cut off. */
export function linesOf<R extends z.ZodType>(result: R) {
  return z.discriminatedUnion("event", [
    z.strictObject({
      event: z.literal("progress"),
      progress: z.strictObject({
        phase: z.string(),
        done: z.number(),
        total: z.number().nullable(),
        bytes: z.number(),
      }),
    }),
    z.strictObject({
      event: z.literal("finding"),
      finding: z.strictObject({
        kind: z.enum(FINDING_KINDS),
        subject: z.string(),
        message: z.string(),
        repair: z.string().nullable(),
        repaired: z.boolean(),
      }),
    }),
    z.strictObject({
      event: z.literal("restored"),
      restored: z.strictObject({ digest: z.string(), tags: z.array(z.string()) }),
    }),
    z.strictObject({ event: z.literal("done"), result }),
    z.strictObject({ event: z.literal("failed"), code: z.string(), message: z.string() }),
  ]);
}

/** A line of any work. */
export type Line = z.output<ReturnType<typeof linesOf<z.ZodUnknown>>>;

/** What a work tells before it ends. */
export type Step = Exclude<Line, { event: "done" | "failed" }>;
