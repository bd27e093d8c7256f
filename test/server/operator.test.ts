// The operator's commands on a real data directory: each over the socket of the server that serves it, and each with no
// server running. What goes in is pushed, and what they promise is seen by pulling and by looking at the disk.

import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdir, rm } from "node:fs/promises";
import { startBerth, type Berth } from "../support/berth.ts";
import { cleanEnvironment, run } from "../support/process.ts";
import { lacking } from "../support/requirements.ts";
import { fetchStored } from "../support/stored.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";
import {
  blobFiles,
  copyImage,
  deleteManifest,
  operate,
  operateJson,
  QUICK,
  statusOfManifest,
} from "./support/operate.ts";
import { PROGRAM, statusOf } from "./support/program.ts";
import { pushBlob, pushImage } from "./support/registry.ts";

setDefaultTimeout(60_000);

const LAYER_BYTES = 300_000;
const NOBODY = 65_534;

let directory: TemporaryDirectory;
let data: string;
let berth: Berth;

const serve = async (env: Record<string, string> = {}) => {
  berth = await startBerth({ dataDirectory: data, env: { ...QUICK, ...env } });
};

/** Does the same with the server running, and without it. */
const bothWays = (name: string, body: (isServing: boolean) => Promise<void>) => {
  test(`${name}, over the socket`, () => body(true));
  test(`${name}, with no server`, () => body(false));
};

beforeEach(async () => {
  directory = await makeTemporaryDirectory("operator");
  data = directory.join("data");
  await serve();
});
afterEach(async () => {
  await berth.kill();
  await directory.remove();
});

