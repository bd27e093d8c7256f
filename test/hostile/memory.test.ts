// Memory under bodies that are too large, readers that do not read and senders that never end: what one client does
// costs a bounded amount. Bounds leave room for the runtime's own buffers; a body that is held whole breaks them.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { startBerth, type Berth } from "../support/berth.ts";
import { digestOf } from "../support/stored.ts";
import { openSocket, parseReplies, request } from "./support/raw.ts";
import {
  ask,
  errorCode,
  expectUnharmed,
  memoryMib,
  MIB,
  OCI_MANIFEST,
  parameter,
  pushAndPull,
  pushBlob,
  resetPeak,
  startUpload,
} from "./support/registry.ts";

let berth: Berth;
beforeAll(async () => {
  berth = await startBerth();
  // Whatever is built on first use is there before anything is measured.
  for (let round = 0; round < 5; round += 1) await pushAndPull(berth.url, "memory/warm", 2 * MIB);
});
afterAll(async () => {
  await berth?.stop();
});

/** How much memory rises at its highest while `work` runs. */
async function riseMib(work: () => Promise<void>): Promise<number> {
  resetPeak(berth.pid);
  const before = memoryMib(berth.pid).now;
  await work();
  return memoryMib(berth.pid).peak - before;
}

interface Outcome {
  status: number;
  text: string;
  sentBytes: number;
}

/** Sends chunks, whatever the server answers, until it hangs up or `limitBytes` are sent. */
async function flood(head: string, limitBytes: number): Promise<Outcome> {
  const socket = await openSocket(berth.port);
  let received = Buffer.alloc(0);
  const connection = { isOver: false };
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
  });
  socket.once("close", () => (connection.isOver = true));
  socket.once("end", () => (connection.isOver = true));
  socket.write(head);
  const chunk = Buffer.concat([Buffer.from("40000\r\n"), Buffer.alloc(0x40000, 0x20), Buffer.from("\r\n")]);
  let sentBytes = 0;
  while (!connection.isOver && sentBytes < limitBytes) {
    sentBytes += 0x40000;
    if (!socket.write(chunk))
      await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), Bun.sleep(1_000)]);
    else await Bun.sleep(0);
  }
  for (let round = 0; round < 100 && !connection.isOver && parseReplies(received).length === 0; round += 1)
    await Bun.sleep(20);
  socket.destroy();
  const [reply] = parseReplies(received);
  return { status: reply?.status ?? 0, text: reply?.body.toString() ?? "", sentBytes };
}

test("an endless chunked body is cut at the route's limit, on every route", async () => {
  const flooded = parameter("FLOOD_MIB", 100) * MIB;
  const chunked = { Host: berth.host, "Transfer-Encoding": "chunked", "Content-Type": OCI_MANIFEST };
  const targets: [string, string][] = [
    ["PUT", "/v2/flood/a/manifests/x"],
    ["GET", "/v2/"],
    ["GET", "/v2/_catalog"],
    ["GET", "/v2/flood/a/tags/list"],
    ["DELETE", "/v2/flood/a/manifests/x"],
    ["POST", "/v2/flood/a/blobs/uploads/"],
    ["POST", "/nowhere"],
    ["GET", "/readyz"],
  ];
  for (const [method, target] of targets) {
    let outcome: Outcome | null = null;
    const rise = await riseMib(async () => {
      outcome = await flood(request(method, target, chunked), flooded);
    });
    expect(rise, `${method} ${target}`).toBeLessThan(40);
    const { status, text } = outcome ?? { status: -1, text: "" };
    // A server that reads nothing of a body may answer at once, or cut; it never fails.
    expect(status, `${method} ${target}`).toBeLessThan(500);
    if (method === "PUT") {
      expect(status).toBe(413);
      expect(errorCode(text)).toBe("SIZE_INVALID");
    }
  }
});

test("a declared length of 10 GB is refused before the body comes", async () => {
  const head = request("PUT", "/v2/flood/a/manifests/x", {
    Host: berth.host,
    "Content-Length": "10000000000",
    "Content-Type": OCI_MANIFEST,
  });
  const rise = await riseMib(async () => {
    const outcome = await flood(head, 64 * MIB);
    expect(outcome.status).toBe(413);
  });
  expect(rise).toBeLessThan(40);
});

test("a blob over the configured limit is 413, declared or chunked, and leaves nothing", async () => {
  const small = await startBerth({ env: { BERTH_REGISTRY_BLOB_MAX_BYTES: "1MiB" } });
  try {
    const bytes = new Uint8Array(randomBytes(MIB + 1));
    for (const body of [bytes, new Response(bytes).body]) {
      const location = await startUpload(small.url, "limit/a");
      const put = await ask(`${location}?digest=${digestOf(bytes)}`, { method: "PUT", body });
      expect(put.status).toBe(413);
      errorCode(put.text);
      expect((await ask(`${small.url}/v2/limit/a/blobs/${digestOf(bytes)}`)).status).toBe(404);
    }
    const location = await startUpload(small.url, "limit/a");
    const half = bytes.slice(0, 600_000);
    expect((await ask(location, { method: "PATCH", body: half })).status).toBe(202);
    expect((await ask(location, { method: "PATCH", body: half })).status).toBe(413);
    await pushBlob(small.url, "limit/a", bytes.slice(0, MIB));
    await expectUnharmed(small);
  } finally {
    await small.stop();
  }
});

test("an upload of 200 MiB costs no memory", async () => {
  const piece = randomBytes(MIB);
  const hasher = new Bun.CryptoHasher("sha256");
  const location = await startUpload(berth.url, "memory/upload");
  const rise = await riseMib(async () => {
    let left = 200;
    const body = new ReadableStream({
      pull: async (controller) => {
        left -= 1;
        hasher.update(piece);
        controller.enqueue(piece);
        // 50 MB/s: slower than any disk, so that what is buffered is buffered for no reason.
        await Bun.sleep(20);
        if (left === 0) controller.close();
      },
    });
    expect((await ask(location, { method: "PATCH", body })).status).toBe(202);
  });
  expect(rise).toBeLessThan(100);
  const put = await ask(`${location}?digest=sha256:${hasher.digest("hex")}`, { method: "PUT" });
  expect(put.status, put.text).toBe(201);
});

test("200 readers of a large blob that stop reading cost no memory and hold up nobody", async () => {
  const bytes = new Uint8Array(randomBytes(40 * MIB));
  const { digest } = await pushBlob(berth.url, "memory/stalled", bytes);
  const sockets: Socket[] = [];
  try {
    const rise = await riseMib(async () => {
      for (let number = 0; number < 200; number += 1) {
        const socket = await openSocket(berth.port);
        sockets.push(socket);
        socket.write(request("GET", `/v2/memory/stalled/blobs/${digest}`, { Host: berth.host }));
        socket.once("data", () => socket.pause());
      }
      await Bun.sleep(1_500);
      await pushAndPull(berth.url, "memory/beside", 1 * MIB);
    });
    expect(rise).toBeLessThan(50);
    for (const socket of sockets) expect(socket.bytesRead).toBeLessThan(bytes.length);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
  await expectUnharmed(berth);
});
