/** The hub API of what things take: bytes by repository, what keeps a blob, and what a deletion frees. */
import { z } from "zod";
import { endpoint, named } from "../contract/endpoint.ts";
import { pageOf, pageQuery } from "../contract/page.ts";

const name = () => z.string().min(1).max(300);
const digest = () => z.string().max(200).describe("`sha256:…`");
const time = () => z.iso.datetime();
const bytes = () => z.int().min(0);

const amount = (what: string) => z.strictObject({ blobs: z.int(), bytes: bytes() }).describe(what);

const repositoryBytes = named("RepositoryBytes", () =>
  z.strictObject({
    repository: z.string(),
    isDeleted: z.boolean().describe("It lies in the recycle bin, all of it."),
    uniqueBytes: bytes().describe("Of blobs that no other repository counted here links: what goes with this one."),
    sharedBytes: bytes().describe("Of blobs that another one links too: they stay when this one goes."),
    binnedBytes: bytes().describe("Of both: what only manifests in the recycle bin keep."),
    leasedBytes: bytes().describe("Of both: what was pushed or mounted, and no manifest names yet."),
    manifestBytes: bytes().describe("Of manifests themselves, which lie beside the blobs."),
    blobs: z.int(),
    tags: z.int(),
    manifests: z.int(),
    binnedManifests: z.int(),
  }),
);

const namespaceBytes = named("NamespaceBytes", () =>
  z.strictObject({
    namespace: z.string(),
    state: z.enum(["ready", "counting"]).describe("`counting`: a first count is under way; ask again in a second."),
    countedAt: time().nullable().describe("A count is at most a minute old, unless the next one is under way."),
    totals: z
      .strictObject({
        storedBytes: bytes().describe("Of all blobs, each once."),
        logicalBytes: bytes().describe("As if repositories shared nothing."),
        manifestBytes: bytes(),
        binnedBytes: bytes().describe("Kept by the recycle bin alone, each blob once a repository."),
        blobs: z.int(),
        repositories: z.int().describe("All of them; those listed are the ones that the caller may see."),
      })
      .nullable()
      .describe("Null while a first count is under way."),
    items: z.array(repositoryBytes()).describe("Most unique bytes first."),
    next: z.string().nullable(),
  }),
);

const keeper = named("BlobKeeper", () =>
  z.strictObject({
    repository: z.string(),
    kind: z
      .enum(["manifest", "lease", "unnamed"])
      .describe(
        "`lease`: pushed or mounted, and kept until `keptUntil` although no manifest names it. `unnamed`: its lease is over, and the next garbage collection takes it.",
      ),
    manifest: digest().nullable(),
    mediaType: z.string().nullable(),
    role: z.enum(["config", "layer", "manifest"]).nullable().describe("What it is to the manifest."),
    isDeleted: z.boolean().describe("The manifest lies in the recycle bin."),
    tags: z.array(z.string()).describe("Up to ten that point to the manifest."),
    tagCount: z.int(),
    indexes: z.array(digest()).describe("Up to ten image indexes that name the manifest."),
    keptUntil: time().nullable(),
  }),
);

const blobKeepers = named("BlobKeepers", () =>
  z.strictObject({
    digest: digest(),
    sizeBytes: bytes(),
    state: z.enum(["live", "damaged"]),
    holds: z
      .array(z.strictObject({ reason: z.string(), expiresAt: time() }))
      .describe(
        "Works such as a backup, while which no bytes are deleted. For auditors and administrators; else empty.",
      ),
    items: z
      .array(keeper())
      .describe("In repositories that the caller may see; deleted manifests for those who may delete there."),
    next: z.string().nullable(),
  }),
);

const deletion = named("Deletion", () =>
  z.strictObject({
    what: z.enum(["repository", "manifest", "tag"]),
    repository: z.string(),
    tag: z.string().nullable(),
    digest: z.string().nullable(),
    tags: z.strictObject({ count: z.int(), names: z.array(z.string()) }).describe("Those that go too; up to 50 names."),
    manifests: z.int().describe("That go to the recycle bin."),
    freedAtOnce: amount("Nothing as long as there is a recycle bin."),
    freedLater: amount("When the recycle bin has been emptied of it."),
    freedFrom: time().nullable().describe("Not before; null where nothing is freed."),
    keptHere: amount("Stays: other manifests of this repository name it."),
    keptByBin: amount("Stays for now: manifests in this repository's recycle bin name it."),
    keptElsewhere: amount("Stays: other repositories link it."),
    keptBy: z.array(z.string()).describe("Up to 20 of those repositories, of the ones that the caller may see."),
    manifestBytes: bytes().describe("Of the manifests themselves."),
    namedBy: z.array(digest()).describe("Up to ten image indexes that name the manifest and miss it afterwards."),
    isExact: z
      .boolean()
      .describe("False: repositories that the caller may not see may keep some of it; or there was too much to count."),
  }),
);

