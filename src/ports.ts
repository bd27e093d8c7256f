/** The two ports with the drivers that the configuration asks for. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "./config.ts";
import { DatabaseCorruptError, type Database } from "./database/database.ts";
import { openSqlite } from "./database/drivers/sqlite.ts";
import { filesystemStorage } from "./storage/drivers/filesystem.ts";
import { memoryStorage } from "./storage/drivers/memory.ts";
import type { Storage } from "./storage/storage.ts";
import type { Log } from "./telemetry/log.ts";

export type Ports = { storage: Storage; database: Database };
export type WrapPorts = (ports: Ports) => Ports;

export type PortsOptions = {
  config: Config;
  log: Log;
  /** Ends the process: the disk did not keep what it was given. */
  onSyncFailure: (error: Error) => void;
};

/** Throws, saying what to do, when one of them cannot be opened. */
export async function openPorts(options: PortsOptions): Promise<Ports> {
  const storage = await openStorage(options.config);
  return { storage, database: await openDatabase(options) };
}

async function openStorage({ storage }: Config): Promise<Storage> {
  if (storage.driver === "memory") return memoryStorage();
  return await filesystemStorage({ directory: storage.directory, directIo: storage.directIo });
}

async function openDatabase({ config, log, onSyncFailure }: PortsOptions): Promise<Database> {
  const { database } = config;
  if (database.driver === "sqlite") {
    const isLasting = config.storage.driver !== "memory";
    const path = isLasting ? database.path : newPath(config.data.directory);
    try {
      return await openSqlite({ path, onSyncFailure });
    } catch (error) {
      if (!(error instanceof DatabaseCorruptError)) throw error;
      throw new Error(
        `the database ${path} is corrupt (${error.message}): look at the disk, move the file away together with those of ` +
          "its name with -wal and -shm, and get the rows back with `berth restore --snapshot latest`, or from a backup",
        { cause: error },
      );
    }
  }
  // Loaded only where it is used: it costs memory and time at every start.
  const { openPostgres } = await import("./database/drivers/postgres.ts");
  return await openPostgres({
    url: database.url.reveal(),
    poolSize: database.poolSize,
    onIdleError: (error) => log.warn("a database connection broke and will be replaced", { error }),
  });
}

/** Rows must not outlive the bytes that they name: with storage in memory each start begins with none. */
function newPath(directory: string): string {
  const path = join(directory, "berth-memory.db");
  for (const suffix of ["", "-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
  return path;
}
