// The two editions of the OCI distribution conformance suite, built from pinned versions by Go.
// Nothing of the suite is kept here: a scratch module requires it, and the built program waits in the temporary
// directory for the next run. Where Go or the suite cannot be had, `buildSuite` gives the reason instead.

import { existsSync } from "node:fs";
import { chmod, mkdir, rename, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cleanEnvironment, run } from "../support/process.ts";
import { makeTemporaryDirectory } from "../support/temporary.ts";

const MODULE = "github.com/opencontainers/distribution-spec/conformance";
const OLDEST_GO_MINOR = 25;
const PROXY_NAMES = /^(https?|all|no)_proxy$/i;

export interface Suite {
  name: string;
  version: string;
  /** What makes a program of it: the 1.1.1 edition is a Go test, the newer one a program. */
  build: readonly string[];
}

/** The edition of the 1.1.1 tag, with which most registries publish their results. */
export const TAGGED_SUITE: Suite = {
  name: "v1.1.1",
  version: "v0.0.0-20250123160558-a139cc423184",
  build: ["test", "-c"],
};

/** The rewritten edition of the main branch, which knows the drafts after 1.1.1. */
export const MAIN_SUITE: Suite = {
  name: "main",
  version: "v0.0.0-20260716174315-967efdc079b9",
  build: ["build"],
};

export interface BuiltSuite {
  program: string;
  /** null when there is a program, else why there is none. */
  reason: string | null;
}

/** Throws only when the suite is here and does not build. */
export async function buildSuite(suite: Suite): Promise<BuiltSuite> {
  if (Bun.which("go") === null) return { program: "", reason: "cannot: Go is not installed" };
  const goVersion = (await run(["go", "env", "GOVERSION"], { env: goEnvironment() })).stdout.trim();
  const minor = Number(/^go1\.(\d+)/.exec(goVersion)?.[1] ?? 0);
  if (minor < OLDEST_GO_MINOR) {
    return { program: "", reason: `cannot: ${goVersion} is older than go1.${OLDEST_GO_MINOR}` };
  }
  const program = join(await makeCacheDirectory(), `${suite.name}-${suite.version}-${goVersion}`);
  if (existsSync(program)) return { program, reason: null };
  return { program, reason: await buildInto(program, suite) };
}

async function buildInto(program: string, suite: Suite): Promise<string | null> {
  const scratch = await makeTemporaryDirectory("go");
  const go = (args: readonly string[], exitCode: 0 | "any") =>
    run(["go", ...args], { cwd: scratch.path, env: goEnvironment(), timeoutSeconds: 280, exitCode });
  try {
    await Bun.write(scratch.join("go.mod"), "module scratch\n\ngo 1.24.0\n");
    const fetched = await go(["get", "-t", `${MODULE}@${suite.version}`], "any");
    if (fetched.exitCode !== 0) {
      return `cannot: Go could not fetch the ${suite.name} suite: ${fetched.stderr.trim().replaceAll(/\s+/g, " ")}`;
    }
    await go([...suite.build, "-o", scratch.join("suite"), MODULE], 0);
    // In two steps, so that a run that is cut short leaves no half program under the final name.
    await Bun.write(`${program}.part`, Bun.file(scratch.join("suite")));
    await chmod(`${program}.part`, 0o700);
    await rename(`${program}.part`, program);
    return null;
  } finally {
    await scratch.remove();
  }
}

async function makeCacheDirectory(): Promise<string> {
  const user = process.getuid?.() ?? 0;
  const directory = join(tmpdir(), `berth-conformance-${user}`);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  // The name can be guessed and the programs in it are run, so it must not be somebody else's.
  if ((await stat(directory)).uid !== user) throw new Error(`${directory} belongs to another user`);
  return directory;
}

/** With the HTTP proxies that tests otherwise take away, because Go may need them to reach the modules. */
function goEnvironment(): Record<string, string> {
  const proxies = Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && PROXY_NAMES.test(name) ? [[name, value] as const] : [],
  );
  return cleanEnvironment({
    ...Object.fromEntries(proxies),
    GOFLAGS: "-mod=mod -buildvcs=false",
    GOTOOLCHAIN: "local",
    GOWORK: "off",
  });
}