describe("berth gc and berth bin", () => {
  /** An image in two repositories that share its blobs, and is deleted in the first. */
  const begin = async (isServing: boolean) => {
    const digest = await pushImage(berth.url, "team/app", "v1", LAYER_BYTES);
    await copyImage(berth.url, "team/app", "v1", "team/copy");
    await deleteManifest(berth.url, "team/app", digest);
    if (!isServing) await berth.stop();
    return digest;
  };

  bothWays("what was deleted is listed, and comes back with its tag", async (isServing) => {
    const digest = await begin(isServing);
    const { stdout } = await operate(data, ["bin", "list"]);
    expect(stdout).toContain(`team/app@${digest}`);
    expect(stdout).toContain(`team/app:v1 -> ${digest}`);
    const entries = await operateJson(data, ["bin", "list", "team/app"]);
    expect(entries).toMatchObject([
      { kind: "manifest", repository: "team/app", reference: digest },
      { kind: "tag", repository: "team/app", reference: "v1", digest },
    ]);
    // The shape of an entry.
    const [entry] = entries as { deletedAt: number; purgedAt: number }[];
    expect(Math.abs(Date.now() - (entry?.deletedAt ?? 0))).toBeLessThan(60_000);
    expect((entry?.purgedAt ?? 0) - (entry?.deletedAt ?? 0)).toBe(7 * 86_400_000);
    expect(await operateJson(data, ["bin", "restore", "team/app:v1"])).toEqual([{ manifests: 1, tags: 1 }]);
    expect((await operate(data, ["bin", "list"])).stdout).toBe("the recycle bin is empty\n");
    if (!isServing) await serve();
    expect((await fetchStored(berth.url, "team/app", "v1")).digest).toBe(digest);
  });

  bothWays("a plan counts bytes once, changes nothing, and is what happens then", async (isServing) => {
    const digest = await begin(true);
    await Bun.sleep(1_100);
    const plan = ["gc", "--dry-run", "--now"];
    expect(await operateJson(data, plan)).toMatchObject([{ blobs: 0, bytes: 0 }]);
    // The other repository's image keeps what the bin would keep.
    expect(await operateJson(data, ["gc", "--dry-run"])).toMatchObject([
      { waiting: { bin: { manifests: 1, tags: 1, blobs: 0, bytes: 0 } } },
    ]);
    await deleteManifest(berth.url, "team/copy", digest);
    if (!isServing) await berth.stop();
    expect(await operateJson(data, ["gc", "--dry-run"])).toMatchObject([
      { waiting: { bin: { manifests: 2, tags: 2, blobs: 2, bytes: LAYER_BYTES + 2 } } },
    ]);
    await operate(data, ["bin", "empty", "--all", "--yes"]);

    const planned = await operateJson(data, plan);
    const none = { blobs: 0, bytes: 0 };
    expect(planned).toMatchObject([
      {
        links: 4,
        blobs: 2,
        bytes: LAYER_BYTES + 2,
        waiting: { bin: { ...none, manifests: 0, tags: 0 }, lease: none, grace: none },
      },
    ]);
    expect(await operateJson(data, plan)).toEqual(planned);
    expect(await blobFiles(data)).toHaveLength(1);

    expect(await operateJson(data, ["gc"])).toMatchObject([
      { links: 4, blobs: 0, waiting: { grace: { blobs: 2, bytes: LAYER_BYTES + 2 } } },
    ]);
    expect(await blobFiles(data)).toHaveLength(1);
    expect(await operateJson(data, ["gc", "--now"])).toMatchObject([{ blobs: 2, bytes: LAYER_BYTES + 2 }]);
    expect(await blobFiles(data)).toEqual([]);
    expect((await operate(data, ["fsck"])).stdout).toContain("sound");
  });

  test("a blob that was just pushed is kept for its lease, also by gc --now", async () => {
    await berth.stop();
    await serve({ BERTH_GC_LEASE_SECONDS: "600" });
    const digest = await pushImage(berth.url, "team/app", "v1", LAYER_BYTES);
    await deleteManifest(berth.url, "team/app", digest);
    await operate(data, ["bin", "empty", "team/app", "--yes"]);
    expect(await operateJson(data, ["gc", "--now"])).toMatchObject([
      { blobs: 0, waiting: { lease: { blobs: 2, bytes: LAYER_BYTES + 2 } } },
    ]);
    expect(await blobFiles(data)).toHaveLength(1);
  });

  test("a manifest that is emptied by its digest takes the leases of its blobs along: a secret goes at once", async () => {
    await berth.stop();
    await serve({ BERTH_GC_LEASE_SECONDS: "600" });
    const digest = await pushImage(berth.url, "team/app", "v1", LAYER_BYTES);
    const { references } = await fetchStored(berth.url, "team/app", "v1");
    await deleteManifest(berth.url, "team/app", digest);
    await operate(data, ["bin", "empty", `team/app@${digest}`, "--yes"]);
    expect(await operateJson(data, ["gc", "--now"])).toMatchObject([{ blobs: 2, bytes: LAYER_BYTES + 2 }]);
    expect(await blobFiles(data)).toEqual([]);
    for (const blob of references) expect(await statusOf(`${berth.url}/v2/team/app/blobs/${blob}`)).toBe(404);
  });

  test("a read-only registry is planned for, and not changed", async () => {
    const digest = await begin(true);
    await berth.stop();
    await serve({ BERTH_STORAGE_READONLY: "true" });
    await operate(data, ["gc", "--dry-run"]);
    await operate(data, ["fsck"]);
    for (const args of [["gc"], ["bin", "restore", "team/app"], ["fsck", "--repair"]]) {
      expect((await operate(data, args, 2)).stderr).toContain("read-only");
    }
    expect(await statusOfManifest(berth.url, "team/app", digest)).toBe(404);
  });
});

describe("berth fsck", () => {
  bothWays("names what rotted, takes it out of service, and is content once it was pushed again", async (isServing) => {
    const bytes = crypto.getRandomValues(new Uint8Array(50_000));
    const digest = await pushBlob(berth.url, "team/app", bytes);
    const [file = ""] = await blobFiles(data);
    if (!isServing) await berth.stop();
    expect((await operate(data, ["fsck"])).stdout).toEndWith("\nsound\n");

    const rotten = bytes.slice();
    rotten[25_000] = (rotten[25_000] ?? 0) ^ 1;
    await Bun.write(file, rotten);
    expect((await operate(data, ["fsck", "--fast"])).stdout).toContain("sound");
    const found = await operate(data, ["fsck"], 1);
    expect(found.stdout).toContain(digest);
    expect(found.stdout).toContain("berth fsck --repair");
    expect(await operateJson(data, ["fsck", "--repair"])).toMatchObject([
      { subject: digest, repaired: true },
      { findings: 1, repaired: 1 },
    ]);
    expect(await operateJson(data, ["fsck"], 1)).toMatchObject([{ subject: digest, repair: null }, { findings: 1 }]);

    if (!isServing) await serve();
    expect(await statusOf(`${berth.url}/v2/team/app/blobs/${digest}`)).toBe(404);
    await pushBlob(berth.url, "team/app", bytes);
    expect(await statusOf(`${berth.url}/v2/team/app/blobs/${digest}`)).toBe(200);
    await operate(data, ["fsck"]);
  });

  bothWays("names what is missing", async (isServing) => {
    const digest = await pushImage(berth.url, "team/app", "v1", LAYER_BYTES);
    const [file = ""] = await blobFiles(data);
    if (!isServing) await berth.stop();
    await rm(file);
    const { stdout } = await operate(data, ["fsck", "--fast"], 1);
    expect(stdout).toContain("blob-missing");
    expect(stdout).toContain("team/app (v1)");
    expect(stdout).not.toContain(digest);
  });
});

