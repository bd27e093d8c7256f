// Real clients log in, push and pull where they may, are told why where they may not, and log out; and what they stored is worth
// nothing once it was revoked. What they send is compared with what the clients' protocol says.

import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { basic, makeAcme, openAccessRegistry, PASSWORD, type AccessRegistry } from "../support/access.ts";
import { startContainerd, type Containerd } from "../support/containerd.ts";
import { makeContainersHome, type ContainersHome } from "../support/containers-home.ts";
import { BASE_IMAGE, DOCKER_NEEDS, startDockerEngine, type DockerEngine } from "../support/docker-engine.ts";
import { makeBuildContext, makeOciLayout, makeRootArchive, type OciLayout } from "../support/images.ts";
import { run, type RunResult } from "../support/process.ts";
import { describeWith } from "../support/requirements.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";

const REASON = "push to acme/api needs role write; you have read through team qa";
const FAILS = { exitCode: 1 } as const;

/** What a request was for, short: parameters in the order of their names. */
function shortOf({ method, path, authorization, status, body }: ReturnType<AccessRegistry["takeRequests"]>[number]) {
  const url = new URL(path, "http://x");
  const query = [...url.searchParams, ...new URLSearchParams(body)]
    .filter(([name]) => !["digest", "_state", "refresh_token", "password"].includes(name))
    .map(([name, value]) => `${name}=${value}`)
    .sort();
  return `${method} ${url.pathname}${query.length > 0 ? `?${query.join("&")}` : ""} ${authorization} ${status}`;
}

