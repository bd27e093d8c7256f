/**
 * What the index is to hold of a repository, read from rows: its own, and those of some of its newest content. All of it is
 * bounded, however many tags there are and whatever an image says of itself.
 */
import type { Queryable } from "../database/database.ts";
import { manifestKind } from "../oci/media-types.ts";
import { KINDS } from "./facets.ts";
import * as queries from "./queries/documents.ts";
import { facetValue, type Document } from "./tokens.ts";

/** Characters. */
const MAX_README = 20_000;
/** Tags that are looked at from either end of their names; of a repository with more, the newest of these are its newest. */
const MAX_SEEN_TAGS = 300;
const MAX_TAGS = 50;
/** Images whose manifests are read. */
const MAX_IMAGES = 5;
const MAX_MANIFEST_BYTES = 64 * 1024;
const MAX_PAIRS = 60;
const MAX_VALUE = 300;
const MAX_PLATFORMS = 100;
const MAX_REFERRERS = 100;

const SIGNATURES = /^application\/vnd\.(?:dev\.cosign|dev\.sigstore\.bundle|cncf\.notary\.signature)/;
/** Of Cosign before there were referrers: no image of anybody's. */
const COSIGN_TAG = /^sha256-[0-9a-f]{64}(?:\.\w+)?$/;

type Kind = (typeof KINDS)[number];

/** Null where nothing is to be found: it is gone, or in the recycle bin. */
export async function readDocument(on: Queryable, repositoryId: number): Promise<Document | null> {
  const row = await queries.findDescribed.first(on, { repositoryId, readmeLength: MAX_README });
  if (row === null || row.is_gone === 1) return null;
  const tags = await readTags(on, repositoryId);
  const content = new Content(on, repositoryId);
  for (const digest of new Set(tags.map((it) => it.digest))) {
    await content.add(digest);
    if (content.images >= MAX_IMAGES) break;
  }
  const names = tags.map((it) => it.name);
  return {
    name: row.name,
    namespaceId: row.namespace_id,
    isPublic: row.visibility === "public",
    isOfficial: row.is_official === 1,
    isVerifiedPublisher: row.is_verified_publisher === 1,
    tags: names,
    isSigned: await isSigned(on, repositoryId),
    kinds: KINDS.filter((it) => content.kinds.has(it)),
    systems: [...content.systems].sort(),
    architectures: [...content.architectures].sort(),
    texts: [row.namespace, row.description, row.display_name, ...content.texts, row.readme],
  };
}

/** Newest first. */
async function readTags(on: Queryable, repositoryId: number): Promise<{ name: string; digest: string }[]> {
  const page = { repositoryId, limit: MAX_SEEN_TAGS };
  const first = await queries.listFirstTags.all(on, page);
  const last = first.length < MAX_SEEN_TAGS ? [] : await queries.listLastTags.all(on, page);
  const known = new Map([...first, ...last].map((it) => [it.name, it]));
  return [...known.values()]
    .filter((it) => !COSIGN_TAG.test(it.name))
    .sort((a, b) => b.from_at - a.from_at || (a.name < b.name ? -1 : 1))
    .slice(0, MAX_TAGS);
}

async function isSigned(on: Queryable, repositoryId: number): Promise<boolean> {
  const page = { repositoryId, limit: MAX_REFERRERS };
  const types = await queries.listReferrerTypes.all(on, page);
  if (types.some((it) => it.artifact_type !== null && SIGNATURES.test(it.artifact_type))) return true;
  const tags = await queries.listSignatureTags.all(on, page);
  return tags.some((it) => COSIGN_TAG.test(it.name) && it.name.endsWith(".sig"));
}

type Json = Record<string, unknown>;

/** What manifests and configs say, gathered. */
class Content {
  readonly kinds = new Set<Kind>();
  readonly systems = new Set<string>();
  readonly architectures = new Set<string>();
  readonly texts: string[] = [];
  images = 0;
  readonly #on: Queryable;
  readonly #repositoryId: number;

  constructor(on: Queryable, repositoryId: number) {
    this.#on = on;
    this.#repositoryId = repositoryId;
  }

