/** Files and folders of a backup's directory, which may be on any file system: how they are made so that they stay. */
import { mkdir, readdir, rm, stat, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errorCode, syncDirectory } from "../storage/files.ts";

/** Longer than any backup that still runs writes nothing to a file of its own. */
const LEFT_AFTER_MS = 86_400_000;

/** Makes a folder and those above it; resolves when their names are durable. */
export async function makeFolder(path: string): Promise<void> {
  const firstMade = await mkdir(path, { recursive: true });
  if (firstMade === undefined) return;
  for (let parent = dirname(path); parent.length >= dirname(firstMade).length; parent = dirname(parent)) {
    await syncFolder(parent);
    if (parent === dirname(parent)) return;
  }
}

/** Makes the names in a folder durable, if it may be read: one above the directory of a backup may be another user's. */
export async function syncFolder(path: string): Promise<void> {
  try {
    await syncDirectory(path);
  } catch (error) {
    if (errorCode(error) !== "EACCES" && errorCode(error) !== "EPERM") throw error;
  }
}

export async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += (await file.write(bytes, done)).bytesWritten;
}

/** Removes what a backup that was killed has left half written in a folder. */
export async function removeLeftovers(folder: string, isPartial: (name: string) => boolean): Promise<void> {
  for (const name of (await readdir(folder)).filter(isPartial)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > LEFT_AFTER_MS) await rm(path, { force: true });
  }
}
