import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ANONYMOUS, OPEN_ANONYMOUS } from "../access/principal.ts";
import type { Database } from "../database/database.ts";
import { openSqlite } from "../database/drivers/sqlite.ts";
import { parseRepositoryName } from "../oci/reference.ts";
import { Repositories } from "./repositories.ts";

const NAME = parseRepositoryName("team/app");

describe("repositories", () => {
  let directory: string;
  let database: Database;
  let repositories: Repositories;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "berth-repositories-"));
    database = await openSqlite({
      path: join(directory, "berth.db"),
      onSyncFailure: (error) => {
        throw error;
      },
    });
    repositories = new Repositories(database);
  });
  afterEach(async () => {
    await database.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const ensure = (name = NAME) => database.write((trx) => repositories.ensure(trx, name));

  test("comes into being once, and keeps its id", async () => {
    expect(await repositories.findId(database, NAME)).toBeNull();
    expect(repositories.cachedId(NAME)).toBeNull();
    const ids = await Promise.all([ensure(), ensure(), ensure()]);
    expect(new Set(ids).size).toBe(1);
    expect(await repositories.findId(database, NAME)).toBe(ids[0] ?? -1);
    expect(repositories.cachedId(NAME)).toBe(ids[0] ?? -1);
    expect(await new Repositories(database).findId(database, NAME)).toBe(ids[0] ?? -1);
    expect(await ensure(parseRepositoryName("team/other"))).not.toBe(ids[0] ?? -1);
  });

  test("one whose transaction failed is not remembered", async () => {
    const failed = database.write(async (trx) => {
      await repositories.ensure(trx, NAME);
      expect(await repositories.findId(trx, NAME)).not.toBeNull();
      throw new Error("no");
    });
    await expect(failed).rejects.toThrow("no");
    expect(repositories.cachedId(NAME)).toBeNull();
    expect(await repositories.findId(database, NAME)).toBeNull();
    expect(await ensure()).toBeGreaterThan(0);
  });

  test("the list is sorted, paged, and only for those who may see", async () => {
    const names = ["zoo", "team/b", "team-a/x", "team/a", "a"].map(parseRepositoryName);
    for (const name of names) await ensure(name);
    const sorted = [...names].sort();
    expect<string[]>(await repositories.list(OPEN_ANONYMOUS, "", 10)).toEqual(sorted);
    expect<string[]>(await repositories.list(OPEN_ANONYMOUS, "team-a/x", 1)).toEqual(["team/a"]);
    expect(await repositories.list(OPEN_ANONYMOUS, "zoo", 10)).toEqual([]);
    expect(await repositories.list(ANONYMOUS, "", 10)).toEqual([]);
  });
});
