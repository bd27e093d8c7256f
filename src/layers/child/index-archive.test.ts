import { describe, expect, test } from "bun:test";
import { Readable } from "node:stream";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { paxOf, tarOf, type TarEntry } from "../../../test/support/tars.ts";
import type { Line } from "../entry.ts";
import { ArchiveError } from "./archive-error.ts";
import { indexArchive, NoArchiveError } from "./index-archive.ts";

const LIMITS = { maxEntries: 1_000, maxUncompressedBytes: 64 * 2 ** 20, memoryBytes: 4 * 2 ** 30, cpuSeconds: 60 };

async function linesOf(bytes: Uint8Array, limits = LIMITS, pieceBytes = 65_536): Promise<Line[]> {
  const lines: Line[] = [];
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, index) =>
    Buffer.from(bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes)),
  );
  await indexArchive(Readable.from(pieces), limits, { line: (line) => lines.push(line), read: () => undefined });
  return lines;
}

const of = (...entries: TarEntry[]) => linesOf(tarOf(entries));
const shown = (lines: Line[]) => lines.map(([path, type, size, , , , , link]) => [path, type, size, link]);
const hash = (text: string) => new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 32);

describe("sound archives", () => {
  const entries: TarEntry[] = [
    { name: "./", type: "5", mode: 0o755 },
    { name: "./etc/", type: "5", mode: 0o1777, uid: 7, gid: 8 },
    { name: "./etc/hosts", content: "127.0.0.1\n", mode: 0o4755 },
    { name: "etc/link", type: "2", link: "../../../../etc/hosts" },
    { name: "etc/hard", type: "1", link: "./etc/hosts" },
    { name: "dev/null", type: "3" },
    { name: "dev/disk", type: "4" },
    { name: "run/pipe", type: "6" },
    { name: "empty" },
  ];
  const bytes = tarOf(entries);
  for (const [name, packed] of [
    ["plain", bytes],
    ["gzip", gzipSync(bytes)],
    ["zstd", zstdCompressSync(bytes)],
    ["gzip of two members", Buffer.concat([gzipSync(bytes.subarray(0, 1_000)), gzipSync(bytes.subarray(1_000))])],
  ] as const) {
    test(name, async () => {
      for (const pieceBytes of [7, 512, 65_536]) {
        const lines = await linesOf(packed, LIMITS, pieceBytes);
        expect(shown(lines)).toEqual([
          ["", "directory", 0, null],
          ["etc", "directory", 0, null],
          ["etc/hosts", "file", 10, null],
          ["etc/link", "symlink", 0, "../../../../etc/hosts"],
          ["etc/hard", "hardlink", 0, "etc/hosts"],
          ["dev/null", "character-device", 0, null],
          ["dev/disk", "block-device", 0, null],
          ["run/pipe", "fifo", 0, null],
          ["empty", "file", 0, null],
        ]);
        expect(lines[1]).toEqual(["etc", "directory", 0, 0o1777, 7, 8, 1_700_000_000, null, expect.any(Number), null]);
        expect(lines[2]).toEqual([
          "etc/hosts",
          "file",
          10,
          0o4755,
          0,
          0,
          1_700_000_000,
          null,
          512 * 3,
          hash("127.0.0.1\n"),
        ]);
        expect(lines[8]?.[9]).toBe(hash(""));
      }
    });
  }

  test("whiteouts and opaque directories; what is aufs's own is left out", async () => {
    const lines = await of(
      { name: "a/.wh.gone" },
      { name: "b/.wh..wh..opq" },
      { name: ".wh..wh..opq" },
      { name: ".wh..wh.plnk/1.2", content: "x" },
      { name: ".wh..wh.aufs" },
      { name: ".wh..." },
      { name: ".wh." },
    );
    expect(lines.map(([path, type]) => [path, type])).toEqual([
      ["a/gone", "whiteout"],
      ["b", "opaque"],
      ["", "opaque"],
      [".wh..wh.plnk/1.2", "file"],
      [".wh.", "file"],
    ]);
  });

  test("an empty one, with and without its end", async () => {
    expect(await linesOf(tarOf([]))).toEqual([]);
    expect(await linesOf(new Uint8Array())).toEqual([]);
    expect(shown(await linesOf(tarOf([{ name: "a", content: "b" }], { end: false })))).toEqual([
      ["a", "file", 1, null],
    ]);
  });

  test("long names of PAX and GNU", async () => {
    const long = `${"d/".repeat(100)}${"n".repeat(200)}`;
    const lines = await of(
      { name: "pax", type: "x", content: paxOf({ path: long, uid: "70000" }) },
      { name: "short", content: "1" },
      { name: "././@LongLink", type: "L", content: `${long}\0` },
      { name: "short", content: "2" },
    );
    expect(lines.map((it) => [it[0], it[4]])).toEqual([
      [long, 70_000],
      [long, 0],
    ]);
  });
});

