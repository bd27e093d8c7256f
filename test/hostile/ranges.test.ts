// Ranges of blobs and the query of lists, as nobody should write them. Spec: RFC 9110 section 14, distribution-spec
// "Pulling blobs" and "Listing tags".

import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { startBerth, type Berth } from "../support/berth.ts";
import { ask, errorCode, expectUnharmed, OCI_CONFIG, OCI_MANIFEST, pushBlob, putManifest } from "./support/registry.ts";

/** One that lives in its row, one in storage. */
const SIZES = [1_000, 200_000];
const TAGS = 1_500;

let berth: Berth;
beforeAll(async () => {
  berth = await startBerth();
});
afterAll(async () => {
  await berth?.stop();
});

for (const size of SIZES) {
  test(`ranges of a blob of ${size} bytes`, async () => {
    const bytes = new Uint8Array(randomBytes(size));
    const { digest } = await pushBlob(berth.url, "ranges/a", bytes);
    const url = `${berth.url}/v2/ranges/a/blobs/${digest}`;
    const get = async (range: string, method = "GET") => {
      const response = await fetch(url, { method, headers: { range } });
      return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
    };
    const parts: [string, number, number][] = [
      ["bytes=0-0", 0, 1],
      ["bytes=0-", 0, size],
      [`bytes=${size - 1}-`, size - 1, size],
      ["bytes=-1", size - 1, size],
      [`bytes=-${size * 2}`, 0, size],
      [`bytes=10-${size * 10}`, 10, size],
      ["bytes=10-18446744073709551616", 10, size],
      ["bytes=5-9", 5, 10],
      [`bytes=000-0${size - 1}`, 0, size],
    ];
    for (const [range, start, end] of parts) {
      const got = await get(range);
      expect(got.status, range).toBe(206);
      expect(got.headers.get("content-range")).toBe(`bytes ${start}-${end - 1}/${size}`);
      expect(got.headers.get("content-length")).toBe(String(end - start));
      expect(got.bytes.equals(Buffer.from(bytes.subarray(start, end)))).toBe(true);
    }
    for (const range of [
      `bytes=${size}-`,
      `bytes=${size}-${size + 5}`,
      "bytes=-0",
      "bytes=18446744073709551616-",
      `bytes=${"9".repeat(400)}-`,
    ]) {
      const got = await get(range);
      expect(got.status, range).toBe(416);
      expect(got.headers.get("content-range")).toBe(`bytes */${size}`);
      expect(errorCode(got.bytes.toString())).toBe("RANGE_INVALID");
      expect((await get(range, "HEAD")).headers.get("content-range")).toBe(got.headers.get("content-range"));
    }
    // Several ranges, other units and what is no range at all may be ignored, and the end before the start refused.
    const odd = [
      "bytes=500-0",
      "bytes=",
      "bytes=-",
      "bytes=a-b",
      "bytes=0x0-5",
      "bytes=1.5-3",
      "bytes=--5",
      "bytes=0-1,3-4",
      `bytes=${"0-,".repeat(2_000)}0-`,
      "lines=0-5",
      "bytes 0-5",
      "bytes=0-5;x",
      "0-5",
      "bytes=+1-+5",
      "bytes=1e1-20",
      "\u00a0bytes=0-5",
    ];
    for (const range of odd) {
      const got = await get(Buffer.from(range).toString("latin1"));
      expect([200, 206, 400, 416], range.slice(0, 40)).toContain(got.status);
      if (got.status === 200) expect(got.bytes.equals(Buffer.from(bytes))).toBe(true);
      if (got.status === 206) expect(got.bytes.length).toBe(Number(got.headers.get("content-length")));
    }
  });
}

test("an empty blob has no range to give", async () => {
  const { digest } = await pushBlob(berth.url, "ranges/a", new Uint8Array());
  const url = `${berth.url}/v2/ranges/a/blobs/${digest}`;
  expect((await ask(url)).status).toBe(200);
  for (const range of ["bytes=0-", "bytes=0-0", "bytes=-1"]) {
    const answer = await ask(url, { headers: { range } });
    expect([200, 416], range).toContain(answer.status);
    expect(answer.headers.get("content-range") ?? "bytes */0").toBe("bytes */0");
  }
});

