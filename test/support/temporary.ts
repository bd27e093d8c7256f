// A directory of a test's own. What clients leave behind may be mounted or read-only, so its removal tries twice.

import { mkdtemp, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./process.ts";

export interface TemporaryDirectory {
  path: string;
  join(...parts: string[]): string;
  remove(): Promise<void>;
}

/** Sockets live in it, whose paths have a limit of 107 bytes: keep `name` short. */
export async function makeTemporaryDirectory(name: string): Promise<TemporaryDirectory> {
  const path = await realpath(await mkdtemp(join(tmpdir(), `berth-${name}-`)));
  return {
    path,
    join: (...parts) => join(path, ...parts),
    remove: async () => {
      await unmountBelow(path);
      await run(["rm", "-rf", "--one-file-system", path]);
    },
  };
}

async function unmountBelow(path: string): Promise<void> {
  const mounts = await Bun.file("/proc/self/mounts").text();
  const points = mounts.split("\n").map((line) => line.split(" ")[1] ?? "");
  for (const point of points.filter((point) => point.startsWith(`${path}/`)).reverse()) {
    await run(["umount", "--lazy", point], { exitCode: "any" });
  }
}
