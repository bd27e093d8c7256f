/** Configuration of the rows: one alternative for each database driver. */
import { z } from "zod";
import { path, secret } from "../lib/config-types.ts";

const sqliteConfig = z.strictObject({
  driver: z.literal("sqlite").describe("Where metadata is kept."),
  path: path()
    .default("./data/berth.db")
    .describe("File of the SQLite database; berth.db in the data directory unless said otherwise."),
});

const postgresConfig = z.strictObject({
  driver: z.literal("postgres").describe("Where metadata is kept."),
  url: secret().describe("Connection URL of the PostgreSQL database, postgres://user:password@host/database."),
  poolSize: z.int().min(1).max(1000).default(10).describe("Most connections that one server opens to the database."),
});

export const databaseConfig = z.discriminatedUnion("driver", [sqliteConfig, postgresConfig], {
  error: "expected sqlite or postgres",
});
