/** An image's history as build steps with what each added: its entries joined with the manifest's layers, in order. */
import type { JsonObject } from "../oci/json.ts";
import { memberOf, objectsOf, textOf } from "./loose.ts";

export type Step = {
  createdBy: string | null;
  comment: string | null;
  author: string | null;
  created: string | null;
  /** Compressed; 0 for a step that changed no files. */
  sizeBytes: number;
  /** Index in the manifest's layers. */
  layer: number | null;
};

const MAX_STEPS = 2_000;

/**
 * `document`: the image's configuration, or null. Entries beyond the last layer added nothing that is here; layers beyond the
 * last entry are steps without a story.
 */
export function buildSteps(document: JsonObject | null, layers: readonly { sizeBytes: number }[]): Step[] {
  let next = 0;
  const steps = objectsOf(document, "history", MAX_STEPS).map((entry): Step => {
    const isEmpty = memberOf(entry, "empty_layer") === true || next >= layers.length;
    const layer = isEmpty ? null : next++;
    return {
      createdBy: textOf(entry, "created_by"),
      comment: textOf(entry, "comment"),
      author: textOf(entry, "author"),
      created: textOf(entry, "created", 64),
      sizeBytes: layer === null ? 0 : (layers[layer]?.sizeBytes ?? 0),
      layer,
    };
  });
  for (; next < layers.length && steps.length < MAX_STEPS; next += 1) {
    const sizeBytes = layers[next]?.sizeBytes ?? 0;
    steps.push({ createdBy: null, comment: null, author: null, created: null, sizeBytes, layer: next });
  }
  return steps;
}
