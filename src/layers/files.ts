/** Files of images, as people look at them: listed, read, downloaded, compared. */
import { z } from "zod";
import { cursor } from "../contract/page.ts";
import type { OutputOf } from "../contract/endpoint.ts";
import { RegistryError } from "../errors.ts";
import type { RepositoryName } from "../oci/reference.ts";
import type { Storage } from "../storage/storage.ts";
import { filesApi as api } from "./api.ts";
import type { ChartResult, DiffKind, DiffResult, ListResult, Location, Query, StatResult, TreeKey } from "./entry.ts";
import type { Extracts } from "./extracts.ts";
import { compareConfigs } from "./image-config.ts";
import type { LayeredImage, LayeredImages } from "./layered-image.ts";
import { type LayerState, type LayerStates, placeOf, type Progress } from "./layer-states.ts";
import { PREVIEW_BYTES, previewOf } from "./preview.ts";
import type { TreeReader } from "./tree-reader.ts";

export type FilesParts = {
  images: LayeredImages;
  states: LayerStates;
  reader: TreeReader;
  extracts: Extracts;
  storage: Storage;
};

/** What is asked about: an image, and of it one layer or all. */
export type Place = {
  repository: RepositoryName;
  reference: string;
  platform?: string | undefined;
  layer?: string | undefined;
};

type PageOf = { after: string | undefined; limit: number };

/** An image whose layers that are asked for are indexed, or are being. */
type Looked = {
  image: LayeredImage;
  layers: LayerState[];
  progress: Progress;
  key: TreeKey;
  blobs: Map<string, number>;
};

const byName = cursor("files of a directory", () => z.tuple([z.int(), z.string(), z.string()]));
const byPath = cursor("files by path", () => z.tuple([z.string(), z.string()]));
const bySize = cursor("files by size", () => z.tuple([z.int(), z.string(), z.string()]));
const byDifference = cursor("differences by path", () => z.tuple([z.string()]));
const HELM_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const MAX_CONFIG_BYTES = 1024 * 1024;
const MAX_CHART_YAML_BYTES = 64 * 1024;

export class Files {
  readonly #parts: FilesParts;

  constructor(parts: FilesParts) {
    this.#parts = parts;
  }

  /** Throws NAME_UNKNOWN, MANIFEST_UNKNOWN, NOT_FOUND for what is no directory, UNAVAILABLE. */
  async list(
    place: Place,
    { path, q = "", largest, after, limit }: PageOf & { path: string; q?: string | undefined; largest: boolean },
  ): Promise<OutputOf<typeof api.list>> {
    const keys = largest ? bySize : q === "" ? byName : byPath;
    const from = keys.decode(after);
    const looked = await this.#look(place);
    const empty = { items: [], next: null, totals: null };
    const query = { path: cleaned(path), q, largest, limit, after: from };
    const { result, shown } = await this.#ask<ListResult>(looked, { kind: "list", tree: looked.key, ...query });
    if (result === null) return { ...shown, ...empty };
    // What the reader says is the next is a key of the order that was asked for.
    const next = result.next === null ? null : keys.encode(result.next as never);
    return { ...shown, items: result.items, next, totals: result.totals };
  }

  /** Throws as `list`. */
  async get(place: Place, path: string): Promise<OutputOf<typeof api.get>> {
    const looked = await this.#look(place);
    const { result, shown } = await this.#stat(looked, path);
    if (result === null) return { ...shown, entry: null, content: null, history: [] };
    const { entry, location, history } = result;
    const content = location === null ? null : await this.#preview(looked, location);
    return { ...shown, entry, content, history };
  }

