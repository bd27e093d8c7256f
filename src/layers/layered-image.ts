/** An image by reference: its manifest, chosen by platform where the reference is an index, and its layers in this repository. */
import { RegistryError } from "../errors.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { findDigest, type Digest } from "../oci/digest.ts";
import { isJsonObject, parseJson, type JsonObject } from "../oci/json.ts";
import { parseManifest } from "../oci/manifest.ts";
import { manifestKind } from "../oci/media-types.ts";
import { parseReference, type RepositoryName } from "../oci/reference.ts";
import type { Blob, Blobs } from "../registry/blobs.ts";
import type { Manifests, StoredManifest } from "../registry/manifests.ts";

export type Layer = {
  descriptor: Descriptor;
  /** Null when the repository does not have it. */
  blob: Blob | null;
};

export type LayeredImage = {
  repository: RepositoryName;
  digest: Digest;
  platform: string | null;
  sizeBytes: number;
  config: Descriptor | null;
  layers: Layer[];
};

export type LayeredImagesParts = { manifests: Manifests; blobs: Blobs };

const DEFAULT_PLATFORM = "linux/amd64";
/** More are no image that anybody runs: 127 is what a kernel mounts. */
const MAX_LAYERS = 512;
const MAX_WORD = 100;

export class LayeredImages {
  readonly #parts: LayeredImagesParts;

  constructor(parts: LayeredImagesParts) {
    this.#parts = parts;
  }

  /** Throws MANIFEST_UNKNOWN, also when an index has no image of the platform, and REQUEST_INVALID. */
  async find(repository: RepositoryName, reference: string, platform?: string): Promise<LayeredImage> {
    const found = await this.#parts.manifests.get(repository, parseReference(reference));
    if (manifestKind(found.mediaType) !== "index") return await this.#read(repository, found, null);
    const child = chooseChild(found, platform);
    const manifest = await this.#parts.manifests.get(repository, { tag: null, digest: child.digest });
    if (manifestKind(manifest.mediaType) === "index") {
      throw new RegistryError("REQUEST_INVALID", { message: "this index names indexes: ask for one of them" });
    }
    return await this.#read(repository, manifest, child.platform);
  }

  /** A blob of the repository, or null. */
  async findBlob(repository: RepositoryName, digest: string): Promise<Blob | null> {
    const known = findDigest(digest);
    if (known === null) return null;
    try {
      return await this.#parts.blobs.get(repository, known);
    } catch (error) {
      if (error instanceof RegistryError && error.code === "BLOB_UNKNOWN") return null;
      throw error;
    }
  }

  async #read(
    repository: RepositoryName,
    { content, mediaType, digest }: StoredManifest,
    platform: string | null,
  ): Promise<LayeredImage> {
    const { config, references } = parseManifest(content, mediaType);
    const descriptors = references.filter((it) => it.kind === "layer").map((it) => it.descriptor);
    if (descriptors.length > MAX_LAYERS) {
      throw new RegistryError("REQUEST_INVALID", { message: `it has more than ${MAX_LAYERS} layers` });
    }
    const layers: Layer[] = [];
    for (const descriptor of descriptors) {
      layers.push({ descriptor, blob: await this.findBlob(repository, descriptor.digest) });
    }
    const sizeBytes = (config?.sizeBytes ?? 0) + descriptors.reduce((sum, it) => sum + it.sizeBytes, 0);
    return { repository, digest, platform, sizeBytes, config, layers };
  }
}

type Child = { digest: Digest; platform: string | null };

function chooseChild({ content, digest }: StoredManifest, wanted: string | undefined): Child {
  const document = parseJson(content);
  const entries = isJsonObject(document) && Array.isArray(document["manifests"]) ? document["manifests"] : [];
  const children = entries.flatMap((entry): Child[] => {
    const of = isJsonObject(entry) && typeof entry["digest"] === "string" ? findDigest(entry["digest"]) : null;
    if (of === null || !isJsonObject(entry)) return [];
    const platform = isJsonObject(entry["platform"]) ? formatPlatform(entry["platform"]) : null;
    return [{ digest: of, platform }];
  });
  const isNamed = (it: Child, name: string) => it.platform === name || it.platform?.startsWith(`${name}/`) === true;
  // Attestations stand in an index as of an unknown platform.
  const images = children.filter((it) => it.platform?.startsWith("unknown/") !== true);
  const chosen =
    wanted === undefined
      ? (images.find((it) => isNamed(it, DEFAULT_PLATFORM)) ?? images[0])
      : children.find((it) => isNamed(it, wanted.toLowerCase()));
  if (chosen) return chosen;
  throw new RegistryError("MANIFEST_UNKNOWN", {
    message: `the index has no image${wanted === undefined ? "" : " of this platform"}`,
    detail: { digest },
  });
}

/** `linux/arm64/v8`; null where it says too little. */
function formatPlatform(platform: JsonObject): string | null {
  const words = ["os", "architecture", "variant"].map((key) => platform[key]);
  const [os, architecture, variant] = words.map((it) => (typeof it === "string" ? it.slice(0, MAX_WORD) : ""));
  if (!os || !architecture) return null;
  return [os, architecture, ...(variant ? [variant] : [])].join("/").toLowerCase();
}
