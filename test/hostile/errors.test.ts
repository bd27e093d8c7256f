// What an error tells: the specification's code and a message for people, and nothing of the server's inside. Metrics
// and the log are written by requests too: their size is ours to bound, not the sender's.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { startBerth, type Berth } from "../support/berth.ts";
import { exchange, inParallel, request } from "./support/raw.ts";
import {
  ask,
  errorCode,
  expectUnharmed,
  OCI_MANIFEST,
  parameter,
  pushAndPull,
  startUpload,
} from "./support/registry.ts";

const INSIDE =
  /\.ts\b|node_modules|\bat \S+ \(|\/src\/|bun:|SQLITE|SQLite|select |insert |sqlite|ENOENT|EACCES|\/tmp\/|\/home\/|\/root\/|berth-data|<html|stack/i;

let berth: Berth;
beforeAll(async () => {
  berth = await startBerth();
  await pushAndPull(berth.url, "errors/real");
});
afterAll(async () => {
  await berth?.stop();
});

const DIGEST = `sha256:${"0".repeat(64)}`;
/** A failure on every route, as far as a client can make one. */
const FAILURES: [string, string, string?][] = [
  ["POST", "/v2/"],
  ["GET", "/v2/_catalog?n=x"],
  ["GET", "/v2/BAD/tags/list"],
  ["GET", "/v2/errors/none/tags/list"],
  ["GET", "/v2/errors/real/tags/list?n=-1"],
  ["GET", "/v2/errors/real/manifests/none"],
  ["GET", `/v2/errors/real/manifests/${DIGEST}`],
  ["GET", "/v2/errors/real/manifests/sha256:x"],
  ["PUT", "/v2/errors/real/manifests/-", "{}"],
  ["PUT", "/v2/errors/real/manifests/x", "{"],
  ["PUT", "/v2/errors/real/manifests/x", "null"],
  ["PUT", `/v2/errors/real/manifests/${DIGEST}`, "{}"],
  ["DELETE", "/v2/errors/real/manifests/none"],
  ["DELETE", `/v2/errors/real/manifests/${DIGEST}`],
  ["DELETE", "/v2/errors/none/manifests/x"],
  ["GET", `/v2/errors/real/blobs/${DIGEST}`],
  ["GET", "/v2/errors/real/blobs/x"],
  ["DELETE", `/v2/errors/real/blobs/${DIGEST}`],
  ["DELETE", "/v2/errors/real/blobs/x"],
  ["PATCH", `/v2/errors/real/blobs/${DIGEST}`],
  ["POST", "/v2/errors/real/blobs/uploads/?digest=x", "x"],
  ["POST", `/v2/errors/real/blobs/uploads/?digest=${DIGEST}`, "x"],
  ["POST", "/v2/errors/real/blobs/uploads/?digest-algorithm=x"],
  ["POST", "/v2/BAD/blobs/uploads/"],
  ["GET", "/v2/errors/real/blobs/uploads/x"],
  ["PATCH", "/v2/errors/real/blobs/uploads/x", "x"],
  ["PUT", "/v2/errors/real/blobs/uploads/x", "x"],
  ["DELETE", "/v2/errors/real/blobs/uploads/x"],
  ["GET", "/v2/errors/real/referrers/x"],
  ["POST", `/v2/errors/real/referrers/${DIGEST}`],
  ["POST", "/healthz"],
  ["POST", "/readyz"],
  ["POST", "/metrics"],
  ["POST", "/"],
  ["GET", "/nowhere"],
  ["GET", "/v2/%00/tags/list"],
  ["GET", "/v1/repositories"],
  ["GET", "/v2/x"],
  ["GET", "/.env"],
  ["GET", "/src/main.ts"],
];

test("an error on every route has the specification's form and shows nothing of the inside", async () => {
  for (const [method, path, body] of FAILURES) {
    const init = { method, headers: { "content-type": OCI_MANIFEST }, ...(body === undefined ? {} : { body }) };
    const answer = await ask(berth.url + path, init);
    const what = `${method} ${path} ${answer.status} ${answer.text}`;
    expect(answer.status, what).toBeGreaterThanOrEqual(400);
    expect(answer.status, what).toBeLessThan(500);
    expect(answer.headers.get("content-type"), what).toBe("application/json");
    expect(answer.headers.get("x-content-type-options"), what).toBe("nosniff");
    errorCode(answer.text);
    expect(answer.text.replaceAll(path, "")).not.toMatch(INSIDE);
    for (const [name, value] of answer.headers) expect(`${name}: ${value}`).not.toMatch(/bun|node|\.ts/i);
    expect(answer.headers.has("server")).toBe(false);
    expect(answer.headers.has("x-powered-by")).toBe(false);
  }
});

test("HEAD of what fails is what GET says, without the body", async () => {
  for (const [method, path] of FAILURES.filter(([it]) => it === "GET")) {
    const got = await exchange(berth.port, request("HEAD", path, { Host: berth.host }), { isHead: true });
    const answer = await ask(berth.url + path, { method });
    expect(got.replies[0]?.status, path).toBe(answer.status);
    expect(got.bytes.toString("latin1")).toEndWith("\r\n\r\n");
  }
});

test("a long input is cut short in what is said of it", async () => {
  const long = "a".repeat(12_000);
  for (const path of [
    `/v2/${long}/tags/list`,
    `/${long}`,
    `/v2/errors/real/manifests/${long}`,
    `/v2/errors/real/blobs/sha256:${long}`,
    `/v2/_catalog?n=${long}`,
    `/v2/errors/real/blobs/uploads/${long}`,
  ]) {
    const answer = await ask(berth.url + path);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.text.length).toBeLessThan(2_000);
  }
});

