/** Configuration of what is made known of the files in layers. */
import { z } from "zod";
import { byteSize } from "../lib/config-types.ts";

export const layersConfig = z.strictObject({
  index: z
    .enum(["background", "on-demand", "off"])
    .default("background")
    .describe(
      "When indexes of the files in layers are made: some time after a push, when somebody looks into an image, or never.",
    ),
  maxEntries: z
    .int()
    .min(1_000)
    .max(1_000_000)
    .default(500_000)
    .describe(
      "Most entries of a layer that gets an index, and of all layers together of an image whose files are shown.",
    ),
  maxUncompressedBytes: byteSize({ minimum: 2 ** 20 })
    .default(20 * 2 ** 30)
    .describe("Most bytes of a layer that gets an index, uncompressed."),
  timeoutSeconds: z.int().min(1).max(86_400).default(600).describe("Seconds that reading a layer may take."),
  memoryBytes: byteSize({ minimum: 128 * 2 ** 20 })
    .default(512 * 2 ** 20)
    .describe("Memory that a process may take which reads a layer."),
});
