// Our own copy of the HTTP attacks, against the runtime's parser and our handling of what it lets through: an update
// of the runtime has to pass this. No request may be seen twice, merged with another, or out of a body.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { startBerth, type Berth } from "../support/berth.ts";
import { httpCases, SMUGGLED, type HttpCase } from "./support/http-corpus.ts";
import { exchange, inParallel, openSocket, request, type Exchange } from "./support/raw.ts";
import { accessLogWith, ask, errorCode, expectUnharmed } from "./support/registry.ts";

let berth: Berth;
beforeAll(async () => {
  berth = await startBerth();
});
afterAll(async () => {
  await berth?.stop();
});

test("every case of the corpus is answered as it must be", async () => {
  const cases = httpCases(berth.host);
  expect(cases.length).toBeGreaterThanOrEqual(120);
  const wrong: string[] = [];
  await inParallel(cases, 24, async (it) => {
    const got = await exchange(berth.port, it.payload, {
      replies: it.replies + 1,
      limitMs: 1_500,
      isHead: it.isHead ?? false,
    });
    const problem = problemOf(it, got);
    if (problem !== null)
      wrong.push(
        `${it.name}: ${problem}; it was answered ${JSON.stringify(got.bytes.toString("latin1").slice(0, 200))}`,
      );
  });
  expect(wrong.sort()).toEqual([]);
});

function problemOf(it: HttpCase, got: Exchange): string | null {
  const [first] = got.replies;
  if (it.status.length > 0 && !it.status.includes(first?.status ?? 0)) return `expected ${it.status.join(" or ")}`;
  if (it.status.length === 0 && first !== undefined && (first.status < 400 || first.status >= 500))
    return "expected a refusal";
  // What follows a refusal may be refused once more, but nothing of it is done.
  const done = got.replies.slice(it.replies).find((reply) => reply.status !== 400);
  if (done !== undefined) return `${got.replies.length} replies`;
  if (it.mustClose === true && !got.isClosed) return "the connection stays open";
  if (got.bytes.includes("evil.example")) return "the reply repeats a hostile name";
  for (const reply of got.replies) {
    if (/\/(?:src|node_modules|root|work)\/|\.ts:\d/.test(reply.body.toString()))
      return "the reply shows the server's files";
  }
  return null;
}

test("nothing hidden in another request was done, and nothing was stored", async () => {
  await ask(`${berth.url}/v2/last/tags/list`);
  const entries = await accessLogWith(berth, "/v2/last/tags/list");
  expect(entries.filter((it) => it.path.includes("smuggled") || it.path === SMUGGLED)).toEqual([]);
  expect((await ask(`${berth.url}/v2/a/manifests/chunks`)).status).toBe(404);
  expect((await ask(`${berth.url}/v2/a/manifests/x`)).status).toBe(404);
});

test("refusals that are ours have the specification's form", async () => {
  const cases: [string, string, number][] = [
    ["GET /v2/ HTTP/1.1\r\nHost: a b\r\n\r\n", "HOST_INVALID", 400],
    [request("PATCH", "/v2/a/manifests/x", { Host: berth.host }), "UNSUPPORTED", 405],
    [request("GET", "/v2/%zz/tags/list", { Host: berth.host }), "NAME_INVALID", 400],
    [request("GET", `/v2/${"a".repeat(300)}/tags/list`, { Host: berth.host }), "NAME_INVALID", 400],
    [request("GET", "/nowhere", { Host: berth.host }), "NOT_FOUND", 404],
  ];
  for (const [payload, code, status] of cases) {
    const [reply] = (await exchange(berth.port, payload)).replies;
    expect(reply?.status).toBe(status);
    expect(reply?.headers.get("content-type")).toBe("application/json");
    expect(errorCode(reply?.body.toString() ?? "")).toBe(code);
  }
});

test("a request in pieces of one byte is understood", async () => {
  const socket = await openSocket(berth.port);
  socket.setNoDelay(true);
  const answer = new Promise<string>((resolve) => socket.once("data", (chunk) => resolve(chunk.toString("latin1"))));
  for (const byte of request("GET", "/v2/", { Host: berth.host })) {
    socket.write(byte);
    await Bun.sleep(1);
  }
  expect(await answer).toStartWith("HTTP/1.1 200");
  socket.destroy();
});

test("TLS on the plain port is answered with an HTTP 400 line", async () => {
  // The start of a ClientHello: record type, version, length, handshake type and random bytes.
  const hello = Buffer.concat([Buffer.from("16030100c8010000c40303", "hex"), Buffer.alloc(194, 7)]);
  const got = await exchange(berth.port, hello);
  expect(got.bytes.toString("latin1")).toStartWith("HTTP/1.1 400");
  expect(got.isClosed).toBe(true);
});

test("the server is unharmed", async () => {
  await expectUnharmed(berth, { allow: [505, 501] });
});
