/** The hub API of the recycle bin: deleted manifests and tags. Deleted repositories are `repositories.list` with `deleted`. */
import { z } from "zod";
import { endpoint, named } from "../contract/endpoint.ts";
import { pageOf, pageQuery } from "../contract/page.ts";

const name = () => z.string().min(1).max(300);
const reference = () => z.string().min(1).max(200).describe("A tag, or a manifest's digest.");
const time = () => z.iso.datetime();

const binEntry = named("BinEntry", () =>
  z.strictObject({
    kind: z.enum(["manifest", "tag"]),
    repository: z.string(),
    reference: z.string().describe("The manifest's digest, or the tag's name."),
    digest: z.string().describe("The manifest's, or of the manifest that the tag pointed to."),
    sizeBytes: z
      .int()
      .nullable()
      .describe("The manifest's own; null: what the tag pointed to is gone, and so is the way back."),
    deletedAt: time(),
    deletedBy: z.string().nullable(),
    purgedAt: time().describe("From then on it may be removed for good."),
  }),
);

const purged = () => z.strictObject({ manifests: z.int(), tags: z.int() });

export const recycleBinApi = {
  list: endpoint({
    id: "recycleBin.list",
    method: "GET",
    path: "/api/v1/recycle-bin",
    summary: "List deleted manifests and tags of all repositories",
    description: "Newest first. For auditors and administrators.",
    schemas: () => ({ query: pageQuery(), response: pageOf(binEntry()) }),
  }),
  listOfRepository: endpoint({
    id: "recycleBin.listOfRepository",
    method: "GET",
    path: "/api/v1/repositories/<repository>/-/bin",
    summary: "List deleted manifests and tags of a repository",
    description: "Newest first. Needs `see-deleted`.",
    errors: ["NAME_UNKNOWN"],
    schemas: () => ({ params: { repository: name() }, query: pageQuery(), response: pageOf(binEntry()) }),
  }),
  restore: endpoint({
    id: "recycleBin.restore",
    method: "POST",
    path: "/api/v1/repositories/<repository>/-/bin/restore",
    summary: "Take a manifest or a tag out of the recycle bin",
    description: "A manifest comes back with the tags that were deleted with it. Needs `delete`.",
    errors: ["NAME_UNKNOWN", "MANIFEST_UNKNOWN"],
    schemas: () => ({
      params: { repository: name() },
      body: z.strictObject({ reference: reference() }),
      response: z.strictObject({ digest: z.string(), tags: z.array(z.string()) }),
    }),
  }),
  purge: endpoint({
    id: "recycleBin.purge",
    method: "POST",
    path: "/api/v1/repositories/<repository>/-/bin/purge",
    summary: "Remove for good what a repository has in the recycle bin",
    description: "All of it, or one reference. Its bytes go with a later garbage collection. Needs `administer`.",
    errors: ["NAME_UNKNOWN", "MANIFEST_UNKNOWN", "UNSUPPORTED"],
    schemas: () => ({
      params: { repository: name() },
      body: z.strictObject({ reference: reference().optional() }),
      response: purged(),
    }),
  }),
};
