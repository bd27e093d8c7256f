// A disk that fills up, and a registry that may not be written to: pushes get a clear answer, pulls and deletes go on,
// and what was stored before stays whole.

import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { startBerth, type Berth } from "../support/berth.ts";
import { run } from "../support/process.ts";
import { describeWith } from "../support/requirements.ts";
import { digestOf } from "../support/stored.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";
import {
  ask,
  errorCode,
  expectUnharmed,
  MIB,
  OCI_MANIFEST,
  pushAndPull,
  pushBlob,
  putManifest,
  startUpload,
  until,
  type Answer,
} from "./support/registry.ts";

const DISK_MIB = 24;

async function onSmallDisk(
  env: Record<string, string>,
  body: (berth: Berth, disk: TemporaryDirectory) => Promise<void>,
): Promise<void> {
  const directory = await makeTemporaryDirectory("full");
  await mkdir(directory.join("disk"));
  await run(["mount", "-t", "tmpfs", "-o", `size=${DISK_MIB}m`, "tmpfs", directory.join("disk")]);
  try {
    const berth = await startBerth({ dataDirectory: directory.join("disk"), env });
    let isOver = false;
    try {
      await body(berth, directory);
      isOver = true;
    } finally {
      // What made the test fail is more telling than a server that does not stop.
      await (isOver ? berth.stop() : berth.kill());
    }
  } finally {
    await directory.remove();
  }
}

function freeBytes(directory: TemporaryDirectory): number {
  const { bavail, bsize } = statfsSync(directory.join("disk"));
  return bavail * bsize;
}

/** Fills the disk up to what is to be left. */
function fill(directory: TemporaryDirectory, leaveBytes: number): void {
  writeFileSync(directory.join("disk", "filler"), Buffer.alloc(Math.max(freeBytes(directory) - leaveBytes, 0)));
}

