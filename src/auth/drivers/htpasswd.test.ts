import { afterEach, beforeEach, describe, expect, spyOn, test } from "bun:test";
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWith } from "../../../test/support/requirements.ts";
import type { Fields, Log } from "../../telemetry/log.ts";
import { Passwords } from "../passwords.ts";
import { type HtpasswdOptions, htpasswdSource } from "./htpasswd.ts";

let directory: string;
let file: string;
let lines: string[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "berth-htpasswd-"));
  file = join(directory, "htpasswd");
  lines = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const note = (level: string) => (message: string, fields?: Fields) => {
  lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
};
const log: Log = {
  debug: note("debug"),
  info: note("info"),
  warn: note("warn"),
  error: note("error"),
  line: () => undefined,
  format: "json",
  isInfo: true,
  dropped: 0,
  close: () => undefined,
};

const hashOf = (password: string) => Bun.password.hash(password, { algorithm: "bcrypt", cost: 4 });
const lineFor = async (name: string, password = `${name}-password`) => `${name}:${await hashOf(password)}\n`;
const open = (options: Partial<HtpasswdOptions> = {}) =>
  htpasswdSource({ file, log, passwords: new Passwords(), lookEveryMs: 0, settleMs: 0, ...options });

describe("bad input", () => {
  test.each([
    ["alice", ""],
    ["", ""],
    ["", "alice-password"],
    ["alice", "alice-password\0"],
    ["alice", "\0"],
    ["alice\0", "alice-password"],
    ["Alice", "alice-password"],
    ["alice ", "alice-password"],
    ["alice:", "alice-password"],
    ["alice\n", "alice-password"],
    ["#alice", "alice-password"],
    ["__proto__", "alice-password"],
    ["constructor", "alice-password"],
    ["x".repeat(1_000_000), "alice-password"],
    ["alice", "x".repeat(1_000_000)],
    ["md5", "secret"],
    ["plain", "secret"],
  ])("%# is nobody", async (login, password) => {
    writeFileSync(file, `${await lineFor("alice")}md5:$apr1$abcdefgh$abcdefghijklmnopqrstuv\nplain:secret\n`);
    const source = await open();
    expect(await source.verify(login, password)).toBeNull();
    expect(await source.verify("alice", "alice-password")).toMatchObject({ subject: "alice" });
  });

  test("a file that is not there, a directory and a pipe are mistakes at the start", async () => {
    const failure = (path: string) =>
      expect(open({ file: path })).rejects.toThrow(`cannot read the htpasswd file ${path}`);
    await failure(file);
    await failure(directory);
    expect(Bun.spawnSync(["mkfifo", file]).exitCode).toBe(0);
    await failure(file);
  });

  test("lines that are skipped are in the log, by number, once, without a hash or a password", async () => {
    writeFileSync(file, `my secret password\n${await lineFor("alice")}bob:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n`);
    const source = await open();
    await source.verify("alice", "alice-password");
    await source.verify("alice", "alice-password");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain("line 1 of the htpasswd file has no colon");
    expect(lines[1]).toContain("htpasswd -B");
    expect(lines.join()).not.toMatch(/secret|SHA|W6ph/);
  });

  test("thousands of bad lines do not fill the log; a file without anybody says so", async () => {
    writeFileSync(file, "garbage\n".repeat(5_000));
    await open();
    expect(lines).toHaveLength(22);
    expect(lines.at(-2)).toContain("4980 more lines");
    expect(lines.at(-1)).toContain("nobody in it");
  });
});

test("somebody unknown, somebody whose line is skipped and a wrong password cost one hash of one cost", async () => {
  writeFileSync(file, `${await lineFor("alice")}bob:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n`);
  const source = await open();
  const verify = spyOn(Bun.password, "verify");
  try {
    for (const login of ["alice", "nobody", "bob"]) expect(await source.verify(login, "wrong")).toBeNull();
    const asked = verify.mock.calls.map(([, hash]) => (typeof hash === "string" ? hash : ""));
    expect(asked).toHaveLength(3);
    for (const hash of asked) expect(hash).toMatch(/^\$2[by]\$04\$.{53}$/);
    for (const result of verify.mock.results) expect(await result.value).toBe(false);
  } finally {
    verify.mockRestore();
  }
});

