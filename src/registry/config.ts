/** Configuration of the content rules: sizes of manifests and blobs, and the life of an upload. */
import { z } from "zod";
import { byteSize } from "../lib/config-types.ts";

const MANIFEST_MIN_BYTES = 4 * 2 ** 20;
const MANIFEST_MAX_BYTES = 64 * 2 ** 20;

const manifestConfig = z.strictObject({
  maxBytes: byteSize({ minimum: MANIFEST_MIN_BYTES, maximum: MANIFEST_MAX_BYTES })
    .default(MANIFEST_MIN_BYTES)
    .describe("Largest manifest that is accepted, in bytes; every registry must take 4 MiB."),
});

const blobConfig = z.strictObject({
  maxBytes: byteSize({ minimum: 1 })
    .optional()
    .describe("Largest blob that is accepted, in bytes; without it only the storage is the limit."),
});

const uploadsConfig = z.strictObject({
  expireAfterSeconds: z
    .int()
    .min(60)
    .default(86_400)
    .describe("Seconds without new data after which an unfinished upload is removed."),
  perPrincipal: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(10_000)
    .describe("Most unfinished uploads that one user, or all anonymous ones together, may have."),
  minimumBytesPerSecond: z
    .int()
    .min(0)
    .default(1024)
    .describe("Average number of bytes a second below which a request body is cut off; 0 allows any."),
  stallSeconds: z
    .int()
    .min(1)
    .max(250)
    .default(60)
    .describe("Seconds without a single byte after which a request body is cut off."),
});

export const registryConfig = z.strictObject({
  manifest: manifestConfig.prefault({}).describe("Manifests."),
  uploads: uploadsConfig.prefault({}).describe("Uploads of blobs."),
  blob: blobConfig.prefault({}).describe("Blobs."),
});