test("pages are clamped, refused or empty, and never more than a thousand", async () => {
  const config = {
    ...(await pushBlob(berth.url, "pages/a", new Uint8Array(Buffer.from("{}")))),
    mediaType: OCI_CONFIG,
  };
  const body = JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [] });
  const digest = `sha256:${new Bun.CryptoHasher("sha256").update(body).digest("hex")}`;
  for (let first = 0; first < TAGS; first += 100) {
    const tags = Array.from({ length: 100 }, (_, number) => `tag=t${first + number}`).join("&");
    expect((await putManifest(berth.url, "pages/a", `${digest}?${tags}`, body)).status).toBe(201);
  }
  const lists = [
    `${berth.url}/v2/pages/a/tags/list`,
    `${berth.url}/v2/_catalog`,
    `${berth.url}/v2/pages/a/referrers/${digest}`,
  ];
  for (const list of lists) {
    for (const n of ["-1", "x", "1.5", "1e3", "0x10", "%2B5", "%00", "NaN", "", "%20", "1,2", "9".repeat(400)]) {
      const answer = await ask(`${list}?n=${n}`);
      expect(answer.status, `${list}?n=${n}`).toBe(400);
      expect(errorCode(answer.text)).toBe("PAGINATION_NUMBER_INVALID");
    }
    for (const n of ["0", "1", "1000", "1001", "1000000000", "9223372036854775808", "18446744073709551616"]) {
      const answer = await ask(`${list}?n=${n}`);
      expect(answer.status, `${list}?n=${n}`).toBe(200);
      expect(entriesIn(answer.text)).toBeLessThanOrEqual(Math.min(Number(n), 1_000));
    }
    for (const last of [
      "%00",
      "%zz",
      "%ff",
      "'; drop table tags; --",
      "..%2f..",
      "a".repeat(8_000),
      "ä",
      "%F0%9F%92%A3",
      "<script>",
      "%0d%0aX-Evil:%201",
      "last&last=b",
    ]) {
      const answer = await ask(`${list}?n=5&last=${last}`);
      expect([200, 400], `${list} last=${last.slice(0, 30)}`).toContain(answer.status);
      expect(answer.headers.has("x-evil")).toBe(false);
      expect(answer.headers.get("link") ?? "</v2/").toStartWith("</v2/");
    }
  }
  expect(entriesIn((await ask(`${berth.url}/v2/pages/a/tags/list`)).text)).toBeLessThanOrEqual(1_000);
});

test("following the links sees every tag once, whatever n was asked for", async () => {
  for (const n of [7, 1_000, 10 ** 9]) {
    const seen: string[] = [];
    let next: string | null = `/v2/pages/a/tags/list?n=${n}`;
    for (let page = 0; next !== null && page < TAGS; page += 1) {
      const answer = await ask(berth.url + next);
      // This list is of this shape by the specification.
      seen.push(...(JSON.parse(answer.text) as { tags: string[] }).tags);
      next = /^<(\/v2\/[^>]*)>; rel="next"$/.exec(answer.headers.get("link") ?? "")?.[1] ?? null;
    }
    expect(seen).toEqual(Array.from({ length: TAGS }, (_, number) => `t${number}`).sort());
  }
});

function entriesIn(text: string): number {
  const value: unknown = JSON.parse(text);
  const list = Object.values(value ?? {}).find((it) => Array.isArray(it));
  if (!Array.isArray(list)) throw new Error(`no list in ${text.slice(0, 200)}`);
  return list.length;
}

test("filters of referrers are data", async () => {
  const subject = `sha256:${"0".repeat(64)}`;
  for (const type of [
    "'; drop table manifests; --",
    "%00",
    "%25",
    "%5f",
    "a".repeat(8_000),
    "<script>",
    "%0d%0aX-Evil:%201",
    "%ff",
  ]) {
    const answer = await ask(`${berth.url}/v2/pages/a/referrers/${subject}?artifactType=${type}`);
    expect([200, 400], type.slice(0, 30)).toContain(answer.status);
    expect(answer.headers.has("x-evil")).toBe(false);
  }
  const many = Array.from({ length: 1_500 }, (_, number) => `artifactType=a${number}`).join("&");
  expect([200, 400, 414, 431]).toContain(
    (await ask(`${berth.url}/v2/pages/a/referrers/${subject}?${many.slice(0, 15_000)}`)).status,
  );
  await expectUnharmed(berth);
});
