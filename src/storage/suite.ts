/**
 * The contract that every storage driver passes: call it from the driver's own test file, and put beside it
 * what only that driver promises. Digests are checked against a hash that is computed apart from the driver.
 */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import * as fc from "fast-check";

import { digestOf } from "../oci/digest.ts";
import { newBlobKey } from "./paths.ts";
import { type Storage, StorageError } from "./storage.ts";
import {
  appendAll,
  expectStored,
  failureOf,
  KIB,
  MIB,
  sampleBytes,
  SIZES,
  type StorageUnderTest,
} from "./suite-bytes.ts";
import { describeHashing, describeReading } from "./suite-reading.ts";

const CHUNKS = [1000, 64 * KIB, 65_537, MIB + 1, 3 * MIB];

async function keysOf(storage: Storage): Promise<string[]> {
  const keys: string[] = [];
  for await (const entry of storage.list("")) keys.push(entry.key);
  return keys.sort();
}

export function storageContract(name: string, open: () => Promise<StorageUnderTest>): void {
  describe(`${name}: storage contract`, () => {
    let tested: StorageUnderTest;
    beforeEach(async () => {
      tested = await open();
    });
    afterEach(() => tested.cleanUp());

    describeWriting(() => tested);
    describeGoingOn(() => tested);
    describeAbort(() => tested);
    describeReading(() => tested);
    describeHashing(() => tested);
  });
}

