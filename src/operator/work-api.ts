/** The long works that operators ask for, and the recycle bin. Times are ms since 1970, sizes bytes. */
import { z } from "zod";
import { endpoint, JSON_LINES } from "../contract/endpoint.ts";
import { pageOf, pageQuery } from "../contract/page.ts";
import { linesOf } from "./lines.ts";

const name = () => z.string().max(300);
const directory = () => z.string().startsWith("/", "must be an absolute path").max(4_096);
const amount = () => z.strictObject({ blobs: z.number(), bytes: z.number() });
const entries = () => z.strictObject({ manifests: z.number(), tags: z.number() });
const byTable = () => z.record(z.string(), z.number());
const damages = () => ({
  damaged: z.array(z.strictObject({ digest: z.string(), reason: z.string() })),
  damagedCount: z.number(),
});

export const worksApi = {
  collect: endpoint({
    id: "works.collect",
    method: "POST",
    path: "/api/v1/gc",
    summary: "Collect garbage, or say what that would do",
    description: "`now`: without the grace that the bytes of condemned blobs have.",
    media: [JSON_LINES],
    schemas: () => ({
      body: z.strictObject({ dryRun: z.boolean().default(false), now: z.boolean().default(false) }),
      line: linesOf(
        z.strictObject({
          ...amount().shape,
          binned: entries(),
          links: z.number(),
          heldBy: z.string().nullable(),
          waiting: z.strictObject({
            bin: z.strictObject({ ...amount().shape, ...entries().shape }),
            lease: amount(),
            grace: amount(),
          }),
        }),
      ),
    }),
  }),
  check: endpoint({
    id: "works.check",
    method: "POST",
    path: "/api/v1/fsck",
    summary: "Compare rows and stored bytes, and name what does not fit",
    media: [JSON_LINES],
    schemas: () => ({
      body: z.strictObject({ repair: z.boolean().default(false), readBytes: z.boolean().default(true) }),
      line: linesOf(
        z.strictObject({
          checked: z.strictObject({
            blobs: z.number(),
            manifests: z.number(),
            tags: z.number(),
            uploads: z.number(),
            files: z.number(),
            bytesRead: z.number(),
          }),
          findings: z.number(),
          repaired: z.number(),
        }),
      ),
    }),
  }),
  backUp: endpoint({
    id: "works.backUp",
    method: "POST",
    path: "/api/v1/backup",
    summary: "Copy everything into a directory",
    description: "`verify`: what the directory has already is hashed again.",
    media: [JSON_LINES],
    schemas: () => ({
      body: z.strictObject({ directory: directory(), verify: z.boolean().default(false) }),
      line: linesOf(
        z.strictObject({
          archive: z.string(),
          rows: byTable(),
          blobs: z.strictObject({ copied: z.number(), present: z.number(), copiedBytes: z.number() }),
          ...damages(),
        }),
      ),
    }),
  }),
  reindex: endpoint({
    id: "works.reindex",
    method: "POST",
    path: "/api/v1/search/reindex",
    summary: "Make the index of the search anew",
    media: [JSON_LINES],
    schemas: () => ({ line: linesOf(z.strictObject({ repositories: z.number() })) }),
  }),
  restore: endpoint({
    id: "works.restore",
    method: "POST",
    path: "/api/v1/restore",
    summary: "Bring back what a backup or a snapshot holds",
    description:
      "`archive`: a file of DIRECTORY/rows, the newest unless given. `repository`, `overwriteTags`: of a server with content.",
    media: [JSON_LINES],
    schemas: () => ({
      body: z
        .strictObject({
          directory: directory().optional(),
          archive: name().optional(),
          snapshot: name().optional(),
          repository: name().optional(),
          overwriteTags: z.boolean().default(false),
        })
        .refine((it) => (it.directory === undefined) !== (it.snapshot === undefined), "needs a directory or a snapshot")
        .refine((it) => it.archive === undefined || it.directory !== undefined, "an archive needs its directory"),
      line: linesOf(
        z.strictObject({
          archive: z.string(),
          takenAt: z.number(),
          rows: byTable(),
          copiedBytes: z.number(),
          ...damages(),
          refused: z.array(z.strictObject({ repository: z.string(), reference: z.string(), reason: z.string() })),
          refusedCount: z.number(),
          unnamedFiles: z.number(),
        }),
      ),
    }),
  }),
};

export const binApi = {
  list: endpoint({
    id: "bin.list",
    method: "GET",
    path: "/api/v1/bin",
    summary: "List what is in the recycle bin",
    schemas: () => ({
      query: { ...pageQuery(), repository: name().optional() },
      response: pageOf(
        z.strictObject({
          kind: z.enum(["manifest", "tag"]),
          repository: z.string(),
          reference: z.string(),
          digest: z.string(),
          sizeBytes: z.number().nullable(),
          deletedAt: z.number(),
          deletedBy: z.string().nullable(),
          purgedAt: z.number(),
        }),
      ),
    }),
  }),
  restore: endpoint({
    id: "bin.restore",
    method: "POST",
    path: "/api/v1/bin/restore",
    summary: "Take something out of the recycle bin",
    description: "Without a reference: everything of the repository that is in it. Each thing has its line.",
    media: [JSON_LINES],
    schemas: () => ({
      body: z.strictObject({ repository: name(), reference: name().optional() }),
      line: linesOf(entries()),
    }),
  }),
  empty: endpoint({
    id: "bin.empty",
    method: "POST",
    path: "/api/v1/bin/empty",
    summary: "Remove for good what is in the recycle bin",
    description: "One of `repository` and `all` is needed, so that nothing is emptied by leaving something out.",
    media: [JSON_LINES],
    schemas: () => ({
      body: z
        .strictObject({
          repository: name().optional(),
          reference: name().optional(),
          all: z.boolean().default(false),
        })
        .refine((it) => it.all !== (it.repository !== undefined), "needs either a repository or all: true")
        .refine((it) => it.reference === undefined || it.repository !== undefined, "a reference needs its repository"),
      line: linesOf(entries()),
    }),
  }),
};