describeWith("docker", DOCKER_NEEDS, () => {
  let registry: AccessRegistry;
  let engine: DockerEngine;
  let directory: TemporaryDirectory;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory("login");
    registry = await openAccessRegistry();
    await makeAcme(registry);
    engine = await startDockerEngine();
  });
  afterAll(async () => {
    await Promise.allSettled([engine?.stop(), registry?.close()]);
    await directory?.remove();
  });
  beforeEach(async () => {
    await logout();
    registry.takeRequests();
  });

  const docker = (args: readonly string[], options: Parameters<DockerEngine["docker"]>[1] = {}) =>
    engine.docker(args, options);
  const login = (name: string, secret = PASSWORD, options: { exitCode?: number } = {}): Promise<RunResult> =>
    docker(["login", "--username", name, "--password-stdin", registry.host], { input: secret, ...options });
  const logout = () => docker(["logout", registry.host]);
  const image = (name: string) => `${registry.host}/${name}`;
  const build = async (name: string) => {
    const context = directory.join(name.replaceAll(/[^a-z0-9]/g, "-"));
    await makeBuildContext(context, { from: BASE_IMAGE, line: name });
    await docker(["build", "--network", "none", "--tag", image(name), context]);
    return image(name);
  };
  const config = async () =>
    JSON.parse(await readFile(`${engine.env["DOCKER_CONFIG"] ?? ""}/config.json`, "utf8")) as {
      auths?: Record<string, { auth?: string; identitytoken?: string }>;
      credsStore?: string;
    };

  test("logs in in the order of requests that the protocol shows, and keeps no password", async () => {
    const { stdout } = await login("ann");
    expect(stdout).toContain("Login Succeeded");
    expect(registry.takeRequests().map(shortOf)).toEqual([
      "GET /v2/ none 401",
      "GET /token?account=ann&client_id=docker&offline_token=true&service=berth Basic 200",
      "GET /v2/ Bearer 200",
    ]);
    const { auths = {} } = await config();
    const stored = auths[registry.host];
    expect(stored?.identitytoken).toStartWith("berth_refresh_");
    expect(Buffer.from(stored?.auth ?? "", "base64").toString()).toStartWith("ann:");
    expect(JSON.stringify(auths)).not.toContain(Buffer.from(`ann:${PASSWORD}`).toString("base64"));
  });

  test("a wrong password, an unknown name and a malformed token are told alike", async () => {
    for (const [name, secret] of [
      ["ann", "wrong"],
      ["nobody", PASSWORD],
      ["ann", "berth_pat_made-up"],
    ] as const) {
      const { output } = await login(name, secret, FAILS);
      expect(output).toContain("wrong name or password");
      expect(output).not.toContain("Succeeded");
    }
    expect((await config()).auths ?? {}).toEqual({});
  });

  test("pushes with the stored identity token, mounts where it may, and pulls", async () => {
    await login("ann");
    const first = await build("acme/first:1");
    registry.takeRequests();
    await docker(["push", first]);
    const requests = registry.takeRequests().map(shortOf);
    expect(requests.filter((it) => !it.includes("/blobs/")).slice(0, 2)).toEqual([
      "GET /v2/ none 401",
      "POST /token?client_id=docker&grant_type=refresh_token&scope=repository:acme/first:push,pull&service=berth none 200",
    ]);
    expect(requests.some((it) => it.endsWith(" 401") && it !== "GET /v2/ none 401")).toBe(false);

    await docker(["tag", first, image("acme/second:1")]);
    const second = await docker(["push", image("acme/second:1")]);
    expect(second.stdout).toContain("Mounted from acme/first");
    expect(registry.takeRequests().map(shortOf).join("\n")).toContain(
      "scope=repository:acme/second:push,pull repository:acme/first:pull",
    );
    await docker(["rmi", first, image("acme/second:1")]);
    await docker(["pull", first]);
  });

  test("a mount from a repository that one may not read gives nothing", async () => {
    await login("ann");
    const source = await build("acme/hidden:1");
    await docker(["push", source]);
    await logout();
    await login("zoe");
    await docker(["tag", source, image("zoe/copy:1")]);
    registry.takeRequests();
    // The Engine has the layers itself, so they are sent instead.
    const { stdout } = await docker(["push", image("zoe/copy:1")]);
    expect(stdout).not.toContain("Mounted from");
    expect(
      registry
        .takeRequests()
        .map(shortOf)
        .filter((it) => / mount=|\?from=|&mount=/.test(it) && it.endsWith("201")),
    ).toEqual([]);
  });

  test("a denied push shows its reason", async () => {
    await login("bob");
    await build("acme/api:2");
    const { output } = await docker(["push", image("acme/api:2")], FAILS);
    expect(output).toContain(REASON);
  });

  test("a private image is pulled by its readers alone, a public one by everyone", async () => {
    await docker(["pull", image("acme/site:1")]).catch(ignoreUnpackable);
    expect(registry.takeRequests().map(shortOf)).toContain(
      "GET /token?scope=repository:acme/site:pull&service=berth none 200",
    );
    const anonymous = await docker(["pull", image("acme/api:1")], FAILS);
    expect(anonymous.output).toMatch(/pull of acme\/api needs a login|authentication required|denied/);
    await login("zoe");
    const hidden = await docker(["pull", image("acme/api:1")], FAILS);
    const missing = await docker(["pull", image("acme/nothing:1")], FAILS);
    expect(hidden.output.replaceAll("acme/api", "X")).toBe(missing.output.replaceAll("acme/nothing", "X"));
    await logout();
    await login("ann");
    const own = await build("acme/private:1");
    await docker(["push", own]);
    await docker(["rmi", own]);
    await logout();
    await docker(["pull", own], FAILS);
    // Through the team's grant on the namespace.
    await login("bob");
    await docker(["pull", own]);
  });

  test("a robot pushes from a CI's script", async () => {
    const token = await registry.addToken("acme-ci", { kind: "robot" });
    const tag = await build("acme/built:1");
    const script = directory.join("ci.sh");
    await writeFile(
      script,
      '#!/bin/sh\nset -eu\necho "$REGISTRY_TOKEN" | docker login --username acme-ci --password-stdin "$REGISTRY"\ndocker push "$IMAGE"\ndocker logout "$REGISTRY"\n',
    );
    const env = { ...engine.env, REGISTRY_TOKEN: token, REGISTRY: registry.host, IMAGE: tag };
    const { output } = await run(["sh", script], { env });
    expect(output).toMatch(/Login Succeeded[\s\S]*digest: sha256:[\s\S]*Removing login credentials/);
    expect(output).not.toContain(token);
  });

  test("a personal access token does what it was made for, and no more", async () => {
    const token = await registry.addToken("ann", { name: "pulls", scopes: [{ actions: ["pull"], pattern: "acme/*" }] });
    await login("ann");
    const own = await build("acme/limited:1");
    await docker(["push", own]);
    await logout();
    const asAnother = await login("bob", token, FAILS);
    expect(asAnother.output).toContain("wrong name or password");
    await login("ann", token);
    await docker(["rmi", own]);
    await docker(["pull", own]);
    await docker(["tag", own, image("acme/limited:2")]);
    const { output } = await docker(["push", image("acme/limited:2")], FAILS);
    expect(output).toContain('the token "pulls" was not made for push on acme/limited');
    expect(await registry.find("select count(*) from tags where name = '2'")).toBe(0);
  });

  test("logged out it is a stranger again", async () => {
    await login("ann");
    const own = await build("acme/mine:1");
    await docker(["push", own]);
    await logout();
    expect((await config()).auths ?? {}).toEqual({});
    const { output } = await docker(["push", own], FAILS);
    expect(output).toMatch(/needs a login|authentication required|denied/);
  });

  test("a revoked login and a changed password end what the client has stored", async () => {
    const { tokens, logins, passwords } = registry.app.auth;
    const annId = await registry.find("select id from accounts where name = 'ann'");
    const own = await build("acme/revoked:1");
    await login("ann");
    await docker(["push", own]);
    await registry.database.write((trx) => tokens.revokeAll(trx, annId, "refresh"));
    const revoked = await docker(["push", own], FAILS);
    expect(revoked.output).toContain("unauthorized: the token has expired, was revoked or is none of this registry's");

    await logout();
    await login("ann");
    await docker(["push", own]);
    const hash = await passwords.hash("another long phrase");
    await registry.database.write((trx) => logins.setPassword(trx, annId, hash));
    await docker(["push", own], FAILS);
    await login("ann", PASSWORD, FAILS);
    await login("ann", "another long phrase");
    await docker(["push", own]);
    const back = await passwords.hash(PASSWORD);
    await registry.database.write((trx) => logins.setPassword(trx, annId, back));
  });

  test("a credential helper keeps the identity token", async () => {
    const bin = directory.join("bin");
    await mkdir(bin);
    // As docker-credential-helpers' protocol has it, one file an entry.
    await writeFile(
      `${bin}/docker-credential-files`,
      `#!/bin/sh
kept=${bin}/kept
case "$1" in
  store) cat > "$kept" ;;
  get) cat > /dev/null; if [ -f "$kept" ]; then cat "$kept"; else echo "credentials not found in native keychain"; exit 1; fi ;;
  erase) cat > /dev/null; rm -f "$kept" ;;
  list) echo '{}' ;;
esac
`,
    );
    await chmod(`${bin}/docker-credential-files`, 0o755);
    const file = `${engine.env["DOCKER_CONFIG"] ?? ""}/config.json`;
    await writeFile(file, '{"credsStore":"files"}');
    const env = { ...engine.env, PATH: `${bin}:${engine.env["PATH"] ?? ""}` };
    try {
      await docker(["login", "--username", "ann", "--password-stdin", registry.host], { env, input: PASSWORD });
      const kept = JSON.parse(await readFile(`${bin}/kept`, "utf8")) as Record<string, string>;
      expect(kept).toMatchObject({ ServerURL: registry.host, Username: "<token>" });
      expect(kept["Secret"]).toStartWith("berth_refresh_");
      const own = await build("acme/helped:1");
      await docker(["push", own], { env });
      await docker(["logout", registry.host], { env });
      await docker(["push", own], { env, ...FAILS });
    } finally {
      await writeFile(file, "{}");
    }
  });
});

