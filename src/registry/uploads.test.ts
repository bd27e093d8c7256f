import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OPEN_ANONYMOUS } from "../access/principal.ts";
import type { Database } from "../database/database.ts";
import { openSqlite } from "../database/drivers/sqlite.ts";
import { digestOf } from "../oci/digest.ts";
import { parseRepositoryName } from "../oci/reference.ts";
import { Repositories } from "../repositories/repositories.ts";
import { memoryStorage } from "../storage/drivers/memory.ts";
import type { Storage } from "../storage/storage.ts";
import { createLog } from "../telemetry/log.ts";
import { Blobs } from "./blobs.ts";
import { ContentCache } from "./content-cache.ts";
import { Room } from "./room.ts";
import { Sessions } from "./sessions.ts";
import { Uploads } from "./uploads.ts";

const REPOSITORY = parseRepositoryName("team/app");
const MAX_BLOB_BYTES = 200_000;
const NOTHING = { range: null, lengthBytes: 0, body: [] };

const chunkOf = (...parts: Uint8Array[]) => ({ range: null, lengthBytes: null, body: parts });

describe("uploads", () => {
  let directory: string;
  let database: Database;
  let storage: Storage;
  let sessions: Sessions;
  let uploads: Uploads;
  let blobs: Blobs;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "berth-uploads-"));
    database = await openSqlite({
      path: join(directory, "berth.db"),
      onSyncFailure: (error) => {
        throw error;
      },
    });
    storage = memoryStorage({ limitBytes: 1_000_000 });
    sessions = new Sessions({ database, limitPerPrincipal: 100 });
    const cache = new ContentCache({ limitBytes: 1_000_000, isShared: false });
    const log = createLog({ level: "error", format: "text", fd: 2 });
    const repositories = new Repositories(database);
    blobs = new Blobs({ database, storage, repositories, cache, gates: [], log, leaseMs: 60_000 });
    uploads = new Uploads({ sessions, blobs, storage, room: new Room(storage, 0), maxBlobBytes: MAX_BLOB_BYTES });
  });
  afterEach(async () => {
    await sessions.close();
    await database.close();
    await storage.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const start = () => uploads.start(OPEN_ANONYMOUS, REPOSITORY, "sha256");
  const find = (id: string) => uploads.get(OPEN_ANONYMOUS, REPOSITORY, id);
  const listKeys = async () => {
    const keys: string[] = [];
    for await (const { key } of storage.list("")) keys.push(key);
    return keys;
  };

  test("an abandoned upload expires with its bytes; a blob and a younger upload stay", async () => {
    const old = await start();
    await uploads.append(old, chunkOf(new Uint8Array(50_000)));
    const whole = new Uint8Array(60_000).fill(1);
    const digest = digestOf(whole);
    await uploads.finish(OPEN_ANONYMOUS, await start(), digest, chunkOf(whole));
    await Bun.sleep(5);
    const limit = Date.now();
    const young = await start();
    await uploads.append(young, chunkOf(new Uint8Array(50_000)));
    expect(await listKeys()).toHaveLength(3);
    expect(await uploads.expire(limit)).toBe(1);
    await expect(find(old.id)).rejects.toMatchObject({ code: "BLOB_UPLOAD_UNKNOWN" });
    expect((await find(young.id)).offset).toBe(50_000);
    expect(await listKeys()).toHaveLength(2);
    const blob = await blobs.get(REPOSITORY, digest);
    expect((await blobs.read(REPOSITORY, blob, null)) instanceof Uint8Array).toBe(true);
    expect(await uploads.expire(limit)).toBe(0);
  });

  test("an upload that brings bytes does not expire meanwhile, however long ago it began", async () => {
    const session = await start();
    await sessions.save(session);
    let limit = 0;
    const body = (async function* () {
      yield new Uint8Array(20_000);
      await Bun.sleep(10);
      limit = Date.now();
      await Bun.sleep(10);
      yield new Uint8Array(20_000);
      // What came before this point is in; the sender is not done.
      await uploads.expire(limit);
      yield new Uint8Array(1);
    })();
    await uploads.append(session, { range: null, lengthBytes: null, body });
    expect((await find(session.id)).offset).toBe(40_001);
    await uploads.finish(OPEN_ANONYMOUS, session, digestOf(new Uint8Array(40_001)), NOTHING);
    expect((await blobs.get(REPOSITORY, digestOf(new Uint8Array(40_001)))).sizeBytes).toBe(40_001);
  });

  for (const sizeBytes of [1_000, 50_000]) {
    test(`a sender that breaks off after ${sizeBytes} bytes can go on where it was`, async () => {
      const session = await start();
      const body = (async function* () {
        yield new Uint8Array(sizeBytes).fill(1);
        throw new DOMException("gone", "AbortError");
      })();
      await expect(uploads.append(session, { range: null, lengthBytes: null, body })).rejects.toThrow("gone");
      expect((await find(session.id)).offset).toBe(sizeBytes);
      const all = new Uint8Array(sizeBytes + 5).fill(1);
      await uploads.append(session, chunkOf(all.subarray(sizeBytes)));
      await uploads.finish(OPEN_ANONYMOUS, session, digestOf(all), NOTHING);
      expect((await blobs.get(REPOSITORY, digestOf(all))).sizeBytes).toBe(all.length);
    });

    test(`a chunk that is not as long as it says leaves the upload at ${sizeBytes} bytes`, async () => {
      const session = await start();
      const all = new Uint8Array(sizeBytes + 10).fill(2);
      await uploads.append(session, chunkOf(all.subarray(0, sizeBytes)));
      for (const length of [5, 20]) {
        const range = { start: sizeBytes, end: sizeBytes + length };
        const wrong = { range, lengthBytes: null, body: [all.subarray(0, 10)] };
        await expect(uploads.append(session, wrong)).rejects.toMatchObject({ code: "SIZE_INVALID" });
        expect((await find(session.id)).offset).toBe(sizeBytes);
      }
      await uploads.append(session, chunkOf(all.subarray(sizeBytes)));
      await uploads.finish(OPEN_ANONYMOUS, session, digestOf(all), NOTHING);
      expect((await blobs.get(REPOSITORY, digestOf(all))).sizeBytes).toBe(all.length);
    });
  }

  test("a blob over the limit is refused, and nothing of it is kept once it is cancelled", async () => {
    const session = await start();
    const parts = Array.from({ length: 3 }, () => new Uint8Array(MAX_BLOB_BYTES / 2));
    await expect(uploads.append(session, chunkOf(...parts))).rejects.toMatchObject({ status: 413 });
    await uploads.cancel(session);
    expect(await listKeys()).toEqual([]);
    await expect(find(session.id)).rejects.toMatchObject({ code: "BLOB_UPLOAD_UNKNOWN" });
  });

  test("a full storage ends the upload and frees what it had", async () => {
    await storage.put("blobs/zz/filler", new Uint8Array(900_000));
    const session = await start();
    const parts = [new Uint8Array(90_000), new Uint8Array(90_000)];
    await expect(uploads.append(session, chunkOf(...parts))).rejects.toThrow();
    expect(await listKeys()).toEqual(["blobs/zz/filler"]);
    await expect(find(session.id)).rejects.toMatchObject({ code: "BLOB_UPLOAD_UNKNOWN" });
  });

  test("of two chunks in one buffer that its owner uses again, both count", async () => {
    const session = await start();
    const buffer = new Uint8Array(100);
    const body = (function* () {
      for (const value of [1, 2]) {
        buffer.fill(value);
        yield buffer;
      }
    })();
    await uploads.append(session, { range: null, lengthBytes: null, body });
    const all = new Uint8Array([...new Uint8Array(100).fill(1), ...new Uint8Array(100).fill(2)]);
    await uploads.finish(OPEN_ANONYMOUS, session, digestOf(all), NOTHING);
    expect((await blobs.get(REPOSITORY, digestOf(all))).sizeBytes).toBe(200);
  });
});
