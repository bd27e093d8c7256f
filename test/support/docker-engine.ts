// A Docker Engine of a test's own. It makes no bridge and touches no firewall, so that it can stand beside any other
// one on the machine; containers get no network, and the classic builder is used, which needs no download.

import { mkdir } from "node:fs/promises";
import { startContainerd } from "./containerd.ts";
import { makeRootArchive } from "./images.ts";
import { cleanEnvironment, run, startProcess, type RunOptions, type RunResult } from "./process.ts";
import { makeTemporaryDirectory } from "./temporary.ts";

/** The image that the Engine has from the start: a root file system with a shell, whose command prints the file /line. */
export const BASE_IMAGE = "base:latest";

/** What `describeWith` asks for before an Engine is started. */
export const DOCKER_NEEDS = ["dockerd", "docker", "containerd", "runc", "busybox", "containers"];

export interface DockerEngineOptions {
  args?: readonly string[];
  /** Put before every command, such as what enters a network namespace. */
  prefix?: readonly string[];
}

export interface DockerEngine {
  pid: number;
  /** The environment in which the `docker` command speaks to this Engine. */
  env: Record<string, string>;
  docker(args: readonly string[], options?: RunOptions): Promise<RunResult>;
  logs(): string;
  stop(): Promise<void>;
}

export async function startDockerEngine(options: DockerEngineOptions = {}): Promise<DockerEngine> {
  const directory = await makeTemporaryDirectory("docker");
  const prefix = options.prefix ?? [];
  const socket = `unix://${directory.join("docker.sock")}`;
  const env = cleanEnvironment({
    DOCKER_HOST: socket,
    DOCKER_CONFIG: directory.join("config"),
    DOCKER_BUILDKIT: "0",
    HOME: directory.path,
    TMPDIR: directory.path,
  });
  const docker = (args: readonly string[], runOptions: RunOptions = {}) =>
    run([...prefix, "docker", ...args], { env, ...runOptions });

  const ends: (() => Promise<unknown>)[] = [() => directory.remove()];
  const stop = async () => {
    // In order, and all of them, whatever fails.
    const failures: unknown[] = [];
    for (const end of ends.toReversed()) await end().catch((error: unknown) => failures.push(error));
    ends.length = 0;
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join("\n"));
  };
  try {
    await mkdir(directory.join("config"));
    const containerd = await startContainerd(directory, prefix);
    ends.push(() => containerd.stop());
    const engine = await startProcess({
      name: "dockerd",
      command: [...prefix, ...daemonCommand(socket, containerd.address, directory.path), ...(options.args ?? [])],
      env,
      ready: async () => (await docker(["version"], { exitCode: "any", timeoutSeconds: 10 })).exitCode === 0,
      readySeconds: 60,
    });
    ends.push(() => engine.stop(30));
    const command = 'CMD ["/bin/cat", "/line"]';
    await docker(["import", "--change", command, await makeRootArchive(directory.path), BASE_IMAGE]);
    return { pid: engine.pid, env, docker, logs: () => engine.logs(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function daemonCommand(socket: string, containerd: string, directory: string): string[] {
  const places = [
    "--data-root",
    `${directory}/data`,
    "--exec-root",
    `${directory}/exec`,
    "--pidfile",
    `${directory}/pid`,
  ];
  const network = ["--iptables=false", "--ip6tables=false", "--bridge=none"];
  return ["dockerd", "-H", socket, "--containerd", containerd, "--storage-driver=vfs", ...network, ...places];
}
