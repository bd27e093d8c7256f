// Slow clients: one that makes progress completes, one that does not is cut, and neither is felt by the others.
// The tests of this file run beside each other, because waiting is most of what they do.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import type { Socket } from "node:net";
import { startBerth, type Berth } from "../support/berth.ts";
import { digestOf } from "../support/stored.ts";
import { inParallel, openSocket, parseReplies, request } from "./support/raw.ts";
import {
  ask,
  expectUnharmed,
  memoryMib,
  MIB,
  parameter,
  pushAndPull,
  pushBlob,
  startUpload,
  until,
} from "./support/registry.ts";

const IDLE = 2_000;

let patient: Berth;
let strict: Berth;
beforeAll(async () => {
  patient = await startBerth();
  strict = await startBerth({
    env: { BERTH_REGISTRY_UPLOADS_STALL_SECONDS: "2", BERTH_HTTP_IDLE_TIMEOUT_SECONDS: "4" },
  });
});
afterAll(async () => {
  await patient?.stop();
  await strict?.stop();
});

interface Watched {
  socket: Socket;
  received: () => Buffer;
  isClosed: () => boolean;
}

async function watch(port: number): Promise<Watched> {
  const socket = await openSocket(port);
  const parts: Buffer[] = [];
  let isClosed = false;
  socket.on("data", (chunk: Buffer) => parts.push(chunk));
  socket.once("end", () => (isClosed = true));
  socket.once("close", () => (isClosed = true));
  return { socket, received: () => Buffer.concat(parts), isClosed: () => isClosed };
}

/** Sends `bytes` at `rate` bytes a second in pieces, one every `everyMs`; false when the connection ended before. */
async function trickle(watched: Watched, bytes: Uint8Array, rate: number, everyMs: number): Promise<boolean> {
  const step = Math.max(1, Math.floor((rate * everyMs) / 1_000));
  for (let at = 0; at < bytes.length; at += step) {
    if (watched.isClosed()) return false;
    watched.socket.write(bytes.subarray(at, at + step));
    await Bun.sleep(everyMs);
  }
  return true;
}

function pathOf(url: string): string {
  return new URL(url).pathname;
}

for (const [name, seconds, everyMs] of [
  // More than a minute, which is the window in which the slowest rate is measured, and all of the idle time.
  ["evenly", parameter("SLOW_UPLOAD_SECONDS", 72), 250],
  ["in bursts", parameter("SLOW_BURSTS_SECONDS", 30), 5_000],
] as const) {
  test.concurrent(`an upload at 20 KB/s, ${name}, completes`, async () => {
    const bytes = randomBytes(20_000 * seconds);
    const location = await startUpload(patient.url, "slow/upload");
    const watched = await watch(patient.port);
    watched.socket.write(
      request("PATCH", pathOf(location), { Host: patient.host, "Content-Length": String(bytes.length) }),
    );
    expect(await trickle(watched, bytes, 20_000, everyMs)).toBe(true);
    await until("the answer", 20, () => parseReplies(watched.received()).length > 0);
    expect(parseReplies(watched.received())[0]?.status).toBe(202);
    const put = await ask(`${location}?digest=${digestOf(bytes)}`, { method: "PUT" });
    expect(put.status, put.text).toBe(201);
    watched.socket.destroy();
  }, 200_000);
}

test.concurrent("a stall shorter than the limit is forgiven", async () => {
  const bytes = randomBytes(400_000);
  const location = await startUpload(strict.url, "slow/pauses");
  const watched = await watch(strict.port);
  watched.socket.write(
    request("PATCH", pathOf(location), { Host: strict.host, "Content-Length": String(bytes.length) }),
  );
  for (let at = 0; at < bytes.length; at += 40_000) {
    watched.socket.write(bytes.subarray(at, at + 40_000));
    await Bun.sleep(900);
  }
  await until("the answer", 10, () => parseReplies(watched.received()).length > 0);
  expect(parseReplies(watched.received())[0]?.status).toBe(202);
  watched.socket.destroy();
}, 60_000);

/** What stalls in the middle: a small body, a large one, a chunked one, a monolithic push, a manifest. */
const STALLS: [string, (at: string) => string][] = [
  ["a small PATCH", (at) => request("PATCH", at, { Host: strict.host, "Content-Length": "50000" })],
  ["a large PATCH", (at) => request("PATCH", at, { Host: strict.host, "Content-Length": "5000000" })],
  ["a chunked PATCH", (at) => request("PATCH", at, { Host: strict.host, "Transfer-Encoding": "chunked" })],
  [
    "a PUT",
    (at) => request("PUT", `${at}?digest=sha256:${"0".repeat(64)}`, { Host: strict.host, "Content-Length": "5000000" }),
  ],
  [
    "a monolithic POST",
    () =>
      request("POST", `/v2/slow/a/blobs/uploads/?digest=sha256:${"0".repeat(64)}`, {
        Host: strict.host,
        "Content-Length": "5000000",
      }),
  ],
  [
    "a manifest",
    () =>
      request("PUT", "/v2/slow/a/manifests/x", {
        Host: strict.host,
        "Content-Length": "50000",
        "Content-Type": "application/vnd.example+json",
      }),
  ],
  [
    "a chunked manifest",
    () =>
      request("PUT", "/v2/slow/a/manifests/x", {
        Host: strict.host,
        "Transfer-Encoding": "chunked",
        "Content-Type": "application/vnd.example+json",
      }),
  ],
];
for (const [name, head] of STALLS) {
  test.concurrent(`${name} that stalls is cut, and its session goes on`, async () => {
    const location = await startUpload(strict.url, "slow/a");
    const watched = await watch(strict.port);
    watched.socket.write(head(pathOf(location)));
    watched.socket.write(name.includes("chunked") ? "5\r\nhello\r\n" : "hello");
    await until("the cut", 30, () => watched.isClosed() || parseReplies(watched.received()).length > 0);
    const [reply] = parseReplies(watched.received());
    if (reply) expect([400, 408]).toContain(reply.status);
    watched.socket.destroy();
    if (name.includes("PATCH")) {
      await until("the session to go on", 10, async () => {
        const offset = (await ask(location)).headers.get("range") === "0-4" ? 5 : 0;
        const answer = await ask(location, {
          method: "PATCH",
          body: "x",
          headers: { "content-range": `${offset}-${offset}` },
        });
        return answer.status === 202;
      });
    }
  }, 60_000);
}

