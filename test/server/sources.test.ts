// People of an htpasswd file, as registry:2 has it, and of a directory, with a real server and real clients.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { type Berth, startBerth } from "../support/berth.ts";
import { type ContainersHome, makeContainersHome } from "../support/containers-home.ts";
import { makeOciLayout, type OciLayout } from "../support/images.ts";
import { run } from "../support/process.ts";
import { describeWith } from "../support/requirements.ts";
import { BASE, PASSWORD, person, SERVICE, type Slapd, startSlapd } from "../support/slapd.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";

const INSECURE = ["--src-tls-verify=false", "--dest-tls-verify=false"];

type Headers = Record<string, string>;

const basic = (name: string, password: string): Headers => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`,
});

async function statusOf(url: string, headers: Headers = {}, method = "GET"): Promise<number> {
  const response = await fetch(url, { method, headers });
  await response.arrayBuffer();
  return response.status;
}

async function tokenOf(url: string, headers: Headers, scope: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/token?offline_token=true&scope=${scope}`, { headers });
  return (await response.json()) as Record<string, unknown>;
}

const bearer = (body: Record<string, unknown>): Headers => ({ authorization: `Bearer ${String(body["token"])}` });

/** Asks until the answer is this one, for at most some seconds; how many milliseconds that took. */
async function until(status: number, ask: () => Promise<number>): Promise<number> {
  const startedAt = performance.now();
  while ((await ask()) !== status) {
    if (performance.now() - startedAt > 60_000) throw new Error(`it never became ${status}`);
    await Bun.sleep(200);
  }
  return performance.now() - startedAt;
}

describeWith("an htpasswd file, configured as for registry:2", ["skopeo", "busybox", "htpasswd", "curl"], () => {
  let berth: Berth;
  let directory: TemporaryDirectory;
  let home: ContainersHome;
  let layout: OciLayout;
  let file: string;

  const add = (name: string, password: string) => run(["htpasswd", "-bB", "-C", "10", file, name, password]);
  const copy = (...args: string[]) => home.skopeo(["copy", ...INSECURE, ...args]);

  beforeAll(async () => {
    directory = await makeTemporaryDirectory("htpasswd");
    file = directory.join("htpasswd");
    await writeFile(file, "");
    await add("alice", "alice-password");
    await add("bob", "bob-password");
    const REGISTRY_AUTH_HTPASSWD_REALM = "Registry Realm";
    berth = await startBerth({
      env: { REGISTRY_AUTH: "htpasswd", REGISTRY_AUTH_HTPASSWD_REALM, REGISTRY_AUTH_HTPASSWD_PATH: file },
    });
    home = await makeContainersHome(directory, berth.host);
    layout = await makeOciLayout(directory.path);
  });
  afterAll(async () => {
    await berth?.stop();
    await directory?.remove();
  });

  test("nobody gets 401 everywhere, with the ways to log in, under every name of this machine", async () => {
    for (const [method, path] of [
      ["GET", "/v2/"],
      ["GET", "/v2/_catalog"],
      ["GET", "/v2/team/app/tags/list"],
      ["HEAD", "/v2/team/app/manifests/1"],
      ["POST", "/v2/team/app/blobs/uploads/"],
      ["DELETE", "/v2/team/app/manifests/1"],
      ["GET", "/api/v1/account/identities"],
    ] as const) {
      expect([path, await statusOf(`${berth.url}${path}`, {}, method)]).toEqual([path, 401]);
    }
    for (const [name, password] of [
      ["bob", ""],
      ["bob", "alice-password"],
      ["Bob", "bob-password"],
      ["mallory", "bob-password"],
      ["#bob", "bob-password"],
    ] as const) {
      expect([name, await statusOf(`${berth.url}/v2/`, basic(name, password))]).toEqual([name, 401]);
    }
    const anonymous = await tokenOf(berth.url, {}, "repository:team/app:pull,push");
    expect(await statusOf(`${berth.url}/v2/team/app/tags/list`, bearer(anonymous))).toBe(401);
    expect(await statusOf(`${berth.url}/healthz`)).toBe(200);
  });

  test("every user pushes to every name and pulls from it: skopeo login, copy, curl", async () => {
    const login = (name: string, password: string) =>
      home.skopeo(["login", "--tls-verify=false", "-u", name, "-p", password, berth.host]);
    await expect(login("alice", "wrong")).rejects.toThrow();
    await login("alice", "alice-password");
    await copy(`oci:${layout.directory}:one`, `docker://${berth.host}/team/app:1`);
    await copy("--dest-creds", "bob:bob-password", `oci:${layout.directory}:one`, `docker://${berth.host}/team/app:2`);
    await copy("--src-creds", "bob:bob-password", `docker://${berth.host}/team/app:1`, `dir:${directory.join("back")}`);
    const catalog = await run(["curl", "-sfu", "bob:bob-password", `${berth.url}/v2/_catalog`]);
    expect(JSON.parse(catalog.stdout)).toEqual({ repositories: ["team/app"] });
    expect(await statusOf(`${berth.url}/v2/team/app/manifests/1`)).toBe(401);
    expect(berth.logs()).not.toContain("alice-password");
  });

  test("a hundred requests with one password hash it once; a user who is removed is out within seconds, tokens too", async () => {
    const url = `${berth.url}/v2/team/app/manifests/1`;
    const alice = basic("alice", "alice-password");
    const bob = basic("bob", "bob-password");
    expect(await statusOf(url, alice)).toBe(200);
    const startedAt = performance.now();
    for (let index = 0; index < 100; index += 1) expect(await statusOf(url, alice)).toBe(200);
    // One hash of cost 10 takes some 50 ms.
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    const token = await tokenOf(berth.url, bob, "repository:team/app:pull");
    // What stood for the password would outlive it.
    expect(token["refresh_token"]).toBeUndefined();
    expect(await statusOf(url, bearer(token))).toBe(200);
    await run(["htpasswd", "-D", file, "bob"]);
    expect(await until(401, () => statusOf(url, bob))).toBeLessThan(15_000);
    expect(await statusOf(url, bearer(token))).toBe(401);
    expect(await statusOf(url, alice)).toBe(200);
    await add("carol", "carol-password");
    await until(200, () => statusOf(url, basic("carol", "carol-password")));
  });
});

