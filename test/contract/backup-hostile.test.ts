// Backups, restores and snapshots where things go wrong: sources that cannot be read, directories that lie, killed
// writers, clocks that go back, others at work at the same time.

import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { OPEN_ANONYMOUS } from "../../src/access/principal.ts";
import { blobPath, listArchives } from "../../src/lifecycle/archive-source.ts";
import { Backup } from "../../src/lifecycle/backup.ts";
import { Holds } from "../../src/lifecycle/holds.ts";
import { assertRowsPresent, Snapshots } from "../../src/lifecycle/snapshots.ts";
import { parseRepositoryName } from "../../src/oci/reference.ts";
import { StorageError, type Storage } from "../../src/storage/storage.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";
import { openPlace, type Place } from "./backup-place.ts";

const DAY_MS = 86_400_000;
const log = { ...createLog({ level: "error", format: "text", fd: 2 }), error: () => undefined };

let directory: TemporaryDirectory;
let places: Place[];
let origin: Place;
let target: string;

beforeEach(async () => {
  directory = await makeTemporaryDirectory("backup-hostile");
  places = [];
  origin = await open("origin");
  target = directory.join("backup");
});

afterEach(async () => {
  for (const place of places) await place.close();
  await directory.remove();
});

async function open(name: string): Promise<Place> {
  mkdirSync(directory.join(name), { recursive: true });
  const place = await openPlace(directory.join(name));
  places.push(place);
  return place;
}

/** A backup over a storage that is changed a little. */
function backupOver(changes: Partial<Storage>): Backup {
  const { database } = origin;
  const storage = { ...origin.storage, ...changes };
  return new Backup({ database, storage, holds: new Holds(database), log });
}

async function keyOf(place: Place, digest: string): Promise<string> {
  for await (const { key } of place.storage.list("blobs/")) {
    if ((await place.storage.hash(key, "sha256"))?.digest === digest) return key;
  }
  throw new Error(`no file has ${digest}`);
}

function digestsOf(report: { damaged: { digest: string }[] }): string[] {
  return report.damaged.map((it) => it.digest);
}

test("a blob that cannot be read is named, and all others are copied", async () => {
  const [first, second] = [await origin.pushImage("a", 1, "v1"), await origin.pushImage("a", 2, "v2")];
  const key = await keyOf(origin, first.layer);
  const failing: Storage["read"] = async (...asked) => {
    if (asked[0] === key) throw new StorageError("read a blob: EIO");
    return await origin.storage.read(...asked);
  };
  const report = await backupOver({ read: failing }).run({ directory: target });
  expect(digestsOf(report)).toEqual([first.layer]);
  expect(report.damaged[0]?.reason).toContain("EIO");
  expect(existsSync(blobPath(target, second.layer))).toBe(true);
  expect((await origin.backup.run({ directory: target })).damagedCount).toBe(0);
});

test("a storage that is away makes no backup of nothing", async () => {
  for (let mark = 1; mark <= 30; mark += 1) await origin.pushImage("a", mark, `v${mark}`);
  await expect(backupOver({ read: async () => null }).run({ directory: target })).rejects.toThrow("right storage");
  expect(await listArchives(target)).toEqual([]);
});

test("what is no file, or was left half written, is no blob of the backup", async () => {
  const { layer } = await origin.pushImage("a", 1, "v1");
  await origin.backup.run({ directory: target });
  const path = blobPath(target, layer);
  const secret = directory.join("secret");
  writeFileSync(secret, new Uint8Array(20_001).fill(65));
  rmSync(path);
  symlinkSync(secret, path);
  for (const [name, ageMs] of [
    ["old", 2 * DAY_MS],
    ["new", 1_000],
  ] as const) {
    writeFileSync(`${path}.${name}.partial`, "x");
    utimesSync(`${path}.${name}.partial`, new Date(), new Date(Date.now() - ageMs));
  }
  const place = await open("restored");
  expect(digestsOf(await place.restore.run({ from: { directory: target } }))).toEqual([layer]);
  expect(await place.pull("a", layer)).toContain("no blob of this digest");
  expect((await origin.backup.run({ directory: target, verify: true })).blobs.copied).toBe(1);
  expect(readFileSync(secret)).toEqual(Buffer.alloc(20_001, 65));
  const names = readdirSync(join(path, "..")).filter((name) => name.startsWith(layer.slice(7)));
  expect(names.sort()).toEqual([layer.slice(7), `${layer.slice(7)}.new.partial`]);
  rmSync(path);
  mkdirSync(path);
  const other = await open("other");
  expect(digestsOf(await other.restore.run({ from: { directory: target } }))).toEqual([layer]);
});

