// A home for podman, buildah and skopeo: their storage, policy and registries in a directory of the test's own,
// so that nothing of the machine's configuration steers them. (As root, skopeo keeps its notes of where blobs were
// seen in /var/lib/containers/cache, and has no option for it; they name hosts and ports, which are new every time.)

import { mkdir, writeFile } from "node:fs/promises";
import { cleanEnvironment, run, type RunOptions, type RunResult } from "./process.ts";
import type { TemporaryDirectory } from "./temporary.ts";

export interface ContainersHome {
  env: Record<string, string>;
  podman(args: readonly string[], options?: RunOptions): Promise<RunResult>;
  buildah(args: readonly string[], options?: RunOptions): Promise<RunResult>;
  skopeo(args: readonly string[], options?: RunOptions): Promise<RunResult>;
}

/** `insecureHost` is what may be spoken to without TLS where a command has no option for it. */
export async function makeContainersHome(directory: TemporaryDirectory, insecureHost: string): Promise<ContainersHome> {
  const config = directory.join(".config", "containers");
  await mkdir(config, { recursive: true });
  for (const name of ["graph", "run", "libpod", "scratch"]) await mkdir(directory.join(name));
  await writeFile(
    directory.join(".config", "containers", "policy.json"),
    '{"default":[{"type":"insecureAcceptAnything"}]}',
  );
  await writeFile(directory.join("auth.json"), "{}");
  await writeFile(
    directory.join("registries.conf"),
    `unqualified-search-registries = []\n[[registry]]\nlocation = "${insecureHost}"\ninsecure = true\n`,
  );
  await writeFile(
    directory.join("storage.conf"),
    `[storage]\ndriver = "vfs"\ngraphroot = "${directory.join("graph")}"\nrunroot = "${directory.join("run")}"\n`,
  );
  // runc is the runtime that takes every layout of control groups.
  await writeFile(
    directory.join("containers.conf"),
    `[engine]\ntmp_dir = "${directory.join("libpod")}"\nevents_logger = "none"\ncgroup_manager = "cgroupfs"\nruntime = "runc"\n` +
      `image_copy_tmp_dir = "${directory.join("scratch")}"\n[containers]\nlog_driver = "k8s-file"\n` +
      `[network]\nnetwork_config_dir = "${directory.join("networks")}"\n`,
  );
  const env = cleanEnvironment({
    HOME: directory.path,
    TMPDIR: directory.join("scratch"),
    XDG_RUNTIME_DIR: directory.join("run"),
    CONTAINERS_CONF: directory.join("containers.conf"),
    CONTAINERS_REGISTRIES_CONF: directory.join("registries.conf"),
    CONTAINERS_STORAGE_CONF: directory.join("storage.conf"),
    REGISTRY_AUTH_FILE: directory.join("auth.json"),
    BUILDAH_ISOLATION: "chroot",
  });
  const storage = ["--root", directory.join("graph"), "--runroot", directory.join("run"), "--storage-driver", "vfs"];
  const program =
    (...command: string[]) =>
    (args: readonly string[], options: RunOptions = {}) =>
      run([...command, ...args], { env, ...options });
  return {
    env,
    podman: program("podman", ...storage),
    buildah: program("buildah", ...storage),
    skopeo: program("skopeo"),
  };
}
