// Stored files with flipped bits, cut, grown, removed and swapped: what is not as long as it should be is never served,
// and raises an alarm in the log; fsck names all of it and nothing else, and takes it out of service; the scrub finds
// by itself what only a hash can tell; and a push heals whatever it was.

import { Database as Connection } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { startBerth, type Berth } from "../support/berth.ts";
import { digestOf } from "../support/stored.ts";
import { makeTemporaryDirectory } from "../support/temporary.ts";
import { until } from "../hostile/support/registry.ts";
import { checkStored } from "./support/checker.ts";
import { Client } from "./support/client.ts";
import { Journal } from "./support/journal.ts";
import {
  expectHealed,
  expectNamed,
  expectNeverWrong,
  flipBit,
  grow,
  isHidden,
  removeFile,
  runFsck,
  shorten,
  swap,
  type Damaged,
  type StoredFile,
} from "./support/rot.ts";
import { amount, startRandom, type Random } from "./support/scale.ts";

const BLOBS = amount("ROT_BLOBS", { short: 150, ci: 1_000, full: 10_000 });
/** Each is looked at a second time, a second later. */
const SCRUBBED = amount("ROT_SCRUBBED", { short: 5, ci: 10, full: 100 });
const KIB = 1024;
const REPOSITORY = "rot/app";
/** Some, so that files can be swapped for others of the same size. */
const COMMON_SIZE = 40 * KIB;

async function pushAll(url: string, journal: Journal, random: Random): Promise<void> {
  const client = new Client(url, journal);
  let left = BLOBS;
  const work = async (own: Random) => {
    while (left > 0) {
      left -= 1;
      const draw = own.next();
      const size =
        draw < 0.3 ? COMMON_SIZE : draw < 0.95 ? 17 * KIB + own.below(80 * KIB) : 300 * KIB + own.below(900 * KIB);
      const outcome = await client.pushBlob(REPOSITORY, own.bytes(size), "post");
      expect(outcome.acknowledged, outcome.text).toBe(true);
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, number) => work(random.fork(number))));
}

function listStored(dataDirectory: string): StoredFile[] {
  const connection = new Connection(join(dataDirectory, "berth.db"), { readonly: true });
  try {
    // The columns of this statement.
    const rows = connection
      .query("select digest, size_bytes, storage_key from blobs where storage_key is not null")
      .all() as {
      digest: string;
      size_bytes: number;
      storage_key: string;
    }[];
    return rows.map((row) => ({
      repository: REPOSITORY,
      digest: row.digest,
      size: row.size_bytes,
      path: join(dataDirectory, row.storage_key),
    }));
  } finally {
    connection.close();
  }
}

/** About a tenth of the files, each in one way. */
function damage(files: readonly StoredFile[], random: Random): Damaged[] {
  const rest = [...files].sort(() => random.next() - 0.5);
  const take = (count: number) => rest.splice(0, count);
  const share = Math.ceil(files.length / 50);
  const damaged = [
    ...take(share * 2).map((file) => flipBit(file, random)),
    ...take(share).map((file) => shorten(file, random)),
    ...take(Math.ceil(share / 2)).map(grow),
    ...take(Math.ceil(share / 2)).map(removeFile),
  ];
  const same = rest.filter((it) => it.size === COMMON_SIZE);
  for (let pair = 0; pair < share; pair += 1) {
    const [one, other] = pair % 2 === 0 ? same.splice(0, 2) : rest.filter((it) => it.size !== COMMON_SIZE);
    if (!one || !other) throw new Error("too few files to swap");
    damaged.push(...swap(one, other));
    for (const file of [one, other]) rest.splice(rest.indexOf(file), 1);
  }
  return damaged;
}

async function expectServed(berth: Berth, files: readonly StoredFile[]): Promise<void> {
  for (const { repository, digest } of files) {
    const response = await fetch(`${berth.url}/v2/${repository}/blobs/${digest}`);
    expect(digestOf(new Uint8Array(await response.arrayBuffer()))).toBe(digest);
  }
}

/** A line about this blob: that of one it was swapped for names it too. */
function hasAlarm(logs: string, digest: string): boolean {
  return logs.split("\n").some((line) => line.includes('"level":"error"') && line.includes(`"digest":"${digest}"`));
}