describe("hostile archives", () => {
  test("names that lead outside stay below the root", async () => {
    const lines = await of(
      { name: "../../../tmp/canary", content: "x" },
      { name: "/etc/passwd", content: "x" },
      { name: "a/../../b/./c//d", content: "x" },
      { name: "..", type: "5" },
      { name: "hard", type: "1", link: "../../etc/shadow" },
      { name: "soft", type: "2", link: "/proc/1/root" },
    );
    expect(shown(lines)).toEqual([
      ["tmp/canary", "file", 1, null],
      ["etc/passwd", "file", 1, null],
      ["b/c/d", "file", 1, null],
      ["", "directory", 0, null],
      ["hard", "hardlink", 0, "etc/shadow"],
      ["soft", "symlink", 0, "/proc/1/root"],
    ]);
  });

  test("names with NUL, newlines, markup and halves of characters are text", async () => {
    const lines = await of(
      { name: "x", type: "x", content: paxOf({ path: "a\0b\n<script>alert(1)</script>" }) },
      { name: "x", content: "1" },
      { name: "__proto__", content: "2" },
      { name: "constructor/prototype", content: "3" },
    );
    expect(lines.map((it) => it[0])).toEqual([
      "a\ufffdb\n<script>alert(1)<\u002fscript>",
      "__proto__",
      "constructor/prototype",
    ]);
  });

  const refused: [string, () => Uint8Array, RegExp][] = [
    [
      "too many entries",
      () => tarOf(Array.from({ length: 1_001 }, (_, i) => ({ name: `f${i}` }))),
      /more than 1000 entries/,
    ],
    [
      "a path that is too long",
      () => tarOf([{ name: "x", type: "x", content: paxOf({ path: "p".repeat(5_000) }) }, { name: "x" }]),
      /more than 4096 bytes/,
    ],
    [
      "a path that is too deep",
      () => tarOf([{ name: "x", type: "x", content: paxOf({ path: "d/".repeat(200) }) }, { name: "x" }]),
      /deeper than 128/,
    ],
    [
      "a link that is too long",
      () =>
        tarOf([
          { name: "x", type: "x", content: paxOf({ linkpath: "p".repeat(5_000) }) },
          { name: "x", type: "2", link: "y" },
        ]),
      /more than 4096 bytes/,
    ],
    [
      "a PAX header of 5 MiB",
      () => tarOf([{ name: "x", type: "x", content: "a".repeat(5 * 2 ** 20) }, { name: "x" }]),
      /no sound tar archive|no tar archive|exceeds/,
    ],
    [
      "a negative size",
      () => tarOf([{ name: "a" }, { name: "x", rawSize: new Uint8Array(12).fill(0xff).fill(0, 11) }]),
      /size that is no number|Invalid/,
    ],
    [
      "a size beyond numbers",
      () => tarOf([{ name: "a" }, { name: "x", rawSize: Uint8Array.from([0x80, ...new Uint8Array(11).fill(0xff)]) }]),
      /size that is no number|Unexpected/,
    ],
    [
      "a PAX size that is none",
      () =>
        tarOf([
          { name: "a" },
          { name: "x", type: "x", content: paxOf({ size: "lots" }) },
          { name: "x", content: "12" },
        ]),
      /Invalid|no number/,
    ],
    [
      "a truncated one",
      () => tarOf([{ name: "a" }, { name: "x", content: "y".repeat(2_000) }]).subarray(0, 1_500),
      /Unexpected end/,
    ],
    ["a damaged header", () => tarOf([{ name: "a" }, { name: "x", isDamaged: true }]), /Invalid tar header/],
    [
      "truncated gzip",
      () => gzipSync(tarOf([{ name: "x", content: "y".repeat(9_000) }])).subarray(0, 60),
      /compression is damaged/,
    ],
    ["damaged gzip", () => gzipSync(tarOf([{ name: "x" }])).fill(7, 20, 30), /compression is damaged/],
    [
      "truncated zstd",
      () =>
        zstdCompressSync(tarOf([{ name: "x", content: crypto.getRandomValues(new Uint8Array(9_000)) }])).subarray(
          0,
          5_000,
        ),
      /compression is damaged|Unexpected end/,
    ],
    [
      "more bytes than allowed",
      () => tarOf([{ name: "x", content: new Uint8Array(65 * 2 ** 20) }]),
      /more than 67108864 bytes/,
    ],
    ["a bomb of gzip", () => gzipSync(new Uint8Array(60 * 2 ** 20)), /200 times/],
    ["a bomb of zstd", () => zstdCompressSync(new Uint8Array(60 * 2 ** 20)), /200 times/],
  ];
  for (const [name, make, message] of refused) {
    test(`${name} is refused`, async () => {
      const error = await linesOf(make()).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(ArchiveError);
      expect((error as ArchiveError).message).toMatch(message);
      expect((error as ArchiveError).isFinal).toBe(true);
    });
  }

  test("what is no archive is said to be none", async () => {
    for (const bytes of [
      Buffer.from("services:\n  web: {}\n"),
      Buffer.from("a".repeat(2_000)),
      gzipSync("hello"),
      Buffer.from("\0asm\u0001\0\0\0"),
    ]) {
      const error = await linesOf(bytes).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(NoArchiveError);
    }
  });

  test("entries that are there twice are both told of, the later one last", async () => {
    expect(shown(await of({ name: "a", content: "1" }, { name: "a", content: "22" }))).toEqual([
      ["a", "file", 1, null],
      ["a", "file", 2, null],
    ]);
  });

  test("sparse files are told of, and are no files to be read", async () => {
    const sparse = paxOf({ "GNU.sparse.major": "1", "GNU.sparse.name": "disk.img", "GNU.sparse.realsize": "99999" });
    expect(
      shown(
        await of({ name: "x", type: "x", content: sparse }, { name: "GNUSparseFile.0/disk.img", content: "1\n0\n" }),
      ),
    ).toEqual([["disk.img", "other", 4, null]]);
  });
});