function describeWriting(tested: () => StorageUnderTest): void {
  const start = { offset: 0, algorithm: "sha256" } as const;

  test.each(SIZES)("put and writers store %d bytes as they came", async (sizeBytes) => {
    const { storage } = tested();
    const bytes = sampleBytes(sizeBytes);
    const put = newBlobKey();
    await storage.put(put, bytes);
    await expectStored(storage, put, bytes);
    for (const chunkBytes of CHUNKS) {
      const key = newBlobKey();
      const writer = await storage.openWriter(key, start);
      await appendAll(writer, bytes, chunkBytes);
      expect(writer.offset).toBe(sizeBytes);
      expect(await writer.commit()).toEqual({ digest: digestOf(bytes), sizeBytes });
      await expectStored(storage, key, bytes);
      await storage.delete(key);
    }
  });

  test("20 MiB, in sha512", async () => {
    const { storage } = tested();
    const bytes = sampleBytes(20 * MIB);
    const key = newBlobKey();
    const writer = await storage.openWriter(key, { offset: 0, algorithm: "sha512" });
    await appendAll(writer, bytes, 100_000);
    expect((await writer.commit()).digest).toBe(digestOf(bytes, "sha512"));
    await expectStored(storage, key, bytes);
  });

  test.each([1000, 3 * MIB + 5])("a commit in the other algorithm, %d bytes", async (sizeBytes) => {
    const { storage } = tested();
    const bytes = sampleBytes(sizeBytes);
    const key = newBlobKey();
    const writer = await storage.openWriter(key, start);
    await appendAll(writer, bytes, 64 * KIB);
    expect((await writer.commit("sha512")).digest).toBe(digestOf(bytes, "sha512"));
    await expectStored(storage, key, bytes);
  });

  test("a key is put once", async () => {
    const { storage } = tested();
    const key = newBlobKey();
    await storage.put(key, sampleBytes(10));
    expect(await failureOf(storage.put(key, sampleBytes(20)))).toBeInstanceOf(StorageError);
    await expectStored(storage, key, sampleBytes(10));
  });

  test("writers at the same time do not mix", async () => {
    const { storage } = tested();
    await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        const bytes = sampleBytes(2 * MIB + index * 333_333);
        const key = newBlobKey();
        const writer = await storage.openWriter(key, start);
        await appendAll(writer, bytes, 50_000 + index * 1111);
        expect((await writer.commit()).digest).toBe(digestOf(bytes));
        await expectStored(storage, key, bytes);
      }),
    );
  });

  test("40 stalled writers do not stop another", async () => {
    const { storage } = tested();
    const bytes = sampleBytes(700_000);
    const stalled = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const writer = await storage.openWriter(newBlobKey(), start);
        await appendAll(writer, bytes, 64 * KIB);
        return writer;
      }),
    );
    const more = sampleBytes(5 * MIB);
    const writer = await storage.openWriter(newBlobKey(), start);
    await appendAll(writer, more, 64 * KIB);
    expect((await writer.commit()).digest).toBe(digestOf(more));
    for (const [index, other] of stalled.entries()) {
      if (index % 2 === 0) await other.abort();
      else expect((await other.commit()).digest).toBe(digestOf(bytes));
    }
  });

  test("any chunks, flushes and suspensions give the digest of the bytes", async () => {
    const { storage } = tested();
    const step = fc.record({
      sizeBytes: fc.oneof(fc.nat(5000), fc.nat(400_000), fc.constantFrom(4096, 65_536, MIB)),
      atOnce: fc.boolean(),
      next: fc.constantFrom("go on", "go on", "go on", "flush", "suspend"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.boolean(), async (steps, long) => {
        const algorithm = long ? "sha512" : "sha256";
        const bytes = sampleBytes(steps.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
        const key = newBlobKey();
        let writer = await storage.openWriter(key, { offset: 0, algorithm });
        let offset = 0;
        for (const { sizeBytes, atOnce, next } of steps) {
          const chunk = bytes.subarray(offset, offset + sizeBytes);
          if (!atOnce || !writer.tryAppend(chunk)) await writer.append(chunk);
          offset += sizeBytes;
          expect(writer.offset).toBe(offset);
          if (next === "flush") await writer.flush();
          if (next !== "suspend") continue;
          await writer.suspend();
          writer = await storage.openWriter(key, { offset, algorithm });
        }
        expect(await writer.commit()).toEqual({ digest: digestOf(bytes, algorithm), sizeBytes: bytes.length });
        await expectStored(storage, key, bytes);
        await storage.delete(key);
      }),
      { numRuns: 40 },
    );
  }, 60_000);
}

function describeGoingOn(tested: () => StorageUnderTest): void {
  const algorithm = "sha256";

  test.each([1, 4096, 300_000, 700_001, 3 * MIB + 17])("a suspended upload goes on after %d bytes", async (cut) => {
    const bytes = sampleBytes(6 * MIB + 1);
    for (const newProcess of [false, true]) {
      const key = newBlobKey();
      const first = await tested().storage.openWriter(key, { offset: 0, algorithm });
      await appendAll(first, bytes.subarray(0, cut), 64 * KIB);
      await first.suspend();
      const storage = newProcess ? await tested().reopen() : tested().storage;
      const second = await storage.openWriter(key, { offset: cut, algorithm });
      expect(second.offset).toBe(cut);
      await appendAll(second, bytes.subarray(cut), 64 * KIB);
      expect(await second.commit()).toEqual({ digest: digestOf(bytes), sizeBytes: bytes.length });
      await expectStored(storage, key, bytes);
    }
  });

  test("what lies beyond the offset is dropped", async () => {
    const { storage } = tested();
    const bytes = sampleBytes(2 * MIB);
    for (const offset of [0, 5, 8192, MIB + 1]) {
      const key = newBlobKey();
      const first = await storage.openWriter(key, { offset: 0, algorithm });
      await appendAll(first, bytes, 64 * KIB);
      await first.suspend();
      const second = await storage.openWriter(key, { offset, algorithm });
      await second.append(sampleBytes(10));
      const expected = Buffer.concat([bytes.subarray(0, offset), sampleBytes(10)]);
      expect(await second.commit()).toEqual({ digest: digestOf(expected), sizeBytes: offset + 10 });
      await expectStored(storage, key, expected);
    }
  });

  test("an upload can go on in the other algorithm", async () => {
    const { storage } = tested();
    const bytes = sampleBytes(MIB);
    const key = newBlobKey();
    const first = await storage.openWriter(key, { offset: 0, algorithm });
    await first.append(bytes);
    await first.suspend();
    const second = await storage.openWriter(key, { offset: MIB, algorithm: "sha512" });
    expect((await second.commit()).digest).toBe(digestOf(bytes, "sha512"));
  });

  test("an offset beyond what is stored is refused", async () => {
    const { storage } = tested();
    const key = newBlobKey();
    expect(await failureOf(storage.openWriter(key, { offset: 1, algorithm }))).toBeInstanceOf(StorageError);
    const writer = await storage.openWriter(key, { offset: 0, algorithm });
    await writer.append(sampleBytes(10));
    await writer.suspend();
    expect(await failureOf(storage.openWriter(key, { offset: 11, algorithm }))).toBeInstanceOf(StorageError);
  });
}

function describeAbort(tested: () => StorageUnderTest): void {
  test.each([0, 1000, 700_000, 9 * MIB])("an abort after %d bytes leaves nothing", async (sizeBytes) => {
    const { storage } = tested();
    for (const suspended of [false, true]) {
      const key = newBlobKey();
      let writer = await storage.openWriter(key, { offset: 0, algorithm: "sha256" });
      await appendAll(writer, sampleBytes(sizeBytes), 64 * KIB);
      if (suspended) {
        await writer.suspend();
        writer = await storage.openWriter(key, { offset: sizeBytes, algorithm: "sha256" });
      }
      await writer.abort();
      await writer.abort();
      expect(await storage.stat(key)).toBeNull();
      expect(await keysOf(storage)).toEqual([]);
    }
  });

  test("an abort in the middle of an append leaves nothing", async () => {
    const { storage } = tested();
    const writer = await storage.openWriter(newBlobKey(), { offset: 0, algorithm: "sha256" });
    const append = writer.append(sampleBytes(20 * MIB)).catch((error: unknown) => error);
    await writer.abort();
    await append;
    expect(await keysOf(storage)).toEqual([]);
  });

  test("a closed writer takes nothing, and its abort does not harm the blob", async () => {
    const { storage } = tested();
    const bytes = sampleBytes(1000);
    const key = newBlobKey();
    const writer = await storage.openWriter(key, { offset: 0, algorithm: "sha256" });
    await writer.append(bytes);
    await writer.commit();
    expect(await failureOf(writer.append(bytes))).toBeInstanceOf(StorageError);
    expect(await failureOf(writer.flush())).toBeInstanceOf(StorageError);
    expect(await failureOf(writer.commit())).toBeInstanceOf(StorageError);
    await writer.abort();
    await expectStored(storage, key, bytes);
  });
}
