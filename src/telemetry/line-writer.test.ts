import { afterEach, beforeEach, expect, test } from "bun:test";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LineWriter } from "./line-writer.ts";

let directory: string;
let path: string;
let fd: number;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "berth-lines-"));
  path = join(directory, "log");
  fd = openSync(path, "w");
});
afterEach(() => {
  closeSync(fd);
  rmSync(directory, { recursive: true, force: true });
});

const read = () => readFileSync(path, "utf8");

async function waitFor(condition: () => boolean): Promise<void> {
  for (let round = 0; round < 400 && !condition(); round += 1) await Bun.sleep(10);
  expect(condition()).toBe(true);
}

test("lines arrive in order, in the background", async () => {
  const writer = new LineWriter(fd);
  const lines = Array.from({ length: 1_000 }, (_, index) => `line ${index} ä`);
  for (const line of lines) writer.write(line);
  await waitFor(() => read().endsWith("line 999 ä\n"));
  expect(read()).toBe(lines.map((line) => `${line}\n`).join(""));
  writer.close();
});

test("closing writes what is left, once", () => {
  const writer = new LineWriter(fd);
  writer.write("a");
  writer.write("b");
  writer.close();
  writer.close();
  expect(read()).toBe("a\nb\n");
});

test("much at once arrives whole and in order", async () => {
  const writer = new LineWriter(fd);
  const line = "x".repeat(1_000);
  for (let index = 0; index < 3_000; index += 1) writer.write(`${index} ${line}`);
  await waitFor(() => read().includes(`2999 ${line}\n`));
  const numbers = read()
    .trimEnd()
    .split("\n")
    .map((it) => Number(it.split(" ")[0]));
  expect(numbers).toEqual(Array.from({ length: 3_000 }, (_, index) => index));
  writer.close();
});

test("what nobody reads is dropped and counted; nobody waits and memory stays bounded", async () => {
  const script = `
    const { LineWriter } = await import(${JSON.stringify(join(import.meta.dir, "line-writer.ts"))});
    const writer = new LineWriter(1);
    const line = "x".repeat(1_000_000);
    for (let index = 0; index < 40; index += 1) {
      writer.write(line);
      await Bun.sleep(1);
    }
    process.stderr.write(String(writer.dropped));
    process.exit(0);`;
  const pipe = join(directory, "pipe");
  expect(Bun.spawnSync(["mkfifo", pipe]).exitCode).toBe(0);
  // Opened for both, so that writing finds a reader, which never reads.
  const reader = openSync(pipe, "r+");
  try {
    const program = Bun.spawn([process.execPath, "-e", script], { stdout: reader, stderr: "pipe", timeout: 20_000 });
    const dropped = Number(await new Response(program.stderr).text());
    expect(await program.exited).toBe(0);
    expect(dropped).toBeGreaterThan(10);
  } finally {
    closeSync(reader);
  }
}, 30_000);
