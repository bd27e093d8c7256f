// The commands that people know from tutorials about registries, as they are written there, with Berth on port 5000
// in the place of the container `registry:2`. All of it runs in a network namespace without a way out, so an image
// that arrives can only have come from Berth. What needs an account is not here.

import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from "bun:test";
import { startBerth, type Berth } from "../support/berth.ts";
import { BASE_IMAGE, DOCKER_NEEDS, startDockerEngine, type DockerEngine } from "../support/docker-engine.ts";
import { makeBuildContext } from "../support/images.ts";
import { makeNetworkNamespace, NAMESPACE_NEEDS, type NetworkNamespace } from "../support/network-namespace.ts";
import { run } from "../support/process.ts";
import { describeWith } from "../support/requirements.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";

const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

describeWith("the commands of tutorials", [...NAMESPACE_NEEDS, ...DOCKER_NEEDS, "curl"], () => {
  let network: NetworkNamespace;
  let engine: DockerEngine;
  let berth: Berth;
  let directory: TemporaryDirectory;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory("seeds");
    network = await makeNetworkNamespace();
    engine = await startDockerEngine({
      prefix: network.prefix,
      args: ["--registry-mirror=http://localhost:5000"],
    });
    await makeBuildContext(directory.path, { from: BASE_IMAGE, line: "it runs" });
  });
  afterAll(async () => {
    await engine?.stop();
    await network?.stop();
    await directory?.remove();
  });
  beforeEach(async () => {
    // docker run -d -p 5000:5000 --name registry registry:2
    berth = await startBerth({ prefix: network.prefix, port: 5000 });
  });
  afterEach(async () => {
    await berth?.stop();
  });

  /** Runs lines of a tutorial where the build context is; gives what they print. */
  const shell = async (script: string) => {
    const command = [...network.prefix, "sh", "-euc", script];
    return (await run(command, { env: engine.env, cwd: directory.path, timeoutSeconds: 120 })).stdout;
  };
  /** Pushes the built image under each name, and removes all of them from the Engine. */
  const publish = async (...names: string[]) => {
    for (const name of names) {
      await shell(`docker tag myapp localhost:5000/${name}
        docker push localhost:5000/${name}
        docker rmi localhost:5000/${name}`);
    }
  };
  const imageId = async (image: string) => (await shell(`docker image inspect --format '{{.Id}}' ${image}`)).trim();
  /** The digest of what Berth serves, computed from the bytes. */
  const servedDigest = async (name: string, tag: string) => {
    const url = `http://localhost:5000/v2/${name}/manifests/${tag}`;
    const sum = await shell(`curl --silent --fail -H 'Accept: ${DOCKER_MANIFEST}' ${url} | sha256sum`);
    return `sha256:${sum.split(" ")[0]}`;
  };

  test("run a registry, push to it, pull from it, list images and tags", async () => {
    await shell("docker build -t myapp:v1 .");
    const id = await imageId("myapp:v1");
    const pushed = await shell(`docker tag myapp:v1 localhost:5000/myapp:v1
      docker push localhost:5000/myapp:v1`);
    expect(pushed).toContain("The push refers to repository [localhost:5000/myapp]");
    expect(pushed).toContain(`v1: digest: ${await servedDigest("myapp", "v1")} size: `);

    await shell("docker rmi localhost:5000/myapp:v1");
    const pulled = await shell("docker pull localhost:5000/myapp:v1");
    expect(pulled).toContain(`Digest: ${await servedDigest("myapp", "v1")}`);
    expect(await imageId("localhost:5000/myapp:v1")).toBe(id);

    const catalog = await shell("curl http://localhost:5000/v2/_catalog");
    expect(catalog.trim()).toBe('{"repositories":["myapp"]}');
    const tags = await shell("curl http://localhost:5000/v2/myapp/tags/list");
    expect(tags.trim()).toBe('{"name":"myapp","tags":["v1"]}');
  });

  test("tag an image with the address of the private registry", async () => {
    await shell("docker build -t my-app:1.0 .");
    const id = await imageId("my-app:1.0");
    await shell(`docker tag my-app:1.0 localhost:5000/my-app:1.0
      docker push localhost:5000/my-app:1.0`);
    const images = await shell("docker images");
    expect(images).toMatch(/^localhost:5000\/my-app +1\.0 /m);

    await shell("docker rmi localhost:5000/my-app:1.0 my-app:1.0");
    expect(await shell("docker images")).not.toContain("my-app");
    await shell("docker pull localhost:5000/my-app:1.0");
    expect(await imageId("localhost:5000/my-app:1.0")).toBe(id);
    expect(await shell("docker run --rm localhost:5000/my-app:1.0")).toBe("it runs\n");
  });

  test("build, run, push and pull under several names", async () => {
    await shell("docker build -t myapp:1.0 .");
    const id = await imageId("myapp:1.0");
    const container = (await shell("docker run -d myapp:1.0")).trim();
    await shell(`docker wait ${container}`);
    expect(await shell(`docker logs ${container}`)).toBe("it runs\n");
    await shell(`docker rm ${container}`);

    await shell(`docker tag myapp:1.0 localhost:5000/myapp:1.0
      docker push localhost:5000/myapp:1.0
      docker pull localhost:5000/myapp:1.0
      docker tag myapp:1.0 localhost:5000/secureapp:1.0
      docker push localhost:5000/secureapp:1.0
      docker rmi localhost:5000/myapp:1.0 localhost:5000/secureapp:1.0 myapp:1.0
      docker pull localhost:5000/secureapp:1.0
      docker pull localhost:5000/myapp:1.0`);
    expect(await imageId("localhost:5000/myapp:1.0")).toBe(id);
    expect(await imageId("localhost:5000/secureapp:1.0")).toBe(id);
    const catalog = await shell("curl http://localhost:5000/v2/_catalog");
    expect(catalog.trim()).toBe('{"repositories":["myapp","secureapp"]}');
  });

  test("pull images by their short names, with the registry as the Engine's mirror", async () => {
    await shell("docker build -t myapp .");
    const id = await imageId("myapp");
    const names = ["nginx:latest", "nginx:1.25-alpine", "nginx:alpine", "python:3.9-slim"];
    await publish(...names);
    const pulled = await shell("docker pull nginx:alpine");
    expect(pulled.split("\n").slice(0, 1)).toEqual(["alpine: Pulling from library/nginx"]);
    expect(pulled).toContain(`Digest: ${await servedDigest("library/nginx", "alpine")}`);
    expect(pulled).toContain("Status: Downloaded newer image for nginx:alpine\ndocker.io/library/nginx:alpine\n");
    await shell(`docker pull nginx
      docker pull nginx:latest
      docker pull nginx:1.25-alpine
      docker pull python:3.9-slim`);
    for (const name of names) expect(await imageId(name)).toBe(id);
  });
});
