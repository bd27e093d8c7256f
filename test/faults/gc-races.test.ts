// The garbage collector without any lease or grace, pass after pass, against 16 pushers that share layers: whatever it
// takes at whatever moment, the blobs of every acknowledged manifest are there.
//
// With no lease a blob may rightly be gone before the manifest that names it comes; the registry then says which one it
// misses, and a client begins again. So there is a case with no lease, where nearly every step of a push meets the
// collector, and one with a lease of a second, which is the least that lets a client through at the first attempt. In a
// third one the servers dawdle between their steps, so that what they looked at is no longer so when they act upon it.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startBerth, type Berth } from "../support/berth.ts";
import { lackingPostgres, startPostgres, type Postgres } from "../support/postgres.ts";
import { makeTemporaryDirectory } from "../support/temporary.ts";
import { assertSound, check, checkByFsck, checkJournal } from "./support/checker.ts";
import { collectUntil, eager } from "./support/collecting.ts";
import { Journal } from "./support/journal.ts";
import { runPushers } from "./support/pushers.ts";
import { amount, startRandom, type Random } from "./support/scale.ts";

const reason = lackingPostgres();
const TOTAL = amount("GC_PUSHES", { short: 480, ci: 5_000, full: 10_000 });
const CASES = [
  { name: "without a lease", leaseSeconds: 0, isSlow: false },
  { name: "with a lease of 1 s", leaseSeconds: 1, isSlow: false },
  { name: "without a lease, of servers that dawdle", leaseSeconds: 0, isSlow: true },
] as const;
type Case = (typeof CASES)[number];
/** Of each case, on each database. */
const PUSHES = Math.ceil(TOTAL / CASES.length / (reason === null ? 2 : 1));
const PUSHERS = 16;
const SLOW_PROGRAM = "test/faults/support/delaying-server.ts";

function optionsOf({ leaseSeconds, isSlow }: Case, { seed }: Random): { env: Record<string, string>; entry?: string } {
  const env = { ...eager(leaseSeconds), BERTH_LOG_ACCESS: "false" };
  return isSlow ? { env: { ...env, DELAY_SEED: String(seed) }, entry: SLOW_PROGRAM } : { env };
}

async function race(nodes: readonly Berth[], journal: Journal, random: Random, { leaseSeconds }: Case, where: string) {
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
}

async function readMetric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split("\n").find((it) => it.startsWith(`${name} `));
  if (line === undefined) throw new Error(`no metric ${name}`);
  return Number(line.split(" ")[1]);
}

for (const it of CASES) {
  test(
    `${PUSHES} pushes on SQLite ${it.name}`,
    async () => {
      const random = startRandom(`GC races on SQLite ${it.name}`);
      const where = `seed ${random.seed}`;
      const directory = await makeTemporaryDirectory("gc");
      const journal = new Journal(directory.join("journal"));
      const dataDirectory = directory.join("data");
      const berth = await startBerth({ dataDirectory, ...optionsOf(it, random) });
      try {
        await race([berth], journal, random, it, where);
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

  for (const it of CASES) {
    test(
      `${PUSHES} pushes ${it.name}`,
      async () => {
        const random = startRandom(`GC races on PostgreSQL ${it.name}`);
        const where = `seed ${random.seed}`;
        const options = optionsOf(it, random);
        const directory = await makeTemporaryDirectory("gc");
        const journal = new Journal(directory.join("journal"));
        const env = {
          ...options.env,
          BERTH_DATABASE_DRIVER: "postgres",
          BERTH_DATABASE_URL: (await postgres?.createDatabase()) ?? "",
          BERTH_STORAGE_DIRECTORY: directory.join("storage"),
        };
        const nodes: Berth[] = [];
        try {
          for (const name of ["one", "two"]) {
            nodes.push(await startBerth({ ...options, dataDirectory: directory.join(name), env }));
          }
          await race(nodes, journal, random, it, where);
          for (const { url } of nodes) {
            const found = await checkJournal({ url, journal, everything: true });
            assertSound({ ...found, orphans: [], files: 0 }, where);
          }
          // The rules that are not about the journal, in the server's own words.
          const violations = await checkByFsck(nodes[0]?.dataDirectory ?? "", true);
          assertSound({ violations, orphans: [], files: 0, registers: 0 }, where);
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
