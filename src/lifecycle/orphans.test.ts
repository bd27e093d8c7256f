/** What the daily sweep removes, and what it leaves. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OPEN_ANONYMOUS } from "../access/principal.ts";
import type { Database } from "../database/database.ts";
import { openSqlite } from "../database/drivers/sqlite.ts";
import { parseRepositoryName } from "../oci/reference.ts";
import { Sessions } from "../registry/sessions.ts";
import { Repositories } from "../repositories/repositories.ts";
import { filesystemStorage } from "../storage/drivers/filesystem.ts";
import { newBlobKey } from "../storage/paths.ts";
import type { Storage } from "../storage/storage.ts";
import { createLog } from "../telemetry/log.ts";
import { Holds } from "./holds.ts";
import { keepOrphans, Orphans } from "./orphans.ts";

const HOUR_MS = 3_600_000;
const log = createLog({ level: "error", format: "text", fd: 2 });

let directory: string;
let database: Database;
let storage: Storage;
let holds: Holds;
let orphans: Orphans;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "berth-orphans-"));
  database = await openSqlite({ path: join(directory, "berth.db"), onSyncFailure: () => process.exit(1) });
  storage = await filesystemStorage({ directory });
  await database.write((trx) => new Repositories(database).ensure(trx, parseRepositoryName("team/app")));
  holds = new Holds(database);
  orphans = new Orphans({ database, storage, holds, log, minimumAgeMs: HOUR_MS, confirmAfterMs: 1 });
});

afterEach(async () => {
  await orphans.close();
  await database.close();
  await storage.close();
  rmSync(directory, { recursive: true });
});

function addFile(ageMs: number): string {
  const key = newBlobKey();
  writeFileSync(join(directory, key), new Uint8Array(10));
  utimesSync(join(directory, key), new Date(), new Date(Date.now() - ageMs));
  return key;
}

async function listKeys(): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of storage.list("")) keys.push(key);
  return keys;
}

test("old files without rows go; younger ones, those of uploads, and snapshots stay", async () => {
  const [old, young, uploaded] = [addFile(2 * HOUR_MS), addFile(HOUR_MS / 2), addFile(2 * HOUR_MS)];
  writeFileSync(join(directory, "snapshots/2026"), "x");
  utimesSync(join(directory, "snapshots/2026"), 0, 0);
  const sessions = new Sessions({ database, limitPerPrincipal: 10 });
  const session = await sessions.create(OPEN_ANONYMOUS, parseRepositoryName("team/app"), "sha256");
  session.storageKey = uploaded;
  await sessions.save(session);
  expect(await orphans.sweep()).toEqual({ files: 3, orphans: 1, bytes: 10, refusal: null, removed: 1 });
  expect(await storage.stat(old)).toBeNull();
  expect(await listKeys()).toEqual([...[young, uploaded].sort(), "snapshots/2026"]);
  await sessions.close();
});

test("a row that comes between the look and the removal keeps its file", async () => {
  const key = addFile(2 * HOUR_MS);
  const sessions = new Sessions({ database, limitPerPrincipal: 10 });
  const session = await sessions.create(OPEN_ANONYMOUS, parseRepositoryName("team/app"), "sha256");
  for await (const { orphans: found } of orphans.find()) {
    expect(found.map((it) => it.key)).toEqual([key]);
    session.storageKey = key;
    await sessions.save(session);
    expect(await orphans.remove({ key, sizeBytes: 10, modifiedAt: 0 })).toBe(false);
  }
  expect(await listKeys()).toEqual([key]);
  await sessions.close();
});

test("none go while somebody copies, nor when they are most of what is stored", async () => {
  addFile(2 * HOUR_MS);
  const hold = await holds.take("a backup", 60_000);
  expect(await orphans.sweep()).toMatchObject({ orphans: 1, removed: 0, refusal: expect.stringContaining("a backup") });
  await hold.release();
  for (let count = 0; count < 10; count += 1) addFile(2 * HOUR_MS);
  expect(await orphans.sweep()).toMatchObject({
    orphans: 11,
    removed: 0,
    refusal: expect.stringContaining("11 of 11"),
  });
  expect(await listKeys()).toHaveLength(11);
});

test("none go for a week after a restore has left files without rows, unless its note goes", async () => {
  addFile(2 * HOUR_MS);
  await keepOrphans(storage, 1);
  const [note = ""] = (await listKeys()).filter((key) => key.startsWith("snapshots/"));
  expect(await orphans.sweep()).toMatchObject({ orphans: 1, removed: 0, refusal: expect.stringContaining(note) });
  utimesSync(join(directory, note), new Date(), new Date(Date.now() - 8 * 24 * HOUR_MS));
  expect(await orphans.count()).toMatchObject({ orphans: 1, refusal: null });
  utimesSync(join(directory, note), new Date(), new Date());
  await storage.delete(note);
  expect(await orphans.sweep()).toMatchObject({ removed: 1 });
});

test("beside an empty database not even one goes: its rows are lost", async () => {
  addFile(2 * HOUR_MS);
  const empty = await openSqlite({ path: join(directory, "empty.db"), onSyncFailure: () => process.exit(1) });
  const parts = { database: empty, storage, holds: new Holds(empty), log, minimumAgeMs: HOUR_MS, confirmAfterMs: 1 };
  expect(await new Orphans(parts).sweep()).toMatchObject({ removed: 0, refusal: expect.stringContaining("1 of 1") });
  await empty.close();
});
