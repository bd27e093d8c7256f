// What a test needs of the machine. A test that cannot run here is skipped with a reason that says what to do,
// never silently: `npm test` prints it, and `--strict` fails on every reason that does not start with "cannot:".

import { describe, setDefaultTimeout } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { searchPath } from "./process.ts";

/** The things that are no program on the PATH; each gives null or the reason. */
const CHECKS: Readonly<Record<string, () => string | null>> = {
  root: () => (process.getuid?.() === 0 ? null : "cannot: this needs root"),
  go: () => (Bun.which("go") === null ? "cannot: Go is not installed" : null),
  namespaces: () =>
    succeeds(["unshare", "--net", "--mount", "--pid", "--fork", "true"])
      ? null
      : "cannot: this machine does not let us make namespaces",
  containers: () => CHECKS["root"]?.() ?? CHECKS["namespaces"]?.() ?? lackingControlGroups(),
};

/** null when everything is here, else the reason for the first thing that is not. */
export function lacking(...names: string[]): string | null {
  for (const name of names) {
    const check = CHECKS[name];
    const reason = check === undefined ? lackingProgram(name) : check();
    if (reason !== null) return reason;
  }
  return null;
}

// Real programs on a busy machine are slow; a test here ends early only when something hangs.
const TEST_TIMEOUT_MS = 180_000;

/** `describe` where the machine has what `names` say, else the skip and its reason; tests may take three minutes. */
export function describeWith(name: string, names: string[], body: () => void): void {
  setDefaultTimeout(TEST_TIMEOUT_MS);
  const reason = lacking(...names);
  if (reason === null) {
    describe(name, body);
    return;
  }
  console.error(`skip: ${name}: ${reason}`);
  describe.skip(name, body);
}

function lackingProgram(name: string): string | null {
  if (Bun.which(name, { PATH: searchPath() }) !== null) return null;
  return existsSync("/usr/bin/apt-get")
    ? `${name} is not installed: run npm run test:setup`
    : `cannot: ${name} is not installed, and this is not Debian`;
}

function lackingControlGroups(): string | null {
  if (!existsSync("/proc/self/mounts")) return "cannot: there are no control groups here";
  const mounts = readFileSync("/proc/self/mounts", "utf8");
  const writable = mounts.split("\n").some((line) => /^\S+ \S+ cgroup2? rw[, ]/.test(line));
  return writable ? null : "cannot: control groups are not writable here";
}

function succeeds(command: string[]): boolean {
  try {
    return Bun.spawnSync(command, { timeout: 10_000 }).exitCode === 0;
  } catch {
    return false;
  }
}
