import { describe, expect, test } from "bun:test";
import { ContentCache } from "./content-cache.ts";

const MIB = 1024 * 1024;
const make = (isShared = false) => new ContentCache({ limitBytes: MIB, isShared });
const give = (value: string) => async () => ({ value, sizeBytes: 10 });

/** A read that waits until it is let go, with what was true when it began. */
function slowRead(value: string) {
  let go: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (go = resolve));
  return { go, read: () => gate.then(() => ({ value, sizeBytes: 10 })) };
}

describe("content cache", () => {
  test("remembers until the repository changes, and only that one's", async () => {
    const cache = make();
    expect(cache.get(1, "a")).toBeNull();
    expect(await cache.load(1, "a", give("one"))).toBe("one");
    await cache.load(2, "a", give("two"));
    expect(await cache.load(1, "a", give("never read"))).toBe("one");
    cache.forget(1);
    expect(cache.get(1, "a")).toBeNull();
    expect(cache.get<string>(2, "a")).toBe("two");
    expect(await cache.load(1, "a", give("new"))).toBe("new");
    expect(cache.get<string>(1, "a")).toBe("new");
  });

  test("a value read before a change is never served after it", async () => {
    const cache = make();
    const slow = slowRead("old");
    const loading = cache.load(1, "a", slow.read);
    cache.forget(1);
    slow.go();
    // Whoever asked before the change may hear of what was then.
    expect(await loading).toBe("old");
    expect(cache.get(1, "a")).toBeNull();
    expect(await cache.load(1, "a", give("new"))).toBe("new");
  });

  test("a slow read that ends after a newer one does not bring the old value back", async () => {
    const cache = make();
    const slow = slowRead("old");
    const loading = cache.load(1, "a", slow.read);
    cache.forget(1);
    expect(await cache.load(1, "a", give("new"))).toBe("new");
    slow.go();
    await loading;
    expect(cache.get<string>(1, "a")).not.toBe("old");
    expect(await cache.load(1, "a", give("new"))).toBe("new");
  });

  test("what is absent is not remembered", async () => {
    const cache = make();
    expect(await cache.load(1, "a", async () => null)).toBeNull();
    expect(await cache.load(1, "a", give("came later"))).toBe("came later");
  });

  test("a failing read is remembered by nobody", async () => {
    const cache = make();
    const failing = cache.load(1, "a", () => Promise.reject(new Error("disk")));
    await expect(failing).rejects.toThrow("disk");
    expect(await cache.load(1, "a", give("fine"))).toBe("fine");
  });

  test("ids and keys do not run into each other", async () => {
    const cache = make();
    await cache.load(1, "1/a", give("one"));
    await cache.load(11, "/a", give("eleven"));
    expect([cache.get<string>(1, "1/a"), cache.get<string>(11, "/a"), cache.get<string>(1, "a")]).toEqual([
      "one",
      "eleven",
      null,
    ]);
  });

  test("where others write too nothing is remembered", async () => {
    const cache = make(true);
    expect(await cache.load(1, "a", give("one"))).toBe("one");
    expect(cache.get(1, "a")).toBeNull();
    expect(await cache.load(1, "a", give("two"))).toBe("two");
  });
});
