// A database that is lost and comes back from the newest snapshot, and a restore into a server that goes on serving: what
// was acknowledged before is there again, whatever the collector and a kill did in between. All through the operators'
// commands.

import { expect, test } from "bun:test";
import { copyFileSync, existsSync, readdirSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import type { RestoreReport } from "../../src/operator/api.ts";
import { startBerth } from "../support/berth.ts";
import { fetchStored } from "../support/stored.ts";
import { assertSound, check } from "./support/checker.ts";
import { Client, type Outcome } from "./support/client.ts";
import { collectNow, eager } from "./support/collecting.ts";
import type { Expected } from "./support/journal.ts";
import { Pool } from "./support/load.ts";
import { runCommand } from "./support/operator.ts";
import { expectServes, inPlace, startLoad, succeed, type Place } from "./support/saved.ts";
import { amount, startRandom, type Random } from "./support/scale.ts";
import { pushScenario, runSteps, type ScenarioImage } from "./support/scenario.ts";

const LOST_DATABASES = amount("LOST_DATABASES", { short: 1, ci: 3, full: 20 });
const MERGES = amount("MERGES", { short: 1, ci: 3, full: 20 });
const QUIET = { BERTH_LOG_ACCESS: "false" };
const SNAPSHOT_SECONDS = 10;
const SNAPSHOT_TAKEN = "rows copied into the storage";
/** The usual grace: what the newest snapshot names is not deleted before there is a newer one. */
const SNAPSHOT_ENV = {
  ...QUIET,
  BERTH_GC_INTERVAL_SECONDS: "1",
  BERTH_BIN_KEEP_SECONDS: "0",
  BERTH_SNAPSHOT_INTERVAL_SECONDS: String(SNAPSHOT_SECONDS),
};

/** A snapshot at an orderly stop; then more load, of which the next snapshot knows nothing, and a kill. */
async function snapshotAtStop(place: Place, pool: Pool, random: Random, where: string): Promise<Expected[]> {
  const { dataDirectory, journal } = place;
  const first = await startBerth({ dataDirectory, env: SNAPSHOT_ENV });
  const load = startLoad(place, first, pool, random.fork(0));
  await Bun.sleep(500 + random.below(1_000));
  await load.stop(where);
  expect(await first.stop(), where).toBe(0);
  const stopped = journal.now();
  const berth = await startBerth({ dataDirectory, env: SNAPSHOT_ENV });
  const more = startLoad(place, berth, pool, random.fork(1));
  // The collector passes at least once.
  await Bun.sleep(1_200 + random.below(500));
  await berth.kill();
  await more.stop(where);
  return journal.between(stopped, stopped);
}

/** A snapshot that is taken in its time, under load, and a kill some time later. */
async function snapshotUnderLoad(place: Place, pool: Pool, random: Random, where: string): Promise<Expected[]> {
  const { dataDirectory, journal } = place;
  const berth = await startBerth({ dataDirectory, env: SNAPSHOT_ENV });
  const load = startLoad(place, berth, pool, random.fork(0));
  try {
    await Bun.sleep(SNAPSHOT_SECONDS * 1_000 - 500);
    const from = journal.now();
    for (const end = performance.now() + 10_000; !berth.logs().includes(SNAPSHOT_TAKEN);) {
      if (performance.now() > end) throw new Error(`${where}: no snapshot was taken`);
      await Bun.sleep(10);
    }
    const to = journal.now();
    await Bun.sleep(random.below(1_000));
    await berth.kill();
    await load.stop(where);
    return journal.between(from, to);
  } finally {
    await berth.kill();
    await load.stop(where);
  }
}

/** As a kill in the middle of a snapshot leaves it. */
function leaveTorso(dataDirectory: string, random: Random): void {
  const folder = join(dataDirectory, "snapshots");
  const newest = readdirSync(folder).toSorted().at(-1) ?? "";
  const torso = join(folder, newest.replace(/^\d{8}/, "29991231"));
  copyFileSync(join(folder, newest), torso);
  truncateSync(torso, random.below(Bun.file(torso).size));
}

test(
  `${LOST_DATABASES} times a lost database comes back from the newest snapshot`,
  async () => {
    const random = startRandom("lost databases");
    for (let number = 0; number < LOST_DATABASES; number += 1) {
      const where = `seed ${random.seed}, lost database ${number}`;
      const own = random.fork(number);
      await inPlace(async (place) => {
        const { dataDirectory } = place;
        const makeLoss = number % 2 === 0 ? snapshotAtStop : snapshotUnderLoad;
        const expected = await makeLoss(place, new Pool(), own, where);
        for (const suffix of ["", "-wal", "-shm"]) rmSync(join(dataDirectory, `berth.db${suffix}`), { force: true });
        leaveTorso(dataDirectory, own);
        const refused = await startBerth({ dataDirectory, env: QUIET }).then(
          async (berth) => await berth.kill(),
          (error: unknown) => String(error),
        );
        expect(refused, `${where}: a start without a database`).toContain("berth restore --snapshot latest");
        const report = await succeed<RestoreReport>(dataDirectory, ["restore", "--snapshot", "latest"], where);
        expect(report.damagedCount, where).toBe(0);
        expect(expected.filter((it) => !it.allowed.has(null)).length, where).toBeGreaterThan(20);
        await expectServes(dataDirectory, SNAPSHOT_ENV, expected, { allowOrphans: true, collects: false, where });
        console.error(`${where}: ${expected.length} registers, ${report.unnamedFiles} files were pushed later`);
      });
    }
  },
  60_000 + LOST_DATABASES * 60_000,
);

/** Deleted for good: tags, manifests, and the bytes that only they named. */
async function loseImages(place: Place, url: string, images: readonly ScenarioImage[], where: string) {
  const client = new Client(url, place.journal);
  const expectDone = ({ acknowledged, status, text }: Outcome) =>
    expect(acknowledged, `${where}: ${status} ${text}`).toBe(true);
  for (const { repository, tag, digest } of images) {
    expectDone(await client.deleteManifest(repository, digest, [tag]));
  }
  await succeed(place.dataDirectory, ["bin", "empty", "--all", "--yes"], where);
  for (const { repository, blobs } of images) {
    // The collector may have been there first.
    for (const digest of blobs)
      expect([202, 404], where).toContain((await client.deleteBlob(repository, digest)).status);
  }
  await succeed(place.dataDirectory, ["gc", "--now"], where);
}

test(
  `${MERGES} times what was deleted for good comes back into a server under load`,
  async () => {
    const random = startRandom("restores while serving");
    for (let number = 0; number < MERGES; number += 1) {
      const where = `seed ${random.seed}, restore ${number}`;
      const own = random.fork(number);
      await inPlace(async (place) => {
        const { dataDirectory, target, journal } = place;
        const repository = "merged/app";
        const start = () => startBerth({ dataDirectory, env: { ...eager(null), ...QUIET } });
        let berth = await start();
        let load = startLoad(place, berth, new Pool(), own.fork(0));
        try {
          const scenarios = [1, 2, 3].map((mark) =>
            pushScenario(berth.url, journal, own.fork(mark), repository, null, `tag-${mark}`),
          );
          for (const { steps } of scenarios) {
            for (const { name, outcome } of await runSteps(steps)) {
              expect(outcome.acknowledged, `${where}: ${name}: ${outcome.text}`).toBe(true);
            }
          }
          const images = scenarios.map((it) => it.image);
          await succeed(dataDirectory, ["backup", target], where);
          await loseImages(place, berth.url, images, where);
          for (const { digest } of images) {
            await expect(fetchStored(berth.url, repository, digest), where).rejects.toThrow("404");
          }
          const command = ["restore", target, "--repository", repository];
          if (number % 2 === 1) {
            // The server goes down in the middle of it, and the same command goes on.
            const running = runCommand(dataDirectory, command);
            await Bun.sleep(100 + own.below(250));
            await berth.kill();
            await load.stop(where);
            await running;
            berth = await start();
            load = startLoad(place, berth, new Pool(), own.fork(9));
          }
          const back = journal.begin(
            images.flatMap(({ tag, digest, blobs }) => [
              { kind: "manifest", repository, name: digest, value: digest } as const,
              { kind: "tag", repository, name: tag, value: digest } as const,
              ...blobs.map((name) => ({ kind: "blob", repository, name, value: name }) as const),
            ]),
          );
          const report = await succeed<RestoreReport>(dataDirectory, command, where);
          back.acknowledge();
          // All layers of all images, unless the first of two commands has brought some.
          if (number % 2 === 0) expect(report.copiedBytes, where).toBeGreaterThan(3 * 3_000_000);
          await collectNow(dataDirectory);
          for (const { tag, digest } of images) {
            expect((await fetchStored(berth.url, repository, tag)).digest, where).toBe(digest);
          }
          await load.stop(where);
          const allowOrphans = number % 2 === 1;
          assertSound(await check({ url: berth.url, dataDirectory, journal, allowOrphans, everything: true }), where);
          expect(existsSync(join(dataDirectory, "restore-scratch.db")), where).toBe(false);
          expect(await berth.stop()).toBe(0);
        } finally {
          await load.stop(where);
          await berth.kill();
        }
      });
    }
  },
  60_000 + MERGES * 60_000,
);
