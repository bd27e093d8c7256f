// A registry that is restored knows who there is: passwords, tokens and grants work as before. The key that opens its secrets is
// in no backup, and a registry that has lost it goes on without what was sealed.

import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { cp, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { startBerth, type Berth } from "../../support/berth.ts";
import { basic, PASSWORD } from "../../support/access.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../../support/temporary.ts";
import { operate } from "../support/operate.ts";
import { statusOf } from "../support/program.ts";
import { pushImage } from "../support/registry.ts";

setDefaultTimeout(60_000);

const ADMIN = { BERTH_ADMIN_USERNAME: "root", BERTH_ADMIN_PASSWORD: PASSWORD };

let directory: TemporaryDirectory;
let data: string;
let copy: string;
let berth: Berth;

beforeEach(async () => {
  directory = await makeTemporaryDirectory("access-backup");
  data = directory.join("data");
  copy = directory.join("copy");
  // Open still, so that there is something without a login.
  berth = await startBerth({ dataDirectory: data });
  await pushImage(berth.url, "acme/api", "1", 20_000);
  await berth.stop();
  berth = await startBerth({ dataDirectory: data, env: ADMIN });
});
afterEach(async () => {
  await berth.kill();
  await directory.remove();
});

const statusAs = (headers: Record<string, string>) =>
  statusOf(`${berth.url}/v2/acme/api/manifests/1`, { headers: { ...headers } });
const logIn = async () => {
  const query = "?service=berth&offline_token=true&client_id=test";
  const response = await fetch(`${berth.url}/token${query}`, { headers: basic("root") });
  return { status: response.status, ...((await response.json()) as { token?: string; refresh_token?: string }) };
};
const refresh = async (token: string) => {
  const body = new URLSearchParams({ grant_type: "refresh_token", refresh_token: token, service: "berth" });
  return (await fetch(`${berth.url}/token`, { method: "POST", body })).status;
};
const everyFile = async (root: string) => {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.filter((it) => it.isFile()).map((it) => join(it.parentPath, it.name));
};
const keyOf = async () => {
  const text = await readFile(join(data, "keys/secret.key"), "utf8");
  return text.split("\n").find((line) => line !== "" && !line.startsWith("#")) ?? "";
};

test("a restored registry knows its users, passwords and tokens, and is nobody else's to claim", async () => {
  const { refresh_token: token = "" } = await logIn();
  const { stdout } = await operate(data, ["backup", copy]);
  expect(stdout).toContain(`Keep a copy of ${data}/keys/secret.key apart`);
  const key = await keyOf();
  expect(key.length).toBe(44);
  for (const path of await everyFile(copy)) {
    const bytes = await readFile(path);
    const text = path.endsWith(".berth") ? Buffer.from(await Bun.zstdDecompress(bytes)) : bytes;
    for (const secret of [key, PASSWORD, token]) expect([path, text.includes(secret)]).toEqual([path, false]);
  }
  await berth.stop();

  const restored = directory.join("restored");
  const output = await operate(restored, ["restore", copy]);
  expect(output.stdout).toMatch(/accounts +1\n/);
  expect(output.stdout).toContain("secret key file");
  await mkdir(join(restored, "keys"), { recursive: true, mode: 0o700 });
  await cp(join(data, "keys/secret.key"), join(restored, "keys/secret.key"));
  berth = await startBerth({
    dataDirectory: restored,
    env: { ...ADMIN, BERTH_ADMIN_PASSWORD: "somebody else's phrase" },
  });
  expect(await statusAs({})).toBe(401);
  expect(await statusAs(basic("root"))).toBe(200);
  expect(await statusAs(basic("root", "somebody else's phrase"))).toBe(401);
  expect(await refresh(token)).toBe(200);
});

test("after the loss of the database a snapshot in the storage brings accounts back", async () => {
  const { refresh_token: token = "" } = await logIn();
  await berth.stop();
  for (const suffix of ["", "-wal", "-shm"]) await rm(join(data, `berth.db${suffix}`), { force: true });
  await operate(data, ["restore", "--snapshot", "latest"]);
  berth = await startBerth({ dataDirectory: data });
  expect(await statusAs({})).toBe(401);
  expect(await statusAs(basic("root"))).toBe(200);
  expect(await refresh(token)).toBe(200);
});

test("a registry that has lost its secret key still lets people in", async () => {
  const { refresh_token: token = "", token: jwt = "" } = await logIn();
  expect(await statusOf(`${berth.url}/v2/`, { headers: { authorization: `Bearer ${jwt}` } })).toBe(200);
  await berth.stop();
  await rm(join(data, "keys/secret.key"));
  berth = await startBerth({ dataDirectory: data });
  expect(await statusAs(basic("root"))).toBe(200);
  expect(await statusOf(`${berth.url}/v2/`, { headers: { authorization: `Bearer ${jwt}` } })).not.toBe(500);
  const again = await logIn();
  expect(again.status).toBe(200);
  expect(await statusOf(`${berth.url}/v2/`, { headers: { authorization: `Bearer ${again.token ?? ""}` } })).toBe(200);
  expect(await refresh(token)).toBe(200);
});

test("what is restored into a server that serves leaves accounts and rights alone", async () => {
  await operate(data, ["backup", copy]);
  await berth.stop();
  berth = await startBerth({ dataDirectory: directory.join("other"), env: { ...ADMIN, BERTH_ADMIN_USERNAME: "eve" } });
  const { stdout } = await operate(directory.join("other"), ["restore", copy]);
  expect(stdout).toContain("accounts and rights are as they were here");
  expect(await statusAs(basic("root"))).toBe(401);
  expect(await statusAs(basic("eve"))).toBe(200);
  expect(await statusAs({})).toBe(401);
});
