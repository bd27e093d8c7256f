// The server kills itself at every step that it makes in its ports and below them, during one push, one delete, one
// pass of the garbage collector and the migration of an empty database: the points are numbered by one counter, so none
// is left out. The next server must then have everything that was acknowledged, and the same again must succeed.
//
// Steps inside the drivers and of other threads have no number: crash-points.test.ts samples those.

import { expect, test } from "bun:test";
import { startBerth } from "../support/berth.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";
import { assertSound, check } from "./support/checker.ts";
import { Client } from "./support/client.ts";
import { crashAtStart, startCrashing, type Crashing } from "./support/crashing.ts";
import { Journal } from "./support/journal.ts";
import { amount, startRandom, type Random } from "./support/scale.ts";
import {
  collectScenario,
  deleteScenario,
  garbageScenario,
  otherPushes,
  pushScenario,
  runSteps,
  type Scenario,
} from "./support/scenario.ts";

const POINTS = amount("NUMBERED_POINTS", { short: 4, ci: Infinity, full: Infinity });
/** After so many kills a new registry is begun, so that a check stays as quick as the first. */
const POINTS_PER_REGISTRY = 20;
const WORKERS = 3;
const LATE_COMMITS_MS = 200;
const LIMIT_MS = 600_000;

interface Place {
  directory: TemporaryDirectory;
  dataDirectory: string;
  journal: Journal;
  known: Set<string>;
}

/** The steps of one point, which are the same each time that they are made. */
interface Act {
  /** Whether bytes may be under way that no row speaks of yet. */
  allowOrphans: boolean;
  env?: Record<string, string>;
  /** What has to be there before. */
  prepare: (url: string, place: Place, random: Random) => Scenario["steps"];
  steps: (url: string, place: Place, random: Random, signal: AbortSignal | null) => Scenario["steps"];
}

const push: Act = {
  allowOrphans: true,
  prepare: () => [],
  steps: (url, { journal }, random, signal) => {
    const first = pushScenario(url, journal, random.fork(0), repositoryOf(random), signal);
    return [...first.steps, ...otherPushes(url, journal, random.fork(1), first.image, signal)];
  },
};

const remove: Act = {
  allowOrphans: false,
  prepare: (url, { journal }, random) => pushScenario(url, journal, random.fork(0), repositoryOf(random)).steps,
  steps: (url, { journal }, random, signal) => {
    const { image, unnamed } = pushScenario(url, journal, random.fork(0), repositoryOf(random), signal);
    const client = new Client(url, journal, signal);
    const steps = [
      ...deleteScenario(url, journal, image, signal),
      ...unnamed.map(({ repository, name }) => ({
        name: "delete a blob",
        run: () => client.deleteBlob(repository, name),
      })),
    ];
    return steps.map(({ name, run }) => ({
      name,
      // When it is tried again it may have happened already.
      run: async () => {
        const outcome = await run();
        return outcome.status === 404 ? { ...outcome, acknowledged: true } : outcome;
      },
    }));
  },
};

/** The collector works only when it is asked to, and then leaves nothing that could go. */
const GC_ENV = {
  BERTH_GC_ENABLED: "false",
  BERTH_GC_LEASE_SECONDS: "0",
  BERTH_GC_GRACE_SECONDS: "0",
  BERTH_BIN_KEEP_SECONDS: "0",
};

function garbageOf(url: string, { journal }: Place, random: Random) {
  const kept = pushScenario(url, journal, random.fork(0), repositoryOf(random));
  return { kept, doomed: garbageScenario(url, journal, random.fork(1), kept.image) };
}

const collect: Act = {
  allowOrphans: false,
  env: GC_ENV,
  prepare: (url, place, random) => {
    const { kept, doomed } = garbageOf(url, place, random);
    return [...kept.steps, ...doomed.steps];
  },
  steps: (url, place, random, signal) => {
    const { kept, doomed } = garbageOf(url, place, random);
    return collectScenario(place.dataDirectory, place.journal, [...kept.unnamed, ...doomed.unnamed], signal);
  },
};

function repositoryOf(random: Random): string {
  return `crash/r${random.seed}`;
}

