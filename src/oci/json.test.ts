import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { isJsonObject, JsonError, parseJson } from "./json.ts";

const encoder = new TextEncoder();
const parse = (text: string) => parseJson(encoder.encode(text));

function outcomeOf<T>(work: () => T): { value: T } | "refused" {
  try {
    return { value: work() };
  } catch {
    return "refused";
  }
}

describe("duplicate keys", () => {
  test.each([
    '{"a":1,"a":2}',
    '{"a":1,"b":{},"a":2}',
    String.raw`{"a":1,"\u0061":2}`,
    String.raw`{"\u0061":1,"a":2}`,
    '{"\\u00e9":1,"é":2}',
    String.raw`{"\/":1,"/":2}`,
    '{"\\ud83d\\ude00":1,"😀":2}',
    String.raw`{"\\":1,"\u005c":2}`,
    String.raw`{"\"":1,"\u0022":2}`,
    '{"a" \t\r\n : 1, "a"\n:2}',
    '[{"x":{"a":1,"a":1}}]',
    '{"__proto__":1,"__proto__":2}',
    '{"":1,"":2}',
    '{"x":[],"y":"a\\\\","x":1}',
  ])("%j is refused", (text) => {
    expect(() => parse(text)).toThrow(/twice/);
  });

  test.each([
    '{"a":"a","b":"a"}',
    '[{"a":1},{"a":1}]',
    '{"a":{"a":{"a":1}}}',
    '["a","a"]',
    '{"a":["a","a"],"A":1}',
    '{"a":":","b":"a\\":1,\\"a"}',
    String.raw`{"a\\":1,"a":2,"a\"":3}`,
  ])("%j is accepted", (text) => {
    expect(parse(text)).toEqual(JSON.parse(text));
  });
});

describe("depth", () => {
  const nested = (depth: number, open: string, close: string, inner = "") =>
    open.repeat(depth) + inner + close.repeat(depth);

  test("64 levels are accepted, 65 are not", () => {
    expect(() => parse(nested(64, "[", "]"))).not.toThrow();
    expect(() => parse(nested(65, "[", "]"))).toThrow(/deeper than 64/);
    expect(() => parse(nested(64, '{"a":', "}", "1"))).not.toThrow();
    expect(() => parse(nested(65, '{"a":', "}", "1"))).toThrow(/deeper than 64/);
  });

  test("brackets within texts are no levels", () => {
    expect(() => parse(JSON.stringify("[".repeat(1_000)))).not.toThrow();
  });

  test("a bomb of a million levels is refused without walking them", () => {
    expect(() => parse("[".repeat(1_000_000))).toThrow(/deeper/);
    expect(() => parse('{"a":'.repeat(500_000))).toThrow(/deeper/);
  });
});

describe("numbers", () => {
  test.each(["9007199254740992", "-9007199254740993", "1e400", "-1e400", "1e308", "9007199254740993.0"])(
    "%s is refused",
    (text) => {
      expect(() => parse(`{"size":${text}}`)).toThrow(/out of range/);
      expect(() => parse(text)).toThrow(JsonError);
    },
  );

  test.each(["0", "-0", "9007199254740991", "-9007199254740991", "0.1", "1.5e10", "1E2", "5e-324"])(
    "%s is accepted",
    (text) => {
      expect(parse(text)).toBe(Number(text));
    },
  );

  test("digits within texts are not numbers", () => {
    expect(parse('{"9007199254740993":"1e400"}')).toEqual({ "9007199254740993": "1e400" });
  });
});

describe("encoding", () => {
  test.each([
    ["a byte order mark", [0xef, 0xbb, 0xbf, 0x7b, 0x7d]],
    ["a byte that is not UTF-8", [0x22, 0xff, 0x22]],
    ["an overlong form", [0x22, 0xc0, 0xaf, 0x22]],
    ["a surrogate", [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ["UTF-16", [0x7b, 0x00, 0x7d, 0x00]],
    ["nothing", []],
  ])("%s is refused", (_, bytes) => {
    expect(() => parseJson(new Uint8Array(bytes))).toThrow(JsonError);
  });
});

test("__proto__ is a key like any other and reaches no prototype", () => {
  const value = parse('{"__proto__":{"polluted":true},"constructor":1}');
  if (!isJsonObject(value)) throw new Error("not an object");
  expect(Object.keys(value)).toEqual(["__proto__", "constructor"]);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  expect(value["polluted"]).toBeUndefined();
});

test("what JSON.stringify writes is read as JSON.parse reads it", () => {
  const value = fc.jsonValue({ maxDepth: 8, noUnicodeString: false }).filter((it) => isInRange(it));
  fc.assert(
    fc.property(value, fc.constantFrom(0, 1, 2), (it, indent) => {
      const text = JSON.stringify(it, null, indent);
      expect(parse(text)).toEqual(JSON.parse(text));
    }),
    { numRuns: 400 },
  );
});

test("broken text is refused whenever JSON.parse refuses it", () => {
  const pieces = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    '"',
    "\\",
    '"a"',
    '"b"',
    "1",
    "-",
    "e",
    "\\u00",
    "null",
    " ",
    "tru",
    "\n",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const text = parts.join("");
      const expected = outcomeOf<unknown>(() => JSON.parse(text));
      const found = outcomeOf<unknown>(() => parse(text));
      if (expected === "refused") expect(found).toBe("refused");
      else if (found !== "refused") expect(found).toEqual(expected);
    }),
    { numRuns: 2_000 },
  );
});

test("any bytes either give a value or JsonError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        parseJson(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(JsonError);
      }
    }),
    { numRuns: 1_000 },
  );
});

/** Whether every number of it is one that a document may hold. */
function isInRange(value: unknown): boolean {
  if (typeof value === "number") return Number.isInteger(value) ? Number.isSafeInteger(value) : true;
  if (typeof value !== "object" || value === null) return true;
  return Object.values(value).every(isInRange);
}
