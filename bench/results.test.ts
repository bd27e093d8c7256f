// The verdicts of the table: a goal that is misread would hide a regression.
import { expect, test } from "bun:test";
import { absolute, fraction, type Measure, type Metric, times } from "./measure.ts";
import { judge, Results } from "./results.ts";

const metric = (better: "higher" | "lower", goal?: Metric["goal"]): Metric => ({
  key: "figure",
  label: "figure",
  better,
  ...(goal === undefined ? {} : { goal }),
});

test("a factor counts in the direction that is better", () => {
  expect(judge(metric("higher", times(2, 4)), 400, 100)).toBe("ambitious");
  expect(judge(metric("higher", times(2, 4)), 399, 100)).toBe("must");
  expect(judge(metric("higher", times(2, 4)), 199, 100)).toBe("missed");
  expect(judge(metric("lower", times(2, 4)), 25, 100)).toBe("ambitious");
  expect(judge(metric("lower", times(2, 4)), 51, 100)).toBe("missed");
});

test("a fraction is an upper bound and an absolute goal needs no peer", () => {
  expect(judge(metric("lower", fraction(0.4, 0.25)), 0.4, 1)).toBe("must");
  expect(judge(metric("lower", fraction(0.4, 0.25)), 0.41, 1)).toBe("missed");
  expect(judge(metric("lower", absolute(60, 40)), 40, null)).toBe("ambitious");
  expect(judge(metric("higher", absolute(5000, 13_000)), 4999, null)).toBe("missed");
  expect(judge(metric("lower", absolute(0, 0)), 0, 0)).toBe("ambitious");
});

test("nothing is met without a figure to compare", () => {
  expect(judge(metric("higher", times(2, 4)), null, 100)).toBe("");
  expect(judge(metric("higher", times(2, 4)), 100, null)).toBe("");
  expect(judge(metric("higher"), 100, 100)).toBe("");
});

test("the median of an even number of rounds lies between the middle two", () => {
  const results = new Results();
  const figure = metric("higher");
  const measure: Measure = {
    name: "row",
    metrics: [figure],
    needs: [],
    run: () => Promise.reject(new Error("not run")),
  };
  for (const value of [9, 1, 4, 2]) results.add("berth", measure, { values: { figure: value } });
  expect(results.median("berth", measure, figure)).toBe(3);
  expect(results.median("docker-registry", measure, figure)).toBeNull();
});
