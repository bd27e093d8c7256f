// The server is killed at its Nth system call of each kind that changes a disk: during one push, one delete, and the
// first start, which makes the database. strace counts for each thread, so the points are samples, not a proof; they
// are a second look, from outside, at what numbered-points.test.ts does, and reach into the drivers and their threads.

import { expect, test } from "bun:test";
import { startBerth } from "../support/berth.ts";
import { describeWith } from "../support/requirements.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";
import { isAlive, watchEnd } from "./support/alive.ts";
import { assertSound, check } from "./support/checker.ts";
import { Journal } from "./support/journal.ts";
import { amount, startRandom, type Random } from "./support/scale.ts";
import { deleteScenario, pushScenario, runSteps } from "./support/scenario.ts";
import {
  attach,
  CHANGING_CALLS,
  describePoint,
  detach,
  pointsOf,
  sample,
  traceOptions,
  type Point,
} from "./support/strace.ts";

/** How many are to be reached: which thread comes to its Nth call, and whether one does, differs from time to time. */
const PUSH_POINTS = amount("PUSH_POINTS", { short: 2, ci: 7, full: Infinity });
const DELETE_POINTS = amount("DELETE_POINTS", { short: 1, ci: 3, full: Infinity });
const START_POINTS = amount("START_POINTS", { short: 1, ci: 5, full: Infinity });
const TRIES_PER_POINT = 5;
const POINT_LIMIT_MS = 15_000;
const POINTS_LIMIT = 2_000;

type Phase = "push" | "delete";

interface Case {
  directory: TemporaryDirectory;
  dataDirectory: string;
  journal: Journal;
}

async function inCase<T>(work: (it: Case) => Promise<T>): Promise<T> {
  const directory = await makeTemporaryDirectory("crash");
  const journal = new Journal(directory.join("journal"));
  try {
    return await work({ directory, dataDirectory: directory.join("data"), journal });
  } finally {
    journal.close();
    await directory.remove();
  }
}

/** Runs a push or a delete below strace; gives whether the server survived it. */
async function runTraced(phase: Phase, it: Case, random: Random, inject: string | null): Promise<boolean> {
  const berth = await startBerth({ dataDirectory: it.dataDirectory });
  try {
    const before = pushScenario(berth.url, it.journal, random, "crash/before");
    for (const { name, outcome } of await runSteps(before.steps)) {
      expect(outcome.acknowledged, `${name}: ${outcome.text}`).toBe(true);
    }
    const strace = await attach(berth, traceOptions(CHANGING_CALLS, it.directory.join("trace"), inject));
    const { gone, stop } = watchEnd(berth);
    try {
      const steps =
        phase === "push"
          ? pushScenario(berth.url, it.journal, random.fork(1), "crash/app", gone).steps
          : deleteScenario(berth.url, it.journal, before.image, gone);
      await runSteps(steps);
      return isAlive(berth);
    } finally {
      stop();
      await berth.kill();
      await detach(strace);
    }
  } finally {
    await berth.kill();
  }
}

async function checkAfter(it: Case, random: Random, where: string): Promise<void> {
  const berth = await startBerth({ dataDirectory: it.dataDirectory });
  try {
    const { dataDirectory, journal } = it;
    assertSound(await check({ url: berth.url, dataDirectory, journal, allowOrphans: true, everything: true }), where);
    for (const { name, outcome } of await runSteps(
      pushScenario(berth.url, journal, random.fork(2), "crash/after").steps,
    )) {
      expect(outcome.acknowledged, `${where}, afterwards: ${name}: ${outcome.text}`).toBe(true);
    }
    assertSound(await check({ url: berth.url, dataDirectory, journal, allowOrphans: true }), `${where}, afterwards`);
    expect(await berth.stop()).toBe(0);
  } finally {
    await berth.kill();
  }
}

/** Kills at one of the points after the other until so many were reached. */
async function killAtEach(
  name: string,
  all: readonly Point[],
  wanted: number,
  random: Random,
  work: (point: Point) => Promise<boolean>,
): Promise<void> {
  const points = sample(all, wanted * TRIES_PER_POINT, random);
  let tries = 0;
  let reached = 0;
  for (const point of points) {
    if (reached === wanted) break;
    tries += 1;
    if (!(await work(point))) reached += 1;
  }
  console.error(`${name}: ${reached} points reached in ${tries} tries, of ${all.length} points`);
  expect(reached).toBeGreaterThanOrEqual(Math.min(wanted, points.length / TRIES_PER_POINT / 2));
}

const KILL = (point: Point) => `${point.call}:signal=KILL:when=${point.number}`;
const limitMs = (points: number) => (Math.min(points * TRIES_PER_POINT, POINTS_LIMIT) + 4) * POINT_LIMIT_MS;

describeWith("crash points", ["strace"], () => {
  for (const [phase, limit] of [
    ["push", PUSH_POINTS],
    ["delete", DELETE_POINTS],
  ] as const) {
    test(
      `a kill at each point of one ${phase} loses nothing that was acknowledged`,
      async () => {
        const random = startRandom(`crash points of a ${phase}`);
        const all = await inCase(async (it) => {
          await runTraced(phase, it, random, null);
          return pointsOf(it.directory.join("trace"));
        });
        expect(all.length).toBeGreaterThan(phase === "push" ? 10 : 2);
        await killAtEach(phase, all, limit, random, (point) =>
          inCase(async (it) => {
            const survived = await runTraced(phase, it, random, KILL(point));
            await checkAfter(it, random, `seed ${random.seed}, ${phase} killed at ${describePoint(point)}`);
            return survived;
          }),
        );
      },
      limitMs(limit),
    );
  }

  test(
    "a kill at each point of the first start leaves what the next start makes good",
    async () => {
      const random = startRandom("crash points of the first start");
      const start = async (it: Case, inject: string | null): Promise<boolean> => {
        const options = traceOptions(CHANGING_CALLS, it.directory.join("trace"), inject);
        try {
          const berth = await startBerth({ dataDirectory: it.dataDirectory, prefix: ["strace", ...options] });
          await berth.kill();
          return true;
        } catch (error) {
          if (!String(error).includes("berth ended with")) throw error;
          return false;
        }
      };
      const all = await inCase(async (it) => {
        expect(await start(it, null)).toBe(true);
        return pointsOf(it.directory.join("trace"));
      });
      expect(all.length).toBeGreaterThan(20);
      await killAtEach("first start", all, START_POINTS, random, (point) =>
        inCase(async (it) => {
          const survived = await start(it, KILL(point));
          await checkAfter(it, random, `seed ${random.seed}, first start killed at ${describePoint(point)}`);
          return survived;
        }),
      );
    },
    limitMs(START_POINTS),
  );
});
