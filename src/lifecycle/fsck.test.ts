/** Fsck over real rows and files: each divergence is named once and exactly, repaired as promised, and nothing else is touched. */
import { Database as Connection } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OPEN_ANONYMOUS } from "../access/principal.ts";
import type { Database } from "../database/database.ts";
import { openSqlite } from "../database/drivers/sqlite.ts";
import { digestOf } from "../oci/digest.ts";
import { parseReference, parseRepositoryName } from "../oci/reference.ts";
import { Blobs } from "../registry/blobs.ts";
import { ContentCache } from "../registry/content-cache.ts";
import { Manifests } from "../registry/manifests.ts";
import { Room } from "../registry/room.ts";
import { Tags } from "../registry/tags.ts";
import { Repositories } from "../repositories/repositories.ts";
import { filesystemStorage } from "../storage/drivers/filesystem.ts";
import { newBlobKey } from "../storage/paths.ts";
import type { Storage } from "../storage/storage.ts";
import { createLog } from "../telemetry/log.ts";
import type { Finding } from "./finding.ts";
import { Fsck, type FsckReport } from "./fsck.ts";
import { Holds } from "./holds.ts";
import { Orphans } from "./orphans.ts";
import { StoredBlobs } from "./stored-blobs.ts";

const NAME = parseRepositoryName("team/app");
const DAY_MS = 86_400_000;
const log = createLog({ level: "error", format: "text", fd: 2 });

let directory: string;
let database: Database;
let storage: Storage;
let blobs: Blobs;
let manifests: Manifests;
let holds: Holds;
let fsck: Fsck;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "berth-fsck-"));
  database = await openSqlite({ path: join(directory, "berth.db"), onSyncFailure: () => process.exit(1) });
  storage = await filesystemStorage({ directory });
  const repositories = new Repositories(database);
  const cache = new ContentCache({ limitBytes: 1_000_000, isShared: false });
  const common = { database, storage, repositories, cache, gates: [], log };
  blobs = new Blobs({ ...common, leaseMs: DAY_MS });
  const tags = new Tags(common);
  manifests = new Manifests({ ...common, tags, room: new Room(storage, 0) });
  holds = new Holds(database);
  const orphans = new Orphans({ ...common, holds, minimumAgeMs: DAY_MS, confirmAfterMs: 1 });
  const storedBlobs = new StoredBlobs(common);
  fsck = new Fsck({ database, storage, cache, storedBlobs, orphans, confirmAfterMs: 1 });
});

afterEach(async () => {
  await database.close();
  await storage.close();
  rmSync(directory, { recursive: true });
});

/** Small ones lie in their rows. */
async function push(sizeBytes: number): Promise<{ digest: string; sizeBytes: number; path: string }> {
  const bytes = crypto.getRandomValues(new Uint8Array(sizeBytes));
  const digest = digestOf(bytes);
  const storageKey = newBlobKey();
  const isInline = sizeBytes <= 16_384;
  if (!isInline) await storage.put(storageKey, bytes);
  const received = isInline ? { content: bytes, storageKey: null } : { content: null, storageKey };
  await blobs.add(OPEN_ANONYMOUS, NAME, digest, { sizeBytes, ...received }, async () => undefined);
  return { digest, sizeBytes, path: join(directory, storageKey) };
}

async function pushImage(tag: string) {
  const config = await push(100);
  const layer = await push(40_000);
  const descriptor = (it: { digest: string; sizeBytes: number }, mediaType: string) => ({
    mediaType: `application/vnd.oci.image.${mediaType}`,
    digest: it.digest,
    size: it.sizeBytes,
  });
  const manifest = {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: descriptor(config, "config.v1+json"),
    layers: [descriptor(layer, "layer.v1.tar")],
  };
  const { digest } = await manifests.put({
    principal: OPEN_ANONYMOUS,
    repository: NAME,
    reference: parseReference(tag),
    tags: [],
    contentType: manifest.mediaType,
    content: new Uint8Array(Buffer.from(JSON.stringify(manifest))),
  });
  return { digest, config, layer };
}

/** Rows as only rot or a bug makes them, on a connection that asks no questions. */
function spoilRows(text: string, ...values: string[]): void {
  const connection = new Connection(join(directory, "berth.db"));
  try {
    connection.run("pragma foreign_keys = off");
    connection.run(text, values);
  } finally {
    connection.close();
  }
}