async function inPlace<T>(work: (place: Place) => Promise<T>): Promise<T> {
  const directory = await makeTemporaryDirectory("points");
  const journal = new Journal(directory.join("journal"));
  try {
    return await work({ directory, dataDirectory: directory.join("data"), journal, known: new Set() });
  } finally {
    journal.close();
    await directory.remove();
  }
}

function start({ directory, dataDirectory }: Place, { env = {} }: Act, isControl = false): Promise<Crashing> {
  return startCrashing({ directory: directory.join("points"), dataDirectory, env, isControl });
}

async function expectAll(steps: Scenario["steps"], where: string): Promise<void> {
  for (const { name, outcome } of await runSteps(steps)) {
    expect(outcome.acknowledged, `${where}: ${name}: ${outcome.status} ${outcome.text}`).toBe(true);
  }
}

async function expectSound(
  url: string,
  place: Place,
  where: string,
  options: { allowOrphans: boolean; everything?: boolean },
): Promise<void> {
  const { dataDirectory, journal } = place;
  const known = options.everything ? new Set<string>() : place.known;
  assertSound(await check({ url, dataDirectory, journal, known, ...options }), where);
}

/** The numbers of the points to kill at; null when that is enough. */
interface Numbers {
  next: () => number | null;
  stop: () => void;
  isStopped: () => boolean;
}

/** Some of them, or one after the other without an end: the first that is not reached is it. */
function numbersFor(total: number, random: Random): Numbers {
  const all = Array.from({ length: total }, (_, index) => index + 1);
  const rest = POINTS < total ? Array.from({ length: POINTS }, () => all.splice(random.below(all.length), 1)[0]) : null;
  let last = 0;
  let isStopped = false;
  return {
    next: () => {
      if (isStopped) return null;
      const number = rest === null ? (last += 1) : rest.pop();
      isStopped = number === undefined || rest?.length === 0;
      return number ?? null;
    },
    stop: () => (isStopped = true),
    isStopped: () => isStopped,
  };
}

/** Several workers at once. When one fails the others stop at their next point, and are gone when this throws. */
async function sweep(numbers: Numbers, work: (worker: number) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  const guarded = async (worker: number) => {
    try {
      await work(worker);
    } catch (error) {
      failures.push(error);
      numbers.stop();
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, (_, worker) => guarded(worker)));
  if (failures.length > 0) throw failures[0];
}

/**
 * Kills one server after the other over the same data, each of them being the restart after the kill before: it counts
 * nothing until it is told to. Gives how many points were reached, and whether one was not.
 */
async function killInTurn(
  act: Act,
  numbers: Numbers,
  random: Random,
  seed: string,
): Promise<{ reached: number; isOver: boolean }> {
  const { allowOrphans } = act;
  return await inPlace(async (place) => {
    let before: { where: string; random: Random } | null = null;
    let reached = 0;
    let isOver = false;
    while (true) {
      const crashing = await start(place, act);
      const { url } = crashing.berth;
      try {
        if (before !== null) {
          await expectSound(url, place, before.where, { allowOrphans });
          await expectAll(act.steps(url, place, before.random, null), `${before.where}, again`);
        }
        const number = reached < POINTS_PER_REGISTRY && !isOver ? numbers.next() : null;
        if (number === null) break;
        const own = random.fork(number);
        await expectAll(act.prepare(url, place, own), `${seed}, before point ${number}`);
        crashing.arm(number);
        const outcomes = await runSteps(act.steps(url, place, own, crashing.gone));
        const step = crashing.steps()[number - 1];
        before = { where: `${seed}, killed at point ${step ?? `${number}, not reached`}`, random: own };
        if (step === undefined) {
          isOver = true;
          expect(outcomes.every((it) => it.outcome.acknowledged)).toBe(true);
        } else {
          reached += 1;
        }
      } finally {
        await crashing.kill();
      }
    }
    const berth = await startBerth({ dataDirectory: place.dataDirectory, env: act.env ?? {} });
    try {
      await expectSound(berth.url, place, `${before?.where}, at the end`, { allowOrphans, everything: true });
      expect(await berth.stop()).toBe(0);
    } finally {
      await berth.kill();
    }
    return { reached, isOver };
  });
}