/** The images that tests push by hand have layers of noise: they are fetched, and then cannot be unpacked. */
function ignoreUnpackable(error: unknown): void {
  if (!/invalid rootfs in image configuration|failed to register layer/.test(String(error))) throw error;
}

describeWith("podman, buildah and skopeo", ["podman", "buildah", "skopeo", "busybox", "runc", "containers"], () => {
  let registry: AccessRegistry;
  let directory: TemporaryDirectory;
  let home: ContainersHome;
  let layout: OciLayout;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory("login2");
    registry = await openAccessRegistry();
    await makeAcme(registry);
    home = await makeContainersHome(directory, registry.host);
    layout = await makeOciLayout(directory.path);
    await home.podman(["import", await makeRootArchive(directory.join("layout")), "localhost/base:latest"]);
  });
  afterAll(async () => {
    await registry?.close();
    await directory?.remove();
  });
  beforeEach(async () => {
    await writeFile(directory.join("auth.json"), "{}");
    registry.takeRequests();
  });

  const PROGRAMS = ["podman", "buildah", "skopeo"] as const;
  const login = (program: (typeof PROGRAMS)[number], name: string, secret = PASSWORD, exitCode: number | "any" = 0) =>
    home[program](["login", "--tls-verify=false", "--username", name, "--password-stdin", registry.host], {
      input: secret,
      exitCode,
    });
  const remote = (name: string) => `docker://${registry.host}/${name}`;
  const push = (program: (typeof PROGRAMS)[number], name: string, exitCode: number | "any" = 0) =>
    program === "skopeo"
      ? home.skopeo(["copy", "--dest-tls-verify=false", `oci:${layout.directory}:one`, remote(name)], { exitCode })
      : home[program](["push", "--tls-verify=false", "localhost/base:latest", remote(name)], { exitCode });

  for (const program of PROGRAMS) {
    test(`${program} logs in, is told why it may not push, pushes where it may, and logs out`, async () => {
      const wrong = await login(program, "ann", "wrong", "any");
      expect(wrong.exitCode).not.toBe(0);
      expect(wrong.output).toMatch(/wrong name or password|invalid username\/password/);

      registry.takeRequests();
      await login(program, "bob");
      expect(registry.takeRequests().map(shortOf)).toEqual([
        "GET /v2/ none 401",
        "GET /token?account=bob&service=berth Basic 200",
        "GET /v2/ Bearer 200",
      ]);
      const denied = await push(program, "acme/api:9", "any");
      expect(denied.exitCode).not.toBe(0);
      expect(denied.output).toContain(REASON);

      await login(program, "carl");
      await push(program, `acme/by-${program}:1`);
      await home[program](["logout", registry.host]);
      const stranger = await push(program, `acme/by-${program}:2`, "any");
      expect(stranger.exitCode).not.toBe(0);
      expect(stranger.output).toMatch(/needs a login|authentication required|unauthorized|denied/);
    });
  }

  test("private images are for their readers, public ones for everyone", async () => {
    await login("skopeo", "ann");
    await push("skopeo", "acme/private:1");
    await push("skopeo", "acme/open:1");
    await registry.setVisibility("acme/open", "public");
    await writeFile(directory.join("auth.json"), "{}");
    const inspect = (name: string, exitCode: number | "any" = 0) =>
      home.skopeo(["inspect", "--tls-verify=false", "--raw", remote(name)], { exitCode });
    await inspect("acme/open:1");
    expect((await inspect("acme/private:1", "any")).exitCode).not.toBe(0);
    await login("skopeo", "zoe");
    const hidden = await inspect("acme/private:1", "any");
    const missing = await inspect("acme/absent:1", "any");
    const plain = ({ output }: RunResult) => output.replaceAll(/time="[^"]*"/g, "").replaceAll(/acme\/[a-z]+/g, "X");
    expect(plain(hidden)).toBe(plain(missing));
    await login("skopeo", "bob");
    await inspect("acme/private:1");
    await home.podman(["pull", "--tls-verify=false", `${registry.host}/acme/private:1`]);
  });

  test("copies across repositories with the rights for both", async () => {
    await login("skopeo", "carl");
    await push("skopeo", "acme/from:1");
    const across = ["copy", "--src-tls-verify=false", "--dest-tls-verify=false"];
    await home.skopeo([...across, remote("acme/from:1"), remote("acme/into:1")]);
    await home.skopeo([...across, remote("acme/from:1"), remote("carl/into:1")]);
    const denied = await home.skopeo([...across, remote("acme/from:1"), remote("zoe/into:1")], { exitCode: "any" });
    expect(denied.output).toMatch(/zoe\/into does not exist, or you may not see it|403 \(Forbidden\)/);
  });

  test("a robot's token pushes with --creds, and not once it is revoked", async () => {
    const token = await registry.addToken("acme-ci", { kind: "robot" });
    const copy = (exitCode: number | "any" = 0) =>
      home.skopeo(
        [
          "copy",
          "--dest-tls-verify=false",
          "--dest-creds",
          `acme-ci:${token}`,
          `oci:${layout.directory}:one`,
          remote("acme/ci:1"),
        ],
        { exitCode },
      );
    await copy();
    await registry.change("delete from tokens where kind = 'robot'");
    const { exitCode, output } = await copy("any");
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/wrong name or password|unauthorized|authentication required/);
  });
});

