/**
 * File calls on plain descriptors, run in the thread pool, with errors told apart; and the syncing of directories.
 * Plain descriptors because a FileHandle that is lost closes itself behind our back.
 */
import * as fs from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";

import { StorageError } from "./storage.ts";

export const openFile = promisify(fs.open);
export const closeFile = promisify(fs.close);
const syncFile = promisify(fs.fsync);
export const syncFileData = promisify(fs.fdatasync);
export const truncateFile = promisify(fs.ftruncate);

/** The system's name for a failure, such as ENOENT. */
export function errorCode(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}

export function storageError(action: string, cause: unknown): StorageError {
  if (cause instanceof StorageError) return cause;
  const code = errorCode(cause);
  const reason = code ?? (cause instanceof Error ? cause.message : String(cause));
  return new StorageError(`${action}: ${reason}`, { full: code === "ENOSPC" || code === "EDQUOT", cause });
}

/** One write, which may take less than all bytes. */
export function writeOnce(fd: number, bytes: Uint8Array, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.write(fd, bytes, 0, bytes.length, position, (error, written) => {
      if (error === null) resolve(written);
      else reject(error);
    });
  });
}

export async function writeFully(fd: number, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const written = await writeOnce(fd, done === 0 ? bytes : bytes.subarray(done), position + done);
    if (written === 0) throw new Error("the file takes no more bytes");
    done += written;
  }
}

/** Reads up to the length of `into`; 0 at the end of the file. */
export function readOnce(fd: number, into: Uint8Array, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(fd, into, 0, into.length, position, (error, count) => {
      if (error === null) resolve(count);
      else reject(error);
    });
  });
}

/** Waits for all, and only then throws the first failure: nothing may still use a descriptor that is about to close. */
export async function allDone(...work: Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) {
    if (result.status === "rejected") throw result.reason;
  }
}

export async function syncDirectory(path: string): Promise<void> {
  const fd = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
  try {
    await syncFile(fd);
  } finally {
    fs.closeSync(fd);
  }
}

type Round = { running: Promise<void>; next: Promise<void> | null };

/** Syncs a directory once for all who ask while a sync of it is under way: that one began too early for them. */
export class DirectorySync {
  readonly #rounds = new Map<string, Round>();

  sync(path: string): Promise<void> {
    const round = this.#rounds.get(path);
    if (round === undefined) return this.#start(path);
    const start = (): Promise<void> => this.#start(path);
    round.next ??= round.running.then(start, start);
    return round.next;
  }

  #start(path: string): Promise<void> {
    const round: Round = { running: Promise.resolve(), next: null };
    this.#rounds.set(path, round);
    round.running = syncDirectory(path).finally(() => {
      if (round.next === null) this.#rounds.delete(path);
    });
    return round.running;
  }
}

/** Writes a whole file; resolves when it and its directory entry are durable: synced at once, the order does not matter. */
export async function writeDurably(
  path: string,
  bytes: Uint8Array,
  flags: number,
  directories: DirectorySync,
): Promise<void> {
  const fd = await openFile(path, fs.constants.O_WRONLY | fs.constants.O_CREAT | flags, 0o600);
  try {
    await writeFully(fd, bytes, 0);
    await allDone(syncFileData(fd), directories.sync(dirname(path)));
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
  await closeFile(fd);
}
