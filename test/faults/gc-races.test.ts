// The garbage collector without any lease or grace, pass after pass, against 16 pushers that share layers: whatever it
// takes at whatever moment, the blobs of every acknowledged manifest are there.
//
// With no lease a blob may rightly be gone before the manifest that names it comes; the registry then says which one it
// misses, and a client begins again. So the case has two halves: with no lease, where nearly every step of a push meets
// the collector, and with one of a second, which is the least that lets a client through at the first attempt.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startBerth, type Berth } from "../support/berth.ts";
import { lackingPostgres, startPostgres, type Postgres } from "../support/postgres.ts";
import { makeTemporaryDirectory } from "../support/temporary.ts";
import { assertSound, check, checkJournal } from "./support/checker.ts";
import { collectUntil, eager } from "./support/collecting.ts";
import { Journal } from "./support/journal.ts";
import { runPushers } from "./support/pushers.ts";
import { amount, startRandom } from "./support/scale.ts";

const reason = lackingPostgres();
const TOTAL = amount("GC_PUSHES", { short: 480, ci: 5_000, full: 10_000 });
/** Of each database, with and without a lease. */
const PUSHES = TOTAL / (reason === null ? 4 : 2);
const PUSHERS = 16;

async function race(nodes: readonly Berth[], journal: Journal, name: string, leaseSeconds: number): Promise<string> {
  const random = startRandom(`GC races on ${name}`);
  const where = `GC races on ${name} with a lease of ${leaseSeconds} s, seed ${random.seed}`;
  const stop = new AbortController();
  const collecting = Promise.all(nodes.map((it) => collectUntil(it, stop.signal)));
  const urls = nodes.map((it) => it.url);
  // Long enough that leases end while others push.
  const atLeastMs = leaseSeconds * 4_000;
  const work = { urls, journal, random, pushers: PUSHERS, pushes: PUSHES, atLeastMs };
  const tally = await runPushers(work).finally(() => stop.abort());
  const passes = await collecting;
  console.error(`${where}: ${JSON.stringify({ ...tally, passes })}`);
  expect(tally.faults, where).toEqual([]);
  expect(tally.pushed).toBeGreaterThanOrEqual(PUSHES);
  let deleted = 0;
  for (const { url } of nodes) deleted += await readMetric(url, "berth_gc_deleted_blobs_total");
  // Else it was no race.
  expect(deleted, `${where}: blobs collected`).toBeGreaterThan(PUSHES / 10);
  return where;
}

async function readMetric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split("\n").find((it) => it.startsWith(`${name} `));
  if (line === undefined) throw new Error(`no metric ${name}`);
  return Number(line.split(" ")[1]);
}

for (const leaseSeconds of [0, 1]) {
  test(
    `${PUSHES} pushes on SQLite with a lease of ${leaseSeconds} s`,
    async () => {
      const directory = await makeTemporaryDirectory("gc");
      const journal = new Journal(directory.join("journal"));
      const dataDirectory = directory.join("data");
      const berth = await startBerth({ dataDirectory, env: { ...eager(leaseSeconds), BERTH_LOG_ACCESS: "false" } });
      try {
        const where = await race([berth], journal, "SQLite", leaseSeconds);
        expect(await berth.stop()).toBe(0);
        const idle = await startBerth({ dataDirectory, env: { BERTH_GC_ENABLED: "false", BERTH_LOG_ACCESS: "false" } });
        try {
          const options = { url: idle.url, dataDirectory, journal, allowOrphans: false, everything: true };
          assertSound(await check(options), where);
        } finally {
          await idle.kill();
        }
      } finally {
        await berth.kill();
        journal.close();
        await directory.remove();
      }
    },
    60_000 + PUSHES * 60,
  );
}

if (reason !== null) console.error(`skip: two servers on PostgreSQL: ${reason}`);
describe.skipIf(reason !== null)("two servers on PostgreSQL", () => {
  let postgres: Postgres | null = null;
  beforeAll(async () => {
    postgres = await startPostgres();
  }, 60_000);
  afterAll(async () => {
    await postgres?.stop();
  });

  for (const leaseSeconds of [0, 1]) {
    test(
      `${PUSHES} pushes with a lease of ${leaseSeconds} s`,
      async () => {
        const directory = await makeTemporaryDirectory("gc");
        const journal = new Journal(directory.join("journal"));
        const env = {
          ...eager(leaseSeconds),
          BERTH_LOG_ACCESS: "false",
          BERTH_DATABASE_DRIVER: "postgres",
          BERTH_DATABASE_URL: (await postgres?.createDatabase()) ?? "",
          BERTH_STORAGE_DIRECTORY: directory.join("storage"),
        };
        const nodes: Berth[] = [];
        try {
          for (const name of ["one", "two"]) nodes.push(await startBerth({ dataDirectory: directory.join(name), env }));
          const where = await race(nodes, journal, "PostgreSQL", leaseSeconds);
          for (const { url } of nodes) {
            const found = await checkJournal({ url, journal, everything: true });
            assertSound({ ...found, orphans: [], files: 0 }, where);
          }
          for (const node of nodes) expect(await node.stop()).toBe(0);
        } finally {
          for (const node of nodes) await node.kill();
          journal.close();
          await directory.remove();
        }
      },
      60_000 + PUSHES * 120,
    );
  }
});
