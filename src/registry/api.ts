/** The hub API of one tag, and of deleting an image; lists and what else is read are in `images/api.ts`. */
import { z } from "zod";
import { endpoint, named } from "../contract/endpoint.ts";
import { pageOf, pageQuery } from "../contract/page.ts";

const time = () => z.string().describe("RFC 3339.");
const digest = () => z.string().max(200);

const shown = () => ({
  name: z.string(),
  digest: z.string(),
  mediaType: z.string(),
  artifactType: z.string().nullable().describe("The manifest's own, or the media type of an image's config."),
  sizeBytes: z
    .int()
    .describe("Of the manifest and the blobs that it names, compressed as they are; of an index its own."),
  revision: z.int().describe("Grows by one whenever the tag moves."),
  pushedAt: time(),
  pushedBy: z.string(),
});

const tag = named("Tag", () =>
  z.strictObject({
    ...shown(),
    platforms: z
      .array(
        z.strictObject({
          os: z.string(),
          architecture: z.string(),
          variant: z.string().nullable(),
          digest: z.string(),
        }),
      )
      .nullable()
      .describe("Those that an index names; null for what is no index."),
  }),
);

const repository = () => ({ repository: z.string().min(1).max(300) });
const params = () => ({ ...repository(), tag: z.string().min(1).max(200) });

export const tagsApi = {
  get: endpoint({
    id: "tags.get",
    method: "GET",
    path: "/api/v1/repositories/<repository>/-/tags/<tag>",
    summary: "Read a tag",
    isPublic: true,
    errors: ["NAME_UNKNOWN", "MANIFEST_UNKNOWN"],
    schemas: () => ({ params: params(), response: tag() }),
  }),
  history: endpoint({
    id: "tags.history",
    method: "GET",
    path: "/api/v1/repositories/<repository>/-/tags/<tag>/history",
    summary: "List what a tag pointed to, newest first",
    isPublic: true,
    errors: ["NAME_UNKNOWN", "MANIFEST_UNKNOWN"],
    schemas: () => ({
      params: params(),
      query: pageQuery(),
      response: pageOf(
        z.strictObject({
          revision: z.int(),
          digest: z.string(),
          from: time(),
          to: time().nullable().describe("Null while it points there."),
          actor: z.string().describe("Who pointed it there."),
          deletedAt: time().nullable(),
          deletedBy: z.string().nullable(),
        }),
      ),
    }),
  }),
  put: endpoint({
    id: "tags.put",
    method: "PUT",
    path: "/api/v1/repositories/<repository>/-/tags/<tag>",
    summary: "Point a tag at a manifest of the repository",
    description: "Makes the tag where there is none. Needs `push`.",
    errors: ["NAME_UNKNOWN", "MANIFEST_UNKNOWN", "TAG_INVALID", "DIGEST_INVALID"],
    schemas: () => ({ params: params(), body: z.strictObject({ digest: digest() }), response: tag() }),
  }),
  delete: endpoint({
    id: "tags.delete",
    method: "DELETE",
    path: "/api/v1/repositories/<repository>/-/tags/<tag>",
    summary: "Delete a tag",
    description: "It goes to the recycle bin; its manifest stays. Needs `delete`.",
    errors: ["NAME_UNKNOWN", "MANIFEST_UNKNOWN", "UNSUPPORTED"],
    schemas: () => ({ params: params() }),
  }),
  restore: endpoint({
    id: "tags.restore",
    method: "POST",
    path: "/api/v1/repositories/<repository>/-/tags/<tag>/restore",
    summary: "Point a tag at what it pointed to before",
    description:
      "At what it pointed to in a revision of its history, or, where it was deleted, last. Needs `push`; taking a tag or its manifest out of the recycle bin needs `delete`.",
    errors: ["NAME_UNKNOWN", "MANIFEST_UNKNOWN"],
    schemas: () => ({
      params: params(),
      body: z.strictObject({ revision: z.int().min(1).optional() }),
      response: tag(),
    }),
  }),
};

export const manifestDeletionApi = {
  delete: endpoint({
    id: "manifests.delete",
    method: "DELETE",
    path: "/api/v1/repositories/<repository>/-/manifests/<reference>",
    summary: "Delete an image, or what else a manifest is, with its tags",
    description: "By its digest. They go to the recycle bin together. What an index names stays. Needs `delete`.",
    errors: ["NAME_UNKNOWN", "MANIFEST_UNKNOWN", "DIGEST_INVALID", "UNSUPPORTED"],
    schemas: () => ({ params: { ...repository(), reference: digest() } }),
  }),
};
