// What real clients push and pull, as the pages of a repository and an image are told of it: skopeo's index, buildah's build.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { startBerth, type Berth } from "../support/berth.ts";
import { makeContainersHome, type ContainersHome } from "../support/containers-home.ts";
import { makeBuildContext, makeOciLayout, type OciLayout } from "../support/images.ts";
import { describeWith } from "../support/requirements.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";

const INSECURE = ["--src-tls-verify=false", "--dest-tls-verify=false"];

type Tag = {
  name: string;
  kind: string;
  digest: string;
  pulls: number;
  lastPulledAt: string | null;
  platforms: { architecture: string; digest: string; sizeBytes: number }[];
};
type Step = { createdBy: string | null; sizeBytes: number; layer: number | null };
type Image = {
  configState: string;
  config: { entrypoint: string[] | null; labels: object[]; env: { name: string }[]; ports: string[] };
  history: Step[];
  layers: { sizeBytes: number }[];
};

describeWith("pages of images", ["skopeo", "busybox"], () => {
  let berth: Berth;
  let directory: TemporaryDirectory;
  let home: ContainersHome;
  let layout: OciLayout;
  const get = async <T>(path: string): Promise<T> => {
    const response = await fetch(`${berth.url}/api/v1/repositories/${path}`);
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };

  beforeAll(async () => {
    directory = await makeTemporaryDirectory("image-pages");
    berth = await startBerth({ dataDirectory: directory.join("data") });
    home = await makeContainersHome(directory, berth.host);
    layout = await makeOciLayout(directory.path);
  });
  afterAll(async () => {
    await berth?.stop();
    await directory?.remove();
  });

  test("an index with its platforms; its pulls, also after a restart", async () => {
    const local = `oci:${layout.directory}:multi`;
    await home.skopeo(["copy", ...INSECURE, "--all", local, `docker://${berth.host}/pages/multi:1`]);
    const tags = async () => (await get<{ items: Tag[] }>("pages/multi/-/tags")).items;
    const [tag] = await tags();
    expect(tag).toMatchObject({ name: "1", kind: "index", digest: layout.indexDigest, lastPulledAt: null });
    expect(tag?.platforms.map((it) => it.digest)).toEqual(layout.childDigests);
    expect(tag?.platforms.every((it) => it.sizeBytes > 60_000)).toBe(true);
    const before = tag?.pulls ?? 0;
    await home.skopeo(["copy", ...INSECURE, `docker://${berth.host}/pages/multi:1`, `dir:${directory.join("pulled")}`]);
    const { port } = berth;
    expect(await berth.stop()).toBe(0);
    berth = await startBerth({ dataDirectory: directory.join("data"), port });
    const [pulled] = await tags();
    expect(pulled?.pulls).toBe(before + 1);
    expect(Date.parse(pulled?.lastPulledAt ?? "")).toBeGreaterThan(Date.now() - 120_000);
    const { total, points } = await get<{ total: number; points: { pulls: number }[] }>("pages/multi/-/pulls");
    expect([total, points.at(-1)?.pulls, points.length]).toEqual([before + 1, before + 1, 30]);
  });

  describeWith("buildah", ["buildah", "busybox", "containers"], () => {
    test("a build: each step with what it added", async () => {
      const context = await makeBuildContext(directory.join("context"), {
        from: "scratch",
        line: "hello",
        instructions: ["ENV COLOUR=blue", "LABEL kind=test", "EXPOSE 8080", 'ENTRYPOINT ["/bin/cat"]'],
      });
      const image = `${berth.host}/pages/built:1`;
      await home.buildah(["build", "--layers", "--isolation", "chroot", "-t", image, context]);
      await home.buildah(["push", "--tls-verify=false", image]);
      const shown = await get<Image>("pages/built/-/manifests/1");
      expect([shown.configState, shown.config.entrypoint, shown.config.ports]).toEqual([
        "read",
        ["/bin/cat"],
        ["8080/tcp"],
      ]);
      expect(shown.config.env.map((it) => it.name)).toContain("COLOUR");
      const added = shown.history.filter((it) => it.layer !== null);
      expect(added.map((it) => it.sizeBytes)).toEqual(shown.layers.map((it) => it.sizeBytes));
      expect(shown.history.some((it) => it.sizeBytes === 0 && it.createdBy?.includes("COLOUR"))).toBe(true);
    });
  });
});