test("says who it is", async () => {
  writeFileSync(file, await lineFor("Alice.Ünal"));
  const source = await open();
  expect(await source.verify("Alice.Ünal", "Alice.Ünal-password")).toEqual({
    source: "htpasswd",
    subject: "Alice.Ünal",
    login: "Alice.Ünal",
    displayName: null,
    email: null,
    isEmailVerified: false,
    groups: [],
  });
  expect(source.name).toBe("htpasswd");
  await source.close();
});

test("its revision grows with what the file says, and with nothing else", async () => {
  writeFileSync(file, await lineFor("alice"));
  const source = await open();
  const first = (await source.revision?.()) ?? 0;
  expect(first).toBeGreaterThan(Date.now() - 60_000);
  writeFileSync(file, await Bun.file(file).text());
  expect(await source.revision?.()).toBe(first);
  appendFileSync(file, "# a word\n");
  const second = (await source.revision?.()) ?? 0;
  expect(second).toBeGreaterThan(first);
  rmSync(file);
  expect(await source.revision?.()).toBe(second);
});

describe("changes", () => {
  test("additions, new passwords and removals count, in place and by replacement", async () => {
    writeFileSync(file, (await lineFor("alice")) + (await lineFor("bob")));
    const source = await open();
    expect(await source.verify("carol", "carol-password")).toBeNull();
    appendFileSync(file, await lineFor("carol"));
    expect(await source.verify("carol", "carol-password")).not.toBeNull();

    // The same length, written in place: only times and content differ.
    writeFileSync(file, (await lineFor("alice", "new")) + (await lineFor("bob")) + (await lineFor("carol")));
    expect(await source.verify("alice", "alice-password")).toBeNull();
    expect(await source.verify("alice", "new")).not.toBeNull();

    writeFileSync(`${file}.new`, await lineFor("bob"));
    renameSync(`${file}.new`, file);
    expect(await source.verify("alice", "new")).toBeNull();
    expect(await source.verify("bob", "bob-password")).not.toBeNull();

    // Nobody is left: that may be meant.
    writeFileSync(file, "");
    expect(await source.verify("bob", "bob-password")).toBeNull();
    expect(lines).toEqual([]);
  });

  test("a change within the file system's tick of time is noticed in the end", async () => {
    const time = new Date(1_700_000_000_000);
    const { utimesSync } = await import("node:fs");
    const write = async (password: string) => {
      writeFileSync(file, await lineFor("alice", password));
      utimesSync(file, time, time);
    };
    await write("first");
    const source = await open({ settleMs: 60_000 });
    await write("second");
    expect(await source.verify("alice", "first")).toBeNull();
    expect(await source.verify("alice", "second")).not.toBeNull();
  });

  test("a file that is being written locks nobody out: every beginning of it, and an empty one", async () => {
    const whole = (await lineFor("alice")) + (await lineFor("bob"));
    writeFileSync(file, whole);
    const source = await open({ settleMs: 60_000 });
    for (const length of [whole.length - 1, whole.length - 30, whole.length / 2, 40, 8, 3, 0]) {
      truncateSync(file, length);
      expect(await source.verify("bob", "bob-password")).not.toBeNull();
      expect(await source.verify("alice", "alice-password")).not.toBeNull();
    }
    writeFileSync(file, whole + (await lineFor("carol")));
    expect(await source.verify("carol", "carol-password")).not.toBeNull();
    expect(lines).toEqual([]);
  });

  test("somebody who is removed is out once the file has stood", async () => {
    writeFileSync(file, (await lineFor("alice")) + (await lineFor("bob")));
    const source = await open({ settleMs: 100 });
    writeFileSync(file, await lineFor("bob"));
    expect(await source.verify("alice", "alice-password")).not.toBeNull();
    await Bun.sleep(150);
    expect(await source.verify("alice", "alice-password")).toBeNull();
  });

  test.each([
    ["removed", () => rmSync(file)],
    ["a directory", () => (rmSync(file), mkdirSync(file))],
    ["a pipe", () => (rmSync(file), Bun.spawnSync(["mkfifo", file]))],
    ["binary garbage", () => writeFileSync(file, crypto.getRandomValues(new Uint8Array(10_000)))],
    ["zeros", () => writeFileSync(file, new Uint8Array(4_096))],
    ["all in a form that does not count", () => writeFileSync(file, "alice:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n")],
  ])("a file that is %s keeps what was read, says so once, and says when it is back", async (_, damage) => {
    const good = await lineFor("alice");
    writeFileSync(file, good);
    const source = await open();
    damage();
    for (let count = 0; count < 4; count++) expect(await source.verify("alice", "alice-password")).not.toBeNull();
    expect(lines.map((it) => it.split(" ")[0])).toEqual(["error"]);
    expect(lines[0]).toContain(file);
    rmSync(file, { recursive: true, force: true });
    writeFileSync(file, good + (await lineFor("bob")));
    expect(await source.verify("bob", "bob-password")).not.toBeNull();
    expect(lines.map((it) => it.split(" ")[0])).toEqual(["error", "info"]);
  });

  test("looks once for many at once, and not again within its time", async () => {
    writeFileSync(file, await lineFor("alice"));
    const source = await open({ lookEveryMs: 60_000 });
    appendFileSync(file, await lineFor("bob"));
    expect(await source.verify("bob", "bob-password")).toBeNull();
    const eager = await open();
    const all = await Promise.all(Array.from({ length: 30 }, () => eager.verify("bob", "bob-password")));
    expect(all.every((it) => it?.subject === "bob")).toBe(true);
  });

  test("100,000 people", async () => {
    const hash = await hashOf("everybody's");
    writeFileSync(file, Array.from({ length: 100_000 }, (_, index) => `user${index}:${hash}\n`).join(""));
    const source = await open();
    expect(await source.verify("user99999", "everybody's")).not.toBeNull();
    expect(await source.verify("user100000", "everybody's")).toBeNull();
  });
});