test("a full or closed directory is named, and what it holds stays", async () => {
  await origin.pushImage("a", 1, "v1");
  const { archive } = await origin.backup.run({ directory: target });
  await origin.pushImage("a", 2, "v2");
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", syscall: "write" });
  const onProgress = ({ phase }: { phase: string }) => {
    if (phase === "blobs") throw full;
  };
  await expect(origin.backup.run({ directory: target, onProgress })).rejects.toThrow(
    `${target}: there is no room left`,
  );
  expect(readdirSync(join(target, "rows"))).toEqual([archive.slice(-25)]);
  await expect(origin.backup.run({ directory: "/proc/nothing" })).rejects.toThrow("/proc/nothing: ENOENT");
  writeFileSync(directory.join("file"), "");
  await expect(origin.backup.run({ directory: directory.join("file") })).rejects.toThrow("could not be written to");
});

test("no blob goes while a backup or a merge copies, and its hold is over with it", async () => {
  const holds = new Holds(origin.database);
  await origin.pushImage("a", 1, "v1");
  const seen: (string | null)[] = [];
  const onProgress = () => void holds.find().then((reason) => seen.push(reason));
  await origin.backup.run({ directory: target, onProgress });
  await origin.merge.run({ from: { directory: target }, principal: OPEN_ANONYMOUS, onProgress });
  expect(new Set(seen)).toEqual(new Set(["a backup", "a restore"]));
  expect(await holds.find()).toBeNull();
});

test("the newest backup is the last one that was taken, whatever the clock says", async () => {
  await origin.pushImage("a", 1, "v1");
  const { archive } = await origin.backup.run({ directory: target });
  renameSync(archive, join(target, "rows", "29990101-000000-000.berth"));
  await origin.pushImage("a", 2, "v2");
  const last = await origin.backup.run({ directory: target });
  expect(last.archive).toEndWith("29990101-000000-001.berth");
  const place = await open("restored");
  expect(await place.restore.run({ from: { directory: target } })).toMatchObject({ archive: last.archive });
  expect(await place.tagged("a", "v2")).toStartWith("sha256:");
});

test("snapshots: the newest is the last one, whatever the clock says, and it stays", async () => {
  await origin.pushImage("a", 1, "v1");
  await origin.snapshots.take();
  for (const { key } of await origin.snapshots.list()) rmSync(join(origin.directory, key));
  for (const day of ["01", "02", "03"]) {
    await origin.pushImage("a", Number(day) + 1, `day-${day}`);
    const key = (await origin.snapshots.take()) ?? "";
    renameSync(join(origin.directory, key), join(origin.directory, `snapshots/299901${day}-000000-000-ab.berth`));
  }
  for (const mark of [10, 11]) {
    await origin.pushImage("a", mark, "late");
    const key = await origin.snapshots.take();
    expect((await origin.snapshots.list())[0]?.key).toBe(key ?? "");
  }
  const names = (await origin.snapshots.list()).map((it) => it.key.slice(10, 28));
  expect(names).toEqual(["29990103-000000-00", "29990103-000000-00", "29990103-000000-00"]);
});

test("snapshots: those that a server was killed over are passed by, and removed", async () => {
  const { digest } = await origin.pushImage("a", 1, "v1");
  const whole = (await origin.snapshots.take()) ?? "";
  const text = readFileSync(join(origin.directory, whole));
  for (const [index, length] of [0, 10, text.length >> 1].entries()) {
    writeFileSync(join(origin.directory, `snapshots/29990101-000000-00${index}-ab.berth`), text.subarray(0, length));
  }
  // A newer version's: nobody's to remove.
  const newer = '{"format":"berth-rows","version":1,"schema":"9999-x","takenAt":1,"berth":"9.9.9"}\n';
  writeFileSync(join(origin.directory, "snapshots/20000101-000000-000-ab.berth"), Bun.zstdCompressSync(newer));
  const { database, storage } = origin;
  const restarted = new Snapshots({ database, storage, log, intervalMs: 1_000, keep: 3 });
  expect(await restarted.take()).toBeNull();
  expect((await restarted.list()).map((it) => it.key)).toEqual([whole, "snapshots/20000101-000000-000-ab.berth"]);

  writeFileSync(join(origin.directory, "snapshots/29990101-000000-000-ab.berth"), text.subarray(0, 10));
  mkdirSync(directory.join("new"));
  for (const name of ["blobs", "snapshots"]) renameSync(join(origin.directory, name), directory.join("new", name));
  const place = await open("new");
  expect(await place.restore.run({ from: { snapshot: "latest" } })).toMatchObject({ archive: whole });
  expect(await place.tagged("a", "v1")).toBe(digest);
});

