import { describe, expect, test } from "bun:test";
import { MAX_PAGE, nextLink, parsePage } from "./pagination.ts";

const parse = (query: string) => parsePage(new URLSearchParams(query), 100);

describe("n", () => {
  const cases: [string, number][] = [
    ["", 100],
    ["n=0", 0],
    ["n=1", 1],
    ["n=1000", MAX_PAGE],
    ["n=1001", MAX_PAGE],
    ["n=9223372036854775808", MAX_PAGE],
    ["n=007", 7],
    ["n=5&n=6", 5],
  ];
  test.each(cases)("%j", (query, limit) => expect(parse(query).limit).toBe(limit));

  test.each(["n=", "n=-1", "n=x", "n=1.5", "n=1e3", "n=0x1", "n=+1", `n=${"9".repeat(21)}`, "n=٣", "n=1%00"])(
    "%s is refused",
    (query) => {
      expect(() => parse(query)).toThrow(expect.objectContaining({ code: "PAGINATION_NUMBER_INVALID", status: 400 }));
    },
  );
});

describe("last", () => {
  test("as it is sent, or none", () => {
    expect(parse("").last).toBeNull();
    expect(parse("last=").last).toBe("");
    expect(parse("last=a%2Fb").last).toBe("a/b");
    expect(parse(`last=${"x".repeat(255)}`).last).toHaveLength(255);
  });

  test.each(["last=%00", "last=a%00b", `last=${"x".repeat(10_000)}`])(
    "what no name or tag can be is refused",
    (query) => {
      expect(() => parse(query)).toThrow(expect.objectContaining({ status: 400 }));
    },
  );
});

test("the link leads back to what it was made from, whatever the values hold", () => {
  const values = ["a/b", 'x>; rel="prev"', "a&n=9", "ü\r\nX: y", "+", "%00"];
  for (const value of values) {
    const link = nextLink("/v2/_catalog", [
      ["n", 2],
      ["last", value],
    ]);
    const target = /^<(\/v2\/_catalog\?[^<>\s]+)>; rel="next"$/.exec(link)?.[1];
    const query = new URL(target ?? "", "http://registry").searchParams;
    expect([query.get("n"), query.get("last"), [...query.keys()].length]).toEqual(["2", value, 2]);
  }
});
