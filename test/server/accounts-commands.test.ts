// berth admin, berth user and berth token as an operator runs them: over the socket of a server that runs, and with none. What
// they did is seen by logging in.

import { Database as Connection } from "bun:sqlite";
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startBerth, type Berth } from "../support/berth.ts";
import { cleanEnvironment, run } from "../support/process.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";
import { pushImage } from "./support/registry.ts";
import { operate, operateJson } from "./support/operate.ts";
import { PROGRAM, statusOf } from "./support/program.ts";

setDefaultTimeout(60_000);

const PASSWORD = "a long enough phrase for tests";

let directory: TemporaryDirectory;
let data: string;
let berth: Berth | null = null;

const serve = async () => {
  berth = await startBerth({ dataDirectory: data });
};
const stop = async () => {
  await berth?.stop();
  berth = null;
};
/** Does the same with the server running, and without it. */
const bothWays = (name: string, body: (isServing: boolean) => Promise<void>) => {
  test(`${name}, over the socket`, () => body(true));
  test(`${name}, with no server`, async () => {
    await stop();
    await body(false);
  });
};
const withPassword = (args: readonly string[], input: string, exitCode = 0) =>
  run([...PROGRAM, ...args, "--password-stdin", "--data", data], { env: cleanEnvironment(), input, exitCode });
/** The status that a login gets; the server is started for it if none runs. */
const logIn = async (name: string, secret: string) => {
  if (berth === null) await serve();
  const headers = { authorization: `Basic ${btoa(`${name}:${secret}`)}` };
  return await statusOf(`${berth?.url}/api/v1/session`, { headers });
};

beforeEach(async () => {
  directory = await makeTemporaryDirectory("accounts");
  data = directory.join("data");
  await serve();
});
afterEach(async () => {
  await berth?.kill();
  berth = null;
  await directory.remove();
});

bothWays("the first administrator claims the registry, and the next one does not", async (isServing) => {
  const first = await withPassword(["admin", "create", "Ada", "--email", "ada@example.com"], `${PASSWORD}\nmore\n`);
  expect(first.stdout).toBe("ada is an administrator; the registry is theirs now, and needs a login from now on\n");
  const [second] = await operateJson(data, ["admin", "create", "bob", "--generate"]);
  expect(second).toMatchObject({ account: { name: "bob", systemRole: "administrator" }, hasClaimed: false });
  if (isServing) expect(await statusOf(`${berth?.url}/v2/`)).toBe(401);
  expect(await logIn("ada", PASSWORD)).toBe(200);
  // Just made up by the program.
  expect(await logIn("bob", (second as { password: string }).password)).toBe(200);
  expect(await statusOf(`${berth?.url}/v2/`)).toBe(401);
});

bothWays("who pushed under a name while the registry was nobody's may be called so", async (isServing) => {
  if (berth === null) await serve();
  await pushImage(berth?.url ?? "", "ada/app", "v1", 10);
  await pushImage(berth?.url ?? "", "bob/app", "v1", 10);
  if (!isServing) await stop();
  await withPassword(["admin", "create", "ada"], `${PASSWORD}\n`);
  const { stderr } = await operate(data, ["user", "create", "bob", "--generate"], 2);
  expect(stderr).toContain("bob is taken by an organisation");
  await withPassword(["user", "create", "bob2"], `${PASSWORD}\n`);
  await operate(data, ["org", "hand-over", "bob", "bob2"]);
  for (const name of ["ada", "bob"]) {
    expect(await logIn(name, PASSWORD)).toBe(200);
    const headers = { authorization: `Basic ${btoa(`${name}:${PASSWORD}`)}` };
    expect(await statusOf(`${berth?.url}/v2/${name}/app/tags/list`, { headers })).toBe(200);
  }
  expect(await operateJson(data, ["org", "list"])).toMatchObject([
    { name: "ada", kind: "user" },
    { name: "bob", kind: "user" },
  ]);
});

test("what cannot be is refused and says why", async () => {
  const refused = async (args: string[], reason: string, input?: string) => {
    const { stderr, stdout } = input === undefined ? await operate(data, args, 2) : await withPassword(args, input, 2);
    expect(stderr).toContain(reason);
    expect(stdout).toBe("");
  };
  await refused(["admin"], "say what to do");
  await refused(["admin", "create"], "say whom");
  await refused(["admin", "promote", "ada"], "there is no 'berth admin promote'");
  await refused(["admin", "create", "ada"], "no terminal");
  await refused(["admin", "create", "ada", "--generate"], "exclude each other", "x\n");
  await refused(["admin", "create", "ada"], "holds no password", "\n");
  await refused(["admin", "create", "ada"], "more than a password", "x".repeat(100_000));
  await refused(["admin", "create", "ada"], "too short", "short\n");
  await refused(["admin", "create", "admin"], "reserved", `${PASSWORD}\n`);
  await refused(["admin", "create", "a/b"], "names have", `${PASSWORD}\n`);
  await refused(["admin", "create", "ada", "--email", "nobody"], "e-mail address", `${PASSWORD}\n`);
  await refused(["user", "create", "eve", "--generate"], "no administrator yet");
  await refused(["admin", "reset-password", "nobody", "--generate"], "there is no account nobody");
  await refused(["user", "show", "'; drop table accounts; --"], "there is no account");
  await refused(["user", "list", "a", "b"], "not expected");
  await operate(data, ["admin", "create", "ada", "--generate"]);
  await refused(["admin", "create", "ada", "--generate"], "ada is taken");
  await refused(["admin", "disable", "ada"], "last administrator");
  await refused(["user", "set-role", "ada", "none"], "last administrator");
  await refused(["user", "set-role", "ada", "king"], "systemRole");
  await refused(["token", "create", "ada", "ci", "--scope", "pull"], "is no scope");
  await refused(["token", "create", "ada", "ci", "--scope", "fly:*"], "scopes.0.actions.0");
  await refused(["token", "create", "ada", "ci", "--scope", "pull:A*"], "a pattern is");
  await refused(["token", "create", "ada", "ci", "--expires", "-1"], "'--expires'");
  await refused(["token", "create", "ada", "ci", "--expires", "soon"], "number of days");
  await refused(["token", "revoke", "ada", "99"], "has no token 99");
});