function flipByte(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

async function run(repair = false, readBytes = true): Promise<{ found: string[]; all: Finding[]; report: FsckReport }> {
  const all: Finding[] = [];
  const report = await fsck.run({ repair, readBytes, onFinding: (it) => void all.push(it) });
  return { found: all.map((it) => `${it.kind} ${it.subject}${it.repaired ? " repaired" : ""}`).sort(), all, report };
}

async function isPulled(digest: string): Promise<boolean> {
  const reference = parseReference(digest);
  if (reference.digest === null) throw new Error("no digest");
  return await blobs.get(NAME, reference.digest).then(
    () => true,
    () => false,
  );
}

function addOrphan(sizeBytes = 10, ageMs = 2 * DAY_MS): string {
  const key = newBlobKey();
  writeFileSync(join(directory, key), new Uint8Array(sizeBytes));
  utimesSync(join(directory, key), new Date(), new Date(Date.now() - ageMs));
  return key;
}

test("what is whole has no findings", async () => {
  await pushImage("v1");
  await push(300_000);
  addOrphan(10, 1_000);
  const { found, report } = await run(true);
  expect(found).toEqual([]);
  expect(report.checked).toMatchObject({ blobs: 3, manifests: 1, tags: 1, uploads: 0, files: 3 });
  expect(report.checked.bytesRead).toBeGreaterThan(340_000);
});

test("damaged files are named, quarantined by a repair, and put back when they are good again", async () => {
  const image = await pushImage("v1");
  const flipped = image.layer;
  const [cut, gone, good] = [await push(50_000), await push(60_000), await push(70_000)];
  const kept = readFileSync(flipped.path);
  flipByte(flipped.path);
  truncateSync(cut.path, 49_999);
  rmSync(gone.path);
  const names = [`blob-bytes ${flipped.digest}`, `blob-missing ${gone.digest}`, `blob-size ${cut.digest}`].sort();
  const first = await run();
  expect(first.found).toEqual(names);
  expect(first.all.find((it) => it.subject === flipped.digest)?.message).toContain("missed by team/app (v1)");
  expect((await run(false, false)).found).toEqual(names.filter((it) => !it.startsWith("blob-bytes")));
  expect(await isPulled(flipped.digest)).toBe(true);

  expect((await run(true)).found).toEqual(names.map((it) => `${it} repaired`));
  const pulled = [flipped, cut, gone, good].map(({ digest }) => isPulled(digest));
  expect(await Promise.all(pulled)).toEqual([false, false, false, true]);
  const quarantined = [flipped, cut, gone].map(({ digest }) => `blob-quarantined ${digest}`).sort();
  expect((await run(true)).found).toEqual(quarantined);

  writeFileSync(flipped.path, kept);
  expect((await run(true, false)).found).toEqual(quarantined);
  expect((await run(true)).found).toContain(`blob-quarantined ${flipped.digest} repaired`);
  expect(await isPulled(flipped.digest)).toBe(true);
});

test("with the storage away, a repair stops before it has taken everything out of service", async () => {
  const pushed = [];
  for (let index = 0; index < 60; index += 1) pushed.push(await push(index % 2 === 0 ? 20_000 : 100));
  for (const { path } of pushed) rmSync(path, { force: true });
  const { all, report } = await run(true);
  expect(report).toMatchObject({ findings: 30, repaired: 20 });
  expect(all.at(-1)).toMatchObject({ repair: null, message: expect.stringContaining("is the right storage there?") });
});

test("rows with other bytes than their digest", async () => {
  const { config, digest } = await pushImage("v1");
  spoilRows("update blobs set content = zeroblob(100) where digest = ?", config.digest);
  spoilRows("update manifests set content = cast('{}' as blob) where digest = ?", digest);
  expect((await run(true)).found).toEqual([
    `blob-bytes ${config.digest} repaired`,
    `manifest-bytes team/app@${digest}`,
  ]);
  expect(await isPulled(config.digest)).toBe(false);
});

test("columns that rotted", async () => {
  const { config, layer, digest } = await pushImage("v1");
  spoilRows("update blobs set digest = 'sha25x:nothing' where digest = ?", config.digest);
  spoilRows("update blobs set size_bytes = 7 where digest = ?", layer.digest);
  spoilRows("update manifests set digest = 'x' where digest = ?", digest);
  const { found } = await run();
  expect(found).toEqual([
    "blob-bytes sha25x:nothing",
    `blob-size ${layer.digest}`,
    "manifest-bytes team/app@x",
    "manifest-reference team/app@x",
    "tag-without-manifest team/app:v1",
  ]);
});

test("what manifests and tags name and is not there", async () => {
  const { digest, layer } = await pushImage("v1");
  await pushImage("v2");
  spoilRows("delete from repository_blobs where blob_id = (select id from blobs where digest = ?)", layer.digest);
  const { found, all } = await run(true);
  expect(found).toEqual([`blob-forgotten ${layer.digest} repaired`, `manifest-reference team/app@${digest}`]);
  expect(all[1]?.message).toContain(`the layer ${layer.digest}`);
  spoilRows("delete from manifests where digest = ?", digest);
  expect((await run(true)).found).toContain("tag-without-manifest team/app:v1 repaired");
  expect((await run()).found.filter((it) => it.startsWith("tag"))).toEqual([]);
});

test("rows that would make the collector take what a manifest needs, or never look at a blob", async () => {
  const { digest, layer } = await pushImage("v1");
  const lone = await push(50_000);
  spoilRows("delete from manifest_references where digest = ?", layer.digest);
  spoilRows("delete from repository_blobs where blob_id = (select id from blobs where digest = ?)", lone.digest);
  const found = [`blob-forgotten ${lone.digest}`, `manifest-rows team/app@${digest}`];
  expect((await run()).found).toEqual(found);
  expect((await run(true)).found).toEqual(found.map((it) => `${it} repaired`));
  expect((await run()).found).toEqual([]);
});

test("a broken foreign key is named", async () => {
  await pushImage("v1");
  spoilRows("update repositories set namespace_id = 99");
  expect((await run(true)).found).toEqual(["database repositories"]);
});

test("uploads whose bytes are gone, and removals that were not ended", async () => {
  const { digest, path } = await push(50_000);
  spoilRows(
    "insert into upload_sessions (id, repository_name, principal, algorithm, offset_bytes, storage_key, created_at, updated_at) values ('lost', 'team/app', 'x', 'sha256', 5, 'blobs/aa/aaaa', 0, 0), ('new', 'team/app', 'x', 'sha256', 0, 'blobs/bb/bbbb', 0, 0)",
  );
  spoilRows("delete from repository_blobs");
  spoilRows("update blobs set state = 'deleting'");
  const found = [`blob-deleting ${digest}`, "upload-without-file lost"];
  expect((await run()).found).toEqual(found);
  const hold = await holds.take("a backup", 60_000);
  expect((await run(true)).found).toEqual([`${found[1]} repaired`]);
  expect(await Bun.file(path).exists()).toBe(true);
  await hold.release();
  expect((await run(true)).found).toEqual([`${found[0]} repaired`]);
  expect((await run()).found).toEqual([]);
  expect(await Bun.file(path).exists()).toBe(false);
});

test("old files without rows are removed, but not while somebody copies, and not when they are most of all files", async () => {
  await push(50_000);
  const orphan = addOrphan();
  expect((await run()).found).toEqual([`file-without-row ${orphan}`]);
  const hold = await holds.take("a backup", 60_000);
  expect((await run(true)).found).toEqual([`file-without-row ${orphan}`, "files-without-rows blobs"]);
  await hold.release();
  expect((await run(true)).found).toEqual([`file-without-row ${orphan} repaired`]);
  expect(await storage.stat(orphan)).toBeNull();

  const many = Array.from({ length: 101 }, () => addOrphan());
  const { all, report } = await run(true);
  expect(report).toMatchObject({ findings: 102, repaired: 0 });
  expect(all.find((it) => it.kind === "files-without-rows")?.message).toContain("101 of 102");
  expect(await storage.stat(many[0] ?? "")).not.toBeNull();
});

test("a run can be given up", async () => {
  for (let index = 0; index < 20; index += 1) flipByte((await push(20_000 + index)).path);
  const giveUp = new AbortController();
  let findings = 0;
  const onFinding = () => {
    findings += 1;
    giveUp.abort();
  };
  const ended = await fsck.run({ repair: false, readBytes: true, signal: giveUp.signal, onFinding }).then(
    () => "whole",
    (error: unknown) => (error instanceof Error ? error.name : ""),
  );
  expect([ended, findings]).toEqual(["AbortError", 1]);
});
