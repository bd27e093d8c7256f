// `npm run test:setup`: installs the Debian packages that the tests with real clients and servers use.
// Their services are not started: the tests start what they need, on ports and directories of their own.

import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";

const CLIENTS = ["docker.io", "containerd", "runc", "crun", "podman", "buildah", "skopeo", "umoci"];
const SERVERS = ["docker-registry", "nginx-light", "postgresql", "slapd"];
const TOOLS = [
  "apache2-utils",
  "busybox-static",
  "ca-certificates",
  "chromium",
  "curl",
  "iptables",
  "ldap-utils",
  "openssl",
  "strace",
];
const PACKAGES = [...CLIENTS, ...SERVERS, ...TOOLS, "uidmap", "wrk", "xfsprogs"];
/** Newer releases of Debian have these apart; older ones do not know them. */
const PACKAGES_WHERE_KNOWN = ["docker-cli"];

const SERVICE_POLICY = "/usr/sbin/policy-rc.d";

function capture(command: string[]): string {
  return Bun.spawnSync(command, { stderr: "ignore" }).stdout.toString();
}

function findMissing(names: readonly string[]): string[] {
  const states = capture(["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\\n", ...names]);
  const installed = new Set(
    states
      .split("\n")
      .filter((line) => line.endsWith(" installed"))
      .map((line) => line.split(" ")[0]),
  );
  return names.filter((name) => !installed.has(name));
}

function isKnown(name: string): boolean {
  return /Candidate: (?!\(none\))/.test(capture(["apt-cache", "policy", name]));
}

function apt(...args: string[]): void {
  console.log(`apt-get ${args.join(" ")}`);
  const { exitCode } = Bun.spawnSync(
    ["apt-get", "-o", "Acquire::Retries=3", "-o", "DPkg::Lock::Timeout=120", ...args],
    {
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      stdout: "inherit",
      stderr: "inherit",
    },
  );
  if (exitCode !== 0) throw new Error(`apt-get ${args[0]} failed with exit code ${exitCode}`);
}

function fail(message: string): never {
  console.error(`test:setup: ${message}`);
  process.exit(1);
}

/** Tells Debian's maintainer scripts to start nothing, unless the machine has a policy of its own. */
async function withoutServices(install: () => void): Promise<void> {
  if (existsSync(SERVICE_POLICY)) {
    install();
    return;
  }
  await writeFile(SERVICE_POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    install();
  } finally {
    await rm(SERVICE_POLICY, { force: true });
  }
}

if (Bun.which("apt-get") === null || Bun.which("dpkg-query") === null) {
  fail("this machine is not Debian; npm test runs what it can without these packages");
}
if (findMissing(PACKAGES).length === 0 && Bun.which("docker") !== null) {
  console.log("test:setup: all packages are installed");
} else {
  if (process.getuid?.() !== 0) {
    fail(`installing packages needs root; run it with sudo, or install: ${findMissing(PACKAGES).join(" ")}`);
  }
  apt("update");
  const missing = findMissing([...PACKAGES, ...PACKAGES_WHERE_KNOWN.filter(isKnown)]);
  await withoutServices(() => {
    apt("install", "--yes", "--no-install-recommends", ...missing);
  });
  console.log(`test:setup: installed ${missing.join(" ")}`);
}