describeWith("htpasswd of Apache", ["htpasswd"], () => {
  const htpasswd = (...args: string[]) => {
    const { exitCode, stderr } = Bun.spawnSync(["htpasswd", ...args]);
    if (exitCode !== 0) throw new Error(stderr.toString());
  };

  test.each([
    "secret",
    "pässwörd 🙂",
    "with:colon",
    "x".repeat(72),
    "x".repeat(73),
    `${"é".repeat(36)}tail`,
    "y".repeat(250),
  ])("takes what it makes: %#", async (password) => {
    htpasswd("-cbBC", "5", file, "alice", password);
    const source = await open();
    expect(await source.verify("alice", password)).toMatchObject({ subject: "alice" });
    expect(await source.verify("alice", `_${password.slice(1)}`)).toBeNull();
  });

  test("follows its changes, and skips its other kinds", async () => {
    htpasswd("-cbBC", "4", file, "alice", "first");
    const source = await open();
    htpasswd("-bBC", "4", file, "bob", "second");
    expect(await source.verify("bob", "second")).not.toBeNull();
    htpasswd("-bBC", "4", file, "alice", "changed");
    expect(await source.verify("alice", "changed")).not.toBeNull();
    expect(await source.verify("alice", "first")).toBeNull();
    htpasswd("-D", file, "alice");
    expect(await source.verify("alice", "changed")).toBeNull();
    for (const kind of ["-bm", "-bs", "-bd", "-bp", "-b2", "-b5"]) htpasswd(kind, file, `kind${kind}`, "third");
    expect(await source.verify("bob", "second")).not.toBeNull();
    expect(lines).toHaveLength(6);
    for (const kind of ["-bm", "-bs", "-bd", "-bp"]) expect(await source.verify(`kind${kind}`, "third")).toBeNull();
  });

  test("two that write while people log in lock nobody out", async () => {
    htpasswd("-cbBC", "4", file, "alice", "first");
    for (let count = 0; count < 50; count++) htpasswd("-bBC", "4", file, `user${count}`, "other");
    const source = await open({ settleMs: 60_000 });
    const script = `for i in $(seq 60); do htpasswd -bBC 4 "$0" writer$i other; done`;
    const writers = [1, 2].map(() => Bun.spawn(["sh", "-c", script, file], { stdout: "ignore", stderr: "ignore" }));
    let attempts = 0;
    while (writers.some((it) => it.exitCode === null)) {
      expect(await source.verify("alice", "first")).not.toBeNull();
      attempts += 1;
    }
    expect(attempts).toBeGreaterThan(5);
  });
});
