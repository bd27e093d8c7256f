// Names, tags, digests and paths that try to leave their place. A file with a secret lies beside the data directory and
// another inside it: no request may ever bring back what they hold, nor leave a file outside the data directory.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { startBerth, type Berth } from "../support/berth.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";
import { exchange, inParallel } from "./support/raw.ts";
import { accessLog, ask, errorCode, expectUnharmed, OCI_MANIFEST, parameter, pushAndPull } from "./support/registry.ts";

const CANARY = `canary-${randomBytes(12).toString("hex")}`;
const METHODS = ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH"];

let directory: TemporaryDirectory;
let berth: Berth;
beforeAll(async () => {
  directory = await makeTemporaryDirectory("names");
  await mkdir(directory.join("data"));
  writeFileSync(directory.join("canary"), CANARY);
  berth = await startBerth({ dataDirectory: directory.join("data") });
  writeFileSync(directory.join("data", "canary"), CANARY);
  await pushAndPull(berth.url, "names/real");
});
afterAll(async () => {
  await berth?.stop();
  await directory?.remove();
});

const CLIMBS = [
  "..",
  "%2e%2e",
  "%2E%2e",
  ".%2e",
  "..%2f",
  "..%5c",
  "..\\",
  "%252e%252e",
  "%c0%ae%c0%ae",
  "%u002e%u002e",
  "..;",
  "..%00",
  "..%0a",
  "....",
  "%2e%2e%2f",
  "..%c0%af",
  "..%ef%bc%8f",
  "．．",
];
const TARGETS = ["canary", "data/canary", "etc/passwd", "berth.db", "proc/self/environ"];

function paths(): string[] {
  const all: string[] = [];
  for (const climb of CLIMBS) {
    for (const target of TARGETS) {
      for (const depth of [1, 2, 6]) {
        const up = Array.from({ length: depth }, () => climb).join("/");
        for (const separator of ["/", "%2f", "%5c", "//"]) {
          const tail = `${up}${separator}${target}`;
          all.push(`/${tail}`, `/v2/${tail}`, `/v2/names/real/blobs/${tail}`, `/v2/names/real/blobs/sha256:${tail}`);
          all.push(`/v2/names/real/manifests/${tail}`, `/v2/${tail}/manifests/latest`, `/v2/names/${tail}/tags/list`);
          all.push(`/v2/names/real/blobs/uploads/${tail}`, `/v2/names/real/referrers/${tail}`);
        }
      }
    }
  }
  return all;
}

