// The runner of our tests, on planted files: what goes wrong with a file must never look like success.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { makeTemporaryDirectory, type TemporaryDirectory } from "./temporary.ts";
import { NO_REASON, runTestFile, type TestFileResult } from "./test-file.ts";

const HEAD = 'import { afterAll, beforeAll, describe, expect, test } from "bun:test";\n';

let directory: TemporaryDirectory;
beforeAll(async () => {
  directory = await makeTemporaryDirectory("plant");
});
afterAll(async () => {
  await directory?.remove();
});

async function plant(body: string, fileTimeoutSeconds = 60): Promise<TestFileResult> {
  await writeFile(directory.join("planted.test.ts"), HEAD + body);
  return await runTestFile("planted.test.ts", { cwd: directory.path, fileTimeoutSeconds });
}

test("counts what passes and fails, by full name", async () => {
  const result = await plant(`
    test("one", () => {});
    describe("a & <b>", () => {
      test("two", () => {});
      test('says "no"', () => { expect(1).toBe(2); });
    });`);
  expect(result.passed).toBe(2);
  expect(result.failed).toEqual(['a & <b> > says "no"']);
  expect(result.output).toContain("expect(received)");
});

test("finds the reason of every skip", async () => {
  const result = await plant(`
    console.error("skip: outer: cannot: no moon");
    console.error("skip: alone: thing is not installed: run it");
    describe.skip("outer", () => {
      beforeAll(() => {});
      test("in", () => {});
      describe("deep", () => { test("in", () => {}); });
    });
    test.skip("alone", () => {});
    test.skip("silent", () => {});
    test.todo("later");
    test("runs", () => {});`);
  expect(result.passed).toBe(1);
  expect(result.failed).toEqual([]);
  expect(result.skipped).toEqual([
    { name: "outer > in", reason: "cannot: no moon" },
    { name: "outer > deep > in", reason: "cannot: no moon" },
    { name: "alone", reason: "thing is not installed: run it" },
    { name: "silent", reason: NO_REASON },
    { name: "later", reason: NO_REASON },
  ]);
});

const BROKEN: Readonly<Record<string, string>> = {
  "does not load": 'import { nothing } from "./missing.ts"; test("x", () => { nothing(); });',
  "throws while it loads": 'test("x", () => {}); throw new Error("early");',
  "ends the process with success": 'test("x", () => {}); test("y", () => { process.exit(0); });',
  "crashes the process": 'test("x", () => {}); test("y", () => { process.kill(process.pid, "SIGKILL"); });',
  "holds no test": "",
  "fails in a hook before":
    'describe("x", () => { beforeAll(() => { throw new Error("b"); }); test("y", () => {}); });',
  "fails in a hook after": 'test("x", () => {}); afterAll(() => { throw new Error("a"); });',
  "runs one test only": 'test("x", () => {}); test.only("y", () => {});',
};
for (const [what, body] of Object.entries(BROKEN)) {
  test(`fails a file that ${what}`, async () => {
    const result = await plant(body);
    expect(result.failed.length).toBe(1);
  });
}

test("fails a file that never ends", async () => {
  const result = await plant('test("x", async () => { await Bun.sleep(100_000); });', 2);
  expect(result.failed).toEqual(["(the file has no results: it did not load, or it did not end in 2 s)"]);
});

test("ends what a file leaves running", async () => {
  const result = await plant(`
    test("x", () => {
      const child = Bun.spawn(["sleep", "1000"], { detached: true, stdout: "ignore", stderr: "ignore" });
      child.unref();
      console.error("pid: " + child.pid);
    });`);
  expect(result.passed).toBe(1);
  const pid = Number(/^pid: (\d+)$/m.exec(result.output)?.[1]);
  const command = await Bun.file(`/proc/${pid}/cmdline`)
    .text()
    .catch(() => "");
  expect(command).not.toContain("sleep");
});
