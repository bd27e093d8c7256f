// Runs a load generator of this folder as a process of its own, so that its work is never counted as the server's and
// its event loop is not shared with the benchmark's. Arguments and result are one JSON value each.
import { join } from "node:path";

const CLIENT_TIMEOUT_MS = 180_000;

type ClientName = "push-client" | "head-client" | "upload-client";

export async function runClient<T>(name: ClientName, options: Record<string, unknown>): Promise<T> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, `${name}.ts`), JSON.stringify(options)], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
    timeout: CLIENT_TIMEOUT_MS,
  });
  const text = await child.stdout.text();
  if ((await child.exited) !== 0) throw new Error(`${name} failed`);
  // The generators are part of this program: what they print has the type that the caller names.
  return JSON.parse(text) as T;
}

/** What runClient was given: the generator names the type, as runClient's caller did. */
export function readClientOptions(): unknown {
  return JSON.parse(process.argv[2] ?? "{}");
}

/** Value at a part (0 to 1) of ascending numbers. */
export function percentile(sorted: ArrayLike<number>, part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
