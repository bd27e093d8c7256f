/** Configuration of the blob bytes: one alternative for each storage driver. */
import { z } from "zod";
import { byteSize, path } from "../lib/config-types.ts";

const common = {
  delete: z
    .strictObject({
      enabled: z.boolean().default(true).describe("Whether clients may delete manifests, tags and blobs."),
    })
    .prefault({})
    .describe("Deleting on request."),
  readonly: z
    .boolean()
    .default(false)
    .describe("Refuse every push, delete and other change; pulls, reading and logins go on."),
};

const filesystemConfig = z.strictObject({
  driver: z.literal("filesystem").describe("Where blob bytes are kept."),
  directory: path()
    .default("./data")
    .describe("Directory in which blobs/ is made; the data directory unless said otherwise."),
  directIo: z
    .enum(["auto", "on", "off"])
    .default("auto")
    .describe("Write blobs past the page cache; auto does so where the file system supports it."),
  minimumFreeBytes: z
    .union([z.literal("auto"), byteSize()], { error: "expected auto, a number of bytes, or text such as 64MiB" })
    .default("auto")
    .describe("Refuse pushes when less space than this is free; auto is 5 % of the disk, at most 64 MiB."),
  ...common,
});

const memoryConfig = z.strictObject({
  driver: z.literal("memory").describe("Where blob bytes are kept."),
  ...common,
});

export const storageConfig = z.discriminatedUnion("driver", [filesystemConfig, memoryConfig], {
  error: "expected filesystem or memory",
});
