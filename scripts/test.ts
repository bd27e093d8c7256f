// `npm test`: every test file in a process of its own; unit tests beside each other, the other lanes one by one.
//   npm test -- [--strict] [PATH...]     PATH narrows to the files under it
// Ends with the line `N passed, N failed, N skipped`. A skip says why; with --strict a skip that the machine could
// have run (its reason does not start with "cannot:") is a failure.

import { availableParallelism } from "node:os";
import { relative, resolve } from "node:path";
import { runTestFile, type TestFileResult } from "../test/support/test-file.ts";

const ROOT = resolve(import.meta.dir, "..");
const FOLDERS = ["src", "web", "bench", "scripts", "test"];
const PARALLEL_LIMIT = 4;

function parseArguments(args: readonly string[]): { strict: boolean; paths: string[] } {
  const unknown = args.find((argument) => argument.startsWith("-") && argument !== "--strict");
  if (unknown !== undefined) {
    console.error(`unknown option ${unknown}; usage: npm test -- [--strict] [PATH...]`);
    process.exit(2);
  }
  const paths = args.filter((argument) => !argument.startsWith("-")).map((path) => relative(ROOT, resolve(path)));
  return { strict: args.includes("--strict"), paths };
}

function isUnder(file: string, path: string): boolean {
  return path === "" || file === path || file.startsWith(`${path}/`);
}

function findTestFiles(paths: readonly string[]): string[] {
  const glob = new Bun.Glob(`{${FOLDERS.join(",")}}/**/*.test.{ts,tsx}`);
  const files = [...glob.scanSync({ cwd: ROOT })].filter((file) => !file.includes("node_modules/")).sort();
  const empty = paths.find((path) => !files.some((file) => isUnder(file, path)));
  if (empty !== undefined) {
    console.error(`no test file at ${empty}`);
    process.exit(2);
  }
  return files.filter((file) => paths.length === 0 || paths.some((path) => isUnder(file, path)));
}

function printResult(result: TestFileResult): void {
  const counts = `${result.passed} passed, ${result.failed.length} failed, ${result.skipped.length} skipped`;
  console.log(
    `${result.failed.length === 0 ? "ok    " : "FAILED"} ${result.file}: ${counts} (${result.seconds.toFixed(1)} s)`,
  );
  if (result.failed.length > 0) console.log(result.output);
}

async function runAll(files: readonly string[], parallel: number): Promise<TestFileResult[]> {
  const results: TestFileResult[] = [];
  const queue = [...files];
  const work = async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const result = await runTestFile(file, { cwd: ROOT });
      printResult(result);
      results.push(result);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return results;
}

const { strict, paths } = parseArguments(process.argv.slice(2));
const files = findTestFiles(paths);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

const isUnit = (file: string) => !file.startsWith("test/");
const results = [
  ...(await runAll(files.filter(isUnit), Math.min(availableParallelism(), PARALLEL_LIMIT))),
  ...(await runAll(
    files.filter((file) => !isUnit(file)),
    1,
  )),
];

const skipped = results.flatMap((result) => result.skipped.map((skip) => ({ ...skip, file: result.file })));
for (const skip of skipped) console.log(`skip: ${skip.file}: ${skip.name}: ${skip.reason}`);
for (const result of results) for (const name of result.failed) console.log(`FAILED: ${result.file}: ${name}`);
const avoidable = strict ? skipped.filter((skip) => !skip.reason.startsWith("cannot:")) : [];
if (avoidable.length > 0) {
  console.log(`FAILED: ${avoidable.length} skipped tests could have run on this machine (--strict)`);
}

const passedCount = results.reduce((sum, result) => sum + result.passed, 0);
const failedCount = results.reduce((sum, result) => sum + result.failed.length, 0);
console.log(`${passedCount} passed, ${failedCount} failed, ${skipped.length} skipped`);
process.exitCode = failedCount + avoidable.length > 0 || passedCount + skipped.length === 0 ? 1 : 0;
