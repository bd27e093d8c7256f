/** Configuration of what the server says about itself: its log and its metrics. */
import { z } from "zod";

export const logConfig = z.strictObject({
  level: z.enum(["debug", "info", "warn", "error"]).default("info").describe("Least important level that is written."),
  format: z
    .enum(["auto", "json", "text"])
    .default("auto")
    .describe("Form of a log line; auto is text on a terminal and JSON elsewhere."),
  access: z.boolean().default(true).describe("Whether each request writes a line."),
});

export const metricsConfig = z.strictObject({
  enabled: z.boolean().default(true).describe("Whether /metrics answers with Prometheus metrics."),
  host: z.string().min(1).default("127.0.0.1").describe("Address of the listener of its own that metrics.port opens."),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe("TCP port on which metrics are served instead of on the main listener; 0 takes any free one."),
});