function expectFull(answer: Answer): void {
  expect(answer.status, answer.text.slice(0, 300)).toBe(507);
  expect(answer.headers.get("content-type")).toBe("application/json");
  errorCode(answer.text);
  expect(answer.text).toMatch(/full/);
  expect(answer.text).not.toMatch(/ENOSPC|SQLITE|\/tmp\//);
}

/** Pushes in every way until each is refused; what was acknowledged must be there. */
async function pushUntilFull(berth: Berth): Promise<Map<string, string>> {
  const acknowledged = new Map<string, string>();
  const refused: Answer[] = [];
  for (let round = 0; round < 60 && refused.length < 8; round += 1) {
    const bytes = new Uint8Array(randomBytes(MIB));
    const digest = digestOf(bytes);
    const repository = `full/r${round}`;
    const start = await ask(`${berth.url}/v2/${repository}/blobs/uploads/`, { method: "POST" });
    if (start.status !== 202) {
      refused.push(start);
      continue;
    }
    const location = new URL(start.headers.get("location") ?? "", berth.url).href;
    const body = round % 2 === 0 ? bytes : new Response(bytes).body;
    const patch = round % 3 === 0 ? await ask(location, { method: "PATCH", body }) : null;
    if (patch !== null && patch.status !== 202) {
      refused.push(patch);
      continue;
    }
    const put = await ask(`${location}?digest=${digest}`, { method: "PUT", body: patch === null ? body : null });
    if (put.status === 201) acknowledged.set(repository, digest);
    else refused.push(put);
  }
  expect(refused.length).toBeGreaterThan(0);
  for (const answer of refused) expectFull(answer);
  return acknowledged;
}

async function expectAllThere(berth: Berth, acknowledged: Map<string, string>): Promise<void> {
  for (const [repository, digest] of acknowledged) {
    const response = await fetch(`${berth.url}/v2/${repository}/blobs/${digest}`);
    expect(response.status).toBe(200);
    expect(digestOf(new Uint8Array(await response.arrayBuffer()))).toBe(digest);
  }
}

describeWith("a full disk", ["root", "mount"], () => {
  // With the reserve that is the default, with hardly any, and with none: then the disk is met in mid-write.
  for (const reserve of ["auto", "1MiB", "0"]) {
    test(`uploads end in 507, reads and deletes go on, and pushes work again (reserve ${reserve})`, async () => {
      await onSmallDisk({ BERTH_STORAGE_MINIMUM_FREE_BYTES: reserve }, async (berth, disk) => {
        const before = await pushAndPull(berth.url, "full/before", 2 * MIB);
        const small = await pushBlob(berth.url, "full/before", new Uint8Array(randomBytes(100)));
        fill(disk, 6 * MIB);
        // The server looks once a second at what others do to its disk; what it does itself, it knows.
        await ask(`${berth.url}/v2/full/look/blobs/uploads/`, { method: "POST" });
        await Bun.sleep(1_100);
        await ask(`${berth.url}/v2/full/look/blobs/uploads/`, { method: "POST" });
        await Bun.sleep(100);
        const acknowledged = await pushUntilFull(berth);
        await expectAllThere(berth, new Map([...acknowledged, ["full/before", before]]));
        expect((await ask(`${berth.url}/v2/full/before/manifests/latest`)).status).toBe(200);
        expect((await ask(`${berth.url}/v2/full/before/tags/list`)).status).toBe(200);
        for (const path of ["healthz", "readyz"]) expect((await ask(`${berth.url}/${path}`)).status, path).toBe(200);
        // The reserve is what deletes live on: without one, they may be refused too.
        const deletes = [`blobs/${small.digest}`, "manifests/latest"];
        for (const path of deletes) {
          const gone = await ask(`${berth.url}/v2/full/before/${path}`, { method: "DELETE" });
          expect(reserve === "0" ? [202, 507] : [202], gone.text).toContain(gone.status);
          const after = gone.status === 202 ? 404 : 200;
          expect((await ask(`${berth.url}/v2/full/before/${path}`)).status).toBe(after);
        }

        rmSync(disk.join("disk", "filler"));
        await until("pushes to work again", 15, async () => {
          const answer = await ask(`${berth.url}/v2/full/after/blobs/uploads/`, { method: "POST" });
          return answer.status === 202;
        });
        await pushAndPull(berth.url, "full/after", MIB);
        await expectAllThere(berth, acknowledged);
        await expectUnharmed(berth, { allow: [507] });
      });
    });
  }

  test("a server on a full disk still stops when it is told to", async () => {
    await onSmallDisk({ BERTH_STORAGE_MINIMUM_FREE_BYTES: "0" }, async (berth, disk) => {
      await pushAndPull(berth.url, "full/stop", MIB);
      for (let round = 0; round < 50; round += 1) await startUpload(berth.url, `full/open${round}`);
      fill(disk, 0);
      expect(await berth.stop()).toBeGreaterThanOrEqual(0);
      const again = await startBerth({ dataDirectory: disk.join("disk") }).catch(() => null);
      await again?.stop();
      rmSync(disk.join("disk", "filler"));
      const after = await startBerth({ dataDirectory: disk.join("disk") });
      expect((await ask(`${after.url}/v2/full/stop/manifests/latest`)).status).toBe(200);
      await after.stop();
    });
  });

  test("what a refused upload wrote is given back", async () => {
    await onSmallDisk({ BERTH_STORAGE_MINIMUM_FREE_BYTES: "1MiB" }, async (berth, disk) => {
      await pushAndPull(berth.url, "full/warm", MIB);
      const before = freeBytes(disk);
      for (let round = 0; round < 5; round += 1) {
        const bytes = new Uint8Array(randomBytes(DISK_MIB * MIB));
        const location = await startUpload(berth.url, "full/large");
        const body = round % 2 === 0 ? bytes : new Response(bytes).body;
        const answer = await ask(`${location}?digest=${digestOf(bytes)}`, { method: "PUT", body }).catch(() => null);
        if (answer !== null) expectFull(answer);
        await until("the space to be back", 10, () => before - freeBytes(disk) < 2 * MIB);
      }
      await pushAndPull(berth.url, "full/large", MIB);
      await expectUnharmed(berth, { allow: [507] });
    });
  });
});

test("a read-only registry answers 503 to every write and goes on serving", async () => {
  const directory = await makeTemporaryDirectory("readonly");
  try {
    const writable = await startBerth({ dataDirectory: directory.path });
    const digest = await pushAndPull(writable.url, "readonly/a");
    const body = (await ask(`${writable.url}/v2/readonly/a/manifests/latest`)).text;
    const location = new URL(await startUpload(writable.url, "readonly/a")).pathname;
    expect((await ask(writable.url + location, { method: "PATCH", body: "x" })).status).toBe(202);
    await writable.stop();

    const berth = await startBerth({ dataDirectory: directory.path, env: { BERTH_STORAGE_READONLY: "true" } });
    try {
      const writes: [string, string][] = [
        ["PUT", "/v2/readonly/a/manifests/latest"],
        ["PUT", "/v2/readonly/new/manifests/latest"],
        ["DELETE", "/v2/readonly/a/manifests/latest"],
        ["DELETE", `/v2/readonly/a/manifests/${digestOf(Buffer.from(body))}`],
        ["DELETE", `/v2/readonly/a/blobs/${digest}`],
        ["POST", "/v2/readonly/a/blobs/uploads/"],
        ["POST", `/v2/readonly/b/blobs/uploads/?mount=${digest}&from=readonly/a`],
        ["PATCH", location],
        ["PUT", `${location}?digest=${digest}`],
        ["DELETE", location],
      ];
      for (const [method, path] of writes) {
        const headers = { "content-type": OCI_MANIFEST };
        const answer = await ask(berth.url + path, { method, headers, ...(method === "DELETE" ? {} : { body }) });
        expect(answer.status, `${method} ${path} ${answer.text}`).toBe(503);
        expect(errorCode(answer.text)).toBe("UNAVAILABLE");
        expect(answer.text).toMatch(/read-only/);
      }
      expect((await ask(`${berth.url}/v2/readonly/a/manifests/latest`)).text).toBe(body);
      expect((await ask(`${berth.url}/v2/readonly/a/blobs/${digest}`)).status).toBe(200);
      expect((await ask(`${berth.url}/v2/readonly/b/tags/list`)).status).toBe(404);
      for (const path of ["/v2/", "/v2/_catalog", "/v2/readonly/a/tags/list", "/readyz", "/healthz"]) {
        expect((await ask(berth.url + path)).status, path).toBe(200);
      }
    } finally {
      await berth.stop();
    }
  } finally {
    await directory.remove();
  }
});

test("where deleting is switched off, 405 and nothing gone; uploads can still be cancelled", async () => {
  const berth = await startBerth({ env: { BERTH_STORAGE_DELETE_ENABLED: "false" } });
  try {
    const digest = await pushAndPull(berth.url, "keep/a");
    const body = (await ask(`${berth.url}/v2/keep/a/manifests/latest`)).text;
    for (const path of ["manifests/latest", `manifests/${digestOf(Buffer.from(body))}`, `blobs/${digest}`]) {
      const answer = await ask(`${berth.url}/v2/keep/a/${path}`, { method: "DELETE" });
      expect(answer.status).toBe(405);
      expect(errorCode(answer.text)).toBe("UNSUPPORTED");
      expect((await ask(`${berth.url}/v2/keep/a/${path}`)).status).toBe(200);
    }
    expect((await ask(await startUpload(berth.url, "keep/a"), { method: "DELETE" })).status).toBe(204);
    expect((await putManifest(berth.url, "keep/a", "other", body)).status).toBe(201);
    await expectUnharmed(berth);
  } finally {
    await berth.stop();
  }
});
