/** Blobs whose stored bytes went missing behind the server's back: never served, healed by a push or by their return. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CompiledQuery } from "kysely";
import { OPEN_ANONYMOUS } from "../access/principal.ts";
import { openSqlite } from "../database/drivers/sqlite.ts";
import { DatabaseFullError, type Database } from "../database/database.ts";
import { digestOf, type Digest } from "../oci/digest.ts";
import { parseRepositoryName } from "../oci/reference.ts";
import { Repositories } from "../repositories/repositories.ts";
import { filesystemStorage } from "../storage/drivers/filesystem.ts";
import { newBlobKey } from "../storage/paths.ts";
import type { Storage } from "../storage/storage.ts";
import { createLog } from "../telemetry/log.ts";
import { Blobs } from "./blobs.ts";
import { ContentCache } from "./content-cache.ts";

const FIRST = parseRepositoryName("team/first");
const SECOND = parseRepositoryName("team/second");
const BYTES = crypto.getRandomValues(new Uint8Array(60_000));
const DIGEST = digestOf(BYTES);

let directory: string;
let database: Database;
let storage: Storage;
let blobs: Blobs;
let alarms: string[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "berth-blobs-"));
  alarms = [];
  database = await openSqlite({ path: join(directory, "berth.db"), onSyncFailure: () => process.exit(1) });
  storage = await filesystemStorage({ directory, directIo: "auto" });
  blobs = over(database);
});

function over(rows: Database): Blobs {
  const log = createLog({ level: "error", format: "text", fd: 2 });
  return new Blobs({
    database: rows,
    storage,
    repositories: new Repositories(rows),
    cache: new ContentCache({ limitBytes: 1_000_000, isShared: false }),
    gates: [],
    log: { ...log, error: (message) => void alarms.push(message) },
    leaseMs: 60_000,
  });
}

/** The same rows, where each write but the first `good` ones meets a failure. */
function failing(good: number, error: Error): Database {
  let writes = 0;
  return {
    dialect: database.dialect,
    isShared: database.isShared,
    changes: null,
    execute: (query) => database.execute(query),
    write: (work) => (++writes > good ? Promise.reject(error) : database.write(work)),
    snapshot: (work) => database.snapshot(work),
    check: () => database.check(),
    close: () => Promise.resolve(),
  };
}

afterEach(async () => {
  await database.close();
  await storage.close();
  rmSync(directory, { recursive: true });
});

async function push(repository = FIRST, to = blobs): Promise<string> {
  const key = newBlobKey();
  await storage.put(key, BYTES);
  await to.add(
    OPEN_ANONYMOUS,
    repository,
    DIGEST,
    { sizeBytes: BYTES.length, content: null, storageKey: key },
    async () => undefined,
  );
  return key;
}

const change = (text: string) => database.write((trx) => trx.execute(CompiledQuery.raw(text)));

