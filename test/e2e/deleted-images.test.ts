// Images that a real Docker Engine pushed are deleted: one comes back from the recycle bin and runs as before, the other
// leaves the disk.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { makeBuildContext } from "../support/images.ts";
import { startBerth, type Berth } from "../support/berth.ts";
import { BASE_IMAGE, DOCKER_NEEDS, startDockerEngine, type DockerEngine } from "../support/docker-engine.ts";
import { describeWith } from "../support/requirements.ts";
import { fetchStored } from "../support/stored.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";
import { blobFiles, deleteManifest, operate, operateJson, QUICK } from "../server/support/operate.ts";

const OWN_LAYER_BYTES = 3_000_000;

describeWith("Docker Engine and the recycle bin", DOCKER_NEEDS, () => {
  let berth: Berth;
  let engine: DockerEngine;
  let directory: TemporaryDirectory;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory("e2e");
    berth = await startBerth({ env: QUICK });
    engine = await startDockerEngine();
  });
  afterAll(async () => {
    await Promise.allSettled([engine?.stop(), berth?.stop()]);
    await directory?.remove();
  });

  const pull = async (image: string, exitCode: number) => (await engine.docker(["pull", image], { exitCode })).output;
  const runImage = async (image: string) => (await engine.docker(["run", "--rm", "--network", "none", image])).stdout;

  /** Builds an image that prints its tag, pushes it, and removes it from the Engine; gives its digest. */
  const pushAndForget = async (tag: string) => {
    const image = `${berth.host}/team/app:${tag}`;
    const context = directory.join(tag);
    await makeBuildContext(context, { from: BASE_IMAGE, line: tag, randomBytes: OWN_LAYER_BYTES });
    await engine.docker(["build", "--network", "none", "--tag", image, context]);
    await engine.docker(["push", image]);
    await engine.docker(["rmi", image]);
    return (await fetchStored(berth.url, "team/app", tag)).digest;
  };

  test("what was deleted by digest is pulled and run again once it was restored", async () => {
    const image = `${berth.host}/team/app:kept`;
    const digest = await pushAndForget("kept");
    await deleteManifest(berth.url, "team/app", digest);
    expect(await pull(image, 1)).toContain("not found");
    // The garbage collector does not take what lies in the bin.
    await Bun.sleep(1_100);
    await operate(berth.dataDirectory, ["gc", "--now"]);

    await operate(berth.dataDirectory, ["bin", "restore", "team/app:kept"]);
    expect(await pull(image, 0)).toContain(digest);
    expect(await runImage(image)).toBe("kept\n");
  });

  test("what was deleted and emptied from the bin leaves the disk, and nothing else does", async () => {
    await pushAndForget("stays");
    const before = await blobFiles(berth.dataDirectory);
    const digest = await pushAndForget("gone");
    expect(await blobFiles(berth.dataDirectory)).toHaveLength(before.length + 1);
    await deleteManifest(berth.url, "team/app", digest);
    await operate(berth.dataDirectory, ["bin", "empty", `team/app@${digest}`, "--yes"]);
    await Bun.sleep(1_100);

    const [planned] = await operateJson(berth.dataDirectory, ["gc", "--dry-run", "--now"]);
    // Its own layer and its config; the base layer is of the other image too.
    expect(planned).toMatchObject({ blobs: 2 });
    const [done] = await operateJson(berth.dataDirectory, ["gc", "--now"]);
    expect(done).toEqual(planned);
    expect((await blobFiles(berth.dataDirectory)).toSorted()).toEqual(before.toSorted());
    expect(await pull(`${berth.host}/team/app:gone`, 1)).toContain("not found");
    expect(await pull(`${berth.host}/team/app:stays`, 0)).toContain("Digest: ");
    expect(await runImage(`${berth.host}/team/app:stays`)).toBe("stays\n");
  });

  test("what a backup holds is pulled from another server that was restored from it", async () => {
    const digest = await pushAndForget("copied");
    const copy = directory.join("copy");
    await operate(berth.dataDirectory, ["backup", copy]);
    const data = directory.join("restored");
    await operate(data, ["restore", copy]);
    const other = await startBerth({ dataDirectory: data });
    try {
      const image = `${other.host}/team/app:copied`;
      expect(await pull(image, 0)).toContain(digest);
      expect(await runImage(image)).toBe("copied\n");
    } finally {
      await other.stop();
    }
  });
});
