// Words of hostile text, and where they stand.

import { describe, expect, test } from "bun:test";
import { highlight, highlightName, queryWords, wordsOf } from "./words.ts";

describe("words of a query", () => {
  test.each([
    ["nginx", ["nginx"]],
    ["NGINX  Nginx", ["nginx"]],
    ['"nginx" OR (a AND b*) NOT c -d ^e NEAR/2', ["nginx", "or", "a", "and", "b", "not", "c", "d"]],
    ["name:acme tokens:*", ["name", "acme", "tokens"]],
    ["'; drop table repositories; --", ["drop", "table", "repositories"]],
    ["!a & b | c <-> d:*A", ["a", "b", "c", "d"]],
    ["_vpublic _i1", ["vpublic", "i1"]],
    ["🚀🔥", []],
    ["***", []],
    ["", []],
    ["Café Straße ÅNGSTRÖM", ["cafe", "straße", "angstrom"]],
    ["ﬁle ① x²", ["file", "1", "x2"]],
    ["日本語", ["日本語"]],
  ])("%p", (text, words) => {
    expect(queryWords(text)).toEqual(words);
  });

  test("are few and short, whatever is sent", () => {
    const words = queryWords(Array.from({ length: 5_000 }, (_, index) => `w${index}`).join(" "));
    expect(words).toHaveLength(8);
    expect(queryWords("x".repeat(10_000))).toEqual(["x".repeat(64)]);
    expect(queryWords("\u0301".repeat(1_000))).toEqual([]);
    expect(queryWords("\ufdfa".repeat(200)).length).toBeLessThanOrEqual(8);
  });

  test("hold nothing but letters and digits", () => {
    for (let code = 0; code < 0x3000; code += 1) {
      for (const word of wordsOf(`a${String.fromCodePoint(code)}b`, 10)) expect(word).toMatch(/^[\p{L}\p{N}]+$/u);
    }
  });
});

describe("highlights", () => {
  test("are ranges of the text, apart and in order", () => {
    expect(highlight("A <b>web</b> server, Web-scale", ["web", "serv"])).toEqual([
      { start: 5, end: 8 },
      { start: 13, end: 17 },
      { start: 21, end: 24 },
    ]);
    expect(highlight("🚀 Café au lait", ["caf"])).toEqual([{ start: 3, end: 6 }]);
    expect(highlight("Cafe\u0301s", ["cafe"])).toEqual([{ start: 0, end: 6 }]);
    expect(highlight("nothing", ["web"])).toEqual([]);
  });

  test("of a name are anywhere in it", () => {
    expect(highlightName("library/nginx", ["ngin", "inx", "lib"])).toEqual([
      { start: 0, end: 3 },
      { start: 8, end: 13 },
    ]);
  });
});
