/** The configuration commands, through the same parser as the program. */
import { expect, test } from "bun:test";
import { parse } from "yaml";
import { loadConfig } from "../config.ts";
import { printConfig } from "./config.ts";

const REPOSITORY = `${import.meta.dir}/../..`;

async function run(args: string[], environment: Record<string, string> = {}) {
  const child = Bun.spawn([process.execPath, "src/main.ts", "config", ...args], {
    cwd: REPOSITORY,
    env: environment,
    stdout: "pipe",
    stderr: "pipe",
  });
  const [output, errors] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { code: await child.exited, output, errors };
}

test("print is a file again, with origins and without secrets", () => {
  const environment = { BERTH_DATABASE_DRIVER: "postgres", BERTH_DATABASE_URL: "postgres://u:hush@h/d" };
  const text = printConfig(loadConfig({ environment, flags: { port: "5001" } }));
  expect(text).toContain("  port: 5001 # --port\n");
  expect(text).toContain('  host: "127.0.0.1" # default\n');
  expect(text).toContain('  url: "***" # BERTH_DATABASE_URL\n');
  expect(text).not.toContain("hush");
  expect(parse(text)).toMatchObject({ http: { port: 5001 }, log: { level: "info" } });
});

test("check says so when all is right", async () => {
  expect(await run(["check", "--port", "5001"])).toEqual({
    code: 0,
    output: "the configuration is right\n",
    errors: "",
  });
});

test("check exits with 1 and lists every problem", async () => {
  const { code, output, errors } = await run(["check", "--port", "x"], { BERTH_LOG_LEVEL: "loud", BERTH_OPN: "true" });
  expect({ code, output }).toEqual({ code: 1, output: "" });
  expect(errors.trim().split("\n")).toEqual([
    "berth: the configuration is wrong",
    expect.stringContaining("BERTH_OPN: there is no such setting; did you mean BERTH_OPEN? (environment)"),
    expect.stringMatching(/http\.port: "x": .*number.*\(--port\)/),
    expect.stringMatching(/log\.level: "loud": .*"debug".*\(BERTH_LOG_LEVEL\)/),
  ]);
});

test("schema is JSON", async () => {
  const { output } = await run(["schema"]);
  expect(JSON.parse(output)).toMatchObject({ type: "object", title: "Configuration of Berth" });
});

test("a part or a flag that there is not is named, and help shows what there is", async () => {
  const part = await run(["prnt"]);
  expect(part).toMatchObject({ code: 1, output: "" });
  expect(part.errors).toContain("'prnt'");
  expect((await run(["check", "--prot", "1"])).errors).toContain("--prot");
  const help = await run(["--help"]);
  expect(help).toMatchObject({ code: 0, errors: "" });
  expect(help.output).toContain("print the configuration in force");
});
