// kill -9 at random moments under a mixed load of eight clients, while the garbage collector passes again and again and
// gives no grace: whatever had been acknowledged is there after a restart.

import { expect, test } from "bun:test";
import { startBerth } from "../support/berth.ts";
import { makeTemporaryDirectory } from "../support/temporary.ts";
import { assertSound, check, checkStored } from "./support/checker.ts";
import { collectUntil, eager } from "./support/collecting.ts";
import { Journal } from "./support/journal.ts";
import { Pool, runLoad } from "./support/load.ts";
import { amount, startRandom, type Random } from "./support/scale.ts";

const KILLS = amount("KILLS", { short: 8, ci: 50, full: 200 });
/** After so many kills a new registry is begun, so that a check stays as quick as the first. */
const KILLS_PER_REGISTRY = 10;
const CLIENTS = 8;
const SHORTEST_MS = 30;
const LONGEST_MS = 700;

async function killRepeatedly(kills: number, random: Random, where: string) {
  let passes = 0;
  const directory = await makeTemporaryDirectory("kill");
  const journal = new Journal(directory.join("journal"));
  const pool = new Pool();
  const known = new Set<string>();
  // The usual lease: what was pushed is asked for afterwards, whether or not a manifest names it.
  const env = { ...eager(null), BERTH_LOG_ACCESS: "false" };
  const dataDirectory = directory.join("data");
  try {
    for (let kill = 0; kill <= kills; kill += 1) {
      const berth = await startBerth({ dataDirectory, env });
      try {
        const everything = kill === kills;
        const found = await check({
          url: berth.url,
          dataDirectory,
          journal,
          allowOrphans: kill > 0,
          known,
          everything,
        });
        assertSound(found, `${where}, after kill ${kill}`);
        if (everything) {
          expect(await berth.stop()).toBe(0);
          // Once more over all bytes, and over a database that was closed in order.
          assertSound(
            { ...(await checkStored({ dataDirectory, allowOrphans: true })), registers: 0 },
            `${where}, at the end`,
          );
          break;
        }
        const gone = new AbortController();
        const load = { url: berth.url, journal, pool, random: random.fork(kill), clients: CLIENTS, hugeShare: 0.15 };
        const running = runLoad({ ...load, signal: gone.signal });
        const collecting = collectUntil(berth, gone.signal);
        await Bun.sleep(SHORTEST_MS + random.below(LONGEST_MS - SHORTEST_MS));
        await berth.kill();
        gone.abort();
        const { refusals } = await running;
        passes += await collecting;
        expect(refusals, `${where}, before kill ${kill + 1}`).toEqual([]);
      } finally {
        await berth.kill();
      }
    }
    return { acknowledged: journal.acknowledged, passes };
  } finally {
    journal.close();
    await directory.remove();
  }
}

test(
  `${KILLS} random kills under load lose nothing that was acknowledged`,
  async () => {
    const random = startRandom("random kills");
    let acknowledged = 0;
    let passes = 0;
    for (let done = 0; done < KILLS; done += KILLS_PER_REGISTRY) {
      const where = `seed ${random.seed}, registry ${done / KILLS_PER_REGISTRY}`;
      const did = await killRepeatedly(Math.min(KILLS_PER_REGISTRY, KILLS - done), random.fork(done), where);
      acknowledged += did.acknowledged;
      passes += did.passes;
    }
    console.error(`${KILLS} kills, ${acknowledged} acknowledged changes, ${passes} passes of the collector`);
    // Else it was no load.
    expect(acknowledged).toBeGreaterThan(KILLS * 5);
    expect(passes).toBeGreaterThan(0);
  },
  KILLS * 10_000,
);