/** The steps of an act when nothing happens to it. */
async function countSteps(act: Act, random: Random, isControl = false): Promise<string[]> {
  return await inPlace(async (place) => {
    const crashing = await start(place, act, isControl);
    try {
      await expectAll(act.prepare(crashing.berth.url, place, random), "before");
      crashing.arm(0);
      const steps = act.steps(crashing.berth.url, place, random, null);
      if (!isControl) await expectAll(steps, "without a kill");
      else {
        await runSteps(steps);
        await Bun.sleep(LATE_COMMITS_MS);
      }
      return crashing.steps();
    } finally {
      await crashing.kill();
    }
  });
}

for (const [name, act, fewest] of [
  ["push", push, 100],
  ["delete", remove, 10],
  ["garbage collection", collect, 20],
] as const) {
  test(
    `a kill at each numbered point of one ${name} loses nothing that was acknowledged`,
    async () => {
      const random = startRandom(`numbered points of a ${name}`);
      const steps = await countSteps(act, random.fork(0));
      expect(steps.length).toBeGreaterThan(fewest);
      const numbers = numbersFor(steps.length, random);
      let reached = 0;
      await sweep(numbers, async (worker) => {
        for (let isOver = false; !isOver && !numbers.isStopped();) {
          const done = await killInTurn(act, numbers, random.fork(worker), `seed ${random.seed}`);
          reached += done.reached;
          isOver = done.isOver;
        }
      });
      console.error(`${name}: killed at ${reached} points, ${steps.length} were counted`);
      // How a body is cut into pieces differs from time to time.
      expect(reached).toBeGreaterThan(Math.min(POINTS, steps.length) * 0.7);
    },
    LIMIT_MS,
  );
}

test(
  "a kill at each numbered point of the first start leaves what the next start makes good",
  async () => {
    const random = startRandom("numbered points of the first start");
    const crash = (at: number) =>
      inPlace(async (place) => {
        const { directory, dataDirectory } = place;
        const { steps, isUp } = await crashAtStart({ directory: directory.join("points"), dataDirectory }, at);
        const where = `seed ${random.seed}, killed at point ${steps[at - 1] ?? `${at}, not reached`}`;
        expect(isUp, where).toBe(at === 0 || steps.length < at);
        const berth = await startBerth({ dataDirectory });
        try {
          await expectAll(pushScenario(berth.url, place.journal, random.fork(at), "crash/app").steps, where);
          await expectSound(berth.url, place, where, { allowOrphans: false });
        } finally {
          await berth.kill();
        }
        return steps;
      });
    const steps = await crash(0);
    expect(steps.filter((it) => it.includes("create table")).length).toBeGreaterThan(8);
    const numbers = numbersFor(steps.length, random);
    let killed = 0;
    await sweep(numbers, async () => {
      for (let at = numbers.next(); at !== null && at <= steps.length; at = numbers.next()) {
        await crash(at);
        killed += 1;
      }
    });
    console.error(`first start: killed at ${killed} of ${steps.length} points`);
    expect(killed).toBe(Math.min(POINTS, steps.length));
  },
  LIMIT_MS,
);

test(
  "a server that acknowledges before it commits is found out",
  async () => {
    const random = startRandom("numbered points of a wrong server");
    const steps = await countSteps(push, random, true);
    const commits = steps.filter((it) => it.includes("statement commit, before")).map((it) => Number.parseInt(it));
    const found: string[] = [];
    for (const number of commits.slice(0, 4)) {
      await inPlace(async (place) => {
        const crashing = await start(place, push, true);
        try {
          crashing.arm(number);
          await runSteps(push.steps(crashing.berth.url, place, random, crashing.gone));
          await Bun.sleep(LATE_COMMITS_MS);
        } finally {
          await crashing.kill();
        }
        const berth = await startBerth({ dataDirectory: place.dataDirectory });
        try {
          const { journal, dataDirectory } = place;
          const { violations } = await check({ url: berth.url, dataDirectory, journal, allowOrphans: true });
          found.push(...violations);
        } finally {
          await berth.kill();
        }
      });
    }
    expect(found.filter((it) => it.startsWith("a: ")).length).toBeGreaterThan(0);
  },
  LIMIT_MS,
);