describeWith("containerd", ["containerd", "ctr", "busybox", "containers"], () => {
  let registry: AccessRegistry;
  let directory: TemporaryDirectory;
  let containerd: Containerd;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory("login3");
    registry = await openAccessRegistry();
    await makeAcme(registry);
    const layout = await makeOciLayout(directory.path);
    containerd = await startContainerd(directory);
    const archive = directory.join("layout.tar");
    await run(["tar", "-C", layout.directory, "-cf", archive, "."]);
    await ctr(["images", "import", "--all-platforms", "--no-unpack", "--base-name", "local/app", archive]);
  });
  afterAll(async () => {
    await Promise.allSettled([containerd?.stop(), registry?.close()]);
    await directory?.remove();
  });
  beforeEach(() => void registry.takeRequests());

  const ctr = (args: string[], exitCode: number | "any" = 0) =>
    run(["ctr", "--address", containerd.address, ...args], { exitCode });
  const push = (user: string, name: string, exitCode: number | "any" = 0) =>
    ctr(["images", "push", "--plain-http", "--user", user, `${registry.host}/${name}`, "local/app:one"], exitCode);
  const fetchImage = (user: string | null, name: string, exitCode: number | "any" = 0) =>
    ctr(
      ["content", "fetch", "--plain-http", ...(user === null ? [] : ["--user", user]), `${registry.host}/${name}`],
      exitCode,
    );

  test("pushes, is told why it may not, and pulls what it may", async () => {
    await push(`carl:${PASSWORD}`, "acme/ctr:1");
    const requests = registry.takeRequests().map(shortOf);
    expect(requests.find((it) => it.includes("/token"))).toMatch(
      /^POST \/token\?client_id=containerd-client&grant_type=password&scope=repository:acme\/ctr:pull( repository:acme\/ctr:pull,push|,push)?&service=berth&username=carl none 200$/,
    );
    const denied = await push(`bob:${PASSWORD}`, "acme/api:9", "any");
    expect(denied.exitCode).not.toBe(0);
    expect(denied.output).toMatch(new RegExp(`${REASON}|403 Forbidden`));
    await fetchImage(`bob:${PASSWORD}`, "acme/ctr:1");
    expect((await fetchImage(null, "acme/ctr:1", "any")).exitCode).not.toBe(0);
    expect((await fetchImage(`zoe:${PASSWORD}`, "acme/ctr:1", "any")).exitCode).not.toBe(0);
    expect((await fetchImage("bob:wrong", "acme/ctr:1", "any")).exitCode).not.toBe(0);
    await registry.setVisibility("acme/ctr", "public");
    await fetchImage(null, "acme/ctr:1");
    expect((await fetch(`${registry.url}/v2/acme/ctr/tags/list`, { headers: basic("bob") })).status).toBe(200);
  });
});
