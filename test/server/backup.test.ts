// Backups of real data directories, and what comes back of them: into a new directory, into a server that serves, and
// after the loss of the database. Every byte of every image is compared.

import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { readdir, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startBerth, type Berth } from "../support/berth.ts";
import { cleanEnvironment } from "../support/process.ts";
import { fetchStored, listTags } from "../support/stored.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";
import { blobFiles, deleteManifest, operate, operateJson, QUICK } from "./support/operate.ts";
import { failToServe, PROGRAM, until } from "./support/program.ts";
import { pushImage } from "./support/registry.ts";

setDefaultTimeout(60_000);

const LAYER_BYTES = 300_000;

let directory: TemporaryDirectory;
let data: string;
let copy: string;
let berth: Berth;
/** The digests of team/app's tags as they were pushed. */
let pushed: Map<string, string>;

const serve = async (dataDirectory = data) => {
  berth = await startBerth({ dataDirectory, env: QUICK });
};
const push = async (tag: string, layerBytes = LAYER_BYTES) => {
  pushed.set(tag, await pushImage(berth.url, "team/app", tag, layerBytes));
};
/** As much as takes longer to copy than it takes to notice that it has begun. */
const pushMuch = async () => {
  for (const tag of ["a", "b", "c", "d", "e", "f"]) await push(tag, 16_000_000);
};
const startCommand = (args: string[]) =>
  Bun.spawn([...PROGRAM, ...args], { env: cleanEnvironment(), stdout: "ignore", stderr: "pipe" });
const digestOfTag = (tag: string) => pushed.get(tag) ?? "";
const expectAllServed = async () => {
  expect((await listTags(berth.url, "team/app")).toSorted()).toEqual([...pushed.keys()].toSorted());
  for (const [tag, digest] of pushed) expect((await fetchStored(berth.url, "team/app", tag)).digest).toBe(digest);
  expect((await operate(berth.dataDirectory, ["fsck"])).stdout).toEndWith("\nsound\n");
};
/** Each once with the server running, and once without it. */
const bothWays = (name: string, body: (isServing: boolean) => Promise<void>) => {
  test(`${name}, over the socket`, () => body(true));
  test(`${name}, with no server`, () => body(false));
};

beforeEach(async () => {
  directory = await makeTemporaryDirectory("backup");
  data = directory.join("data");
  copy = directory.join("copy");
  pushed = new Map();
  await serve();
});
afterEach(async () => {
  await berth.kill();
  await directory.remove();
});

describe("berth backup", () => {
  bothWays("the second one into a directory copies what is new", async (isServing) => {
    await push("v1");
    if (!isServing) await berth.stop();
    expect(await operateJson(data, ["backup", copy])).toMatchObject([{ blobs: { copied: 1, present: 0 } }]);
    if (!isServing) await serve();
    await push("v2");
    if (!isServing) await berth.stop();
    const { stdout } = await operate(data, ["backup", copy]);
    expect(stdout).toMatch(/blobs copied +1, 293\.0 KiB\n +there already +1\n/);
    expect(await readdir(join(copy, "rows"))).toHaveLength(2);
    expect(await operateJson(data, ["backup", copy, "--verify"])).toMatchObject([{ blobs: { copied: 0, present: 2 } }]);
  });

  test("content that is damaged here is named, and the rest is copied", async () => {
    await push("v1");
    const [file = ""] = await blobFiles(data);
    await push("v2");
    await truncate(file, 1_000);
    const { stdout } = await operate(data, ["backup", copy], 1);
    expect(stdout).toContain("1 blob damaged");
    expect(await operateJson(data, ["backup", copy], 1)).toMatchObject([{ damagedCount: 1, blobs: { present: 1 } }]);
  });

  test("interrupted, it ends with 130, adds nothing, holds nothing, and goes on when it is run again", async () => {
    await pushMuch();
    const rows = join(copy, "rows");
    const child = startCommand(["backup", copy, "--data", data]);
    await until("the backup's beginning", async () => existsSync(rows) && (await readdir(rows)).length > 0);
    child.kill("SIGINT");
    expect(await child.exited).toBe(130);
    expect(await new Response(child.stderr).text()).toBe("berth: stopped\n");
    await until("the end of its work", async () => (await readdir(rows)).length === 0);
    expect(await operateJson(data, ["gc"])).toMatchObject([{ heldBy: null }]);
    expect(await operateJson(data, ["backup", copy])).toMatchObject([{ damagedCount: 0 }]);
    expect(await readdir(rows)).toHaveLength(1);
  });

  test("when its server is killed it says so, and no copy has a name", async () => {
    await pushMuch();
    const rows = join(copy, "rows");
    const child = startCommand(["backup", copy, "--data", data]);
    await until("the backup's beginning", async () => existsSync(rows) && (await readdir(rows)).length > 0);
    await berth.kill();
    expect(await child.exited).toBe(2);
    expect(await new Response(child.stderr).text()).toContain("the server ended before the work did");
    expect((await readdir(rows)).filter((it) => it.endsWith(".berth"))).toEqual([]);
    expect((await operate(directory.join("anew"), ["restore", copy], 2)).stderr).toContain("no complete backup");
    await operate(data, ["backup", copy]);
  });
});

