/** One manifest as its page shows it: an image with its configuration and build steps, an index with its children, an artifact with its files. */
import type { Database } from "../database/database.ts";
import { findDigest, type Digest } from "../oci/digest.ts";
import type { JsonObject } from "../oci/json.ts";
import { manifestKind } from "../oci/media-types.ts";
import type { Reference, RepositoryName } from "../oci/reference.ts";
import type { Blob, Blobs } from "../registry/blobs.ts";
import { unknownManifest, type Manifests, type StoredManifest } from "../registry/manifests.ts";
import { unknownName } from "../registry/tags.ts";
import { RegistryError } from "../errors.ts";
import type { Repositories } from "../repositories/repositories.ts";
import { childSizes, type Facts } from "./facts.ts";
import { buildSteps, type Step } from "./history.ts";
import { type ImageConfig, readImageConfig } from "./image-config.ts";
import { isImageConfig, type Kind } from "./kind.ts";
import { type Note, notesOf, objectOf, objectsOf, readObject, sizeOf, textOf } from "./loose.ts";
import { type Platform, platformOf } from "./platform.ts";
import * as manifestQueries from "./queries/manifests.ts";
import * as tagQueries from "./queries/tags.ts";
import { signedAmong } from "./signatures.ts";

export type ImageBookParts = {
  database: Database;
  repositories: Repositories;
  manifests: Manifests;
  blobs: Blobs;
  facts: Facts;
};

/** Of a configuration, and of what is shown of a text: more would hold up everybody else while it is read. */
export const MAX_READ_BYTES = 1024 * 1024;
const MAX_CHILDREN = 1_000;
const MAX_LAYERS = 4_096;
const MAX_TAGS = 100;
const MAX_INDEXES = 50;
/** Of each child and layer: there may be thousands. */
const MAX_CHILD_NOTES = 20;
const MAX_INDEX_TAGS = 10;
const TITLE = "org.opencontainers.image.title";

export type Layer = { digest: string; mediaType: string; sizeBytes: number; title: string | null; annotations: Note[] };

export type Child = {
  digest: string;
  mediaType: string;
  artifactType: string | null;
  platform: Platform | null;
  attests: string | null;
  sizeBytes: number | null;
  isHere: boolean;
  annotations: Note[];
};

export type ConfigState = "read" | "none" | "missing" | "too-large" | "unreadable";

type DescriptorShown = { digest: string; mediaType: string; sizeBytes: number };

/** Times in ms since 1970. */
export type Image = {
  digest: string;
  kind: Kind;
  mediaType: string;
  artifactType: string | null;
  manifestBytes: number;
  sizeBytes: number;
  pushedAt: number;
  pulls: number;
  lastPulledAt: number | null;
  isSigned: boolean;
  subject: { digest: string; isHere: boolean } | null;
  annotations: Note[];
  children: Child[] | null;
  childrenOmitted: number;
  configState: ConfigState;
  configDescriptor: DescriptorShown | null;
  config: ImageConfig | null;
  history: Step[];
  layers: Layer[];
  tags: string[];
  hasMoreTags: boolean;
  indexes: { digest: string; mediaType: string; tags: string[] }[];
};

export class ImageBook {
  readonly #parts: ImageBookParts;

  constructor(parts: ImageBookParts) {
    this.#parts = parts;
  }

