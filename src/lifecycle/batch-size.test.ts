import { expect, test } from "bun:test";
import { BatchSize } from "./batch-size.ts";

/** A clock that goes on when the work says so: how long this machine takes decides nothing. */
let time = 0;
const now = () => time;
const quick = async () => void (time += 0.1);
const slow = async () => void (time += 12);

test("grows to the most while work is quick, shrinks to the least while it is slow", async () => {
  const batches = new BatchSize({ most: 100, least: 5, now });
  const first = batches.limit;
  for (let round = 0; round < 20; round += 1) await batches.measure(quick);
  expect(batches.limit).toBe(100);
  expect(first).toBeLessThan(100);
  await batches.measure(slow);
  expect(batches.limit).toBeLessThan(50);
  for (let round = 0; round < 6; round += 1) await batches.measure(slow);
  expect(batches.limit).toBe(5);
  await batches.measure(quick);
  expect(batches.limit).toBeGreaterThan(5);
});

test("what fails is measured and thrown", async () => {
  const batches = new BatchSize({ most: 100, least: 5, now });
  const before = batches.limit;
  const failing = batches.measure(async () => {
    await slow();
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(batches.limit).toBeLessThan(before);
});
