import { expect, test } from "bun:test";

import { newBlobKey } from "../paths.ts";
import { StorageError } from "../storage.ts";
import { expectStored, failureOf, sampleBytes } from "../suite-bytes.ts";
import { storageContract } from "../suite.ts";
import { memoryStorage } from "./memory.ts";

storageContract("memory", async () => {
  const storage = memoryStorage({ limitBytes: 200 * 1024 * 1024 });
  return { storage, reopen: async () => storage, cleanUp: () => storage.close() };
});

test("a full memory says so, and an abort makes room again", async () => {
  const storage = memoryStorage({ limitBytes: 1000 });
  const key = newBlobKey();
  await storage.put(key, sampleBytes(600));
  expect(await failureOf(storage.put(newBlobKey(), sampleBytes(401)))).toMatchObject({ full: true });
  const writer = await storage.openWriter(newBlobKey(), { offset: 0, algorithm: "sha256" });
  await writer.append(sampleBytes(400));
  expect(await storage.space()).toEqual({ freeBytes: 0, totalBytes: 1000 });
  expect(await failureOf(writer.append(sampleBytes(1)))).toMatchObject({ full: true });
  expect(await failureOf(writer.commit())).toBeInstanceOf(StorageError);
  await writer.abort();
  expect(await storage.space()).toEqual({ freeBytes: 400, totalBytes: 1000 });
  await expectStored(storage, key, sampleBytes(600));
});
