// What tests of backups share: a place with a journal and a directory for backups, a load that can be stopped, and
// commands of which only the success will do.

import { expect } from "bun:test";
import { startBerth, type Berth } from "../../support/berth.ts";
import { cleanEnvironment, signalGroup } from "../../support/process.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../../support/temporary.ts";
import { assertSound, checkByFsck, checkRegisters, checkStored } from "./checker.ts";
import { collectNow } from "./collecting.ts";
import { Journal, type Expected } from "./journal.ts";
import { Pool, runLoad } from "./load.ts";
import { commandLine, runCommand } from "./operator.ts";
import type { Random } from "./scale.ts";

const CLIENTS = 4;

export interface Place {
  directory: TemporaryDirectory;
  dataDirectory: string;
  /** Of the backups. */
  target: string;
  journal: Journal;
}

export async function inPlace<T>(work: (place: Place) => Promise<T>): Promise<T> {
  const directory = await makeTemporaryDirectory("saved");
  const journal = new Journal(directory.join("journal"));
  try {
    return await work({ directory, dataDirectory: directory.join("data"), target: directory.join("backup"), journal });
  } finally {
    journal.close();
    await directory.remove();
  }
}

/** Clients at work until told to stop, which fails when one of them was refused anything. */
export function startLoad(
  { journal }: Place,
  { url }: Berth,
  pool: Pool,
  random: Random,
): { stop: (where: string) => Promise<void>; signal: AbortSignal } {
  const gone = new AbortController();
  const { signal } = gone;
  const running = runLoad({ url, journal, pool, random, clients: CLIENTS, hugeShare: 0, signal });
  const stop = async (where: string) => {
    gone.abort();
    expect((await running).refusals, where).toEqual([]);
  };
  return { stop, signal };
}

/** A command of which only the success will do; gives its report. */
export async function succeed<Report>(dataDirectory: string, args: readonly string[], where: string): Promise<Report> {
  const { exitCode, lines, stderr } = await runCommand(dataDirectory, args);
  expect(exitCode, `${where}: berth ${args[0]}: ${stderr} ${JSON.stringify(lines).slice(0, 1_000)}`).toBe(0);
  // The report of this command.
  return lines.at(-1) as Report;
}

/** A command that is killed after a while; gives what it ended with, null when the kill came first. */
export async function killCommand(
  dataDirectory: string,
  args: readonly string[],
  afterMs: number,
): Promise<number | null> {
  const child = Bun.spawn(commandLine(dataDirectory, args), {
    env: cleanEnvironment(),
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
    detached: true,
  });
  await Promise.race([child.exited, Bun.sleep(afterMs)]);
  signalGroup(child.pid, "SIGKILL");
  await child.exited;
  return child.exitCode;
}

/** A server begins with what was restored, has what it must have, and keeps it although it collects garbage at once. */
export async function expectServes(
  dataDirectory: string,
  env: Record<string, string>,
  expected: readonly Expected[],
  options: { allowOrphans: boolean; collects: boolean; where: string },
): Promise<void> {
  const { allowOrphans, collects, where } = options;
  const berth = await startBerth({ dataDirectory, env });
  try {
    if (collects) await collectNow(dataDirectory);
    const violations = [
      ...(await checkRegisters(berth.url, expected)),
      ...(await checkStored({ dataDirectory, allowOrphans })).violations,
      ...(await checkByFsck(dataDirectory, false)),
    ];
    assertSound({ violations, orphans: [], files: 0, registers: expected.length }, where);
    expect(await berth.stop(), where).toBe(0);
  } finally {
    await berth.kill();
  }
}
