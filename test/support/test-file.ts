// Runs one test file in a process of its own and counts honestly: a process that dies, ends early with success,
// never ends, does not load or holds no test is a failure, whatever its report says.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signalGroup } from "./process.ts";
import { parseTestReport } from "./test-report.ts";

export interface TestFileResult {
  file: string;
  passed: number;
  /** Names of tests, or what went wrong with the file as a whole. */
  failed: string[];
  skipped: { name: string; reason: string }[];
  output: string;
  seconds: number;
}

export interface TestFileOptions {
  cwd: string;
  /** For a test that says no time of its own. */
  testTimeoutSeconds?: number;
  fileTimeoutSeconds?: number;
}

export const NO_REASON = "no reason given";

export async function runTestFile(file: string, options: TestFileOptions): Promise<TestFileResult> {
  const directory = await mkdtemp(join(tmpdir(), "berth-report-"));
  const report = join(directory, "report.xml");
  const fileTimeoutSeconds = options.fileTimeoutSeconds ?? 1800;
  const start = performance.now();
  try {
    const flags = [`--timeout=${(options.testTimeoutSeconds ?? 180) * 1000}`, "--reporter=junit"];
    // In CI's mode Bun refuses a forgotten `test.only`, which would hide the other tests.
    const child = Bun.spawn(
      [process.execPath, "test", "--no-orphans", ...flags, `--reporter-outfile=${report}`, `./${file}`],
      {
        cwd: options.cwd,
        env: { ...process.env, CI: "true", FORCE_COLOR: "0" },
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
        detached: true,
      },
    );
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      signalGroup(child.pid, "SIGKILL");
    }, fileTimeoutSeconds * 1000);
    const stop = () => signalGroup(child.pid, "SIGTERM");
    process.once("exit", stop);
    const [stdout, stderr] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    clearTimeout(timer);
    process.off("exit", stop);
    const ending = late
      ? `it did not end in ${fileTimeoutSeconds} s`
      : `it ended with ${child.signalCode ?? `exit code ${child.exitCode}`}`;
    const xml = (await Bun.file(report).exists()) ? await Bun.file(report).text() : null;
    const output = stdout + stderr;
    const counts = count(xml, output, child.exitCode === 0 && !late, ending);
    return { file, ...counts, output, seconds: (performance.now() - start) / 1000 };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function count(
  xml: string | null,
  output: string,
  succeeded: boolean,
  ending: string,
): Pick<TestFileResult, "passed" | "failed" | "skipped"> {
  if (xml === null) {
    return { passed: 0, failed: [`(the file has no results: it did not load, or ${ending})`], skipped: [] };
  }
  const { passed, failed, skipped } = parseTestReport(xml);
  if (!succeeded && failed.length === 0) failed.push(`(all tests passed, but ${ending})`);
  if (passed + failed.length + skipped.length === 0) failed.push("(the file holds no test)");
  const lines = output.split("\n");
  return { passed, failed, skipped: skipped.map((skip) => ({ name: skip.name, reason: reasonFor(skip, lines) })) };
}

/** Finds `skip: NAME: REASON` for a test, where NAME is its full name, its own or that of a suite around it. */
function reasonFor(skip: { name: string; suites: string[] }, lines: string[]): string {
  const own = skip.name.split(" > ").at(-1) ?? skip.name;
  for (const name of [skip.name, own, skip.suites.join(" > "), ...skip.suites.toReversed()]) {
    const prefix = `skip: ${name}: `;
    const line = lines.find((line) => line.startsWith(prefix));
    if (line !== undefined) return line.slice(prefix.length).trim();
  }
  return NO_REASON;
}
