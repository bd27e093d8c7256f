/** The hub API of what is inside images: files of layers and of merged images, differences of two, charts, texts. */
import { z } from "zod";
import { endpoint, named } from "../contract/endpoint.ts";
import { pageOf, pageQuery } from "../contract/page.ts";

const MAX_PATH = 4_096;

const name = () => z.string().min(1).max(300);
const digest = () => z.string().max(200);
const path = () => z.string().max(MAX_PATH).describe("From the root, without a slash in front; empty is the root.");
const bytes = () => z.int().min(0);

const params = () => ({
  repository: name(),
  reference: z.string().min(1).max(200).describe("A tag, or the digest of a manifest or an index."),
});

const platform = () =>
  z
    .string()
    .max(200)
    .optional()
    .describe(
      "`os/architecture` or `os/architecture/variant`: which image of an index; `linux/amd64`, or its first, unless given.",
    );

const layer = () =>
  digest().optional().describe("Only this layer of the manifest, as it is; the merged image unless given.");

const layerState = named("LayerState", () =>
  z.strictObject({
    digest: z.string(),
    mediaType: z.string(),
    sizeBytes: bytes().describe("As stored, compressed."),
    state: z
      .enum(["ready", "waiting", "indexing", "parked", "unsupported", "missing", "off"])
      .describe(
        "`ready`: its index is there. `waiting`, `indexing`: it is being made. `parked`: it cannot be made, see `reason`. `unsupported`: no archive. `missing`: its bytes are not in this repository. `off`: this registry makes none.",
      ),
    doneBytes: bytes().describe("Of `sizeBytes`, read so far."),
    entries: z.int().nullable(),
    uncompressedBytes: bytes().nullable(),
    reason: z.string().nullable().describe("In words, when it is parked."),
  }),
);

/** What every answer says first: pages show `indexing` as progress and ask again after a second. */
const progress = () => ({
  state: z
    .enum(["ready", "indexing", "parked", "unsupported", "off"])
    .describe(
      "Of what was asked for, layers together. Unless it is `ready` there is nothing else in the answer: ask again in a second while it is `indexing`.",
    ),
  doneBytes: bytes(),
  totalBytes: bytes().describe("Of the layers as stored."),
  reason: z.string().nullable().describe("Why it is parked, or not supported; in words."),
});

const image = named("LayeredImage", () =>
  z.strictObject({
    repository: z.string(),
    digest: z.string().describe("Of the manifest; of an index, of the image that was chosen."),
    platform: z.string().nullable().describe("`linux/arm64/v8`, where an index says it."),
    sizeBytes: bytes().describe("Of its config and layers as stored."),
    layers: z.array(layerState()).describe("In the order in which they are applied."),
  }),
);

const fileType = () =>
  z.enum([
    "file",
    "directory",
    "symlink",
    "hardlink",
    "character-device",
    "block-device",
    "fifo",
    "other",
    "whiteout",
    "opaque",
  ]);

const fileEntry = named("FileEntry", () =>
  z.strictObject({
    path: z
      .string()
      .describe("As text: what is no UTF-8 is shown with replacement characters. Hostile: only ever text."),
    name: z.string().describe("The last part of the path."),
    type: fileType().describe(
      "`whiteout`: removes what lies below, `opaque`: hides what a directory has below; both in single layers alone.",
    ),
    sizeBytes: bytes().describe("Of a file; of a directory all files below it, hard links counted as nothing."),
    files: z.int().nullable().describe("Of a directory: files below it, at any depth."),
    mode: z.int().describe("Permission bits, with those of set-uid, set-gid and sticky: 0o7777 at most."),
    uid: z.int(),
    gid: z.int(),
    modifiedAt: z.string().nullable().describe("RFC 3339; null where it is no time that can be shown."),
    linkTarget: z.string().nullable().describe("Of a symlink its text; of a hard link the path of the file it is."),
    hash: z
      .string()
      .nullable()
      .describe("Of a file's content: the first 128 bits of its SHA-256, hexadecimal; null for what is no file."),
    layer: z.string().describe("Digest of the layer that this comes from: which made or last changed it."),
    layerIndex: z.int().describe("Its place among the image's layers, the lowest is 0."),
    change: z
      .enum(["added", "changed"])
      .describe("Whether that layer made it or changed what was there; in single layers always `added`."),
    hides: z.boolean().describe("Whether a lower layer has something at this path that is hidden by this."),
  }),
);

const NOT_THERE = ["NAME_UNKNOWN", "MANIFEST_UNKNOWN", "NOT_FOUND", "UNAVAILABLE"] as const;

