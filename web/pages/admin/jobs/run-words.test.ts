import { expect, test } from "bun:test";
import { durationWords, figuresOf, summaryLine } from "./run-words.ts";

test("figures are told by their names", () => {
  expect(figuresOf({ freedBytes: 5_000, binnedManifests: 2, heldBy: null, exact: true, bytes: 7 })).toEqual([
    ["freed", "5.0 kB"],
    ["binned manifests", "2"],
    ["exact", "yes"],
    ["bytes", "7 B"],
  ]);
  expect(summaryLine({ freedBytes: 5_000, blobs: 0, links: 3 })).toBe("freed 5.0 kB, links 3");
  expect(summaryLine({})).toBe("");
});

test.each([
  [12.4, "12 ms"],
  [1_240, "1.2 s"],
  [185_000, "3 min 5 s"],
  [7_500_000, "2 h 5 min"],
])("%d ms", (milliseconds, words) => expect(durationWords(milliseconds)).toBe(words));