  /** Throws as `list`; CONFLICT while its layer has no index. */
  async open(
    place: Place,
    path: string,
  ): Promise<{ name: string; sizeBytes: number; body: () => Promise<ReadableStream<Uint8Array<ArrayBuffer>>> }> {
    const looked = await this.#look(place);
    const { result, shown } = await this.#stat(looked, path);
    if (result === null) {
      throw new RegistryError("CONFLICT", {
        message: shown.reason ?? "the files of this image are not known yet: try again in a few seconds",
      });
    }
    const { entry, location } = result;
    const blobId = location === null ? undefined : looked.blobs.get(location.layer);
    if (location === null || blobId === undefined) {
      throw new RegistryError("NOT_FOUND", { message: `this is no file but a ${entry.type}` });
    }
    const { name } = entry;
    return { name, sizeBytes: location.sizeBytes, body: () => this.#parts.extracts.stream(blobId, [location]) };
  }

  /** The beginning of a config or a layer as stored. Throws NOT_FOUND when it is none of the manifest's. */
  async text(place: Place, digest: string): Promise<OutputOf<typeof api.text>> {
    const { mediaType, blob } = await this.#findContent(place, digest);
    const bytes = await readBlob(this.#parts.storage, blob, PREVIEW_BYTES);
    return { digest, mediaType, sizeBytes: blob.sizeBytes, ...previewOf(bytes, blob.sizeBytes) };
  }

  /** A config or a layer as stored, whole. Throws NOT_FOUND when it is none of the manifest's. */
  async openBlob(place: Place, digest: string): Promise<{ sizeBytes: number; body: () => Promise<BlobBody> }> {
    const { blob } = await this.#findContent(place, digest);
    const { sizeBytes, content, storageKey } = blob;
    const body = async () => {
      if (content !== null) return content;
      const stored = storageKey === null ? null : await this.#parts.storage.read(storageKey, undefined, sizeBytes);
      if (stored === null) throw new RegistryError("UNAVAILABLE", { message: "the bytes of this content are missing" });
      return stored instanceof Uint8Array ? stored : stored.stream();
    };
    return { sizeBytes, body };
  }

  async #findContent(place: Place, digest: string) {
    const { images } = this.#parts;
    const image = await images.find(place.repository, place.reference, place.platform);
    const descriptors = [...image.layers.map((it) => it.descriptor), ...(image.config ? [image.config] : [])];
    const descriptor = descriptors.find((it) => it.digest === digest);
    const blob = descriptor === undefined ? null : await images.findBlob(place.repository, digest);
    if (!descriptor || !blob) {
      throw new RegistryError("NOT_FOUND", { message: "this image has no such content here", detail: { digest } });
    }
    return { mediaType: descriptor.mediaType, blob };
  }

  async chart(place: Place): Promise<OutputOf<typeof api.chart>> {
    const { images, reader } = this.#parts;
    const image = await images.find(place.repository, place.reference);
    const layer = image.layers.find((it) => it.descriptor.mediaType === HELM_LAYER)?.descriptor.digest;
    const none = { chart: null, chartYaml: null, values: null, valuesSchema: null, readme: null, files: [] };
    if (layer === undefined) {
      const { layers } = await this.#parts.states.of({ ...image, layers: [] }, null);
      const progress = { state: "unsupported" as const, doneBytes: 0, totalBytes: 0, reason: "it is no Helm chart" };
      return { ...progress, image: shownImage(image, layers), ...none, directory: null };
    }
    const looked = await this.#lookAt(image, layer);
    const { result, shown } = await this.#ask<ChartResult>(looked, { kind: "chart", tree: looked.key });
    if (result === null) return { ...shown, ...none, directory: null };
    const texts = await this.#texts(looked, result.locations);
    const chartYaml = texts["Chart.yaml"] ?? null;
    const isReadable = chartYaml !== null && chartYaml.length <= MAX_CHART_YAML_BYTES;
    type Chart = OutputOf<typeof api.chart>["chart"];
    const read = isReadable ? await reader.ask<Chart>({ kind: "yaml", text: chartYaml }, new Map()) : null;
    return {
      ...shown,
      chart: read?.kind === "result" ? read.result : null,
      chartYaml,
      values: texts["values.yaml"] ?? null,
      valuesSchema: texts["values.schema.json"] ?? null,
      readme: texts["README.md"] ?? null,
      files: result.files,
      directory: result.directory,
    };
  }

  /** Throws as `list`, of both. */
  async diff(
    from: Place,
    to: Place,
    {
      path,
      q = "",
      kind = null,
      after,
      limit,
    }: PageOf & { path: string; q?: string | undefined; kind?: DiffKind | null | undefined },
  ): Promise<OutputOf<typeof api.diff>> {
    const behind = byDifference.decode(after)?.[0] ?? null;
    const [before, now] = [await this.#look(from), await this.#look(to)];
    const sides = {
      from: shownImage(before.image, before.layers),
      to: shownImage(now.image, now.layers),
      config: compareConfigs(await this.#config(before.image), await this.#config(now.image)),
      layers: sharedLayers(before.image, now.image),
    };
    const both: Looked = {
      ...before,
      progress: joinProgress(before.progress, now.progress),
      blobs: new Map([...before.blobs, ...now.blobs]),
    };
    const query = { path: cleaned(path), q, only: kind ?? null, limit, after: behind };
    const { result, shown } = await this.#ask<DiffResult>(both, {
      kind: "diff",
      from: before.key,
      to: now.key,
      ...query,
    });
    const { image: _, ...progress } = shown;
    if (result === null) return { ...progress, ...sides, totals: null, items: [], next: null };
    const next = result.next === null ? null : byDifference.encode([result.next]);
    return { ...progress, ...sides, totals: result.totals, items: result.items, next };
  }

  async #look({ repository, reference, platform, layer }: Place): Promise<Looked> {
    return await this.#lookAt(await this.#parts.images.find(repository, reference, platform), layer);
  }

