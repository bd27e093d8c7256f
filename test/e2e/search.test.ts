// docker and podman search: what is public without a login, with one also what its account may see.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { makeAcme, openAccessRegistry, PASSWORD, type AccessRegistry } from "../support/access.ts";
import { makeContainersHome } from "../support/containers-home.ts";
import { DOCKER_NEEDS, startDockerEngine, type DockerEngine } from "../support/docker-engine.ts";
import { describeWith } from "../support/requirements.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";

async function openRegistry(environment: Record<string, string> = {}): Promise<AccessRegistry> {
  const registry = await openAccessRegistry({ environment });
  await makeAcme(registry);
  await registry.change(
    "update repositories set description = 'The site', star_count = 3, is_official = 1 where name = 'acme/site'",
  );
  return registry;
}

describeWith("docker search", DOCKER_NEEDS, () => {
  let registry: AccessRegistry;
  let closed: AccessRegistry;
  let engine: DockerEngine;

  beforeAll(async () => {
    [registry, closed] = [await openRegistry(), await openRegistry({ BERTH_AUTH_PUBLIC: "false" })];
    engine = await startDockerEngine();
  });
  afterAll(async () => {
    await Promise.allSettled([engine?.stop(), registry?.close(), closed?.close()]);
  });

  const search = async (at: AccessRegistry, term: string, ...args: string[]) => {
    const format = "{{.Name}} {{.Description}} {{.StarCount}} {{.IsOfficial}}";
    const { stdout } = await engine.docker(["search", "--format", format, ...args, `${at.host}/${term}`]);
    return stdout
      .trim()
      .split("\n")
      .filter((line) => line !== "");
  };
  const login = (at: AccessRegistry, name: string) =>
    engine.docker(["login", "--username", name, "--password-stdin", at.host], { input: PASSWORD });

  test("finds what the caller may see, with stars and flags", async () => {
    const site = "acme/site The site 3 [OK]";
    const api = "acme/api  0";
    const trimmed = async (...given: Parameters<typeof search>) => (await search(...given)).map((it) => it.trimEnd());
    registry.takeRequests();
    expect(await trimmed(registry, "acme")).toEqual([site]);
    expect(registry.takeRequests().map(({ path, status }) => [path, status])).toEqual([
      ["/v1/_ping", 200],
      ["/v1/search?q=acme&n=25", 200],
    ]);
    expect(await trimmed(registry, "acme/site")).toEqual([site]);
    expect(await trimmed(registry, "nothing")).toEqual([]);
    await login(registry, "bob");
    expect(await trimmed(registry, "acme")).toEqual([site, api]);
    expect(registry.takeRequests().at(-1)).toMatchObject({ authorization: "Bearer", status: 200 });
    expect(await trimmed(registry, "acme", "--limit", "1")).toEqual([site]);
    expect(await trimmed(registry, "acme", "--filter", "stars=1")).toEqual([site]);
    expect(await trimmed(registry, "acme", "--filter", "is-official=true")).toEqual([site]);
    await engine.docker(["logout", registry.host]);
    expect(await trimmed(registry, "acme")).toEqual([site]);
  });

  test("where nothing is for strangers it finds nothing, and does not fail", async () => {
    expect(await search(closed, "acme")).toEqual([]);
    await login(closed, "zoe");
    expect(await search(closed, "acme")).toHaveLength(1);
  });
});

describeWith("podman search", ["podman", "runc", "containers"], () => {
  let registry: AccessRegistry;
  let directory: TemporaryDirectory;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory("search");
    registry = await openRegistry();
  });
  afterAll(async () => {
    await registry?.close();
    await directory?.remove();
  });

  test("finds what is public", async () => {
    const home = await makeContainersHome(directory, registry.host);
    const search = async (term: string) => {
      const args = ["search", "--tls-verify=false", "--format", "{{.Name}} {{.Stars}} {{.Official}}"];
      const { stdout } = await home.podman([...args, `${registry.host}/${term}`]);
      return stdout
        .trim()
        .split("\n")
        .filter((line) => line !== "");
    };
    expect(await search("acme")).toEqual([`${registry.host}/acme/site 3 [OK]`]);
    expect(await search("nothing")).toEqual([]);
    expect(registry.takeRequests().some(({ path }) => path.startsWith("/v1/search"))).toBe(true);
  });
});
