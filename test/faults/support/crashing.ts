// A server that kills itself at the Nth step that it makes in its ports, from when it is told to.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startBerth, type Berth, type BerthOptions } from "../../support/berth.ts";
import { watchEnd } from "./alive.ts";

const PROGRAM = "test/faults/support/crashing-server.ts";

export interface CrashingOptions extends BerthOptions {
  /** Where the steps are written down; made anew. */
  directory: string;
  dataDirectory: string;
  /** Acknowledges before it commits: what a test of crashes must notice. */
  isControl?: boolean;
}

export interface Crashing {
  berth: Berth;
  /** Counts from now on, and kills the server at step `at`; 0 only counts. */
  arm(at: number): void;
  /** The steps since then. */
  steps(): string[];
  /** Aborted when the server is gone. */
  gone: AbortSignal;
  kill(): Promise<void>;
}

export async function startCrashing(options: CrashingOptions): Promise<Crashing> {
  const { directory, isControl, ...rest } = options;
  renew(directory);
  const berth = await startBerth(withProgram(rest, directory, isControl === true));
  const watch = watchEnd(berth);
  return {
    berth,
    arm: (at) => writeFileSync(join(directory, "at"), String(at)),
    steps: () => stepsIn(directory),
    gone: watch.gone,
    kill: async () => {
      watch.stop();
      await berth.kill();
    },
  };
}

/** Starts a server that counts from its first step on; gives the steps, and whether it came up. */
export async function crashAtStart(options: CrashingOptions, at: number): Promise<{ steps: string[]; isUp: boolean }> {
  const { directory, ...rest } = options;
  renew(directory);
  writeFileSync(join(directory, "at"), String(at));
  try {
    const berth = await startBerth(withProgram(rest, directory, false));
    await berth.kill();
    return { steps: stepsIn(directory), isUp: true };
  } catch (error) {
    if (!String(error).includes("berth ended with SIGKILL")) throw error;
    return { steps: stepsIn(directory), isUp: false };
  }
}

function withProgram(options: BerthOptions, directory: string, isControl: boolean): BerthOptions {
  const env = { CRASH_POINTS: directory, CRASH_CONTROL: String(isControl), BERTH_LOG_ACCESS: "false" };
  return { ...options, entry: PROGRAM, env: { ...env, ...options.env } };
}

function renew(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
}

function stepsIn(directory: string): string[] {
  return readFileSync(join(directory, "trace"), "utf8").split("\n").slice(0, -1);
}
