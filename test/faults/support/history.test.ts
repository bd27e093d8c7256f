// The judge of histories, against a slow one that tries every order, and on histories whose verdict is known.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { judge, type Call, type Step, type Value } from "./history.ts";
import { randomFrom, type Random } from "./scale.ts";

const call = (begunAt: number, endedAt: number, step: Step): Call => ({ begunAt, endedAt, ...step });
const write = (value: string): Step => ({ kind: "write", value });
const read = (value: Value): Step => ({ kind: "read", value });

test("a history one after the other is linearizable", () => {
  const calls = [call(0, 1, write("a")), call(2, 3, read("a")), call(4, 5, { kind: "remove" }), call(6, 7, read(null))];
  expect(judge(calls, null).isLinearizable).toBe(true);
  expect(judge([...calls, call(8, 9, { kind: "miss" })], null).isLinearizable).toBe(true);
});

test("a read of what was overwritten before it began is not", () => {
  const calls = [call(0, 1, write("a")), call(2, 3, write("b")), call(4, 5, read("a"))];
  expect(judge(calls, null)).toMatchObject({ isLinearizable: false, isOpen: false });
});

test("a new value that was seen and then an old one is not, while the write is still under way", () => {
  const calls = [call(0, 100, write("b")), call(1, 2, read("b")), call(3, 4, read("a"))];
  expect(judge(calls, "a").isLinearizable).toBe(false);
  expect(judge([call(0, 100, write("b")), call(1, 2, read("a")), call(3, 4, read("b"))], "a").isLinearizable).toBe(
    true,
  );
});

test("two removals of one value are not", () => {
  const calls = [call(0, 1, write("a")), call(2, 9, { kind: "remove" }), call(3, 8, { kind: "remove" })];
  expect(judge(calls, null).isLinearizable).toBe(false);
});

test("what was not answered may have happened, or not", () => {
  const unknown = call(0, Infinity, write("b"));
  expect(judge([unknown, call(5, 6, read("b"))], "a").isLinearizable).toBe(true);
  expect(judge([unknown, call(5, 6, read("a"))], "a").isLinearizable).toBe(true);
  expect(judge([unknown, call(5, 6, read("b")), call(7, 8, read("a"))], "a").isLinearizable).toBe(false);
});

/** Tries every order. */
function isLinearizable(left: readonly Call[], value: Value): boolean {
  if (left.every((it) => it.endedAt === Infinity)) return true;
  const firstEnd = Math.min(...left.map((it) => it.endedAt));
  return left.some((it) => {
    if (it.begunAt > firstEnd) return false;
    const rest = left.filter((other) => other !== it);
    if (it.kind === "write") return isLinearizable(rest, it.value);
    if (it.kind === "read") return it.value === value && isLinearizable(rest, value);
    if (it.kind === "remove") return value !== null && isLinearizable(rest, null);
    return value === null && isLinearizable(rest, value);
  });
}

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom("a", "b", "c").map(write),
  fc.constantFrom("a", "b", "c", null).map(read),
  fc.constantFrom<Step>({ kind: "remove" }, { kind: "miss" }),
);
const calls = fc
  .tuple(steps, fc.nat(20), fc.integer({ min: 1, max: 8 }), fc.nat(9))
  .map(([step, begunAt, length, fate]) =>
    call(begunAt, fate === 0 && step.kind === "write" ? Infinity : begunAt + length, step),
  );

test("random small histories get the verdict of trying every order", () => {
  let good = 0;
  fc.assert(
    fc.property(fc.array(calls, { maxLength: 7 }), (history) => {
      const expected = isLinearizable(history, null);
      if (expected) good += 1;
      expect(judge(history, null).isLinearizable).toBe(expected);
    }),
    { numRuns: 3_000 },
  );
  expect(good).toBeGreaterThan(100);
});

/** 20 clients at a slow register, most of whose operations overlap: what they did, and when in between it happened. */
function makeTangle(random: Random): Call[] {
  const free = Array.from({ length: 20 }, () => random.next());
  const spans = Array.from({ length: 600 }, () => {
    const client = random.below(free.length);
    const begunAt = free[client] ?? 0;
    const endedAt = begunAt + 0.2 + random.next() * 2;
    free[client] = endedAt + 0.01;
    return { begunAt, endedAt, at: begunAt + random.next() * (endedAt - begunAt) };
  });
  let value: Value = null;
  return spans
    .sort((a, b) => a.at - b.at)
    .map(({ begunAt, endedAt }, number) => {
      const draw = random.next();
      if (draw < 0.35) {
        value = `v${number}`;
        return call(begunAt, endedAt, write(value));
      }
      if (draw > 0.42) return call(begunAt, endedAt, read(value));
      const step: Step = { kind: value === null ? "miss" : "remove" };
      value = null;
      return call(begunAt, endedAt, step);
    });
}

test("tangled histories are judged, the good and the bad", () => {
  for (let seed = 1; seed <= 10; seed += 1) {
    const history = makeTangle(randomFrom(seed));
    expect(judge(history, null)).toMatchObject({ isLinearizable: true, isOpen: false });
    const reads = history.filter((it) => it.kind === "read" && it.value !== null);
    const late = reads.at(-5);
    const early = reads[5];
    if (late?.kind !== "read" || early?.kind !== "read") throw new Error("too few reads");
    const stale = history.map((it) => (it === late ? { ...late, value: early.value } : it));
    expect(judge(stale, null)).toMatchObject({ isLinearizable: false, isOpen: false });
  }
}, 20_000);
