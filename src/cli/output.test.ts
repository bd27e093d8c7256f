import { describe, expect, test } from "bun:test";
import { count, formatBytes, formatDuration, formatRows } from "./output.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test.each([
  [0, "0 B"],
  [1, "1 B"],
  [1_023, "1023 B"],
  [1_024, "1.0 KiB"],
  [1_536, "1.5 KiB"],
  [1_048_575, "1.0 MiB"],
  [1_048_576, "1.0 MiB"],
  [5 * 2 ** 40, "5.0 TiB"],
  [2_048 * 2 ** 50, "2048.0 PiB"],
])("%d bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [-5, "0 min"],
  [59_999, "0 min"],
  [MINUTE, "1 min"],
  [HOUR + MINUTE, "1 h 1 min"],
  [DAY, "1 d"],
  [7 * DAY - 1, "6 d 23 h"],
  [DAY + MINUTE, "1 d 1 min"],
])("%d ms are %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

describe("lines", () => {
  test("values stand below each other", () => {
    expect(
      formatRows([
        ["a", "1"],
        ["longer", "2"],
      ]),
    ).toBe("  a       1\n  longer  2");
  });

  test("one is one", () => {
    expect([count(0, "tag"), count(1, "tag"), count(2, "entry", "entries")]).toEqual(["0 tags", "1 tag", "2 entries"]);
  });
});
