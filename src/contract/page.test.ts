import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { z } from "zod";
import { RegistryError } from "../errors.ts";
import { cursor, pageOf, pageQuery, toPage } from "./page.ts";

const byTime = cursor("things by time", () => z.tuple([z.int(), z.string().max(300)]));
const refusal = (text: string) => {
  try {
    byTime.decode(text);
  } catch (error) {
    return error;
  }
  return null;
};

describe("a cursor", () => {
  test("comes back as it went in", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.string({ unit: "grapheme", maxLength: 20 }), (time, name) => {
        fc.pre(!name.includes("\0") && name.isWellFormed());
        const text = byTime.encode([time, name]);
        expect(text).toMatch(/^[\w-]+$/);
        expect(byTime.decode(text)).toEqual([time, name]);
      }),
    );
    expect(byTime.decode(undefined)).toBeNull();
  });

  test("that somebody made up or changed gives a key of the right kind or a 400, and nothing else", () => {
    const valid = byTime.encode([1_700_000_000_000, "acme/api"]);
    const changed = fc
      .tuple(fc.nat({ max: valid.length - 1 }), fc.string({ maxLength: 3 }), fc.nat({ max: 5 }))
      .map(([at, put, cut]) => valid.slice(0, at) + put + valid.slice(at + cut));
    const json = fc.json().map((text) => Buffer.from(text).toString("base64url"));
    fc.assert(
      fc.property(fc.oneof(changed, fc.string(), fc.base64String(), json), (text) => {
        try {
          const key = byTime.decode(text);
          expect(Number.isSafeInteger(key![0])).toBeTrue();
          expect(typeof key![1] === "string" && key![1].length <= 300 && !key![1].includes("\0")).toBeTrue();
        } catch (error) {
          expect(error).toBeInstanceOf(RegistryError);
          expect((error as RegistryError).status).toBe(400);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ["of another list", cursor("others", () => z.tuple([z.int(), z.string()])).encode([1, "a"])],
    ["with too little", cursor("things by time", () => z.tuple([z.int()])).encode([1])],
    ["with too much", cursor("things by time", () => z.tuple([z.int(), z.string(), z.int()])).encode([1, "a", 1])],
    ["with another type", cursor("things by time", () => z.tuple([z.string(), z.string()])).encode(["1", "a"])],
    ["with NUL", byTime.encode([1, "a\0"])],
    ["with half a character", byTime.encode([1, "\ud800"]).slice(0, -3) + "AAA"],
    ["that is empty", ""],
    ["that is endless", "A".repeat(100_000)],
    ["of an object", Buffer.from('{"length":3,"0":"things by time"}').toString("base64url")],
    ["of deep lists", Buffer.from("[".repeat(500)).toString("base64url")],
    ["of bytes that are no text", Buffer.from([0xff, 0xfe]).toString("base64url")],
    ["with padding", `${byTime.encode([1, "ab"])}=`],
  ])("%s is refused", (_, text) => {
    expect(refusal(text)).toMatchObject({ code: "REQUEST_INVALID", status: 400 });
  });
});

test("a page ends where there is no more", () => {
  const each = { item: (it: number) => it, cursor: (it: number) => `after ${it}` };
  expect(toPage([1, 2, 3], 2, each)).toEqual({ items: [1, 2], next: "after 2" });
  expect(toPage([1, 2], 2, each)).toEqual({ items: [1, 2], next: null });
  expect(toPage([], 2, each)).toEqual({ items: [], next: null });
  expect(pageOf(z.int()).safeParse({ items: [1], next: null, total: 5 }).success).toBeFalse();
  expect(z.strictObject(pageQuery()).parse({})).toEqual({ limit: 50 });
});
