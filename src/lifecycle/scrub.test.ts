/** The scrub over real rows and files: what is due is hashed, oldest first; what is rotten is taken out, confirmed, once. */
import { Database as Connection } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OPEN_ANONYMOUS } from "../access/principal.ts";
import type { Database } from "../database/database.ts";
import { openSqlite } from "../database/drivers/sqlite.ts";
import { digestOf, type Digest } from "../oci/digest.ts";
import { parseRepositoryName } from "../oci/reference.ts";
import { Blobs } from "../registry/blobs.ts";
import { ContentCache } from "../registry/content-cache.ts";
import { Repositories } from "../repositories/repositories.ts";
import { filesystemStorage } from "../storage/drivers/filesystem.ts";
import { newBlobKey } from "../storage/paths.ts";
import { StorageError, type Storage } from "../storage/storage.ts";
import type { Fields, Log } from "../telemetry/log.ts";
import { createLog } from "../telemetry/log.ts";
import { Metrics } from "../telemetry/metrics.ts";
import { Scrub } from "./scrub.ts";
import { StoredBlobs } from "./stored-blobs.ts";

const NAME = parseRepositoryName("team/app");
const DAY_MS = 86_400_000;
const FAST = 2 ** 40;

let directory: string;
let database: Database;
let storage: Storage;
let blobs: Blobs;
let cache: ContentCache;
let metrics: Metrics;
let alarms: string[];
let log: Log;
let open: Scrub[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "berth-scrub-"));
  database = await openSqlite({ path: join(directory, "berth.db"), onSyncFailure: () => process.exit(1) });
  storage = await filesystemStorage({ directory });
  cache = new ContentCache({ limitBytes: 1_000_000, isShared: false });
  metrics = new Metrics();
  alarms = [];
  const error = (message: string, fields?: Fields) => void alarms.push(`${message} ${JSON.stringify(fields)}`);
  log = { ...createLog({ level: "error", format: "text", fd: 2 }), error };
  const repositories = new Repositories(database);
  blobs = new Blobs({ database, storage, repositories, cache, gates: [], log, leaseMs: DAY_MS });
  open = [];
});

afterEach(async () => {
  for (const scrub of open) await scrub.close();
  await database.close();
  await storage.close();
  rmSync(directory, { recursive: true });
});

function makeScrub(options: { storage?: Storage; bytesPerSecond?: number } = {}): Scrub {
  const storedBlobs = new StoredBlobs({ database, storage: options.storage ?? storage, cache });
  const scrub = new Scrub({
    database,
    storedBlobs,
    log,
    metrics,
    enabled: true,
    everyMs: DAY_MS,
    bytesPerSecond: options.bytesPerSecond ?? FAST,
    confirmAfterMs: 1,
  });
  open.push(scrub);
  return scrub;
}

type Pushed = { digest: Digest; path: string };

async function push(sizeBytes = 40_000): Promise<Pushed> {
  const bytes = crypto.getRandomValues(new Uint8Array(sizeBytes));
  const digest = digestOf(bytes);
  const storageKey = newBlobKey();
  await storage.put(storageKey, bytes);
  await blobs.add(OPEN_ANONYMOUS, NAME, digest, { sizeBytes, content: null, storageKey }, async () => undefined);
  return { digest, path: join(directory, storageKey) };
}

function onRows<Row>(text: string, ...values: (string | number)[]): Row[] {
  const connection = new Connection(join(directory, "berth.db"));
  try {
    // The columns are those of the statement beside each call.
    return connection.query(text).all(...values) as Row[];
  } finally {
    connection.close();
  }
}

/** As if they had been verified so many days ago. */
function age(days: number): void {
  onRows("update blobs set verified_at = ?", Date.now() - days * DAY_MS);
}

function flipByte(path: string): void {
  const bytes = readFileSync(path);
  bytes[7] = (bytes[7] ?? 0) ^ 4;
  writeFileSync(path, bytes);
}

async function isPulled(digest: Digest): Promise<boolean> {
  return await blobs.get(NAME, digest).then(
    () => true,
    () => false,
  );
}

function metric(name: string): number {
  const line = metrics
    .format()
    .split("\n")
    .find((it) => it.startsWith(`${name} `));
  return Number(line?.split(" ")[1]);
}

