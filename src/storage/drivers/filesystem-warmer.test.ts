import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { newBlobKey } from "../paths.ts";
import { appendAll, sampleBytes } from "../suite-bytes.ts";
import { filesystemStorage } from "./filesystem.ts";
import { Warmer } from "./filesystem-warmer.ts";

const MIB = 1024 * 1024;
const WAIT_MS = 20_000;

let directory: string;
let activity = 0;
let warmer: Warmer;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "berth-warmer-"));
  warmer = new Warmer(() => activity, 10 * MIB);
});
afterEach(() => {
  warmer.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Counts of this process since its start: `rchar` bytes asked of the kernel, `read_bytes` those that came from a disk. */
function readCounter(name: "rchar" | "read_bytes"): number {
  return Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
}

function newFile(name: string, sizeBytes: number): string {
  const path = join(directory, name);
  writeFileSync(path, sampleBytes(sizeBytes));
  return path;
}

async function until(condition: () => boolean): Promise<void> {
  for (const end = performance.now() + WAIT_MS; !condition(); await Bun.sleep(5)) {
    if (performance.now() > end) throw new Error("it did not come to pass");
  }
}

function opened(path: string): boolean {
  return readdirSync("/proc/self/fd").some((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false;
    }
  });
}

test.each(["at once", "in two requests"])(
  "what was uploaded %s is in the page cache for its first reader",
  async (how) => {
    const root = join(directory, "store");
    const storage = await filesystemStorage({ directory: root });
    try {
      const key = newBlobKey();
      const bytes = sampleBytes(12 * MIB + 5);
      const options = { offset: 0, algorithm: "sha256" } as const;
      let writer = await storage.openWriter(key, options);
      await appendAll(writer, bytes, MIB);
      if (how === "in two requests") {
        await writer.suspend();
        writer = await storage.openWriter(key, { ...options, offset: bytes.length });
      }
      const before = readCounter("rchar");
      await writer.commit();
      await until(() => readCounter("rchar") - before >= bytes.length);
      await until(() => !opened(join(root, key)));
      const fromDisk = readCounter("read_bytes");
      expect(Buffer.compare(readFileSync(join(root, key)), bytes)).toBe(0);
      expect(readCounter("read_bytes") - fromDisk).toBe(0);
    } finally {
      await storage.close();
    }
  },
);

test("reads every file once, to its end", async () => {
  const paths = [newFile("a", 3 * MIB), newFile("b", MIB + 1)];
  const before = readCounter("rchar");
  for (const path of paths) warmer.add(path, path.endsWith("a") ? 3 * MIB : MIB + 1);
  expect(warmer.waitingBytes).toBe(4 * MIB + 1);
  await until(() => warmer.waitingBytes === 0);
  expect(readCounter("rchar") - before).toBeGreaterThanOrEqual(4 * MIB + 1);
  await until(() => !paths.some(opened));
});

test("waits as long as uploads go on", async () => {
  const busy = setInterval(() => activity++, 10);
  try {
    const path = newFile("a", 3 * MIB);
    warmer.add(path, 3 * MIB);
    await Bun.sleep(700);
    expect(warmer.waitingBytes).toBe(3 * MIB);
    expect(opened(path)).toBe(false);
  } finally {
    clearInterval(busy);
  }
  await until(() => warmer.waitingBytes === 0);
});

test("an upload that begins stops it; it goes on where it stopped", async () => {
  const path = newFile("a", 8 * MIB);
  let asked = 0;
  // The second piece finds that an upload has begun.
  const interrupted = new Warmer(() => (++asked === 4 ? ++activity : activity), 10 * MIB);
  try {
    const before = readCounter("rchar");
    interrupted.add(path, 8 * MIB);
    await until(() => asked >= 4);
    await until(() => !opened(path));
    expect(interrupted.waitingBytes).toBe(8 * MIB);
    await until(() => interrupted.waitingBytes === 0);
    expect(readCounter("rchar") - before).toBeLessThan(8.4 * MIB);
  } finally {
    interrupted.close();
  }
});

test("the oldest give way to the newest, and what is too large is left alone", async () => {
  warmer.add(newFile("large", 1), 11 * MIB);
  expect(warmer.waitingBytes).toBe(0);
  for (const name of ["a", "b", "c"]) warmer.add(newFile(name, 4 * MIB), 4 * MIB);
  expect(warmer.waitingBytes).toBe(8 * MIB);
  warmer.drop(join(directory, "a"));
  expect(warmer.waitingBytes).toBe(8 * MIB);
  warmer.drop(join(directory, "b"));
  expect(warmer.waitingBytes).toBe(4 * MIB);
});

test("a file that is gone, cut or no file at all stops nothing", async () => {
  warmer.add(join(directory, "gone"), MIB);
  warmer.add(newFile("cut", 10), MIB);
  warmer.add(directory, MIB);
  const before = readCounter("rchar");
  warmer.add(newFile("good", 2 * MIB), 2 * MIB);
  await until(() => warmer.waitingBytes === 0);
  expect(readCounter("rchar") - before).toBeGreaterThanOrEqual(2 * MIB);
});

test("reads nothing more once it is closed", async () => {
  const path = newFile("a", 8 * MIB);
  warmer.add(path, 8 * MIB);
  warmer.close();
  warmer.add(path, 8 * MIB);
  await Bun.sleep(500);
  expect(opened(path)).toBe(false);
  expect(warmer.waitingBytes).toBe(0);
});