/** What a client gets: the bytes, or the code of the refusal. */
async function pull(repository = FIRST, range: { start: number; end: number } | null = null): Promise<Digest | string> {
  try {
    const body = await blobs.read(repository, await blobs.get(repository, DIGEST), range);
    return digestOf(body instanceof Uint8Array ? body : await body.bytes());
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}

test("a missing file is 404, then unknown to every repository, and the next push heals all of them", async () => {
  const key = await push(FIRST);
  await push(SECOND);
  expect([await pull(FIRST), await pull(SECOND)]).toEqual([DIGEST, DIGEST]);
  await storage.delete(key);
  expect(await pull(FIRST)).toBe("BLOB_UNKNOWN");
  expect(alarms).toHaveLength(1);
  for (const repository of [FIRST, SECOND]) {
    const asked = await blobs.get(repository, DIGEST).then(
      () => "known",
      () => "unknown",
    );
    expect(asked).toBe("unknown");
  }
  await push(FIRST);
  expect([await pull(FIRST), await pull(SECOND)]).toEqual([DIGEST, DIGEST]);
});

test.each([
  ["shorter", (path: string) => truncateSync(path, BYTES.length - 1)],
  ["longer", (path: string) => writeFileSync(path, new Uint8Array(BYTES.length + 1))],
])("neither a part nor the whole of a file that is %s is served", async (_, spoil) => {
  const key = await push();
  spoil(join(directory, key));
  expect(await pull(FIRST, { start: 0, end: 100 })).toBe("BLOB_UNKNOWN");
  expect(await pull()).toBe("BLOB_UNKNOWN");
  await push();
  expect(await pull()).toBe(DIGEST);
});

test("bytes that are back are served again", async () => {
  const key = await push();
  const path = join(directory, key);
  renameSync(path, `${path}x`);
  expect(await pull()).toBe("BLOB_UNKNOWN");
  expect(await blobs.recheckDamaged()).toBe(0);
  renameSync(`${path}x`, path);
  expect(await pull()).toBe("BLOB_UNKNOWN");
  expect(await blobs.recheckDamaged()).toBe(1);
  expect(await pull()).toBe(DIGEST);
});

test("bytes of the right size are not put back unless they hash to the digest", async () => {
  const key = await push();
  const path = join(directory, key);
  renameSync(path, `${path}x`);
  expect(await pull()).toBe("BLOB_UNKNOWN");
  writeFileSync(path, new Uint8Array(BYTES.length));
  expect(await blobs.recheckDamaged()).toBe(0);
  expect(await pull()).toBe("BLOB_UNKNOWN");
  rmSync(path);
  expect(await blobs.recheckDamaged()).toBe(0);
  renameSync(`${path}x`, path);
  expect(await blobs.recheckDamaged()).toBe(1);
  expect(await pull()).toBe(DIGEST);
});

test("a blob that was collected while it was asked for is 404 without an alarm", async () => {
  const key = await push();
  const blob = await blobs.get(FIRST, DIGEST);
  await blobs.unlink(OPEN_ANONYMOUS, FIRST, DIGEST);
  await storage.delete(key);
  await expect(blobs.read(FIRST, blob, null)).rejects.toMatchObject({ code: "BLOB_UNKNOWN" });
  expect(alarms).toEqual([]);
});

test("one that was collected and pushed again meanwhile is served", async () => {
  const key = await push();
  const blob = await blobs.get(FIRST, DIGEST);
  await blobs.unlink(OPEN_ANONYMOUS, FIRST, DIGEST);
  await change("update blobs set state = 'deleting'");
  await storage.delete(key);
  await push();
  const body = await blobs.read(FIRST, blob, { start: 10, end: 20 });
  expect(body instanceof Uint8Array ? body : await body.bytes()).toEqual(BYTES.slice(10, 20));
  expect(alarms).toEqual([]);
});

test("what is being deleted is not healed by bytes that are there again", async () => {
  await push();
  await change("update blobs set state = 'damaged'");
  expect(await blobs.recheckDamaged()).toBe(1);
  await change("update blobs set state = 'deleting', condemned_at = null");
  expect(await blobs.recheckDamaged()).toBe(0);
  expect(await pull()).toBe("BLOB_UNKNOWN");
});

test("a lease is extended only while there is one, and its blob is unknown when it was collected first", async () => {
  await push();
  const leased = await blobs.get(FIRST, DIGEST);
  expect(blobs.needsLease(leased)).toBe(false);
  expect(blobs.needsLease({ ...leased, keptUntil: Date.now() + 20_000 })).toBe(true);
  await change("update repository_blobs set kept_until = null");
  await change(
    "insert into manifests (id, repository_id, digest, media_type, size_bytes, created_at, content) values (1, 1, 'd', 'm', 1, 1, x'00')",
  );
  await change(
    `insert into manifest_references (manifest_id, digest, repository_id, kind) values (1, '${DIGEST}', 1, 'layer')`,
  );
  // As if it had been read before a manifest took it.
  await blobs.extendLease(FIRST, leased);
  const kept = await blobs.get(FIRST, DIGEST);
  expect([kept.keptUntil, blobs.needsLease(kept)]).toEqual([null, true]);
  // Now it is known that a manifest names it.
  await blobs.extendLease(FIRST, kept);
  const seen = await blobs.get(FIRST, DIGEST);
  expect([seen.keptUntil, blobs.needsLease(seen)]).toEqual([null, false]);
  // A push of what a manifest keeps leaves it so.
  await push();
  expect((await blobs.get(FIRST, DIGEST)).keptUntil).toBeNull();
  await change("delete from repository_blobs");
  await expect(blobs.extendLease(FIRST, leased)).rejects.toMatchObject({ code: "BLOB_UNKNOWN" });
});

test("a push whose healing fails is not acknowledged, and the next one heals", async () => {
  const key = await push();
  await storage.delete(key);
  await expect(push(FIRST, over(failing(1, new Error("no such luck"))))).rejects.toThrow("no such luck");
  await push();
  expect(await pull()).toBe(DIGEST);
});

test("with the disk full a blob is known although its lease cannot be extended, and a damaged one is not", async () => {
  await push();
  const leased = await blobs.get(FIRST, DIGEST);
  const full = over(failing(0, new DatabaseFullError("the disk is full")));
  await full.extendLease(FIRST, leased);
  await storage.delete(leased.storageKey ?? "");
  await expect(full.read(FIRST, leased, null)).rejects.toMatchObject({ code: "BLOB_UNKNOWN" });
  await expect(over(failing(0, new Error("other"))).extendLease(FIRST, leased)).rejects.toThrow("other");
  await change("delete from repository_blobs");
  await expect(full.extendLease(FIRST, leased)).rejects.toMatchObject({ code: "BLOB_UNKNOWN" });
});
