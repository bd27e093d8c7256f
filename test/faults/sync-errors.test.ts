// A disk that says EIO when it is asked to sync: what needed that sync is never acknowledged. When it was the log the
// server ends; when it was a blob or its directory that push fails. After a restart everything else is there.

import { expect, test } from "bun:test";
import { startBerth } from "../support/berth.ts";
import { describeWith } from "../support/requirements.ts";
import { makeTemporaryDirectory } from "../support/temporary.ts";
import { assertSound, check } from "./support/checker.ts";
import { Journal } from "./support/journal.ts";
import { amount, startRandom, type Random } from "./support/scale.ts";
import { deleteScenario, pushScenario } from "./support/scenario.ts";
import {
  attach,
  describePoint,
  detach,
  injectionsIn,
  pointsOf,
  sample,
  traceOptions,
  type Point,
} from "./support/strace.ts";

const SYNCS = ["fdatasync", "fsync"] as const;
const POINTS = amount("SYNC_ERROR_POINTS", { short: 4, ci: Infinity, full: Infinity });
const CASE_LIMIT_MS = 20_000;
const CASES_LIMIT = 100;
/** What an acknowledgement rests on; the database's own file is only written from the log. */
const NEEDED = /<[^>]*(?:berth\.db-wal|\/blobs(?:\/[^>]*)?)>/;

interface Outcome {
  points: Point[];
  acknowledged: number;
  injected: number;
  neededInjected: number;
  survived: boolean;
}

/** Pushes and deletes while `inject` spoils syncs, then checks after a restart. */
async function pushBelow(inject: string | null, random: Random, where: string): Promise<Outcome> {
  const directory = await makeTemporaryDirectory("eio");
  const journal = new Journal(directory.join("journal"));
  const trace = directory.join("trace");
  const dataDirectory = directory.join("data");
  try {
    const berth = await startBerth({ dataDirectory });
    let acknowledged = 0;
    let neededInjected = 0;
    let survived = true;
    const strace = await attach(berth, traceOptions(SYNCS, trace, inject));
    try {
      const push = pushScenario(berth.url, journal, random, "eio/app");
      for (const { name, run } of [...push.steps, ...deleteScenario(berth.url, journal, push.image)]) {
        const before = injectionsIn(trace).filter((line) => NEEDED.test(line)).length;
        const outcome = await run();
        const failed = injectionsIn(trace)
          .filter((line) => NEEDED.test(line))
          .slice(before);
        neededInjected += failed.length;
        const why = `${where}: ${name} was acknowledged although a sync that it needed had failed: ${failed.join("; ")}`;
        if (failed.length > 0) expect(outcome.acknowledged, why).toBe(false);
        // After a sync of the log failed nothing may be acknowledged by this process.
        if (outcome.acknowledged) acknowledged += 1;
        survived &&= outcome.status !== 0;
        if (!survived && outcome.acknowledged)
          throw new Error(`${where}: ${name} was acknowledged by a server that had ended`);
      }
    } finally {
      await berth.kill();
      await detach(strace);
    }
    const next = await startBerth({ dataDirectory });
    try {
      const found = await check({ url: next.url, dataDirectory, journal, allowOrphans: true, everything: true });
      assertSound(found, where);
      const after = pushScenario(next.url, journal, random.fork(1), "eio/after");
      for (const { name, run } of after.steps)
        expect((await run()).acknowledged, `${where}, afterwards: ${name}`).toBe(true);
      expect(await next.stop()).toBe(0);
    } finally {
      await next.kill();
    }
    return { points: pointsOf(trace), acknowledged, injected: injectionsIn(trace).length, neededInjected, survived };
  } finally {
    journal.close();
    await directory.remove();
  }
}

describeWith("errors of syncs", ["strace"], () => {
  test(
    "EIO at each sync of a push and a delete is never acknowledged",
    async () => {
      const random = startRandom("EIO at each sync");
      const clean = await pushBelow(null, random, "without faults");
      expect(clean.survived).toBe(true);
      expect(clean.points.length).toBeGreaterThan(3);
      const points = sample(clean.points, POINTS, random);
      let reached = 0;
      for (const point of points) {
        const inject = `${point.call}:error=EIO:when=${point.number}`;
        const outcome = await pushBelow(inject, random, `seed ${random.seed}, EIO at ${describePoint(point)}`);
        if (outcome.neededInjected > 0) {
          reached += 1;
          expect(outcome.acknowledged).toBeLessThan(clean.acknowledged);
        }
      }
      console.error(`EIO: ${points.length} of ${clean.points.length} points, ${reached} reached`);
      expect(reached).toBeGreaterThan(points.length / 2);
    },
    CASE_LIMIT_MS * (Math.min(POINTS, CASES_LIMIT) + 2),
  );

  for (const call of SYNCS) {
    test(`while every ${call} fails, nothing that needs one is acknowledged`, async () => {
      const random = startRandom(`EIO at every ${call}`);
      const outcome = await pushBelow(`${call}:error=EIO`, random, `seed ${random.seed}, EIO at every ${call}`);
      expect(outcome.neededInjected).toBeGreaterThan(0);
      // The log is synced by fdatasync for every change; fsync is for the directory of a file.
      if (call === "fdatasync") expect(outcome.acknowledged).toBe(0);
      else expect(outcome.survived).toBe(true);
    });
  }
});
