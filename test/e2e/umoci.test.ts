// umoci makes an image in an OCI layout, skopeo carries it through Berth, and umoci unpacks what came back.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { startBerth, type Berth } from "../support/berth.ts";
import { makeContainersHome, type ContainersHome } from "../support/containers-home.ts";
import { makeRootFileSystem } from "../support/images.ts";
import { run } from "../support/process.ts";
import { describeWith } from "../support/requirements.ts";
import { digestOf, fetchStored } from "../support/stored.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";

describeWith("umoci", ["umoci", "skopeo", "busybox", "root"], () => {
  let berth: Berth;
  let directory: TemporaryDirectory;
  let home: ContainersHome;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory("umoci");
    berth = await startBerth();
    home = await makeContainersHome(directory, berth.host);
  });
  afterAll(async () => {
    await berth?.stop();
    await directory?.remove();
  });

  test("unpacks after the journey what it packed before", async () => {
    const layout = directory.join("layout");
    const root = directory.join("root");
    const random = randomBytes(300_000);
    await makeRootFileSystem(root);
    await writeFile(directory.join("random"), random);
    await run(["umoci", "init", "--layout", layout]);
    await run(["umoci", "new", "--image", `${layout}:1`]);
    await run(["umoci", "insert", "--image", `${layout}:1`, root, "/"]);
    await run(["umoci", "insert", "--image", `${layout}:1`, directory.join("random"), "/random"]);
    await run(["umoci", "config", "--image", `${layout}:1`, "--config.cmd", "/bin/sh", "--config.label", "by=umoci"]);

    const remote = `docker://${berth.host}/umoci/app:1`;
    await home.skopeo(["copy", "--dest-tls-verify=false", `oci:${layout}:1`, remote]);
    const index = (await Bun.file(`${layout}/index.json`).json()) as { manifests: { digest: string }[] };
    const stored = await fetchStored(berth.url, "umoci/app", "1");
    expect(stored.digest).toBe(index.manifests[0]?.digest ?? "");
    expect(stored.body.layers?.length).toBe(2);

    const back = directory.join("back");
    await home.skopeo(["copy", "--src-tls-verify=false", remote, `oci:${back}:1`]);
    const bundle = directory.join("bundle");
    await run(["umoci", "unpack", "--image", `${back}:1`, bundle]);
    await run(["diff", "--recursive", "--no-dereference", root, `${bundle}/rootfs`, "--exclude", "random"]);
    expect(digestOf(await Bun.file(`${bundle}/rootfs/random`).bytes())).toBe(digestOf(random));
    const config = (await Bun.file(`${bundle}/config.json`).json()) as { process: { args: string[] } };
    expect(config.process.args).toEqual(["/bin/sh"]);
  });
});
