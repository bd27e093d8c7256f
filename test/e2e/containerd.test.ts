// containerd pulls from Berth, pushes to it, and runs what it pulled.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { startBerth, type Berth } from "../support/berth.ts";
import { startContainerd, type Containerd } from "../support/containerd.ts";
import { HOST_ARCHITECTURE, makeOciLayout, type OciLayout } from "../support/images.ts";
import { run } from "../support/process.ts";
import { describeWith } from "../support/requirements.ts";
import { fetchStored } from "../support/stored.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";

describeWith("containerd", ["containerd", "ctr", "runc", "busybox", "containers"], () => {
  let berth: Berth;
  let directory: TemporaryDirectory;
  let containerd: Containerd;
  let layout: OciLayout;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory("ctr");
    layout = await makeOciLayout(directory.path);
    berth = await startBerth();
    containerd = await startContainerd(directory);
    const archive = directory.join("layout.tar");
    await run(["tar", "-C", layout.directory, "-cf", archive, "."]);
    await ctr("images", "import", "--all-platforms", "--no-unpack", "--base-name", "local/app", archive);
  });
  afterAll(async () => {
    await Promise.allSettled([containerd?.stop(), berth?.stop()]);
    await directory?.remove();
  });

  const ctr = (...args: string[]) => run(["ctr", "--address", containerd.address, ...args]);
  const push = (name: string, source: string) => ctr("images", "push", "--plain-http", `${berth.host}/${name}`, source);
  const pull = (name: string, ...args: string[]) =>
    ctr("images", "pull", "--plain-http", "--snapshotter", "native", ...args, `${berth.host}/${name}`);
  const remove = async (name: string) => {
    await ctr("images", "rm", "--sync", `${berth.host}/${name}`);
    await ctr("content", "prune", "references");
  };
  /** The digest that containerd has under a name. */
  const digestOfImage = async (name: string) => {
    const { stdout } = await ctr("images", "list", `name==${berth.host}/${name}`);
    return /sha256:[0-9a-f]{64}/.exec(stdout)?.[0];
  };

  test("pushes an image, pulls it and runs it", async () => {
    await push("ctr/app:1", "local/app:one");
    expect((await fetchStored(berth.url, "ctr/app", "1")).digest).toBe(layout.hostDigest);
    await pull("ctr/app:1");
    expect(await digestOfImage("ctr/app:1")).toBe(layout.hostDigest);
    const image = `${berth.host}/ctr/app:1`;
    const ran = await ctr("run", "--rm", "--snapshotter", "native", image, `test-${process.pid}`, "/bin/echo", "runs");
    expect(ran.stdout).toBe("runs\n");
  });

  test("pushes an index with all of its images, twice, and to another repository", async () => {
    await push("ctr/multi:1", "local/app:multi");
    const stored = await fetchStored(berth.url, "ctr/multi", "1");
    expect(stored.digest).toBe(layout.indexDigest);
    expect(stored.references).toEqual(layout.childDigests);
    await push("ctr/multi:1", "local/app:multi");
    await push("elsewhere/multi:1", "local/app:multi");
    expect((await fetchStored(berth.url, "elsewhere/multi", "1")).digest).toBe(layout.indexDigest);
  });

  test("pulls one platform of an index, all of them, and by digest", async () => {
    await push("ctr/platforms:1", "local/app:multi");
    await pull("ctr/platforms:1", "--platform", `linux/${HOST_ARCHITECTURE}`);
    expect(await digestOfImage("ctr/platforms:1")).toBe(layout.indexDigest);
    await remove("ctr/platforms:1");
    await pull("ctr/platforms:1", "--all-platforms");
    expect(await digestOfImage("ctr/platforms:1")).toBe(layout.indexDigest);
    const pinned = `ctr/platforms@${layout.hostDigest}`;
    await pull(pinned);
    expect(await digestOfImage(pinned)).toBe(layout.hostDigest);
  });
});

describeWith("containerd with nothing of the image", ["containerd", "ctr", "busybox", "containers"], () => {
  let berth: Berth;
  let directory: TemporaryDirectory;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory("ctr2");
    berth = await startBerth();
  });
  afterAll(async () => {
    await berth?.stop();
    await directory?.remove();
  });

  test("fetches every blob that another one pushed", async () => {
    const layout = await makeOciLayout(directory.path);
    const archive = directory.join("layout.tar");
    await run(["tar", "-C", layout.directory, "-cf", archive, "."]);
    const image = `${berth.host}/ctr/moved:1`;

    const first = await startContainerd(directory);
    try {
      const ctr = (...args: string[]) => run(["ctr", "--address", first.address, ...args]);
      await ctr("images", "import", "--all-platforms", "--no-unpack", "--base-name", "local/app", archive);
      await ctr("images", "push", "--plain-http", image, "local/app:multi");
    } finally {
      await first.stop();
    }
    const other = await makeTemporaryDirectory("ctr3");
    try {
      const second = await startContainerd(other);
      try {
        const ctr = (...args: string[]) => run(["ctr", "--address", second.address, ...args]);
        await ctr("images", "pull", "--plain-http", "--all-platforms", "--snapshotter", "native", image);
        const { stdout } = await ctr("content", "list", "--quiet");
        const stored = await fetchStored(berth.url, "ctr/moved", "1");
        expect(stored.digest).toBe(layout.indexDigest);
        const blobs = [stored, ...stored.children].flatMap((manifest) => [manifest.digest, ...manifest.references]);
        expect(stdout.trim().split("\n").toSorted()).toEqual([...new Set(blobs)].toSorted());
      } finally {
        await second.stop();
      }
    } finally {
      await other.remove();
    }
  });
});
