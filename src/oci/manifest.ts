/**
 * Manifests and indexes as their bytes say them. Spec: image-spec 1.1, manifest.md and image-index.md.
 *
 * A document is read as exactly one kind: one that could be taken for two (CVE-2021-41190) is refused.
 * What a manifest means for a repository (whether its content is there) is not decided here.
 */
import { RegistryError } from "../errors.ts";
import { parseDescriptor, type Descriptor } from "./descriptor.ts";
import { findDigest, type Digest } from "./digest.ts";
import { isJsonObject, JsonError, parseJson, type JsonObject, type JsonValue } from "./json.ts";
import {
  isGeneric,
  isMediaType,
  isNonDistributable,
  isSchema1,
  manifestKind,
  type ManifestKind,
} from "./media-types.ts";

const MAX_LAYERS = 4_096;
const MAX_CHILDREN = 10_000;
/** Of a manifest with a subject: the referrers API repeats them. Others are bounded by the size of the manifest. */
const MAX_REFERRER_ANNOTATIONS_BYTES = 1024 * 1024;

export type ManifestReference = {
  kind: "config" | "layer" | "manifest";
  descriptor: Descriptor;
  /** Content that may be absent: non-distributable, or to be had at `urls`. */
  isOptional: boolean;
};

export type Manifest = {
  mediaType: string;
  kind: ManifestKind;
  /** As the referrers API reports it: the manifest's own, else an image's config media type. */
  artifactType: string | null;
  config: Descriptor | null;
  subject: Digest | null;
  annotations: Record<string, string> | null;
  references: ManifestReference[];
};

/** Reads a manifest sent with this Content-Type (null: none was sent). Throws MANIFEST_INVALID saying what is wrong and where. */
export function parseManifest(bytes: Uint8Array, contentType: string | null): Manifest {
  try {
    const document = parseJson(bytes);
    if (!isJsonObject(document)) throw new Error("it must be a JSON object");
    return readManifest(document, contentType);
  } catch (error) {
    if (error instanceof RegistryError) throw error;
    const reason = error instanceof JsonError || error instanceof Error ? error.message : String(error);
    throw new RegistryError("MANIFEST_INVALID", { message: `the manifest was refused: ${reason}`, cause: error });
  }
}

function readManifest(document: JsonObject, contentType: string | null): Manifest {
  const mediaType = decideMediaType(document["mediaType"], contentType);
  const kind = manifestKind(mediaType);
  if (kind !== "other" || document["schemaVersion"] !== undefined) {
    if (document["schemaVersion"] !== 2) throw new Error("schemaVersion must be 2");
  }
  const has = (key: string) => document[key] !== undefined;
  if (has("manifests") && (has("layers") || has("config") || has("fsLayers"))) {
    throw new Error("it has both manifests and layers or config, so it could be read as two different things");
  }
  if (kind === "image" && has("manifests")) throw new Error(`an image manifest (${mediaType}) has no manifests`);
  if (kind === "image" && !has("config")) throw new Error("an image manifest needs a config");
  if (kind === "index" && (has("layers") || has("config")))
    throw new Error(`an index (${mediaType}) has no layers or config`);
  if (kind === "index" && !has("manifests")) throw new Error("an index needs manifests");

  const config = has("config") ? parseDescriptor(document["config"], "config") : null;
  const layers = parseDescriptors(
    document["layers"] ?? document["blobs"],
    has("layers") ? "layers" : "blobs",
    MAX_LAYERS,
  );
  const manifests = parseDescriptors(document["manifests"], "manifests", MAX_CHILDREN);
  return {
    mediaType,
    kind,
    artifactType: decideArtifactType(document["artifactType"], kind, config),
    config,
    subject: parseSubject(document["subject"]),
    annotations: parseAnnotations(document["annotations"], has("subject")),
    references: [
      ...(config ? [{ kind: "config" as const, descriptor: config, isOptional: false }] : []),
      ...layers.map((it) => ({
        kind: "layer" as const,
        descriptor: it,
        isOptional: it.hasUrls || isNonDistributable(it.mediaType),
      })),
      ...manifests.map((it) => ({ kind: "manifest" as const, descriptor: it, isOptional: it.hasUrls })),
    ],
  };
}

function decideMediaType(inBody: JsonValue | undefined, contentType: string | null): string {
  if (inBody !== undefined && (typeof inBody !== "string" || !isMediaType(inBody))) {
    throw new Error("mediaType must be a media type");
  }
  const sent = contentType?.split(";")[0]?.trim() || null;
  const mediaType = sent ?? inBody;
  if (mediaType === undefined) throw new Error("neither a Content-Type header nor a mediaType says what it is");
  if (isSchema1(mediaType))
    throw new Error("image manifest schema 1 is not accepted: push with a client newer than 2017");
  if (inBody !== undefined && inBody !== mediaType) {
    throw new Error(`its mediaType is ${inBody} but it was sent with Content-Type ${mediaType.slice(0, 200)}`);
  }
  if (isGeneric(mediaType) || !isMediaType(mediaType)) {
    throw new Error(
      `Content-Type ${mediaType.slice(0, 200)} does not say what it is: send the manifest's own media type`,
    );
  }
  return mediaType;
}

function parseDescriptors(value: JsonValue | undefined, path: string, limit: number): Descriptor[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Error(`${path} must be a list`);
  if (value.length > limit) throw new Error(`${path} has ${value.length} entries; at most ${limit} are allowed`);
  return value.map((entry, index) => parseDescriptor(entry, `${path}[${index}]`));
}

function decideArtifactType(
  value: JsonValue | undefined,
  kind: ManifestKind,
  config: Descriptor | null,
): string | null {
  if (value !== undefined && value !== "") {
    if (typeof value !== "string" || !isMediaType(value)) throw new Error("artifactType must be a media type");
    return value;
  }
  return kind === "image" && config ? config.mediaType : null;
}

function parseSubject(value: JsonValue | undefined): Digest | null {
  if (value === undefined || value === null) return null;
  const digest = findDigest(parseDescriptor(value, "subject").digest);
  if (digest === null) throw new Error("subject.digest must be a sha256 or sha512 digest");
  return digest;
}

function parseAnnotations(value: JsonValue | undefined, hasSubject: boolean): Record<string, string> | null {
  if (value === undefined || value === null) return null;
  if (!isJsonObject(value)) throw new Error("annotations must be an object of texts");
  let bytes = 0;
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") throw new Error(`annotations[${JSON.stringify(key.slice(0, 80))}] must be a text`);
    bytes += key.length + text.length;
  }
  if (hasSubject && bytes > MAX_REFERRER_ANNOTATIONS_BYTES) {
    throw new Error(`annotations of a manifest with a subject may have ${MAX_REFERRER_ANNOTATIONS_BYTES} bytes`);
  }
  // Every value was just seen to be a text.
  return value as Record<string, string>;
}