  async #lookAt(image: LayeredImage, layer: string | undefined): Promise<Looked> {
    const only = placeOf(image, layer);
    const { progress, layers } = await this.#parts.states.of(image, only);
    // Places count among all layers; those that are no archives are left out of a merged image.
    const archives = layers.filter((it) => it.state !== "unsupported").map((it) => it.digest);
    const digests = only === null ? archives : image.layers.map((it) => it.descriptor.digest);
    const blobs = new Map(image.layers.flatMap((it) => (it.blob ? [[it.descriptor.digest, it.blob.id] as const] : [])));
    return { image, layers, progress, key: { layers: digests, only }, blobs };
  }

  /** The answer, or null where the progress says why there is none. Throws NOT_FOUND for a path that is not there. */
  async #ask<Result>(
    { image, layers, progress, blobs }: Looked,
    query: Query,
  ): Promise<{ result: Result | null; shown: Progress & { image: ReturnType<typeof shownImage> } }> {
    const shown = { ...progress, image: shownImage(image, layers) };
    if (progress.state !== "ready") return { result: null, shown };
    const reply = await this.#parts.reader.ask<Result>(query, blobs);
    if (reply.kind === "absent") {
      throw new RegistryError("NOT_FOUND", { message: "there is nothing at this path" });
    }
    if (reply.kind === "result") return { result: reply.result, shown };
    if (reply.kind === "gone") return { result: null, shown: { ...shown, state: "indexing" } };
    return { result: null, shown: { ...shown, state: "parked", reason: reply.reason } };
  }

  #stat(looked: Looked, path: string) {
    return this.#ask<StatResult>(looked, { kind: "stat", tree: looked.key, path: cleaned(path) });
  }

  async #preview({ blobs }: Looked, location: Location) {
    const blobId = blobs.get(location.layer);
    if (blobId === undefined) return null;
    const span = { offset: location.offset, sizeBytes: Math.min(location.sizeBytes, PREVIEW_BYTES) };
    const [bytes] = await this.#parts.extracts.read(blobId, [span]);
    return previewOf(bytes ?? new Uint8Array(), location.sizeBytes);
  }

  /** All from one layer, in one go. */
  async #texts({ blobs }: Looked, locations: Record<string, Location>): Promise<Record<string, string | null>> {
    const names = Object.keys(locations);
    const [first] = Object.values(locations);
    const blobId = first === undefined ? undefined : blobs.get(first.layer);
    if (blobId === undefined) return {};
    const spans = Object.values(locations).map(({ offset, sizeBytes }) => ({
      offset,
      sizeBytes: Math.min(sizeBytes, PREVIEW_BYTES),
    }));
    const pieces = await this.#parts.extracts.read(blobId, spans);
    return Object.fromEntries(
      names.map((name, index) => {
        const bytes = pieces[index] ?? new Uint8Array();
        return [name, previewOf(bytes, locations[name]?.sizeBytes ?? 0).text];
      }),
    );
  }

  async #config({ repository, config }: LayeredImage): Promise<Uint8Array | null> {
    if (config === null || config.sizeBytes > MAX_CONFIG_BYTES) return null;
    const blob = await this.#parts.images.findBlob(repository, config.digest);
    return blob === null ? null : await readBlob(this.#parts.storage, blob, MAX_CONFIG_BYTES);
  }
}

/** As `cleanPath` leaves paths: what people type may begin or end with a slash. */
function cleaned(path: string): string {
  return path
    .split("/")
    .filter((it) => it !== "" && it !== ".")
    .join("/");
}

function shownImage(image: LayeredImage, layers: LayerState[]) {
  const { repository, digest, platform, sizeBytes } = image;
  return { repository, digest, platform, sizeBytes, layers };
}

type BlobBody = Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>>;

async function readBlob(
  storage: Storage,
  { content, storageKey, sizeBytes }: { content: Uint8Array | null; storageKey: string | null; sizeBytes: number },
  limit: number,
): Promise<Uint8Array> {
  if (content !== null) return content.subarray(0, limit);
  const range = { start: 0, end: Math.min(sizeBytes, limit) };
  const body = storageKey === null ? null : await storage.read(storageKey, range, sizeBytes);
  if (body === null) throw new RegistryError("UNAVAILABLE", { message: "the bytes of this content are missing" });
  return body instanceof Uint8Array ? body : await body.bytes();
}

function joinProgress(a: Progress, b: Progress): Progress {
  const order = ["parked", "off", "unsupported", "indexing", "ready"] as const;
  const state = order.find((it) => a.state === it || b.state === it) ?? "ready";
  const doneBytes = a.doneBytes + b.doneBytes;
  return { state, doneBytes, totalBytes: a.totalBytes + b.totalBytes, reason: a.reason ?? b.reason };
}

function sharedLayers(from: LayeredImage, to: LayeredImage) {
  const describe = ({ layers }: LayeredImage) =>
    new Map(layers.map((it) => [it.descriptor.digest, it.descriptor.sizeBytes]));
  const [before, after] = [describe(from), describe(to)];
  return [
    ...[...before].map(([digest, sizeBytes]) => ({
      digest,
      sizeBytes,
      in: after.has(digest) ? ("both" as const) : ("from" as const),
    })),
    ...[...after]
      .filter(([digest]) => !before.has(digest))
      .map(([digest, sizeBytes]) => ({ digest, sizeBytes, in: "to" as const })),
  ];
}
