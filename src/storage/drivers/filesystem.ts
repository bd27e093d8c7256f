/**
 * Blobs as files below one directory, in the layout that `paths.ts` draws. Durable means here: the file's data and
 * its directory synced. Every folder is made and synced when the driver opens.
 */
import * as fs from "node:fs";
import { mkdir, readdir, stat, statfs, unlink } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, join, resolve } from "node:path";

import {
  closeFile,
  DirectorySync,
  errorCode,
  openFile,
  storageError,
  syncDirectory,
  truncateFile,
  writeDurably,
  writeOnce,
} from "../files.ts";
import { HashPool, type RunningHash } from "../hasher.ts";
import { BLOCK_BYTES, ByteBudget, SLOT_BYTES, SlotPool } from "../slots.ts";
import { BLOBS, INDEXES, SNAPSHOTS } from "../paths.ts";
import { type Storage, StorageError } from "../storage.ts";
import { hashFile, hashStored, SuspendedHashes } from "./filesystem-hash.ts";
import { Warmer } from "./filesystem-warmer.ts";
import { FileWriter } from "./filesystem-writer.ts";
import type { WriterMeans } from "./writer-means.ts";
import { OpenFiles } from "./open-files.ts";

const KEY = /^(?:blobs\/[0-9a-f]{2}\/[0-9a-z]+|indexes\/[0-9a-z]+|snapshots\/[0-9a-z][0-9a-z.-]*)$/;
/** Enough to keep every hash worker and the disk busy; more only costs memory. */
const SLOT_COUNT = Math.max(16, Math.min(48, availableParallelism() * 4));
const SLOTS_PER_UPLOAD = 8;
const GATHERING_BYTES = 32 * 1024 * 1024;
const SUSPENDED_HASHES = 256;
const OPEN_FILES = 256;
const SMALL_READ_BYTES = 256 * 1024;
const SWEEP_MS = 500;

export type FilesystemOptions = {
  directory: string;
  /** Direct I/O for large uploads; `auto` uses it where the file system can, `on` refuses to start where it cannot. */
  directIo?: "auto" | "on" | "off";
};

export async function filesystemStorage(options: FilesystemOptions): Promise<Storage> {
  const root = resolve(options.directory);
  const directIo = await attempt("open the storage directory", async () => {
    await makeFolders(root);
    return chooseDirectIo(root, options.directIo ?? "auto");
  });
  const means = writerMeans(directIo);
  const openFiles = new OpenFiles(OPEN_FILES);
  const sweep = startSweep(means.writers);
  let readBuffer: Uint8Array<ArrayBuffer> | null = null;

  function pathOf(key: string): string {
    if (!KEY.test(key)) throw new StorageError("not a blob's key");
    return join(root, key);
  }

  return {
    driver: "filesystem",

    put(key, bytes) {
      return attempt("write a blob", async () => {
        const path = pathOf(key);
        try {
          await writeDurably(path, bytes, fs.constants.O_EXCL, means.directories);
        } catch (error) {
          if (errorCode(error) !== "EEXIST") await unlink(path).catch(() => undefined);
          throw error;
        }
      });
    },

    openWriter(key, { offset, algorithm, announcedBytes }) {
      return attempt("open an upload", async () => {
        const path = pathOf(key);
        openFiles.forget(path);
        sweep.wake();
        if (offset === 0) return new FileWriter(means, { key, path, algorithm, announcedBytes });
        const { file, hash } = await reopen(means, { key, path, offset, algorithm });
        const writer = new FileWriter(means, { key, path, algorithm });
        writer.resume(file, hash, offset);
        return writer;
      });
    },

    read(key, range, sizeBytes) {
      return attempt("read a blob", async () => {
        const path = pathOf(key);
        if (range !== undefined && range.end - range.start <= SMALL_READ_BYTES) {
          return openFiles.read(path, range.start, range.end, { sizeBytes });
        }
        const found = fs.statSync(path, { throwIfNoEntry: false });
        if (found === undefined || (sizeBytes !== undefined && found.size !== sizeBytes)) return null;
        if (range !== undefined) return Bun.file(path).slice(range.start, range.end);
        return found.size <= SMALL_READ_BYTES ? openFiles.read(path, 0, found.size) : Bun.file(path);
      });
    },

    tryRead(key, { start, end }, sizeBytes) {
      if (end - start > SMALL_READ_BYTES) return null;
      try {
        return openFiles.read(pathOf(key), start, end, {
          sizeBytes,
          into: (readBuffer ??= new Uint8Array(SMALL_READ_BYTES)),
        });
      } catch {
        // `read` meets the same failure and says what it is.
        return null;
      }
    },

    stat(key) {
      return attempt("look up a blob", async () => {
        const found = await absentAsNull(stat(pathOf(key)));
        return found === null ? null : { sizeBytes: found.size };
      });
    },

    delete(key) {
      return attempt("delete a blob", async () => {
        const path = pathOf(key);
        openFiles.forget(path);
        means.suspended.drop(key);
        means.warmer.drop(path);
        const removed = await absentAsNull(unlink(path).then(() => true));
        // A read may have opened it while it went.
        openFiles.forget(path);
        return removed ?? false;
      });
    },

    async *list(prefix) {
      const folders = [...folderNames().map((it) => `${BLOBS}${it}/`), INDEXES, SNAPSHOTS];
      for (const folder of folders.filter((it) => it.startsWith(prefix) || prefix.startsWith(it))) {
        const names = await attempt("list stored files", () => readdir(join(root, folder)));
        for (const key of names.map((it) => `${folder}${it}`).toSorted()) {
          if (!key.startsWith(prefix) || !KEY.test(key)) continue;
          const found = await attempt("list stored files", () => absentAsNull(stat(join(root, key))));
          if (found !== null) yield { key, sizeBytes: found.size, modifiedAt: Math.floor(found.mtimeMs) };
        }
      }
    },

    hash(key, algorithm, pace) {
      return attempt("read a blob", () => absentAsNull(hashStored(pathOf(key), algorithm, means, pace)));
    },

    space() {
      return attempt("measure free space", async () => {
        const found = await statfs(root);
        return { freeBytes: found.bavail * found.bsize, totalBytes: found.blocks * found.bsize };
      });
    },

    async close() {
      sweep.stop();
      means.warmer.close();
      openFiles.close();
      means.hashes.close();
    },
  };
}