bothWays("a password is reset, an account disabled and enabled", async () => {
  await operate(data, ["admin", "create", "ada", "--generate"]);
  await operate(data, ["user", "create", "bob", "--generate"]);
  await withPassword(["admin", "reset-password", "bob"], `${PASSWORD}\n`);
  await operate(data, ["admin", "disable", "bob"]);
  expect(await logIn("bob", PASSWORD)).toBe(401);
  await operate(data, ["user", "enable", "bob"]);
  expect(await logIn("bob", PASSWORD)).toBe(200);
  await operate(data, ["user", "set-role", "bob", "auditor"]);
  const listed = await operateJson(data, ["user", "list", "B"]);
  expect(listed).toMatchObject([{ name: "bob", systemRole: "auditor", isDisabled: false }]);
  expect((await operate(data, ["user", "list"])).stdout).toContain("2 accounts");
  expect((await operate(data, ["user", "show", "bob"])).stdout).toContain("auditor");
});

bothWays("a token is made, listed without its text, and revoked", async () => {
  await operate(data, ["admin", "create", "ada", "--generate"]);
  const scope = ["--scope", "pull,push:acme/*", "--scope", "pull:*"];
  const text = (await operate(data, ["token", "create", "ada", "ci", ...scope, "--expires", "1"])).stdout.trim();
  expect(text).toMatch(/^berth_pat_[0-9A-Za-z]{36}$/);
  const listed = await operate(data, ["token", "list", "ada"]);
  expect(listed.stdout).not.toContain(text);
  expect(listed.stdout).toContain("ci: pull,push:acme/* pull:*; expires");
  expect(await logIn("ada", text)).toBe(200);
  const [token] = await operateJson(data, ["token", "list", "ada"]);
  // As the program prints it.
  const { id } = token as { id: number };
  await operate(data, ["token", "revoke", "ada", String(id)]);
  expect(await logIn("ada", text)).toBe(401);
  const other = (await operate(data, ["token", "create", "ada", "cd", "--expires", "never"])).stdout.trim();
  await operate(data, ["user", "revoke", "ada"]);
  expect(await logIn("ada", other)).toBe(401);
});

test("with no server, an empty directory becomes a registry with its first administrator; no other directory does", async () => {
  await stop();
  const create = async (place: string, exitCode: number) =>
    await run([...PROGRAM, "admin", "create", "ada", "--password-stdin", "--data", place], {
      env: cleanEnvironment(),
      input: `${PASSWORD}\n`,
      exitCode,
    });
  expect((await create(directory.join("mistyped"), 2)).stderr).toContain("there is no registry at");
  expect(await Bun.file(directory.join("mistyped/berth.db")).exists()).toBe(false);
  await mkdir(directory.join("other"));
  await Bun.write(directory.join("other/letter.txt"), "dear");
  expect((await create(directory.join("other"), 2)).stderr).toContain("there is no");
  await mkdir(directory.join("lost/blobs"), { recursive: true });
  expect((await create(directory.join("lost"), 2)).stderr).toContain("berth restore brings it back");
  expect((await readdir(directory.join("lost"))).sort()).toEqual(["blobs"]);

  // As a file system's root is, that was made for it.
  data = directory.join("new");
  await mkdir(join(data, "lost+found"), { recursive: true });
  // Nothing else makes a registry, and no password is worth one that is too weak.
  expect((await operate(data, ["user", "create", "bob", "--generate"], 2)).stderr).toContain("there is no");
  expect((await create(data, 0)).stdout).toContain("ada is an administrator; the registry is theirs now");
  expect((await create(data, 2)).stderr).toContain("ada is taken");
  expect(await logIn("ada", PASSWORD)).toBe(200);
  expect(await statusOf(`${berth?.url}/v2/`)).toBe(401);
});

