// Upload sessions under attack: those of others do not exist, chunks out of order are turned away with the right place,
// two writers at once cannot mix their bytes, and what may be left lying about is limited.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { startBerth, type Berth } from "../support/berth.ts";
import { digestOf } from "../support/stored.ts";
import { inParallel } from "./support/raw.ts";
import { ask, errorCode, expectRefusal, expectUnharmed, pushBlob, startUpload } from "./support/registry.ts";

let berth: Berth;
beforeAll(async () => {
  berth = await startBerth({ env: { BERTH_REGISTRY_UPLOADS_PER_PRINCIPAL: "300" } });
});
afterAll(async () => {
  await berth?.stop();
});

const VERBS = ["GET", "PATCH", "PUT", "DELETE"] as const;

async function attack(method: string, where: string): Promise<{ status: number; text: string; headers: string }> {
  const query = method === "PUT" ? `?digest=${digestOf(Buffer.from("evil"))}` : "";
  const body = method === "PATCH" || method === "PUT" ? "evil" : null;
  const answer = await ask(`${where}${query}`, { method, body });
  const headers = [...answer.headers].filter(([name]) => !["date", "x-request-id"].includes(name));
  const text = answer.text.replaceAll(/[0-9a-f]{32}/g, "ID");
  return {
    status: answer.status,
    text,
    headers: JSON.stringify(headers.map(([name, value]) => `${name}: ${value}`).sort()),
  };
}

test("a session of another repository, an ended one and one that never was get the same 404", async () => {
  const mine = await startUpload(berth.url, "mine/a");
  expect((await ask(mine, { method: "PATCH", body: "good" })).status).toBe(202);
  const id = mine.slice(mine.lastIndexOf("/") + 1);
  const ended = await startUpload(berth.url, "theirs/b");
  await ask(ended, { method: "DELETE" });
  for (const method of VERBS) {
    const unknown = await attack(method, `${berth.url}/v2/theirs/b/blobs/uploads/${"0".repeat(32)}`);
    expect(unknown.status).toBe(404);
    expect(errorCode(unknown.text)).toBe("BLOB_UPLOAD_UNKNOWN");
    expect(await attack(method, `${berth.url}/v2/theirs/b/blobs/uploads/${id}`)).toEqual(unknown);
    expect(await attack(method, `${berth.url}/v2/mine/a/b/blobs/uploads/${id}`)).toEqual(unknown);
    expect(await attack(method, ended)).toEqual(unknown);
  }
  expect((await ask(mine)).headers.get("range")).toBe("0-3");
  const put = await ask(`${mine}?digest=${digestOf(Buffer.from("good"))}`, { method: "PUT" });
  expect(put.status).toBe(201);
  expect((await ask(`${berth.url}/v2/theirs/b/blobs/${digestOf(Buffer.from("good"))}`)).status).toBe(404);
});

test("ids that are none are 404 on every verb", async () => {
  const ids = [
    "x",
    "%2e%2e",
    "..%2f..",
    "%00",
    "a".repeat(5_000),
    "0".repeat(31),
    "0".repeat(33),
    "'or'1'='1",
    "A".repeat(32),
    "%F0%9F%92%A3",
    "null",
    "-1",
  ];
  for (const id of ids) {
    for (const method of VERBS) {
      const answer = await attack(method, `${berth.url}/v2/mine/a/blobs/uploads/${id}`);
      // An encoded separator is refused before anything is looked for.
      expect([400, 404], `${method} ${id.slice(0, 30)}`).toContain(answer.status);
      expect(["BLOB_UPLOAD_UNKNOWN", "NAME_INVALID", "NOT_FOUND"]).toContain(errorCode(answer.text));
    }
  }
});

test("a chunk out of order is 416 with the place to go on from", async () => {
  const location = await startUpload(berth.url, "order/a");
  await ask(location, { method: "PATCH", body: "0123456789", headers: { "content-range": "0-9" } });
  for (const range of ["0-9", "9-18", "11-20", "100-109", "9007199254740990-9007199254740999"]) {
    const answer = await ask(location, { method: "PATCH", body: "0123456789", headers: { "content-range": range } });
    await expectRefusal(answer, 416, "RANGE_INVALID", "BLOB_UPLOAD_INVALID");
    expect(answer.headers.get("range")).toBe("0-9");
    expect(answer.headers.get("location")).toBe(location.slice(berth.url.length));
  }
  for (const range of [
    "9-0",
    "-5",
    "10-",
    "x",
    "",
    "10-9",
    "bytes=10-19",
    "10-19, 20-29",
    "٣-٤",
    "1e1-19",
    "0x0a-19",
    "10 - 19",
  ]) {
    const answer = await ask(location, {
      method: "PATCH",
      body: "0123456789",
      headers: { "content-range": encodeRange(range) },
    });
    // A unit in front is what some clients send; it may be understood.
    if (answer.status === 202 && range.startsWith("bytes")) continue;
    await expectRefusal(answer, [400, 416]);
    errorCode(answer.text);
  }
});

/** Headers are latin1: other letters go as their UTF-8 bytes. */
function encodeRange(text: string): string {
  return Buffer.from(text).toString("latin1");
}