function writerMeans(directIo: boolean): WriterMeans {
  const slots = new SlotPool({ count: SLOT_COUNT, perShare: SLOTS_PER_UPLOAD });
  return {
    slots,
    hashes: new HashPool(() => slots.region),
    gathering: new ByteBudget(GATHERING_BYTES),
    directories: new DirectorySync(),
    suspended: new SuspendedHashes(SUSPENDED_HASHES),
    warmer: new Warmer(() => slots.takenCount),
    writers: new Set(),
    directIo,
  };
}

async function attempt<T>(action: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageError(action, error);
  }
}

async function absentAsNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}

/** Cuts a stored file to `offset` and brings its hash there. */
async function reopen(
  means: WriterMeans,
  upload: { key: string; path: string; offset: number; algorithm: RunningHash["algorithm"] },
): Promise<{ file: number; hash: RunningHash }> {
  const file = await openFile(upload.path, fs.constants.O_WRONLY).catch((error: unknown) => {
    if (errorCode(error) !== "ENOENT") throw error;
    throw new StorageError("the upload's bytes are gone", { missing: true, cause: error });
  });
  let hash: RunningHash | null = null;
  try {
    const { size } = fs.fstatSync(file);
    if (size < upload.offset) {
      throw new StorageError(`the upload has ${size} bytes, ${upload.offset} were expected`, { missing: true });
    }
    if (size > upload.offset) await truncateFile(file, upload.offset);
    hash = means.suspended.take(upload.key, upload.offset, upload.algorithm);
    if (hash === null) {
      hash = means.hashes.start(upload.algorithm);
      await hashFile(upload.path, upload.offset, hash, means);
    }
    return { file, hash };
  } catch (error) {
    hash?.drop();
    await closeFile(file);
    throw error;
  }
}

function folderNames(): string[] {
  return Array.from({ length: 256 }, (_, index) => index.toString(16).padStart(2, "0"));
}

async function makeFolders(root: string): Promise<void> {
  const blobs = join(root, "blobs");
  const firstMade = await mkdir(blobs, { recursive: true });
  const present = new Set(await readdir(blobs));
  for (const folder of folderNames()) {
    if (!present.has(folder)) fs.mkdirSync(join(blobs, folder));
  }
  // Always, because an earlier start may have been cut off between making and syncing.
  await syncDirectory(blobs);
  await mkdir(join(root, SNAPSHOTS), { recursive: true });
  await mkdir(join(root, INDEXES), { recursive: true });
  await syncDirectory(root);
  if (firstMade === undefined) return;
  for (let parent = dirname(root); parent.length >= dirname(firstMade).length; parent = dirname(parent)) {
    await syncDirectory(parent);
    if (parent === dirname(parent)) break;
  }
}

async function chooseDirectIo(root: string, wish: "auto" | "on" | "off"): Promise<boolean> {
  const flag: number | undefined = fs.constants.O_DIRECT;
  if (wish === "off") return false;
  const works = flag !== undefined && (await tryDirectIo(root, flag));
  if (wish === "on" && !works) throw new StorageError("direct I/O does not work on this file system");
  return works;
}

/** Opening with O_DIRECT is refused by some file systems, writing by others. */
async function tryDirectIo(root: string, flag: number): Promise<boolean> {
  const path = join(root, `direct-io-${process.pid}`);
  const slots = new SlotPool({ count: 1, perShare: 1 });
  const bytes = slots.take({ held: 0 })?.bytes.subarray(0, BLOCK_BYTES) ?? new Uint8Array(SLOT_BYTES);
  const { O_WRONLY, O_CREAT, O_TRUNC } = fs.constants;
  const fd = await openFile(path, O_WRONLY | O_CREAT | O_TRUNC | flag, 0o600).catch(() => null);
  try {
    return fd !== null && (await writeOnce(fd, bytes, 0).catch(() => 0)) === BLOCK_BYTES;
  } finally {
    if (fd !== null) await closeFile(fd);
    fs.rmSync(path, { force: true });
  }
}

/** Calls the writers twice a second while there are any. */
function startSweep(writers: WriterMeans["writers"]): { wake(): void; stop(): void } {
  let timer: ReturnType<typeof setInterval> | null = null;
  function stop(): void {
    if (timer !== null) clearInterval(timer);
    timer = null;
  }
  function sweep(): void {
    if (writers.size === 0) return stop();
    const now = performance.now();
    for (const writer of writers) writer.relieve(now);
  }
  function wake(): void {
    if (timer !== null) return;
    timer = setInterval(sweep, SWEEP_MS);
    timer.unref();
  }
  return { wake, stop };
}
