/** The hub API of what a repository's and an image's page show: its tags, one manifest of it, what was done and pulled. */
import { z } from "zod";
import { endpoint, named } from "../contract/endpoint.ts";
import { pageOf, pageQuery } from "../contract/page.ts";

export const KINDS = [
  "image",
  "index",
  "helm-chart",
  "compose",
  "wasm",
  "signature",
  "sbom",
  "attestation",
  "artifact",
] as const;

const time = () => z.string().describe("RFC 3339.");
const bytes = () => z.int().min(0);

const kind = () =>
  z
    .enum(KINDS)
    .describe("What it is, by its media types. `index`: a multi-platform image; `artifact`: none of the others.");

const platform = named("ImagePlatform", () =>
  z.strictObject({
    os: z.string(),
    architecture: z.string(),
    variant: z.string().nullable(),
    osVersion: z.string().nullable(),
  }),
);

const listedTag = named("ListedTag", () =>
  z.strictObject({
    name: z.string(),
    digest: z.string(),
    kind: kind(),
    mediaType: z.string(),
    artifactType: z.string().nullable().describe("The manifest's own, or the media type of an image's config."),
    platforms: z
      .array(
        z.strictObject({
          ...platform().shape,
          digest: z.string(),
          sizeBytes: bytes().nullable().describe("As for `sizeBytes` of a tag; null where the manifest is not here."),
        }),
      )
      .describe("Of an index those that it names, at most 64; of an image its own; else none."),
    sizeBytes: bytes().describe(
      "Compressed: the manifest and every blob that it names, of an index all of its manifests too; what is named twice counts once.",
    ),
    revision: z.int().describe("Grows by one whenever the tag moves."),
    pushedAt: time().describe("When the tag was pointed there. RFC 3339."),
    pushedBy: z.string(),
    pulls: z.int().describe("Of the digest, by whatever name, since it was pushed; counted within a minute."),
    lastPulledAt: time().nullable(),
    isSigned: z.boolean().describe("A signature of cosign or notation lies beside it. Nobody has verified it."),
    isAuxiliary: z
      .boolean()
      .describe(
        "Its name is one that tools make for what belongs to another manifest: `sha256-….sig`, `.att`, `.sbom`.",
      ),
  }),
);

const repository = () => ({ repository: z.string().min(1).max(300) });

export const tagListApi = {
  list: endpoint({
    id: "tags.list",
    method: "GET",
    path: "/api/v1/repositories/<repository>/-/tags",
    summary: "List tags",
    description: "With filters a page may have few tags, or none, before the last one: go on with `next`.",
    isPublic: true,
    errors: ["NAME_UNKNOWN"],
    schemas: () => ({
      params: repository(),
      query: {
        ...pageQuery(),
        q: z.string().max(128).optional().describe("Text somewhere in the name, in whatever case."),
        sort: z.enum(["name", "updated"]).default("name").describe("By name, or the last to be pushed first."),
        auxiliary: z.boolean().default(true).describe("False leaves out those that are `isAuxiliary`."),
      },
      response: pageOf(listedTag()),
    }),
  }),
};

const note = () => z.strictObject({ name: z.string().describe("At most 256 characters."), value: z.string() });
const notes = (most = 200) =>
  z
    .array(note())
    .describe(`At most ${most}, by name; a value is cut at 4,096 characters. Written by whoever pushed it.`);
/** Of each of what there may be thousands of. */
const fewNotes = () => notes(20);

const reference = () => ({
  ...repository(),
  reference: z.string().min(1).max(200).describe("A tag or a digest."),
});

const layer = named("ImageLayer", () =>
  z.strictObject({
    digest: z.string(),
    mediaType: z.string(),
    sizeBytes: bytes().describe("Compressed, as the manifest says."),
    title: z.string().nullable().describe("Of an artifact's file: its name, as whoever pushed it wrote it."),
    annotations: fewNotes(),
  }),
);