describeWith("directories", ["slapd", "skopeo", "busybox"], () => {
  let slapd: Slapd;
  let berth: Berth;
  let directory: TemporaryDirectory;
  let home: ContainersHome;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory("directories");
    slapd = await startSlapd();
    const secret = directory.join("password");
    await writeFile(secret, `${SERVICE.password}\n`);
    await writeFile(directory.join("htpasswd"), "");
    await run(["htpasswd", "-bB", "-C", "4", directory.join("htpasswd"), "file-user", "file-password"]);
    berth = await startBerth({
      env: {
        BERTH_ADMIN_USERNAME: "alice",
        BERTH_ADMIN_PASSWORD: "the password of the local alice",
        BERTH_AUTH_HTPASSWD_FILE: directory.join("htpasswd"),
        BERTH_AUTH_LDAP_DEAD: "{url: 'ldap://127.0.0.1:1', startTls: false, baseDn: 'dc=b', timeoutSeconds: 1}",
        BERTH_AUTH_LDAP_CORP_URL: slapd.ldapsUrl,
        BERTH_AUTH_LDAP_CORP_CA: slapd.ca,
        BERTH_AUTH_LDAP_CORP_BASE_DN: BASE,
        BERTH_AUTH_LDAP_CORP_BIND_DN: SERVICE.dn,
        BERTH_AUTH_LDAP_CORP_BIND_PASSWORD_FILE: secret,
      },
    });
    home = await makeContainersHome(directory, berth.host);
  });
  afterAll(async () => {
    await berth?.stop();
    await slapd?.stop();
    await directory?.remove();
  });

  const ask = (name: string, password: string) => statusOf(`${berth.url}/v2/`, basic(name, password));

  test("injection, empty passwords and whoever is nobody", async () => {
    for (const [name, password] of [
      ["*", PASSWORD],
      ["alice)(uid=*", PASSWORD],
      ["bob\0", PASSWORD],
      ["bob", ""],
      ["bob", "\0"],
      ["", PASSWORD],
      ["twin", PASSWORD],
      ["x".repeat(3_000), PASSWORD],
    ] as const) {
      expect([name, [401, 503].includes(await ask(name, password))]).toEqual([name, true]);
    }
  });

  test("several at once: the account of this registry, the file's, the directory's, each its own", async () => {
    expect(await ask("alice", "the password of the local alice")).toBe(200);
    // The directory's alice is another one, and gets another name.
    expect(await ask("alice", PASSWORD)).toBe(200);
    expect(await ask("file-user", "file-password")).toBe(200);
    expect(await ask("bob", PASSWORD)).toBe(200);
    const whoami = await tokenOf(berth.url, basic("alice", PASSWORD), "repository:alice/app:push");
    const payload = String(whoami["token"]).split(".")[1] ?? "";
    expect(JSON.parse(Buffer.from(payload, "base64url").toString())).toMatchObject({
      sub: "alice-2",
      access: [{ actions: [] }],
    });
    // Nobody tells us when it ends: a token lives for a minute, and none stands for the password.
    expect([whoami["expires_in"], whoami["refresh_token"]]).toEqual([60, undefined]);
  });

  test("skopeo logs in, pushes into the person's own namespace and pulls; not into another's", async () => {
    const layout = await makeOciLayout(directory.path);
    await expect(
      home.skopeo(["login", "--tls-verify=false", "-u", "bob", "-p", "wrong", berth.host]),
    ).rejects.toThrow();
    await home.skopeo(["login", "--tls-verify=false", "-u", "bob", "-p", PASSWORD, berth.host]);
    const to = (name: string) =>
      home.skopeo(["copy", ...INSECURE, `oci:${layout.directory}:one`, `docker://${berth.host}/${name}`]);
    await to("bob/app:1");
    await home.skopeo(["copy", ...INSECURE, `docker://${berth.host}/bob/app:1`, `dir:${directory.join("out")}`]);
    await expect(to("alice/app:1")).rejects.toThrow(/denied|unauthorized|forbidden/i);
    expect(berth.logs()).not.toContain(PASSWORD);
    expect(berth.logs()).not.toContain(SERVICE.password);
  });

  test("one account is many: a person of the directory is linked to a local account, and ends when that is undone", async () => {
    const origin = { origin: berth.url, "content-type": "application/json" };
    const session = await fetch(`${berth.url}/api/v1/session`, {
      method: "POST",
      headers: origin,
      body: JSON.stringify({ name: "alice", password: "the password of the local alice" }),
    });
    expect(session.status).toBe(200);
    const headers = { ...origin, cookie: session.headers.getSetCookie()[0]?.split(";")[0] ?? "" };
    const path = `${berth.url}/api/v1/account/identities/ldap:corp`;
    const link = async (login: string, password: string) =>
      (await fetch(path, { method: "POST", headers, body: JSON.stringify({ login, password }) })).status;
    expect(await link("star*(x)", "wrong")).toBe(403);
    expect(await link("", "")).toBe(403);
    // Somebody's own account by now.
    expect(await link("bob", PASSWORD)).toBe(409);
    expect(await link("star*(x)", PASSWORD)).toBe(200);
    const star = basic("star*(x)", PASSWORD);
    const subOf = async (credentials: Headers) => {
      const { token } = await tokenOf(berth.url, credentials, "registry:catalog:*");
      const claims = JSON.parse(Buffer.from(String(token).split(".")[1] ?? "", "base64url").toString()) as {
        sub: string;
      };
      return { token: { token }, sub: claims.sub };
    };
    const { sub, token } = await subOf(star);
    expect(sub).toBe("alice");
    expect(await statusOf(`${berth.url}/v2/`, bearer(token))).toBe(200);
    expect(await statusOf(path, headers, "DELETE")).toBe(204);
    expect(await statusOf(`${berth.url}/v2/`, bearer(token))).toBe(401);
    expect((await subOf(star)).sub).not.toBe("alice");
    expect(await ask("alice", "the password of the local alice")).toBe(200);
  });

  test("a group of the directory is a team: who is in it pulls what the team may, and nobody else", async () => {
    const headers = {
      ...basic("alice", "the password of the local alice"),
      "content-type": "application/json",
    };
    const call = async (method: string, path: string, body: object) => {
      const response = await fetch(`${berth.url}/api/v1/${path}`, { method, headers, body: JSON.stringify(body) });
      const text = await response.text();
      if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    };
    await call("POST", "namespaces", { name: "works" });
    await call("POST", "namespaces/works/teams", { name: "dev" });
    const group = `cn=developers,ou=groups,${BASE}`;
    await call("PUT", "namespaces/works/teams/dev/groups", { groups: [{ source: "ldap:corp", group }] });
    await call("POST", "namespaces/works/grants", {
      subject: { kind: "team", name: "dev" },
      on: { kind: "namespace" },
      role: "read",
    });
    for (const name of ["dora", "emil"]) {
      await slapd.change(person(`uid=${name}`, name, name, `${name}@example.com`));
    }
    await slapd.change(`dn: ${group}\nchangetype: modify\nadd: member\nmember: uid=dora,ou=people,${BASE}\n`);
    const push = await statusOf(`${berth.url}/v2/works/app/blobs/uploads/`, headers, "POST");
    expect(push).toBe(202);
    const list = (name: string) => statusOf(`${berth.url}/v2/works/app/tags/list`, basic(name, PASSWORD));
    expect([await list("dora"), await list("emil")]).toEqual([404, 403]);
  });

  test("a directory that is gone is no wrong password, and those of others go on", async () => {
    await slapd.kill();
    expect(await ask("jürgen", PASSWORD)).toBe(503);
    expect(await ask("alice", "the password of the local alice")).toBe(200);
    expect(await ask("file-user", "file-password")).toBe(200);
  });
});