describe("the way of a command to the data", () => {
  test("a socket that a killed server has left is passed by", async () => {
    await pushImage(berth.url, "team/app", "v1", LAYER_BYTES);
    await berth.kill();
    expect(await readdir(data)).toContain("berth.sock");
    expect((await operate(data, ["fsck"])).stdout).toContain("sound");
    await serve();
    expect((await operate(data, ["fsck"])).stdout).toContain("sound");
  });

  test("the network has no operator's route", async () => {
    for (const path of ["gc", "bin", "fsck", "backup", "restore"]) {
      expect(await statusOf(`${berth.url}/api/v1/${path}`, { method: "POST" })).toBe(404);
    }
  });

  test("commands without a server take turns", async () => {
    await pushImage(berth.url, "team/app", "v1", LAYER_BYTES);
    await berth.stop();
    const all = [operate(data, ["fsck"]), operate(data, ["bin", "list"]), operate(data, ["gc"])];
    const [checked, listed] = await Promise.all(all);
    expect(checked?.stdout).toContain("sound");
    expect(listed?.stdout).toContain("empty");
  });

  test("output that nobody reads ends a command as SIGPIPE would", async () => {
    const command = [...PROGRAM, "bin", "list", "--data", data].join(" ");
    const script = `{ ${command}; echo "code $?" >&2; } | true`;
    const { stderr } = await run(["sh", "-c", script], { env: cleanEnvironment() });
    expect(stderr).toBe("code 141\n");
  });
});

describe("whose rights count", () => {
  const suite = "whose rights count";
  const asNobody = ["setpriv", `--reuid=${NOBODY}`, "--clear-groups"];
  const canRun = () => Bun.spawnSync([...asNobody, ...PROGRAM, "--version"]).exitCode === 0;
  const reason =
    lacking("root", "setpriv") ?? (canRun() ? null : "cannot: other users cannot read the program where it lies");
  if (reason !== null) console.error(`skip: ${suite}: ${reason}`);

  test.skipIf(reason !== null)("a user who may not is told who may", async () => {
    const gc = [...asNobody, ...PROGRAM, "gc", "--data", data];
    // The way to the data directory is open; what is in it is not.
    await run(["chmod", "755", directory.path, data]);
    const whileServing = await run(gc, { env: cleanEnvironment(), exitCode: 2 });
    expect(whileServing.stderr).toContain("as root");
    await berth.stop();
    const offline = await run(gc, { env: cleanEnvironment(), exitCode: 2 });
    expect(offline.stderr).toContain(data);
    expect(offline.stdout).toBe("");
  });

  test.skipIf(reason !== null)("root reaches another user's server, and leaves nothing of its own there", async () => {
    await berth.stop();
    await run(["chmod", "755", directory.path]);
    await run(["chown", "-R", String(NOBODY), data]);
    berth = await startBerth({ dataDirectory: data, env: QUICK, prefix: asNobody });
    await pushImage(berth.url, "team/app", "v1", LAYER_BYTES);
    expect((await operate(data, ["fsck"])).stdout).toContain("sound");
    // The server writes the copy, and it may not here.
    const { stderr } = await operate(data, ["backup", directory.join("copy")], 2);
    expect(stderr).toContain(`user ${NOBODY}`);
    await berth.stop();
    expect((await operate(data, ["gc"], 2)).stderr).toContain(`user ${NOBODY}`);
    const owners = await run(["find", data, "!", "-user", String(NOBODY)]);
    expect(owners.stdout).toBe("");
  });
});
