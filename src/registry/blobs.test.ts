/** Blobs whose stored bytes went missing behind the server's back: never served, healed by a push or by their return. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OPEN_ANONYMOUS } from "../access/principal.ts";
import { openSqlite } from "../database/drivers/sqlite.ts";
import type { Database } from "../database/database.ts";
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

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "berth-blobs-"));
  database = await openSqlite({ path: join(directory, "berth.db"), onSyncFailure: () => process.exit(1) });
  storage = await filesystemStorage({ directory, directIo: "auto" });
  const repositories = new Repositories(database);
  const cache = new ContentCache({ limitBytes: 1_000_000, isShared: false });
  const log = createLog({ level: "error", format: "text", fd: 2 });
  blobs = new Blobs({ database, storage, repositories, cache, gates: [], log: { ...log, error: () => undefined } });
});

afterEach(async () => {
  await database.close();
  await storage.close();
  rmSync(directory, { recursive: true });
});

async function push(repository = FIRST): Promise<string> {
  const key = newBlobKey();
  await storage.put(key, BYTES);
  await blobs.add(
    OPEN_ANONYMOUS,
    repository,
    DIGEST,
    { sizeBytes: BYTES.length, content: null, storageKey: key },
    async () => undefined,
  );
  return key;
}

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
