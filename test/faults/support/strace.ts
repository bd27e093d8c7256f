// strace on a running server: it counts the server's system calls, or spoils one. It counts calls for each thread from
// when it is attached, so a point is "the Nth call of this kind in whichever thread comes to N first".

import { readFileSync } from "node:fs";
import { startProcess, type StartedProcess } from "../../support/process.ts";
import type { Berth } from "../../support/berth.ts";
import type { Random } from "./scale.ts";

/** Everything by which a server changes what is on a disk. */
export const CHANGING_CALLS = [
  "fdatasync",
  "fsync",
  "pwrite64",
  "write",
  "ftruncate",
  "unlink",
  "unlinkat",
  "rename",
  "mkdir",
] as const;

export interface Point {
  call: string;
  number: number;
}

export function describePoint({ call, number }: Point): string {
  return `${call} number ${number}`;
}

export function traceOptions(calls: readonly string[], output: string, inject: string | null): string[] {
  const options = ["-f", "-y", "-s", "0", "-o", output, "-e", `trace=${calls.join(",")}`];
  return inject === null ? options : [...options, "-e", `inject=${inject}`];
}

/** Resolves when strace watches every thread. It ends with the server, or when it is stopped. */
export async function attach(berth: Berth, options: readonly string[]): Promise<StartedProcess> {
  return await startProcess({
    name: "strace",
    command: ["strace", ...options, "-p", String(berth.pid)],
    ready: (logs) => logs.includes(" attached"),
  });
}

/** strace takes itself off first; it may have ended with the server. */
export async function detach(strace: StartedProcess): Promise<void> {
  await strace.stop().catch(() => undefined);
}

/** All points of a trace, by call: as many as the busiest thread made. */
export function pointsOf(trace: string): Point[] {
  const counts = new Map<string, number>();
  const most = new Map<string, number>();
  for (const line of readFileSync(trace, "utf8").split("\n")) {
    const match = /^(\d+)\s+(\w+)\(/.exec(line);
    const [, thread, call] = match ?? [];
    if (thread === undefined || call === undefined) continue;
    const key = `${thread} ${call}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    most.set(call, Math.max(most.get(call) ?? 0, count));
  }
  return [...most].flatMap(([call, count]) =>
    Array.from({ length: count }, (_, index) => ({ call, number: index + 1 })),
  );
}

/** At most `limit` points, the same share of each call where it has as many. */
export function sample(points: readonly Point[], limit: number, random: Random): Point[] {
  const byCall = [...Map.groupBy(points, (it) => it.call).values()].map((it) => [...it]);
  const chosen: Point[] = [];
  while (chosen.length < limit && byCall.some((it) => it.length > 0)) {
    for (const rest of byCall) {
      if (rest.length === 0 || chosen.length >= limit) continue;
      chosen.push(...rest.splice(random.below(rest.length), 1));
    }
  }
  return chosen;
}

export function injectionsIn(trace: string): string[] {
  return readFileSync(trace, "utf8")
    .split("\n")
    .filter((line) => line.includes("(INJECTED)"));
}