  /** Throws NAME_UNKNOWN, MANIFEST_UNKNOWN. */
  async get(repository: RepositoryName, reference: Reference): Promise<Image> {
    const { database, facts } = this.#parts;
    const { repositoryId, manifest } = await this.#find(repository, reference);
    const { digest } = manifest;
    const row = await manifestQueries.findManifestShown.first(database, { repositoryId, digest });
    if (row === null) throw unknownManifest(repository, digest);
    const about = (await facts.of(repository, repositoryId, [row])).get(digest);
    if (about === undefined) throw unknownManifest(repository, digest);
    const document = readObject(manifest.content);
    const isIndex = manifestKind(manifest.mediaType) === "index";
    const layers = isIndex ? [] : layersOf(document);
    const configDescriptor = isIndex ? null : descriptorOf(objectOf(document, "config"));
    const { state, config } = await this.#config(repository, row.artifact_type, configDescriptor);
    const entries = isIndex ? objectsOf(document, "manifests", 10_000) : [];
    const tags = await tagQueries.listTagsOfDigest.all(database, { repositoryId, digest, limit: MAX_TAGS + 1 });
    return {
      digest,
      kind: about.kind,
      mediaType: manifest.mediaType,
      artifactType: row.artifact_type,
      manifestBytes: manifest.content.length,
      sizeBytes: about.sizeBytes,
      pushedAt: row.created_at,
      pulls: row.pulls ?? 0,
      lastPulledAt: row.last_at,
      isSigned: (await signedAmong(database, repositoryId, [digest])).has(digest),
      subject: await this.#subject(repositoryId, row.subject_digest),
      annotations: notesOf(document, "annotations"),
      children: isIndex ? await this.#children(repositoryId, row.id, entries.slice(0, MAX_CHILDREN)) : null,
      childrenOmitted: Math.max(0, entries.length - MAX_CHILDREN),
      configState: state,
      configDescriptor,
      config: config === null ? null : readImageConfig(config),
      history: state === "none" ? [] : buildSteps(config, layers),
      layers,
      tags: namesOf(tags.slice(0, MAX_TAGS)),
      hasMoreTags: tags.length > MAX_TAGS,
      indexes: await this.#indexes(repositoryId, digest),
    };
  }

  /** Its first MiB as text, whatever it is. Throws NAME_UNKNOWN, MANIFEST_UNKNOWN, BLOB_UNKNOWN. */
  async raw(
    repository: RepositoryName,
    reference: Reference,
    part: "manifest" | "config",
  ): Promise<DescriptorShown & { text: string; isCut: boolean }> {
    const { manifest } = await this.#find(repository, reference);
    if (part === "manifest") {
      return rawOf(manifest.digest, manifest.mediaType, manifest.content.length, manifest.content);
    }
    const descriptor = descriptorOf(objectOf(readObject(manifest.content), "config"));
    const digest = descriptor && findDigest(descriptor.digest);
    if (descriptor === null || digest === null) {
      throw new RegistryError("BLOB_UNKNOWN", { message: `${manifest.digest} names no configuration` });
    }
    const blob = await this.#parts.blobs.get(repository, digest);
    const bytes = await this.#bytes(repository, blob);
    return rawOf(digest, descriptor.mediaType, blob.sizeBytes, bytes);
  }

  /** Which manifest is meant. Throws NAME_UNKNOWN, MANIFEST_UNKNOWN. */
  async resolve(repository: RepositoryName, reference: Reference): Promise<{ repositoryId: number; digest: Digest }> {
    const { repositoryId, manifest } = await this.#find(repository, reference);
    return { repositoryId, digest: manifest.digest };
  }

  /** For `Facts`. */
  async readConfig(repository: RepositoryName, digest: string): Promise<Uint8Array | null> {
    const parsed = findDigest(digest);
    const blob = parsed && (await this.#blob(repository, parsed));
    return blob && blob.sizeBytes <= MAX_READ_BYTES ? await this.#bytes(repository, blob) : null;
  }

  async #find(
    repository: RepositoryName,
    reference: Reference,
  ): Promise<{ repositoryId: number; manifest: StoredManifest }> {
    const { database, repositories, manifests } = this.#parts;
    const repositoryId = await repositories.findId(database, repository);
    if (repositoryId === null) throw unknownName(repository);
    return { repositoryId, manifest: await manifests.get(repository, reference) };
  }