test("the storage's loss of a file shows nothing of the inside either", async () => {
  const digest = await pushAndPull(berth.url, "errors/lost", 300_000);
  const files = [...new Bun.Glob("blobs/**/*").scanSync({ cwd: berth.dataDirectory, onlyFiles: true })];
  for (const file of files) await Bun.file(`${berth.dataDirectory}/${file}`).delete();
  // Whatever the status is, the body is not that of a success, and paths stay inside.
  const response = await fetch(`${berth.url}/v2/errors/lost/blobs/${digest}`).catch(() => null);
  if (response !== null) {
    expect([404, 500, 503]).toContain(response.status);
    expect(await response.text()).not.toMatch(INSIDE);
  }
});

test("metrics do not grow with what is asked for", async () => {
  const seriesOf = async () =>
    (await ask(`${berth.url}/metrics`)).text.split("\n").filter((it) => it !== "" && !it.startsWith("#"));
  const spray = async (prefix: string, count: number) => {
    await inParallel(
      Array.from({ length: count }, (_, number) => number),
      16,
      async (number) => {
        const word = `${prefix}${number}`;
        const name = `metrics/${word}`;
        const requests = [
          request("GET", `/v2/${name}/tags/list`, { Host: berth.host, "User-Agent": word }),
          request("GET", `/${word}`, { Host: berth.host }),
          request("GET", `/v2/${name}/manifests/${word}`, { Host: `${word}.localhost` }),
          request("POST", `/v2/${name}/blobs/uploads/`, { Host: berth.host, "Content-Length": "0" }),
          request("PROPFIND", `/v2/${word}`, { Host: berth.host }),
          request("PUT", `/v2/${name}/manifests/x`, { Host: berth.host, "Content-Type": `application/${word}` }, "{}"),
        ];
        await exchange(berth.port, requests.join(""), { replies: requests.length });
      },
    );
  };
  await spray("warm", 20);
  // The first look counts as a request of its own.
  await seriesOf();
  const before = await seriesOf();
  const marker = randomBytes(6).toString("hex");
  await spray(marker, parameter("METRIC_NAMES", 500));
  const after = await seriesOf();
  expect(after.length).toBe(before.length);
  expect(after.filter((it) => it.includes(marker))).toEqual([]);
});

test("bytes of a terminal or a new line in a request do not reach the log as such", async () => {
  const evil = "\x1b[31mred%0d%0a%1b[0m";
  await exchange(
    berth.port,
    request("GET", `/v2/${evil}/tags/list`, { Host: berth.host, "User-Agent": `x\x1b[2J"}{"message":"forged` }),
  );
  await startUpload(berth.url, "errors/real");
  expect(berth.logs()).not.toContain("\x1b");
  expect(
    berth
      .logs()
      .split("\n")
      .filter((it) => it.startsWith('{"message":"forged')),
  ).toEqual([]);
  // The lost files of the test above are ours.
  await expectUnharmed(berth, { allow: [500, 503] });
});
