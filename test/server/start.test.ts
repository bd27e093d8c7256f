// How the server starts, and how it says why it does not.

import { expect, test } from "bun:test";
import { cp, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startBerth } from "../support/berth.ts";
import { cleanEnvironment, run, startProcess, type StartedProcess } from "../support/process.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";
import { failToServe, isAlive, ROOT, statusOf, untilEnded } from "./support/program.ts";

async function inDirectory(body: (directory: TemporaryDirectory) => Promise<void>): Promise<void> {
  const directory = await makeTemporaryDirectory("start");
  try {
    await body(directory);
  } finally {
    await directory.remove();
  }
}

const urlIn = (logs: string) => /"message":"listening","url":"([^"]+)".*\n/.exec(logs)?.[1] ?? null;
const pidIn = (logs: string) => Number(/"message":"listening".*"pid":(\d+)/.exec(logs)?.[1]);

async function npmStart(cwd: string, args: readonly string[]): Promise<StartedProcess> {
  return await startProcess({
    name: "npm start",
    command: ["npm", "start", "--", ...args],
    cwd,
    env: cleanEnvironment(),
    ready: (logs) => urlIn(logs) !== null,
  });
}

test("npm start hands flags on, and a TERM to npm stops the server and frees the port", () =>
  inDirectory(async (directory) => {
    const npm = await npmStart(ROOT, ["--port", "0", "--data", directory.path]);
    try {
      const url = urlIn(npm.logs()) ?? "";
      const server = pidIn(npm.logs());
      expect(await statusOf(`${url}/v2/`)).toBe(200);
      expect(await readdir(directory.path)).toContain("berth.db");
      expect(isAlive(server)).toBe(true);
      process.kill(npm.pid, "SIGTERM");
      await untilEnded(server);
      expect(await statusOf(`${url}/v2/`)).toBe(0);
      await npm.stop();
      expect(npm.logs()).toContain('"message":"stopped"');
    } finally {
      await npm.kill();
    }
  }));

test("says where to go next", async () => {
  const berth = await startBerth();
  try {
    const local = `localhost:${berth.port}`;
    // It comes on another stream than the log, and is read when it comes.
    for (let tries = 0; tries < 100 && !berth.logs().includes("nobody else can reach it."); tries += 1)
      await Bun.sleep(50);
    const logs = berth.logs();
    expect(logs).toContain(`Berth listens on ${berth.url} and keeps its data in ${berth.dataDirectory}`);
    for (const line of [`docker tag IMAGE ${local}/IMAGE`, `docker push ${local}/IMAGE`, `${berth.url}/v2/_catalog`]) {
      expect(logs).toContain(line);
    }
    expect(logs).toContain("Anyone on this machine can push and pull; nobody else can reach it.");
    expect(await statusOf(`${berth.url}/v2/_catalog`)).toBe(200);
  } finally {
    await berth.stop();
  }
});

test("a second server on the same data directory is refused, naming the first one's process", async () => {
  const berth = await startBerth();
  try {
    const { stderr } = await failToServe(["--port", "0", "--data", berth.dataDirectory]);
    expect(stderr).toContain(`another berth (process ${berth.pid}) is using ${berth.dataDirectory}`);
    expect(stderr).toContain("--data");
    expect(await statusOf(`${berth.url}/readyz`)).toBe(200);
  } finally {
    await berth.stop();
  }
});

test("a server that was killed leaves no lock behind", () =>
  inDirectory(async (directory) => {
    const first = await startBerth({ dataDirectory: directory.path });
    await first.kill();
    const second = await startBerth({ dataDirectory: directory.path });
    expect(await second.stop()).toBe(0);
  }));

test("a port that is taken ends the start with exit code 1, and the message names it", () =>
  inDirectory(async (directory) => {
    const berth = await startBerth();
    try {
      const { output } = await failToServe(["--port", String(berth.port), "--data", directory.path]);
      expect(output).toContain(String(berth.port));
      expect(output).toMatch(/in use/i);
      expect(output).not.toMatch(/^\s+at /m);
    } finally {
      await berth.stop();
    }
  }));

test("a data directory that cannot be made ends the start with exit code 1, and the message names it", () =>
  inDirectory(async (directory) => {
    const file = directory.join("file");
    await writeFile(file, "");
    const { output } = await failToServe(["--port", "0", "--data", join(file, "data")]);
    expect(output).toContain(join(file, "data"));
    expect(output).not.toMatch(/^\s+at /m);
  }));

/** The checkout as npm leaves it with `--ignore-scripts`: in place of Bun lies what its install script replaces. */
async function copyWithoutInstallScript(directory: TemporaryDirectory): Promise<string> {
  const tree = directory.join("tree");
  await mkdir(join(tree, "node_modules", "bun", "bin"), { recursive: true });
  for (const name of ["package.json", "tsconfig.json", "scripts", "src"]) {
    await cp(join(ROOT, name), join(tree, name), { recursive: true });
  }
  for (const name of await readdir(join(ROOT, "node_modules"))) {
    if (name === "bun" || name === "@oven") continue;
    await symlink(join(ROOT, "node_modules", name), join(tree, "node_modules", name));
  }
  const stub = join(tree, "node_modules", "bun", "bin", "bun.exe");
  await writeFile(stub, "#!/bin/sh\necho 'Error: the install script of Bun did not run' >&2\nexit 1\n", {
    mode: 0o755,
  });
  return tree;
}

test("without Bun's install script, npm start says so and runs the program that npm installed beside it", () =>
  inDirectory(async (directory) => {
    const tree = await copyWithoutInstallScript(directory);
    const program = join(tree, "node_modules", "@oven", "bun-this-machine", "bin");
    await mkdir(program, { recursive: true });
    await symlink(process.execPath, join(program, "bun"));
    const foreign = join(tree, "node_modules", "@oven", "bun-another-machine", "bin");
    await mkdir(foreign, { recursive: true });
    await writeFile(join(foreign, "bun"), "not for this processor", { mode: 0o755 });

    const npm = await npmStart(tree, ["--port", "0", "--data", directory.join("data")]);
    try {
      expect(npm.logs()).toContain("Bun's install script did not run; using node_modules/@oven/bun-this-machine");
      expect(await statusOf(`${urlIn(npm.logs())}/v2/`)).toBe(200);
    } finally {
      const server = pidIn(npm.logs());
      process.kill(npm.pid, "SIGTERM");
      await untilEnded(server);
      await npm.kill();
    }
  }));

test("without Bun at all, it says what to run", () =>
  inDirectory(async (directory) => {
    const tree = await copyWithoutInstallScript(directory);
    const start = async () => await run([join(tree, "scripts", "bun"), "--version"], { exitCode: 1 });
    expect((await start()).stderr).toContain("npm rebuild bun");
    await run(["rm", "-r", join(tree, "node_modules", "bun")]);
    expect((await start()).stderr).toContain("npm ci");
  }));

test("prints its version and its commands", async () => {
  const program = [join(ROOT, "scripts", "berth")];
  // package.json is ours.
  const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { version: string };
  expect((await run([...program, "--version"])).stdout).toBe(`${version}\n`);
  expect((await run([...program, "--help"])).stdout).toMatch(/serve .*\n[^]*config/);
  const wrong = await run([...program, "sevre"], { exitCode: 1 });
  expect(wrong.stderr).toContain("--help");
});
