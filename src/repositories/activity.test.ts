import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database } from "../database/database.ts";
import { openSqlite } from "../database/drivers/sqlite.ts";
import { parseRepositoryName } from "../oci/reference.ts";
import { createLog } from "../telemetry/log.ts";
import { Activity } from "./activity.ts";
import { findDetails } from "./queries/changes.ts";
import { Repositories } from "./repositories.ts";

const NAME = parseRepositoryName("team/app");
const log = createLog({ level: "fatal" as never, format: "text", fd: 2 });

let directory: string;
let database: Database;
let repositories: Repositories;
let repositoryId: number;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "berth-activity-"));
  database = await openSqlite({ path: join(directory, "berth.db"), onSyncFailure: () => undefined });
  repositories = new Repositories(database);
  repositoryId = await database.write((trx) => repositories.ensure(trx, NAME));
});
afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true, force: true });
});

const pulls = async () => (await findDetails.first(database, { repositoryId }))?.pull_count;

test("pulls are summed, and written at the end", async () => {
  const activity = new Activity({ database, repositories, log });
  for (let index = 0; index < 1_000; index += 1) activity.pulled(NAME);
  activity.pulled(parseRepositoryName("team/none"));
  expect(await pulls()).toBe(0);
  await activity.close();
  expect(await pulls()).toBe(1_000);
  await activity.close();
  expect(await pulls()).toBe(1_000);
});

test("what cannot be written is kept", async () => {
  let fails = true;
  const failing: Database = Object.create(database, {
    write: {
      value: async (work: Parameters<Database["write"]>[0]) => {
        if (fails) throw new Error("the disk is full");
        return await database.write(work);
      },
    },
  });
  const activity = new Activity({ database: failing, repositories, log: { ...log, warn: () => undefined } });
  const before = (await pulls()) ?? 0;
  activity.pulled(NAME);
  await activity.flush();
  activity.pulled(NAME);
  fails = false;
  await activity.close();
  expect(await pulls()).toBe(before + 2);
});

test("a time of a push never goes back", async () => {
  const activity = new Activity({ database, repositories, log });
  activity.pushed(NAME);
  await activity.flush();
  const at = (await findDetails.first(database, { repositoryId }))?.pushed_at ?? 0;
  expect(at).toBeGreaterThan(Date.now() - 10_000);
  activity.pulled(NAME);
  await activity.close();
  expect((await findDetails.first(database, { repositoryId }))?.pushed_at).toBe(at);
});
