/** The part of the storage drivers' contract about what is stored: reading, deleting, listing and hashing it. */
import { expect, test } from "bun:test";

import { digestOf } from "../oci/digest.ts";
import { BLOBS, INDEXES, newBlobKey, newIndexKey, SNAPSHOTS } from "./paths.ts";
import { StorageError } from "./storage.ts";
import { bytesOf, failureOf, MIB, sampleBytes, SIZES, type StorageUnderTest } from "./suite-bytes.ts";

export function describeReading(tested: () => StorageUnderTest): void {
  test.each([1000, 2 * MIB])("ranges of %d bytes", async (sizeBytes) => {
    const { storage } = tested();
    const bytes = sampleBytes(sizeBytes);
    const key = newBlobKey();
    await storage.put(key, bytes);
    const middle = Math.floor(sizeBytes / 3);
    const ranges: [number, number][] = [
      [0, 1],
      [0, sizeBytes],
      [middle, middle],
      [middle, middle * 2],
      [sizeBytes - 1, sizeBytes],
    ];
    for (const [start, end] of ranges) {
      const found = await bytesOf(await storage.read(key, { start, end }));
      expect(found?.length).toBe(end - start);
      expect(Buffer.compare(found ?? new Uint8Array(), bytes.subarray(start, end))).toBe(0);
      const atHand = storage.tryRead(key, { start, end }, sizeBytes);
      if (atHand || end - start <= 1000) expect(Buffer.compare(atHand ?? new Uint8Array(), found ?? bytes)).toBe(0);
    }
  });

  test("what is absent is null, and deleting it is no error", async () => {
    const { storage } = tested();
    const key = newBlobKey();
    expect(await storage.read(key)).toBeNull();
    expect(await storage.read(key, { start: 0, end: 10 })).toBeNull();
    expect(storage.tryRead(key, { start: 0, end: 10 }, 10)).toBeNull();
    expect(await storage.read(key, { start: 0, end: MIB })).toBeNull();
    expect(await storage.stat(key)).toBeNull();
    expect(await storage.delete(key)).toBe(false);
  });

  test("a deleted key is gone, also after it was read", async () => {
    const { storage } = tested();
    for (const sizeBytes of [1000, MIB]) {
      const key = newBlobKey();
      await storage.put(key, sampleBytes(sizeBytes));
      await storage.read(key, { start: 0, end: 100 });
      expect(await storage.delete(key)).toBe(true);
      expect(await storage.read(key, { start: 0, end: 100 })).toBeNull();
      expect(storage.tryRead(key, { start: 0, end: 100 }, sizeBytes)).toBeNull();
      expect(await storage.read(key)).toBeNull();
      expect(await storage.delete(key)).toBe(false);
    }
  });

  test("list names the keys that begin so, in order, with size and time", async () => {
    const { storage } = tested();
    const expected = new Map<string, number>();
    for (let sizeBytes = 0; sizeBytes < 20; sizeBytes++) {
      const key = newBlobKey();
      await storage.put(key, sampleBytes(sizeBytes));
      expected.set(key, sizeBytes);
    }
    for (const name of ["2026-b", "2026-a", "2025-z"]) {
      await storage.put(`${SNAPSHOTS}${name}`, sampleBytes(100));
      expected.set(`${SNAPSHOTS}${name}`, 100);
    }
    for (let sizeBytes = 0; sizeBytes < 5; sizeBytes++) {
      const key = newIndexKey();
      await storage.put(key, sampleBytes(sizeBytes));
      expected.set(key, sizeBytes);
    }
    const some = [...expected.keys()][7]?.slice(0, 8) ?? "";
    for (const prefix of ["", BLOBS, INDEXES, SNAPSHOTS, `${SNAPSHOTS}2026`, some, `${some}/`, "blobs", "nothing/"]) {
      const found: [string, number][] = [];
      for await (const entry of storage.list(prefix)) {
        found.push([entry.key, entry.sizeBytes]);
        expect(Math.abs(entry.modifiedAt - Date.now())).toBeLessThan(600_000);
      }
      const sorted = [...expected].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
      expect(found).toEqual(sorted);
    }
  });

  test("space is known and sensible, or null", async () => {
    const space = await tested().storage.space();
    if (space === null) return;
    expect(space.freeBytes).toBeGreaterThan(0);
    expect(space.totalBytes).toBeGreaterThanOrEqual(space.freeBytes);
  });
}

export function describeHashing(tested: () => StorageUnderTest): void {
  test.each(SIZES)("a hash of %d stored bytes", async (sizeBytes) => {
    const { storage } = tested();
    const bytes = sampleBytes(sizeBytes);
    const key = newBlobKey();
    await storage.put(key, bytes);
    let paced = 0;
    const pace = async (pieceBytes: number): Promise<void> => {
      expect(pieceBytes).toBeLessThanOrEqual(MIB);
      paced += pieceBytes;
    };
    expect(await storage.hash(key, "sha256", pace)).toEqual({ digest: digestOf(bytes), sizeBytes });
    expect(paced).toBe(sizeBytes);
    expect(await storage.hash(key, "sha512")).toEqual({ digest: digestOf(bytes, "sha512"), sizeBytes });
  });

  test("hashes at the same time do not mix", async () => {
    const { storage } = tested();
    await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const bytes = sampleBytes(MIB + index * 100_000);
        const key = newBlobKey();
        await storage.put(key, bytes);
        expect((await storage.hash(key, "sha256"))?.digest).toBe(digestOf(bytes));
      }),
    );
  });

  test("what is absent has no hash, and a pace that throws ends the reading", async () => {
    const { storage } = tested();
    expect(await storage.hash(newBlobKey(), "sha256")).toBeNull();
    const key = newBlobKey();
    await storage.put(key, sampleBytes(3 * MIB));
    const failure = new StorageError("enough");
    let pieces = 0;
    const pace = async (): Promise<void> => {
      pieces += 1;
      if (pieces === 2) throw failure;
    };
    expect(await failureOf(storage.hash(key, "sha256", pace))).toBe(failure);
  });
}
