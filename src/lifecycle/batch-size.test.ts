import { expect, test } from "bun:test";
import { BatchSize } from "./batch-size.ts";

const quick = async () => undefined;
const slow = async () => {
  for (const end = performance.now() + 12; performance.now() < end;);
};

test("grows to the most while work is quick, shrinks to the least while it is slow", async () => {
  const batches = new BatchSize({ most: 100, least: 5 });
  const first = batches.limit;
  for (let time = 0; time < 20; time += 1) await batches.measure(quick);
  expect(batches.limit).toBe(100);
  expect(first).toBeLessThan(100);
  await batches.measure(slow);
  expect(batches.limit).toBeLessThan(50);
  for (let time = 0; time < 6; time += 1) await batches.measure(slow);
  expect(batches.limit).toBe(5);
  await batches.measure(quick);
  expect(batches.limit).toBeGreaterThan(5);
});

test("what fails is measured and thrown", async () => {
  const batches = new BatchSize({ most: 100, least: 5 });
  const before = batches.limit;
  const failing = batches.measure(async () => {
    await slow();
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(batches.limit).toBeLessThan(before);
});
