// Thousands of pushes, pulls, deletes and uploads that are given up leave neither memory nor descriptors nor sessions
// behind, nor files, once the garbage collector has passed: the disk is as it was.

import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { startBerth, type Berth } from "../support/berth.ts";
import { digestOf } from "../support/stored.ts";
import { makeTemporaryDirectory } from "../support/temporary.ts";
import { memoryMib, until } from "../hostile/support/registry.ts";
import { assertSound, check, listFiles } from "./support/checker.ts";
import { Client, makeImage, WAYS } from "./support/client.ts";
import { collectNow } from "./support/collecting.ts";
import { Journal } from "./support/journal.ts";
import { amount, startRandom, type Random } from "./support/scale.ts";

const CYCLES = amount("LEAK_CYCLES", { short: 300, ci: 1_500, full: 20_000 });
const CLIENTS = 4;
const GROWTH_LIMIT_MIB = 40;
/** Up to 256 files stay open for small reads. */
const DESCRIPTORS_LIMIT = 256 + 40;
const REPOSITORY = "leak/app";

async function cycle(berth: Berth, client: Client, random: Random, number: number): Promise<void> {
  const layer = random.bytes(100 + random.below(number % 20 === 0 ? 2_000_000 : 60_000));
  const content = { digest: digestOf(layer), size: layer.length };
  expect((await client.pushBlob(REPOSITORY, layer, random.pick(WAYS))).acknowledged).toBe(true);
  const image = makeImage(content, [], `${random.seed}-${number}`);
  expect((await client.putManifest(REPOSITORY, image, [`t${number}`])).acknowledged).toBe(true);
  const pulled = await fetch(`${berth.url}/v2/${REPOSITORY}/blobs/${content.digest}`);
  expect(digestOf(new Uint8Array(await pulled.arrayBuffer()))).toBe(content.digest);
  expect((await client.deleteManifest(REPOSITORY, image.digest, [`t${number}`])).acknowledged).toBe(true);
  expect((await client.deleteBlob(REPOSITORY, content.digest)).acknowledged).toBe(true);

  const started = await fetch(`${berth.url}/v2/${REPOSITORY}/blobs/uploads/`, { method: "POST" });
  const path = berth.url + (started.headers.get("location") ?? "");
  await (await fetch(path, { method: "PATCH", body: random.bytes(1_000 + random.below(40_000)) })).arrayBuffer();
  expect((await fetch(path, { method: "DELETE" })).status).toBe(204);
}

async function sessionsOf(berth: Berth): Promise<number> {
  const text = await (await fetch(`${berth.url}/metrics`)).text();
  return Number(/^berth_upload_sessions(?:\{[^}]*\})? (\d+)/m.exec(text)?.[1]);
}

test(
  `${CYCLES} cycles leave nothing behind`,
  async () => {
    const random = startRandom("leaks");
    const where = `seed ${random.seed}`;
    const directory = await makeTemporaryDirectory("leak");
    const journal = new Journal(directory.join("journal"));
    const dataDirectory = directory.join("data");
    try {
      const berth = await startBerth({ dataDirectory, env: { BERTH_LOG_ACCESS: "false" } });
      try {
        const client = new Client(berth.url, journal);
        let number = 0;
        const runUntil = async (end: number) => {
          const work = async (own: Random) => {
            while (number < end) await cycle(berth, client, own, (number += 1));
          };
          await Promise.all(Array.from({ length: CLIENTS }, (_, index) => work(random.fork(number * CLIENTS + index))));
        };
        const descriptors = () => readdirSync(`/proc/${berth.pid}/fd`).length;
        const atStart = descriptors();
        await runUntil(CYCLES / 2);
        const before = memoryMib(berth.pid).now;
        await runUntil(CYCLES);
        const growth = memoryMib(berth.pid).now - before;
        console.error(`${CYCLES} cycles: the second half grew by ${Math.round(growth)} MiB`);
        expect(growth, where).toBeLessThan(GROWTH_LIMIT_MIB);
        await until("descriptors", 20, () => descriptors() < atStart + DESCRIPTORS_LIMIT);
        expect(await sessionsOf(berth), where).toBe(0);
        assertSound(await check({ url: berth.url, dataDirectory, journal, allowOrphans: false }), where);
        await collectNow(dataDirectory);
        expect(listFiles(dataDirectory), where).toEqual([]);
        expect(await berth.stop()).toBe(0);
      } finally {
        await berth.kill();
      }
    } finally {
      journal.close();
      await directory.remove();
    }
  },
  60_000 + CYCLES * 100,
);
