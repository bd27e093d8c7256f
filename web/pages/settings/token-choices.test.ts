import { expect, test } from "bun:test";
import { describeScope, expiryOf, scopesOf } from "./token-choices.ts";

test("plain choices reach all names, custom ones their own", () => {
  expect(scopesOf("read", [])).toEqual([{ actions: ["pull"], pattern: "*" }]);
  expect(scopesOf("write", [])).toEqual([{ actions: ["pull", "push"], pattern: "*" }]);
  expect(scopesOf("all", [])).toBeNull();
  expect(scopesOf("custom", [{ actions: ["push"], pattern: " Acme/* " }])).toEqual([
    { actions: ["push"], pattern: "acme/*" },
  ]);
});

test("expiry", () => {
  const now = Date.parse("2026-05-10T12:00:00Z");
  expect(expiryOf("never", "", now)).toBeNull();
  expect(expiryOf("30", "", now)).toBe("2026-06-09T12:00:00.000Z");
  expect(Date.parse(expiryOf("date", "2026-06-01", now) ?? "")).toBe(new Date("2026-06-01T23:59:59").getTime());
});

test("scopes in words", () => {
  expect(describeScope({ actions: ["push", "pull"], pattern: "*" })).toBe("Pull and push everywhere");
  expect(describeScope({ actions: ["delete"], pattern: "acme/*" })).toBe("Delete in acme/*");
});