test("parallel writers of one session never mix their bytes", async () => {
  for (const size of [2_000, 100_000, 700_000]) {
    const location = await startUpload(berth.url, "parallel/a");
    const chunks = Array.from({ length: 8 }, () => new Uint8Array(randomBytes(size)));
    const answers = await Promise.all(
      chunks.map((body) => ask(location, { method: "PATCH", body, headers: { "content-range": `0-${size - 1}` } })),
    );
    const taken = chunks.filter((_, number) => answers[number]?.status === 202);
    expect(taken.length).toBe(1);
    for (const answer of answers.filter((it) => it.status !== 202)) expect([409, 416]).toContain(answer.status);
    const digest = digestOf(taken[0] ?? new Uint8Array());
    expect((await ask(`${location}?digest=${digest}`, { method: "PUT" })).status).toBe(201);
    const back = await fetch(`${berth.url}/v2/parallel/a/blobs/${digest}`);
    expect(digestOf(new Uint8Array(await back.arrayBuffer()))).toBe(digest);
  }
});

test("parallel endings of one session: one succeeds, the others find it gone", async () => {
  for (let round = 0; round < 10; round += 1) {
    const body = new Uint8Array(randomBytes(50_000));
    const location = await startUpload(berth.url, "parallel/b");
    await ask(location, { method: "PATCH", body });
    const end = (method: string) =>
      ask(method === "PUT" ? `${location}?digest=${digestOf(body)}` : location, { method });
    const answers = await Promise.all(["PUT", "DELETE", "PUT", "PUT", "DELETE"].map(end));
    expect(answers.filter((it) => it.status === 201 || it.status === 204).length).toBe(1);
    expect(answers.filter((it) => it.status === 404).length).toBe(4);
  }
});

test("a wrong or malformed digest at the end stores nothing", async () => {
  const body = new Uint8Array(randomBytes(30_000));
  const bad = [
    "",
    "sha256:",
    "sha256:zz",
    `md5:${"0".repeat(32)}`,
    `sha256:${"0".repeat(64)}`,
    "../../x",
    `${digestOf(body)}%00`,
    digestOf(body).toUpperCase(),
    `sha512:${"0".repeat(128)}`,
    "%zz",
  ];
  for (const digest of bad) {
    const location = await startUpload(berth.url, "digest/bad");
    const answer = await ask(`${location}?digest=${digest}`, { method: "PUT", body });
    await expectRefusal(answer, 400, "DIGEST_INVALID");
    await ask(location, { method: "DELETE" });
  }
  const location = await startUpload(berth.url, "digest/bad");
  await expectRefusal(await ask(location, { method: "PUT", body }), 400, "DIGEST_INVALID");
  await ask(location, { method: "DELETE" });
  expect((await ask(`${berth.url}/v2/digest/bad/blobs/${digestOf(body)}`)).status).toBe(404);
});

test("a mount that cannot be done is the same 202 whatever the reason", async () => {
  const secret = await pushBlob(berth.url, "secret/source", new Uint8Array(randomBytes(5_000)));
  const missing = `sha256:${"1".repeat(64)}`;
  const queries = [
    `mount=${secret.digest}&from=no/such/place`,
    `mount=${secret.digest}&from=mount/target`,
    `mount=${secret.digest}&from=BAD..NAME`,
    `mount=${secret.digest}&from=${"a".repeat(5_000)}`,
    `mount=${secret.digest}&from=..%2f..%2fsecret`,
    `mount=${missing}&from=secret/source`,
    `mount=${missing}`,
    "mount=sha256:zz&from=secret/source",
    "mount=&from=",
    "mount=nothing",
    `mount=${secret.digest.toUpperCase()}&from=secret/source`,
    "mount=%00&from=%00",
    "mount=%zz&from=%zz",
    `mount=md5:${"0".repeat(32)}&from=secret/source`,
  ];
  const shapes = new Set<string>();
  for (const query of queries) {
    const answer = await ask(`${berth.url}/v2/mount/target/blobs/uploads/?${query}`, { method: "POST" });
    const headers = [...answer.headers].filter(([name]) => !["date", "x-request-id"].includes(name));
    shapes.add(`${answer.status} ${answer.text} ${JSON.stringify(headers).replaceAll(/[0-9a-f]{32}/g, "ID")}`);
    expect(answer.status, query).toBe(202);
    await ask(new URL(answer.headers.get("location") ?? "", berth.url).href, { method: "DELETE" });
    expect((await ask(`${berth.url}/v2/mount/target/blobs/${secret.digest}`)).status).toBe(404);
  }
  expect(shapes.size).toBe(1);
});

test("one principal can have only so many unfinished uploads, and cancelling makes room", async () => {
  const open: string[] = [];
  let refused = 0;
  await inParallel(
    Array.from({ length: 400 }, (_, number) => number),
    16,
    async (number) => {
      const answer = await ask(`${berth.url}/v2/litter/r${number % 7}/blobs/uploads/`, { method: "POST" });
      if (answer.status === 202) {
        open.push(new URL(answer.headers.get("location") ?? "", berth.url).href);
        return;
      }
      refused += 1;
      await expectRefusal(answer, 429, "TOOMANYREQUESTS");
      expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    },
  );
  expect(open.length).toBeLessThanOrEqual(300);
  expect(open.length).toBeGreaterThan(250);
  expect(refused).toBe(400 - open.length);
  await inParallel(open, 16, async (location) => {
    expect((await ask(location, { method: "DELETE" })).status).toBe(204);
  });
  await startUpload(berth.url, "litter/again");
});

test("the server is unharmed", async () => {
  await expectUnharmed(berth);
});
