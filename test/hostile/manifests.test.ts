// Manifests from strangers: what is ambiguous, false or too much is refused with the specification's code and leaves
// nothing behind; what is right is stored and served byte for byte, whatever the reader says it accepts.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { startBerth, type Berth } from "../support/berth.ts";
import { digestOf } from "../support/stored.ts";
import { manifestCases, type Ingredients, type ManifestCase } from "./support/manifest-corpus.ts";
import { inParallel } from "./support/raw.ts";
import {
  ask,
  errorCode,
  expectUnharmed,
  memoryMib,
  MIB,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_MANIFEST,
  parameter,
  pushBlob,
  putManifest,
  resetPeak,
} from "./support/registry.ts";

const REPOSITORY = "hostile/manifests";
const ACCEPTS = [
  OCI_MANIFEST,
  OCI_INDEX,
  "application/vnd.docker.distribution.manifest.v1+prettyjws",
  "*/*",
  "text/html;q=0.1",
  "",
];

let berth: Berth;
let parts: Ingredients;
beforeAll(async () => {
  berth = await startBerth();
  const bytes = (text: string) => new Uint8Array(Buffer.from(text));
  const config = { ...(await pushBlob(berth.url, REPOSITORY, bytes("{}"))), mediaType: OCI_CONFIG };
  const layer = await pushBlob(berth.url, REPOSITORY, bytes("layer"));
  const foreign = await pushBlob(berth.url, "other/place", bytes("somebody else's"));
  const child = JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [] });
  const put = await putManifest(berth.url, REPOSITORY, "child", child);
  expect(put.status).toBe(201);
  parts = {
    config,
    layer,
    foreign,
    child: { mediaType: OCI_MANIFEST, digest: digestOf(Buffer.from(child)), size: child.length },
  };
});
afterAll(async () => {
  await berth?.stop();
});

function bytesOf(body: ManifestCase["body"]): Uint8Array<ArrayBuffer> {
  return typeof body === "string" ? new Uint8Array(Buffer.from(body)) : body;
}

test("every case of the corpus is taken or refused as it must be", async () => {
  const cases = manifestCases(parts);
  expect(cases.length).toBeGreaterThanOrEqual(60);
  const wrong: string[] = [];
  const tags: string[] = ["child"];
  let number = 0;
  await inParallel(cases, 4, async (it) => {
    number += 1;
    const tag = `case-${number}`;
    const answer = await putManifest(berth.url, REPOSITORY, tag, bytesOf(it.body), it.contentType);
    if (it.refused === null) tags.push(tag);
    const problem =
      it.refused === null
        ? await problemOfTaken(it, tag, answer.status, answer.text)
        : problemOfRefused(it, answer.status, answer.text);
    if (problem !== null) wrong.push(`${it.name}: ${problem}`);
  });
  expect(wrong).toEqual([]);
  const list = await ask(`${berth.url}/v2/${REPOSITORY}/tags/list`);
  expect(JSON.parse(list.text)).toEqual({ name: REPOSITORY, tags: tags.sort() });
});

function problemOfRefused(it: ManifestCase, status: number, text: string): string | null {
  const isRight = status === 400 && (it.refused ?? []).includes(errorCode(text));
  return isRight ? null : `${status} ${text.slice(0, 300)}`;
}

async function problemOfTaken(it: ManifestCase, tag: string, status: number, text: string): Promise<string | null> {
  if (status !== 201) return `${status} ${text.slice(0, 300)}`;
  const sent = Buffer.from(bytesOf(it.body));
  const sentType = it.contentType?.split(";")[0] ?? OCI_MANIFEST;
  for (const accept of ACCEPTS) {
    const response = await fetch(`${berth.url}/v2/${REPOSITORY}/manifests/${tag}`, { headers: { accept } });
    const got = Buffer.from(await response.arrayBuffer());
    if (!got.equals(sent)) return `other bytes for Accept: ${accept}`;
    if (response.headers.get("docker-content-digest") !== digestOf(sent)) return "another digest";
    if (response.headers.get("content-type") !== sentType) return `served as ${response.headers.get("content-type")}`;
  }
  return null;
}

test("a manifest under another digest than its own is refused", async () => {
  const body = JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: parts.config,
    layers: [],
    x: "digest",
  });
  const right = digestOf(Buffer.from(body));
  const wrong = [
    `sha256:${"0".repeat(64)}`,
    `sha512:${"0".repeat(128)}`,
    `${right}0`,
    right.toUpperCase(),
    "sha256:",
    "sha256:xyz",
    `md5:${"0".repeat(32)}`,
    "sha256:..%2f..%2fetc",
  ];
  for (const reference of wrong) {
    const answer = await putManifest(berth.url, REPOSITORY, reference, body);
    expect([400, 404], `${reference} ${answer.text}`).toContain(answer.status);
    expect(["DIGEST_INVALID", "NAME_INVALID", "NOT_FOUND"]).toContain(errorCode(answer.text));
  }
  expect((await ask(`${berth.url}/v2/${REPOSITORY}/manifests/${right}`)).status).toBe(404);
  const sha512 = `sha512:${new Bun.CryptoHasher("sha512").update(body).digest("hex")}`;
  const put = await putManifest(berth.url, REPOSITORY, sha512, body);
  expect(put.status).toBe(201);
  expect(put.headers.get("docker-content-digest")).toBe(sha512);
});

