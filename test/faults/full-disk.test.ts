// A disk that is filled up to many levels: pushes get a clear answer, reads, deletes and garbage collection go on, nothing
// acknowledged is lost, and the registry recovers by itself when there is room. Half of the levels without the reserve that the server
// keeps free, so that the disk is met in mid-write by files and database alike; some end with kill -9 on the full disk.

import { expect, test } from "bun:test";
import { mkdir, rm } from "node:fs/promises";
import { statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startBerth, type Berth } from "../support/berth.ts";
import { describeWith } from "../support/requirements.ts";
import { run } from "../support/process.ts";
import { digestOf } from "../support/stored.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";
import { assertSound, check } from "./support/checker.ts";
import { Client, makeImage, WAYS, type Outcome } from "./support/client.ts";
import { collectNow } from "./support/collecting.ts";
import { makeDisk } from "./support/disk.ts";
import { Journal } from "./support/journal.ts";
import { amount, startRandom, type Random } from "./support/scale.ts";

const LEVELS = amount("FULL_DISK_LEVELS", { short: 6, ci: 20, full: 50 });
const DISK_MIB = 96;
/** From nothing left to enough for all but the largest blobs. */
const MOST_FREE_BYTES = 8 * 1024 * 1024;
const LEVELS_PER_DISK = 7;
const KIB = 1024;
const SIZES = [100, 10 * KIB, 40 * KIB, 300 * KIB, 3 * KIB * KIB, 12 * KIB * KIB];
/** Deletes need a page or two of the log, and only where something keeps that free can they be promised. */
const DELETES_NEED_BYTES = 512 * KIB;
/** Of a blob that is deleted and collected while the disk is full. */
const DOOMED_BYTES = 1024 * KIB;
const RECOVERY_MS = 15_000;

interface Ground {
  mount: string;
  dataDirectory: string;
  journal: Journal;
  reserve: string;
}

async function onSmallDisk(kind: "tmpfs" | "ext4", reserve: string, work: (ground: Ground) => Promise<void>) {
  const directory = await makeTemporaryDirectory("full");
  const journal = new Journal(directory.join("journal"));
  try {
    const mount = await mountSmall(directory, kind);
    const dataDirectory = join(mount, "data");
    await mkdir(dataDirectory);
    await work({ mount, dataDirectory, journal, reserve });
  } finally {
    journal.close();
    await directory.remove();
  }
}

async function mountSmall(directory: TemporaryDirectory, kind: "tmpfs" | "ext4"): Promise<string> {
  if (kind === "ext4") return (await makeDisk(directory, "ext4", DISK_MIB)).path;
  await mkdir(directory.join("disk"));
  await run(["mount", "-t", "tmpfs", "-o", `size=${DISK_MIB}m`, "tmpfs", directory.join("disk")]);
  return directory.join("disk");
}

function freeBytes(mount: string): number {
  const { bavail, bsize } = statfsSync(mount);
  return bavail * bsize;
}

/** With what the file system keeps back for root, who this server is. */
function unusedBytes(mount: string): number {
  const { bfree, bsize } = statfsSync(mount);
  return bfree * bsize;
}

/** Fills the disk up to what is to be left; what the last block cannot take does not matter. */
function fill(mount: string, leaveBytes: number): void {
  for (let tries = 0; tries < 5 && freeBytes(mount) > leaveBytes; tries += 1) {
    try {
      writeFileSync(join(mount, `filler-${tries}`), Buffer.alloc(Math.max(0, freeBytes(mount) - leaveBytes)));
    } catch (error) {
      if (!String(error).includes("ENOSPC")) throw error;
    }
  }
}

async function makeRoom(mount: string): Promise<void> {
  for (let index = 0; index < 5; index += 1) await rm(join(mount, `filler-${index}`), { force: true });
}

/** Pushes in every size and way; each is acknowledged or refused with words. */
async function pushAll(client: Client, random: Random, where: string): Promise<number> {
  let refused = 0;
  for (const sizeBytes of SIZES) {
    const outcome = await client.pushBlob("full/app", random.bytes(sizeBytes + random.below(500)), random.pick(WAYS));
    if (!outcome.acknowledged) refused += 1;
    expectClear(outcome, `${where}: push of ${sizeBytes} bytes`);
  }
  const config = random.bytes(200);
  const pushed = await client.pushBlob("full/app", config, "post");
  expectClear(pushed, `${where}: push of a config`);
  if (!pushed.acknowledged) return refused + 1;
  const image = makeImage({ digest: digestOf(config), size: config.length }, [], where);
  expectClear(await client.putManifest("full/app", image, ["latest", "full"]), `${where}: put of a manifest`);
  return refused;
}

