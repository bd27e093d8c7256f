import { afterEach, expect, test } from "bun:test";

import { digestOf, type DigestAlgorithm } from "../oci/digest.ts";
import { HashPool } from "./hasher.ts";
import { SLOT_BYTES, SlotPool } from "./slots.ts";
import { StorageError } from "./storage.ts";
import { failureOf, sampleBytes } from "./suite-bytes.ts";

const slots = new SlotPool({ count: 4, perShare: 4 });
const pool = new HashPool(() => slots.region, 2);
afterEach(() => pool.close());

test("slots and copied bytes go into one hash, in order", async () => {
  const share = { held: 0 };
  const slot = slots.take(share);
  if (slot === null) throw new Error("no slot");
  const bytes = sampleBytes(SLOT_BYTES + 1000);
  slot.bytes.set(bytes.subarray(0, SLOT_BYTES));
  const hash = pool.start("sha256");
  await Promise.all([hash.updateFromSlot(slot, SLOT_BYTES), hash.update(bytes.subarray(SLOT_BYTES))]);
  slots.give(share, slot);
  expect(await hash.digest()).toBe(digestOf(bytes));
});

test("hashes in both workers, in both algorithms, do not mix", async () => {
  const digests = await Promise.all(
    Array.from({ length: 8 }, async (_, index) => {
      const hash = pool.start(index % 2 === 0 ? "sha256" : "sha512");
      for (let part = 0; part < 5; part++) await hash.update(sampleBytes(index * 100 + part));
      return hash.digest();
    }),
  );
  for (const [index, digest] of digests.entries()) {
    const parts = Array.from({ length: 5 }, (_, part) => sampleBytes(index * 100 + part));
    expect(digest).toBe(digestOf(Buffer.concat(parts), index % 2 === 0 ? "sha256" : "sha512"));
  }
});

test("when a worker ends its hashes fail, and the next ones get a new worker", async () => {
  const one = new HashPool(() => slots.region, 1);
  const hash = one.start("sha256");
  await hash.update(sampleBytes(10));
  // The worker does not know this algorithm: no caller could ask for it, but it ends the worker as any error would.
  one.start("sha0" as DigestAlgorithm);
  expect(await failureOf(hash.digest())).toBeInstanceOf(StorageError);
  expect(hash.usable).toBe(false);
  expect(await failureOf(hash.update(sampleBytes(1)))).toBeInstanceOf(StorageError);
  hash.drop();
  const next = one.start("sha256");
  await next.update(sampleBytes(10));
  expect(await next.digest()).toBe(digestOf(sampleBytes(10)));
  one.close();
});

test("a closed pool fails what is under way", async () => {
  const one = new HashPool(() => slots.region, 1);
  const hash = one.start("sha256");
  const failure = failureOf(hash.update(sampleBytes(100)));
  one.close();
  expect(await failure).toBeInstanceOf(StorageError);
  hash.drop();
});

test("workers do not keep a process alive, awaited hashes do", async () => {
  const script = `
    import { HashPool } from ${JSON.stringify(new URL("./hasher.ts", import.meta.url).href)};
    const pool = new HashPool(() => new SharedArrayBuffer(8), 1);
    const hash = pool.start("sha256");
    await hash.update(new Uint8Array(5));
    console.log(await hash.digest());
  `;
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit", timeout: 20_000 });
  expect((await new Response(child.stdout).text()).trim()).toBe(digestOf(new Uint8Array(5)));
  expect(await child.exited).toBe(0);
});