export const filesApi = {
  list: endpoint({
    id: "files.list",
    method: "GET",
    path: "/api/v1/repositories/<repository>/-/manifests/<reference>/files",
    summary: "List files of an image or of one of its layers",
    description:
      "What lies in the directory `path`: directories first, then by name. With `q` whatever below it has the text in its path; with `largest` all files below it, biggest first. A path that is no directory is NOT_FOUND. Asking makes missing indexes before all others.",
    isPublic: true,
    errors: NOT_THERE,
    schemas: () => ({
      params: params(),
      query: {
        ...pageQuery(),
        platform: platform(),
        layer: layer(),
        path: path().default(""),
        q: z.string().max(200).optional().describe("Text somewhere in the path, in whatever case."),
        largest: z.boolean().default(false),
      },
      response: z.strictObject({
        ...progress(),
        image: image(),
        totals: z
          .strictObject({ files: z.int(), directories: z.int(), bytes: bytes() })
          .nullable()
          .describe("Of all that is below `path`; null unless ready."),
        ...pageOf(fileEntry()).shape,
      }),
    }),
  }),
  get: endpoint({
    id: "files.get",
    method: "GET",
    path: "/api/v1/repositories/<repository>/-/manifests/<reference>/files/entry",
    summary: "Read what is known of a file, and its beginning when it is text",
    description: "Of a hard link the content is that of its target; symlinks are shown, not followed.",
    isPublic: true,
    errors: NOT_THERE,
    schemas: () => ({
      params: params(),
      query: { platform: platform(), layer: layer(), path: path().min(1) },
      response: z.strictObject({
        ...progress(),
        image: image(),
        entry: fileEntry().nullable().describe("Null unless ready."),
        content: z
          .strictObject({
            text: z.string().nullable().describe("The first 256 KiB, when they are UTF-8 text. Hostile: never markup."),
            isBinary: z.boolean(),
            isTruncated: z.boolean(),
          })
          .nullable()
          .describe("Null for what is no file."),
        history: z
          .array(
            z.strictObject({
              layer: z.string(),
              layerIndex: z.int(),
              change: z.enum(["added", "changed", "removed"]),
              type: fileType(),
              sizeBytes: bytes(),
              hash: z.string().nullable(),
            }),
          )
          .describe("What each layer does at this path, lowest first."),
      }),
    }),
  }),
  download: endpoint({
    id: "files.download",
    method: "GET",
    path: "/api/v1/repositories/<repository>/-/manifests/<reference>/files/download",
    summary: "Download a file",
    description:
      "As an attachment of no type. CONFLICT while there is no index of its layer, NOT_FOUND for what is no file.",
    isPublic: true,
    media: ["application/octet-stream"],
    errors: [...NOT_THERE, "CONFLICT"],
    schemas: () => ({
      params: params(),
      query: { platform: platform(), layer: layer(), path: path().min(1) },
    }),
  }),
  text: endpoint({
    id: "files.text",
    method: "GET",
    path: "/api/v1/repositories/<repository>/-/manifests/<reference>/layers/<digest>/text",
    summary: "Read the beginning of a layer or a config as text",
    description: "For what is no archive, such as a Compose file: its stored bytes as they are.",
    isPublic: true,
    errors: NOT_THERE,
    schemas: () => ({
      params: { ...params(), digest: digest() },
      query: { platform: platform() },
      response: z.strictObject({
        digest: z.string(),
        mediaType: z.string(),
        sizeBytes: bytes(),
        text: z.string().nullable().describe("The first 256 KiB, when they are UTF-8 text. Hostile: never markup."),
        isBinary: z.boolean(),
        isTruncated: z.boolean(),
      }),
    }),
  }),
  blob: endpoint({
    id: "files.blob",
    method: "GET",
    path: "/api/v1/repositories/<repository>/-/manifests/<reference>/layers/<digest>/download",
    summary: "Download a layer or a config as it is stored",
    description: "As an attachment of no type and no name: the file of an artifact, or a layer's archive.",
    isPublic: true,
    media: ["application/octet-stream"],
    errors: NOT_THERE,
    schemas: () => ({ params: { ...params(), digest: digest() }, query: { platform: platform() } }),
  }),
  chart: endpoint({
    id: "files.chart",
    method: "GET",
    path: "/api/v1/repositories/<repository>/-/manifests/<reference>/chart",
    summary: "Read a Helm chart",
    description: "`unsupported` for what is no chart. All of it is text of its author: hostile, never markup.",
    isPublic: true,
    errors: NOT_THERE,
    schemas: () => {
      const text = () =>
        z.string().nullable().describe("The first 256 KiB; null when there is none, or it is no text.");
      return {
        params: params(),
        response: z.strictObject({
          ...progress(),
          image: image(),
          chart: z
            .strictObject({
              name: z.string(),
              version: z.string(),
              appVersion: z.string().nullable(),
              description: z.string().nullable(),
              type: z.string().nullable(),
              kubeVersion: z.string().nullable(),
              home: z.string().nullable(),
              icon: z.string().nullable(),
              isDeprecated: z.boolean(),
              keywords: z.array(z.string()),
              sources: z.array(z.string()),
              maintainers: z.array(
                z.strictObject({ name: z.string(), email: z.string().nullable(), url: z.string().nullable() }),
              ),
              dependencies: z.array(
                z.strictObject({
                  name: z.string(),
                  version: z.string().nullable(),
                  repository: z.string().nullable(),
                  condition: z.string().nullable(),
                }),
              ),
              annotations: z.array(z.strictObject({ key: z.string(), value: z.string() })),
            })
            .nullable()
            .describe("From Chart.yaml; null unless ready, and where that cannot be read."),
          chartYaml: text(),
          values: text().describe("values.yaml"),
          valuesSchema: text().describe("values.schema.json"),
          readme: text().describe("README.md: Markdown, hostile."),
          files: z
            .array(z.strictObject({ path: z.string(), sizeBytes: bytes(), isTemplate: z.boolean() }))
            .describe("All files by path, at most 1,000, without the chart's own directory in front."),
          directory: z
            .string()
            .nullable()
            .describe("The chart's own directory: what `path` begins with in `files.get`."),
        }),
      };
    },
  }),
  diff: endpoint({
    id: "files.diff",
    method: "GET",
    path: "/api/v1/repositories/<repository>/-/manifests/<reference>/diff",
    summary: "Compare two images",
    description:
      "From the one in the path to the one in `to`: of the same repository, or of `toRepository`. Configurations and layers are compared also while files cannot be. Of two indexes images of the same platform are compared.",
    isPublic: true,
    errors: NOT_THERE,
    schemas: () => {
      const configChange = z.strictObject({
        field: z
          .enum(["env", "label", "port", "volume", "entrypoint", "cmd", "user", "workdir", "stopSignal", "platform"])
          .describe("`env`, `label`, `port` and `volume` are compared by `key`, all others whole."),
        key: z.string().nullable(),
        from: z.string().nullable().describe("Null where it is not there. Lists as JSON."),
        to: z.string().nullable(),
      });
      const sum = () => z.strictObject({ files: z.int(), bytes: bytes() });
      const side = z
        .strictObject({
          type: fileType(),
          sizeBytes: bytes(),
          mode: z.int(),
          uid: z.int(),
          gid: z.int(),
          modifiedAt: z.string().nullable(),
          linkTarget: z.string().nullable(),
          hash: z.string().nullable(),
          layer: z.string(),
        })
        .nullable();
      return {
        params: params(),
        query: {
          ...pageQuery(),
          to: z.string().min(1).max(200).describe("A tag or a digest."),
          toRepository: name().optional().describe("The same repository unless given."),
          platform: platform(),
          path: path().default("").describe("Only what is below it."),
          q: z.string().max(200).optional().describe("Text somewhere in the path, in whatever case."),
          kind: z.enum(["added", "removed", "changed"]).optional(),
        },
        response: z.strictObject({
          ...progress(),
          from: image(),
          to: image(),
          config: z.array(configChange).describe("What differs, at most 1,000."),
          layers: z
            .array(
              z.strictObject({
                digest: z.string(),
                sizeBytes: bytes(),
                in: z.enum(["both", "from", "to"]),
              }),
            )
            .describe("Those of `from`, then those that only `to` has."),
          totals: z
            .strictObject({
              added: sum(),
              removed: sum(),
              changed: sum().describe("Bytes: what the new files have more than the old ones, or 0."),
              fromBytes: bytes().describe("Of all files."),
              toBytes: bytes(),
            })
            .nullable()
            .describe("Of everything, whatever is filtered; null unless ready."),
          ...pageOf(
            z.strictObject({
              path: z.string(),
              kind: z.enum(["added", "removed", "changed"]),
              what: z
                .array(z.enum(["content", "size", "type", "mode", "owner", "link"]))
                .describe("Of what changed: how. A time alone is no change."),
              from: side,
              to: side,
            }),
          ).shape,
        }),
      };
    },
  }),
};
