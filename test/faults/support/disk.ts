// A disk of a test's own, in a file, that can lose power: what no sync has put on it is then gone, as on a machine whose
// plug was pulled. Needs root.

import { mkdir } from "node:fs/promises";
import { run } from "../../support/process.ts";
import type { TemporaryDirectory } from "../../support/temporary.ts";

export type FileSystem = "ext4" | "xfs";

export interface Disk {
  /** Where it is mounted. */
  path: string;
  /** From here on nothing reaches the disk any more, and what waited to be written is lost. Programs see errors. */
  cutPower(): Promise<void>;
  /** After every program on it has ended: mounts it again, which replays its log. */
  restore(): Promise<void>;
  unmount(): Promise<void>;
}

export async function makeDisk(directory: TemporaryDirectory, name: FileSystem, sizeMib: number): Promise<Disk> {
  const image = directory.join("disk.image");
  const path = directory.join("disk");
  await run(["truncate", "-s", `${sizeMib}M`, image]);
  await run(name === "ext4" ? ["mkfs.ext4", "-q", "-F", image] : ["mkfs.xfs", "-q", "-f", image]);
  await mkdir(path);
  const mount = () => run(["mount", "-o", "loop", "-t", name, image, path]);
  // The last descriptors of a killed server may close a moment after its end.
  const unmount = async () => {
    for (let tries = 1; ; tries += 1) {
      const { exitCode, output } = await run(["umount", path], { exitCode: "any" });
      if (exitCode === 0) return;
      if (tries === 100) throw new Error(`${path} stays busy: ${output}`);
      await Bun.sleep(20);
    }
  };
  await mount();
  return {
    path,
    // Without -f: not even the file system's own log is written out first.
    cutPower: async () => void (await run(["xfs_io", "-x", "-c", "shutdown", path])),
    restore: async () => {
      await unmount();
      await mount();
    },
    unmount,
  };
}
