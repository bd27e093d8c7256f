import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lockData } from "./data-lock.ts";

const SOURCE = join(import.meta.dir, "data-lock.ts");

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "berth-lock-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Another process that takes the lock and keeps it; resolves when it has it. */
async function startHolder() {
  const script = `
    const { lockData } = await import(${JSON.stringify(SOURCE)});
    globalThis.lock = lockData(${JSON.stringify(directory)});
    console.log("locked");
    await Bun.sleep(60_000);`;
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit", timeout: 30_000 });
  for await (const chunk of child.stdout) {
    if (new TextDecoder().decode(chunk).includes("locked")) return child;
  }
  throw new Error("the holder ended");
}

test("a second process is refused, naming the first; the lock ends with its process, however that ends", async () => {
  const holder = await startHolder();
  try {
    expect(() => lockData(directory)).toThrow(`process ${holder.pid}`);
    expect(() => lockData(directory)).toThrow(directory);
  } finally {
    holder.kill("SIGKILL");
    await holder.exited;
  }
  const lock = lockData(directory);
  lock.release();
});

test("makes the directory, and can be taken again after a release", () => {
  const below = join(directory, "new", "data");
  const first = lockData(below);
  expect(() => lockData(below)).toThrow(`process ${process.pid}`);
  first.release();
  lockData(below).release();
});

test("directories do not hold each other up", () => {
  const one = lockData(join(directory, "one"));
  const two = lockData(join(directory, "two"));
  one.release();
  two.release();
});
