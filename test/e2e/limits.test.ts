// Real clients run into the limits of plans: curl, skopeo, podman and Docker, each told by the registry what to do.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { startBerth, type Berth } from "../support/berth.ts";
import { makeContainersHome, type ContainersHome } from "../support/containers-home.ts";
import { DOCKER_NEEDS, startDockerEngine } from "../support/docker-engine.ts";
import { makeOciLayout, type OciLayout } from "../support/images.ts";
import { run } from "../support/process.ts";
import { describeWith } from "../support/requirements.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";

const OTHER = process.arch === "arm64" ? "amd64" : "arm64";
const INSECURE = ["--src-tls-verify=false", "--dest-tls-verify=false"];

describeWith("plans and real clients", ["skopeo", "curl", "busybox"], () => {
  let directory: TemporaryDirectory;
  let layout: OciLayout;
  beforeAll(async () => {
    directory = await makeTemporaryDirectory("limits");
    layout = await makeOciLayout(directory.path);
  });
  afterAll(async () => {
    await directory?.remove();
  });

  /** A server with images in it, and the configuration of clients that take its word without TLS. */
  const withImages = async (
    env: Record<string, string>,
    work: (berth: Berth, home: ContainersHome) => Promise<void>,
  ): Promise<void> => {
    const own = await makeTemporaryDirectory("limits-client");
    const berth = await startBerth({ env: { BERTH_LIMITS_ENABLED: "true", ...env } });
    try {
      const home = await makeContainersHome(own, berth.host);
      const to = (tag: string) => `docker://${berth.host}/limits/app:${tag}`;
      await home.skopeo(["copy", ...INSECURE, `oci:${layout.directory}:one`, to("one")]);
      await home.skopeo(["copy", "--all", ...INSECURE, `oci:${layout.directory}:multi`, to("multi")]);
      await work(berth, home);
    } finally {
      await berth.stop();
      await own.remove();
    }
  };
  const remaining = async (berth: Berth): Promise<number> => {
    const { stdout } = await run(["curl", "-sI", `${berth.url}/v2/limits/app/manifests/one`]);
    return Number(/^ratelimit-remaining: (\d+);w=\d+\r?$/im.exec(stdout)?.[1]);
  };

  test("curl: 100 pulls without a login, and not the 101st", async () => {
    await withImages({}, async (berth) => {
      const before = await remaining(berth);
      expect(before).toBe(100);
      const url = `${berth.url}/v2/limits/app/manifests/one?n=[1-101]`;
      const { stdout } = await run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}\n", url]);
      const codes = stdout.trim().split("\n").slice(-101);
      expect(codes.slice(0, 100).every((code) => code === "200")).toBe(true);
      expect(codes[100]).toBe("429");
      const refused = await run(["curl", "-si", `${berth.url}/v2/limits/app/manifests/one`]);
      expect(refused.stdout).toMatch(/^HTTP\/1.1 429 /);
      expect(refused.stdout).toMatch(/^retry-after: 2\d{4}\r$/im);
      expect(refused.stdout).toContain('"code":"TOOMANYREQUESTS"');
    });
  });

  test("skopeo: one pull a platform, and after Retry-After it goes on by itself", async () => {
    const env = { BERTH_LIMITS_PLANS_ANONYMOUS_PULLS: "5", BERTH_LIMITS_PLANS_ANONYMOUS_PULL_WINDOW_SECONDS: "20" };
    await withImages(env, async (berth, home) => {
      expect(await remaining(berth)).toBe(5);
      await home.skopeo(["copy", ...INSECURE, `docker://${berth.host}/limits/app:multi`, `dir:${directory.join("a")}`]);
      expect(await remaining(berth)).toBe(4);
      const all = ["copy", "--all", ...INSECURE, `docker://${berth.host}/limits/app:multi`];
      await home.skopeo([...all, `dir:${directory.join("b")}`]);
      expect(await remaining(berth)).toBe(2);
      await home.skopeo([...all, `dir:${directory.join("c")}`]);
      expect(await remaining(berth)).toBe(0);
      const late = await home.skopeo(["--debug", ...all, `dir:${directory.join("d")}`]);
      expect(late.stderr).toMatch(/Detected 'Retry-After' header \\?"\d{1,2}\\?"/);
    });
  });

  test("skopeo and podman: give up in the registry's own words when it goes on refusing", async () => {
    const env = { BERTH_LIMITS_PLANS_ANONYMOUS_PULLS: "0", BERTH_LIMITS_PLANS_ANONYMOUS_PULL_WINDOW_SECONDS: "1" };
    await withImages(env, async (berth, home) => {
      const image = `${berth.host}/limits/app:one`;
      const copied = await home.skopeo(["copy", ...INSECURE, `docker://${image}`, `dir:${directory.join("e")}`], {
        exitCode: "any",
      });
      expect(copied.exitCode).not.toBe(0);
      expect(copied.stderr).toContain("toomanyrequests: you have reached the pull rate limit");
      const pulled = await home.podman(["pull", "--tls-verify=false", image], { exitCode: "any" });
      expect(pulled.exitCode).not.toBe(0);
      expect(pulled.stderr).toContain("toomanyrequests: you have reached the pull rate limit");
    });
  });
});