  async #config(
    repository: RepositoryName,
    artifactType: string | null,
    descriptor: DescriptorShown | null,
  ): Promise<{ state: ConfigState; config: JsonObject | null }> {
    // What has another artifact type may still have an image's configuration, as what cosign once pushed.
    const isImage = descriptor !== null && (isImageConfig(descriptor.mediaType) || isImageConfig(artifactType));
    if (!isImage) return { state: "none", config: null };
    const digest = findDigest(descriptor.digest);
    const blob = digest && (await this.#blob(repository, digest));
    if (!blob) return { state: "missing", config: null };
    if (blob.sizeBytes > MAX_READ_BYTES) return { state: "too-large", config: null };
    const config = readObject(await this.#bytes(repository, blob));
    return { state: config === null ? "unreadable" : "read", config };
  }

  async #blob(repository: RepositoryName, digest: Digest): Promise<Blob | null> {
    try {
      return await this.#parts.blobs.get(repository, digest);
    } catch (error) {
      if (error instanceof RegistryError && error.code === "BLOB_UNKNOWN") return null;
      throw error;
    }
  }

  /** At most a MiB of it. */
  async #bytes(repository: RepositoryName, blob: Blob): Promise<Uint8Array> {
    const range = blob.sizeBytes > MAX_READ_BYTES ? { start: 0, end: MAX_READ_BYTES } : null;
    const read = await this.#parts.blobs.read(repository, blob, range);
    return read instanceof Uint8Array ? read : new Uint8Array(await read.arrayBuffer());
  }

  async #subject(repositoryId: number, digest: string | null): Promise<Image["subject"]> {
    if (digest === null) return null;
    const row = await manifestQueries.findManifestShown.first(this.#parts.database, { repositoryId, digest });
    return { digest, isHere: row !== null };
  }

  async #children(repositoryId: number, manifestId: number, entries: readonly JsonObject[]): Promise<Child[]> {
    const { database } = this.#parts;
    const { children } = await childSizes(database, manifestId);
    const named = entries.flatMap((entry) => {
      const descriptor = descriptorOf(entry);
      return descriptor === null ? [] : [{ entry, descriptor }];
    });
    const digests = JSON.stringify(named.map(({ descriptor }) => descriptor.digest));
    const rows = await manifestQueries.listManifestsHere.all(database, { repositoryId, digests });
    const present = new Set(rows.map((row) => row.digest));
    return named.map(({ entry, descriptor }) => {
      const annotations = notesOf(entry, "annotations", MAX_CHILD_NOTES);
      const here = children.get(descriptor.digest);
      return {
        digest: descriptor.digest,
        mediaType: descriptor.mediaType,
        artifactType: textOf(entry, "artifactType", 256),
        platform: platformOf(objectOf(entry, "platform")),
        attests: attestedBy(objectOf(entry, "annotations")),
        sizeBytes: here?.sizeBytes ?? null,
        isHere: present.has(descriptor.digest),
        annotations,
      };
    });
  }

  async #indexes(repositoryId: number, digest: string): Promise<Image["indexes"]> {
    const { database } = this.#parts;
    const rows = await manifestQueries.listIndexesNaming.all(database, { repositoryId, digest, limit: MAX_INDEXES });
    const indexes: Image["indexes"] = [];
    for (const row of rows) {
      const of = { repositoryId, digest: row.digest, limit: MAX_INDEX_TAGS };
      const tags = await tagQueries.listTagsOfDigest.all(database, of);
      indexes.push({ digest: row.digest, mediaType: row.media_type, tags: namesOf(tags) });
    }
    return indexes;
  }
}

function namesOf(tags: readonly { name: string }[]): string[] {
  return tags.map(({ name }) => name).sort();
}

/** What builders write on an attestation in an index: which sibling it is of. */
function attestedBy(annotations: JsonObject | null): string | null {
  if (textOf(annotations, "vnd.docker.reference.type") !== "attestation-manifest") return null;
  return textOf(annotations, "vnd.docker.reference.digest", 200);
}

function layersOf(document: JsonObject | null): Layer[] {
  const key = document !== null && Object.hasOwn(document, "layers") ? "layers" : "blobs";
  return objectsOf(document, key, MAX_LAYERS).flatMap((it) => {
    const descriptor = descriptorOf(it);
    if (descriptor === null) return [];
    const title = textOf(objectOf(it, "annotations"), TITLE, 512);
    return [{ ...descriptor, title, annotations: notesOf(it, "annotations", MAX_CHILD_NOTES) }];
  });
}

function descriptorOf(object: JsonObject | null): DescriptorShown | null {
  const digest = textOf(object, "digest", 512);
  if (digest === null) return null;
  return { digest, mediaType: textOf(object, "mediaType", 256) ?? "", sizeBytes: sizeOf(object, "size") };
}

function rawOf(digest: string, mediaType: string, sizeBytes: number, bytes: Uint8Array) {
  const text = new TextDecoder("utf-8").decode(bytes.subarray(0, MAX_READ_BYTES));
  return { digest, mediaType, sizeBytes, text, isCut: sizeBytes > MAX_READ_BYTES };
}
