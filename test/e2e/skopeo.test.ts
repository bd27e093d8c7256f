// skopeo copies images in and out of Berth in every form that it knows, and lists, inspects, syncs and deletes them.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, readdir } from "node:fs/promises";
import { startBerth, type Berth } from "../support/berth.ts";
import { makeContainersHome, type ContainersHome } from "../support/containers-home.ts";
import { makeOciLayout, type OciLayout } from "../support/images.ts";
import { describeWith } from "../support/requirements.ts";
import { digestOf, fetchStored, findDigest, listTags } from "../support/stored.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";

const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
const INSECURE = ["--src-tls-verify=false", "--dest-tls-verify=false"];

describeWith("skopeo", ["skopeo", "busybox"], () => {
  let berth: Berth;
  let directory: TemporaryDirectory;
  let home: ContainersHome;
  let layout: OciLayout;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory("skopeo");
    berth = await startBerth();
    home = await makeContainersHome(directory, berth.host);
    layout = await makeOciLayout(directory.path);
  });
  afterAll(async () => {
    await berth?.stop();
    await directory?.remove();
  });

  const copy = (...args: string[]) => home.skopeo(["copy", ...INSECURE, ...args]);
  const remote = (name: string) => `docker://${berth.host}/${name}`;
  const inspectArchive = async (path: string) =>
    (await home.skopeo(["inspect", "--config", "--raw", `docker-archive:${path}`])).stdout;
  const local = (tag: string) => `oci:${layout.directory}:${tag}`;

  test("copies an image in and out without a changed byte", async () => {
    await copy(local("one"), remote("skopeo/one:1"));
    const stored = await fetchStored(berth.url, "skopeo/one", "1");
    expect(stored.digest).toBe(layout.hostDigest);

    await copy("--preserve-digests", remote("skopeo/one:1"), `oci:${directory.join("back")}:1`);
    const index = (await Bun.file(directory.join("back", "index.json")).json()) as { manifests: { digest: string }[] };
    expect(index.manifests.map((manifest) => manifest.digest)).toEqual([layout.hostDigest]);
    for (const digest of [stored.digest, ...stored.references]) {
      const bytes = await Bun.file(directory.join("back", "blobs", digest.replace(":", "/"))).bytes();
      expect(digestOf(bytes)).toBe(digest);
    }
  });

  test("copies an index with all of its images", async () => {
    await copy("--all", local("multi"), remote("skopeo/multi:1"));
    const stored = await fetchStored(berth.url, "skopeo/multi", "1");
    expect(stored.digest).toBe(layout.indexDigest);
    expect(stored.references).toEqual(layout.childDigests);

    await copy("--all", remote("skopeo/multi:1"), remote("elsewhere/multi:2"));
    expect((await fetchStored(berth.url, "elsewhere/multi", "2")).digest).toBe(layout.indexDigest);
    await copy(remote(`skopeo/multi@${layout.indexDigest}`), `dir:${directory.join("host-only")}`);
    const manifest = await Bun.file(directory.join("host-only", "manifest.json")).bytes();
    expect(digestOf(manifest)).toBe(layout.hostDigest);
  });

  test("copies through a directory and back", async () => {
    await copy("--all", local("multi"), `dir:${directory.join("dir-in")}`);
    await copy("--all", `dir:${directory.join("dir-in")}`, remote("skopeo/dir:1"));
    expect((await fetchStored(berth.url, "skopeo/dir", "1")).digest).toBe(layout.indexDigest);
    await copy("--all", remote("skopeo/dir:1"), `dir:${directory.join("dir-out")}`);
    const names = await readdir(directory.join("dir-in"));
    expect((await readdir(directory.join("dir-out"))).toSorted()).toEqual(names.toSorted());
    for (const name of names) {
      const before = await Bun.file(directory.join("dir-in", name)).bytes();
      const after = await Bun.file(directory.join("dir-out", name)).bytes();
      expect(`${name} ${digestOf(after)}`).toBe(`${name} ${digestOf(before)}`);
    }
  });

  test("copies a Docker archive in and out", async () => {
    const archive = directory.join("in.tar");
    await copy(local("one"), `docker-archive:${archive}:local/app:1`);
    await copy(`docker-archive:${archive}`, remote("skopeo/archive:1"));
    const stored = await fetchStored(berth.url, "skopeo/archive", "1");
    expect(stored.mediaType).toBe(DOCKER_MANIFEST);

    await copy(remote("skopeo/archive:1"), `docker-archive:${directory.join("out.tar")}:local/app:1`);
    expect(await inspectArchive(directory.join("out.tar"))).toBe(await inspectArchive(archive));
    expect(`sha256:${new Bun.CryptoHasher("sha256").update(await inspectArchive(archive)).digest("hex")}`).toBe(
      stored.body.config?.digest ?? "",
    );
  });

  test("converts to Docker's format while it pushes", async () => {
    await copy("--format", "v2s2", local("one"), remote("skopeo/converted:1"));
    const stored = await fetchStored(berth.url, "skopeo/converted", "1");
    expect(stored.mediaType).toBe(DOCKER_MANIFEST);
    const original = await fetchStored(berth.url, "skopeo/one", "1");
    expect(stored.body.config?.digest).toBe(original.body.config?.digest ?? "");
  });

  test("lists tags and inspects", async () => {
    for (const tag of ["1", "2", "latest"]) await copy(local("one"), remote(`skopeo/tags:${tag}`));
    const listed = await home.skopeo(["list-tags", "--tls-verify=false", remote("skopeo/tags")]);
    const { Repository, Tags } = JSON.parse(listed.stdout) as { Repository: string; Tags: string[] };
    expect(Repository).toBe(`${berth.host}/skopeo/tags`);
    expect(Tags.toSorted()).toEqual(["1", "2", "latest"]);

    const inspected = await home.skopeo(["inspect", "--tls-verify=false", remote("skopeo/tags:2")]);
    const described = JSON.parse(inspected.stdout) as { Digest: string; RepoTags: string[]; Layers: string[] };
    expect(described.Digest).toBe(layout.hostDigest);
    expect(described.RepoTags.toSorted()).toEqual(["1", "2", "latest"]);
    const raw = await home.skopeo(["inspect", "--raw", "--tls-verify=false", remote("skopeo/tags:2")]);
    expect(digestOf(new TextEncoder().encode(raw.stdout))).toBe(layout.hostDigest);
  });

  test("deletes an image with every tag on it", async () => {
    for (const tag of ["a", "b"]) await copy(local("one"), remote(`skopeo/deleted:${tag}`));
    await copy("--format", "v2s2", local("one"), remote("skopeo/deleted:kept"));
    await home.skopeo(["delete", "--tls-verify=false", remote("skopeo/deleted:a")]);
    expect(await findDigest(berth.url, "skopeo/deleted", "a")).toBe(null);
    expect(await findDigest(berth.url, "skopeo/deleted", "b")).toBe(null);
    expect(await findDigest(berth.url, "skopeo/deleted", layout.hostDigest)).toBe(null);
    expect(await listTags(berth.url, "skopeo/deleted")).toEqual(["kept"]);
    // It shares its layers with what was deleted.
    expect((await fetchStored(berth.url, "skopeo/deleted", "kept")).mediaType).toBe(DOCKER_MANIFEST);
    expect((await fetchStored(berth.url, "skopeo/one", "1")).digest).toBe(layout.hostDigest);
  });

  test("syncs a repository to a directory and to another namespace", async () => {
    for (const tag of ["1", "2"]) await copy("--all", local("multi"), remote(`skopeo/synced:${tag}`));
    const sync = ["sync", "--all", ...INSECURE, "--src", "docker", "--dest"];
    await mkdir(directory.join("sync"));
    await home.skopeo([...sync, "dir", `${berth.host}/skopeo/synced`, directory.join("sync")]);
    expect((await readdir(directory.join("sync"))).toSorted()).toEqual(["synced:1", "synced:2"]);
    await home.skopeo([...sync, "docker", `${berth.host}/skopeo/synced`, `${berth.host}/copies`]);
    for (const tag of ["1", "2"]) {
      expect((await fetchStored(berth.url, "copies/synced", tag)).digest).toBe(layout.indexDigest);
    }
  });
});
