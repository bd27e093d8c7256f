// Thousands of connections that are idle, slow, broken or insolent do not keep anyone else from pushing, and leave
// neither descriptors nor memory behind.

import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import type { Socket } from "node:net";
import { startBerth, type Berth } from "../support/berth.ts";
import { makeTemporaryDirectory } from "../support/temporary.ts";
import { inParallel, openSocket, request } from "../hostile/support/raw.ts";
import { memoryMib, MIB, until } from "../hostile/support/registry.ts";
import { assertSound, check } from "./support/checker.ts";
import { Client } from "./support/client.ts";
import { Journal } from "./support/journal.ts";
import { Pool, runLoad } from "./support/load.ts";
import { amount, startRandom, type Random } from "./support/scale.ts";

const CONNECTIONS = amount("BAD_CONNECTIONS", { short: 400, ci: 2_000, full: 6_000 });
const GROWTH_LIMIT_MIB = 250;
/** Pushes that must succeed while all of the bad ones are there. */
const PUSHES = 30;
const UNKNOWN = `sha256:${"0".repeat(64)}`;

/** What a bad client sends; it then does nothing more, or is cut by the test. */
const BEHAVIOURS: Record<string, (berth: Berth, random: Random, large: string) => string | Uint8Array> = {
  "says nothing": () => "",
  "begins a request line": () => "GET /v2/",
  "never ends its headers": () => "GET /v2/ HTTP/1.1\r\nHost: a\r\nX-A: ",
  "sends noise": (_berth, random) => random.bytes(2_000),
  "stops in the middle of a manifest": ({ host }) =>
    request("PUT", "/v2/flood/a/manifests/x", { Host: host, "Content-Length": "100000" }) + "{",
  "stops in the middle of a blob": ({ host }) =>
    request("POST", `/v2/flood/a/blobs/uploads/?digest=${UNKNOWN}`, { Host: host, "Content-Length": "5000000" }) +
    "x".repeat(20_000),
  "stops in the middle of a chunk": ({ host }) =>
    request("POST", `/v2/flood/a/blobs/uploads/?digest=${UNKNOWN}`, { Host: host, "Transfer-Encoding": "chunked" }) +
    "ffff\r\nabc",
  "never reads what it asked for": ({ host }, _random, large) =>
    request("GET", `/v2/flood/large/blobs/${large}`, { Host: host }).repeat(8),
  "asks hundreds of times at once": ({ host }) => request("GET", "/v2/flood/a/tags/list", { Host: host }).repeat(300),
  "begins uploads and forgets them": ({ host }) =>
    request("POST", "/v2/flood/b/blobs/uploads/", { Host: host, "Content-Length": "0" }).repeat(5),
};

async function openBad(berth: Berth, number: number, random: Random, large: string): Promise<Socket> {
  const names = Object.keys(BEHAVIOURS);
  const name = names[number % names.length] ?? "";
  const socket = await openSocket(berth.port);
  socket.pause();
  socket.write(BEHAVIOURS[name]?.(berth, random, large) ?? "");
  if (random.next() < 0.2) socket.resetAndDestroy();
  else if (random.next() < 0.1) socket.end();
  return socket;
}

function descriptorsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

test(`${CONNECTIONS} bad connections beside pushes`, async () => {
  const random = startRandom("floods");
  const where = `seed ${random.seed}`;
  const directory = await makeTemporaryDirectory("flood");
  const journal = new Journal(directory.join("journal"));
  const dataDirectory = directory.join("data");
  const sockets: Socket[] = [];
  const done = new AbortController();
  try {
    const berth = await startBerth({ dataDirectory, env: { BERTH_LOG_ACCESS: "false" } });
    try {
      const client = new Client(berth.url, journal, null);
      const large = random.bytes(24 * MIB);
      expect((await client.pushBlob("flood/large", large, "put")).acknowledged).toBe(true);
      const digest = `sha256:${new Bun.CryptoHasher("sha256").update(large).digest("hex")}`;
      await client.pushBlob("flood/a", random.bytes(100), "post");
      const before = { memory: memoryMib(berth.pid).now, descriptors: descriptorsOf(berth.pid) };

      const load = { url: berth.url, journal, pool: new Pool(), random, clients: 2, hugeShare: 0, signal: done.signal };
      const running = runLoad(load);
      const numbers = Array.from({ length: CONNECTIONS }, (_, number) => number);
      await inParallel(numbers, 64, async (number) => {
        sockets.push(await openBad(berth, number, random, digest));
      });
      for (let push = 0; push < PUSHES; push += 1) {
        const outcome = await client.pushBlob("flood/good", random.bytes(1 + random.below(200_000)), "put");
        expect(outcome.acknowledged, `${where}: push ${push}: ${outcome.status} ${outcome.text}`).toBe(true);
      }
      done.abort();
      expect((await running).refusals, where).toEqual([]);
      expect((await fetch(`${berth.url}/readyz`)).status).toBe(200);
      const growth = memoryMib(berth.pid).now - before.memory;
      console.error(`${CONNECTIONS} bad connections: memory grew by ${Math.round(growth)} MiB`);
      expect(growth, where).toBeLessThan(GROWTH_LIMIT_MIB);

      for (const socket of sockets) socket.destroy();
      // Files that are kept open for small reads, and the connections of this test's own client.
      await until("the descriptors to be closed", 60, () => descriptorsOf(berth.pid) < before.descriptors + 150);
      for (const sign of ["failed outside its handler", "unhandled", "uncaught", '"request failed"']) {
        expect(berth.logs(), where).not.toContain(sign);
      }
      await berth.kill();
    } finally {
      await berth.kill();
    }
    const next = await startBerth({ dataDirectory });
    try {
      assertSound(await check({ url: next.url, dataDirectory, journal, allowOrphans: true }), where);
    } finally {
      await next.stop();
    }
  } finally {
    done.abort();
    for (const socket of sockets) socket.destroy();
    journal.close();
    await directory.remove();
  }
}, 180_000);
