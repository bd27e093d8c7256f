/** Configuration of what happens to content with time: garbage collection, the recycle bin, checks of stored bytes, snapshots. */
import { z } from "zod";
import { byteSize } from "../lib/config-types.ts";

const DAY_SECONDS = 86_400;

export const gcConfig = z.strictObject({
  enabled: z.boolean().default(true).describe("Whether this server collects what nothing needs any more."),
  intervalSeconds: z.int().min(1).default(60).describe("Seconds between two passes of the garbage collector."),
  leaseSeconds: z
    .int()
    .min(0)
    .default(DAY_SECONDS)
    .describe("Seconds for which a pushed or mounted blob is kept although no manifest names it."),
  graceSeconds: z
    .int()
    .min(0)
    .default(7_200)
    .describe(
      "Seconds for which the bytes of a blob that no repository has any more are kept; longer than the time between two snapshots.",
    ),
});

export const binConfig = z.strictObject({
  keepSeconds: z
    .int()
    .min(0)
    .default(7 * DAY_SECONDS)
    .describe("Seconds for which deleted tags and manifests can be restored; 0 keeps none."),
  historySeconds: z
    .int()
    .min(0)
    .default(90 * DAY_SECONDS)
    .describe("Seconds for which it is remembered what a tag pointed to before."),
});

export const scrubConfig = z.strictObject({
  enabled: z.boolean().default(true).describe("Whether stored blobs are read and hashed again in the background."),
  everyDays: z.int().min(1).default(30).describe("Days within which every blob is checked once."),
  bytesPerSecond: byteSize({ minimum: 1 })
    .default(20 * 2 ** 20)
    .describe("Most bytes that the background check reads in a second."),
});

export const snapshotConfig = z.strictObject({
  enabled: z.boolean().default(true).describe("Whether copies of the rows are put into the storage."),
  intervalSeconds: z.int().min(10).default(3_600).describe("Seconds between two copies."),
  keep: z.int().min(1).default(24).describe("How many copies are kept; older ones are removed."),
});
