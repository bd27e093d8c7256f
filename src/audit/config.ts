/** Configuration of the audit log. */
import { z } from "zod";

export const auditConfig = z.strictObject({
  enabled: z.boolean().default(true).describe("Whether it is written down who did what."),
  keepDays: z.int().min(1).max(36_500).default(365).describe("Days after which an event is removed."),
  maxEvents: z
    .int()
    .min(1_000)
    .default(10_000_000)
    .describe("Most events that are kept; beyond that the oldest are removed. One takes about 700 bytes."),
});
