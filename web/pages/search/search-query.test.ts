import { expect, test } from "bun:test";
import { parseSearchQuery } from "./search-query.ts";

test("what is no filter is left out", () => {
  expect(parseSearchQuery({ q: 2048, kind: "helm", os: {}, publisher: "<b>", signed: "true", sort: "stars" })).toEqual({
    q: "2048",
    kind: "helm",
    os: undefined,
    architecture: undefined,
    publisher: undefined,
    signed: undefined,
    updated: undefined,
    sort: "stars",
  });
  expect(parseSearchQuery({ q: "x".repeat(5_000), signed: false }).q).toHaveLength(200);
});
