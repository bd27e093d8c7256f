import { expect, test } from "bun:test";
import { byVersion, compareTagKeys, sortTags, tagKey } from "./tag-order.ts";

const ordered = (names: string[]) =>
  names
    .map(tagKey)
    .sort(compareTagKeys)
    .map(({ name }) => name);

test.each([
  ["numbers, not letters", ["1.10.0", "1.9.3", "1.2.0"]],
  ["latest leads, words end", ["latest", "2.0.0", "edge", "main"]],
  ["what stands for more comes first", ["2", "1", "1.2", "1.2.3", "1.2.2", "1.1"]],
  [
    "a release, its variants, what came before it",
    ["2.0.0", "2.0.0-alpine", "2.0.0-slim", "2.0.0-rc.2", "2.0.0-rc.1", "2.0.0-beta.11", "2.0.0-beta.2", "1.9.9"],
  ],
  ["with a v or without", ["v2.0.0", "1.9.0", "v1.8.0"]],
  ["joined pre-releases", ["3.14.0", "3.14.0rc2", "3.14.0rc1", "3.14.0a1", "3.13.9"]],
  ["variants of what stands for more", ["1", "1-alpine", "1.2", "1.2-alpine", "1.2.3", "1.2.3-alpine"]],
  ["dates", ["2026.05.10", "2026.05.02", "2025.12.31"]],
  ["other names, their numbers as numbers", ["build-2", "build-10", "pr-7"]],
])("%s", (_title, names) => {
  expect(ordered([...names].reverse())).toEqual(names);
});

test.each(["3f2a9bc", "12e4567", "1e".padEnd(40, "0"), "1x", "v", "1..2"])("%s is no version", (name) =>
  expect(tagKey(name).group).toBe(2),
);

test("every two names have one order, whichever comes first", () => {
  const names = ["latest", "1", "1.0", "v1.0", "1.0-rc.1", "01.0", "1.0_x", "x", "X", "9".repeat(15), "sha256-ab.sig"];
  for (const a of names) {
    for (const b of names) {
      const [there, back] = [compareTagKeys(tagKey(a), tagKey(b)), compareTagKeys(tagKey(b), tagKey(a))];
      expect(Math.sign(there) + Math.sign(back)).toBe(0);
      if (a !== b) expect(there).not.toBe(0);
    }
  }
});

test("other orders", () => {
  const tag = (name: string, pushedAt: string, sizeBytes: number, lastPulledAt: string | null) => ({
    name,
    pushedAt,
    sizeBytes,
    lastPulledAt,
  });
  const tags = [
    tag("1.0", "2026-01-01", 5, null),
    tag("2.0", "2026-01-03", 1, "2026-02-01"),
    tag("3.0", "2026-01-02", 5, null),
  ];
  const names = (by: "version" | "pushed" | "size" | "pulled", isReversed = false) =>
    sortTags(byVersion(tags), { by, isReversed })
      .map(({ name }) => name)
      .join(" ");
  expect(names("version")).toBe("3.0 2.0 1.0");
  expect(names("version", true)).toBe("1.0 2.0 3.0");
  expect(names("pushed")).toBe("2.0 3.0 1.0");
  expect(names("size")).toBe("3.0 1.0 2.0");
  expect(names("pulled")).toBe("2.0 3.0 1.0");
});

test("10,000 tags are sorted within what a person does not notice", () => {
  const tags = Array.from({ length: 10_000 }, (_, at) => ({
    name: `${at % 17}.${at % 101}.${at}${at % 5 === 0 ? "-alpine" : ""}`,
    pushedAt: "2026",
    sizeBytes: 1,
    lastPulledAt: null,
  }));
  const began = performance.now();
  byVersion(tags);
  expect(performance.now() - began).toBeLessThan(500);
});
