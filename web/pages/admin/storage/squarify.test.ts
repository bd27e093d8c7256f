import { expect, test } from "bun:test";
import { type Box, squarify } from "./squarify.ts";

const AREA: Box = { left: 0, top: 0, width: 600, height: 400 };
const sizeOf = ({ width, height }: Box) => width * height;

test("the example of the paper", () => {
  const boxes = squarify([6, 6, 4, 3, 2, 2, 1], { left: 0, top: 0, width: 6, height: 4 });
  expect(boxes.slice(0, 2)).toEqual([
    { left: 0, top: 0, width: 3, height: 2 },
    { left: 0, top: 2, width: 3, height: 2 },
  ]);
  expect(boxes.map((it) => Math.round(sizeOf(it) * 1_000) / 1_000)).toEqual([6, 6, 4, 3, 2, 2, 1]);
});

test("areas are as the values, within the space, and none lies on another", () => {
  const values = Array.from({ length: 40 }, (_, index) => 1_000_000 / (index + 1));
  const total = values.reduce((sum, it) => sum + it, 0);
  const boxes = squarify(values, AREA);
  expect(boxes).toHaveLength(values.length);
  for (const [index, box] of boxes.entries()) {
    expect(sizeOf(box) / sizeOf(AREA)).toBeCloseTo((values[index] ?? 0) / total, 6);
    expect(box.left + box.width).toBeLessThanOrEqual(AREA.width + 1e-6);
    expect(box.top + box.height).toBeLessThanOrEqual(AREA.height + 1e-6);
    for (const other of boxes.slice(index + 1)) expect(overlapOf(box, other)).toBeLessThan(1e-6);
    expect(Math.max(box.width / box.height, box.height / box.width)).toBeLessThan(4);
  }
});

test("nothing, zeros and no space", () => {
  expect(squarify([], AREA)).toEqual([]);
  expect(squarify([5], AREA)).toEqual([AREA]);
  const boxes = squarify([5, 0, 0], AREA);
  expect(boxes.map(sizeOf)).toEqual([240_000, 0, 0]);
  expect(squarify([0, 0], AREA).map(sizeOf)).toEqual([0, 0]);
  expect(squarify([1, 2], { ...AREA, width: 0 }).every((it) => Number.isFinite(sizeOf(it)))).toBe(true);
});

function overlapOf(one: Box, other: Box): number {
  const width = Math.min(one.left + one.width, other.left + other.width) - Math.max(one.left, other.left);
  const height = Math.min(one.top + one.height, other.top + other.height) - Math.max(one.top, other.top);
  return Math.max(0, width) * Math.max(0, height);
}