describe("berth restore", () => {
  test("into a directory that is not there yet: everything, and only once", async () => {
    await push("v1");
    await push("v2");
    await operate(data, ["backup", copy]);
    await berth.stop();
    await rm(data, { recursive: true });

    const anew = directory.join("anew");
    const { stdout } = await operate(anew, ["restore", copy]);
    expect(stdout).toMatch(/repositories +1\n +manifests +2\n +rows of tags +2\n +blobs +3\n/);
    expect((await operate(anew, ["restore", copy], 2)).stderr).toContain("not empty");
    await serve(anew);
    await expectAllServed();
  });

  test("broken off, it keeps servers away, and goes on when it is run again", async () => {
    await pushMuch();
    await operate(data, ["backup", copy]);
    await berth.stop();
    const anew = directory.join("anew");
    const child = startCommand(["restore", copy, "--data", anew]);
    await until("some copied blobs", async () => existsSync(join(anew, "blobs")) && (await blobFiles(anew)).length > 2);
    child.kill("SIGTERM");
    expect(await child.exited).toBe(130);
    expect((await failToServe(["--port", "0", "--data", anew])).stderr).toContain("broken off");
    expect((await operate(anew, ["backup", directory.join("half")], 2)).stderr).toContain("broken off");
    await operate(anew, ["restore", copy]);
    await serve(anew);
    await expectAllServed();
  });

  test("into a server with content: what is missing is added, and what points elsewhere is left or moved back", async () => {
    await push("v1");
    await push("v2");
    await operate(data, ["backup", copy]);
    await deleteManifest(berth.url, "team/app", digestOfTag("v1"));
    await operate(data, ["bin", "empty", "--all", "--yes"]);
    await Bun.sleep(1_100);
    await operate(data, ["gc", "--now"]);
    expect(await blobFiles(data)).toHaveLength(1);
    const moved = await pushImage(berth.url, "team/app", "v2", LAYER_BYTES);

    const { stdout } = await operate(data, ["restore", copy], 1);
    expect(stdout).toMatch(/manifests added +1\n +tags added +1\n +blobs added +1\n +bytes copied +293\.0 KiB\n/);
    expect(stdout).toContain(`left out team/app:v2: it points to ${moved} here`);
    expect((await fetchStored(berth.url, "team/app", "v2")).digest).toBe(moved);
    expect(await operateJson(data, ["restore", copy, "--overwrite-tags"])).toMatchObject([{ refusedCount: 0 }]);
    await expectAllServed();
  });

  test("one repository alone", async () => {
    await push("v1");
    const other = await pushImage(berth.url, "team/other", "v1", LAYER_BYTES);
    await operate(data, ["backup", copy]);
    await deleteManifest(berth.url, "team/app", digestOfTag("v1"));
    await deleteManifest(berth.url, "team/other", other);
    await operate(data, ["restore", copy, "--repository", "team/app"]);
    await expectAllServed();
    expect(await listTags(berth.url, "team/other")).toEqual([]);
    expect((await operate(data, ["restore", copy, "--repository", "no/such"], 2)).stderr).toContain("no/such");
  });

  test("a blob that rotted here is replaced by the backup's", async () => {
    await push("v1");
    await operate(data, ["backup", copy]);
    const [file = ""] = await blobFiles(data);
    await truncate(file, 1_000);
    await operate(data, ["fsck", "--repair"]);
    expect(await operateJson(data, ["restore", copy])).toMatchObject([{ copiedBytes: LAYER_BYTES }]);
    await expectAllServed();
  });

  test("after the loss of the database, from the newest snapshot beside the blobs", async () => {
    await push("v1");
    await berth.stop();
    const [snapshot] = await readdir(join(data, "snapshots"));
    await serve();
    await push("v2");
    await berth.kill();
    for (const suffix of ["", "-wal", "-shm"]) await rm(join(data, `berth.db${suffix}`), { force: true });

    expect((await operate(data, ["fsck"], 2)).stderr).toContain("berth restore");
    const { stderr } = await failToServe(["--port", "0", "--data", data]);
    expect(stderr).toContain("berth restore --snapshot latest");
    const { stdout } = await operate(data, ["restore", "--snapshot", "latest"]);
    expect(stdout).toContain(snapshot ?? "no snapshot was taken");
    expect(stdout).toContain("1 stored file that no row names");
    pushed.delete("v2");
    await serve();
    await expectAllServed();
  });

  test("a corrupt database stops the start with what to do, and is got back", async () => {
    await push("v1");
    await berth.stop();
    const file = join(data, "berth.db");
    await writeFile(file, Buffer.alloc(100_000, 7));
    const { stderr } = await failToServe(["--port", "0", "--data", data]);
    expect(stderr).toContain(`the database ${file} is corrupt`);
    expect(stderr).toContain("berth restore --snapshot latest");
    for (const suffix of ["", "-wal", "-shm"]) await rm(file + suffix, { force: true });
    await operate(data, ["restore", "--snapshot", "latest"]);
    await serve();
    await expectAllServed();
  });

  test("from a snapshot into a server that serves", async () => {
    await push("v1");
    await berth.stop();
    await serve();
    await deleteManifest(berth.url, "team/app", digestOfTag("v1"));
    await operate(data, ["restore", "--snapshot", "latest"]);
    await expectAllServed();
  });

  bothWays("what is no whole backup is refused, and an older one that is whole can be named", async (isServing) => {
    await push("v1");
    await operate(data, ["backup", copy]);
    await operate(data, ["backup", copy]);
    const target = isServing ? data : directory.join("anew");
    const [older = "", newer = ""] = (await readdir(join(copy, "rows"))).toSorted();
    const broken = join(copy, "rows", newer);
    await truncate(broken, Bun.file(broken).size - 100);
    expect((await operate(target, ["restore", copy], 2)).stderr).toContain("archive");
    await Bun.write(broken, "something else\n");
    expect((await operate(target, ["restore", copy], 2)).stderr).toContain("archive");
    await operate(target, ["restore", copy, "--archive", older]);
    expect((await operate(target, ["restore", copy, "--archive", "x"], 2)).stderr).toContain("x");
    // As a backup that was killed leaves it.
    await rename(broken, join(copy, "rows", "partial-0123456789abcdef"));
    await berth.stop();
    await operate(directory.join("another"), ["restore", copy]);
    await serve(isServing ? data : target);
    await expectAllServed();
  });
});
