// Running out of file descriptors: a flood of connections may be turned away, but the server lives through it, and
// answers again as soon as it is over.

import { expect, test } from "bun:test";
import type { Socket } from "node:net";
import { startBerth } from "../support/berth.ts";
import { openSocket } from "./support/raw.ts";
import { ask, expectUnharmed, parameter, pushAndPull, until } from "./support/registry.ts";

test("a flood of connections at a limit of 512 descriptors is lived through", async () => {
  const berth = await startBerth({ prefix: ["sh", "-c", 'ulimit -n 512; exec "$@"', "sh"] });
  const sockets: Socket[] = [];
  try {
    await pushAndPull(berth.url, "descriptors/before");
    const count = parameter("FLOOD_CONNECTIONS", 1_500);
    for (let number = 0; number < count; number += 1) {
      // Once the backlog is full, nobody accepts any more.
      const socket = await Promise.race([openSocket(berth.port).catch(() => null), Bun.sleep(200).then(() => null)]);
      if (socket === null) break;
      sockets.push(socket);
      if (number % 3 === 0) socket.write("GET /v2/ HTTP/1.1\r\nHost: ");
    }
    expect(sockets.length).toBeGreaterThan(400);
    await Bun.sleep(1_000);
    expect(() => process.kill(berth.pid, 0)).not.toThrow();
    for (const socket of sockets) socket.destroy();
    await until("an answer after the flood", 5, async () => {
      const answer = await ask(`${berth.url}/readyz`, { signal: AbortSignal.timeout(1_000) }).catch(() => null);
      return answer?.status === 200;
    });
    await pushAndPull(berth.url, "descriptors/after", 3_000_000);
    expect((await ask(`${berth.url}/v2/descriptors/before/manifests/latest`)).status).toBe(200);
    await expectUnharmed(berth, { allow: [500, 503, 507] });
  } finally {
    for (const socket of sockets) socket.destroy();
    // A stop would wait until the half requests of the flood have timed out.
    await berth.kill();
  }
}, 60_000);

test("a connection that is open before a flood goes on through it", async () => {
  const berth = await startBerth({ prefix: ["sh", "-c", 'ulimit -n 512; exec "$@"', "sh"] });
  const sockets: Socket[] = [];
  try {
    const early = await openSocket(berth.port);
    for (let number = 0; number < 700; number += 1) {
      const socket = await Promise.race([openSocket(berth.port).catch(() => null), Bun.sleep(200).then(() => null)]);
      if (socket === null) break;
      sockets.push(socket);
    }
    await Bun.sleep(500);
    const answer = new Promise<string>((resolve) => early.once("data", (chunk) => resolve(chunk.toString("latin1"))));
    early.write(`GET /healthz HTTP/1.1\r\nHost: ${berth.host}\r\n\r\n`);
    expect(await Promise.race([answer, Bun.sleep(5_000).then(() => "no answer")])).toStartWith("HTTP/1.1 200");
    early.destroy();
  } finally {
    for (const socket of sockets) socket.destroy();
    await berth.kill();
  }
}, 60_000);
