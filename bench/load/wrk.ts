// wrk, the cheapest HTTP load generator that Debian has: one thread, so that the server keeps a core for itself.
import { join } from "node:path";

export type WrkResult = {
  requests: number;
  seconds: number;
  bytes: number;
  errors: number;
  timeouts: number;
  p50Ms: number;
  p99Ms: number;
};

export type WrkOptions = {
  url: string;
  seconds: number;
  connections?: number;
  headers?: Record<string, string>;
  /** For wrk.lua. */
  script?: string[];
};

export async function runWrk({
  url,
  seconds,
  connections = 32,
  headers = {},
  script = [],
}: WrkOptions): Promise<WrkResult> {
  const child = Bun.spawn(
    [
      "wrk",
      "-t1",
      `-c${connections}`,
      `-d${Math.max(1, Math.round(seconds))}s`,
      "--latency",
      "-s",
      join(import.meta.dir, "wrk.lua"),
      ...Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]),
      url,
      "--",
      ...script,
    ],
    { stdin: "ignore", stdout: "pipe", stderr: "inherit", timeout: (seconds + 20) * 1000 },
  );
  const text = await child.stdout.text();
  await child.exited;
  const result = /^RESULT (.*)$/m.exec(text)?.[1];
  if (result === undefined) throw new Error(`wrk gave no result: ${text}`);
  // wrk.lua prints exactly this shape.
  return JSON.parse(result) as WrkResult;
}
