/** Makes the lines of an index out of a layer's bytes: the one place that reads tar. Nothing of it touches the disk. */
import type { Readable } from "node:stream";
import { extract, type Header } from "tar-stream";
import type { ArchiveLimits, EntryType, Line } from "../entry.ts";
import { ArchiveError } from "./archive-error.ts";
import { inflate } from "./inflate.ts";

export const MAX_PATH_BYTES = 4_096;
const MAX_DEPTH = 128;
const MAX_ID = 2 ** 32 - 1;
const HASH_DIGITS = 32;
const WHITEOUT = ".wh.";
const OPAQUE = ".wh..wh..opq";
/** Of aufs, about itself. */
const META = ".wh..wh.";

export type Indexed = { entries: number; uncompressedBytes: number };

/** `onLine` is called with each entry in order, `onRead` with how many stored bytes were read. */
export async function indexArchive(
  source: Readable,
  limits: ArchiveLimits,
  on: { line: (line: Line) => void; read: (bytes: number) => void },
): Promise<Indexed> {
  let entries = 0;
  let uncompressedBytes = 0;
  let failure: Error | null = null;
  // An option that its types do not know: archives of before 1988 have no mark of their format.
  const options: Parameters<typeof extract>[0] & { allowUnknownFormat: true } = { allowUnknownFormat: true };
  const archive = extract(options);
  const done = new Promise<void>((resolve, reject) => {
    archive.on("finish", resolve);
    archive.on("error", reject);
    archive.on("close", () => {
      if (failure !== null) reject(failure);
    });
  });
  done.catch(() => undefined);
  archive.on("entry", (header, stream, next) => {
    // Each entry's own stream fails with the archive, which says why.
    stream.on("error", () => undefined);
    try {
      entries += 1;
      if (entries > limits.maxEntries) throw new ArchiveError(`it has more than ${limits.maxEntries} entries`);
      const line = lineOf(header);
      const isHashed = line?.[1] === "file";
      const hash = isHashed ? new Bun.CryptoHasher("sha256") : null;
      if (header.size === 0 || header.type === "directory") {
        if (line !== null) on.line(hash === null ? line : withHash(line, hash));
        stream.resume();
        return next();
      }
      if (hash !== null) stream.on("data", (piece: unknown) => void hash.update(piece as Uint8Array));
      stream.on("end", () => {
        if (line !== null) on.line(hash === null ? line : withHash(line, hash));
        next();
      });
      stream.resume();
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
      archive.destroy(failure);
    }
  });
  try {
    for await (const piece of inflate(source, limits, on.read)) {
      uncompressedBytes += piece.length;
      if (failure !== null) break;
      // Blocks behind the end of an archive are of no matter; a writer that waits says so.
      if (!archive.write(piece)) await Promise.race([drained(archive), done]);
    }
    archive.end(null);
    await done;
  } catch (error) {
    throw asArchiveError(failure ?? error, entries);
  }
  return { entries, uncompressedBytes };
}

function drained(archive: ReturnType<typeof extract>): Promise<void> {
  return new Promise((resolve) => void archive.once("drain", () => resolve()));
}

/** Of an archive that is none there is nothing to say but that. */
export class NoArchiveError extends Error {
  override readonly name = "NoArchiveError";
}

function asArchiveError(error: unknown, entries: number): Error {
  if (error instanceof ArchiveError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (entries === 0 && /Invalid tar header|Unexpected end of data/.test(message)) {
    return new NoArchiveError("it is no tar archive");
  }
  return new ArchiveError(`it is no sound tar archive: ${message.slice(0, 200)} (behind ${entries} entries)`);
}

const TYPES: Record<string, EntryType> = {
  file: "file",
  "contiguous-file": "file",
  link: "hardlink",
  symlink: "symlink",
  directory: "directory",
  "character-device": "character-device",
  "block-device": "block-device",
  fifo: "fifo",
};

/** Null for what says nothing about the image. Throws an ArchiveError for what must not be. */
export function lineOf(header: Header & { byteOffset?: number }): Line | null {
  const pax = (header.pax ?? {}) as Record<string, string>;
  const sparseName = pax["GNU.sparse.name"];
  const isSparse = sparseName !== undefined || Object.keys(pax).some((key) => key.startsWith("GNU.sparse."));
  const sizeBytes = header.size ?? 0;
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0)
    throw new ArchiveError("an entry has a size that is no number");
  const path = cleanPath(sparseName ?? header.name);
  const type = isSparse ? "other" : (TYPES[header.type ?? ""] ?? "other");
  const mode = isNumber(header.mode) ? header.mode & 0o7777 : 0;
  const [uid, gid] = [idOf(pax["uid"] ?? header.uid), idOf(pax["gid"] ?? header.gid)];
  const seconds = Math.floor((header.mtime?.getTime() ?? Number.NaN) / 1_000);
  const modifiedAt = Number.isSafeInteger(seconds) ? seconds : null;
  const name = path.slice(path.lastIndexOf("/") + 1);
  const parent = path.slice(0, Math.max(0, path.length - name.length - 1));
  if (name === OPAQUE) return [parent, "opaque", 0, mode, uid, gid, modifiedAt, null, 0, null];
  if (name.startsWith(META)) return null;
  if (name.startsWith(WHITEOUT) && name.length > WHITEOUT.length) {
    const hidden = name.slice(WHITEOUT.length);
    // `.wh...` would take away more than its own directory has.
    if (hidden === "." || hidden === "..") return null;
    const about = parent === "" ? hidden : `${parent}/${hidden}`;
    return [about, "whiteout", 0, mode, uid, gid, modifiedAt, null, 0, null];
  }
  const target = linkOf(type, header.linkname);
  const bytes = type === "file" || type === "other" ? sizeBytes : 0;
  return [path, type, bytes, mode, uid, gid, modifiedAt, target, header.byteOffset ?? 0, null];
}

function linkOf(type: EntryType, linkname: string | null | undefined): string | null {
  if (type === "hardlink") return cleanPath(linkname ?? "");
  if (type !== "symlink") return null;
  const text = withoutNul(linkname ?? "");
  assertShort(text, "a link's target");
  return text;
}

/** As who unpacks it reads it: from the root, and never above it. */
export function cleanPath(text: string): string {
  assertShort(text, "a path");
  const parts: string[] = [];
  for (const part of withoutNul(text).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  if (parts.length > MAX_DEPTH) throw new ArchiveError(`a path is deeper than ${MAX_DEPTH} directories`);
  return parts.join("/");
}

function assertShort(text: string, what: string): void {
  if (text.length > MAX_PATH_BYTES || Buffer.byteLength(text) > MAX_PATH_BYTES) {
    throw new ArchiveError(`${what} has more than ${MAX_PATH_BYTES} bytes`);
  }
}

function withoutNul(text: string): string {
  return text.includes("\0") ? text.replaceAll("\0", "\ufffd") : text;
}

function withHash(line: Line, hash: Bun.CryptoHasher): Line {
  const [path, type, size, mode, uid, gid, at, link, offset] = line;
  return [path, type, size, mode, uid, gid, at, link, offset, hash.digest("hex").slice(0, HASH_DIGITS)];
}

function idOf(value: unknown): number {
  const number = Number(value);
  return Number.isInteger(number) && number >= 0 && number <= MAX_ID ? number : 0;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
