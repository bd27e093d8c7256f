import { expect, test } from "bun:test";
import { diffLines, foldSame } from "./line-diff.ts";

const show = (from: string, to: string) =>
  diffLines(from, to)?.map(({ kind, text }) => ({ same: " ", removed: "-", added: "+" })[kind] + text);

test.each([
  ["a\nb\nc", "a\nb\nc", [" a", " b", " c"]],
  ["a\nb\nc", "a\nx\nc", [" a", "-b", "+x", " c"]],
  ["a\nc", "a\nb\nc", [" a", "+b", " c"]],
  ["a\nb\nc", "a\nc", [" a", "-b", " c"]],
  ["a", "b", ["-a", "+b"]],
  ["a\na", "a", [" a", "-a"]],
  ["a\nb\nc\nd", "b\nx\nd\ne", ["-a", " b", "-c", "+x", " d", "+e"]],
])("%j → %j", (from, to, lines) => expect(show(from, to)).toEqual(lines));

test("both texts can be had back, with the numbers of their lines", () => {
  const random = (seed: number) => Array.from({ length: 60 }, (_, at) => `${(at * seed * 7919) % 11}`).join("\n");
  for (let seed = 1; seed < 30; seed += 1) {
    const [from, to] = [random(seed), random(seed + 1)];
    const lines = diffLines(from, to)!;
    const sides = { from: lines.filter((it) => it.from !== null), to: lines.filter((it) => it.to !== null) };
    expect(sides.from.map((it) => it.text).join("\n")).toBe(from);
    expect(sides.to.map((it) => it.text).join("\n")).toBe(to);
    expect(sides.from.map((it) => it.from)).toEqual(sides.from.map((_, at) => at + 1));
    expect(sides.to.map((it) => it.to)).toEqual(sides.to.map((_, at) => at + 1));
  }
});

test("what is too much is not tried", () => {
  const lines = (word: string) => Array.from({ length: 3_000 }, (_, at) => `${word}${at}`).join("\n");
  expect(diffLines(lines("a"), lines("b"))).toBeNull();
  expect(diffLines(lines("a"), `${lines("a")}\nmore`)).toHaveLength(3_001);
});

test("folded", () => {
  const text = (middle: string) => ["1", "2", "3", "4", "5", middle, "7", "8", "9", "10", "11"].join("\n");
  const folded = foldSame(diffLines(text("6"), text("six"))!, 2);
  expect(folded.map((it) => it?.text ?? "…")).toEqual(["…", "4", "5", "6", "six", "7", "8", "…"]);
});
