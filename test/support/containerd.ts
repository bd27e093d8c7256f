// A containerd of a test's own, with everything it writes in the test's directory.

import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { cleanEnvironment, startProcess, type StartedProcess } from "./process.ts";
import type { TemporaryDirectory } from "./temporary.ts";

export interface Containerd extends StartedProcess {
  address: string;
}

const CONFIG = (directory: TemporaryDirectory) => `
version = 2
root = "${directory.join("containerd-root")}"
state = "${directory.join("containerd-state")}"
disabled_plugins = [
  "io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.tracing.processor.v1.otlp",
]
[grpc]
  address = "${directory.join("c.sock")}"
[ttrpc]
  address = "${directory.join("c.sock.ttrpc")}"
[plugins."io.containerd.internal.v1.opt"]
  path = "${directory.join("containerd-opt")}"
`;

export async function startContainerd(
  directory: TemporaryDirectory,
  prefix: readonly string[] = [],
): Promise<Containerd> {
  const address = directory.join("c.sock");
  await mkdir(directory.join("containerd-root"), { recursive: true });
  await writeFile(directory.join("containerd.toml"), CONFIG(directory));
  const started = await startProcess({
    name: "containerd",
    command: [...prefix, "containerd", "--config", directory.join("containerd.toml"), "--log-level", "warn"],
    env: cleanEnvironment({ HOME: directory.path, TMPDIR: directory.path }),
    ready: () => accepts(address),
    readySeconds: 30,
  });
  return { ...started, address };
}

/** Whether a Unix socket takes connections. */
export async function accepts(path: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ path });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