/** Damage that nobody has asked for, to files that were last verified long ago. */
async function expectScrubbed(dataDirectory: string, random: Random, where: string): Promise<void> {
  const rest = listStored(dataDirectory).sort(() => random.next() - 0.5);
  const same = rest.filter((it) => it.size === COMMON_SIZE).slice(0, 2);
  const [one, other] = same;
  if (!one || !other) throw new Error("too few files to swap");
  const damaged = swap(one, other);
  for (const [number, file] of rest.filter((it) => !same.includes(it)).entries()) {
    if (damaged.length >= SCRUBBED) break;
    damaged.push(
      number % 3 === 0 ? removeFile(file) : number % 3 === 1 ? flipBit(file, random) : shorten(file, random),
    );
  }
  const connection = new Connection(join(dataDirectory, "berth.db"));
  connection.run("update blobs set verified_at = verified_at - 2 * 86400000");
  connection.close();

  const berth = await startBerth({
    dataDirectory,
    env: { BERTH_SCRUB_EVERY_DAYS: "1", BERTH_SCRUB_BYTES_PER_SECOND: "10GiB" },
  });
  try {
    for (const { digest, kind } of damaged) {
      await until(`${where}: the scrub finds what is ${kind}`, 60, () => hasAlarm(berth.logs(), digest));
    }
    const metrics = await (await fetch(`${berth.url}/metrics`)).text();
    expect(metrics).toContain(`\nberth_scrub_corrupt_total ${damaged.length}\n`);
    expect(metrics).toContain(`\nberth_blobs_damaged ${damaged.length}\n`);
    await expectHealed(berth.url, damaged);
    expect(await runFsck(dataDirectory)).toEqual({ exitCode: 0, found: [] });
  } finally {
    await berth.stop();
  }
}

test(
  `damage to some of ${BLOBS} blobs is named, taken out of service and healed, and what can be seen of it is never served`,
  async () => {
    const random = startRandom("rot");
    const where = `seed ${random.seed}`;
    const directory = await makeTemporaryDirectory("rot");
    const journal = new Journal(directory.join("journal"));
    const dataDirectory = directory.join("data");
    try {
      const berth = await startBerth({ dataDirectory });
      try {
        await pushAll(berth.url, journal, random);
        const files = listStored(dataDirectory);
        expect((await checkStored({ dataDirectory, allowOrphans: false })).violations).toEqual([]);
        // The server may hold some of them open.
        await expectServed(berth, files.slice(0, 50));
        const damaged = damage(files, random);
        const bad = new Set(damaged.map((it) => it.digest));
        const seen = damaged.filter((it) => !isHidden(it));
        for (const file of seen) await expectNeverWrong(berth.url, file, random, where);

        const found = await checkStored({ dataDirectory, allowOrphans: false });
        const named = new Set(found.violations.map((it) => /sha256:[0-9a-f]{64}/.exec(it)?.[0] ?? it));
        expect(
          [...bad].filter((it) => !named.has(it)),
          `${where}: not found`,
        ).toEqual([]);
        expect(
          [...named].filter((it) => !bad.has(it)),
          `${where}: found without being damaged`,
        ).toEqual([]);
        await expectServed(berth, files.filter((it) => !bad.has(it.digest)).slice(0, 200));

        const fsck = await runFsck(dataDirectory);
        expect(fsck.exitCode).toBe(1);
        expectNamed(fsck.found, damaged, where);
        const repair = await runFsck(dataDirectory, "--repair");
        expectNamed(repair.found, damaged, `${where}, repairing`);
        const left = repair.found.filter((it) => it.repaired === (it.kind === "blob-quarantined"));
        expect(left, `${where}: not taken out of service`).toEqual([]);
        expect(await berth.stop()).toBe(0);

        const next = await startBerth({ dataDirectory });
        try {
          for (const file of seen) {
            const isRefused = await expectNeverWrong(next.url, file, random, `${where}, after a restart`);
            expect(isRefused, `${where}: ${file.kind} is served`).toBe(true);
          }
          // A file that was held open kept its bytes until fsck named it; all others were met by a request.
          const met = fsck.found.filter((it) => it.kind === "blob-quarantined").map((it) => it.subject);
          expect(met.length, where).toBeGreaterThan(0);
          for (const digest of met)
            expect(hasAlarm(berth.logs(), digest), `${where}: no alarm for ${digest}`).toBe(true);
          await expectHealed(next.url, damaged);
          expect((await checkStored({ dataDirectory, allowOrphans: false })).violations).toEqual([]);
          expect(await runFsck(dataDirectory, "--repair")).toEqual({ exitCode: 0, found: [] });
        } finally {
          await next.stop();
        }
        await expectScrubbed(dataDirectory, random, where);
        // And without a server.
        expect(await runFsck(dataDirectory)).toEqual({ exitCode: 0, found: [] });
        console.error(`${files.length} files, ${damaged.length} damaged, ${seen.length} of them in size`);
      } finally {
        await berth.kill();
      }
    } finally {
      journal.close();
      await directory.remove();
    }
  },
  60_000 + BLOBS * 60,
);
