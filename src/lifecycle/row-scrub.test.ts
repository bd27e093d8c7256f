/** The scrub of rows: each is hashed once a round, spread over its days, and what a server missed is caught up on. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CompiledQuery } from "kysely";
import { OPEN_ANONYMOUS } from "../access/principal.ts";
import type { Database } from "../database/database.ts";
import { openSqlite } from "../database/drivers/sqlite.ts";
import { digestOf, type Digest } from "../oci/digest.ts";
import { parseRepositoryName } from "../oci/reference.ts";
import { Blobs } from "../registry/blobs.ts";
import { ContentCache } from "../registry/content-cache.ts";
import { Manifests } from "../registry/manifests.ts";
import { Room } from "../registry/room.ts";
import { Tags } from "../registry/tags.ts";
import { Repositories } from "../repositories/repositories.ts";
import { memoryStorage } from "../storage/drivers/memory.ts";
import type { Storage } from "../storage/storage.ts";
import { createLog, type Fields, type Log } from "../telemetry/log.ts";
import { RowScrub } from "./row-scrub.ts";
import { StoredBlobs } from "./stored-blobs.ts";

const NAME = parseRepositoryName("team/app");
const DAY_MS = 86_400_000;
const ROUND_MS = 30 * DAY_MS;

let directory: string;
let database: Database;
let storage: Storage;
let blobs: Blobs;
let manifests: Manifests;
let storedBlobs: StoredBlobs;
let alarms: string[];
let log: Log;
/** Sizes of what was read. */
let read: number[];
let corrupt: string[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "berth-row-scrub-"));
  database = await openSqlite({ path: join(directory, "berth.db"), onSyncFailure: () => process.exit(1) });
  storage = memoryStorage();
  const cache = new ContentCache({ limitBytes: 1_000_000, isShared: false });
  alarms = [];
  read = [];
  corrupt = [];
  const error = (message: string, fields?: Fields) => void alarms.push(`${message} ${JSON.stringify(fields)}`);
  log = { ...createLog({ level: "error", format: "text", fd: 2 }), error };
  const repositories = new Repositories(database);
  const room = new Room(storage, 0);
  const tags = new Tags({ database, repositories, cache, gates: [] });
  blobs = new Blobs({ database, storage, repositories, cache, gates: [], log, leaseMs: DAY_MS });
  manifests = new Manifests({ database, repositories, tags, cache, room, gates: [], log });
  storedBlobs = new StoredBlobs({ database, storage, cache });
});

afterEach(async () => {
  await database.close();
  await storage.close();
  rmSync(directory, { recursive: true });
});

function makeScrub(): RowScrub {
  return new RowScrub({
    database,
    storedBlobs,
    log,
    everyMs: ROUND_MS,
    pace: async (sizeBytes) => void read.push(sizeBytes),
    onCorruptBlob: async (row, fault) => void corrupt.push(`${row.digest} ${fault.kind}`),
    onCorruptManifest: () => void corrupt.push("manifest"),
  });
}

async function pushBlob(sizeBytes: number): Promise<Digest> {
  const content = new Uint8Array(sizeBytes).fill(sizeBytes % 251);
  const digest = digestOf(content);
  await blobs.add(OPEN_ANONYMOUS, NAME, digest, { sizeBytes, content, storageKey: null }, async () => undefined);
  return digest;
}

async function change(text: string): Promise<void> {
  await database.write((trx) => trx.execute(CompiledQuery.raw(text)));
}

test("a round is spread over its days, each row is read once, and then there is another", async () => {
  for (let size = 1; size <= 300; size += 1) await pushBlob(size);
  const scrub = makeScrub();
  await scrub.runOnce(0);
  expect(read).toEqual([]);
  await scrub.runOnce(ROUND_MS / 3);
  expect(read).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  await scrub.runOnce(ROUND_MS / 3);
  await scrub.runOnce(ROUND_MS / 2);
  expect(read).toHaveLength(150);
  await scrub.runOnce(ROUND_MS);
  expect(read).toHaveLength(300);
  await scrub.runOnce(ROUND_MS + ROUND_MS / 3);
  expect(read.slice(300)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  expect(corrupt).toEqual([]);
});

test("it goes on after a restart, and catches up on what was missed", async () => {
  for (let size = 1; size <= 300; size += 1) await pushBlob(size);
  const before = makeScrub();
  await before.runOnce(0);
  await before.runOnce(ROUND_MS / 3);
  await before.close();
  const after = makeScrub();
  await after.runOnce(ROUND_MS / 3 + 1);
  expect(read).toHaveLength(100);
  await after.runOnce((ROUND_MS * 2) / 3);
  expect(read.slice(100)).toEqual(Array.from({ length: 100 }, (_, index) => index + 101));
});

test("rows that are gone, and a clock that was set back, do not hold it up", async () => {
  for (let size = 1; size <= 300; size += 1) await pushBlob(size);
  const scrub = makeScrub();
  await scrub.runOnce(10 * ROUND_MS);
  await change("delete from repository_blobs");
  await change("delete from blobs where id > 50 and id < 290");
  await scrub.runOnce(5 * ROUND_MS);
  expect(read).toEqual([]);
  await scrub.runOnce(6 * ROUND_MS);
  expect(read).toHaveLength(61);
});

test("a small blob and a manifest whose bytes rotted in the database are found", async () => {
  const [good, bad] = [await pushBlob(100), await pushBlob(200)];
  const content = new TextEncoder().encode(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: good, size: 100 },
      layers: [],
    }),
  );
  const put = {
    principal: OPEN_ANONYMOUS,
    repository: NAME,
    contentType: "application/vnd.oci.image.manifest.v1+json",
  };
  const { digest } = await manifests.put({
    ...put,
    reference: { tag: null, digest: digestOf(content) },
    tags: [],
    content,
  });
  await change(`update blobs set content = zeroblob(200) where digest = '${bad}'`);
  await change("update manifests set content = zeroblob(10)");
  const scrub = makeScrub();
  await scrub.runOnce(0);
  await scrub.runOnce(ROUND_MS);
  expect(corrupt).toEqual([`${bad} blob-bytes`, "manifest"]);
  expect(alarms).toEqual([expect.stringContaining(digest)]);
});
