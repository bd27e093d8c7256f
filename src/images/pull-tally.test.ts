import { expect, test } from "bun:test";
import type { Database } from "../database/database.ts";
import { parseRepositoryName } from "../oci/reference.ts";
import type { Repositories } from "../repositories/repositories.ts";
import { createLog } from "../telemetry/log.ts";
import { PullTally } from "./pull-tally.ts";

const log = createLog({ level: "error", format: "text", fd: 2 });
const name = parseRepositoryName("acme/app");
const digest = `sha256:${"a".repeat(64)}`;

/** Fails while it is told to, and counts what is written. */
function fakeDatabase() {
  const written: number[] = [];
  const state = { isDown: true, writes: 0 };
  const database = {
    write: async (work: (trx: unknown) => Promise<unknown>) => {
      state.writes += 1;
      if (state.isDown) throw new Error("the disk is full");
      await work({
        dialect: "sqlite",
        execute: async ({ sql, parameters }: { sql: string; parameters: unknown[] }) => {
          if (sql.includes("manifest_pulls"))
            written.push(Number(parameters.find((it) => typeof it === "number" && it !== 7)));
          return await Promise.resolve({ rows: [], affected: 1 });
        },
      });
    },
  } as unknown as Database;
  const repositories = { findId: () => Promise.resolve(7) } as unknown as Repositories;
  return { database, repositories, written, state };
}

test("what cannot be written is kept, and written once", async () => {
  const { database, repositories, written, state } = fakeDatabase();
  const tally = new PullTally({ database, repositories, log, now: () => 1e12 });
  for (let index = 0; index < 5; index += 1) tally.pulled(name, digest);
  await tally.flush();
  tally.pulled(name, digest);
  expect(written).toEqual([]);
  state.isDown = false;
  await tally.close();
  expect(written).toEqual([6]);
  const { writes } = state;
  await tally.flush();
  expect(state.writes).toBe(writes);
});

test("memory is bounded, whatever is pulled while nothing can be written", async () => {
  const { database, repositories, written, state } = fakeDatabase();
  const tally = new PullTally({ database, repositories, log });
  for (let index = 0; index < 25_000; index += 1) tally.pulled(name, `sha256:${index}`);
  await tally.flush();
  state.isDown = false;
  await tally.close();
  expect(written.length).toBeLessThanOrEqual(20_000);
  expect(written.length).toBeGreaterThan(5_000);
});
