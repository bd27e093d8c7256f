// The power fails under load, garbage collection included: a loop disk stops taking writes at a random moment and forgets what was not synced, the
// server is killed, the disk is mounted again. What was acknowledged is there. The control leaves out every sync and
// must lose something: else these tests could not notice a sync that is missing.

import { expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { startBerth, type Berth } from "../support/berth.ts";
import { describeWith } from "../support/requirements.ts";
import { makeTemporaryDirectory } from "../support/temporary.ts";
import { assertSound, check, checkJournal, type Findings } from "./support/checker.ts";
import { collectUntil, eager } from "./support/collecting.ts";
import { makeDisk, type Disk, type FileSystem } from "./support/disk.ts";
import { Journal } from "./support/journal.ts";
import { Pool, runLoad } from "./support/load.ts";
import { amount, startRandom, type Random } from "./support/scale.ts";
import { pushScenario, runSteps } from "./support/scenario.ts";
import { attach, detach, traceOptions } from "./support/strace.ts";

const LOSSES: Record<FileSystem, number> = {
  ext4: amount("POWER_LOSSES_EXT4", { short: 4, ci: 25, full: 100 }),
  xfs: amount("POWER_LOSSES_XFS", { short: 2, ci: 25, full: 100 }),
};
const LOSSES_PER_DISK = 10;
/** Without syncs, so many tries at most until something is lost; the first one nearly always does. */
const CONTROL_TRIES = 5;
const CLIENTS = 8;
const DISK_MIB = 768;
const SHORTEST_MS = 50;
const LONGEST_MS = 900;

interface Ground {
  disk: Disk;
  dataDirectory: string;
  journal: Journal;
}

async function onDisk<T>(fileSystem: FileSystem, work: (ground: Ground) => Promise<T>): Promise<T> {
  const directory = await makeTemporaryDirectory("power");
  const journal = new Journal(directory.join("journal"));
  try {
    const disk = await makeDisk(directory, fileSystem, DISK_MIB);
    const dataDirectory = join(disk.path, "data");
    await mkdir(dataDirectory);
    return await work({ disk, dataDirectory, journal });
  } finally {
    journal.close();
    await directory.remove();
  }
}

function start({ dataDirectory }: Ground): Promise<Berth> {
  return startBerth({ dataDirectory, env: { ...eager(null), BERTH_LOG_ACCESS: "false" } });
}

/** Load until the power fails at a random moment; then the disk is whole again and the server has ended. */
async function losePower(ground: Ground, berth: Berth, pool: Pool, random: Random): Promise<string[]> {
  const gone = new AbortController();
  const load = { url: berth.url, journal: ground.journal, pool, random, clients: CLIENTS, hugeShare: 0.1 };
  const running = runLoad({ ...load, signal: gone.signal });
  const collecting = collectUntil(berth, gone.signal).catch((error: unknown) => {
    // Without a disk it fails, as does everything else.
    if (!ground.journal.isDeaf) throw error;
  });
  await Bun.sleep(SHORTEST_MS + random.below(LONGEST_MS - SHORTEST_MS));
  // The machine would be dead from here on. What is answered while the disk goes proves nothing: ext4 calls a sync
  // done when another's aborted commit took its pages along.
  ground.journal.isDeaf = true;
  await ground.disk.cutPower();
  await Bun.sleep(random.below(100));
  await berth.kill();
  gone.abort();
  const { refusals } = await running;
  await collecting;
  ground.journal.isDeaf = false;
  await ground.disk.restore();
  return refusals;
}

async function loseRepeatedly(fileSystem: FileSystem, losses: number, random: Random, where: string): Promise<number> {
  return await onDisk(fileSystem, async (ground) => {
    const { journal, dataDirectory } = ground;
    const pool = new Pool();
    for (let loss = 0; loss <= losses; loss += 1) {
      const berth = await start(ground);
      try {
        const everything = loss === losses || loss % 5 === 0;
        const allowOrphans = loss > 0;
        const options = { url: berth.url, dataDirectory, journal, allowOrphans, everything, hasLostPower: true };
        // Uploads that were under way look wrong to it each time.
        const found = await check({ ...options, asksFsck: everything });
        assertSound(found, `${where}, after loss ${loss}`);
        if (loss === losses) expect(await berth.stop()).toBe(0);
        else await losePower(ground, berth, pool, random.fork(loss));
      } finally {
        await berth.kill();
      }
    }
    await ground.disk.unmount();
    return journal.acknowledged;
  });
}

/** The power fails while syncs do nothing. A database that cannot be opened counts as lost. */
async function loseWithoutSyncs(random: Random): Promise<string[]> {
  return await onDisk("ext4", async (ground) => {
    const { journal } = ground;
    const first = await start(ground);
    for (const { outcome } of await runSteps(pushScenario(first.url, journal, random, "control/before").steps)) {
      expect(outcome.acknowledged, outcome.text).toBe(true);
    }
    await first.stop();
    const before = journal.acknowledged;
    const berth = await start(ground);
    const calls = ["fdatasync", "fsync"];
    const strace = await attach(berth, traceOptions(calls, "/dev/null", `${calls.join(",")}:retval=0`));
    try {
      await losePower(ground, berth, new Pool(), random.fork(1));
    } finally {
      await berth.kill();
      await detach(strace);
    }
    if (journal.acknowledged === before) return [];
    const violations: string[] = await findLosses(ground).catch((error: unknown) => [
      `the server does not start: ${String(error)}`,
    ]);
    await ground.disk.unmount();
    return violations;
  });
}

async function findLosses(ground: Ground): Promise<Findings["violations"]> {
  const berth = await start(ground);
  try {
    return (await checkJournal({ url: berth.url, journal: ground.journal, everything: true })).violations;
  } finally {
    await berth.kill();
  }
}

for (const fileSystem of ["ext4", "xfs"] as const) {
  const losses = LOSSES[fileSystem];
  describeWith(`power loss on ${fileSystem}`, ["root", "losetup", `mkfs.${fileSystem}`, "xfs_io"], () => {
    test(
      `${losses} losses of power under load lose nothing that was acknowledged`,
      async () => {
        const random = startRandom(`power losses on ${fileSystem}`);
        let acknowledged = 0;
        for (let done = 0; done < losses; done += LOSSES_PER_DISK) {
          const where = `seed ${random.seed}, disk ${done / LOSSES_PER_DISK}`;
          const count = Math.min(LOSSES_PER_DISK, losses - done);
          acknowledged += await loseRepeatedly(fileSystem, count, random.fork(done), where);
        }
        console.error(`${fileSystem}: ${losses} losses of power, ${acknowledged} acknowledged changes`);
        expect(acknowledged).toBeGreaterThan(losses * 3);
      },
      losses * 20_000,
    );
  });
}

describeWith("power loss without syncs", ["root", "losetup", "mkfs.ext4", "xfs_io", "strace"], () => {
  test("something acknowledged is lost, so that these tests prove something", async () => {
    const random = startRandom("power loss without syncs");
    let violations: string[] = [];
    for (let tries = 0; tries < CONTROL_TRIES && violations.length === 0; tries += 1) {
      violations = await loseWithoutSyncs(random.fork(tries));
    }
    console.error(`without syncs: ${violations.length} violations, such as ${violations[0]}`);
    expect(violations.length).toBeGreaterThan(0);
  });
});
