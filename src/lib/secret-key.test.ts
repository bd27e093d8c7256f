import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { describeWith } from "../../test/support/requirements.ts";
import { loadSecretKey, SecretKey, SecretKeyError } from "./secret-key.ts";

const isRoot = process.getuid?.() === 0;

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "berth-key-"));
  file = join(directory, "secret.key");
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const randomKey = () => crypto.getRandomValues(Buffer.alloc(32)).toString("base64");
const write = (text: string, mode = 0o600) => {
  writeFileSync(file, text, { mode });
  chmodSync(file, mode);
};
const failure = async (path = file): Promise<string> => {
  const error = await loadSecretKey(path).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SecretKeyError);
  return error instanceof Error ? error.message : "";
};

test.each([
  ["nothing", ""],
  ["only a comment", "# a key\n\n"],
  ["text", "correct horse battery staple\n"],
  ["31 bytes", `${Buffer.alloc(31, randomKey()).toString("base64")}\n`],
  ["33 bytes", `${Buffer.alloc(33, randomKey()).toString("base64")}\n`],
  ["hexadecimal", `${Buffer.from(randomKey(), "base64").toString("hex")}\n`],
  ["raw bytes", Buffer.from(randomKey(), "base64").toString("latin1")],
  ["a good key and garbage after it", `${randomKey()}\n${randomKey()}x\n`],
  ["two keys in a line", `${randomKey()} ${randomKey()}\n`],
  ["NUL bytes", "\0".repeat(44)],
  ["zeros", `${Buffer.alloc(32).toString("base64")}\n`],
  ["an example", `${Buffer.from("aaaabbbbaaaabbbbaaaabbbbaaaabbbb").toString("base64")}\n`],
])("refuses %s, naming the file and not what is in it", async (_, text) => {
  write(text);
  const message = await failure();
  expect(message).toContain(file);
  for (const line of text.split("\n").filter((it) => it.length > 20)) expect(message).not.toContain(line);
  expect(readFileSync(file, "utf8")).toBe(text);
});

test.each(["644", "604", "602", "620", "660", "601"])("refuses mode %s and says what to do", async (mode) => {
  write(`${randomKey()}\n`, Number.parseInt(mode, 8));
  expect(await failure()).toContain(`chmod 600 ${file}`);
});

test.skipIf(!isRoot)("a group may read what root owns, and nothing that another owns", async () => {
  write(`${randomKey()}\n`, 0o440);
  await loadSecretKey(file);
  chownSync(file, 65_534, 65_534);
  expect(await failure()).toContain("chmod 600");
});

test("refuses a directory, a pipe and a huge file without hanging", async () => {
  mkdirSync(file);
  await failure();
  rmSync(file, { recursive: true });
  expect(Bun.spawnSync(["mkfifo", "-m", "600", file]).exitCode).toBe(0);
  expect(await failure()).toContain("not a file");
  rmSync(file);
  write("#".repeat(100_000));
  expect(await failure()).toContain("too large");
});

test("a place that cannot be written says which variable chooses another", async () => {
  writeFileSync(join(directory, "plain"), "");
  expect(await failure(join(directory, "plain", "secret.key"))).toContain("BERTH_SECRET_KEY_FILE");
});

test("makes the file, private, in directories that only the server may enter, and leaves nothing beside it", async () => {
  const deep = join(directory, "data", "keys", "secret.key");
  const made = await loadSecretKey(deep);
  expect(statSync(deep).mode & 0o777).toBe(0o600);
  expect(statSync(join(directory, "data", "keys")).mode & 0o777).toBe(0o700);
  expect(readdirSync(join(directory, "data", "keys"))).toEqual(["secret.key"]);
  const again = await loadSecretKey(deep);
  expect(again.reveal()).toEqual(made.reveal());
  expect(made.reveal()[0]).toHaveLength(32);
});

describeWith("a new key", ["strace"], () => {
  test("is asked of the system to be durable before anybody uses it", () => {
    const script = `const { loadSecretKey } = await import(${JSON.stringify(join(import.meta.dir, "secret-key.ts"))});
    await loadSecretKey(${JSON.stringify(join(directory, "new", "secret.key"))});`;
    const trace = join(directory, "trace");
    const calls = "trace=fsync,fdatasync,link,linkat";
    const run = Bun.spawnSync(["strace", "-f", "-y", "-o", trace, "-e", calls, process.execPath, "-e", script]);
    expect(run.stderr.toString()).toBe("");
    const steps = readFileSync(trace, "utf8").split("\n");
    const at = (pattern: RegExp) => steps.findIndex((it) => pattern.test(it));
    expect(at(/f(data)?sync\(\d+<[^>]*\.secret\.key\./)).toBeGreaterThanOrEqual(0);
    expect(at(/link(at)?\(/)).toBeGreaterThan(at(/f(data)?sync\(\d+<[^>]*\.secret\.key\./));
    expect(at(/fsync\(\d+<[^>]*\/new>/)).toBeGreaterThan(at(/link(at)?\(/));
    expect(at(new RegExp(`fsync\\(\\d+<${directory}>`))).toBeGreaterThan(at(/link(at)?\(/));
  });
});

test("many that start at once agree on one key", async () => {
  const script = `const { loadSecretKey } = await import(${JSON.stringify(join(import.meta.dir, "secret-key.ts"))});
    const key = await loadSecretKey(${JSON.stringify(file)});
    console.log(Buffer.from(key.reveal()[0]).toString("hex"));`;
  const processes = Array.from({ length: 4 }, () => Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" }));
  const here = Array.from({ length: 20 }, async () => {
    const key = await loadSecretKey(file);
    return Buffer.from(key.reveal()[0] ?? []).toString("hex");
  });
  const keys = [...here, ...processes.map(async (it) => (await new Response(it.stdout).text()).trim())];
  expect(new Set(await Promise.all(keys)).size).toBe(1);
  expect(readdirSync(directory)).toEqual(["secret.key"]);
});

test("reads several keys in their order, through a link, with comments, blank lines and CRLF", async () => {
  const [one, two] = [randomKey(), randomKey()];
  write(`# new\r\n${one}\r\n\r\n  # old\n  ${two}  `);
  const link = join(directory, "link");
  symlinkSync(file, link);
  const keys = (await loadSecretKey(link)).reveal().map((it) => Buffer.from(it).toString("base64"));
  expect(keys).toEqual([one, two]);
});

test("shows in no text", async () => {
  const key = await loadSecretKey(file);
  const bytes = key.reveal()[0] ?? new Uint8Array();
  const shown = `${inspect(key, { depth: 9 })}${Bun.inspect(key)}${JSON.stringify({ key })}`;
  for (const text of [
    Buffer.from(bytes).toString("base64"),
    Buffer.from(bytes).toString("hex"),
    [...bytes].join(","),
  ]) {
    expect(shown).not.toContain(text);
  }
  expect(shown).not.toMatch(/\d+,\s*\d+/);
});

test("a key of another length is a mistake of the program's", () => {
  expect(() => new SecretKey([])).toThrow(TypeError);
  expect(() => new SecretKey([new Uint8Array(16)])).toThrow(TypeError);
});