export const usageApi = {
  namespace: endpoint({
    id: "usage.namespace",
    method: "GET",
    path: "/api/v1/namespaces/<namespace>/storage",
    summary: "What each repository of a namespace stores",
    description:
      "For members, auditors and administrators. Shared means: with another repository of the same namespace. What other namespaces hold too is not told.",
    tags: ["usage"],
    errors: ["NOT_FOUND"],
    schemas: () => ({ params: { namespace: name() }, query: pageQuery(), response: namespaceBytes() }),
  }),
  keepers: endpoint({
    id: "usage.keepers",
    method: "GET",
    path: "/api/v1/repositories/<repository>/-/blobs/<digest>/keepers",
    summary: "What keeps a blob alive",
    tags: ["usage"],
    isPublic: true,
    errors: ["NAME_UNKNOWN", "BLOB_UNKNOWN"],
    schemas: () => ({
      params: { repository: name(), digest: digest() },
      query: pageQuery(),
      response: blobKeepers(),
    }),
  }),
  deletion: endpoint({
    id: "usage.deletion",
    method: "GET",
    path: "/api/v1/repositories/<repository>/-/deletion",
    summary: "What would go, and be freed, if something was deleted",
    description: "The repository, or with `tag` or `digest` that alone. Needs `see-deleted`.",
    tags: ["usage"],
    errors: ["NAME_UNKNOWN", "MANIFEST_UNKNOWN"],
    schemas: () => ({
      params: { repository: name() },
      query: { tag: z.string().max(128).optional(), digest: digest().optional() },
      response: deletion(),
    }),
  }),
};

const namespaceSize = named("NamespaceSize", () =>
  z.strictObject({
    namespace: z.string(),
    uniqueBytes: bytes().describe("Of blobs that no other namespace has."),
    sharedBytes: bytes(),
    repositoryCount: z.int(),
    repositories: z
      .array(z.strictObject({ repository: z.string(), uniqueBytes: bytes(), sharedBytes: bytes() }))
      .describe("The largest 50."),
  }),
);

export const storageUsageApi = {
  get: endpoint({
    id: "storage.get",
    method: "GET",
    path: "/api/v1/storage",
    summary: "What the whole registry stores",
    description: "For auditors and administrators. As last counted; begin the work `storage-count` for a new count.",
    tags: ["storage"],
    schemas: () => ({
      response: z.strictObject({
        countedAt: time().nullable().describe("Null before the first count."),
        isCounting: z.boolean(),
        totals: z
          .strictObject({
            storedBytes: bytes().describe("Of all blobs, each once."),
            logicalBytes: bytes().describe("As if repositories shared nothing."),
            manifestBytes: bytes(),
            blobs: z.int(),
            manifests: z.int(),
            repositories: z.int(),
            condemnedBytes: bytes().describe("Linked by nothing: garbage collection takes it after its grace."),
          })
          .nullable(),
        disk: z
          .strictObject({ freeBytes: bytes(), totalBytes: bytes(), availableBytes: z.int() })
          .nullable()
          .describe("`availableBytes`: for pushes, the reserve left aside. Null where the storage has no limit."),
        freed: z
          .strictObject({ bytes: bytes(), blobs: z.int(), since: time() })
          .describe("By garbage collection, in the runs that are still remembered."),
      }),
    }),
  }),
  tree: endpoint({
    id: "storage.tree",
    method: "GET",
    path: "/api/v1/storage/tree",
    summary: "Namespaces and repositories by size",
    description: "For auditors and administrators; for a tree map. Shared means: with anything else in the registry.",
    tags: ["storage"],
    schemas: () => ({
      query: { ...pageQuery() },
      response: pageOf(namespaceSize()),
    }),
  }),
  growth: endpoint({
    id: "storage.growth",
    method: "GET",
    path: "/api/v1/storage/growth",
    summary: "How the storage grew",
    description: "For auditors and administrators. Hourly for a week, daily for 400 days; oldest first.",
    tags: ["storage"],
    schemas: () => ({
      query: { days: z.int().min(1).max(400).default(30) },
      response: z.strictObject({
        items: z.array(
          z.strictObject({
            at: time(),
            storedBytes: bytes(),
            logicalBytes: bytes(),
            manifestBytes: bytes(),
            blobs: z.int(),
            manifests: z.int(),
            repositories: z.int(),
            freeBytes: bytes().nullable(),
          }),
        ),
      }),
    }),
  }),
};