bothWays("who lost a second factor gets in again with the password alone", async () => {
  await withPassword(["admin", "create", "ada"], `${PASSWORD}\n`);
  expect((await operate(data, ["user", "reset-factors", "ada"])).stdout).toBe("ada had no second factor\n");
  const rows = new Connection(join(data, "berth.db"));
  rows.run("pragma busy_timeout = 5000");
  rows.run(
    "insert into totps (account_id, sealed_secret, created_at, confirmed_at) select id, 'sealed', 1, 1 from accounts",
  );
  rows.run("insert into backup_codes (account_id, hash, created_at) select id, 'hash', 1 from accounts");
  const token = (await operate(data, ["token", "create", "ada", "ci"])).stdout.trim();
  const wasServing = berth !== null;
  expect(await logIn("ada", PASSWORD)).toBe(401);
  if (!wasServing) await stop();
  const { stderr } = await operate(data, ["user", "reset-factors", "nobody"], 2);
  expect(stderr).toContain("there is no account nobody");
  const done = await operate(data, ["user", "reset-factors", "ADA"]);
  expect(done.stdout).toBe("ada has no second factor any more, and has to log in again everywhere\n");
  expect(await logIn("ada", PASSWORD)).toBe(200);
  expect(await logIn("ada", token)).toBe(200);
  expect(rows.query("select count(*) as n from backup_codes").get()).toEqual({ n: 0 });
  expect(rows.query("select actor_kind, action from audit_events where action = 'factor.remove'").all()).toEqual([
    { actor_kind: "operator", action: "factor.remove" },
  ]);
  rows.close();
});

bothWays("secrets are sealed with the new key, all of them or none", async (isServing) => {
  if (!isServing) await serve();
  await withPassword(["admin", "create", "ada"], `${PASSWORD}\n`);
  // Makes the signing key.
  const headers = { authorization: `Basic ${btoa(`ada:${PASSWORD}`)}` };
  expect(await statusOf(`${berth?.url}/token?service=x`, { headers })).toBe(200);
  await stop();
  const file = join(data, "keys/secret.key");
  const old = directory.join("old.key");
  await copyFile(file, old);
  const newKey = () => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64");
  await writeFile(directory.join("other.key"), `${newKey()}\n`, { mode: 0o600 });
  await writeFile(file, `${newKey()}\n`, { mode: 0o600 });
  const sealed = () => {
    const rows = new Connection(join(data, "berth.db"));
    const found = rows.query("select sealed_private_key as it from signing_keys order by id").all();
    rows.close();
    return found;
  };
  const before = sealed();
  expect(before).toHaveLength(1);
  if (isServing) await serve();
  for (const [args, reason] of [
    [[], "nothing was changed"],
    [["--old-key", directory.join("other.key")], "not in the secret key file"],
    [["--old-key", directory.join("none.key")], "no secret key at"],
    [["ada"], "not expected"],
  ] as const) {
    expect((await operate(data, ["admin", "reseal", ...args], 2)).stderr).toContain(reason);
  }
  expect(sealed()).toEqual(before);
  const done = await operate(data, ["admin", "reseal", "--old-key", old]);
  expect(done.stdout).toContain("1 secret sealed anew");
  expect(sealed()).not.toEqual(before);
  expect((await operate(data, ["admin", "reseal"])).stdout).toContain("0 secrets");
  await stop();
  await serve();
  expect(await statusOf(`${berth?.url}/token?service=x`, { headers })).toBe(200);
  expect(sealed()).toHaveLength(1);
  expect(berth?.logs()).not.toContain("not in the secret key file");
});

test("at a terminal the password is asked for twice and never shown", async () => {
  const ask = async (...typed: string[]) => {
    let shown = "";
    const left = [...typed];
    const child = Bun.spawn([...PROGRAM, "admin", "create", "ada", "--data", data], {
      env: cleanEnvironment(),
      terminal: {
        cols: 80,
        rows: 24,
        data: (terminal, bytes) => {
          const text = Buffer.from(bytes).toString();
          shown += text;
          const next = /(?:for ada|again): $/.test(shown) && text !== "" ? left.shift() : undefined;
          if (next !== undefined) terminal.write(next);
        },
      },
    });
    const exitCode = await child.exited;
    child.terminal?.close();
    return { exitCode, shown };
  };
  const differing = await ask(`${PASSWORD}\r`, "something else\r");
  expect(differing.exitCode).toBe(2);
  expect(differing.shown).toContain("the two differ");
  expect((await ask("\u0003")).exitCode).toBe(2);
  // With a slip that is taken back.
  const made = await ask(`${PASSWORD}xy\u007f\u007f\r`, `${PASSWORD}\r`);
  expect(made.shown).toContain("ada is an administrator");
  expect(made.exitCode).toBe(0);
  for (const { shown } of [differing, made]) expect(shown).not.toContain("phrase");
  expect(await logIn("ada", PASSWORD)).toBe(200);
});

test("passwords and tokens are in no log", async () => {
  await withPassword(["admin", "create", "ada"], `${PASSWORD}\n`);
  const text = (await operate(data, ["token", "create", "ada", "ci"])).stdout.trim();
  expect(await logIn("ada", text)).toBe(200);
  expect(berth?.logs()).not.toContain(PASSWORD);
  expect(berth?.logs()).not.toContain(text);
});