test("only what is due is read, and then not again", async () => {
  for (let index = 0; index < 120; index += 1) await push(20_000 + index);
  const scrub = makeScrub();
  expect(await scrub.runOnce()).toEqual({ blobs: 0, bytes: 0, corrupt: 0, unreadable: 0 });
  age(2);
  await push();
  expect(await scrub.runOnce()).toMatchObject({ blobs: 120, corrupt: 0, unreadable: 0 });
  expect(metric("berth_scrub_read_bytes_total")).toBeGreaterThan(120 * 20_000);
  expect(await scrub.runOnce()).toMatchObject({ blobs: 0 });
});

test("a rotten blob is taken out of service with an alarm, the others are not, and a push heals it", async () => {
  const [good, bad] = [await push(), await push(700_000)];
  expect([await isPulled(good.digest), await isPulled(bad.digest)]).toEqual([true, true]);
  const bytes = readFileSync(bad.path);
  flipByte(bad.path);
  age(2);
  expect(await makeScrub().runOnce()).toMatchObject({ blobs: 2, corrupt: 1 });
  expect([await isPulled(good.digest), await isPulled(bad.digest)]).toEqual([true, false]);
  expect(alarms).toHaveLength(1);
  expect(alarms[0]).toContain(bad.digest);
  expect(alarms[0]).toContain("team/app");
  expect([metric("berth_blobs_damaged"), metric("berth_scrub_corrupt_total")]).toEqual([1, 1]);
  expect(await blobs.recheckDamaged()).toBe(0);

  const storageKey = newBlobKey();
  await storage.put(storageKey, bytes);
  const received = { sizeBytes: bytes.length, content: null, storageKey };
  await blobs.add(OPEN_ANONYMOUS, NAME, bad.digest, received, async () => undefined);
  expect(await isPulled(bad.digest)).toBe(true);
});

test("what was verified longest ago comes first, and a scrub that is closed goes on where it was", async () => {
  const pushed: Pushed[] = [];
  for (let index = 0; index < 5; index += 1) pushed.push(await push(600_000));
  pushed.forEach(({ digest }, index) => {
    onRows("update blobs set verified_at = ? where digest = ?", (5 - index) * 1_000, digest);
  });
  const first = makeScrub({ bytesPerSecond: 4_000_000 });
  const ended = first.runOnce().then(
    () => "whole",
    (error: unknown) => (error instanceof Error ? error.name : ""),
  );
  await Bun.sleep(400);
  await first.close();
  expect(await ended).toBe("AbortError");
  const isVerified = ({ digest }: Pushed) =>
    onRows<{ verified_at: number }>("select verified_at from blobs where digest = ?", digest)[0]?.verified_at !==
    (5 - pushed.findIndex((it) => it.digest === digest)) * 1_000;
  const verified = pushed.map(isVerified);
  // The youngest was pushed last, and so is the oldest by the times above.
  expect([verified[4], verified[0]]).toEqual([true, false]);
  expect(await makeScrub().runOnce()).toMatchObject({ blobs: verified.filter((it) => !it).length });
});

test("a blob that cannot be read stays in service, and is not tried again at once", async () => {
  const { digest } = await push();
  await push();
  age(2);
  const failing: Storage = {
    ...storage,
    hash: async (key, algorithm, pace) => {
      if (digest && onRows("select 1 from blobs where storage_key = ? and digest = ?", key, digest).length > 0)
        throw new StorageError("read a blob: EIO");
      return await storage.hash(key, algorithm, pace);
    },
  };
  const scrub = makeScrub({ storage: failing });
  expect(await scrub.runOnce()).toMatchObject({ blobs: 2, corrupt: 0, unreadable: 1 });
  expect(await isPulled(digest)).toBe(true);
  expect(await scrub.runOnce()).toMatchObject({ blobs: 0 });
  expect(metric("berth_scrub_unreadable_total")).toBe(1);
});

test("when most of what it checks is wrong it stops", async () => {
  for (let index = 0; index < 40; index += 1) flipByte((await push(20_000 + index)).path);
  age(2);
  const scrub = makeScrub();
  expect(await scrub.runOnce()).toMatchObject({ corrupt: 20 });
  expect(alarms.at(-1)).toContain("is the right storage there?");
  expect(await scrub.runOnce()).toMatchObject({ blobs: 0 });
});
