// Bodies that are not as long as their sender said, and bodies that end in the middle: nothing is stored, and an upload
// goes on from where it really stands. A blob is visible only once all of it is there.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { startBerth, type Berth } from "../support/berth.ts";
import { digestOf } from "../support/stored.ts";
import { exchange, openSocket, request } from "./support/raw.ts";
import { ask, errorCode, expectUnharmed, startUpload, until, type Answer } from "./support/registry.ts";

const TYPE = "application/vnd.example.thing.v1+json";
/** Below and above what is taken whole, and above what stays out of storage. */
const SIZES = [1_000, 60_000, 200_000, 3_000_000];

let berth: Berth;
beforeAll(async () => {
  berth = await startBerth();
});
afterAll(async () => {
  await berth?.stop();
});

function pathOf(url: string): string {
  return url.slice(berth.url.length);
}

async function headBlob(repository: string, digest: string): Promise<number> {
  return (await ask(`${berth.url}/v2/${repository}/blobs/${digest}`, { method: "HEAD" })).status;
}

/** Sends a head and some of its body, then ends the connection: politely, or by a reset. */
async function breakOff(head: string, sent: Uint8Array, how: "end" | "reset"): Promise<void> {
  const socket = await openSocket(berth.port);
  socket.write(head);
  await new Promise<void>((resolve) => socket.write(sent, () => resolve()));
  await Bun.sleep(50);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.resume();
  if (how === "end") socket.end();
  else socket.resetAndDestroy();
  await Promise.race([closed, Bun.sleep(2_000)]);
  socket.destroy();
}

test("a manifest that stops short of its declared length is not stored", async () => {
  const body = JSON.stringify({ hello: "world" });
  for (const how of ["end", "reset"] as const) {
    const headers = { Host: berth.host, "Content-Type": TYPE, "Content-Length": String(body.length + 5) };
    await breakOff(request("PUT", "/v2/short/manifest/manifests/x", headers), Buffer.from(body), how);
    const chunked = { Host: berth.host, "Content-Type": TYPE, "Transfer-Encoding": "chunked" };
    const chunk = Buffer.from(`${body.length.toString(16)}\r\n${body}\r\n`);
    await breakOff(request("PUT", "/v2/short/manifest/manifests/y", chunked), chunk, how);
  }
  for (const reference of ["x", "y", digestOf(Buffer.from(body))]) {
    expect((await ask(`${berth.url}/v2/short/manifest/manifests/${reference}`)).status).toBe(404);
  }
});

test("a manifest that is longer than its declared length is refused, and the rest is no request", async () => {
  const body = `${JSON.stringify({ hello: "world" })}GET /v2/smuggled/tags/list HTTP/1.1\r\nHost: ${berth.host}\r\n\r\n`;
  const headers = { Host: berth.host, "Content-Type": TYPE, "Content-Length": "10" };
  const got = await exchange(berth.port, request("PUT", "/v2/long/manifest/manifests/x", headers, body), {
    replies: 3,
    limitMs: 2_000,
  });
  expect(got.replies.map((it) => it.status).filter((it) => it !== 400)).toEqual([]);
  expect((await ask(`${berth.url}/v2/long/manifest/manifests/x`)).status).toBe(404);
});