function expectClear(outcome: Outcome, where: string): void {
  if (outcome.acknowledged) return;
  // 0: a server that answers before it has read a long body may close the connection under its sender.
  expect([0, 503, 507], `${where}: ${outcome.status} ${outcome.text.slice(0, 300)}`).toContain(outcome.status);
  if (outcome.status === 507) {
    expect(outcome.text).toMatch(/full/);
    expect(outcome.text).not.toMatch(/ENOSPC|SQLITE|\/tmp\//);
  }
}

async function expectReads(berth: Berth, digests: readonly string[], where: string): Promise<void> {
  for (const digest of digests) {
    const response = await fetch(`${berth.url}/v2/full/before/blobs/${digest}`);
    expect(response.status, `${where}: read`).toBe(200);
    expect(digestOf(new Uint8Array(await response.arrayBuffer())), `${where}: read`).toBe(digest);
  }
  for (const path of ["/v2/full/before/tags/list", "/v2/_catalog", "/healthz"]) {
    expect((await fetch(berth.url + path)).status, `${where}: ${path}`).toBe(200);
  }
}

/** A full disk gets the bytes back of what is deleted: with room for a few rows the collector does its work. */
async function expectCollected({ mount, dataDirectory }: Ground, client: Client, doomed: string, where: string) {
  const mayRefuse = freeBytes(mount) < DELETES_NEED_BYTES;
  const deleted = await client.deleteBlob("full/before", doomed);
  expectClear(deleted, `${where}: delete of a blob`);
  if (!mayRefuse) expect(deleted.acknowledged, `${where}: delete of a blob: ${deleted.text}`).toBe(true);
  const before = unusedBytes(mount);
  try {
    await collectNow(dataDirectory);
  } catch (error) {
    if (mayRefuse) return;
    throw new Error(`${where}: garbage collection with ${before} bytes unused`, { cause: error });
  }
  if (!deleted.acknowledged) return;
  expect(unusedBytes(mount) - before, `${where}: bytes that the collector freed`).toBeGreaterThan(DOOMED_BYTES / 2);
}

async function meetLevel(
  ground: Ground,
  level: number,
  leaveBytes: number,
  random: Random,
  where: string,
): Promise<number> {
  const { journal, dataDirectory, mount } = ground;
  const start = () =>
    startBerth({ dataDirectory, env: { BERTH_STORAGE_MINIMUM_FREE_BYTES: ground.reserve, BERTH_LOG_ACCESS: "false" } });
  const berth = await start();
  let refused = 0;
  try {
    const client = new Client(berth.url, journal);
    const contents = [random.bytes(2_000), random.bytes(400_000)];
    for (const bytes of contents) {
      const outcome = await client.pushBlob("full/before", bytes, "put");
      expect(outcome.acknowledged, `${where}, before: ${outcome.text}`).toBe(true);
    }
    const doomed = random.bytes(DOOMED_BYTES);
    expect((await client.pushBlob("full/before", doomed, "put")).acknowledged, where).toBe(true);
    const config = { digest: digestOf(contents[0]!), size: contents[0]!.length };
    const image = makeImage(config, [], `${where} before`);
    expect((await client.putManifest("full/before", image, [`doomed-${level}`])).acknowledged, where).toBe(true);

    fill(mount, leaveBytes);
    refused = await pushAll(client, random, where);
    await expectReads(berth, contents.map(digestOf), where);
    const deleted = await client.deleteManifest("full/before", image.digest, [`doomed-${level}`]);
    const mayRefuse = freeBytes(mount) < DELETES_NEED_BYTES;
    if (!mayRefuse) expect(deleted.acknowledged, `${where}: delete: ${deleted.status} ${deleted.text}`).toBe(true);
    expectClear(deleted, `${where}: delete`);
    await expectCollected(ground, client, digestOf(doomed), where);
    if (level % 3 === 2) {
      await berth.kill();
      await makeRoom(mount);
      return refused;
    }
    await makeRoom(mount);
    await untilPushed(client, random, where);
    expect(await berth.stop(), where).toBe(0);
    return refused;
  } finally {
    await berth.kill();
    await makeRoom(mount);
    const next = await start();
    try {
      const found = await check({ url: next.url, dataDirectory, journal, allowOrphans: level % 3 === 2 });
      assertSound(found, `${where}, after a restart`);
      // What lies there without a row must not add up on so small a disk.
      for (const key of found.orphans) await rm(join(dataDirectory, key), { force: true });
    } finally {
      await next.stop();
    }
  }
}

async function untilPushed(client: Client, random: Random, where: string): Promise<void> {
  const deadline = performance.now() + RECOVERY_MS;
  for (;;) {
    const outcome = await client.pushBlob("full/after", random.bytes(100_000), "put");
    if (outcome.acknowledged) return;
    if (performance.now() > deadline) throw new Error(`${where}: no push after there was room: ${outcome.text}`);
    await Bun.sleep(200);
  }
}

describeWith("a full disk at many levels", ["root", "mount", "losetup", "mkfs.ext4"], () => {
  test(
    `${LEVELS} levels of free space`,
    async () => {
      const random = startRandom("full disk");
      let refused = 0;
      for (let begun = 0; begun < LEVELS; begun += LEVELS_PER_DISK) {
        const round = begun / LEVELS_PER_DISK;
        const reserve = round % 2 === 0 ? "0" : "auto";
        const kind = round % 3 === 1 ? "ext4" : "tmpfs";
        await onSmallDisk(kind, reserve, async (ground) => {
          for (let level = begun; level < Math.min(begun + LEVELS_PER_DISK, LEVELS); level += 1) {
            const share = (level - begun) / LEVELS_PER_DISK;
            const leaveBytes = Math.floor(MOST_FREE_BYTES * share ** 3 + random.below(64 * KIB) * Math.sign(share));
            const where = `seed ${random.seed}, level ${level} (${leaveBytes} bytes free on ${kind}, reserve ${reserve})`;
            refused += await meetLevel(ground, level, leaveBytes, random.fork(level), where);
          }
        });
      }
      console.error(`full disk: ${LEVELS} levels, ${refused} pushes refused`);
      expect(refused).toBeGreaterThan(LEVELS);
    },
    LEVELS * 40_000,
  );
});
