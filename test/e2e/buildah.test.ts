// buildah builds from scratch and from a file, pushes to Berth, and builds on what it pulls from there.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { startBerth, type Berth } from "../support/berth.ts";
import { makeContainersHome, type ContainersHome } from "../support/containers-home.ts";
import { HOST_ARCHITECTURE, makeRootFileSystem } from "../support/images.ts";
import { describeWith } from "../support/requirements.ts";
import { fetchStored } from "../support/stored.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";

const INSECURE = "--tls-verify=false";

describeWith("buildah", ["buildah", "busybox", "containers"], () => {
  let berth: Berth;
  let directory: TemporaryDirectory;
  let home: ContainersHome;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory("buildah");
    berth = await startBerth();
    home = await makeContainersHome(directory, berth.host);
    await makeRootFileSystem(directory.join("root"));
  });
  afterAll(async () => {
    await berth?.stop();
    await directory?.remove();
  });

  const push = async (image: string, ...args: string[]) => {
    const digestFile = directory.join("digest");
    await home.buildah(["push", INSECURE, "--digestfile", digestFile, ...args, image]);
    return (await Bun.file(digestFile).text()).trim();
  };
  /** Makes a container from an image, runs a command in it, and removes it; gives what the command says. */
  const runIn = async (image: string, ...command: string[]) => {
    const container = (await home.buildah(["from", INSECURE, image])).stdout.trim();
    const { stdout } = await home.buildah(["run", "--isolation", "chroot", container, "--", ...command]);
    await home.buildah(["rm", container]);
    return stdout;
  };

  test("builds an image from scratch, pushes it, and works on it when pulled", async () => {
    const image = `${berth.host}/buildah/scratch:1`;
    const container = (await home.buildah(["from", "scratch"])).stdout.trim();
    await home.buildah(["copy", container, directory.join("root"), "/"]);
    await home.buildah(["config", "--label", "made.by=buildah", "--cmd", "/bin/sh", container]);
    await home.buildah(["commit", "--rm", container, image]);
    const digest = await push(image);
    const stored = await fetchStored(berth.url, "buildah/scratch", "1");
    expect(stored.digest).toBe(digest);

    await home.buildah(["rmi", image]);
    await home.buildah(["pull", INSECURE, image]);
    const inspected = await home.buildah(["inspect", "--type", "image", "--format", "{{.FromImageDigest}}", image]);
    expect(inspected.stdout.trim()).toBe(digest);
    expect(await runIn(image, "/bin/echo", "works")).toBe("works\n");
  });

  test("builds a file on an image that it pulls from the registry", async () => {
    const context = directory.join("context");
    await mkdir(context);
    await writeFile(
      `${context}/Containerfile`,
      `FROM ${berth.host}/buildah/scratch:1\nRUN echo built > /made\nCMD ["/bin/cat", "/made"]\n`,
    );
    const image = `${berth.host}/buildah/file:1`;
    await home.buildah(["rmi", "--all", "--force"]);
    const options = ["--isolation", "chroot", "--network", "host", "--layers", INSECURE];
    await home.buildah(["bud", ...options, "--tag", image, context]);
    const digest = await push(image);
    const stored = await fetchStored(berth.url, "buildah/file", "1");
    expect(stored.digest).toBe(digest);
    const base = await fetchStored(berth.url, "buildah/scratch", "1");
    expect(stored.references.slice(1, 1 + (base.body.layers?.length ?? 0))).toEqual(base.references.slice(1));

    await home.buildah(["rmi", "--all", "--force"]);
    expect(await runIn(image, "/bin/cat", "/made")).toBe("built\n");
  });

  test("pushes an index with its images", async () => {
    const list = `${berth.host}/buildah/list:1`;
    const child = await fetchStored(berth.url, "buildah/file", "1");
    await home.buildah(["manifest", "create", list]);
    await home.buildah([
      "manifest",
      "add",
      INSECURE,
      "--arch",
      HOST_ARCHITECTURE,
      list,
      `docker://${berth.host}/buildah/file:1`,
    ]);
    await home.buildah(["manifest", "push", "--all", INSECURE, list, `docker://${list}`]);
    const stored = await fetchStored(berth.url, "buildah/list", "1");
    expect(stored.references).toEqual([child.digest]);
  });
});
