import { describe, expect, test } from "bun:test";
import { newBlobKey } from "../storage/paths.ts";
import { memoryStorage } from "../storage/drivers/memory.ts";
import { Room } from "./room.ts";

const MIB = 1024 * 1024;

/** The code of the refusal, or null when the bytes may come. */
async function refusal(asked: Promise<void>): Promise<string | null> {
  return await asked.then(
    () => null,
    (error: unknown) => (error instanceof Error && "code" in error ? String(error.code) : String(error)),
  );
}

describe("room", () => {
  test("what is free without the reserve may be used, to the byte", async () => {
    const room = new Room(memoryStorage({ limitBytes: 1_000 }), 400);
    await room.look();
    expect(room.availableBytes).toBe(600);
    expect(await refusal(room.assertFor(600))).toBeNull();
    expect(await refusal(room.assertFor(601))).toBe("STORAGE_FULL");
  });

  test("auto keeps 5 % free, at most 64 MiB", async () => {
    const small = new Room(memoryStorage({ limitBytes: 1_000 }), "auto");
    await small.look();
    expect(small.availableBytes).toBe(950);
    const large = new Room(memoryStorage({ limitBytes: 100_000 * MIB }), "auto");
    await large.look();
    expect(large.availableBytes).toBe((100_000 - 64) * MIB);
  });

  test("refuses even a byte beyond the reserve, and knows at once when somebody made room", async () => {
    const storage = memoryStorage({ limitBytes: 1_000 });
    const room = new Room(storage, 500);
    const key = newBlobKey();
    await storage.put(key, new Uint8Array(600));
    await room.look();
    expect(room.availableBytes).toBe(-100);
    expect(await refusal(room.assertFor(0))).toBe("STORAGE_FULL");
    await storage.delete(key);
    expect(await refusal(room.assertFor(500))).toBeNull();
  });

  test("what was taken counts until the next look", async () => {
    const room = new Room(memoryStorage({ limitBytes: 1_000 }), 0);
    await room.look();
    await room.take(700);
    expect(room.availableBytes).toBe(300);
    // Nothing was stored, so a look finds it free again: that is what the refusal of 400 is checked against.
    expect(await refusal(room.assertFor(400))).toBeNull();
  });

  test("before the first look nothing is refused", async () => {
    const room = new Room(memoryStorage({ limitBytes: 1 }), 0);
    expect(room.availableBytes).toBe(Infinity);
    expect(await refusal(room.assertFor(10))).toBeNull();
  });

  test("looks again by itself", async () => {
    const room = new Room(memoryStorage({ limitBytes: 1_000 }), 0);
    // Never looked, so that it is due: this call passes, and the look that it starts is what the next one goes by.
    await room.assertFor(1);
    for (let round = 0; round < 100 && room.availableBytes === Infinity; round += 1) await Bun.sleep(1);
    expect(await refusal(room.assertFor(1_001))).toBe("STORAGE_FULL");
  });
});
