/**
 * The contract that both databases pass: call it where the database is opened, and put beside it what only that one
 * promises. It uses tables of the real schema, and looks at them from outside through `query`.
 */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Database, Queryable } from "./database.ts";
import { statement } from "./statement.ts";

export type DatabasePlace = {
  /** Opens the database, migrating it; nothing else has been done to the place before. */
  open(): Promise<Database>;
  /** Opens and closes it in a process of its own. */
  openCommand: readonly string[];
  /** One statement on a connection apart from the driver; works before the first `open` too. */
  query(text: string): Promise<Record<string, unknown>[]>;
  cleanUp(): Promise<void>;
};

const insert = statement<{ name: string; value: number }>()((p, { db }) =>
  db.insertInto("namespaces").values({ name: p.name, created_at: p.value }).returning("id"),
);
const find = statement<{ name: string }>()((p, { db }) =>
  db.selectFrom("namespaces").select(["id", "created_at"]).where("name", "=", p.name),
);
const findForUpdate = statement<{ name: string }>()((p, { db, lock }) =>
  db.selectFrom("namespaces").select(["id", "created_at"]).where("name", "=", p.name).modifyEnd(lock("update")),
);
const update = statement<{ name: string; value: number }>()((p, { db }) =>
  db.updateTable("namespaces").set({ created_at: p.value }).where("name", "=", p.name),
);
const listNames = statement()((_, { db }) => db.selectFrom("namespaces").select("name").orderBy("name"));
const insertBlob = statement<{
  digest: string;
  size: number;
  content: Uint8Array | null;
  state: "live" | "deleting";
}>()((p, { db }) =>
  db
    .insertInto("blobs")
    .values({ digest: p.digest, size_bytes: p.size, content: p.content, state: p.state, created_at: 0, verified_at: 0 })
    .returning("id"),
);
const findBlob = statement<{ digest: string }>()((p, { db }) =>
  db.selectFrom("blobs").selectAll().where("digest", "=", p.digest),
);
const link = statement<{ repositoryId: number; blobId: number }>()((p, { db }) =>
  db.insertInto("repository_blobs").values({ repository_id: p.repositoryId, blob_id: p.blobId, created_at: 0 }),
);

export function databaseContract(name: string, makePlace: () => Promise<DatabasePlace>): void {
  describe(name, () => {
    let place: DatabasePlace;
    let opened: Database[];
    const open = async () => {
      const database = await place.open();
      opened.push(database);
      return database;
    };
    beforeEach(async () => {
      opened = [];
      place = await makePlace();
    });
    afterEach(async () => {
      for (const database of opened) await database.close();
      await place.cleanUp();
    });

    describe("migrations", () => migrations(() => place, open));
    describe("write", () => writes(open));
    describe("concurrent writes", () => races(open));
    describe("snapshots", () => snapshots(open));
    describe("values", () => values(open));
  });
}

type Open = () => Promise<Database>;

function migrations(place: () => DatabasePlace, open: Open): void {
  test("a second start finds everything in place", async () => {
    const first = await open();
    await first.write((trx) => insert.first(trx, { name: "kept", value: 1 }));
    const second = await open();
    expect(await find.first(second, { name: "kept" })).toMatchObject({ created_at: 1 });
  });

  test("several processes that start at once all come up", async () => {
    const children = Array.from({ length: 3 }, () =>
      Bun.spawn([...place().openCommand], { stdout: "ignore", stderr: "pipe", timeout: 30_000 }),
    );
    const outcomes = await Promise.all(
      children.map(async (child) => `${await child.exited} ${await new Response(child.stderr).text()}`),
    );
    expect(outcomes).toEqual(["0 ", "0 ", "0 "]);
    expect(await place().query("select count(*) as n from kysely_migration")).toEqual([{ n: expect.anything() }]);
    expect(await listNames.all(await open(), {})).toEqual([]);
  }, 60_000);

  test("a database that a newer version has migrated is refused", async () => {
    await open();
    await place().query("insert into kysely_migration (name, timestamp) values ('9999-future', '2999-01-01')");
    await expect(place().open()).rejects.toThrow("newer, version of Berth");
  });

  test("a migration that fails leaves nothing behind, and can be repeated", async () => {
    await place().query("create table upload_sessions (in_the_way integer)");
    await expect(place().open()).rejects.toThrow(/upload_sessions/);
    // Made before the one that is in the way.
    await expect(place().query("select * from namespaces")).rejects.toThrow(/namespaces/);
    await place().query("drop table upload_sessions");
    expect(await listNames.all(await open(), {})).toEqual([]);
  });
}

