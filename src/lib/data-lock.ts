/**
 * One server a data directory. The lock is SQLite's on a file of its own: the kernel lets go of it when the process
 * ends, however it ends, and it works wherever the database does.
 */
import { Database, SQLiteError } from "bun:sqlite";
import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export type DataLock = { release: () => void };

/** Another process has the lock; the message names it and says what to do. */
export class DataLockedError extends Error {
  override readonly name = "DataLockedError";
}

/** Makes the directory if need be. Throws DataLockedError when another process holds the lock. */
export function lockData(directory: string): DataLock {
  assertWritable(directory);
  const pidFile = join(directory, "berth.pid");
  const database = new Database(join(directory, "berth.lock"), { create: true, readwrite: true });
  try {
    database.run("pragma locking_mode = exclusive");
    database.run("begin exclusive");
  } catch (error) {
    database.close();
    if (!(error instanceof SQLiteError) || error.code !== "SQLITE_BUSY") throw error;
    throw new DataLockedError(
      `another berth (process ${readPid(pidFile)}) is using ${directory}: stop it, or choose another directory with --data`,
      {
        cause: error,
      },
    );
  }
  writeFileSync(pidFile, `${process.pid}\n`);
  return { release: () => database.close() };
}

function assertWritable(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const user = process.getuid?.() ?? "this user";
    throw new Error(
      `cannot write in the data directory ${directory} (running as user ${user}): ` +
        `give it to that user (chown -R ${user} ${directory}), or choose another with --data`,
      { cause },
    );
  }
}

function readPid(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "unknown";
  }
}