const config = named("ImageConfig", () =>
  z.strictObject({
    created: z.string().nullable().describe("As it says, RFC 3339 if it is a time at all."),
    author: z.string().nullable(),
    os: z.string().nullable(),
    architecture: z.string().nullable(),
    variant: z.string().nullable(),
    osVersion: z.string().nullable(),
    user: z.string().nullable(),
    workingDir: z.string().nullable(),
    entrypoint: z.array(z.string()).nullable(),
    cmd: z.array(z.string()).nullable(),
    shell: z.array(z.string()).nullable(),
    env: z.array(note()).describe("In their order."),
    ports: z.array(z.string()).describe("`8080/tcp`"),
    volumes: z.array(z.string()),
    labels: notes(),
    stopSignal: z.string().nullable(),
    healthcheck: z
      .strictObject({
        test: z.array(z.string()),
        intervalSeconds: z.number().nullable(),
        timeoutSeconds: z.number().nullable(),
        startPeriodSeconds: z.number().nullable(),
        retries: z.int().nullable(),
      })
      .nullable(),
  }),
);

const step = named("ImageStep", () =>
  z.strictObject({
    createdBy: z
      .string()
      .nullable()
      .describe("The command, as the builder wrote it; null for a layer without a story."),
    comment: z.string().nullable(),
    author: z.string().nullable(),
    created: z.string().nullable(),
    sizeBytes: bytes().describe("What it added, compressed; 0 where it changed no files."),
    layer: z.int().nullable().describe("Which of `layers`, from 0; null where it changed no files."),
  }),
);

const child = named("ImageChild", () =>
  z.strictObject({
    digest: z.string(),
    mediaType: z.string(),
    artifactType: z.string().nullable(),
    platform: platform().nullable(),
    attests: z.string().nullable().describe("Digest of the sibling that it is an attestation of; null: it is none."),
    sizeBytes: bytes().nullable().describe("With its blobs; null where it is not here."),
    isHere: z.boolean(),
    annotations: fewNotes(),
  }),
);

const image = named("Image", () =>
  z.strictObject({
    digest: z.string(),
    kind: kind(),
    mediaType: z.string(),
    artifactType: z.string().nullable(),
    manifestBytes: bytes(),
    sizeBytes: bytes().describe("As for a tag."),
    pushedAt: time().describe("When the manifest came here first."),
    pulls: z.int(),
    lastPulledAt: time().nullable(),
    isSigned: z.boolean(),
    subject: z
      .strictObject({ digest: z.string(), isHere: z.boolean() })
      .nullable()
      .describe("What this belongs to: it is a referrer of that."),
    annotations: notes(),
    children: z.array(child()).nullable().describe("Of an index, at most 1,000; null for what is none."),
    childrenOmitted: z.int().describe("Children beyond those."),
    configState: z
      .enum(["read", "none", "missing", "too-large", "unreadable"])
      .describe("`none`: it has none that is an image's. `too-large`: above 1 MiB."),
    configDescriptor: z.strictObject({ digest: z.string(), mediaType: z.string(), sizeBytes: bytes() }).nullable(),
    config: config().nullable(),
    history: z
      .array(step())
      .describe("Build steps, first to last, at most 2,000. Layers that they do not tell of come last."),
    layers: z.array(layer()).describe("Of an artifact its files."),
    tags: z.array(z.string()).describe("That point to it: some 100 at most, sorted."),
    hasMoreTags: z.boolean(),
    indexes: z
      .array(z.strictObject({ digest: z.string(), mediaType: z.string(), tags: z.array(z.string()) }))
      .describe("That name it, at most 50, each with at most 10 of its tags."),
  }),
);

const referrer = named("ImageReferrer", () =>
  z.strictObject({
    digest: z.string(),
    parent: z
      .string()
      .describe("What it belongs to: the manifest asked for, or a referrer that stands before it in the list."),
    depth: z.int().describe("From 1."),
    kind: kind(),
    mediaType: z.string(),
    artifactType: z.string().nullable(),
    manifestBytes: bytes(),
    created: z.string().nullable().describe("As its annotation says."),
    pushedAt: time(),
    annotations: fewNotes(),
    via: z
      .enum(["subject", "index", "tag"])
      .describe("It names its subject; or an index or a tag named after that does."),
    tag: z.string().nullable().describe("The tag, `sha256-….sig`, where it is found by one."),
  }),
);

