import { expect, test } from "bun:test";
import { LdapFailure } from "./ldap-decoder.ts";
import { LdapTurns } from "./ldap-turns.ts";

const never = new AbortController().signal;

test("so many work at once, and the others in their order", async () => {
  const turns = new LdapTurns({ atOnce: 2, waiting: 10 });
  let working = 0;
  const order: number[] = [];
  const work = async (index: number) => {
    working += 1;
    expect(working).toBeLessThanOrEqual(2);
    order.push(index);
    await Bun.sleep(1);
    working -= 1;
    if (index % 3 === 0) throw new Error("work fails");
  };
  const all = await Promise.allSettled([0, 1, 2, 3, 4, 5, 6].map((index) => turns.take(never, () => work(index))));
  expect(all.map(({ status }) => status === "fulfilled")).toEqual([false, true, true, false, true, true, false]);
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6]);
  await Promise.all([1, 2, 4, 5, 7, 8].map((index) => turns.take(never, () => work(index))));
});

test("too many are refused, and who gives up takes no turn", async () => {
  const turns = new LdapTurns({ atOnce: 1, waiting: 2 });
  const first = Promise.withResolvers<void>();
  const done: string[] = [];
  const running = turns.take(never, () => first.promise);
  const aborter = new AbortController();
  const impatient = turns.take(aborter.signal, async () => void done.push("impatient"));
  const patient = turns.take(never, async () => void done.push("patient"));
  await expect(turns.take(never, async () => void done.push("late"))).rejects.toThrow(LdapFailure);
  aborter.abort();
  await expect(impatient).rejects.toThrow(LdapFailure);
  first.resolve();
  await Promise.all([running, patient]);
  expect(done).toEqual(["patient"]);
  // A turn that is had already is not lost by a signal that comes later.
  expect(await turns.take(aborter.signal, async () => "free")).toBe("free");
});
