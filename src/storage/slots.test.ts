import { ptr } from "bun:ffi";
import { expect, test } from "bun:test";

import { BLOCK_BYTES, ByteBudget, type Slot, SLOT_BYTES, SlotPool } from "./slots.ts";

test("slots are aligned, whole and apart", () => {
  const pool = new SlotPool({ count: 3, perShare: 3 });
  const share = { held: 0 };
  const slots = [pool.take(share), pool.take(share), pool.take(share)].filter((slot) => slot !== null);
  expect(slots).toHaveLength(3);
  expect(new Set(slots.map(({ at }) => at)).size).toBe(3);
  for (const { at, bytes } of slots) {
    expect(bytes.length).toBe(SLOT_BYTES);
    expect(bytes.byteOffset).toBe(at);
    expect(ptr(bytes) % BLOCK_BYTES).toBe(0);
  }
  expect(pool.take(share)).toBeNull();
});

test("shares shrink as more hold slots, and an empty pool gives none", () => {
  const pool = new SlotPool({ count: 8, perShare: 6 });
  const takeAll = (share: { held: number }): Slot[] => {
    const taken: Slot[] = [];
    for (let slot = pool.take(share); slot !== null; slot = pool.take(share)) taken.push(slot);
    return taken;
  };
  const first = { held: 0 };
  const held = takeAll(first);
  expect(held).toHaveLength(6);
  expect(takeAll({ held: 0 })).toHaveLength(2);
  expect(takeAll({ held: 0 })).toHaveLength(0);
  for (const slot of held) pool.give(first, slot);
  expect(pool.freeCount).toBe(6);
  expect(takeAll(first)).toHaveLength(4);
});

test("a budget gives what it has", () => {
  const budget = new ByteBudget(10);
  expect(budget.take(7)).toBe(true);
  expect(budget.take(4)).toBe(false);
  budget.give(7);
  expect(budget.take(10)).toBe(true);
  expect(budget.takenBytes).toBe(10);
});
