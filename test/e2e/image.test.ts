// The container image: built by the classic builder without any network, run read-only as nobody in particular by a
// real Docker Engine, pushed to and pulled from, stopped; and then itself pushed, pulled and run.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { startBerth, type Berth } from "../support/berth.ts";
import { BASE_IMAGE, DOCKER_NEEDS, startDockerEngine, type DockerEngine } from "../support/docker-engine.ts";
import { makeBuildContext } from "../support/images.ts";
import { run } from "../support/process.ts";
import { describeWith } from "../support/requirements.ts";
import { fetchStored, listTags } from "../support/stored.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";

const ROOT = resolve(import.meta.dir, "../..");
const IMAGE = "berth:test";
const USER = "65532:65532";
const LIMIT_BYTES = 130_000_000;
const START_SECONDS = 30;

describeWith("container image", [...DOCKER_NEEDS, "ldd"], () => {
  let engine: DockerEngine;
  let directory: TemporaryDirectory;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory("image");
    engine = await startDockerEngine();
    await run([join(ROOT, "scripts/bun"), "scripts/build.ts"], { cwd: ROOT, timeoutSeconds: 120 });
    const dockerfile = join(ROOT, "deploy/Dockerfile");
    await engine.docker(["build", "--network", "none", "--file", dockerfile, "--tag", IMAGE, ROOT], {
      timeoutSeconds: 120,
    });
  });
  afterAll(async () => {
    await engine?.stop();
    await directory?.remove();
  });

  const inspect = async (format: string, name: string) =>
    (await engine.docker(["inspect", "--format", format, name])).stdout.trim();

  const output = async (name: string) => (await engine.docker(["logs", name])).output;

  /** Starts a container on a free port of this machine; gives what image names start with. */
  const start = async (name: string, image: string, options: string[], args: string[] = []): Promise<string> => {
    const common = [
      "run",
      "--detach",
      "--name",
      name,
      "--network",
      "host",
      "--read-only",
      "--env",
      "BERTH_HTTP_PORT=0",
    ];
    await engine.docker([...common, ...options, image, ...args]);
    for (const deadline = performance.now() + START_SECONDS * 1000; performance.now() < deadline;) {
      const url = /"message":"listening","url":"http:\/\/[^"]*:(\d+)"/.exec(await output(name));
      if (url !== null) return `127.0.0.1:${url[1]}`;
      if ((await inspect("{{.State.Running}}", name)) !== "true") break;
      await Bun.sleep(100);
    }
    throw new Error(`${name} does not listen:\n${await output(name)}`);
  };

  const stop = async (name: string): Promise<string> => {
    await engine.docker(["stop", name]);
    return await inspect("{{.State.ExitCode}}", name);
  };

  const build = async (tag: string, line: string) => {
    const context = await makeBuildContext(directory.join(line), { from: BASE_IMAGE, line, randomBytes: 9_000_000 });
    await engine.docker(["build", "--network", "none", "--tag", tag, context]);
  };

  test("holds the program and the C library, and starts as a user without a name", async () => {
    expect(Number(await inspect("{{.Size}}", IMAGE))).toBeLessThan(LIMIT_BYTES);
    expect(await inspect("{{.Config.User}}", IMAGE)).toBe(USER);
    expect(await inspect("{{json .Config.Entrypoint}} {{json .Config.Cmd}}", IMAGE)).toBe('["/berth"] ["serve"]');
    expect(await inspect("{{json .Config.ExposedPorts}}", IMAGE)).toBe('{"5000/tcp":{}}');
    await engine.docker(["create", "--name", "files", IMAGE]);
    await engine.docker(["export", "--output", directory.join("files.tar"), "files"]);
    await engine.docker(["rm", "--volumes", "files"]);
    const files = (await run(["tar", "-tf", directory.join("files.tar")])).stdout.split("\n");
    const own = files.filter(
      (path) => !/^(dev|proc|sys|\.dockerenv|etc\/(hosts|hostname|resolv\.conf|mtab))/.test(path),
    );
    const surprising = own.filter(
      (path) => path !== "" && !path.endsWith("/") && !/^lib(64|\/[^/]+)?\/[^/]+\.so\.\d+$/.test(path),
    );
    expect(surprising.toSorted()).toEqual(["berth", "etc/docker/registry/config.yml"]);
    expect((await engine.docker(["run", "--rm", "--network", "none", IMAGE, "--version"])).stdout).toMatch(
      /^\d+\.\d+\.\d+\n$/,
    );
  });

  test("serves pushes and pulls from a volume, read-only otherwise, stops with 0 and keeps what it got", async () => {
    const volume = ["--volume", "registry-data:/var/lib/registry"];
    const host = await start("registry", IMAGE, volume);
    expect(await output("registry")).toContain("open: anyone who can reach this server can push, pull and delete");
    const pid = await inspect("{{.State.Pid}}", "registry");
    const status = await Bun.file(`/proc/${pid}/status`).text();
    expect(status).toMatch(/^Uid:\t65532\t65532\t65532\t65532$/m);

    const image = `${host}/team/app:1`;
    await build(image, "in-a-container");
    await engine.docker(["push", image]);
    await engine.docker(["rmi", image]);
    await engine.docker(["pull", image]);
    expect((await engine.docker(["run", "--rm", "--network", "none", image])).stdout).toBe("in-a-container\n");
    const { digest } = await fetchStored(`http://${host}`, "team/app", "1");
    expect(await stop("registry")).toBe("0");
    await engine.docker(["rm", "registry"]);

    const again = await start("registry", IMAGE, volume);
    expect((await fetchStored(`http://${again}`, "team/app", "1")).digest).toBe(digest);
    expect(await stop("registry")).toBe("0");
    await engine.docker(["rm", "registry"]);
  });

  test("takes registry:2's configuration file and variables, and BERTH_OPEN=false closes it", async () => {
    const file = directory.join("config.yml");
    await Bun.write(
      file,
      "version: 0.1\nstorage: {filesystem: {rootdirectory: /elsewhere}, delete: {enabled: false}}\nhttp: {addr: ':5000'}\n",
    );
    const host = await start("configured", IMAGE, [
      "--volume",
      `${file}:/etc/docker/registry/config.yml:ro`,
      "--tmpfs",
      "/elsewhere:uid=65532",
      "--env",
      "REGISTRY_STORAGE_DELETE_ENABLED=true",
    ]);
    expect(await output("configured")).toContain('"data":"/elsewhere"');
    const blob = `http://${host}/v2/a/blobs/sha256:${"0".repeat(64)}`;
    expect((await fetch(blob, { method: "DELETE" })).status).toBe(404);
    expect(await stop("configured")).toBe("0");
    await engine.docker(["rm", "configured"]);

    const closed = await start("closed", IMAGE, [
      "--env",
      "BERTH_OPEN=false",
      "--tmpfs",
      "/var/lib/registry:uid=65532",
    ]);
    expect((await fetch(`http://${closed}/v2/`)).status).toBe(401);
    expect(await stop("closed")).toBe("0");
    await engine.docker(["rm", "closed"]);
  });

  test("says which directory it may not write when that belongs to somebody else", async () => {
    const owned = directory.join("of-root");
    await mkdir(owned);
    const volume = ["--network", "none", "--volume", `${owned}:/var/lib/registry`];
    const refused = await engine.docker(["run", "--rm", ...volume, IMAGE], { exitCode: 1 });
    expect(refused.output).toContain("/var/lib/registry");
  });

  test("is pushed into a running Berth, pulled back and run", async () => {
    const berth: Berth = await startBerth();
    try {
      const image = `${berth.host}/berth/berth:test`;
      const id = await inspect("{{.Id}}", IMAGE);
      await engine.docker(["tag", IMAGE, image]);
      await engine.docker(["push", image], { timeoutSeconds: 120 });
      expect(await listTags(berth.url, "berth/berth")).toEqual(["test"]);
      expect((await fetchStored(berth.url, "berth/berth", "test")).body.config?.digest).toBe(id);
      await engine.docker(["rmi", image, IMAGE]);
      await engine.docker(["pull", image], { timeoutSeconds: 120 });
      expect(await inspect("{{.Id}}", image)).toBe(id);

      const host = await start("pulled", image, ["--tmpfs", "/var/lib/registry:uid=65532"]);
      expect((await fetch(`http://${host}/readyz`)).status).toBe(200);
      expect(await stop("pulled")).toBe("0");
    } finally {
      await berth.stop();
    }
  });
});
