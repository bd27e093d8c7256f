// The HTTP attacks once more, through nginx that passes bodies on as they come: the two must never disagree about where
// a request ends. What nginx counted as requests is what Berth saw, each of them once.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { startBerth, type Berth } from "../support/berth.ts";
import { startProcess, type StartedProcess } from "../support/process.ts";
import { describeWith } from "../support/requirements.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";
import { httpCases } from "./support/http-corpus.ts";
import { exchange, inParallel, request } from "./support/raw.ts";
import { accessLogWith, ask, expectUnharmed, MIB, pushAndPull } from "./support/registry.ts";

async function freePort(): Promise<number> {
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  const { port } = server;
  server.stop(true);
  return port;
}

function configuration(directory: TemporaryDirectory, port: number, upstream: number): string {
  const own = (name: string) => directory.join(name);
  // Started by root, its workers would be nobody, who cannot look into a directory of the test's own.
  const user = process.getuid?.() === 0 ? "user root;" : "";
  return `
${user} daemon off; worker_processes 1; pid ${own("nginx.pid")}; error_log ${own("error.log")};
events { worker_connections 512; }
http {
  log_format one '$request_id $status $upstream_status $request_method $uri';
  access_log ${own("access.log")} one;
  client_body_temp_path ${own("body")}; proxy_temp_path ${own("proxy")}; fastcgi_temp_path ${own("f")};
  uwsgi_temp_path ${own("u")}; scgi_temp_path ${own("s")};
  upstream berth { server 127.0.0.1:${upstream}; keepalive 8; }
  server {
    listen 127.0.0.1:${port};
    client_max_body_size 0;
    location / {
      proxy_pass http://berth;
      proxy_http_version 1.1;
      proxy_request_buffering off;
      proxy_set_header Host $http_host;
      proxy_set_header Connection "";
      proxy_set_header User-Agent $request_id;
      proxy_set_header X-Forwarded-For $remote_addr;
    }
  }
}
`;
}

describeWith("behind nginx", ["nginx"], () => {
  let directory: TemporaryDirectory;
  let berth: Berth;
  let nginx: StartedProcess;
  let port: number;
  beforeAll(async () => {
    directory = await makeTemporaryDirectory("nginx");
    berth = await startBerth({ env: { BERTH_HTTP_TRUSTED_PROXIES: "[127.0.0.1]" } });
    port = await freePort();
    writeFileSync(directory.join("nginx.conf"), configuration(directory, port, berth.port));
    nginx = await startProcess({
      name: "nginx",
      command: ["nginx", "-e", directory.join("error.log"), "-c", directory.join("nginx.conf")],
      ready: () => accepts(port),
    });
  });
  afterAll(async () => {
    await nginx?.stop();
    await berth?.stop();
    await directory?.remove();
  });

  test("a push and a pull go through", async () => {
    await pushAndPull(`http://127.0.0.1:${port}`, "proxy/a", 5 * MIB);
  });

  test("no attack is seen twice, merged with another request, or out of a body", async () => {
    const cases = httpCases(`127.0.0.1:${port}`);
    const wrong: string[] = [];
    await inParallel(cases, 24, async (it) => {
      const got = await exchange(port, it.payload, {
        replies: it.replies + 1,
        limitMs: 1_500,
        isHead: it.isHead ?? false,
      });
      // nginx has a page of its own for what it refuses; a refusal of Berth's side must never be its 502.
      const failed = got.replies.find((reply) => reply.status >= 500 && ![501, 505].includes(reply.status));
      // The runtime hangs up on methods that it has never heard of, which is a 502 to nginx.
      if (failed?.status === 502 && it.name === "the method FOO") return;
      if (failed) wrong.push(`${it.name}: ${failed.status}`);
    });
    expect(wrong).toEqual([]);

    await ask(`http://127.0.0.1:${port}/v2/last/tags/list`);
    const seen = await accessLogWith(berth, "/v2/last/tags/list");
    // Every request that Berth saw bears the number of one that nginx passed on, and none bears another's. (Where nginx
    // reads more generously than Berth, a hidden request may be one to it; then it is one to both.)
    const passed = readFileSync(directory.join("access.log"), "utf8")
      .split("\n")
      .filter((line) => / \d{3} \d{3} /.test(line));
    const numbers = new Map(passed.map((line) => [line.split(" ")[0], line]));
    const agents = seen.map((it) => it.agent ?? "");
    expect(agents.filter((agent) => !/^[0-9a-f]{32}$/.test(agent))).toEqual([]);
    expect(new Set(agents).size).toBe(agents.length);
    const unknown = seen.filter((it) => !numbers.has(it.agent ?? ""));
    // What its client broke off, nginx writes without the status of the other side.
    expect(unknown.filter((it) => it.status < 400)).toEqual([]);
  });

  test("bodies that break off leave the shared connections in order", async () => {
    const bytes = randomBytes(300_000);
    const rounds = Array.from({ length: 60 }, (_, number) => number);
    await inParallel(rounds, 12, async (number) => {
      const head = request("PUT", `/v2/proxy/broken/manifests/x${number}`, {
        Host: `127.0.0.1:${port}`,
        "Content-Type": "application/vnd.example+json",
        ...(number % 2 === 0 ? { "Content-Length": "2000000" } : { "Transfer-Encoding": "chunked" }),
      });
      const start = number % 2 === 0 ? Buffer.alloc(0) : Buffer.from("1e8480\r\n");
      await exchange(port, Buffer.concat([Buffer.from(head), start, bytes]), { cutAfterMs: 20 });
      // A reply to another request would have another status and type.
      const answer = await ask(`http://127.0.0.1:${port}/v2/proxy/a/manifests/latest`);
      expect(answer.status).toBe(200);
      expect(answer.text).toContain("schemaVersion");
    });
    const list = await ask(`http://127.0.0.1:${port}/v2/proxy/broken/tags/list`);
    expect(list.status).toBe(404);
  });

  test("the server is unharmed", async () => {
    await pushAndPull(`http://127.0.0.1:${port}`, "proxy/b");
    await expectUnharmed(berth, { allow: [501, 505] });
  });
});

async function accepts(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
