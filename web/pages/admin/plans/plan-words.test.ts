import { expect, test } from "bun:test";
import { limitWords, pullWords, spanWords, usedWords } from "./plan-words.ts";

test.each([
  [21_600, "6 hours"],
  [3_600, "1 hour"],
  [86_400, "1 day"],
  [90, "90 seconds"],
  [120, "2 minutes"],
])("%d seconds", (seconds, words) => expect(spanWords(seconds)).toBe(words));

test("limits", () => {
  expect(limitWords(null)).toBe("no limit");
  expect(usedWords(2, 10)).toBe("2 of 10");
  expect(usedWords(1_000, null)).toBe("1,000");
  expect(pullWords(100, 21_600)).toBe("100 in 6 hours");
});
