import { expect, test } from "bun:test";
import { daily } from "./growth.ts";

const hour = (index: number) => ({
  at: new Date(Date.UTC(2026, 0, 1, index)).toISOString(),
  storedBytes: index,
});

test("few points are shown as they are, many by the day", () => {
  expect(daily([])).toEqual([]);
  expect(daily([hour(0), hour(1)])).toEqual([
    { at: hour(0).at, value: 0 },
    { at: hour(1).at, value: 1 },
  ]);
  const many = Array.from({ length: 60 }, (_, index) => hour(index));
  expect(daily(many).map((it) => it.value)).toEqual([23, 47, 59]);
});
