// The operators' way in: the program's own commands, as people run them, and the socket below them, which costs no
// process of its own.

import { join, resolve } from "node:path";
import { run } from "../../support/process.ts";
import type { Line } from "../../../src/operator/api.ts";

const ROOT = resolve(import.meta.dir, "../../..");
const SOURCE = [join(ROOT, "scripts/bun"), join(ROOT, "src/main.ts")];
const LIMIT_SECONDS = 600;

export interface CommandResult {
  exitCode: number;
  /** One for each line of the output. */
  lines: unknown[];
  stderr: string;
}

/** The words of `berth NAME ARGS --json --data DIRECTORY`. */
export function commandLine(dataDirectory: string, args: readonly string[]): string[] {
  const program = process.env["BERTH_TEST_PROGRAM"]?.split(" ") ?? SOURCE;
  return [...program, ...args, "--json", "--data", dataDirectory];
}

/** Runs such a command to its end, whatever that is. */
export async function runCommand(dataDirectory: string, args: readonly string[]): Promise<CommandResult> {
  const { exitCode, stdout, stderr } = await run(commandLine(dataDirectory, args), {
    exitCode: "any",
    timeoutSeconds: LIMIT_SECONDS,
  });
  const lines = stdout.split("\n").filter((line) => line !== "");
  return { exitCode, lines: lines.map((line): unknown => JSON.parse(line)), stderr };
}

/** Asks the server of a data directory for a work; gives the lines of its answer. Throws when it could not be done. */
export async function askOperator(
  dataDirectory: string,
  path: string,
  body: object,
  signal: AbortSignal | null = null,
): Promise<Line[]> {
  const response = await fetch(`http://berth/api/v1/${path}`, {
    unix: join(dataDirectory, "berth.sock"),
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
  const text = await response.text();
  if (response.status !== 200) throw new OperatorError(`${path} answered ${response.status} ${text.slice(0, 500)}`);
  const lines = text.split("\n").filter((line) => line !== "");
  // The server is of the same sources: its lines are what `Line` says.
  const parsed = lines.map((line) => JSON.parse(line) as Line);
  const last = parsed.at(-1);
  if (last?.event === "failed") throw new OperatorError(`${path} failed: ${last.message}`);
  // A server that was killed may have sent a part of it.
  if (last?.event !== "done") throw new Error(`${path} was not answered to its end`);
  return parsed;
}

/** The server's own word that a work has failed, unlike a connection that broke. */
export class OperatorError extends Error {}
