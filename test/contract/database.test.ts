// The contract of databases on PostgreSQL; SQLite's run is beside its driver.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { CompiledQuery } from "kysely";
import { openPostgres } from "../../src/database/drivers/postgres.ts";
import { databaseContract } from "../../src/database/suite.ts";
import { lackingPostgres, queryPostgres, startPostgres, type Postgres } from "../support/postgres.ts";
import { describeUnless } from "./support.ts";

const COUNT = "select count(*) as n from namespaces";
const DRIVER = join(import.meta.dir, "../../src/database/drivers/postgres.ts");

describeUnless("PostgreSQL", lackingPostgres(), () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => {
    await server?.stop();
  });

  databaseContract("contract", async () => {
    const url = await server.createDatabase();
    const script = `
      const { openPostgres } = await import(${JSON.stringify(DRIVER)});
      const options = { url: ${JSON.stringify(url)}, poolSize: 2, onIdleError: () => process.exit(3) };
      await (await openPostgres(options)).close();`;
    return {
      open: () =>
        openPostgres({
          url,
          poolSize: 8,
          onIdleError: () => undefined,
        }),
      openCommand: [process.execPath, "-e", script],
      query: (text) => queryPostgres(url, text),
      cleanUp: async () => undefined,
    };
  });

  test("a work sees what was committed before each of its statements, whatever the server's isolation is", async () => {
    const url = await server.createDatabase();
    await queryPostgres(
      url,
      "do $$ begin execute format('alter database %I set default_transaction_isolation = %L', current_database(), 'serializable'); end $$",
    );
    const database = await openPostgres({ url, poolSize: 2, onIdleError: () => undefined });
    try {
      const insert = CompiledQuery.raw("insert into namespaces (name, created_at) values ('a', 1)");
      const seen = await database.write(async (trx) => {
        const count = async () => (await trx.execute<{ n: number }>(CompiledQuery.raw(COUNT))).rows[0]?.n;
        const before = await count();
        await database.write((other) => other.execute(insert));
        return [before, await count()];
      });
      expect(seen).toEqual([0, 1]);
    } finally {
      await database.close();
    }
  });

  test("an opening that fails leaves no connection open", async () => {
    const url = await server.createDatabase();
    await queryPostgres(url, "create table blobs (in_the_way integer)");
    const opening = openPostgres({ url, poolSize: 2, onIdleError: () => undefined });
    await expect(opening).rejects.toThrow(/blobs/);
    const others = "select count(*) as n from pg_stat_activity where datname = current_database() and pid <> $1";
    const own = "pg_backend_pid()";
    // The server notices the end of a connection a moment after the client has closed it.
    for (let round = 0; round < 40; round += 1) {
      const [row] = await queryPostgres(url, others.replace("$1", own));
      if (row?.["n"] === 0) return;
      await Bun.sleep(50);
    }
    throw new Error("connections stayed open");
  });
});
