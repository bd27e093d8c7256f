// A real Docker Engine builds, pushes, removes, pulls and runs images through Berth.
// Every push is compared with what the registry serves afterwards, down to the bytes of the layers.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { makeBuildContext, type BuildContextOptions } from "../support/images.ts";
import { startBerth, type Berth } from "../support/berth.ts";
import { BASE_IMAGE, DOCKER_NEEDS, startDockerEngine, type DockerEngine } from "../support/docker-engine.ts";
import { describeWith } from "../support/requirements.ts";
import { fetchStored, findDigest, listTags } from "../support/stored.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";

const PUSHED = /digest: (sha256:[0-9a-f]{64}) size: (\d+)/;
const PULLED = /Digest: (sha256:[0-9a-f]{64})/;
const MANIFEST_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";

describeWith("Docker Engine", DOCKER_NEEDS, () => {
  let berth: Berth;
  let engine: DockerEngine;
  let directory: TemporaryDirectory;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory("e2e");
    berth = await startBerth();
    engine = await startDockerEngine();
  });
  afterAll(async () => {
    await Promise.allSettled([engine?.stop(), berth?.stop()]);
    await directory?.remove();
  });

  const imageId = async (image: string) =>
    (await engine.docker(["image", "inspect", "--format", "{{.Id}}", image])).stdout.trim();

  const contextOf = (tag: string) => directory.join(tag.replaceAll(/[^a-z0-9]/g, "-"));

  /** Builds an image under `tag` that prints `line`; gives its id. */
  const build = async (tag: string, line: string, options: Partial<BuildContextOptions> = {}) => {
    const context = await makeBuildContext(contextOf(tag), { from: BASE_IMAGE, line, ...options });
    await engine.docker(["build", "--network", "none", "--tag", tag, context]);
    return await imageId(tag);
  };

  /** Pushes and checks that Berth serves exactly what the Engine says it pushed; gives the digest. */
  const push = async (image: string) => {
    const { stdout } = await engine.docker(["push", image]);
    const [, digest, size] = PUSHED.exec(stdout) ?? [];
    if (digest === undefined) throw new Error(`no digest in the output of the push:\n${stdout}`);
    const [repository, tag] = split(image);
    const stored = await fetchStored(berth.url, repository, tag);
    expect(stored.digest).toBe(digest);
    expect(String(stored.bytes.length)).toBe(size ?? "");
    return { digest, stdout, stored };
  };

  const split = (image: string): [string, string] => {
    const name = image.slice(`${berth.host}/`.length);
    const colon = name.lastIndexOf(":");
    return [name.slice(0, colon), name.slice(colon + 1)];
  };

  test("builds, pushes, removes, pulls and runs the same image", async () => {
    const image = `${berth.host}/team/app:1.0`;
    const instructions = [
      'RUN echo "built by RUN" >> /line',
      "LABEL org.opencontainers.image.title=app",
      'CMD ["/bin/cat", "/line"]',
    ];
    const id = await build(image, "hello from the registry", { instructions, randomBytes: 9_000_000 });
    const { digest, stored } = await push(image);
    expect(stored.body.config?.digest).toBe(id);

    await engine.docker(["rmi", image]);
    expect((await engine.docker(["image", "inspect", image], { exitCode: "any" })).exitCode).toBe(1);
    const pulled = await engine.docker(["pull", image]);
    expect(PULLED.exec(pulled.stdout)?.[1]).toBe(digest);
    expect(await imageId(image)).toBe(id);

    const ran = await engine.docker(["run", "--rm", "--network", "none", image]);
    expect(ran.stdout).toBe("hello from the registry\nbuilt by RUN\n");
    const sum = await engine.docker(["run", "--rm", "--network", "none", image, "/bin/sha256sum", "/random"]);
    const random = await Bun.file(`${contextOf(image)}/random`).bytes();
    expect(sum.stdout.split(" ")[0]).toBe(new Bun.CryptoHasher("sha256").update(random).digest("hex"));

    const again = await engine.docker(["pull", image]);
    expect(again.stdout).toContain("Image is up to date");
  });

  test("pushes nothing again that is there", async () => {
    const image = `${berth.host}/team/again:1`;
    await build(image, "again");
    const first = await push(image);
    const second = await push(image);
    expect(second.digest).toBe(first.digest);
    const states = [...second.stdout.matchAll(/: (Layer already exists|Pushed|Mounted from \S+)/g)].map(
      (match) => match[1],
    );
    expect(states).toEqual(states.map(() => "Layer already exists"));
    expect(states.length).toBe(first.stored.body.layers?.length ?? 0);
  });

  test("mounts layers when it pushes to another repository", async () => {
    const source = `${berth.host}/team/source:1`;
    const target = `${berth.host}/other/target:1`;
    await build(source, "mounted");
    const first = await push(source);
    await engine.docker(["tag", source, target]);
    const second = await push(target);
    expect(second.digest).toBe(first.digest);
    const mounted = second.stdout.match(/: Mounted from \S+/g) ?? [];
    expect(mounted.length).toBe(first.stored.body.layers?.length ?? 0);
    expect(second.stdout).not.toContain(": Pushed");
  });

  test("pulls by digest", async () => {
    const image = `${berth.host}/team/pinned:1`;
    const id = await build(image, "pinned");
    const { digest } = await push(image);
    const byDigest = `${berth.host}/team/pinned@${digest}`;
    await engine.docker(["rmi", image]);
    const pulled = await engine.docker(["pull", byDigest]);
    expect(PULLED.exec(pulled.stdout)?.[1]).toBe(digest);
    expect(await imageId(byDigest)).toBe(id);
  });

  test("pushes and pulls all tags of a repository", async () => {
    const repository = `${berth.host}/team/many`;
    const tags = ["1.0", "2.0", "latest"];
    const ids = new Map<string, string>();
    for (const tag of tags) ids.set(tag, await build(`${repository}:${tag}`, `tag-${tag}`));
    await engine.docker(["push", "--all-tags", repository]);
    expect(await listTags(berth.url, "team/many")).toEqual(tags);
    await engine.docker(["rmi", ...tags.map((tag) => `${repository}:${tag}`)]);
    await engine.docker(["pull", "--all-tags", repository]);
    for (const tag of tags) {
      expect(await imageId(`${repository}:${tag}`)).toBe(ids.get(tag) ?? "");
      const stored = await fetchStored(berth.url, "team/many", tag);
      expect(stored.body.config?.digest).toBe(ids.get(tag) ?? "");
    }
  });

  test("moves a tag to the image pushed last, and keeps the first under its digest", async () => {
    const image = `${berth.host}/team/moving:latest`;
    await build(image, "before");
    const first = await push(image);
    await build(image, "after");
    const second = await push(image);
    expect(second.digest).not.toBe(first.digest);
    expect(await findDigest(berth.url, "team/moving", "latest")).toBe(second.digest);
    expect((await fetchStored(berth.url, "team/moving", first.digest)).digest).toBe(first.digest);
    await engine.docker(["rmi", image]);
    await engine.docker(["pull", image]);
    expect((await engine.docker(["run", "--rm", "--network", "none", image])).stdout).toBe("after\n");
  });

  test("pushes a manifest list and pulls through it", async () => {
    const one = `${berth.host}/team/list-one:1`;
    const two = `${berth.host}/team/list-two:1`;
    const list = `${berth.host}/team/list:multi`;
    const id = await build(one, "list-one");
    await build(two, "list-two");
    const children = [(await push(one)).digest, (await push(two)).digest];
    await engine.docker(["manifest", "create", "--insecure", list, one, two]);
    await engine.docker(["manifest", "annotate", list, two, "--os", "linux", "--arch", "s390x"]);
    const pushed = await engine.docker(["manifest", "push", "--insecure", "--purge", list]);
    const digest = pushed.stdout.trim().split("\n").at(-1) ?? "";

    const stored = await fetchStored(berth.url, "team/list", "multi");
    expect(stored.digest).toBe(digest);
    expect(stored.mediaType).toBe(MANIFEST_LIST);
    expect(stored.references.toSorted()).toEqual(children.toSorted());
    expect(stored.body.manifests?.map((child) => child.platform?.architecture)).toContain("s390x");

    const inspected = await engine.docker(["manifest", "inspect", "--insecure", list]);
    expect(inspected.stdout).toContain('"s390x"');
    await engine.docker(["rmi", one, two]);
    const pulled = await engine.docker(["pull", list]);
    expect(PULLED.exec(pulled.stdout)?.[1]).toBe(digest);
    expect(await imageId(list)).toBe(id);
    expect((await engine.docker(["run", "--rm", "--network", "none", list])).stdout).toBe("list-one\n");
  });

  test("takes the same registry by the name localhost", async () => {
    const image = `localhost:${berth.port}/by-name:1`;
    const id = await build(image, "by-name");
    await engine.docker(["push", image]);
    await engine.docker(["rmi", image]);
    await engine.docker(["pull", image]);
    expect(await imageId(image)).toBe(id);
    expect((await fetchStored(berth.url, "by-name", "1")).body.config?.digest).toBe(id);
  });

  test("says what is wrong when there is nothing to pull", async () => {
    const missing = await engine.docker(["pull", `${berth.host}/team/nothing:1`], { exitCode: 1 });
    expect(missing.stderr).toMatch(/manifest unknown|name unknown|not found/i);
  });
});
