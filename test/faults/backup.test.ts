// Backups at random moments of a mixed load, with the garbage collector giving no grace: each is restored into a new
// data directory and says of everything what could have been true while it was taken. All through the operators'
// commands, some of which are killed on the way, or their server is.

import { expect, test } from "bun:test";
import { readdirSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { BackupReport, FsckReport } from "../../src/operator/api.ts";
import { startBerth, type Berth } from "../support/berth.ts";
import { assertSound, check } from "./support/checker.ts";
import { collectUntil, eager } from "./support/collecting.ts";
import type { Expected } from "./support/journal.ts";
import { Pool } from "./support/load.ts";
import { runCommand } from "./support/operator.ts";
import { expectServes, inPlace, killCommand, startLoad, succeed, type Place } from "./support/saved.ts";
import { amount, startRandom, type Random } from "./support/scale.ts";

const BACKUPS = amount("BACKUPS", { short: 3, ci: 20, full: 200 });
/** After so many a new registry is begun, so that a restore stays as quick as the first. */
const BACKUPS_PER_REGISTRY = 5;
const QUIET = { BERTH_LOG_ACCESS: "false" };

interface Taken {
  archive: string;
  expected: Expected[];
}

/** Backups of a server under load, and what each may hold. */
async function backUpUnderLoad(place: Place, berth: Berth, count: number, random: Random, where: string) {
  const { dataDirectory, target, journal } = place;
  const load = startLoad(place, berth, new Pool(), random.fork(0));
  const collecting = collectUntil(berth, load.signal);
  const taken: { archive: string; from: number; to: number }[] = [];
  try {
    for (let number = 1; number <= count; number += 1) {
      await Bun.sleep(random.below(300));
      const from = journal.now();
      const { archive } = await succeed<BackupReport>(dataDirectory, ["backup", target], `${where}, backup ${number}`);
      taken.push({ archive, from, to: journal.now() });
    }
  } finally {
    await load.stop(where);
  }
  const passes = await collecting;
  return {
    passes,
    taken: taken.map(({ archive, from, to }): Taken => ({ archive, expected: journal.between(from, to) })),
  };
}

/** Into a new data directory, at times with a kill in the middle; a server on it then has what the backup must hold. */
async function expectRestored(place: Place, { archive, expected }: Taken, random: Random, where: string) {
  const dataDirectory = place.directory.join("restored");
  const command = ["restore", place.target, "--archive", basename(archive)];
  const isKilled = random.next() < 0.4;
  let isBrokenOff = false;
  let blobsBefore = 0;
  try {
    if (isKilled) {
      isBrokenOff = (await killCommand(dataDirectory, command, 100 + random.below(600))) === null;
      const between = await runCommand(dataDirectory, ["fsck"]);
      // The report of this command.
      const report = between.lines.at(-1) as FsckReport | undefined;
      blobsBefore = between.exitCode === 2 ? 0 : (report?.checked.blobs ?? 0);
    }
    const { exitCode, stderr, lines } = await runCommand(dataDirectory, command);
    // The kill may have come when all was done.
    const isDone = exitCode === 0 || (isKilled && stderr.includes("not empty"));
    expect(isDone, `${where}: restore ended with ${exitCode}: ${stderr} ${JSON.stringify(lines)}`).toBe(true);
    if (exitCode === 0) expect(blobsBefore, `${where}: blobs of half a restore that a command took for all`).toBe(0);
    const env = { ...eager(null), ...QUIET };
    // Leases have come along: what was kept there is kept here.
    await expectServes(dataDirectory, env, expected, { allowOrphans: isBrokenOff, collects: true, where });
  } finally {
    await rm(dataDirectory, { recursive: true, force: true });
  }
  return isBrokenOff;
}

/** A backup whose server is killed adds no archive that is not whole, and the next one is complete. */
async function loseServerInBackup(place: Place, berth: Berth, random: Random, where: string): Promise<Taken> {
  const { dataDirectory, target, journal } = place;
  const known = new Set(readdirSync(join(target, "rows")));
  rmSync(join(target, "blobs"), { recursive: true });
  const running = runCommand(dataDirectory, ["backup", target]);
  await Bun.sleep(150 + random.below(200));
  await berth.kill();
  const { exitCode } = await running;
  const added = readdirSync(join(target, "rows")).filter((name) => !known.has(name) && name.endsWith(".berth"));
  expect(added.length, `${where}: a backup that ended with ${exitCode}`).toBe(exitCode === 0 ? 1 : 0);
  const next = await startBerth({ dataDirectory, env: { ...eager(null), ...QUIET } });
  try {
    const from = journal.now();
    const expected = journal.between(from, from);
    assertSound(await check({ url: next.url, dataDirectory, journal, allowOrphans: true, everything: true }), where);
    const { archive, damagedCount } = await succeed<BackupReport>(dataDirectory, ["backup", target], where);
    expect(damagedCount).toBe(0);
    expect(await next.stop()).toBe(0);
    return { archive, expected };
  } finally {
    await next.kill();
  }
}

test(
  `${BACKUPS} backups under load, each restored into a new data directory`,
  async () => {
    const random = startRandom("backups under load");
    const sum = { passes: 0, brokenOff: 0, acknowledged: 0 };
    for (let done = 0; done < BACKUPS; done += BACKUPS_PER_REGISTRY) {
      const own = random.fork(done);
      const where = `seed ${random.seed}, registry ${done / BACKUPS_PER_REGISTRY}`;
      await inPlace(async (place) => {
        const { dataDirectory } = place;
        const berth = await startBerth({ dataDirectory, env: { ...eager(null), ...QUIET } });
        try {
          const count = Math.min(BACKUPS_PER_REGISTRY, BACKUPS - done);
          const { taken, passes } = await backUpUnderLoad(place, berth, count, own, where);
          for (const [number, it] of taken.entries()) {
            const isBrokenOff = await expectRestored(place, it, own.fork(number), `${where}, backup ${number + 1}`);
            if (isBrokenOff) sum.brokenOff += 1;
          }
          const last = await loseServerInBackup(place, berth, own, `${where}, a kill during a backup`);
          await expectRestored(place, last, own.fork(count), `${where}, after a kill during a backup`);
          sum.passes += passes;
          sum.acknowledged += place.journal.acknowledged;
        } finally {
          await berth.kill();
        }
      });
    }
    console.error(`${BACKUPS} backups: ${JSON.stringify(sum)}`);
    // Else it was no load, or no race with the collector.
    expect(sum.acknowledged).toBeGreaterThan(BACKUPS * 20);
    expect(sum.passes).toBeGreaterThan(BACKUPS);
  },
  120_000 + BACKUPS * 15_000,
);
