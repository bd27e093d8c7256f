import { afterAll, beforeAll, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database } from "../database/database.ts";
import { openSqlite } from "../database/drivers/sqlite.ts";
import { HoldExpiredError, Holds } from "./holds.ts";

let directory: string;
let database: Database;
let holds: Holds;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "berth-holds-"));
  database = await openSqlite({ path: join(directory, "berth.db"), onSyncFailure: () => undefined });
  holds = new Holds(database);
});
afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true, force: true });
});

test("a hold stands until it is released", async () => {
  expect(await holds.find()).toBeNull();
  const one = await holds.take("a backup", 60_000);
  const two = await holds.take("another", 60_000);
  await one.release();
  expect(await holds.find()).toBe("another");
  await two.extend();
  await two.release();
  expect(await holds.find()).toBeNull();
  await two.release();
});

test("a hold that expired does not stand and is not extended", async () => {
  const hold = await holds.take("a backup that died", -1);
  expect(await holds.find()).toBeNull();
  await expect(hold.extend()).rejects.toBeInstanceOf(HoldExpiredError);
  await hold.release();
});
