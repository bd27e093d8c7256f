// podman builds, pushes, removes, pulls and runs images through Berth, pushes manifest lists, and searches.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { startBerth, type Berth } from "../support/berth.ts";
import { makeContainersHome, type ContainersHome } from "../support/containers-home.ts";
import { HOST_ARCHITECTURE, makeBuildContext, makeRootArchive } from "../support/images.ts";
import { describeWith } from "../support/requirements.ts";
import { fetchStored } from "../support/stored.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";

const INSECURE = "--tls-verify=false";
// podman asks for more than a root without CAP_SYS_RESOURCE may have.
const LIMITS = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"];

describeWith("podman", ["podman", "runc", "busybox", "containers"], () => {
  let berth: Berth;
  let directory: TemporaryDirectory;
  let home: ContainersHome;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory("podman");
    berth = await startBerth();
    home = await makeContainersHome(directory, berth.host);
    await home.podman(["import", await makeRootArchive(directory.path), "localhost/base:latest"]);
  });
  afterAll(async () => {
    await berth?.stop();
    await directory?.remove();
  });

  /** Builds an image that prints `line`; gives its id. */
  const build = async (tag: string, line: string) => {
    const context = directory.join(line);
    const instructions = ['CMD ["/bin/cat", "/line"]'];
    await makeBuildContext(context, { from: "localhost/base:latest", line, instructions });
    await home.podman(["build", "--network", "host", "--isolation", "chroot", "--tag", tag, context]);
    return await imageId(tag);
  };
  const imageId = async (image: string) =>
    (await home.podman(["image", "inspect", "--format", "{{.Id}}", image])).stdout.trim();
  /** Pushes; gives the digest that podman says it pushed. */
  const push = async (image: string, ...args: string[]) => {
    const digestFile = directory.join("digest");
    await home.podman(["push", INSECURE, "--digestfile", digestFile, ...args, image]);
    return (await Bun.file(digestFile).text()).trim();
  };

  test("builds, pushes, removes, pulls and runs the same image", async () => {
    const image = `${berth.host}/podman/app:1.0`;
    const id = await build(image, "hello-from-podman");
    const digest = await push(image);
    const stored = await fetchStored(berth.url, "podman/app", "1.0");
    expect(stored.digest).toBe(digest);
    expect(stored.body.config?.digest).toBe(`sha256:${id}`);

    await home.podman(["rmi", image]);
    expect((await home.podman(["image", "exists", image], { exitCode: "any" })).exitCode).toBe(1);
    await home.podman(["pull", INSECURE, image]);
    expect(await imageId(image)).toBe(id);
    const ran = await home.podman(["run", "--rm", "--network", "none", ...LIMITS, image]);
    expect(ran.stdout).toBe("hello-from-podman\n");
  });

  test("pushes again, to another repository, and in Docker's format", async () => {
    const image = `${berth.host}/podman/formats:1`;
    const id = await build(image, "formats");
    const digest = await push(image);
    expect(await push(image)).toBe(digest);
    await home.podman(["tag", image, `${berth.host}/elsewhere/formats:1`]);
    expect(await push(`${berth.host}/elsewhere/formats:1`)).toBe(digest);
    expect((await fetchStored(berth.url, "elsewhere/formats", "1")).digest).toBe(digest);
    expect(await push(image, "--format", "v2s2")).not.toBe(digest);
    const stored = await fetchStored(berth.url, "podman/formats", "1");
    expect(stored.mediaType).toBe("application/vnd.docker.distribution.manifest.v2+json");

    await home.podman(["rmi", "--force", id]);
    await home.podman(["pull", INSECURE, `${berth.host}/podman/formats@${digest}`]);
    expect(await imageId(`${berth.host}/podman/formats@${digest}`)).toBe(id);
  });

  test("pulls all tags of a repository", async () => {
    const repository = `${berth.host}/podman/many`;
    const ids = [];
    for (const tag of ["1", "2"]) {
      ids.push(await build(`${repository}:${tag}`, `many-${tag}`));
      await push(`${repository}:${tag}`);
    }
    await home.podman(["rmi", `${repository}:1`, `${repository}:2`]);
    await home.podman(["pull", INSECURE, "--all-tags", repository]);
    expect([await imageId(`${repository}:1`), await imageId(`${repository}:2`)]).toEqual(ids);
  });

  test("pushes a manifest list with its images and pulls through it", async () => {
    const names = ["one", "two"].map((name) => `${berth.host}/podman/${name}:1`);
    const [one = "", two = ""] = names;
    const list = `${berth.host}/podman/list:1`;
    const id = await build(one, "list-one");
    await build(two, "list-two");
    const children = [await push(one), await push(two)];
    await home.podman(["manifest", "create", list]);
    await home.podman(["manifest", "add", INSECURE, "--arch", HOST_ARCHITECTURE, list, `docker://${one}`]);
    await home.podman(["manifest", "add", INSECURE, "--arch", "s390x", list, `docker://${two}`]);
    await home.podman(["manifest", "push", "--all", INSECURE, list, `docker://${list}`]);
    const stored = await fetchStored(berth.url, "podman/list", "1");
    expect(stored.references).toEqual(children);
    expect(stored.body.manifests?.map((child) => child.platform?.architecture)).toEqual([HOST_ARCHITECTURE, "s390x"]);

    await home.podman(["manifest", "rm", list]);
    await home.podman(["rmi", one, two]);
    await home.podman(["pull", INSECURE, list]);
    expect(await imageId(list)).toBe(id);
  });

  test("lists tags by search", async () => {
    const { stdout } = await home.podman(["search", INSECURE, "--list-tags", `${berth.host}/podman/many`]);
    const tags = stdout
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(/\s+/)[1]);
    expect(tags).toEqual(["1", "2"]);
  });

  test("lists repositories by search", async () => {
    const { stdout } = await home.podman(["search", INSECURE, "--format", "{{.Name}}", `${berth.host}/`]);
    expect(stdout.split("\n")).toContain(`${berth.host}/podman/app`);
  });
});