for (const size of SIZES) {
  test(`a monolithic push of ${size} bytes that stops short stores nothing`, async () => {
    const bytes = randomBytes(size);
    const part = bytes.subarray(0, Math.floor(size / 2));
    for (const [repository, how] of [
      ["short/a", "end"],
      ["short/b", "reset"],
    ] as const) {
      // The digest is that of the part that arrives: had the end been taken for the whole, it would match.
      const digest = digestOf(part);
      const post = `/v2/${repository}/blobs/uploads/?digest=${digest}`;
      await breakOff(request("POST", post, { Host: berth.host, "Content-Length": String(size) }), part, how);
      const put = pathOf(`${await startUpload(berth.url, repository)}?digest=${digest}`);
      await breakOff(request("PUT", put, { Host: berth.host, "Content-Length": String(size) }), part, how);
      const again = pathOf(`${await startUpload(berth.url, repository)}?digest=${digest}`);
      const chunk = Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from("\r\n")]);
      await breakOff(request("PUT", again, { Host: berth.host, "Transfer-Encoding": "chunked" }), chunk, how);
      await Bun.sleep(100);
      expect(await headBlob(repository, digest)).toBe(404);
    }
  });

  test(`a push of ${size} bytes that goes on after its declared length is refused`, async () => {
    const bytes = randomBytes(size);
    const declared = Math.floor(size / 2);
    const headers = { Host: berth.host, "Content-Length": String(declared) };
    const head = Buffer.from(request("POST", `/v2/long/blob/blobs/uploads/?digest=${digestOf(bytes)}`, headers));
    const got = await exchange(berth.port, Buffer.concat([head, bytes]), { limitMs: 3_000 });
    // The rest is read as a request, and random bytes may have the shape of one of another version of HTTP.
    if (got.replies[0]) expect([400, 505]).toContain(got.replies[0].status);
    expect(await headBlob("long/blob", digestOf(bytes))).toBe(404);
    expect(await headBlob("long/blob", digestOf(bytes.subarray(0, declared)))).toBe(404);
  });

  for (const framing of ["Content-Length", "chunked", "Content-Range"] as const) {
    test(`an upload of ${size} bytes goes on after a PATCH with ${framing} broke off`, async () => {
      const bytes = randomBytes(size);
      const location = await startUpload(berth.url, "resume/me");
      // A whole chunk, then half of the second.
      const first = bytes.subarray(0, Math.floor(size / 4));
      expect((await ask(location, { method: "PATCH", body: new Uint8Array(first) })).status).toBe(202);
      const rest = bytes.subarray(first.length);
      const part = rest.subarray(0, Math.floor(rest.length / 2));
      const length: Record<string, string> =
        framing === "chunked" ? { "Transfer-Encoding": "chunked" } : { "Content-Length": String(rest.length) };
      if (framing === "Content-Range") length["Content-Range"] = `${first.length}-${size - 1}`;
      const sent = framing === "chunked" ? Buffer.concat([Buffer.from(`${rest.length.toString(16)}\r\n`), part]) : part;
      await breakOff(request("PATCH", pathOf(location), { Host: berth.host, ...length }), sent, "reset");
      await resumeAndFinish(location, bytes, first.length);
    });
  }
}

/** Goes on from where the server says that it stands, as a client does: 416 gives the place when it was wrong. */
async function resumeAndFinish(location: string, bytes: Uint8Array, leastBytes: number): Promise<void> {
  const digest = digestOf(bytes);
  expect(await headBlob("resume/me", digest)).toBe(404);
  let offset = offsetOf(await ask(location));
  await until("the upload to be resumed", 10, async () => {
    expect(offset).toBeGreaterThanOrEqual(leastBytes);
    expect(offset).toBeLessThan(bytes.length);
    const body = new Uint8Array(bytes.subarray(offset));
    const answer = await ask(location, {
      method: "PATCH",
      body,
      headers: { "content-range": `${offset}-${bytes.length - 1}` },
    });
    if (answer.status === 202) return true;
    expect(answer.status, answer.text).toBe(416);
    offset = offsetOf(answer);
    return false;
  });
  const put = await ask(`${location}?digest=${digest}`, { method: "PUT" });
  expect(put.status, put.text).toBe(201);
  const back = await fetch(`${berth.url}/v2/resume/me/blobs/${digest}`);
  expect(digestOf(new Uint8Array(await back.arrayBuffer()))).toBe(digest);
}

function offsetOf(answer: Answer): number {
  const end = /^0-(\d+)$/.exec(answer.headers.get("range") ?? "")?.[1];
  return Number(end) === 0 ? 0 : Number(end) + 1;
}

test("a chunk that is not as long as its Content-Range is refused and does not move the upload", async () => {
  const location = await startUpload(berth.url, "range/length");
  expect((await ask(location, { method: "PATCH", body: "0123456789" })).status).toBe(202);
  for (const [range, body] of [
    ["10-14", "too long"],
    ["10-19", "short"],
    ["10-18446744073709551615", "x"],
  ] as const) {
    const streamed = new Response(body).body;
    for (const sent of [body, streamed]) {
      const answer = await ask(location, { method: "PATCH", body: sent, headers: { "content-range": range } });
      expect([400, 416], answer.text).toContain(answer.status);
      expect(["SIZE_INVALID", "RANGE_INVALID", "BLOB_UPLOAD_INVALID"]).toContain(errorCode(answer.text));
      expect((await ask(location)).headers.get("range")).toBe("0-9");
    }
  }
});

test("the server is unharmed", async () => {
  await expectUnharmed(berth);
});