test("4 MiB are taken, a byte more is 413, declared or chunked, and costs no memory", async () => {
  const manifest = (size: number) => {
    const start = JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config: parts.config, layers: [] });
    return new Uint8Array(Buffer.from(start + " ".repeat(size - start.length)));
  };
  const send = async (tag: string, body: Uint8Array<ArrayBuffer> | ReadableStream) =>
    await ask(`${berth.url}/v2/${REPOSITORY}/manifests/${tag}`, {
      method: "PUT",
      body,
      headers: { "content-type": OCI_MANIFEST },
    });
  const streamOf = (bytes: Uint8Array) =>
    new ReadableStream({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 65_536) controller.enqueue(bytes.subarray(at, at + 65_536));
        controller.close();
      },
    });
  const most = manifest(4 * MIB);
  expect((await send("full", most)).status).toBe(201);
  expect((await send("full-chunked", streamOf(most))).status).toBe(201);
  const tooMuch = manifest(4 * MIB + 1);
  resetPeak(berth.pid);
  const before = memoryMib(berth.pid).now;
  for (const [tag, body] of [
    ["over", tooMuch],
    ["over-chunked", streamOf(tooMuch)],
  ] as const) {
    const answer = await send(tag, body);
    expect(answer.status).toBe(413);
    expect(errorCode(answer.text)).toBe("SIZE_INVALID");
    expect((await ask(`${berth.url}/v2/${REPOSITORY}/manifests/${tag}`)).status).toBe(404);
  }
  // The chunked one is held until the limit is passed: its 4 MiB, with as much again for the pieces it came in.
  expect(memoryMib(berth.pid).peak - before).toBeLessThan(32);
});

test("indexes of indexes with 2^40 paths cost nothing", async () => {
  let child = parts.child;
  const statuses: number[] = [];
  for (let level = 0; level < 40; level += 1) {
    const body = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [child, child], x: level });
    const answer = await putManifest(berth.url, REPOSITORY, `level-${level}`, body, OCI_INDEX);
    statuses.push(answer.status);
    if (answer.status !== 201) break;
    child = { mediaType: OCI_INDEX, digest: digestOf(Buffer.from(body)), size: body.length };
  }
  // A limit on how deep indexes nest is allowed; nothing that clients make has more than two levels.
  expect(statuses.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => 201));
  expect(statuses.filter((it) => it !== 201 && it !== 400)).toEqual([]);
  for (const path of [`manifests/${child.digest}`, "tags/list", `referrers/${child.digest}`]) {
    expect((await ask(`${berth.url}/v2/${REPOSITORY}/${path}`)).status).toBe(200);
  }
  const removed = await ask(`${berth.url}/v2/${REPOSITORY}/manifests/${child.digest}`, { method: "DELETE" });
  expect(removed.status).toBe(202);
});

test("random damage to a manifest is refused or stored, never an error of ours", async () => {
  const count = parameter("MANIFEST_MUTATIONS", 1_500);
  const seed = parameter("SEED", Math.floor(Math.random() * 2 ** 31));
  const random = generator(seed);
  const image = JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: parts.config,
    layers: [parts.layer],
    annotations: { a: "b" },
  });
  const wrong: string[] = [];
  await inParallel(
    Array.from({ length: count }, (_, number) => number),
    8,
    async (number) => {
      const body = mutate(image, random);
      const answer = await putManifest(berth.url, REPOSITORY, `m${number}`, body);
      const isRight = answer.status === 201 || (answer.status === 400 && errorCode(answer.text) !== "");
      if (!isRight)
        wrong.push(
          `seed ${seed}: ${answer.status} ${answer.text.slice(0, 200)} for ${Buffer.from(body).toString("latin1")}`,
        );
    },
  );
  expect(wrong).toEqual([]);
});

const PIECES = [
  "{",
  "}",
  "[",
  "]",
  '"',
  ":",
  ",",
  "\\",
  "null",
  "1e999",
  "-",
  "\0",
  "\u2028",
  '"a":',
  "\\u0000",
  "\\ud800",
  "9".repeat(20),
];

function mutate(text: string, random: () => number): Uint8Array<ArrayBuffer> {
  const bytes = [...Buffer.from(text)];
  const pick = (limit: number) => Math.floor(random() * limit);
  for (let round = 0; round <= pick(4); round += 1) {
    const at = pick(bytes.length);
    const kind = pick(4);
    if (kind === 0) bytes[at] = pick(256);
    else if (kind === 1) bytes.splice(at, 1 + pick(8));
    else if (kind === 2) bytes.splice(at, 0, ...Buffer.from(PIECES[pick(PIECES.length)] ?? ""));
    else bytes.splice(at, 0, ...bytes.slice(pick(bytes.length), pick(bytes.length)));
  }
  return new Uint8Array(bytes);
}

/** mulberry32: the same numbers for the same seed. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test("the server is unharmed", async () => {
  await expectUnharmed(berth);
});
