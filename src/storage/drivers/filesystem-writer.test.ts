import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { digestOf } from "../../oci/digest.ts";
import { DirectorySync } from "../files.ts";
import { HashPool } from "../hasher.ts";
import { ByteBudget, SlotPool } from "../slots.ts";
import { StorageError } from "../storage.ts";
import { appendAll, failureOf, sampleBytes } from "../suite-bytes.ts";
import { SuspendedHashes } from "./filesystem-hash.ts";
import { Warmer } from "./filesystem-warmer.ts";
import { FileWriter, GATHER_BYTES } from "./filesystem-writer.ts";
import type { WriterMeans } from "./writer-means.ts";
import { QUICK_MS } from "./upload-pace.ts";

const SLOTS = 4;
const GATHERING_BYTES = 600_000;
const KIB = 1024;
const MIB = 1024 * KIB;

let directory: string;
let means: WriterMeans;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "berth-writer-"));
  path = join(directory, "blob");
  const slots = new SlotPool({ count: SLOTS, perShare: SLOTS });
  means = {
    slots,
    hashes: new HashPool(() => slots.region, 1),
    gathering: new ByteBudget(GATHERING_BYTES),
    directories: new DirectorySync(),
    suspended: new SuspendedHashes(2),
    warmer: new Warmer(() => slots.takenCount),
    writers: new Set(),
    directIo: false,
  };
});
afterEach(() => {
  means.warmer.close();
  means.hashes.close();
  rmSync(directory, { recursive: true, force: true });
});

function openWriter(name = "blob", announcedBytes = 0): FileWriter {
  return new FileWriter(means, { key: name, path: join(directory, name), algorithm: "sha256", announcedBytes });
}

function expectNothingHeld(): void {
  expect(means.slots.freeCount).toBe(SLOTS);
  expect(means.gathering.takenBytes).toBe(0);
  expect(means.writers.size).toBe(0);
}

test("a small upload makes no file before its commit", async () => {
  const writer = openWriter();
  await writer.append(sampleBytes(GATHER_BYTES));
  expect(existsSync(path)).toBe(false);
  expect((await writer.commit()).digest).toBe(digestOf(sampleBytes(GATHER_BYTES)));
  expectNothingHeld();
});

test("a large upload that was announced gathers nothing", async () => {
  const writer = openWriter("blob", GATHER_BYTES + 1);
  await writer.append(sampleBytes(10));
  expect(means.gathering.takenBytes).toBe(0);
  expect(means.slots.freeCount).toBe(SLOTS - 1);
  // Whatever was announced, what comes counts.
  expect(await writer.commit()).toEqual({ digest: digestOf(sampleBytes(10)), sizeBytes: 10 });
  expectNothingHeld();
});

test("a slow upload gives its slot back, then goes on", async () => {
  const bytes = sampleBytes(3_500_001);
  const writer = openWriter();
  await appendAll(writer, bytes.subarray(0, 700_001), 64 * KIB);
  expect(means.slots.freeCount).toBe(SLOTS - 1);
  writer.relieve(performance.now());
  await writer.flush();
  await writer.append(bytes.subarray(700_001, 1_400_000));
  expect(means.slots.freeCount).toBe(SLOTS - 1);
  writer.relieve(performance.now() + QUICK_MS * 2);
  // Takes its turn behind the relief, and finds that it may not have a slot again.
  await writer.append(bytes.subarray(1_400_000, 1_400_010));
  expect(means.slots.freeCount).toBe(SLOTS);
  expect(statSync(path).size).toBe(1_400_010);
  await appendAll(writer, bytes.subarray(1_400_010), 64 * KIB);
  expect((await writer.commit()).digest).toBe(digestOf(bytes));
  expectNothingHeld();
});

