import { describe, expect, test } from "bun:test";
import { newBlobKey } from "../storage/paths.ts";
import { memoryStorage } from "../storage/drivers/memory.ts";
import { Room } from "./room.ts";

const MIB = 1024 * 1024;
const FULL = expect.objectContaining({ code: "STORAGE_FULL", status: 507 });

describe("room", () => {
  test("what is free without the reserve may be used, to the byte", async () => {
    const room = new Room(memoryStorage({ limitBytes: 1_000 }), 400);
    await room.look();
    expect(room.availableBytes).toBe(600);
    expect(() => room.assertFor(600)).not.toThrow();
    expect(() => room.assertFor(601)).toThrow(FULL);
  });

  test("auto keeps 5 % free, at most 64 MiB", async () => {
    const small = new Room(memoryStorage({ limitBytes: 1_000 }), "auto");
    await small.look();
    expect(small.availableBytes).toBe(950);
    const large = new Room(memoryStorage({ limitBytes: 100_000 * MIB }), "auto");
    await large.look();
    expect(large.availableBytes).toBe((100_000 - 64) * MIB);
  });

  test("follows the storage, and refuses even a byte when it is beyond the reserve", async () => {
    const storage = memoryStorage({ limitBytes: 1_000 });
    const room = new Room(storage, 500);
    const key = newBlobKey();
    await storage.put(key, new Uint8Array(600));
    await room.look();
    expect(room.availableBytes).toBe(-100);
    expect(() => room.assertFor(0)).toThrow(FULL);
    await storage.delete(key);
    await room.look();
    expect(() => room.assertFor(500)).not.toThrow();
  });

  test("before the first look nothing is refused", () => {
    const room = new Room(memoryStorage({ limitBytes: 1 }), 0);
    expect(room.availableBytes).toBe(Infinity);
    expect(() => room.assertFor(10)).not.toThrow();
  });

  test("looks again by itself", async () => {
    const storage = memoryStorage({ limitBytes: 1_000 });
    const room = new Room(storage, 0);
    // Never looked, so that it is due: this call passes, and the look that it starts is what the next one goes by.
    room.assertFor(1);
    for (let round = 0; round < 100 && room.availableBytes === Infinity; round += 1) await Bun.sleep(1);
    expect(() => room.assertFor(1_001)).toThrow(FULL);
  });
});