test("no path brings back a canary, on any method", async () => {
  const all = paths();
  const limit = parameter("PATHS", 5_000);
  const step = Math.max(1, Math.floor(all.length / limit));
  const chosen = all.filter((_, number) => number % step === 0);
  const wrong: string[] = [];
  // Many on one connection: the sending of them must not be what takes the time.
  const batches = Array.from({ length: Math.ceil(chosen.length / 50) }, (_, number) =>
    chosen.slice(number * 50, number * 50 + 50),
  );
  let sent = 0;
  await inParallel(batches, 8, async (batch) => {
    for (const path of batch) {
      const method = METHODS[sent % METHODS.length] ?? "GET";
      sent += 1;
      const text = `${method} ${Buffer.from(path).toString("latin1")} HTTP/1.1\r\nHost: ${berth.host}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
      const got = await exchange(berth.port, text, { isHead: method === "HEAD", limitMs: 5_000 });
      const status = got.replies[0]?.status ?? 0;
      if (got.bytes.includes(CANARY) || got.bytes.includes("root:x:") || got.bytes.includes("SQLite format"))
        wrong.push(`read: ${method} ${path}`);
      // What climbs out of /v2/ altogether is the front page or nothing, and a name may turn out to be a right one.
      if (status >= 500 || status === 0) wrong.push(`${status}: ${method} ${path}`);
    }
  });
  expect(wrong).toEqual([]);
  expect(sent).toBeGreaterThan(3_000);
  expect(readdirSync(directory.path).sort()).toEqual(["canary", "data"]);
});

const BAD_NAMES = [
  "UPPER",
  "a/UPPER",
  "-a",
  "a-",
  "a_",
  "_a",
  ".a",
  "a.",
  "a..b",
  "a___b",
  "a._b",
  "a//b",
  "a/",
  "a b",
  "a%20b",
  "a%2fb",
  "a%5cb",
  "a%00b",
  "a%0ab",
  "a:b",
  "a@b",
  "ä",
  "%c3%a4",
  "%ff",
  "a%",
  "a*",
  "a?b#",
  "a'b",
  'a"b',
  "a<b>",
  "a|b",
  "a$b",
  "..",
  "a/../b",
  "a/./b",
  "_catalog",
  "_oci/x",
  "a/_b",
  "٣",
  "ﬀ",
  "a\u200bb",
  "a".repeat(256),
  `${"a/".repeat(127)}aaa`,
  "ａ",
];

test("names that are none are refused everywhere, and nothing of them is kept", async () => {
  const wrong: string[] = [];
  for (const name of BAD_NAMES) {
    // What the client itself resolves is sent by hand.
    for (const [method, rest] of [
      ["GET", "tags/list"],
      ["GET", "manifests/latest"],
      ["PUT", "manifests/latest"],
      ["POST", "blobs/uploads/"],
      ["GET", `blobs/sha256:${"0".repeat(64)}`],
    ] as const) {
      const path = `/v2/${Buffer.from(name).toString("latin1")}/${rest}`;
      const got = await exchange(
        berth.port,
        `${method} ${path} HTTP/1.1\r\nHost: ${berth.host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
      );
      const [reply] = got.replies;
      const status = reply?.status ?? 0;
      // `/../` may be resolved before anything is matched, a question mark ends the path, and what follows a space
      // is no version of HTTP.
      const isRight =
        [400, 404, 405].includes(status) ||
        (status === 505 && name.includes(" ")) ||
        (/\.\.|\/\.\/|\?/.test(name) && status < 500);
      if (!isRight) wrong.push(`${status} ${method} ${name}`);
    }
  }
  expect(wrong).toEqual([]);
  const catalog = await ask(`${berth.url}/v2/_catalog?n=1000`);
  const known: unknown = JSON.parse(catalog.text);
  // `a/../b` is `b`; an empty upload or a refused manifest makes no repository of it.
  expect(known).toEqual({ repositories: ["names/real"] });
});

test("the longest name is taken, one more letter is not", async () => {
  const longest = `${"a".repeat(120)}/${"b".repeat(134)}`;
  expect(longest.length).toBe(255);
  await pushAndPull(berth.url, longest, 100);
  const answer = await ask(`${berth.url}/v2/${longest}b/tags/list`);
  expect(answer.status).toBe(400);
  expect(errorCode(answer.text)).toBe("NAME_INVALID");
});

test("components called like the API's own words are ordinary names", async () => {
  for (const name of [
    "v2",
    "blobs",
    "manifests/tags",
    "tags/list",
    "blobs/uploads",
    "a/blobs/uploads/b",
    "referrers/manifests",
    "list",
  ]) {
    await pushAndPull(berth.url, name, 100);
  }
});

const BAD_TAGS = [
  ".a",
  "-a",
  "a b",
  "a%20b",
  "a%2fb",
  "a%00",
  "a:b",
  "a@b",
  "ä",
  "%ff",
  "a".repeat(129),
  "a*",
  "a+b",
  "a,b",
  "a=b",
  "%2e%2e",
  "a%0d%0aX-Evil:1",
  "<script>",
  "a'b",
  "ａ",
];

test("tags that are none cannot be set, by address or by query", async () => {
  const body = await (await fetch(`${berth.url}/v2/names/real/manifests/latest`)).text();
  const digest = `sha256:${new Bun.CryptoHasher("sha256").update(body).digest("hex")}`;
  for (const tag of BAD_TAGS) {
    const sent = Buffer.from(tag).toString("latin1");
    const put = (target: string) =>
      exchange(
        berth.port,
        `PUT ${target} HTTP/1.1\r\nHost: ${berth.host}\r\nContent-Type: ${OCI_MANIFEST}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
    for (const target of [
      `/v2/names/real/manifests/${sent}`,
      `/v2/names/real/manifests/${digest}?tag=fine&tag=${sent.replaceAll("+", "%2B")}`,
    ]) {
      // The request line ends at a space, and what follows is no version.
      const [reply] = (await put(target)).replies;
      expect([400, 404, 505], `${target} ${reply?.status}`).toContain(reply?.status ?? 0);
      expect(reply?.headers.has("x-evil")).toBe(false);
    }
    const read = await exchange(
      berth.port,
      `GET /v2/names/real/manifests/${sent} HTTP/1.1\r\nHost: ${berth.host}\r\n\r\n`,
    );
    expect([400, 404, 505], tag).toContain(read.replies[0]?.status ?? 0);
  }
  expect(JSON.parse((await ask(`${berth.url}/v2/names/real/tags/list`)).text)).toEqual({
    name: "names/real",
    tags: ["latest"],
  });
});

const BAD_DIGESTS = [
  "sha256:",
  "sha256:zz",
  `sha256:${"0".repeat(63)}`,
  `sha256:${"0".repeat(65)}`,
  `sha256:${"A".repeat(64)}`,
  `SHA256:${"0".repeat(64)}`,
  `sha512:${"0".repeat(64)}`,
  `md5:${"0".repeat(32)}`,
  `sha1:${"0".repeat(40)}`,
  "sha256:../../canary",
  `sha256:${"0".repeat(62)}%2f`,
  `sha256:${"0".repeat(63)}%00`,
  "sha256",
  ":",
  "::",
  `:${"0".repeat(64)}`,
  `sha256::${"0".repeat(63)}`,
  `constructor:${"0".repeat(64)}`,
  `__proto__:${"0".repeat(64)}`,
  `sha256:${"٣".repeat(64)}`,
  `sha256:${"0".repeat(64)}:${"0".repeat(64)}`,
  `sha256:${"0".repeat(10_000)}`,
];

test("digests that are none are refused everywhere", async () => {
  for (const digest of BAD_DIGESTS) {
    for (const [method, path] of [
      ["GET", "blobs"],
      ["HEAD", "blobs"],
      ["DELETE", "blobs"],
      ["DELETE", "manifests"],
      ["GET", "referrers"],
    ] as const) {
      const answer = await ask(`${berth.url}/v2/names/real/${path}/${digest}`, { method });
      expect([400, 404], `${method} ${path} ${digest.slice(0, 40)} ${answer.text}`).toContain(answer.status);
      if (method !== "HEAD") errorCode(answer.text);
    }
    const post = await ask(`${berth.url}/v2/names/real/blobs/uploads/?digest=${encodeURIComponent(digest)}`, {
      method: "POST",
      body: "x",
    });
    expect(post.status, digest).toBe(400);
    expect(errorCode(post.text)).toBe("DIGEST_INVALID");
  }
  for (const algorithm of ["md5", "sha1", "", "sha256 ", "../x", "toString"]) {
    const answer = await ask(
      `${berth.url}/v2/names/real/blobs/uploads/?digest-algorithm=${encodeURIComponent(algorithm)}`,
      { method: "POST" },
    );
    expect(answer.status, algorithm).toBe(400);
  }
});

test("what the access log wrote of all this is one line of JSON a request", async () => {
  expect(accessLog(berth).length).toBeGreaterThan(1_000);
  // The greeting of the start comes before them.
  const lines = berth.logs().split("\n").slice(0, -1);
  const first = lines.findIndex((line) => line.includes('"message":"request"'));
  const broken = lines.slice(first).filter((line) => !isJson(line));
  expect(broken.map((line) => line.slice(0, 300))).toEqual([]);
  expect(existsSync(directory.join("canary"))).toBe(true);
  await expectUnharmed(berth);
});

function isJson(line: string): boolean {
  try {
    return JSON.parse(line) !== undefined;
  } catch {
    return false;
  }
}