test("a chunk is taken at once only when there is room for all of it at hand", async () => {
  const bytes = sampleBytes(3 * MIB);
  const writer = openWriter();
  expect(writer.tryAppend(bytes.subarray(0, 1000))).toBe(false);
  await writer.append(bytes.subarray(0, MIB));
  await writer.append(bytes.subarray(MIB, MIB + 100));
  expect(writer.tryAppend(bytes.subarray(MIB + 100, 2 * MIB + 1))).toBe(false);
  expect(writer.offset).toBe(MIB + 100);
  expect(writer.tryAppend(bytes.subarray(MIB + 100, 2 * MIB))).toBe(true);
  // The slot is full and on its way.
  expect(writer.tryAppend(bytes.subarray(2 * MIB, 2 * MIB + 1))).toBe(false);
  await writer.append(bytes.subarray(2 * MIB, 2 * MIB + 1));
  const behind = writer.append(bytes.subarray(2 * MIB + 1, 2 * MIB + 2));
  expect(writer.tryAppend(bytes.subarray(2 * MIB + 2))).toBe(false);
  await behind;
  await writer.append(bytes.subarray(2 * MIB + 2));
  expect((await writer.commit()).digest).toBe(digestOf(bytes));
  expectNothingHeld();
});

test("a slow start leaves the memory", async () => {
  const writer = openWriter();
  await writer.append(sampleBytes(1000));
  expect(means.gathering.takenBytes).toBe(1000);
  writer.relieve(performance.now() + QUICK_MS * 2);
  await writer.append(new Uint8Array());
  expect(means.gathering.takenBytes).toBe(0);
  expect(statSync(path).size).toBe(1000);
  expect(writer.offset).toBe(1000);
  expect((await writer.commit()).digest).toBe(digestOf(sampleBytes(1000)));
  expectNothingHeld();
});

test("beyond the budget for gathering, uploads go to their files at once", async () => {
  const first = openWriter("first");
  await first.append(sampleBytes(500_000));
  const second = openWriter("second");
  await second.append(sampleBytes(60_000));
  await second.append(sampleBytes(60_001));
  expect(statSync(join(directory, "second")).size).toBe(120_001);
  expect(means.slots.freeCount).toBe(SLOTS);
  const both = Buffer.concat([sampleBytes(60_000), sampleBytes(60_001)]);
  expect((await second.commit()).digest).toBe(digestOf(both));
  await first.abort();
  expectNothingHeld();
});

test("a failed upload can only be aborted, and holds nothing then", async () => {
  const writer = new FileWriter(means, { key: "blob", path: join(directory, "absent", "blob"), algorithm: "sha256" });
  await writer.append(sampleBytes(1000));
  const failure = await failureOf(writer.flush());
  expect(failure).toBeInstanceOf(StorageError);
  expect(failure).toMatchObject({ full: false });
  for (const next of [() => writer.append(sampleBytes(1)), () => writer.commit(), () => writer.suspend()]) {
    expect(await failureOf(next())).toBe(failure);
  }
  await writer.abort();
  expectNothingHeld();
});

test("an upload whose hash worker ends fails and can be aborted", async () => {
  const writer = openWriter();
  await appendAll(writer, sampleBytes(3_000_000), 64 * KIB);
  means.hashes.close();
  expect(await failureOf(writer.commit())).toBeInstanceOf(StorageError);
  await writer.abort();
  expect(existsSync(path)).toBe(false);
  expectNothingHeld();
});

test("suspended hashes are bounded, and taken only where they stand", async () => {
  const hash = means.hashes.start("sha256");
  means.suspended.keep("a", 10, hash);
  expect(means.suspended.take("a", 11, "sha256")).toBeNull();
  expect(hash.usable).toBe(false);
  for (const key of ["b", "c", "d"]) means.suspended.keep(key, 0, means.hashes.start("sha256"));
  expect(means.suspended.take("b", 0, "sha256")).toBeNull();
  expect(means.suspended.take("c", 0, "sha512")).toBeNull();
  const held = means.suspended.take("d", 0, "sha256");
  expect(await held?.digest()).toBe(digestOf(new Uint8Array()));
});
