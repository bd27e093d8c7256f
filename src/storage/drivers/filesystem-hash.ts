/**
 * Hashes of files: of an upload that goes on, which either this process still holds from before or is read again, and
 * of stored blobs that are checked.
 */
import { ptr } from "bun:ffi";
import { closeSync, constants, fstatSync } from "node:fs";

import type { Digest, DigestAlgorithm } from "../../oci/digest.ts";
import { errorCode, openFile, readOnce } from "../files.ts";
import type { HashPool, RunningHash } from "../hasher.ts";
import { BLOCK_BYTES, type SlotPool, type SlotShare } from "../slots.ts";
import { StorageError } from "../storage.ts";

const COPY_BYTES = 256 * 1024;
const CHECK_BYTES = 512 * 1024;

/** Hashes of suspended uploads, the oldest dropped first. */
export class SuspendedHashes {
  readonly #limit: number;
  readonly #held = new Map<string, { offset: number; hash: RunningHash }>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  keep(key: string, offset: number, hash: RunningHash): void {
    this.drop(key);
    this.#held.set(key, { offset, hash });
    if (this.#held.size <= this.#limit) return;
    for (const oldest of this.#held.keys()) {
      this.drop(oldest);
      return;
    }
  }

  /** The hash when it stands at exactly this offset; whatever was held for the key is held no longer. */
  take(key: string, offset: number, algorithm: DigestAlgorithm): RunningHash | null {
    const held = this.#held.get(key);
    if (held === undefined) return null;
    this.#held.delete(key);
    if (held.offset === offset && held.hash.algorithm === algorithm && held.hash.usable) return held.hash;
    held.hash.drop();
    return null;
  }

  drop(key: string): void {
    this.#held.get(key)?.hash.drop();
    this.#held.delete(key);
  }
}

/** A buffer to read into and the way its first bytes reach the hash. */
type Piece = { bytes: Uint8Array; feed: (sizeBytes: number) => Promise<void> };

/** Feeds the first `sizeBytes` of a file to a hash: one piece is read while the other is hashed. */
export async function hashFile(
  path: string,
  sizeBytes: number,
  hash: RunningHash,
  means: { slots: SlotPool; directIo: boolean },
): Promise<void> {
  const share: SlotShare = { held: 0 };
  const slots = [means.slots.take(share), means.slots.take(share)].filter((slot) => slot !== null);
  const pieces: Piece[] =
    slots.length === 2
      ? slots.map((slot) => ({ bytes: slot.bytes, feed: (size) => hash.updateFromSlot(slot, size) }))
      : [0, 1].map(() => {
          const bytes = new Uint8Array(COPY_BYTES);
          return { bytes, feed: (size) => hash.update(bytes.subarray(0, size)) };
        });
  const direct = means.directIo && slots.length === 2 ? constants.O_DIRECT : 0;
  try {
    const fd = await openFile(path, constants.O_RDONLY | direct);
    try {
      await feedAll(fd, sizeBytes, pieces);
    } finally {
      closeSync(fd);
    }
  } finally {
    for (const slot of slots) means.slots.give(share, slot);
  }
}

/** Reads a stored file again, past the page cache where that works, through memory of its own: uploads keep theirs. */
export async function hashStored(
  path: string,
  algorithm: DigestAlgorithm,
  means: { hashes: HashPool; directIo: boolean },
  pace?: (sizeBytes: number) => Promise<void>,
): Promise<{ digest: Digest; sizeBytes: number }> {
  const fd = await openToCheck(path, means.directIo);
  const hash = means.hashes.start(algorithm);
  try {
    const { size } = fstatSync(fd);
    const pieceBytes = Math.min(CHECK_BYTES, Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES);
    const pieces = (size > pieceBytes ? [0, 1] : [0]).map(() => {
      const bytes = alignedBytes(pieceBytes);
      return { bytes, feed: (count: number) => hash.update(bytes.subarray(0, count)) };
    });
    await feedAll(fd, size, pieces, pace);
    return { digest: await hash.digest(), sizeBytes: size };
  } finally {
    hash.drop();
    closeSync(fd);
  }
}

async function openToCheck(path: string, directIo: boolean): Promise<number> {
  try {
    return await openFile(path, constants.O_RDONLY | (directIo ? constants.O_DIRECT : 0));
  } catch (error) {
    if (errorCode(error) !== "EINVAL") throw error;
    return openFile(path, constants.O_RDONLY);
  }
}

/** As direct I/O wants them. */
function alignedBytes(sizeBytes: number): Uint8Array<ArrayBuffer> {
  const memory = new Uint8Array(sizeBytes + BLOCK_BYTES);
  const start = (BLOCK_BYTES - (ptr(memory) % BLOCK_BYTES)) % BLOCK_BYTES;
  return memory.subarray(start, start + sizeBytes);
}

async function feedAll(
  fd: number,
  sizeBytes: number,
  pieces: Piece[],
  pace?: (sizeBytes: number) => Promise<void>,
): Promise<void> {
  let fed: Promise<void> = Promise.resolve();
  let turn = 0;
  try {
    for (let done = 0; done < sizeBytes; turn++) {
      const piece = pieces[turn % pieces.length];
      if (piece === undefined) throw new StorageError("no buffer to read into");
      await pace?.(Math.min(piece.bytes.length, sizeBytes - done));
      const count = Math.min(await readOnce(fd, piece.bytes, done), sizeBytes - done);
      if (count === 0) throw new StorageError(`the file ends at ${done} of ${sizeBytes} bytes`);
      await fed;
      fed = piece.feed(count);
      // A rejection is seen at the next await; until then it must not count as unhandled.
      fed.catch(() => undefined);
      done += count;
    }
  } finally {
    await fed;
  }
}
