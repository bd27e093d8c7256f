// What the index holds, and conditions in the databases' own languages.

import { describe, expect, test } from "bun:test";
import { facetTokens, matchInName, matchNamePart, matchWord, render, tokensOf, type Document } from "./tokens.ts";

const DOCUMENT: Document = {
  name: "acme/nginx-proxy",
  namespaceId: 7,
  isPublic: true,
  isOfficial: false,
  isVerifiedPublisher: false,
  kinds: ["image"],
  systems: ["linux"],
  architectures: ["amd64"],
  isSigned: false,
  tags: ["1.27-alpine"],
  texts: ["A web server", "<script>alert('x')</script> \" * _vpublic"],
};

describe("tokens", () => {
  test("are words, and what begins with _ that no text can give", () => {
    const tokens = tokensOf(DOCUMENT);
    expect(tokens).toEqual(
      expect.arrayContaining(["nginx", "_nnginx", "_pn", "_png", "_gx-p", "alpine", "server", "script", "vpublic"]),
    );
    expect(tokensOf({ ...DOCUMENT, isPublic: false })).not.toContain("_vpublic");
    expect(tokens.every((it) => /^[\p{L}\p{N}]+$|^_[a-z0-9._/-]+$/u.test(it))).toBe(true);
  });

  test("are bounded", () => {
    const text = Array.from({ length: 50_000 }, (_, index) => `word${index}`).join(" ");
    expect(tokensOf({ ...DOCUMENT, texts: [text] }).length).toBeLessThanOrEqual(1_500);
  });

  test("of facets hold no more than a name", () => {
    expect(facetTokens("os", ["Linux", "a b\"'*", "x".repeat(100)])).toEqual([
      "_olinux",
      "_oab",
      `_o${"x".repeat(32)}`,
    ]);
  });
});

test("conditions", () => {
  expect(render(matchWord("ngin", false), "sqlite")).toBe('("ngin"* OR ("_gngi" AND "_ggin"))');
  expect(render(matchWord("ngin", false), "postgres")).toBe("('ngin':* | ('_gngi' & '_ggin'))");
  expect(render(matchWord("n", true), "sqlite")).toBe('("n" OR "_pn")');
  expect(render(matchWord("日本", true), "sqlite")).toBe('"日本"*');
  expect(render(matchWord("nginx", true), "sqlite")).toBe('"nginx"');
  expect(render(matchNamePart("ngin"), "sqlite")).toBe('"_nngin"*');
  expect(render(matchNamePart("ng"), "sqlite")).toBe('"_png"');
  expect(matchInName("a b")).toEqual([]);
  expect(matchInName('"')).toEqual([]);
  expect(matchInName("aaaa")).toEqual([{ all: [{ token: "_gaaa" }] }]);
});
