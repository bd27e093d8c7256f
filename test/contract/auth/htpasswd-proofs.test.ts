// How long a password of an htpasswd file is believed without being hashed again: for minutes, and no longer than the file says so.

import { afterAll, afterEach, beforeAll, expect, setSystemTime, spyOn, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { type AccessRegistry, basic, openAccessRegistry } from "../../support/access.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../../support/temporary.ts";

const SETTLE_MS = 3_500;
const MINUTE_MS = 60_000;

let directory: TemporaryDirectory;
let registry: AccessRegistry;
let file: string;
const lines = new Map<string, string>();

const write = () => writeFile(file, [...lines].map(([name, hash]) => `${name}:${hash}\n`).join(""));
const hash = (password: string) => Bun.password.hash(password, { algorithm: "bcrypt", cost: 4 });
const ask = async (name: string, password: string) =>
  (await fetch(`${registry.url}/v2/`, { headers: basic(name, password) })).status;

/** How many hashes were computed meanwhile. */
async function hashesOf(work: () => Promise<unknown>): Promise<number> {
  const verify = spyOn(Bun.password, "verify");
  try {
    await work();
    return verify.mock.calls.filter(([, stored]) => typeof stored === "string" && stored.startsWith("$2")).length;
  } finally {
    verify.mockRestore();
  }
}

beforeAll(async () => {
  directory = await makeTemporaryDirectory("htpasswd-proofs");
  file = directory.join("htpasswd");
  for (const name of ["alice", "bob"]) lines.set(name, await hash(`${name}-password`));
  await write();
  registry = await openAccessRegistry({
    environment: { BERTH_AUTH_HTPASSWD_FILE: file, BERTH_AUTH_HTPASSWD_ROLE: "write" },
  });
});

afterEach(() => void setSystemTime());

afterAll(async () => {
  await registry.close();
  await directory.remove();
});

test("many at once, and one every minute for nine minutes, hash it once", async () => {
  const hashed = await hashesOf(async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask("alice", "alice-password")));
    expect(new Set(answers)).toEqual(new Set([200]));
    const now = Date.now();
    for (let minute = 1; minute < 10; minute += 1) {
      setSystemTime(new Date(now + minute * MINUTE_MS));
      expect(await ask("alice", "alice-password")).toBe(200);
    }
  });
  expect(hashed).toBe(1);
});

test("a file that is written anew with the same content changes nothing", async () => {
  expect(await ask("alice", "alice-password")).toBe(200);
  await write();
  await Bun.sleep(SETTLE_MS);
  expect(await hashesOf(() => ask("alice", "alice-password"))).toBe(0);
}, 20_000);

test("a new password counts at once, the old one no longer, and others are hashed anew and go on", async () => {
  expect(await ask("bob", "bob-password")).toBe(200);
  lines.set("alice", await hash("another password"));
  await write();
  await Bun.sleep(SETTLE_MS);
  expect(await ask("alice", "alice-password")).toBe(401);
  expect(await ask("alice", "another password")).toBe(200);
  expect(await hashesOf(() => ask("bob", "bob-password"))).toBe(1);
}, 20_000);
