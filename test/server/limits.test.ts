// Plans as clients see them: a real server, pulls up to every limit, the headers and refusals that Docker's tools read,
// who may ask for and set plans, several processes on one database.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { startBerth, type Berth } from "../support/berth.ts";
import { lackingPostgres, startPostgres, type Postgres } from "../support/postgres.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";

setDefaultTimeout(60_000);

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";
const CONFIG = "application/vnd.oci.image.config.v1+json";

type Headers_ = Record<string, string>;
type Rates = { limit: string | null; remaining: string | null; source: string | null };

const digestOf = (text: string) => `sha256:${new Bun.CryptoHasher("sha256").update(text).digest("hex")}`;
const basic = (name: string, password: string): Headers_ => ({ Authorization: `Basic ${btoa(`${name}:${password}`)}` });
const ADMIN = basic("grace", "correct horse battery");

function ask(berth: Berth, method: string, path: string, headers: Headers_ = {}, body?: string): Promise<Response> {
  return fetch(`${berth.url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
}

function ratesOf({ headers }: Response): Rates {
  return {
    limit: headers.get("ratelimit-limit"),
    remaining: headers.get("ratelimit-remaining"),
    source: headers.get("docker-ratelimit-source"),
  };
}

/** As those do who show what is left: `100;w=21600`. */
function leftOf(response: Response): number {
  const [, left, windowSeconds] = /^(\d+);w=(\d+)$/.exec(ratesOf(response).remaining ?? "") ?? [];
  expect(Number(windowSeconds)).toBeGreaterThan(0);
  return Number(left);
}

/** Pushes two images and an index of them under `multi`; the first is also `one`. Gives their digests. */
async function pushImages(berth: Berth, repository: string, headers: Headers_ = {}): Promise<string[]> {
  const digests: string[] = [];
  const manifests = [];
  for (const architecture of ["amd64", "arm64"]) {
    const config = JSON.stringify({ architecture, os: "linux" });
    const blob = await ask(
      berth,
      "POST",
      `/v2/${repository}/blobs/uploads/?digest=${digestOf(config)}`,
      headers,
      config,
    );
    expect(blob.status).toBe(201);
    const descriptor = { mediaType: CONFIG, digest: digestOf(config), size: config.length };
    const image = JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config: descriptor, layers: [] });
    const tag = architecture === "amd64" ? "one" : "two";
    const typed = { ...headers, "Content-Type": MANIFEST };
    expect((await ask(berth, "PUT", `/v2/${repository}/manifests/${tag}`, typed, image)).status).toBe(201);
    digests.push(digestOf(image));
    const size = image.length;
    manifests.push({ mediaType: MANIFEST, digest: digestOf(image), size, platform: { os: "linux", architecture } });
  }
  const index = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests });
  const typed = { ...headers, "Content-Type": INDEX };
  expect((await ask(berth, "PUT", `/v2/${repository}/manifests/multi`, typed, index)).status).toBe(201);
  return digests;
}

/** So many pulls, one after another; the statuses that there were. */
async function pull(berth: Berth, times: number, path: string, headers: Headers_ = {}): Promise<Set<number>> {
  const statuses = new Set<number>();
  for (let time = 0; time < times; time++) {
    const answer = await ask(berth, "GET", path, headers);
    await answer.arrayBuffer();
    statuses.add(answer.status);
  }
  return statuses;
}

/** A server with a plan of its own for strangers, for the time of `work`. */
async function withBerth(env: Record<string, string>, work: (berth: Berth) => Promise<void>): Promise<void> {
  const berth = await startBerth({ env: { BERTH_LIMITS_ENABLED: "true", ...env } });
  try {
    await work(berth);
  } finally {
    await berth.stop();
  }
}

const three = { BERTH_LIMITS_PLANS_ANONYMOUS_PULLS: "3" };

describe("pulls without a login", () => {
  test("100 in six hours as shipped: the 101st is refused in a way that clients understand", async () => {
    await withBerth({}, async (berth) => {
      await pushImages(berth, "team/app");
      expect(await pull(berth, 100, "/v2/team/app/manifests/one")).toEqual(new Set([200]));
      const refused = await ask(berth, "GET", "/v2/team/app/manifests/one");
      expect(refused.status).toBe(429);
      expect(ratesOf(refused)).toEqual({ limit: "100;w=21600", remaining: "0;w=21600", source: "127.0.0.1" });
      const seconds = Number(refused.headers.get("retry-after"));
      expect(seconds).toBeGreaterThan(21_500);
      expect(seconds).toBeLessThanOrEqual(21_600);
      // The shape of the specification's errors.
      const { errors } = (await refused.json()) as { errors: { code: string; message: string }[] };
      expect(errors[0]?.code).toBe("TOOMANYREQUESTS");
      expect(errors[0]?.message).toContain("100 pulls in 6 hours; log in (docker login)");
      // Pushing, and what is no pull, goes on.
      await pushImages(berth, "team/other");
      expect((await ask(berth, "HEAD", "/v2/team/app/manifests/one")).status).toBe(200);
      expect((await ask(berth, "GET", "/v2/team/app/tags/list")).status).toBe(200);
    });
  });

  test("HEAD, indexes, blobs, what is not there and what the client has are free; a digest and each platform count", async () => {
    await withBerth(three, async (berth) => {
      const [amd64, arm64] = await pushImages(berth, "team/app");
      const at = (reference: string) => `/v2/team/app/manifests/${reference}`;
      const free = [
        ["HEAD", at("one"), {}],
        ["HEAD", at(amd64!), {}],
        ["GET", at("multi"), {}],
        ["HEAD", at("multi"), {}],
        ["GET", at("one"), { "If-None-Match": `"${amd64}"` }],
        ["GET", at("absent"), {}],
        ["GET", `/v2/team/app/blobs/${digestOf(JSON.stringify({ architecture: "amd64", os: "linux" }))}`, {}],
      ] as const;
      for (const [method, path, headers] of free) await (await ask(berth, method, path, headers)).arrayBuffer();
      expect(leftOf(await ask(berth, "HEAD", at("one")))).toBe(3);
      // What an index shows says how much there is left, too.
      expect(leftOf(await ask(berth, "GET", at("multi")))).toBe(3);
      expect(leftOf(await ask(berth, "GET", at(amd64!)))).toBe(2);
      expect(leftOf(await ask(berth, "GET", at(arm64!)))).toBe(1);
      expect(leftOf(await ask(berth, "GET", at("one")))).toBe(0);
      expect((await ask(berth, "GET", at(arm64!))).status).toBe(429);
      expect((await ask(berth, "GET", at("multi"))).status).toBe(200);
      expect((await ask(berth, "GET", at("one"), { "If-None-Match": `"${amd64}"` })).status).toBe(304);
    });
  });

  test("a window that is over lets everything through again, and Retry-After says when", async () => {
    await withBerth({ ...three, BERTH_LIMITS_PLANS_ANONYMOUS_PULL_WINDOW_SECONDS: "2" }, async (berth) => {
      await pushImages(berth, "team/app");
      await pull(berth, 3, "/v2/team/app/manifests/one");
      const refused = await ask(berth, "GET", "/v2/team/app/manifests/one");
      expect(refused.status).toBe(429);
      const seconds = Number(refused.headers.get("retry-after"));
      expect([1, 2]).toContain(seconds);
      await Bun.sleep(seconds * 1_000);
      const answer = await ask(berth, "GET", "/v2/team/app/manifests/one");
      expect(answer.status).toBe(200);
      expect(ratesOf(answer).remaining).toBe("2;w=2");
    });
  });

  test("forwarded addresses of a peer that nobody trusts have no effect", async () => {
    await withBerth(three, async (berth) => {
      await pushImages(berth, "team/app");
      const statuses = [];
      for (let time = 0; time < 5; time++) {
        const forged = {
          "X-Forwarded-For": `198.51.100.${time}`,
          Forwarded: `for=198.51.100.${time}`,
          "X-Real-IP": "1.1.1.1",
        };
        const answer = await ask(berth, "GET", "/v2/team/app/manifests/one", forged);
        expect(ratesOf(answer).source).toBe("127.0.0.1");
        statuses.push(answer.status);
      }
      expect(statuses).toEqual([200, 200, 200, 429, 429]);
    });
  });

  test("behind a trusted proxy each address counts for itself, and an IPv6 network of 64 bits as one", async () => {
    await withBerth({ ...three, BERTH_HTTP_TRUSTED_PROXIES: "127.0.0.1" }, async (berth) => {
      await pushImages(berth, "team/app");
      const from = (address: string) =>
        ask(berth, "GET", "/v2/team/app/manifests/one", { "X-Forwarded-For": `203.0.113.9, ${address}` });
      for (const host of ["1", "2:3:4:5", "ffff:ffff:ffff:ffff"]) {
        const answer = await from(`2001:db8:1:2:${host.includes(":") ? host : `:${host}`}`);
        expect([answer.status, ratesOf(answer).source]).toEqual([200, "2001:db8:1:2::/64"]);
      }
      expect((await from("2001:db8:1:2::77")).status).toBe(429);
      expect((await from("2001:db8:1:3::77")).status).toBe(200);
      for (let time = 0; time < 3; time++) expect((await from("192.0.2.1")).status).toBe(200);
      expect((await from("192.0.2.1")).status).toBe(429);
      expect((await from("::ffff:192.0.2.1")).status).toBe(429);
      expect((await from("192.0.2.2")).status).toBe(200);
    });
  });

  test("a restart forgets nothing, a kill no more than a second", async () => {
    const directory = await makeTemporaryDirectory("limits");
    const start = () => startBerth({ dataDirectory: directory.path, env: { BERTH_LIMITS_ENABLED: "true" } });
    try {
      let berth = await start();
      await pushImages(berth, "team/app");
      await pull(berth, 10, "/v2/team/app/manifests/one");
      await berth.stop();
      berth = await start();
      expect(leftOf(await ask(berth, "HEAD", "/v2/team/app/manifests/one"))).toBe(90);
      await pull(berth, 10, "/v2/team/app/manifests/one");
      await Bun.sleep(1_500);
      await pull(berth, 1, "/v2/team/app/manifests/one");
      await berth.kill();
      berth = await start();
      const left = leftOf(await ask(berth, "HEAD", "/v2/team/app/manifests/one"));
      expect([79, 80]).toContain(left);
      await berth.stop();
    } finally {
      await directory.remove();
    }
  });

  test("nothing is counted and nothing said where limits are off, as they are unless told", async () => {
    const berth = await startBerth();
    try {
      await pushImages(berth, "team/app");
      expect(await pull(berth, 150, "/v2/team/app/manifests/one")).toEqual(new Set([200]));
      const answer = await ask(berth, "GET", "/v2/team/app/manifests/one");
      expect(ratesOf(answer)).toEqual({ limit: null, remaining: null, source: null });
    } finally {
      await berth.stop();
    }
  });
});

describe("accounts", () => {
  const people = ["ada", "bob", "cid"];
  const login = (name: string) => basic(name, `the password of ${name}`);
  let directory: TemporaryDirectory;
  let berth: Berth;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory("limits");
    const lines = people.map(
      (name) => `${name}:${Bun.password.hashSync(`the password of ${name}`, { algorithm: "bcrypt", cost: 4 })}`,
    );
    await writeFile(directory.join("htpasswd"), `${lines.join("\n")}\n`);
    berth = await startBerth({
      env: {
        BERTH_LIMITS_ENABLED: "true",
        BERTH_ADMIN_USERNAME: "grace",
        BERTH_ADMIN_PASSWORD: "correct horse battery",
        BERTH_AUTH_HTPASSWD_FILE: directory.join("htpasswd"),
        BERTH_LIMITS_PLANS_TINY_PULLS: "2",
        BERTH_LIMITS_PLANS_TINY_STORAGE_BYTES: "1000",
      },
    });
    for (const name of people) await pushImages(berth, `${name}/app`, login(name));
  });
  afterAll(async () => {
    await berth?.stop();
    await directory?.remove();
  });

  const setPlan = (path: string, plan: unknown, headers = ADMIN) =>
    ask(
      berth,
      "PUT",
      `/api/v1/${path}/plan`,
      { ...headers, "Content-Type": "application/json" },
      JSON.stringify({ plan }),
    );
  const json = async (response: Response | Promise<Response>) =>
    (await (await response).json()) as Record<string, unknown>;

  test("200 in six hours as shipped, for the account from wherever it pulls; another one has its own", async () => {
    const path = "/v2/ada/app/manifests/one";
    expect(await pull(berth, 200, path, login("ada"))).toEqual(new Set([200]));
    const refused = await ask(berth, "GET", path, login("ada"));
    expect(refused.status).toBe(429);
    expect(ratesOf(refused).limit).toBe("200;w=21600");
    expect(ratesOf(refused).source).toMatch(/^\d+$/);
    expect(await refused.text()).toContain("plan free of ada: 200 pulls in 6 hours; ask an administrator");
    expect((await ask(berth, "GET", "/v2/bob/app/manifests/one", login("bob"))).status).toBe(200);
  });

  test("another plan holds from the next pull on: Pro, Team and Business have no limit and say nothing", async () => {
    const path = "/v2/ada/app/manifests/one";
    for (const plan of ["pro", "team", "business"]) {
      expect((await setPlan("accounts/ada", plan)).status).toBe(200);
      const answer = await ask(berth, "GET", path, login("ada"));
      expect([answer.status, ratesOf(answer)]).toEqual([200, { limit: null, remaining: null, source: null }]);
      expect(await json(ask(berth, "GET", "/api/v1/account/usage", login("ada")))).toMatchObject({ pulls: null });
    }
    expect((await setPlan("accounts/ada", null)).status).toBe(200);
    expect((await ask(berth, "GET", path, login("ada"))).status).toBe(429);
  });

  test("everyone sees what they have used, and asking costs nothing", async () => {
    await setPlan("accounts/cid", "tiny");
    const usage = () => json(ask(berth, "GET", "/api/v1/account/usage", login("cid")));
    expect(await usage()).toMatchObject({
      account: "cid",
      isEnforced: true,
      plan: { name: "tiny", pulls: 2, pullWindowSeconds: 21_600, storageBytes: 1_000, members: null },
      pulls: { limit: 2, remaining: 2, windowSeconds: 21_600 },
    });
    await pull(berth, 1, "/v2/cid/app/manifests/one", login("cid"));
    expect(await usage()).toMatchObject({ pulls: { remaining: 1 } });
    expect(await usage()).toMatchObject({ pulls: { remaining: 1, resetsAt: expect.stringMatching(/^20.*Z$/) } });
    const namespace = await json(ask(berth, "GET", "/api/v1/namespaces/cid/usage", login("cid")));
    expect(namespace).toMatchObject({ namespace: "cid", plan: { name: "tiny" }, members: 0 });
    expect(namespace["privateRepositories"]).toBe(1);
  });

  test("storage of a namespace: what its plan has no room for is refused, and shown", async () => {
    await setPlan("namespaces/bob", "tiny");
    const push = (text: string) =>
      ask(berth, "POST", `/v2/bob/app/blobs/uploads/?digest=${digestOf(text)}`, login("bob"), text);
    expect((await push("a".repeat(600))).status).toBe(201);
    const refused = await push("b".repeat(600));
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain("its plan tiny allows");
    const usage = await json(ask(berth, "GET", "/api/v1/namespaces/bob/usage", login("bob")));
    expect(Number(usage["storageBytes"])).toBeGreaterThanOrEqual(600);
    expect(Number(usage["storageBytes"])).toBeLessThanOrEqual(1_000);
    await setPlan("namespaces/bob", null);
  });

  test("plans are set by administrators alone, and usage is seen by whom it is about", async () => {
    const missing = await ask(berth, "GET", "/api/v1/namespaces/nobody/usage", login("ada"));
    const foreign = await ask(berth, "GET", "/api/v1/namespaces/bob/usage", login("ada"));
    expect(foreign.status).toBe(missing.status);
    const strip = async (response: Response, name: string) =>
      (await response.text()).replaceAll(name, "X").replace(/"requestId":"[^"]*"/, "");
    expect(await strip(foreign, "bob")).toBe(await strip(missing, "nobody"));
    for (const path of ["accounts/ada", "accounts/bob", "accounts/nobody", "namespaces/ada", "namespaces/nobody"]) {
      expect([path, (await setPlan(path, "business", login("ada"))).status]).toEqual([path, 403]);
      expect([path, (await setPlan(path, "business", {})).status]).toEqual([path, 401]);
    }
    for (const path of ["account/usage", "plans", "namespaces/ada/usage"]) {
      expect([path, (await ask(berth, "GET", `/api/v1/${path}`)).status]).toEqual([path, 401]);
    }
    expect((await ask(berth, "GET", "/api/v1/namespaces/bob/usage", ADMIN)).status).toBe(200);
    expect((await setPlan("accounts/nobody", "pro")).status).toBe(404);
    expect((await setPlan("namespaces/nobody", "pro")).status).toBe(404);
  });

  test("a plan that there is not, and fields that are not declared, are refused", async () => {
    for (const plan of [
      "platinum",
      "",
      "PRO",
      "a".repeat(40),
      7,
      ["pro"],
      { name: "pro" },
      "pro'; drop table accounts",
    ]) {
      const answer = await setPlan("accounts/bob", plan);
      expect([plan, answer.status]).toEqual([plan, 400]);
    }
    const more = JSON.stringify({ plan: "pro", systemRole: "administrator" });
    const typed = { ...ADMIN, "Content-Type": "application/json" };
    expect((await ask(berth, "PUT", "/api/v1/accounts/bob/plan", typed, more)).status).toBe(400);
    const { plans } = (await json(ask(berth, "GET", "/api/v1/plans", login("bob")))) as { plans: { name: string }[] };
    expect(plans.map(({ name }) => name)).toEqual(["anonymous", "free", "pro", "team", "business", "tiny"]);
  });
});

describe("organisations", () => {
  const people = ["ada", "bob", "cid"];
  const login = (name: string) => basic(name, `the password of ${name}`);
  let directory: TemporaryDirectory;
  let berth: Berth;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory("limits");
    const lines = people.map(
      (name) => `${name}:${Bun.password.hashSync(`the password of ${name}`, { algorithm: "bcrypt", cost: 4 })}`,
    );
    await writeFile(directory.join("htpasswd"), `${lines.join("\n")}\n`);
    berth = await startBerth({
      env: {
        BERTH_LIMITS_ENABLED: "true",
        BERTH_ADMIN_USERNAME: "grace",
        BERTH_ADMIN_PASSWORD: "correct horse battery",
        BERTH_AUTH_HTPASSWD_FILE: directory.join("htpasswd"),
        BERTH_LIMITS_PLANS_DUO_MEMBERS: "2",
        BERTH_LIMITS_PLANS_DUO_PRIVATE_REPOSITORIES: "2",
      },
    });
    // Accounts come into being with the first login.
    for (const name of people) await ask(berth, "GET", "/v2/", login(name));
  });
  afterAll(async () => {
    await berth?.stop();
    await directory?.remove();
  });

  const send = (method: string, path: string, who: string, body: object) => {
    const headers = who === "grace" ? ADMIN : login(who);
    return ask(
      berth,
      method,
      `/api/v1/${path}`,
      { ...headers, "Content-Type": "application/json" },
      JSON.stringify(body),
    );
  };
  const makeOrganisation = async (name: string, plan: string | null) => {
    expect((await send("POST", "namespaces", "ada", { name })).status).toBe(201);
    expect((await send("PUT", `namespaces/${name}/plan`, "grace", { plan })).status).toBe(200);
  };
  const add = (namespace: string, member: string) =>
    send("PUT", `namespaces/${namespace}/members/${member}`, "ada", { role: "member" });
  const make = (name: string, visibility: string) => send("POST", "repositories", "ada", { name, visibility });

  test("members: as many as the plan has, owners included; changing one's role and removing one needs no room", async () => {
    await makeOrganisation("duo", "duo");
    expect((await add("duo", "bob")).status).toBe(200);
    const refused = await add("duo", "cid");
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain("duo has 2 members, and its plan duo allows 2");
    expect((await send("PUT", "namespaces/duo/members/bob", "ada", { role: "owner" })).status).toBe(200);
    expect((await ask(berth, "DELETE", "/api/v1/namespaces/duo/members/bob", login("ada"))).status).toBe(204);
    expect((await add("duo", "cid")).status).toBe(200);
    const usage = await ask(berth, "GET", "/api/v1/namespaces/duo/usage", login("cid"));
    expect(await usage.json()).toMatchObject({ members: 2, privateRepositories: 0, plan: { name: "duo", members: 2 } });
  });

  test("as shipped a free or Pro organisation is its owner's alone, Team has 100 members, Business any number", async () => {
    for (const plan of [null, "pro"]) {
      const name = `solo-${plan ?? "free"}`;
      await makeOrganisation(name, plan);
      expect(await (await add(name, "bob")).text()).toContain("has 1 member, and its plan");
      expect((await send("PUT", `namespaces/${name}/plan`, "grace", { plan: "team" })).status).toBe(200);
      expect((await add(name, "bob")).status).toBe(200);
    }
  });

  test("private repositories: made, changed to it, or begun as such by a push, no more than the plan has", async () => {
    await makeOrganisation("vault", "duo");
    expect((await make("vault/one", "private")).status).toBe(201);
    expect((await make("vault/open", "public")).status).toBe(201);
    await pushImages(berth, "vault/two", login("ada"));
    for (const refused of [
      await make("vault/three", "private"),
      await send("PATCH", "repositories/vault/open", "ada", { visibility: "private" }),
      await ask(berth, "POST", `/v2/vault/three/blobs/uploads/?digest=${digestOf("x")}`, login("ada"), "x"),
    ]) {
      expect(refused.status).toBe(403);
      expect(await refused.text()).toContain("vault has 2 private repositories, and its plan duo allows 2");
    }
    // What is there goes on, and what is public is not counted.
    await pushImages(berth, "vault/one", login("ada"));
    await pushImages(berth, "vault/open", login("ada"));
    expect((await send("PATCH", "repositories/vault/one", "ada", { visibility: "public" })).status).toBe(200);
    expect((await make("vault/three", "private")).status).toBe(201);
  });

  test("as shipped a free account has one private repository, Pro any number", async () => {
    await pushImages(berth, "bob/first", login("bob"));
    const push = () => ask(berth, "POST", `/v2/bob/second/blobs/uploads/?digest=${digestOf("x")}`, login("bob"), "x");
    expect(await (await push()).text()).toContain("bob has 1 private repository, and its plan free allows 1");
    expect((await send("PUT", "accounts/bob/plan", "grace", { plan: "pro" })).status).toBe(200);
    expect((await push()).status).toBe(201);
  });

  test("of many pushes at once exactly as many repositories come into being as there is room for", async () => {
    await makeOrganisation("rush", "duo");
    const push = (name: string) =>
      ask(berth, "POST", `/v2/rush/${name}/blobs/uploads/?digest=${digestOf("x")}`, login("ada"), "x");
    const statuses = await Promise.all(
      ["a", "b", "c", "d", "e", "a", "b"].map(async (name) => (await push(name)).status),
    );
    expect(new Set(statuses)).toEqual(new Set([201, 403]));
    const { privateRepositories } = (await (
      await ask(berth, "GET", "/api/v1/namespaces/rush/usage", ADMIN)
    ).json()) as { privateRepositories: number };
    expect(privateRepositories).toBe(2);
  });
});

describe("several processes on one PostgreSQL", () => {
  const reason = lackingPostgres();
  if (reason !== null) console.error(`skip: several processes on one PostgreSQL: ${reason}`);
  let postgres: Postgres | null = null;
  const nodes: Berth[] = [];
  afterAll(async () => {
    await Promise.allSettled(nodes.map((it) => it.stop()));
    await postgres?.stop();
  });

  test.skipIf(reason !== null)("they count together", async () => {
    const server = (postgres = await startPostgres());
    const url = await server.createDatabase();
    const directory = await makeTemporaryDirectory("limits");
    try {
      for (let node = 0; node < 2; node++) {
        const env = {
          BERTH_LIMITS_ENABLED: "true",
          BERTH_LIMITS_PLANS_ANONYMOUS_PULLS: "20",
          BERTH_DATABASE_DRIVER: "postgres",
          BERTH_DATABASE_URL: url,
          BERTH_STORAGE_DIRECTORY: directory.join("blobs"),
        };
        nodes.push(await startBerth({ env }));
      }
      const [one, two] = nodes as [Berth, Berth];
      await pushImages(one, "team/app");
      const path = "/v2/team/app/manifests/one";
      expect(await pull(one, 8, path)).toEqual(new Set([200]));
      expect(await pull(two, 8, path)).toEqual(new Set([200]));
      await Bun.sleep(2_500);
      expect(leftOf(await ask(one, "HEAD", path))).toBe(4);
      expect(leftOf(await ask(two, "HEAD", path))).toBe(4);
      expect(await pull(two, 4, path)).toEqual(new Set([200]));
      await Bun.sleep(2_500);
      for (const node of nodes) expect((await ask(node, "GET", path)).status).toBe(429);
    } finally {
      await directory.remove();
    }
  });
});