  async add(digest: string, isChild = false): Promise<void> {
    this.images += 1;
    const where = { repositoryId: this.#repositoryId, digest, maxBytes: MAX_MANIFEST_BYTES };
    const row = await queries.findIndexedManifest.first(this.#on, where);
    const manifest = row && parse(row.content);
    if (!row || !manifest) return;
    this.#addPairs(manifest["annotations"]);
    const children = listOf(manifest["manifests"]);
    if (manifestKind(row.media_type) !== "index" || isChild) {
      await this.#addConfig(kindOf(row.artifact_type, manifest), manifest);
      return;
    }
    const isArtifact = typeof manifest["artifactType"] === "string";
    if (isArtifact) this.kinds.add(kindOf(row.artifact_type, manifest));
    const images = children.filter((it) => this.#addPlatform(objectOf(it["platform"])));
    const first = textOf(images[0] ?? {}, "digest");
    if (first !== "") await this.add(first, true);
    else if (!isArtifact) this.kinds.add("image");
  }

  async #addConfig(kind: Kind, manifest: Json): Promise<void> {
    this.kinds.add(kind);
    const digest = textOf(objectOf(manifest["config"]), "digest");
    if (digest === "" || kind === "artifact") return;
    const row = await queries.findRowConfig.first(this.#on, { repositoryId: this.#repositoryId, digest });
    const config = row?.content ? parse(row.content) : null;
    if (config === null) return;
    if (kind === "helm" || kind === "compose") {
      this.texts.push(textOf(config, "description"), listOf(config["keywords"], "text").join(" "));
      return;
    }
    this.#addPlatform(config);
    this.#addPairs(objectOf(config["config"])["Labels"]);
  }

  /** False for what is of no platform, as attestations are. */
  #addPlatform(platform: Json): boolean {
    const system = facetValue(textOf(platform, "os"));
    const architecture = facetValue(textOf(platform, "architecture"));
    if (system === "" || architecture === "" || system === "unknown") return false;
    if (this.systems.size < MAX_PLATFORMS) this.systems.add(system);
    if (this.architectures.size < MAX_PLATFORMS) this.architectures.add(architecture);
    if (architecture === "wasm") this.kinds.add("wasm");
    return true;
  }

  #addPairs(pairs: unknown): void {
    for (const [key, value] of Object.entries(objectOf(pairs)).slice(0, MAX_PAIRS)) {
      if (typeof value !== "string") continue;
      // The beginnings that nearly all images have would make `image` find everything.
      const name = key.slice(0, MAX_VALUE).replace(/^(?:org\.opencontainers\.image|org\.label-schema)\./, "");
      this.texts.push(name, value.slice(0, MAX_VALUE));
    }
  }
}

function kindOf(artifactType: string | null, manifest: Json): Kind {
  const config = textOf(objectOf(manifest["config"]), "mediaType");
  const types = [artifactType ?? "", textOf(manifest, "artifactType"), config];
  if (types.some((it) => it.startsWith("application/vnd.cncf.helm."))) return "helm";
  if (types.some((it) => it.startsWith("application/vnd.docker.compose"))) return "compose";
  const layers = listOf(manifest["layers"]).map((it) => textOf(it, "mediaType"));
  if ([...types, ...layers].some((it) => /^application\/(?:vnd\.wasm\.|vnd\.w3c\.wasm|wasm$)/.test(it))) return "wasm";
  const isImage =
    config === "application/vnd.oci.image.config.v1+json" ||
    config === "application/vnd.docker.container.image.v1+json";
  return isImage && ["", config].includes(textOf(manifest, "artifactType")) ? "image" : "artifact";
}

function parse(content: Uint8Array): Json | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(content));
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function objectOf(value: unknown): Json {
  return isObject(value) ? value : {};
}

function listOf(value: unknown): Json[];
function listOf(value: unknown, of: "text"): string[];
function listOf(value: unknown, of?: "text"): unknown[] {
  const list = Array.isArray(value) ? (value as unknown[]).slice(0, MAX_PLATFORMS) : [];
  return of === "text" ? list.filter((it) => typeof it === "string") : list.filter(isObject);
}

function textOf(object: Json, key: string): string {
  const value = object[key];
  return typeof value === "string" ? value.slice(0, MAX_VALUE) : "";
}
