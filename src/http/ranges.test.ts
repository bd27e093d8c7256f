import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { parseContentRange, parseRange } from "./ranges.ts";

describe("Range", () => {
  const cases: [string | null, number, [number, number] | null][] = [
    [null, 10, null],
    ["bytes=0-3", 10, [0, 4]],
    ["bytes=0-0", 10, [0, 1]],
    ["bytes=9-9", 10, [9, 10]],
    ["bytes=5-", 10, [5, 10]],
    ["bytes=-3", 10, [7, 10]],
    ["bytes=-30", 10, [0, 10]],
    ["bytes=5-999", 10, [5, 10]],
    ["bytes= 1-2 ", 10, [1, 3]],
    ["bytes=0-99999999999999999999999", 10, [0, 10]],
    // Answered whole, as the RFC allows: several ranges, other units, no sense.
    ["bytes=0-1,3-4", 10, null],
    ["bytes=-", 10, null],
    ["items=0-1", 10, null],
    ["bytes", 10, null],
    ["bytes=a-b", 10, null],
    ["bytes=1", 10, null],
    ["bytes=-1-2", 10, null],
    ["", 10, null],
  ];
  test.each(cases)("%p of %p bytes", (header, sizeBytes, expected) => {
    expect(parseRange(header, sizeBytes)).toEqual(expected && { start: expected[0], end: expected[1] });
  });

  test.each([
    ["bytes=10-", 10],
    ["bytes=10-20", 10],
    ["bytes=5-4", 10],
    ["bytes=500-0", 1000],
    ["bytes=-0", 10],
    ["bytes=0-", 0],
    ["bytes=-1", 0],
  ])("%s of %p bytes cannot be had", (header, sizeBytes) => {
    expect(() => parseRange(header, sizeBytes)).toThrow(
      expect.objectContaining({ code: "RANGE_INVALID", headers: { "Content-Range": `bytes */${sizeBytes}` } }),
    );
  });

  test("what is given always lies within the bytes", () => {
    fc.assert(
      fc.property(fc.nat(50), fc.option(fc.nat(60)), fc.option(fc.nat(60)), (sizeBytes, first, last) => {
        try {
          const range = parseRange(`bytes=${first ?? ""}-${last ?? ""}`, sizeBytes);
          if (!range) return;
          expect(range.start).toBeGreaterThanOrEqual(0);
          expect(range.start).toBeLessThan(range.end);
          expect(range.end).toBeLessThanOrEqual(sizeBytes);
        } catch (error) {
          expect(error).toMatchObject({ code: "RANGE_INVALID" });
        }
      }),
    );
  });
});

describe("Content-Range of a chunk", () => {
  test.each([
    ["0-0", 0, 1],
    ["0-99", 0, 100],
    ["100-199", 100, 200],
    ["bytes 0-9/100", 0, 10],
    ["bytes=0-9", 0, 10],
    ["0-9/*", 0, 10],
    [" 0-9 ", 0, 10],
  ])("%s", (header, start, end) => {
    expect(parseContentRange(header)).toEqual({ start, end });
  });

  test("none", () => expect(parseContentRange(null)).toBeNull());

  test.each([
    "",
    "-",
    "1",
    "5-4",
    "-1-2",
    "a-b",
    "0-9007199254740991",
    "0-99999999999999999999",
    "0-1,2-3",
    "0–1",
    "0x0-0x1",
    "items 0-1",
  ])("%j is refused", (header) => {
    expect(() => parseContentRange(header)).toThrow(expect.objectContaining({ code: "RANGE_INVALID", status: 416 }));
  });
});
