import { expect, test } from "bun:test";
import { RequestContext } from "./context.ts";
import { formatETag, isUnchanged, parseIfMatch } from "./preconditions.ts";

function contextOf(headers: Record<string, string>): RequestContext {
  const request = new Request("http://h/", { headers });
  // None of it asks the server anything.
  return new RequestContext({ request, server: null as never, path: "/", query: "", id: "i", host: "h", startedAt: 0 });
}

test.each([
  ['"5"', true],
  ['W/"5"', true],
  ['"4","5"', true],
  ['  "4" ,  W/"5"  ', true],
  ["*", true],
  ['"55"', false],
  ['""', false],
  ["5", false],
  ['"5', false],
  ['w/"5"', false],
  ['"4" "5"', false],
  ['"5",', false],
  [`${'"4",'.repeat(5_000)}"5"`, false],
])("If-None-Match: %p", (header, expected) => {
  expect(isUnchanged(contextOf({ "If-None-Match": header }), "5")).toBe(expected);
});

test.each(["5", '"5', '"5",', "x*", "", `${'"4",'.repeat(5_000)}"5"`])("If-Match: %p is refused", (header) => {
  const parse = () => parseIfMatch(contextOf({ "If-Match": header }), "required");
  expect(parse).toThrow(expect.objectContaining({ code: "REQUEST_INVALID" }));
});

test("If-Match is compared where the handler says", () => {
  const { ifMatch, wasAsserted } = parseIfMatch(contextOf({ "If-Match": '"5"' }), "optional");
  expect([ifMatch.isGiven, wasAsserted()]).toEqual([true, false]);
  expect(() => ifMatch.assert(6)).toThrow(
    expect.objectContaining({ code: "PRECONDITION_FAILED", headers: { ETag: '"6"' } }),
  );
  ifMatch.assert("5");
  expect(wasAsserted()).toBeTrue();
  const none = parseIfMatch(contextOf({}), "optional");
  none.ifMatch.assert(1);
  expect([none.ifMatch.isGiven, none.wasAsserted()]).toEqual([false, true]);
  expect(() => parseIfMatch(contextOf({}), "required")).toThrow(expect.objectContaining({ status: 428 }));
  expect(() => parseIfMatch(contextOf({ "If-Match": "*" }), undefined)).toThrow(
    expect.objectContaining({ status: 400 }),
  );
});

test.each(["", 'a"b', "a b", "a\r\nb", "é", "a,b", "x".repeat(201)])("a version %p is a mistake of ours", (version) => {
  expect(() => formatETag(version)).toThrow("cannot stand in an ETag");
});
