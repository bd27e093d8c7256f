/** What the contract of storage drivers, and the drivers' own tests, write and compare with. */
import { expect } from "bun:test";

import type { BlobWriter, Storage, StoredBody } from "./storage.ts";

export const KIB = 1024;
export const MIB = 1024 * KIB;
/** Sizes around those at which drivers change what they do: nothing, a block, a buffer. */
export const SIZES = [
  0,
  1,
  4095,
  4096,
  4097,
  512 * KIB - 1,
  512 * KIB,
  512 * KIB + 1,
  MIB - 1,
  MIB,
  MIB + 1,
  5 * MIB + 3,
];

export type StorageUnderTest = {
  storage: Storage;
  /** The storage as a new process would find it; the same one where nothing outlives the process. */
  reopen(): Promise<Storage>;
  cleanUp(): Promise<void>;
};

/** Bytes in which every block differs, the same for the same size. */
export function sampleBytes(sizeBytes: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(sizeBytes);
  let state = (sizeBytes + 1) >>> 0;
  for (let index = 0; index < sizeBytes; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

/** Appends in chunks, through one buffer that is overwritten after each call, as a caller may do. */
export async function appendAll(writer: BlobWriter, bytes: Uint8Array, chunkBytes: number): Promise<void> {
  const buffer = new Uint8Array(chunkBytes);
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    const chunk = buffer.subarray(0, Math.min(chunkBytes, bytes.length - start));
    chunk.set(bytes.subarray(start, start + chunk.length));
    if (!writer.tryAppend(chunk)) await writer.append(chunk);
    buffer.fill(0xee);
  }
}

export async function bytesOf(body: StoredBody | null): Promise<Uint8Array | null> {
  return body instanceof Blob ? body.bytes() : body;
}

/** Equal, without printing megabytes when they are not. */
export async function expectStored(storage: Storage, key: string, bytes: Uint8Array): Promise<void> {
  const stored = await bytesOf(await storage.read(key));
  expect(stored?.length).toBe(bytes.length);
  expect(Buffer.compare(stored ?? new Uint8Array(), bytes)).toBe(0);
  expect(await storage.stat(key)).toEqual({ sizeBytes: bytes.length });
}

/** What the work fails with; itself fails when the work does not. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  const [result] = await Promise.allSettled([work]);
  if (result.status === "fulfilled") throw new Error("it did not fail");
  return result.reason;
}
