import { expect, test } from "bun:test";
import { once } from "./once.ts";

test("is made once for all who ask, and again after it failed", async () => {
  let makes = 0;
  const get = once(async () => {
    makes += 1;
    await Promise.resolve();
    if (makes === 1) throw new Error("not now");
    return makes;
  });
  const first = [get(), get()];
  for (const it of first) await expect(it).rejects.toThrow("not now");
  expect(await Promise.all([get(), get(), get()])).toEqual([2, 2, 2]);
  expect(makes).toBe(2);
});
