import { Database as Connection } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CompiledQuery } from "kysely";
import type { Database } from "../database.ts";
import { databaseContract } from "../suite.ts";
import { openSqlite } from "./sqlite.ts";

const DRIVER = join(import.meta.dir, "sqlite.ts");

function unexpectedSyncFailure(error: Error): void {
  throw error;
}

databaseContract("sqlite", async () => {
  const directory = mkdtempSync(join(tmpdir(), "berth-sqlite-"));
  const path = join(directory, "berth.db");
  const script = `
    const { openSqlite } = await import(${JSON.stringify(DRIVER)});
    await (await openSqlite({ path: ${JSON.stringify(path)}, onSyncFailure: () => process.exit(3) })).close();`;
  return {
    open: () => openSqlite({ path, onSyncFailure: unexpectedSyncFailure }),
    openCommand: [process.execPath, "-e", script],
    query: async (text) => {
      const connection = new Connection(path, { create: true });
      try {
        // A row of any table is an object of its columns.
        return connection.query(text).all() as Record<string, unknown>[];
      } finally {
        connection.close();
      }
    },
    cleanUp: async () => rmSync(directory, { recursive: true, force: true }),
  };
});

async function inDatabase(work: (database: Database, path: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "berth-sqlite-"));
  const path = join(directory, "berth.db");
  try {
    const database = await openSqlite({ path, onSyncFailure: unexpectedSyncFailure });
    try {
      await work(database, path);
    } finally {
      await database.close();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

test("schema.sql is what a new database says of itself", async () => {
  await inDatabase(async (database) => {
    const text = "select sql from sqlite_master where sql is not null and name not like 'kysely%' order by rowid";
    const { rows } = await database.execute<{ sql: string }>(CompiledQuery.raw(text));
    const schema = rows
      .filter((row) => !row.sql.includes("sqlite_sequence"))
      .map((row) => `${row.sql.replaceAll(/\n {8}/g, "\n")};\n`)
      .join("\n");
    const golden = join(import.meta.dir, "../schema.sql");
    if (process.env["UPDATE_GOLDEN"] === "1") await Bun.write(golden, schema);
    expect(schema).toBe(await Bun.file(golden).text());
  });
});

test("closing folds the log into the database file", async () => {
  const directory = mkdtempSync(join(tmpdir(), "berth-sqlite-"));
  try {
    const path = join(directory, "berth.db");
    const database = await openSqlite({ path, onSyncFailure: unexpectedSyncFailure });
    const write = database.write((trx) =>
      trx.execute(CompiledQuery.raw("insert into namespaces (name, created_at) values ('a', 1)")),
    );
    await Promise.all([write, database.close()]);
    const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
    expect(log?.size ?? 0).toBe(0);
    const connection = new Connection(path, { readonly: true });
    expect(connection.query("select name from namespaces").all()).toEqual([{ name: "a" }]);
    connection.close();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test("a snapshot that is over does not keep the log from starting over", async () => {
  await inDatabase(async (database, path) => {
    await database.write((trx) =>
      trx.execute(CompiledQuery.raw("insert into namespaces (name, created_at) values ('a', 1)")),
    );
    const count = CompiledQuery.raw("select count(*) as n from namespaces");
    await database.snapshot((snapshot) => snapshot.execute(count));
    const connection = new Connection(path);
    expect(connection.query("pragma wal_checkpoint(truncate)").get()).toMatchObject({ busy: 0 });
    connection.close();
  });
});

test("the log does not grow without end under steady writing", async () => {
  await inDatabase(async (database, path) => {
    const content = new Uint8Array(256 * 1024);
    for (let round = 0; round < 10; round += 1) {
      // 64 commits of 256 KiB: as much as makes a checkpoint due.
      for (let index = 0; index < 64; index += 1) {
        await database.write((trx) =>
          trx.execute(
            CompiledQuery.raw(
              "insert into upload_sessions (id, repository_name, principal, algorithm, offset_bytes, created_at, updated_at, content) " +
                "values (?, 'r', 'p', 'sha256', 0, 0, 0, ?) on conflict (id) do update set content = excluded.content",
              [`s${index}`, content],
            ),
          ),
        );
      }
    }
    expect(statSync(`${path}-wal`).size).toBeLessThan(140 * 1024 * 1024);
  });
}, 60_000);

test("a work that only reads sees what was committed, whatever group it is in", async () => {
  await inDatabase(async (database) => {
    const insert = CompiledQuery.raw("insert into namespaces (name, created_at) values ('a', 1)");
    const count = CompiledQuery.raw("select count(*) as n from namespaces");
    const [, seen] = await Promise.all([
      database.write((trx) => trx.execute(insert)),
      database.write(async (trx) => (await trx.execute<{ n: number }>(count)).rows),
    ]);
    expect(seen).toEqual([{ n: 1 }]);
    expect((await database.execute<{ n: number }>(count)).rows).toEqual([{ n: 1 }]);
  });
});