export const manifestsApi = {
  get: endpoint({
    id: "manifests.get",
    method: "GET",
    path: "/api/v1/repositories/<repository>/-/manifests/<reference>",
    summary: "Read an image, or what else a manifest is",
    description: "What a configuration has in another form than the specification says is shown as missing.",
    isPublic: true,
    errors: ["NAME_UNKNOWN", "MANIFEST_UNKNOWN", "DIGEST_INVALID", "TAG_INVALID"],
    schemas: () => ({ params: reference(), response: image() }),
  }),
  raw: endpoint({
    id: "manifests.raw",
    method: "GET",
    path: "/api/v1/repositories/<repository>/-/manifests/<reference>/raw",
    summary: "Read a manifest as it was pushed, or an image's configuration",
    isPublic: true,
    errors: ["NAME_UNKNOWN", "MANIFEST_UNKNOWN", "BLOB_UNKNOWN", "DIGEST_INVALID", "TAG_INVALID"],
    schemas: () => ({
      params: reference(),
      query: { part: z.enum(["manifest", "config"]).default("manifest") },
      response: z.strictObject({
        digest: z.string(),
        mediaType: z.string(),
        sizeBytes: bytes(),
        text: z.string().describe("Its first MiB."),
        isCut: z.boolean(),
      }),
    }),
  }),
  referrers: endpoint({
    id: "manifests.referrers",
    method: "GET",
    path: "/api/v1/repositories/<repository>/-/manifests/<reference>/referrers",
    summary: "List what belongs to a manifest: signatures, SBOMs, attestations",
    description:
      "A tree as a list: what belongs to a referrer follows it. By the referrers list, and by the tags that cosign gives to what belongs to a digest.",
    isPublic: true,
    errors: ["NAME_UNKNOWN", "MANIFEST_UNKNOWN", "DIGEST_INVALID", "TAG_INVALID"],
    schemas: () => ({
      params: reference(),
      response: z.strictObject({
        digest: z.string(),
        items: z.array(referrer()),
        isWhole: z.boolean().describe("False where there are more: above 500, or nested deeper than 5."),
      }),
    }),
  }),
};

export const activityApi = {
  list: endpoint({
    id: "activity.list",
    method: "GET",
    path: "/api/v1/repositories/<repository>/-/activity",
    summary: "List what was done in a repository, newest first",
    description:
      "Pushes, tags that moved, deletes and restores; for those who may administer it also changes of its settings. A page may have few entries, or none, before the last one. Where there is no audit log (`audit.enabled: false`): the tags as they stand, with who pushed them.",
    isPublic: true,
    errors: ["NAME_UNKNOWN"],
    schemas: () => ({
      params: repository(),
      query: pageQuery(),
      response: pageOf(
        z.strictObject({
          at: time(),
          actor: z.string(),
          action: z.string().describe("As in the audit log: `tag.put`, `tag.move`, `tag.delete`, `manifest.push`, …"),
          tag: z.string().nullable(),
          digest: z.string().nullable().describe("What the tag points to since, or which manifest it was."),
          before: z.string().nullable().describe("What the tag pointed to before."),
          changes: z
            .array(z.strictObject({ field: z.string(), before: z.string().nullable(), after: z.string().nullable() }))
            .describe("Of a change of settings, for those who may administer the repository; else empty."),
        }),
      ),
    }),
  }),
  pulls: endpoint({
    id: "activity.pulls",
    method: "GET",
    path: "/api/v1/repositories/<repository>/-/pulls",
    summary: "Count pulls over time",
    description: "Days and hours of UTC, oldest first, the one under way last. Counted within a minute.",
    isPublic: true,
    errors: ["NAME_UNKNOWN"],
    schemas: () => ({
      params: repository(),
      query: {
        unit: z.enum(["day", "hour"]).default("day"),
        days: z.int().min(1).max(365).default(30).describe("Of hours at most 7 days are kept."),
      },
      response: z.strictObject({
        unit: z.enum(["day", "hour"]),
        total: z.int(),
        points: z.array(z.strictObject({ at: time().describe("When it began."), pulls: z.int() })),
      }),
    }),
  }),
  newest: endpoint({
    id: "activity.newest",
    method: "GET",
    path: "/api/v1/pushes/newest",
    summary: "Read the newest push that the caller may see",
    description:
      "For pages that wait for one: cheap enough to be asked every two seconds. Pushes by digest alone have no tag and are not told.",
    isPublic: true,
    schemas: () => ({
      query: {
        since: z.iso.datetime({ offset: true }).describe("After then; not more than a day ago."),
        namespace: z.string().max(300).optional(),
        mine: z.boolean().default(false).describe("Only the caller's own."),
      },
      response: z.strictObject({
        push: z
          .strictObject({
            repository: z.string(),
            tag: z.string(),
            digest: z.string(),
            at: time(),
            by: z.string(),
          })
          .nullable()
          .describe("Null while there is none."),
      }),
    }),
  }),
};