test("a restore from a snapshot that was broken off finds lost files, and names what it had found lost", async () => {
  const [moved, lost] = [await origin.pushImage("a", 1, "v1"), await origin.pushImage("a", 2, "v2")];
  await origin.snapshots.take();
  const key = await keyOf(origin, moved.layer);
  renameSync(join(origin.directory, key), join(origin.directory, `${key.slice(0, -4)}beef`));
  rmSync(join(origin.directory, await keyOf(origin, lost.layer)));
  mkdirSync(directory.join("new"));
  for (const name of ["blobs", "snapshots"]) renameSync(join(origin.directory, name), directory.join("new", name));
  const place = await open("new");
  const onProgress = ({ phase, done }: { phase: string; done: number }) => {
    if (phase === "rows" && done > 5) throw new Error("enough");
  };
  await expect(place.restore.run({ from: { snapshot: "latest" }, onProgress })).rejects.toThrow("enough");
  const report = await place.restore.run({ from: { snapshot: "latest" } });
  expect(digestsOf(report)).toEqual([lost.layer]);
  expect(await place.pull("a", moved.layer)).toBe(moved.layer);
});

test("files that were pushed after the snapshot are counted, and kept; what nobody linked is not missed", async () => {
  await origin.pushImage("a", 1, "v1");
  const condemned = await origin.pushBlob("a", new Uint8Array(60_000).fill(8));
  await origin.run(`delete from repository_blobs where blob_id = (select id from blobs where digest = '${condemned}')`);
  await origin.run(`update blobs set condemned_at = 1 where digest = '${condemned}'`);
  await origin.snapshots.take();
  rmSync(join(origin.directory, await keyOf(origin, condemned)));
  await origin.pushBlob("a", new Uint8Array(50_000).fill(9));
  mkdirSync(directory.join("new"));
  for (const name of ["blobs", "snapshots"]) renameSync(join(origin.directory, name), directory.join("new", name));
  const place = await open("new");
  const report = await place.restore.run({ from: { snapshot: "latest" } });
  expect(report).toMatchObject({ unnamedFiles: 1, damagedCount: 0 });
  expect(readdirSync(directory.join("new", "snapshots")).filter((it) => it.startsWith("restored-"))).toHaveLength(1);
  expect(await place.snapshots.list()).toHaveLength(1);
});

test("content that rotted in its row is restored as damaged", async () => {
  const digest = await origin.pushBlob("a", new Uint8Array(100).fill(1));
  await origin.run("update blobs set content = zeroblob(100)");
  await origin.backup.run({ directory: target });
  const place = await open("restored");
  expect(digestsOf(await place.restore.run({ from: { directory: target } }))).toEqual([digest]);
  expect(await place.pull("a", digest)).toContain("no blob of this digest");
});

test("a row whose digest or key rotted costs its blob, and no more", async () => {
  const [first, second, third] = [1, 2, 3].map((mark) => new Uint8Array(20_000).fill(mark));
  if (!first || !second || !third) throw new Error("three");
  const pushed = [
    await origin.pushBlob("a", first),
    await origin.pushBlob("a", second),
    await origin.pushBlob("a", third),
  ];
  await origin.run(`update blobs set digest = 'x' where digest = '${pushed[0]}'`);
  await origin.run(`update blobs set storage_key = '../x' where digest = '${pushed[1]}'`);
  const report = await origin.backup.run({ directory: target });
  expect(digestsOf(report).sort()).toEqual([pushed[1] ?? "", "x"].sort());
  const place = await open("restored");
  expect(digestsOf(await place.restore.run({ from: { directory: target } })).sort()).toEqual(digestsOf(report).sort());
  expect(await place.pull("a", pushed[2]!)).toBe(pushed[2]!);
  await origin.snapshots.take();
  mkdirSync(directory.join("new"));
  for (const name of ["blobs", "snapshots"]) renameSync(join(origin.directory, name), directory.join("new", name));
  const other = await open("new");
  expect((await other.restore.run({ from: { snapshot: "latest" } })).damagedCount).toBe(1);
  expect(await other.pull("a", pushed[1]!)).toBe(pushed[1]!);
});

