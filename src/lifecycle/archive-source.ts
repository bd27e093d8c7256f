/** Where row archives lie, and the bytes that they name: in a backup's directory, or as snapshots in the storage itself. */
import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { digestAlgorithm, type Digest } from "../oci/digest.ts";
import { errorCode } from "../storage/files.ts";
import { SNAPSHOTS } from "../storage/paths.ts";
import type { Storage } from "../storage/storage.ts";
import { ArchiveError, checkArchive, IncompleteArchiveError } from "./row-archive.ts";

/** `archive`: a file name in DIR/rows, the newest unless given. `snapshot`: `latest`, or a key, or the last part of one. */
export type RestoreFrom = { directory: string; archive?: string } | { snapshot: string };

export type SnapshotFile = {
  key: string;
  /** When it was taken, ms since 1970. */
  takenAt: number;
  /** When it was last written to, ms since 1970. */
  modifiedAt: number;
  sizeBytes: number;
};

export type ArchiveSource = {
  /** For people: which archive it is. */
  name: string;
  /** The bytes are in the storage already, under the keys that the rows name. */
  isInStorage: boolean;
  chunks: () => Promise<AsyncIterable<Uint8Array>>;
  /** A blob's bytes, null when they are not there or are not as many as they should be. */
  open: (blob: {
    digest: Digest;
    sizeBytes: number;
    storageKey: string | null;
  }) => Promise<AsyncIterable<Uint8Array> | null>;
};

/** The last that names have digits for. */
const LAST_TIME = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const ARCHIVE_NAME = /^[0-9]{8}-[0-9]{6}-[0-9]{3}(?:-[0-9a-f]+)?\.berth$/;

export function rowsDirectory(directory: string): string {
  return join(resolve(directory), "rows");
}

/** `blobs/sha256/ab/ab…`, safe because only a parser makes a Digest. */
export function blobPath(directory: string, digest: Digest): string {
  const algorithm = digestAlgorithm(digest);
  const hex = digest.slice(algorithm.length + 1);
  return join(resolve(directory), "blobs", algorithm, hex.slice(0, 2), hex);
}

/** Complete archives, newest first; none where there is no such directory. */
export async function listArchives(directory: string): Promise<string[]> {
  const names = await readdir(rowsDirectory(directory)).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  });
  return names
    .filter((name) => ARCHIVE_NAME.test(name))
    .toSorted()
    .toReversed();
}

/** Newest first. */
export async function listSnapshots(storage: Storage): Promise<SnapshotFile[]> {
  const files: SnapshotFile[] = [];
  for await (const { key, sizeBytes, modifiedAt } of storage.list(SNAPSHOTS)) {
    if (ARCHIVE_NAME.test(key.slice(SNAPSHOTS.length)))
      files.push({ key, sizeBytes, modifiedAt, takenAt: snapshotTime(key) ?? modifiedAt });
  }
  return files.toSorted((a, b) => (a.key < b.key ? 1 : -1));
}

/** A time, ms since 1970, as the names of archives begin with it: they sort by it. */
export function timeInNames(time: number): string {
  return new Date(time).toISOString().replaceAll(/[-:Z]/g, "").replace("T", "-").replace(".", "-");
}

/** The time for the name of a new archive: it sorts behind `newest`, a name or key, even when the clock has gone back. */
export function timeBehind(newest: string | undefined, now: number): string {
  const last = newest === undefined ? null : snapshotTime(newest);
  return timeInNames(last === null ? now : Math.min(Math.max(now, last + 1), LAST_TIME));
}

/** The time in an archive's name. */
export function snapshotTime(key: string): number | null {
  const found = /(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-(\d{3})/.exec(key);
  if (found === null) return null;
  const [, year, month, day, hour, minute, second, milliseconds] = found;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}Z`);
}

/** Throws ArchiveError when the key is not there. */
export async function keyChunks(storage: Storage, key: string): Promise<AsyncIterable<Uint8Array>> {
  const body = await storage.read(key);
  if (body === null) throw new ArchiveError(`there is no ${key} in the storage`);
  return bodyChunks(body);
}

export async function* bodyChunks(body: Blob | Uint8Array): AsyncGenerator<Uint8Array> {
  if (body instanceof Uint8Array) yield body;
  else yield* body.stream();
}

/** Says which archive it was that `work` found wrong. */
export async function naming<T>({ name }: ArchiveSource, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    throw new ArchiveError(`${name}: ${error.message}`, { cause: error });
  }
}

/** Throws ArchiveError when there is no such archive. */
export async function findSource(from: RestoreFrom, storage: Storage): Promise<ArchiveSource> {
  return "directory" in from ? await inDirectory(from) : await inStorage(from.snapshot, storage);
}

async function inDirectory({ directory, archive }: { directory: string; archive?: string }): Promise<ArchiveSource> {
  const archives = await listArchives(directory);
  const name = archive ?? archives[0];
  if (name === undefined) {
    const isThere = (await stat(directory).catch(() => null)) !== null;
    throw new ArchiveError(
      isThere ? `${rowsDirectory(directory)} holds no complete backup` : `there is no directory ${directory}`,
    );
  }
  if (!archives.includes(name))
    throw new ArchiveError(`${rowsDirectory(directory)} holds no backup of the name ${name}`);
  const path = join(rowsDirectory(directory), name);
  if (!(await stat(path)).isFile()) throw new ArchiveError(`${path} is no file`);
  return {
    name: path,
    isInStorage: false,
    chunks: async () => Bun.file(path).stream(),
    open: async ({ digest, sizeBytes }) => {
      const file = blobPath(directory, digest);
      const found = await stat(file).catch(() => null);
      return found?.isFile() === true && found.size === sizeBytes ? Bun.file(file).stream() : null;
    },
  };
}

async function inStorage(snapshot: string, storage: Storage): Promise<ArchiveSource> {
  const snapshots = await listSnapshots(storage);
  const wanted = snapshot.startsWith(SNAPSHOTS) ? snapshot : `${SNAPSHOTS}${snapshot}`;
  const found =
    snapshot === "latest" ? await findNewest(storage, snapshots) : snapshots.find((it) => it.key === wanted);
  if (found === undefined) {
    throw new ArchiveError(
      snapshot === "latest" ? "the storage holds no snapshot" : `the storage holds no snapshot of the name ${snapshot}`,
    );
  }
  return {
    name: found.key,
    isInStorage: true,
    chunks: () => keyChunks(storage, found.key),
    open: async ({ storageKey, sizeBytes }) => {
      const body = storageKey === null ? null : await storage.read(storageKey, undefined, sizeBytes);
      return body === null ? null : bodyChunks(body);
    },
  };
}

/** A server that was killed while it wrote one has left a part of it, beside older ones that are whole. */
async function findNewest(storage: Storage, snapshots: readonly SnapshotFile[]): Promise<SnapshotFile | undefined> {
  for (const snapshot of snapshots) {
    try {
      await checkArchive(await keyChunks(storage, snapshot.key));
      return snapshot;
    } catch (error) {
      if (!(error instanceof IncompleteArchiveError)) throw error;
    }
  }
  // None is: which one is named does not matter, only what is then said of it.
  return snapshots[0];
}
