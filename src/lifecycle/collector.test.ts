// The collector's own time and its metrics; what it takes is in test/contract/lifecycle/.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OPEN_ANONYMOUS } from "../access/principal.ts";
import type { Database } from "../database/database.ts";
import { openSqlite } from "../database/drivers/sqlite.ts";
import { digestOf } from "../oci/digest.ts";
import { parseRepositoryName } from "../oci/reference.ts";
import { Blobs } from "../registry/blobs.ts";
import { ContentCache } from "../registry/content-cache.ts";
import { Manifests } from "../registry/manifests.ts";
import { Room } from "../registry/room.ts";
import { Tags } from "../registry/tags.ts";
import { Repositories } from "../repositories/repositories.ts";
import { memoryStorage } from "../storage/drivers/memory.ts";
import { createLog } from "../telemetry/log.ts";
import { Metrics } from "../telemetry/metrics.ts";
import { Bin } from "./bin.ts";
import { Collector } from "./collector.ts";
import { Holds } from "./holds.ts";

const REPOSITORY = parseRepositoryName("team/app");
const log = createLog({ level: "error", format: "text", fd: 2 });

let directory: string;
let database: Database;
let pushBlob: (text: string) => Promise<void>;
let collect: (options: { enabled?: boolean; intervalSeconds?: number; readonly?: boolean }) => Collector;
let metrics: Metrics;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "berth-collector-"));
  database = await openSqlite({
    path: join(directory, "berth.db"),
    onSyncFailure: (error) => {
      throw error;
    },
  });
  metrics = new Metrics();
  const storage = memoryStorage();
  const repositories = new Repositories(database);
  const cache = new ContentCache({ limitBytes: 1_000_000, isShared: false });
  const room = new Room(storage, 0);
  const gates = [] as const;
  // Nothing is kept for longer than it takes to push it.
  const blobs = new Blobs({ database, storage, repositories, cache, gates, log, leaseMs: 0 });
  const tags = new Tags({ database, repositories, cache, gates });
  const manifests = new Manifests({ database, repositories, tags, cache, room, gates, log });
  const bin = new Bin({ database, repositories, manifests, tags, keepMs: 0 });
  const holds = new Holds(database);
  pushBlob = async (text) => {
    const content = new TextEncoder().encode(text);
    const received = { content, sizeBytes: content.length, storageKey: null };
    await blobs.add(OPEN_ANONYMOUS, REPOSITORY, digestOf(content), received, () => Promise.resolve());
  };
  collect = ({ enabled = true, intervalSeconds = 0.01, readonly = false }) =>
    new Collector({
      database,
      storage,
      cache,
      room,
      holds,
      bin,
      log,
      metrics,
      gc: { enabled, intervalSeconds, graceSeconds: 0 },
      keeping: { keepSeconds: 0, historySeconds: 0 },
      readonly,
    });
});
afterEach(async () => {
  await database.close();
  rmSync(directory, { recursive: true, force: true });
});

function readMetric(name: string): number {
  const line = metrics
    .format()
    .split("\n")
    .find((it) => it.startsWith(`${name} `));
  return Number(line?.split(" ")[1]);
}

test("passes by itself, again and again, until it is closed", async () => {
  const collector = collect({});
  collector.start();
  for (const text of ["one", "three"]) {
    await pushBlob(text);
    const passes = readMetric("berth_gc_pass_seconds_count");
    // The pass that may be running has not seen it yet.
    while (readMetric("berth_gc_pass_seconds_count") < passes + 2) await Bun.sleep(5);
  }
  expect(readMetric("berth_gc_deleted_blobs_total")).toBe(2);
  expect(readMetric("berth_gc_freed_bytes_total")).toBe(8);
  await collector.close();
  const passes = readMetric("berth_gc_pass_seconds_count");
  collector.start();
  await Bun.sleep(40);
  expect(readMetric("berth_gc_pass_seconds_count")).toBe(passes);
});

test("does nothing by itself when it is not enabled, but when it is asked to", async () => {
  const collector = collect({ enabled: false });
  collector.start();
  await pushBlob("text");
  await Bun.sleep(40);
  expect(await collector.plan()).toMatchObject({ links: 1 });
  expect(await collector.run()).toMatchObject({ links: 1, blobs: 1, bytes: 4 });
  await collector.close();
});

test("does nothing where nothing may change", async () => {
  const collector = collect({ readonly: true });
  collector.start();
  await pushBlob("text");
  await Bun.sleep(40);
  expect(await collector.run()).toMatchObject({ links: 0, blobs: 0 });
  expect(readMetric("berth_gc_pass_seconds_count")).toBe(0);
  await collector.close();
});