function writes(open: Open): void {
  test("gives what its work gave, and sees its own changes", async () => {
    const database = await open();
    const seen = await database.write(async (trx) => {
      await insert.first(trx, { name: "a", value: 7 });
      return (await find.first(trx, { name: "a" }))?.created_at;
    });
    expect(seen).toBe(7);
    expect(await find.first(database, { name: "a" })).toMatchObject({ created_at: 7 });
  });

  test("a work that throws changes nothing and rejects with what it threw", async () => {
    const database = await open();
    const reason = new Error("no");
    const failed = database.write(async (trx) => {
      await insert.first(trx, { name: "a", value: 1 });
      throw reason;
    });
    expect(await failed.catch((error: unknown) => error)).toBe(reason);
    expect(await find.first(database, { name: "a" })).toBeNull();
  });

  test("a work that fails does not touch those that run beside it", async () => {
    const database = await open();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        database.write(async (trx) => {
          await insert.first(trx, { name: `n${String(index).padStart(2, "0")}`, value: index });
          if (index % 3 === 1) throw new Error("no");
          if (index % 3 === 2) await insert.first(trx, { name: "n00", value: 0 });
        }),
      ),
    );
    expect(outcomes.map((it) => it.status === "fulfilled")).toEqual(
      Array.from({ length: 20 }, (_, index) => index % 3 === 0),
    );
    const names = (await listNames.all(database, {})).map((it) => it.name);
    expect(names).toEqual(["n00", "n03", "n06", "n09", "n12", "n15", "n18"]);
  });

  test("runs hooks once, in order, after the commit and before it resolves; none after a rollback", async () => {
    const database = await open();
    const events: string[] = [];
    await database
      .write(async (trx) => {
        trx.afterCommit(() => events.push("rolled back"));
        throw new Error("no");
      })
      .catch(() => undefined);
    await database
      .write(async (trx) => {
        trx.afterCommit(() => events.push("first"));
        await insert.first(trx, { name: "a", value: 1 });
        trx.afterCommit(() => events.push("second"));
        events.push("work");
      })
      .then(() => events.push("told"));
    expect(events).toEqual(["work", "first", "second", "told"]);
  });

  test("many statements in one work", async () => {
    const database = await open();
    await database.write(async (trx) => {
      for (let index = 0; index < 400; index += 1) await insert.first(trx, { name: `n${index}`, value: index });
    });
    expect(await listNames.all(database, {})).toHaveLength(400);
  });

  test("run gives the number of rows that changed", async () => {
    const database = await open();
    await database.write((trx) => insert.first(trx, { name: "a", value: 1 }));
    expect(await database.write((trx) => update.run(trx, { name: "a", value: 2 }))).toBe(1);
    expect(await database.write((trx) => update.run(trx, { name: "nobody", value: 2 }))).toBe(0);
  });

  test("a change that breaks a foreign key is refused", async () => {
    const database = await open();
    await expect(database.write((trx) => link.run(trx, { repositoryId: 99, blobId: 99 }))).rejects.toThrow(/foreign/i);
  });

  test("answers to check", async () => {
    await (await open()).check();
  });
}

function races(open: Open): void {
  test("200 increments of one row are 200", async () => {
    const database = await open();
    await database.write((trx) => insert.first(trx, { name: "counter", value: 0 }));
    const increment = () =>
      database.write(async (trx) => {
        const row = await findForUpdate.first(trx, { name: "counter" });
        await update.run(trx, { name: "counter", value: (row?.created_at ?? 0) + 1 });
      });
    await Promise.all(Array.from({ length: 200 }, increment));
    expect(await find.first(database, { name: "counter" })).toMatchObject({ created_at: 200 });
  }, 30_000);

  test("works that make the same row at once all find one row, and only what was committed has its hook run", async () => {
    const database = await open();
    let hooks = 0;
    const ensure = async (trx: Queryable) => {
      const existing = await find.first(trx, { name: "same" });
      return existing?.id ?? (await insert.first(trx, { name: "same", value: 1 }))?.id;
    };
    const ids = await Promise.all(
      Array.from({ length: 32 }, () =>
        database.write(async (trx) => {
          trx.afterCommit(() => (hooks += 1));
          return await ensure(trx);
        }),
      ),
    );
    expect(new Set(ids).size).toBe(1);
    expect(typeof ids[0]).toBe("number");
    expect(hooks).toBe(32);
    expect(await listNames.all(database, {})).toEqual([{ name: "same" }]);
  }, 30_000);
}

