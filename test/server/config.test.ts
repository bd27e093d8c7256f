// Wrong configuration stops the start and says what is wrong; right configuration of registry:2 starts a server.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { startBerth } from "../support/berth.ts";
import { cleanEnvironment, startProcess } from "../support/process.ts";
import { fetchStored } from "../support/stored.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";
import { failToServe, findFreePort, PROGRAM, statusOf } from "./support/program.ts";
import { pushImage } from "./support/registry.ts";

let directory: TemporaryDirectory;

beforeAll(async () => {
  directory = await makeTemporaryDirectory("config");
});
afterAll(() => directory.remove());

/** Starts the program as it is told, waits until it listens, and ends it. */
async function serveWith(
  args: string[],
  env: Record<string, string>,
  use: (url: string, logs: string) => Promise<void>,
) {
  let url: string | undefined;
  const server = await startProcess({
    name: "berth",
    command: [...PROGRAM, "serve", ...args],
    env: cleanEnvironment({ BERTH_LOG_FORMAT: "json", ...env }),
    ready: (logs) => {
      url = /"message":"listening","url":"([^"]+)".*\n/.exec(logs)?.[1];
      return url !== undefined;
    },
  });
  try {
    await use(url ?? "", server.logs());
  } finally {
    await server.stop();
  }
}

describe("what is wrong stops the start, naming key, value, what is allowed and where it came from", () => {
  test.each<[string, string[], Record<string, string>, string[]]>([
    ["a flag", ["--port", "70000"], {}, ["http.port", "70000", "65535", "--port"]],
    ["a variable", [], { BERTH_LOG_LEVEL: "loud" }, ["log.level", "loud", "debug", "BERTH_LOG_LEVEL"]],
    ["a name", [], { BERTH_HTTP_PROT: "5000" }, ["BERTH_HTTP_PROT", "BERTH_HTTP_PORT"]],
    ["a driver", [], { BERTH_STORAGE_DRIVER: "s4" }, ["storage.driver", "s4", "filesystem"]],
    ["one of registry:2", [], { REGISTRY_LOG_LEVEL: "loud" }, ["log.level", "loud", "REGISTRY_LOG_LEVEL"]],
  ])("%s", async (_, args, env, parts) => {
    const data = directory.join("never");
    const { stderr, stdout } = await failToServe([...args, "--data", data], env);
    for (const part of parts) expect(stderr).toContain(part);
    expect(`${stderr}${stdout}`).not.toMatch(/^\s+at /m);
    expect(await readdir(directory.path)).not.toContain("never");
  });

  test("a file, with the line, and all problems at once", async () => {
    const file = directory.join("wrong.yaml");
    await writeFile(file, "http:\n  port: many\nlog:\n  level: loud\n");
    const { stderr } = await failToServe(["--config", file, "--data", directory.join("never")]);
    for (const part of ["http.port", "many", `${file}:2`, "log.level", "loud", `${file}:4`])
      expect(stderr).toContain(part);
  });

  test("a file that is not there", async () => {
    const { stderr } = await failToServe(["--config", directory.join("nothing.yaml")]);
    expect(stderr).toContain(directory.join("nothing.yaml"));
  });

  test("a secret is not shown, neither as a wrong value nor when its server does not answer", async () => {
    const url = `postgres://berth:hunter2-secret@127.0.0.1:${findFreePort()}/berth`;
    for (const wrong of [url, "hunter2-secret"]) {
      const { output } = await failToServe(["--port", "0", "--data", directory.join("postgres")], {
        BERTH_DATABASE_DRIVER: "postgres",
        BERTH_DATABASE_URL: wrong,
      });
      expect(output).not.toContain("hunter2-secret");
      expect(output).not.toBe("");
    }
  });
});

test("registry:2's configuration file starts a working server", async () => {
  const port = findFreePort();
  const file = directory.join("config.yml");
  await writeFile(
    file,
    `version: 0.1
log:
  fields: {service: registry}
storage:
  cache: {blobdescriptor: inmemory}
  filesystem: {rootdirectory: ${directory.join("root")}}
http:
  addr: 127.0.0.1:${port}
  headers: {X-Content-Type-Options: [nosniff]}
health:
  storagedriver: {enabled: true, interval: 10s, threshold: 3}
`,
  );
  await serveWith([file], {}, async (url, logs) => {
    expect(url).toBe(`http://127.0.0.1:${port}`);
    expect(logs).toContain("health.storagedriver.interval");
    const digest = await pushImage(url, "myapp", "v1", 100_000);
    expect((await fetchStored(url, "myapp", "v1")).digest).toBe(digest);
    expect(await statusOf(`${url}/v2/myapp/manifests/${digest}`, { method: "DELETE" })).toBe(405);
    expect(await readdir(directory.join("root"))).toContain("berth.db");
  });
});

test("registry:2's variables start a working server", async () => {
  const root = directory.join("variables");
  const env = {
    REGISTRY_HTTP_ADDR: "127.0.0.1:0",
    REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: root,
    REGISTRY_STORAGE_DELETE_ENABLED: "true",
    REGISTRY_LOG_LEVEL: "debug",
  };
  await serveWith([], env, async (url) => {
    const digest = await pushImage(url, "myapp", "v1", 100_000);
    expect(await statusOf(`${url}/v2/myapp/manifests/${digest}`, { method: "DELETE" })).toBe(202);
    expect(await readdir(root)).toContain("berth.db");
  });
});

test("what Kubernetes injects for a Service named berth does not stop the start", async () => {
  const berth = await startBerth({
    env: {
      BERTH_SERVICE_HOST: "10.0.0.1",
      BERTH_SERVICE_PORT: "5000",
      BERTH_PORT: "tcp://10.0.0.1:5000",
      BERTH_PORT_5000_TCP_ADDR: "10.0.0.1",
    },
  });
  expect(await berth.stop()).toBe(0);
});

test("metrics on a listener of their own are not on the main one", async () => {
  const port = findFreePort();
  const berth = await startBerth({ env: { BERTH_METRICS_PORT: String(port) } });
  try {
    expect(await statusOf(`${berth.url}/v2/`)).toBe(200);
    const own = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect(own.headers.get("content-type")).toContain("text/plain; version=0.0.4");
    const lines = (await own.text()).split("\n");
    expect(lines).toContain("# TYPE berth_http_requests_total counter");
    const series = lines.filter((line) => /^[^#]/.test(line)).map((line) => line.slice(0, line.lastIndexOf(" ")));
    expect(series.toSorted()).toEqual([...new Set(series)].toSorted());
    expect(await statusOf(`${berth.url}/metrics`)).toBe(404);
    expect(await statusOf(`http://127.0.0.1:${port}/v2/`)).toBe(404);
    await berth.stop();
    expect(await statusOf(`http://127.0.0.1:${port}/metrics`)).toBe(0);
  } finally {
    await berth.kill();
  }
});

test("a port of metrics that is taken stops the start", async () => {
  const berth = await startBerth();
  try {
    const data = directory.join("taken");
    await mkdir(data);
    const { output } = await failToServe(["--port", "0", "--data", data], { BERTH_METRICS_PORT: String(berth.port) });
    expect(output).toContain(String(berth.port));
  } finally {
    await berth.stop();
  }
});
