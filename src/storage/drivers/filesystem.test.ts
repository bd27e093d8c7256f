import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { digestOf } from "../../oci/digest.ts";
import { newBlobKey } from "../paths.ts";
import { type Storage, StorageError } from "../storage.ts";
import { appendAll, expectStored, failureOf, sampleBytes } from "../suite-bytes.ts";
import { storageContract } from "../suite.ts";
import { filesystemStorage } from "./filesystem.ts";

const MIB = 1024 * 1024;

for (const directIo of ["auto", "off"] as const) {
  storageContract(`filesystem, direct I/O ${directIo}`, async () => {
    const directory = mkdtempSync(join(tmpdir(), "berth-storage-"));
    const opened = [await filesystemStorage({ directory, directIo })];
    const [storage] = opened;
    if (storage === undefined) throw new Error("no storage");
    return {
      storage,
      async reopen() {
        const again = await filesystemStorage({ directory, directIo });
        opened.push(again);
        return again;
      },
      async cleanUp() {
        for (const one of opened) await one.close();
        rmSync(directory, { recursive: true, force: true });
      },
    };
  });
}

describe("filesystem", () => {
  let directory: string;
  let storage: Storage;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "berth-storage-"));
    storage = await filesystemStorage({ directory: join(directory, "new", "store") });
  });
  afterEach(async () => {
    await storage.close();
    rmSync(directory, { recursive: true, force: true });
  });

  function openDescriptors(): string[] {
    return readdirSync("/proc/self/fd").filter((fd) => {
      try {
        return readFileSync(`/proc/self/fdinfo/${fd}`).length > 0;
      } catch {
        return false;
      }
    });
  }

  test("makes its folders, below parents that did not exist", () => {
    expect(readdirSync(join(directory, "new", "store")).sort()).toEqual(["blobs", "indexes", "snapshots"]);
    expect(readdirSync(join(directory, "new", "store", "blobs")).sort()).toEqual(
      Array.from({ length: 256 }, (_, index) => index.toString(16).padStart(2, "0")),
    );
  });

  test.each(["../x", "blobs/../../x", "blobs/aa/../bb", "/etc/passwd", "blobs/aa", "blobs/zz/abc"])(
    "refuses the key %p",
    async (key) => {
      expect(await failureOf(storage.put(key, sampleBytes(1)))).toMatchObject({
        message: expect.stringContaining("not a blob's key"),
      });
      expect(await failureOf(storage.read(key))).toMatchObject({
        message: expect.stringContaining("not a blob's key"),
      });
      expect(await failureOf(storage.openWriter(key, { offset: 0, algorithm: "sha256" }))).toMatchObject({
        message: expect.stringContaining("not a blob's key"),
      });
    },
  );

  test("flushed bytes are in the file, exactly", async () => {
    const key = newBlobKey();
    const writer = await storage.openWriter(key, { offset: 0, algorithm: "sha256" });
    const bytes = sampleBytes(4 * MIB + 77);
    let taken = 0;
    for (const cut of [10, 5000, 600_000, 3 * MIB, 3 * MIB + 5, bytes.length]) {
      await writer.append(bytes.subarray(taken, cut));
      taken = cut;
      await writer.flush();
      const file = readFileSync(join(directory, "new", "store", key));
      expect(file.length).toBe(cut);
      expect(Buffer.compare(file, bytes.subarray(0, cut))).toBe(0);
    }
    expect((await writer.commit()).digest).toBe(digestOf(bytes));
  });

  test("closes every descriptor, however an upload ends", async () => {
    // The first upload starts the worker, which keeps some of its own.
    for (let round = 0; round < 2; round++) {
      const before = openDescriptors().length;
      for (const ending of ["commit", "suspend", "abort", "fail"] as const) {
        const key = newBlobKey();
        const writer = await storage.openWriter(key, { offset: 0, algorithm: "sha256" });
        await appendAll(writer, sampleBytes(3 * MIB + 1), 200_000);
        if (ending === "commit") await writer.commit("sha512");
        else if (ending === "suspend") await writer.suspend();
        else await writer.abort();
        if (ending === "fail") {
          expect(await failureOf(storage.openWriter(key, { offset: 5, algorithm: "sha256" }))).toBeInstanceOf(
            StorageError,
          );
        }
      }
      if (round > 0) expect(openDescriptors().length).toBe(before);
    }
  });

  test("a file that shrank under a suspended upload is noticed", async () => {
    const key = newBlobKey();
    const writer = await storage.openWriter(key, { offset: 0, algorithm: "sha256" });
    await writer.append(sampleBytes(2 * MIB));
    await writer.suspend();
    truncateSync(join(directory, "new", "store", key), MIB);
    expect(await failureOf(storage.openWriter(key, { offset: 2 * MIB, algorithm: "sha256" }))).toMatchObject({
      message: expect.stringContaining("were expected"),
    });
  });

  test("keeps a bounded number of files open for reading", async () => {
    const keys = Array.from({ length: 300 }, () => newBlobKey());
    for (const key of keys) await storage.put(key, sampleBytes(10));
    const before = openDescriptors().length;
    for (const key of keys) await expectStored(storage, key, sampleBytes(10));
    expect(openDescriptors().length - before).toBe(256);
    for (const key of keys) await storage.delete(key);
    expect(openDescriptors().length).toBe(before);
  });
});
