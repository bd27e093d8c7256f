// What is asked of the operator's commands wrongly: one line that says what to do, exit code 2, and nothing changed.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { startBerth, type Berth } from "../support/berth.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";
import { operate } from "./support/operate.ts";

setDefaultTimeout(60_000);

let directory: TemporaryDirectory;
let data: string;
let berth: Berth;

beforeAll(async () => {
  directory = await makeTemporaryDirectory("operator");
  data = directory.join("data");
  berth = await startBerth({ dataDirectory: data });
});
afterAll(async () => {
  await berth.stop();
  await directory.remove();
});

test.each<[string, string[], string]>([
  ["a flag that there is not", ["gc", "--frob"], "berth gc --help"],
  ["an argument too many", ["fsck", "extra"], "extra"],
  ["no verb", ["bin"], "berth bin list"],
  ["a verb that there is not", ["bin", "lst"], "berth bin lst"],
  ["no name", ["bin", "restore"], "REPOSITORY"],
  ["an address in a name", ["bin", "restore", "localhost:5000/app:v1"], "without the registry's address"],
  ["a name that is none", ["bin", "restore", "Team/App"], "lower case"],
  ["a digest that is none", ["bin", "restore", "app@sha256:00"], "digest"],
  ["a repository that is not there", ["bin", "list", "no/such"], "no/such"],
  ["nothing to ask at", ["bin", "empty", "--all"], "--yes"],
  ["nothing said", ["bin", "empty", "--yes"], "--all"],
  ["no place for a backup", ["backup"], "berth backup DIRECTORY"],
  ["an empty place for a backup", ["backup", ""], "berth backup DIRECTORY"],
  ["a place where nothing can be made", ["backup", "/proc/berth"], "/proc/berth"],
  ["no source of a restore", ["restore"], "berth restore DIRECTORY"],
  ["two sources of a restore", ["restore", "/tmp", "--snapshot", "latest"], "berth restore DIRECTORY"],
  ["a backup that is not there", ["restore", "/nonexistent"], "/nonexistent"],
  ["a snapshot that is not there", ["restore", "--snapshot", "latest"], "no snapshot"],
])("%s", async (_, args, part) => {
  const { stdout, stderr } = await operate(data, args, 2);
  expect(stderr).toStartWith("berth: ");
  expect(stderr).toContain(part);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(stdout).toBe("");
});

test("a data directory that is not there is not made", async () => {
  const missing = directory.join("missing");
  const nothing = directory.join("nothing");
  for (const args of [["gc"], ["bin", "list"], ["fsck"], ["backup", directory.join("copy")]]) {
    expect((await operate(missing, args, 2)).stderr).toContain(missing);
  }
  for (const args of [
    ["restore", nothing],
    ["restore", directory.path],
    ["restore", "--snapshot", "latest"],
  ]) {
    await operate(missing, args, 2);
  }
  expect(existsSync(missing)).toBe(false);
});

test("a backup into the data directory itself", async () => {
  for (const place of [data, directory.join("data", "backup")]) {
    expect((await operate(data, ["backup", place], 2)).stderr).toContain("elsewhere");
  }
  expect(await readdir(data)).not.toContain("rows");
});
