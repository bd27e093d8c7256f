/** The folders of a configuration that one process at a time may use, locked together. */
import { dirname, resolve } from "node:path";
import type { Config } from "../config.ts";
import { lockData, type DataLock } from "../lib/data-lock.ts";

/** All or none. Throws DataLockedError when another process uses one of them. */
export function lockDirectories(config: Config): DataLock {
  const locks: DataLock[] = [];
  const release = () => {
    for (const lock of locks) lock.release();
  };
  try {
    for (const directory of directoriesOf(config)) locks.push(lockData(directory));
  } catch (error) {
    release();
    throw error;
  }
  return { release };
}

/** Every folder that another server must not use at the same time. A database that several share has locks of its own. */
function directoriesOf({ data, storage, database }: Config): string[] {
  const directories = [data.directory];
  if (database.driver === "sqlite") {
    directories.push(dirname(database.path));
    if (storage.driver === "filesystem") directories.push(storage.directory);
  }
  return [...new Set(directories.map((it) => resolve(it)))];
}
