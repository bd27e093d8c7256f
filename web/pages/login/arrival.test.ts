import { expect, test } from "bun:test";
import { ownPath, readArrival } from "./arrival.ts";

test("a second step", () => {
  expect(readArrival("#pending=abc&second_factor=totp,backup-code,evil&return_to=%2Fr%2Facme")).toEqual({
    message: null,
    step: { pending: "abc", kinds: ["totp", "backup-code"] },
    name: null,
    next: "/r/acme",
  });
});

test("an error is said in our own words", () => {
  expect(readArrival("#error=<b>call+0900</b>").message).toBe("The sign-in did not work. Try again.");
  expect(readArrival("#error=denied").message).toContain("refused");
  expect(readArrival("").message).toBeNull();
});

test.each([
  ["/r/acme?x=1", "/r/acme?x=1"],
  ["//evil.test/", "/"],
  ["/\\evil.test", "/"],
  ["https://evil.test", "/"],
  ["javascript:alert(1)", "/"],
  ["", "/"],
  [null, "/"],
])("%s leads to %s", (address, path) => expect(ownPath(address)).toBe(path));