test.concurrent("headers that never end are cut, however steadily they come", async () => {
  const kinds = [
    { start: "GET /v2/ HTTP/1.1\r\n", line: "X-A: b\r\n" },
    { start: "GET /v2/", line: "a" },
    { start: "", line: "" },
    {
      start: `POST /v2/a/blobs/uploads/ HTTP/1.1\r\nHost: ${strict.host}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n`,
      line: "T: 1\r\n",
    },
  ];
  await Promise.all(
    kinds.map(async ({ start, line }) => {
      const watched = await watch(strict.port);
      watched.socket.write(start);
      const slow = trickle(watched, Buffer.from(line.repeat(200)), Math.max(line.length, 1), 1_000);
      await until(`the cut of ${JSON.stringify(start.slice(0, 20))}`, 40, () => watched.isClosed());
      watched.socket.destroy();
      await slow;
    }),
  );
}, 60_000);

test.concurrent("2,000 idle connections and 500 slow ones do not keep anyone from pushing", async () => {
  const before = memoryMib(patient.pid).now;
  const sockets: Socket[] = [];
  await inParallel(
    Array.from({ length: IDLE + 500 }, (_, number) => number),
    64,
    async (number) => {
      const socket = await openSocket(patient.port);
      sockets.push(socket);
      if (number < IDLE) return;
      if (number % 2 === 0) socket.write("GET /v2/ HTTP/1.1\r\nHost:");
      else socket.write(request("PUT", "/v2/slow/b/manifests/x", { Host: patient.host, "Content-Length": "1000" }));
    },
  );
  try {
    expect(sockets.length).toBe(IDLE + 500);
    for (let round = 0; round < 20; round += 1) await pushAndPull(patient.url, "slow/beside");
    expect((await ask(`${patient.url}/readyz`)).status).toBe(200);
    expect(memoryMib(patient.pid).now - before).toBeLessThan(100);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}, 60_000);

test.concurrent("a slow reader gets all of a blob", async () => {
  // More than the buffers of both ends hold, so that the server has to wait for its reader again and again.
  const bytes = new Uint8Array(randomBytes(24 * MIB));
  const { digest } = await pushBlob(strict.url, "slow/read", bytes);
  const watched = await watch(strict.port);
  watched.socket.on("data", () => {
    watched.socket.pause();
    setTimeout(() => watched.socket.resume(), 50);
  });
  watched.socket.write(request("GET", `/v2/slow/read/blobs/${digest}`, { Host: strict.host }));
  await until("the blob", 90, () => watched.isClosed() || watched.received().length > bytes.length);
  expect(digestOf(parseReplies(watched.received())[0]?.body ?? Buffer.alloc(0))).toBe(digest);
  watched.socket.destroy();
}, 120_000);

test.concurrent("abandoned uploads are swept with their bytes and their rows", async () => {
  const swept = await startBerth({ env: { BERTH_REGISTRY_UPLOADS_EXPIRE_AFTER_SECONDS: "60" } });
  try {
    const count = parameter("ABANDONED_SESSIONS", 40);
    const locations: string[] = [];
    await inParallel(
      Array.from({ length: count }, (_, number) => number),
      8,
      async (number) => {
        const location = await startUpload(swept.url, `litter/r${number % 5}`);
        const body = new Uint8Array(randomBytes(number % 2 === 0 ? 100 : 100_000));
        expect((await ask(location, { method: "PATCH", body })).status).toBe(202);
        locations.push(location);
      },
    );
    const files = () =>
      readdirSync(`${swept.dataDirectory}/blobs`, { recursive: true, withFileTypes: true }).filter((it) => it.isFile())
        .length;
    expect(files()).toBeGreaterThan(0);
    await until("the sweep", 100, () => files() === 0);
    await until("the sessions to be forgotten", 20, async () => (await ask(locations[0] ?? "")).status === 404);
    for (const location of locations) expect((await ask(location)).status).toBe(404);
    await expectUnharmed(swept);
  } finally {
    await swept.stop();
  }
}, 200_000);

test("the servers are unharmed", async () => {
  await expectUnharmed(patient);
  await expectUnharmed(strict);
});
