// Indexes of layers on both databases: made once, kept small or stored, swept away with their blob; archives that end whoever
// reads them; who waits for whom.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { CompiledQuery } from "kysely";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import type { Database } from "../../src/database/database.ts";
import { openPostgres } from "../../src/database/drivers/postgres.ts";
import { openSqlite } from "../../src/database/drivers/sqlite.ts";
import { Extracts } from "../../src/layers/extracts.ts";
import { Indexer, type IndexerParts } from "../../src/layers/indexer.ts";
import { IndexStore } from "../../src/layers/index-store.ts";
import { filesystemStorage } from "../../src/storage/drivers/filesystem.ts";
import { newBlobKey } from "../../src/storage/paths.ts";
import type { Storage } from "../../src/storage/storage.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { digestOf } from "../support/stored.ts";
import { tarOf } from "../support/tars.ts";
import { DATABASES, lackingDatabase, sharePostgres } from "./databases.ts";
import { describeUnless } from "./support.ts";

const createDatabase = sharePostgres();
const log = createLog({ level: "error", format: "text", fd: 2 });
const LIMITS = { maxEntries: 100_000, maxUncompressedBytes: 2 ** 40, memoryBytes: 2 ** 30, cpuSeconds: 60 };

for (const dialect of DATABASES) {
  describeUnless(dialect, lackingDatabase(dialect), () => {
    let directory: string;
    let database: Database;
    let storage: Storage;
    let store: IndexStore;
    const opened: Indexer[] = [];

    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), "berth-layers-"));
      database =
        dialect === "postgres"
          ? await openPostgres({ url: await createDatabase(), poolSize: 4, onIdleError: () => undefined })
          : await openSqlite({ path: join(directory, "berth.db"), onSyncFailure: () => undefined });
      storage = await filesystemStorage({ directory: join(directory, "storage") });
      store = new IndexStore({ database, storage });
    });

    afterEach(async () => {
      for (const indexer of opened.splice(0)) await indexer.close();
      await database.close();
      await storage.close();
      await rm(directory, { recursive: true, force: true });
    });

    const openIndexer = (parts: Partial<IndexerParts> = {}): Indexer => {
      const indexer = new Indexer({
        database,
        storage,
        store,
        log,
        limits: LIMITS,
        timeoutMs: 30_000,
        isCalm: () => true,
        ...parts,
      });
      opened.push(indexer);
      return indexer;
    };

    const addBlob = async (bytes: Uint8Array, sizeBytes = bytes.length): Promise<{ id: number; sizeBytes: number }> => {
      const key = newBlobKey();
      await storage.put(key, bytes);
      const text = `insert into blobs (digest, size_bytes, state, created_at, verified_at, storage_key) values ('${digestOf(bytes)}', ${sizeBytes}, 'live', 1, 1, '${key}')`;
      await database.write((trx) => trx.execute(CompiledQuery.raw(text)));
      const { rows } = await database.execute<{ id: number }>(
        CompiledQuery.raw(`select id from blobs where storage_key = '${key}'`),
      );
      return { id: Number(rows[0]?.id), sizeBytes };
    };
    const remove = (id: number) =>
      database.write((trx) => trx.execute(CompiledQuery.raw(`delete from blobs where id = ${id}`)));
    const stored = async (): Promise<string[]> => {
      const keys = [];
      for await (const { key } of storage.list("indexes/")) keys.push(key);
      return keys;
    };
    const many = (count: number, seed = "") =>
      tarOf(Array.from({ length: count }, (_, index) => ({ name: `${seed}f${index}`, content: `${seed}${index}` })));

    test("an index is made once, read again, and goes with its blob", async () => {
      const [small, large] = [await addBlob(many(3)), await addBlob(many(5_000))];
      const indexer = openIndexer();
      await Promise.all([small, large, small].map((it) => indexer.request(it, "a", true)));
      expect(await store.find(small.id)).toMatchObject({ state: "ready", attempts: 1, entries: 3 });
      expect(await store.find(large.id)).toMatchObject({ state: "ready", entries: 5_000 });
      await indexer.request(small, "a", true);
      expect((await store.find(small.id))?.attempts).toBe(1);
      expect(await stored()).toHaveLength(1);
      const lines = zstdDecompressSync((await store.read(large.id)) ?? "")
        .toString()
        .trim()
        .split("\n");
      expect(lines).toHaveLength(5_000);
      expect(JSON.parse(lines[1] ?? "").slice(0, 3)).toEqual(["f1", "file", 1]);
      expect(await store.sweep(0)).toBe(0);
      await remove(large.id);
      expect(await store.find(large.id)).toBeNull();
      expect(await store.sweep()).toBe(0);
      expect(await store.sweep(-1_000)).toBe(1);
      expect(await stored()).toEqual([]);
    });

    test("of two servers one makes it; a blob that is gone gets none", async () => {
      const blob = await addBlob(many(10));
      const begun = await Promise.all(Array.from({ length: 8 }, () => store.begin(blob.id, 60_000)));
      expect(begun.filter((it) => it !== null)).toEqual([1]);
      expect(await store.begin(blob.id, -1_000)).toBe(2);
      await store.finish(blob.id, { state: "failed", attempts: 2, reason: "x" });
      expect(await store.begin(blob.id, 60_000)).toBe(3);
      await store.endStale();
      expect((await store.find(blob.id))?.state).toBe(database.isShared ? "indexing" : "failed");
      await remove(blob.id);
      expect(await store.begin(blob.id, 60_000)).toBeNull();
      await store.finish(blob.id, {
        state: "ready",
        attempts: 1,
        entries: 1,
        uncompressedBytes: 1,
        bytes: new Uint8Array(50_000),
      });
      expect(await stored()).toEqual([]);
    });

    test("stored bytes of an index that are lost are made again", async () => {
      const blob = await addBlob(many(5_000));
      const indexer = openIndexer();
      await indexer.request(blob, "a", true);
      await storage.delete((await stored())[0] ?? "");
      expect(await store.read(blob.id)).toBeNull();
      expect(await store.find(blob.id)).toBeNull();
      await indexer.request(blob, "a", true);
      expect(await store.read(blob.id)).not.toBeNull();
    });

    describe("an archive that ends its process", () => {
      /** As long as there is time: zeros between the entries of an archive are nothing. */
      const endless = async (): Promise<Storage> => {
        const path = join(directory, "endless");
        const file = await open(path, "w");
        await file.truncate(2 ** 39);
        await file.close();
        return { ...storage, read: () => Promise.resolve(Bun.file(path)) };
      };

      test("is tried three times, and then no more", async () => {
        const blob = await addBlob(many(1));
        const indexer = openIndexer({ storage: await endless(), timeoutMs: 300 });
        for (const [attempts, state] of [
          [1, "failed"],
          [2, "failed"],
          [3, "parked"],
          [3, "parked"],
        ] as const) {
          await indexer.request(blob, "a", true);
          expect(await store.find(blob.id)).toMatchObject({
            attempts,
            state,
            reason: "reading it takes longer than 0.3 seconds",
          });
        }
      });

      test("for its memory", async () => {
        const blob = await addBlob(many(1));
        const limits = { ...LIMITS, memoryBytes: 2 ** 20 };
        await openIndexer({ storage: await endless(), limits }).request(blob, "a", true);
        expect(await store.find(blob.id)).toMatchObject({
          state: "failed",
          reason: "reading it takes more memory than is allowed",
        });
      });

      test("for its processor time", async () => {
        const blob = await addBlob(many(1));
        const limits = { ...LIMITS, cpuSeconds: 1 };
        await openIndexer({ storage: await endless(), limits }).request(blob, "a", true);
        const row = await store.find(blob.id);
        expect(row?.state).toBe("failed");
        expect(row?.reason).toMatch(/processor time|ended by SIGKILL/);
      });

      test("a server that stops does not count it", async () => {
        const blob = await addBlob(many(1));
        const indexer = openIndexer({ storage: await endless() });
        const done = indexer.request(blob, "a", true);
        await Bun.sleep(300);
        await indexer.close();
        await done;
        expect(await store.find(blob.id)).toMatchObject({ state: "failed", attempts: 0 });
      });

      test("those that come after it are not held up, and it waits while the registry is busy", async () => {
        const [bad, good, urgent] = [await addBlob(many(1)), await addBlob(many(2)), await addBlob(many(3))];
        let isCalm = false;
        const slow = await endless();
        const mixed = {
          ...storage,
          read: (key: string) => (key === firstKey ? slow.read(key) : storage.read(key)),
        } as Storage;
        const firstKey = await keyOf(bad.id);
        const indexer = openIndexer({ storage: mixed, timeoutMs: 1_000, isCalm: () => isCalm });
        const first = indexer.request(bad, "a", false);
        const second = indexer.request(good, "b", false);
        await Bun.sleep(1_500);
        expect(indexer.progress(bad.id)?.state).toBe("indexing");
        await indexer.request(urgent, "c", true);
        expect(await store.find(urgent.id)).toMatchObject({ state: "ready" });
        isCalm = true;
        await Promise.all([first, second]);
        expect(await store.find(bad.id)).toMatchObject({ state: "failed" });
        expect(await store.find(good.id)).toMatchObject({ state: "ready" });
      });

      const keyOf = async (id: number): Promise<string> => {
        const { rows } = await database.execute<{ storage_key: string }>(
          CompiledQuery.raw(`select storage_key from blobs where id = ${id}`),
        );
        return rows[0]?.storage_key ?? "";
      };
    });

    test("whoever stops reading a download gives its place back", async () => {
      const extracts = new Extracts({ database, storage, limits: LIMITS, timeoutMs: 60_000, stalledMs: 300 });
      const content = new Uint8Array(4 * 1024 * 1024).fill(7);
      const { id } = await addBlob(content);
      const span = { offset: 0, sizeBytes: content.length };
      const stalled = await Promise.all(Array.from({ length: 4 }, () => extracts.stream(id, [span])));
      const readers = stalled.map((it) => it.getReader());
      await Promise.all(readers.map((it) => it.read()));
      const whole = await new Response(await extracts.stream(id, [span])).bytes();
      expect(whole.length).toBe(content.length);
      for (const reader of readers) expect(reader.read()).rejects.toThrow("could not be read");
      await extracts.close();
    }, 30_000);

    test("namespaces take turns", async () => {
      const blobs = await Promise.all(Array.from({ length: 6 }, (_, index) => addBlob(many(2, `n${index}-`))));
      const indexer = openIndexer();
      const order: string[] = [];
      await Promise.all(
        blobs.map(async (blob, index) => {
          const owner = index < 4 ? "greedy" : "modest";
          await indexer.request(blob, owner, false);
          order.push(owner);
        }),
      );
      expect(order.slice(0, 5).filter((it) => it === "modest")).toHaveLength(2);
    });
  });
}
