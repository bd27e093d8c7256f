import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { Lru } from "./lru.ts";

describe("lru", () => {
  test("keeps, replaces and deletes, and knows its size", () => {
    const lru = new Lru<string, number>(100);
    lru.set("a", 1, 10);
    lru.set("b", 2, 20);
    expect([lru.get("a"), lru.get("b"), lru.get("c"), lru.sizeBytes]).toEqual([1, 2, undefined, 30]);
    lru.set("a", 3, 5);
    expect([lru.get("a"), lru.sizeBytes]).toEqual([3, 25]);
    lru.delete("a");
    lru.delete("a");
    expect([lru.get("a"), lru.sizeBytes]).toEqual([undefined, 20]);
    lru.clear();
    expect([lru.get("b"), lru.sizeBytes]).toEqual([undefined, 0]);
  });

  test("the least recently used goes first", () => {
    const lru = new Lru<string, number>(100);
    for (const key of ["a", "b", "c", "d"]) lru.set(key, 1, 25);
    lru.get("a");
    lru.set("e", 1, 25);
    expect(["a", "b", "c", "d", "e"].map((key) => lru.get(key) !== undefined)).toEqual([true, false, true, true, true]);
  });

  test("what is larger than a quarter is not kept, and what it replaces is gone", () => {
    const lru = new Lru<string, number>(100);
    lru.set("a", 1, 10);
    lru.set("a", 2, 26);
    expect([lru.get("a"), lru.sizeBytes]).toEqual([undefined, 0]);
    lru.set("b", 1, 25);
    expect(lru.get("b")).toBe(1);
  });

  test("values that are false in a condition are kept", () => {
    const lru = new Lru<string, number | null | string>(100);
    lru.set("zero", 0, 1);
    lru.set("null", null, 1);
    lru.set("empty", "", 0);
    expect([lru.get("zero"), lru.get("null"), lru.get("empty")]).toEqual([0, null, ""]);
  });

  test("never over its limit, never another value than the last one set", () => {
    const step = fc.record({ kind: fc.constantFrom("set", "get", "delete"), key: fc.nat(9), sizeBytes: fc.nat(30) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const lru = new Lru<number, number>(100);
        const last = new Map<number, number>();
        for (const [index, { kind, key, sizeBytes }] of steps.entries()) {
          if (kind === "set") {
            lru.set(key, index, sizeBytes);
            last.set(key, index);
          } else if (kind === "delete") {
            lru.delete(key);
            last.delete(key);
          } else {
            const value = lru.get(key);
            if (value !== undefined) expect(value).toBe(last.get(key) ?? -1);
          }
          expect(lru.sizeBytes).toBeLessThanOrEqual(100);
          expect(lru.sizeBytes).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
