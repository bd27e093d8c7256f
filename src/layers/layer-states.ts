/** How far the indexes of an image's layers are: what pages show as progress. Asking is what makes them. */
import { RegistryError } from "../errors.ts";
import { namespaceOf } from "../oci/reference.ts";
import type { Indexer } from "./indexer.ts";
import type { IndexStore } from "./index-store.ts";
import { mayBeArchive } from "./layer-types.ts";
import type { Layer, LayeredImage } from "./layered-image.ts";

export type LayerState = {
  digest: string;
  mediaType: string;
  sizeBytes: number;
  state: "ready" | "waiting" | "indexing" | "parked" | "unsupported" | "missing" | "off";
  doneBytes: number;
  entries: number | null;
  uncompressedBytes: number | null;
  reason: string | null;
};

export type Progress = {
  state: "ready" | "indexing" | "parked" | "unsupported" | "off";
  doneBytes: number;
  totalBytes: number;
  reason: string | null;
};

export type LayerStatesParts = { store: IndexStore; indexer: Indexer; isOff: boolean };

/** Small layers are done while the answer waits: most images then need no second question. */
const WAIT_MS = 400;

export class LayerStates {
  readonly #parts: LayerStatesParts;

  constructor(parts: LayerStatesParts) {
    this.#parts = parts;
  }

  /** Of all layers, or of one alone when `only` is its place; has those made that are missing, and waits for them a moment. */
  async of(image: LayeredImage, only: number | null): Promise<{ progress: Progress; layers: LayerState[] }> {
    const wanted = new Set(only === null ? image.layers : [image.layers[only]]);
    const pending: Promise<void>[] = [];
    let layers = await Promise.all(
      image.layers.map((layer) => this.#find(layer, wanted.has(layer) ? { image, pending } : null)),
    );
    if (pending.length > 0) {
      await Promise.race([Promise.all(pending), Bun.sleep(WAIT_MS)]);
      layers = await Promise.all(image.layers.map((layer) => this.#find(layer, null)));
    }
    return { progress: progressOf(layers.filter((_, index) => only === null || index === only)), layers };
  }

  async #find(
    { descriptor, blob }: Layer,
    make: { image: LayeredImage; pending: Promise<void>[] } | null,
  ): Promise<LayerState> {
    const { store, indexer, isOff } = this.#parts;
    const { digest, mediaType, sizeBytes } = descriptor;
    const shown = { digest, mediaType, sizeBytes, doneBytes: 0, entries: null, uncompressedBytes: null, reason: null };
    if (!mayBeArchive(mediaType)) return { ...shown, state: "unsupported", reason: "it is no archive" };
    if (blob === null) return { ...shown, state: "missing", reason: "its bytes are not in this repository" };
    const row = await store.find(blob.id);
    if (row?.state === "ready") {
      const { entries, uncompressedBytes } = row;
      return { ...shown, state: "ready", doneBytes: sizeBytes, entries, uncompressedBytes };
    }
    if (row?.state === "parked" || row?.state === "unsupported") {
      return { ...shown, state: row.state, doneBytes: sizeBytes, reason: row.reason };
    }
    const progress = indexer.progress(blob.id);
    if (isOff && progress === null) return { ...shown, state: "off", reason: "this registry makes no indexes" };
    if (make !== null) make.pending.push(indexer.request(blob, namespaceOf(make.image.repository), true));
    const { state = "waiting", readBytes = 0 } = progress ?? {};
    return { ...shown, state, doneBytes: Math.min(readBytes, sizeBytes) };
  }
}

/** Layers that are no archives, such as attestations, say nothing of the files of the others. */
function progressOf(layers: readonly LayerState[]): Progress {
  const counted = layers.filter((it) => it.state !== "unsupported");
  const doneBytes = counted.reduce((sum, it) => sum + it.doneBytes, 0);
  const totalBytes = counted.reduce((sum, it) => sum + it.sizeBytes, 0);
  const all = { doneBytes, totalBytes };
  const stuck = counted.find((it) => it.state === "parked" || it.state === "missing");
  if (stuck) return { ...all, state: "parked", reason: `${stuck.digest}: ${stuck.reason ?? "it cannot be read"}` };
  const off = counted.find((it) => it.state === "off");
  if (off) return { ...all, state: "off", reason: off.reason };
  if (counted.some((it) => it.state !== "ready")) return { ...all, state: "indexing", reason: null };
  if (counted.length === 0 && layers.length > 0) {
    return { ...all, state: "unsupported", reason: "none of its layers is an archive of files" };
  }
  return { ...all, state: "ready", reason: null };
}

/** The place of the layer with the digest; null for none asked for. Throws NOT_FOUND when the image has no such layer. */
export function placeOf(image: LayeredImage, digest: string | undefined): number | null {
  if (digest === undefined) return null;
  const place = image.layers.findIndex((it) => it.descriptor.digest === digest);
  if (place < 0) throw new RegistryError("NOT_FOUND", { message: "this image has no such layer", detail: { digest } });
  return place;
}
