// A network namespace of a test's own: it holds a loopback and nothing else, so that every port is free in it,
// the well-known ones too, and nothing in it can reach another machine.

import { startProcess } from "./process.ts";

/** What `describeWith` asks for. */
export const NAMESPACE_NEEDS = ["root", "namespaces", "unshare", "nsenter", "busybox"];

export interface NetworkNamespace {
  /** Put before a command, it runs inside. */
  prefix: readonly string[];
  stop(): Promise<void>;
}

export async function makeNetworkNamespace(): Promise<NetworkNamespace> {
  const script = "busybox ip link set dev lo up && echo up && exec sleep infinity";
  const holder = await startProcess({
    name: "network namespace",
    command: ["unshare", "--net", "sh", "-c", script],
    ready: (logs) => logs.includes("up\n"),
  });
  return {
    prefix: ["nsenter", "--target", String(holder.pid), "--net"],
    stop: () => holder.kill(),
  };
}