test("a restore beside a server that writes is spoiled for good", async () => {
  await origin.pushImage("a", 1, "v1");
  await origin.backup.run({ directory: target });
  const place = await open("restored");
  let pushed: Promise<unknown> | null = null;
  const onProgress = ({ phase }: { phase: string }) => {
    if (phase === "rows") pushed ??= place.pushBlob("b", new Uint8Array(10));
  };
  await expect(place.restore.run({ from: { directory: target }, onProgress })).rejects.toThrow("is taken");
  await pushed;
  await expect(place.restore.run({ from: { directory: target } })).rejects.toThrow("into a new database");
  await expect(assertRowsPresent(place.database, place.storage)).rejects.toThrow("another server wrote");
});

test("a restore that goes on beside rows of another server is spoiled too", async () => {
  await origin.pushImage("a", 1, "v1");
  await origin.pushImage("b", 2, "v1");
  await origin.backup.run({ directory: target });
  for (const [index, spoil] of [
    "update repositories set name = 'other' where name = 'b'",
    "update blobs set id = id + 100 where id = (select max(id) from blobs)",
  ].entries()) {
    const place = await open(`restored-${index}`);
    const onProgress = ({ phase, done }: { phase: string; done: number }) => {
      if (phase === "rows" && done > 6) throw new Error("enough");
    };
    await expect(place.restore.run({ from: { directory: target }, onProgress })).rejects.toThrow("enough");
    await place.run(spoil);
    await expect(place.restore.run({ from: { directory: target } })).rejects.toThrow("is taken");
    await expect(place.restore.run({ from: { directory: target } })).rejects.toThrow("into a new database");
  }
});

test("a merge leaves out what rotted in the archive's rows, and brings the rest", async () => {
  const [first, second] = [await origin.pushImage("a", 1, "v1"), await origin.pushImage("a", 2, "v2")];
  await origin.run(`update manifests set content = cast('{}' as blob) where digest = '${first.digest}'`);
  await origin.run("update repositories set name = 'NOT/valid' where name = 'b'");
  await origin.pushImage("b", 3, "v3");
  await origin.run("update repositories set name = 'NOT/valid' where name = 'b'");
  await origin.backup.run({ directory: target });
  const place = await open("used");
  await place.pushImage("c", 7, "v1");
  const report = await place.merge.run({ from: { directory: target }, principal: OPEN_ANONYMOUS });
  expect(report.rows).toMatchObject({ manifests: 1, tags: 1 });
  expect(new Set(report.refused.map((it) => it.repository))).toEqual(new Set(["a", "NOT/valid"]));
  expect(await place.tagged("a", "v2")).toBe(second.digest);
});

test("a merge of content that is here already holds nobody up", async () => {
  for (let mark = 1; mark <= 400; mark += 1) await origin.pushImage("a", mark, `v${mark}`);
  await origin.backup.run({ directory: target });
  // Turns of the event loop, in each of which another request would have been served: how long they take is the machine's.
  let turns = 0;
  let isOver = false;
  const turn = () => {
    turns += 1;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await origin.merge.run({ from: { directory: target }, principal: OPEN_ANONYMOUS });
  isOver = true;
  expect(turns).toBeGreaterThan(100);
});

test("a truncated blob of the backup is copied anew, in the middle of a run too", async () => {
  const { layer } = await origin.pushImage("a", 1, "v1");
  await origin.backup.run({ directory: target });
  truncateSync(blobPath(target, layer), 100);
  expect((await origin.backup.run({ directory: target })).blobs).toMatchObject({ copied: 1 });
  expect(readFileSync(blobPath(target, layer))).toHaveLength(20_001);
  await origin.manifests.delete(OPEN_ANONYMOUS, parseRepositoryName("a"), (await origin.pushImage("a", 2, "x")).digest);
  expect((await origin.backup.run({ directory: target })).damagedCount).toBe(0);
});