function snapshots(open: Open): void {
  test("a snapshot sees what was committed when it began, to its end", async () => {
    const database = await open();
    await database.write((trx) => insert.first(trx, { name: "before", value: 1 }));
    const seen = await database.snapshot(async (snapshot) => {
      const pages = [await listNames.all(snapshot, {})];
      await database.write((trx) => insert.first(trx, { name: "during", value: 2 }));
      await database.write((trx) => update.run(trx, { name: "before", value: 3 }));
      pages.push(await listNames.all(snapshot, {}));
      return { pages, value: await find.first(snapshot, { name: "before" }) };
    });
    expect(seen.pages).toEqual([[{ name: "before" }], [{ name: "before" }]]);
    expect(seen.value).toMatchObject({ created_at: 1 });
    expect(await database.snapshot((snapshot) => listNames.all(snapshot, {}))).toHaveLength(2);
  });

  test("bytes and null come out of a snapshot as they went in", async () => {
    const database = await open();
    const content = new Uint8Array(1_000).map((_, index) => index);
    await database.write((trx) => insertBlob.first(trx, { digest: "d", size: 1_000, content, state: "live" }));
    const blob = await database.snapshot((snapshot) => findBlob.first(snapshot, { digest: "d" }));
    expect(blob).toMatchObject({ size_bytes: 1_000, storage_key: null });
    expect(Buffer.compare(blob?.content ?? new Uint8Array(), content)).toBe(0);
  });

  test("a snapshot takes no changes, and one that fails rejects with what it threw", async () => {
    const database = await open();
    await expect(database.snapshot((snapshot) => insert.first(snapshot, { name: "a", value: 1 }))).rejects.toThrow(
      /read-?only/i,
    );
    const reason = new Error("no");
    expect(await database.snapshot(() => Promise.reject(reason)).catch((error: unknown) => error)).toBe(reason);
    expect(await listNames.all(database, {})).toEqual([]);
  });

  test("changes are counted, where nobody else makes any", async () => {
    const database = await open();
    const before = database.changes;
    await listNames.all(database, {});
    expect(database.changes).toBe(before);
    await database.write((trx) => insert.first(trx, { name: "a", value: 1 }));
    expect(database.changes).toBe(before === null ? null : before + 1);
  });
}

function values(open: Open): void {
  test("numbers, bytes and null come back as they went in", async () => {
    const database = await open();
    const content = new Uint8Array(16 * 1024).map((_, index) => index);
    await database.write(async (trx) => {
      await insertBlob.first(trx, { digest: "full", size: Number.MAX_SAFE_INTEGER, content, state: "live" });
      await insertBlob.first(trx, { digest: "empty", size: 0, content: new Uint8Array(), state: "live" });
    });
    const full = await findBlob.first(database, { digest: "full" });
    expect(full).toMatchObject({ size_bytes: Number.MAX_SAFE_INTEGER, storage_key: null });
    expect(Buffer.compare(full?.content ?? new Uint8Array(), content)).toBe(0);
    expect((await findBlob.first(database, { digest: "empty" }))?.content?.length).toBe(0);
  });

  test("names sort by byte value", async () => {
    const database = await open();
    const names = ["a", "a-b", "a.b", "a/b", "a_b", "ab", "a__b", "B", "é", "z", "0"];
    await database.write(async (trx) => {
      for (const name of names) await insert.first(trx, { name, value: 0 });
    });
    const sorted = names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect((await listNames.all(database, {})).map((it) => it.name)).toEqual(sorted);
  });

  test("one digest has at most one row that is not being deleted", async () => {
    const database = await open();
    const add = (state: "live" | "deleting") =>
      database.write((trx) => insertBlob.first(trx, { digest: "d", size: 1, content: new Uint8Array(1), state }));
    await add("deleting");
    await add("live");
    await add("deleting");
    await expect(add("live")).rejects.toThrow(/unique/i);
    expect(await findBlob.all(database, { digest: "d" })).toHaveLength(3);
  });
}
