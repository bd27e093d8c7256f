// 64 clients push the same 8 MiB at once and some of them break off: all others succeed, and one copy is kept.

import { expect, test } from "bun:test";
import { startBerth, type Berth } from "../support/berth.ts";
import { digestOf } from "../support/stored.ts";
import { makeTemporaryDirectory } from "../support/temporary.ts";
import { openSocket } from "../hostile/support/raw.ts";
import { assertSound, check, listFiles } from "./support/checker.ts";
import { Client, WAYS } from "./support/client.ts";
import { Journal } from "./support/journal.ts";
import { amount, startRandom, type Random } from "./support/scale.ts";

const ROUNDS = amount("IDENTICAL_ROUNDS", { short: 1, ci: 3, full: 50 });
const CLIENTS = 64;
const ABORT_SHARE = 0.3;
const SIZE_BYTES = amount("IDENTICAL_BYTES", { short: 2, ci: 8, full: 100 }) * 1024 * 1024;

async function startUpload(berth: Berth, repository: string): Promise<string> {
  const response = await fetch(`${berth.url}/v2/${repository}/blobs/uploads/`, { method: "POST" });
  const location = response.headers.get("location");
  if (response.status !== 202 || location === null) throw new Error(`POST: ${response.status}`);
  return location;
}

/** Sends a part of the body and breaks off; gives the session's path. */
async function breakOff(berth: Berth, repository: string, bytes: Uint8Array, random: Random): Promise<string> {
  const path = await startUpload(berth, repository);
  const socket = await openSocket(berth.port);
  const head = `PUT ${path}?digest=${digestOf(bytes)} HTTP/1.1\r\nHost: ${berth.host}\r\nContent-Length: ${bytes.length}\r\n\r\n`;
  socket.write(head);
  const part = bytes.subarray(0, random.below(bytes.length));
  await new Promise<void>((resolve) => {
    socket.once("close", () => resolve());
    socket.write(part, () => {
      if (random.next() < 0.5) socket.resetAndDestroy();
      else socket.destroy();
    });
  });
  return path;
}

async function pushTogether(berth: Berth, dataDirectory: string, journal: Journal, random: Random, where: string) {
  const before = listFiles(dataDirectory).length;
  const bytes = random.bytes(SIZE_BYTES);
  const digest = digestOf(bytes);
  const client = new Client(berth.url, journal);
  const sessions: string[] = [];
  const failures: string[] = [];
  let succeeded = 0;
  const work = async (own: Random, number: number) => {
    const repository = `identical/r${number % 5}`;
    await Bun.sleep(own.below(50));
    // The last one always finishes.
    if (number + 1 < CLIENTS && own.next() < ABORT_SHARE) {
      sessions.push(await breakOff(berth, repository, bytes, own));
      return;
    }
    const outcome = await client.pushBlob(repository, bytes, own.pick(WAYS), digest);
    if (outcome.acknowledged) succeeded += 1;
    else failures.push(`${outcome.status} ${outcome.text}`);
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, number) => work(random.fork(number), number)));
  expect(failures, where).toEqual([]);
  expect(succeeded + sessions.length).toBe(CLIENTS);

  // An upload that broke off may go on and keeps its bytes until it expires or is cancelled.
  for (const path of sessions) {
    const { status } = await fetch(berth.url + path, { method: "DELETE" });
    expect([204, 404], `${where}: cancelling answered ${status}`).toContain(status);
  }
  expect(listFiles(dataDirectory).length - before, `${where}: copies`).toBe(1);
  const read = await fetch(`${berth.url}/v2/identical/r${(CLIENTS - 1) % 5}/blobs/${digest}`);
  expect(digestOf(new Uint8Array(await read.arrayBuffer()))).toBe(digest);
}

test(
  `${ROUNDS} rounds of ${CLIENTS} identical pushes converge to one copy`,
  async () => {
    const random = startRandom("identical pushes");
    const directory = await makeTemporaryDirectory("same");
    const journal = new Journal(directory.join("journal"));
    const dataDirectory = directory.join("data");
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        const berth = await startBerth({ dataDirectory });
        try {
          const where = `seed ${random.seed}, round ${round}`;
          await pushTogether(berth, dataDirectory, journal, random.fork(round), where);
          assertSound(await check({ url: berth.url, dataDirectory, journal, allowOrphans: false }), where);
          expect(await berth.stop()).toBe(0);
        } finally {
          await berth.kill();
        }
      }
    } finally {
      journal.close();
      await directory.remove();
    }
  },
  ROUNDS * 60_000,
);
