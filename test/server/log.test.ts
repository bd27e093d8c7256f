// The log: one JSON object a line, each request under the id that its answer carries, and no secret in any of them.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect } from "node:net";
import { startBerth, type Berth } from "../support/berth.ts";
import { run } from "../support/process.ts";
import { pushImage } from "./support/registry.ts";
import { until } from "./support/program.ts";

const PASSWORD = "hunter2-very-secret";
const BASIC = Buffer.from(`alice:${PASSWORD}`).toString("base64");

let berth: Berth;

beforeAll(async () => {
  berth = await startBerth({ env: { BERTH_LOG_LEVEL: "debug" } });
});
afterAll(() => berth.stop());

function entries(): Record<string, unknown>[] {
  const lines = berth.logs().split("\n").slice(0, -1);
  // What does not parse fails the test; a line's fields are looked at one by one.
  return lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function findEntry(id: string): Promise<Record<string, unknown>> {
  await until(`a log line with the id ${id}`, () => entries().some((entry) => entry["id"] === id));
  return entries().find((entry) => entry["id"] === id) ?? {};
}

test("each line is JSON with time, level and message, on standard output", async () => {
  await pushImage(berth.url, "team/app", "1", 100_000);
  await until("lines of requests", () => entries().filter((entry) => entry["message"] === "request").length >= 5);
  for (const entry of entries()) {
    expect(new Date(String(entry["time"])).toISOString()).toBe(String(entry["time"]));
    expect(["debug", "info", "warn", "error"]).toContain(String(entry["level"]));
    expect(entry["message"]).toBeString();
  }
});

test("a request's line has the id of its answer, and what it was", async () => {
  const response = await fetch(`${berth.url}/v2/team/app/tags/list?n=5`, {
    headers: { "user-agent": 'agent "1"\u00e9' },
  });
  const id = response.headers.get("x-request-id") ?? "";
  expect(id).not.toBe("");
  const body = await response.arrayBuffer();
  expect(await findEntry(id)).toMatchObject({
    level: "info",
    message: "request",
    method: "GET",
    path: "/v2/team/app/tags/list",
    status: 200,
    bytes: body.byteLength,
    address: "127.0.0.1",
    ms: expect.any(Number),
  });
});

test.each([
  ["/v2/", 200],
  ["/v2/team/app/manifests/nothing", 404],
  ["/v2/UPPER/manifests/x", 400],
  ["/nowhere", 404],
  ["/healthz", 200],
])("%s is answered with %d under an id of its own", async (path, status) => {
  const ids = [];
  for (const _ of [1, 2]) {
    const response = await fetch(`${berth.url}${path}`);
    expect(response.status).toBe(status);
    ids.push(response.headers.get("x-request-id") ?? "");
  }
  expect(ids[0]).not.toBe(ids[1]);
  for (const id of ids) expect(await findEntry(id)).toMatchObject({ path, status });
});

test("a path cannot forge a line", async () => {
  const forged = '/v2/"}%0A{"level":"error","message":"forged"}';
  await run(["curl", "-s", "--path-as-is", "-g", `${berth.url}${forged}`]);
  await until("its line", () => entries().some((entry) => String(entry["path"]).includes("forged")));
  expect(entries().some((entry) => entry["message"] === "forged")).toBe(false);
});

test("no line holds a password, wherever it was sent", async () => {
  const { host } = berth;
  const headers = { authorization: `Basic ${BASIC}` };
  await fetch(`${berth.url}/v2/`, { headers });
  await fetch(`${berth.url}/v2/team/app/manifests/nothing`, { headers });
  await fetch(`${berth.url}/v2/team/app/blobs/uploads/`, { method: "POST", headers });
  await fetch(`${berth.url}/v2/`, { headers: { authorization: `Bearer ${PASSWORD}`, cookie: `session=${PASSWORD}` } });
  await fetch(`${berth.url}/v2/?access_token=${PASSWORD}`);
  await run(["curl", "-s", `http://alice:${PASSWORD}@${host}/v2/_catalog`]);
  await sendRaw(`GET http://alice:${PASSWORD}@${host}/v2/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  await sendRaw(`GET /v2/ HTTP/1.1\r\nHost: alice:${PASSWORD}@${host}\r\nConnection: close\r\n\r\n`);
  const last = await fetch(`${berth.url}/v2/`);
  await findEntry(last.headers.get("x-request-id") ?? "");
  for (const secret of [PASSWORD, BASIC]) expect(berth.logs()).not.toContain(secret);
});

function sendRaw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect({ host: "127.0.0.1", port: berth.port }, () => socket.write(text));
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on("data", (bytes) => (answer += bytes.toString("latin1")));
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
  });
}