describeWith("plans of accounts and real clients", ["skopeo", "curl", "busybox"], () => {
  test("a free account: 200 pulls and one private repository; pushes are refused with the figures", async () => {
    const directory = await makeTemporaryDirectory("limits");
    const layout = await makeOciLayout(directory.path);
    const hash = Bun.password.hashSync("a phrase of ada", { algorithm: "bcrypt", cost: 4 });
    await Bun.write(directory.join("htpasswd"), `ada:${hash}\n`);
    const berth = await startBerth({
      env: {
        BERTH_LIMITS_ENABLED: "true",
        BERTH_LIMITS_PLANS_TINY_STORAGE_BYTES: "1000",
        BERTH_ADMIN_USERNAME: "grace",
        BERTH_ADMIN_PASSWORD: "correct horse battery",
        BERTH_AUTH_HTPASSWD_FILE: directory.join("htpasswd"),
      },
    });
    try {
      const home = await makeContainersHome(directory, berth.host);
      const push = (tag: string, to: string) =>
        home.skopeo(
          [
            "copy",
            ...INSECURE,
            "--dest-creds",
            "ada:a phrase of ada",
            `oci:${layout.directory}:${tag}`,
            `docker://${berth.host}/${to}`,
          ],
          { exitCode: "any" },
        );
      const setPlan = (path: string, plan: string) =>
        run([
          "curl",
          "-sf",
          "-u",
          "grace:correct horse battery",
          "-X",
          "PUT",
          "-H",
          "Content-Type: application/json",
          "-d",
          JSON.stringify({ plan }),
          `${berth.url}/api/v1/${path}/plan`,
        ]);
      expect((await push("one", "ada/first:1")).exitCode).toBe(0);
      const second = await push("one", "ada/second:1");
      expect(second.exitCode).not.toBe(0);
      expect(second.stderr).toContain("ada has 1 private repository, and its plan free allows 1");

      const url = `${berth.url}/v2/ada/first/manifests/1?n=[1-201]`;
      const login = ["-u", "ada:a phrase of ada"];
      const { stdout } = await run(["curl", "-s", ...login, "-o", "/dev/null", "-w", "%{http_code}\n", url]);
      const codes = stdout.trim().split("\n").slice(-201);
      expect(codes.filter((code) => code === "200")).toHaveLength(200);
      expect(codes.at(-1)).toBe("429");

      await setPlan("accounts/ada", "pro");
      expect((await push("one", "ada/second:1")).exitCode).toBe(0);
      await setPlan("namespaces/ada", "tiny");
      const full = await home.skopeo(
        [
          "copy",
          ...INSECURE,
          "--override-arch",
          OTHER,
          "--dest-creds",
          "ada:a phrase of ada",
          `oci:${layout.directory}:multi`,
          `docker://${berth.host}/ada/first:2`,
        ],
        { exitCode: "any" },
      );
      expect(full.exitCode).not.toBe(0);
      expect(full.stderr).toContain("that its plan tiny allows");
    } finally {
      await berth.stop();
      await directory.remove();
    }
  });
});

describeWith("plans and Docker", [...DOCKER_NEEDS, "skopeo", "curl"], () => {
  test("one pull of an index is one of its image; what is too much is refused in the registry's own words", async () => {
    const directory = await makeTemporaryDirectory("limits");
    const layout = await makeOciLayout(directory.path);
    const berth = await startBerth({ env: { BERTH_LIMITS_ENABLED: "true", BERTH_LIMITS_PLANS_ANONYMOUS_PULLS: "1" } });
    const engine = await startDockerEngine();
    try {
      const home = await makeContainersHome(directory, berth.host);
      const name = `${berth.host}/limits/app`;
      const from = `oci:${layout.directory}:multi`;
      await home.skopeo(["copy", "--all", ...INSECURE, from, `docker://${name}:multi`]);
      await home.skopeo(["copy", "--override-arch", OTHER, ...INSECURE, from, `docker://${name}:other`]);
      const pulled = await engine.docker(["pull", `${name}:multi`]);
      expect(pulled.stdout).toContain("Downloaded newer image");
      const { stdout } = await run(["curl", "-sI", `${berth.url}/v2/limits/app/manifests/multi`]);
      expect(stdout).toMatch(/^ratelimit-remaining: 0;w=21600\r$/m);
      const refused = await engine.docker(["pull", `${name}:other`], { exitCode: "any" });
      expect(refused.exitCode).not.toBe(0);
      expect(refused.stderr).toContain("toomanyrequests: you have reached the pull rate limit");
      expect(refused.stderr).toContain("log in (docker login)");
    } finally {
      await engine.stop();
      await berth.stop();
      await directory.remove();
    }
  });
});
