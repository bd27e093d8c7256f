// A registry that nobody has claimed is open to its own machine, and beyond it only where somebody said so.

import { expect, test } from "bun:test";
import { startBerth, type Berth } from "../support/berth.ts";
import { fetchStored } from "../support/stored.ts";
import { pushImage } from "./support/registry.ts";

const EVERYWHERE = ["--host", "0.0.0.0"];

async function withBerth(
  args: string[],
  env: Record<string, string>,
  use: (berth: Berth, url: string) => Promise<void>,
) {
  const berth = await startBerth({ args, env });
  try {
    await use(berth, `http://127.0.0.1:${berth.port}`);
  } finally {
    await berth.stop();
  }
}

/** Asks under another name than the one that leads here, as a page of that name could in a browser. */
async function ask(url: string, path: string, host: string, method = "GET"): Promise<{ status: number; text: string }> {
  const response = await fetch(`${url}${path}`, { method, headers: { host } });
  return { status: response.status, text: await response.text() };
}

test("listening everywhere without --open: pushes and pulls get a 401 that says what to do", () =>
  withBerth(EVERYWHERE, {}, async (berth, url) => {
    for (const [method, path] of [
      ["POST", "/v2/team/app/blobs/uploads/"],
      ["GET", "/v2/team/app/manifests/latest"],
      ["GET", "/v2/_catalog"],
      ["GET", "/v2/"],
      ["DELETE", "/v2/team/app/manifests/latest"],
    ] as const) {
      const response = await fetch(`${url}${path}`, { method });
      expect([path, response.status]).toEqual([path, 401]);
      expect(response.headers.get("www-authenticate")).toMatch(/^(Basic|Bearer) realm="/);
      const text = await response.text();
      expect(text).toContain('"code":"UNAUTHORIZED"');
      expect(text).toContain("--open");
      expect(text).toContain("BERTH_OPEN");
    }
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(berth.logs()).toContain("Nobody can push or pull yet");
  }));

test.each<[string, string[], Record<string, string>]>([
  ["--open", [...EVERYWHERE, "--open"], {}],
  ["BERTH_OPEN", EVERYWHERE, { BERTH_OPEN: "true" }],
])("listening everywhere with %s: they work, and the log warns", (_, args, env) =>
  withBerth(args, env, async (berth, url) => {
    const digest = await pushImage(url, "team/app", "1", 1_000);
    expect((await fetchStored(url, "team/app", "1")).digest).toBe(digest);
    expect((await ask(url, "/v2/", "registry.example.com")).status).toBe(200);
    expect(berth.logs()).toContain("anyone who can reach");
  }),
);

test("listening on loopback: open under loopback names, closed under any other", () =>
  withBerth([], {}, async (berth, url) => {
    for (const host of ["localhost", "127.0.0.1", "[::1]", "LOCALHOST", "registry.localhost", "127.9.9.9"]) {
      expect([host, (await ask(url, "/v2/", `${host}:${berth.port}`)).status]).toEqual([host, 200]);
    }
    for (const host of ["attacker.example", "127.0.0.1.attacker.example", "localhost.attacker.example", "10.0.0.1"]) {
      const push = await ask(url, "/v2/team/app/blobs/uploads/", `${host}:${berth.port}`, "POST");
      expect([host, push.status]).toEqual([host, 401]);
      expect((await ask(url, "/v2/_catalog", host)).status).toBe(401);
    }
  }));
