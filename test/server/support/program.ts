// The program as a test starts it by hand, and waiting for what a process does.

import { join, resolve } from "node:path";
import { cleanEnvironment, run, type RunResult } from "../../support/process.ts";

export const ROOT = resolve(import.meta.dir, "../../..");
export const PROGRAM = process.env["BERTH_TEST_PROGRAM"]?.split(" ") ?? [
  join(ROOT, "scripts/bun"),
  join(ROOT, "src/main.ts"),
];

const LIMIT_SECONDS = 20;

/** Runs `berth serve` where it must not come to listening; throws unless it exits with 1. */
export async function failToServe(args: readonly string[], env: Record<string, string> = {}): Promise<RunResult> {
  return await run([...PROGRAM, "serve", ...args], {
    env: cleanEnvironment({ BERTH_LOG_FORMAT: "json", ...env }),
    exitCode: 1,
    timeoutSeconds: LIMIT_SECONDS,
  });
}

/** Asks until the answer is true. */
export async function until(what: string, ask: () => Promise<boolean> | boolean): Promise<void> {
  for (const deadline = performance.now() + LIMIT_SECONDS * 1000; performance.now() < deadline;) {
    if (await ask()) return;
    await Bun.sleep(20);
  }
  throw new Error(`not within ${LIMIT_SECONDS} s: ${what}`);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Resolves when the process has ended, which it does not for want of being asked. */
export async function untilEnded(pid: number): Promise<void> {
  await until(`the end of process ${pid}`, () => !isAlive(pid));
}

/** The status that a URL answers with; 0 when nothing listens. */
export async function statusOf(url: string, init: RequestInit = {}): Promise<number> {
  try {
    const response = await fetch(url, { ...init, keepalive: false });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}

/** A port that was free a moment ago. */
export function findFreePort(): number {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  const { port } = listener;
  listener.stop(true);
  return port;
}
