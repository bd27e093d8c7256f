// A CI's own token becomes a robot under a trust rule, over HTTP; and every token that must not.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { decodeJwt } from "jose";
import { type AccessRegistry, basic, makeAcme, openAccessRegistry } from "../../support/access.ts";
import { startTokenIssuer, type TokenIssuer } from "../../support/token-issuer.ts";

const AUDIENCE = "berth.example";
const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWT = "urn:ietf:params:oauth:token-type:jwt";
const SCOPE = "repository:acme/api:pull,push";

let issuer: TokenIssuer;
let stranger: TokenIssuer;
let registry: AccessRegistry;
let robot = 0;
let rule = 0;

beforeAll(async () => {
  [issuer, stranger] = await Promise.all([startTokenIssuer(), startTokenIssuer()]);
  registry = await openAccessRegistry({ environment: { BERTH_AUTH_WORKLOAD_ISSUERS: `[${issuer.issuer}]` } });
  await makeAcme(registry);
  robot = await registry.find("select id from accounts where name = 'acme-ci'");
});

afterAll(async () => {
  await registry.close();
  await Promise.all([issuer.stop(), stranger.stop()]);
});

beforeEach(async () => {
  await registry.change("delete from trust_rules");
  rule = await addRule();
});

async function addRule(
  accountId = robot,
  conditions: Record<string, string> = { sub: "repo:acme/*:ref:refs/heads/main" },
) {
  const { trustRules } = registry.app.auth;
  const made = await registry.database.write((trx) =>
    trustRules.create(trx, accountId, { name: "ci", issuer: issuer.issuer, audience: AUDIENCE, conditions }),
  );
  return made.id;
}

function claimsOf(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: issuer.issuer,
    aud: AUDIENCE,
    sub: "repo:acme/api:ref:refs/heads/main",
    iat: now,
    nbf: now,
    exp: now + 300,
    ...changes,
  };
}

const sign = (changes: Record<string, unknown> = {}) => issuer.sign(claimsOf(changes));

async function exchange(form: Record<string, string>): Promise<{ status: number; body: Record<string, unknown> }> {
  const fields = { grant_type: EXCHANGE, subject_token_type: JWT, scope: SCOPE, ...form };
  const response = await fetch(`${registry.url}/token`, { method: "POST", body: new URLSearchParams(fields) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const pull = (headers: Record<string, string>) =>
  fetch(`${registry.url}/v2/acme/api/manifests/1`, { headers, method: "HEAD" }).then((it) => it.status);

const bearer = (body: Record<string, unknown>) => ({ authorization: `Bearer ${String(body["access_token"])}` });

describe("tokens that are nobody's", () => {
  const now = Math.floor(Date.now() / 1000);
  test.each<[string, () => Promise<string>]>([
    ["empty", async () => ""],
    ["no token", async () => "eyJhbGciOiJub25lIn0.e30."],
    ["another job", () => sign({ sub: "repo:acme/api:ref:refs/heads/other" })],
    ["another project whose name begins alike", () => sign({ sub: "repo:acme-evil/api:ref:refs/heads/main" })],
    ["a subject that ends in the pattern's words", () => sign({ sub: "xrepo:acme/api:ref:refs/heads/main" })],
    ["a subject that is a list", () => sign({ sub: ["repo:acme/api:ref:refs/heads/main"] })],
    ["another audience", () => sign({ aud: "https://other.example" })],
    ["two audiences", () => sign({ aud: [AUDIENCE, "https://other.example"] })],
    ["expired", () => sign({ iat: now - 600, nbf: now - 600, exp: now - 300 })],
    ["from tomorrow", () => sign({ iat: now + 86_400, nbf: now + 86_400, exp: now + 86_500 })],
    ["of a month", () => sign({ exp: now + 30 * 86_400 })],
    ["without an end", () => sign({ exp: undefined })],
    ["of an issuer that is not allowed", () => stranger.sign(claimsOf({ iss: stranger.issuer }))],
    ["signed by somebody else", () => stranger.sign(claimsOf())],
    ["the registry's own", async () => String((await exchange({ subject_token: await sign() })).body["access_token"])],
    [
      "changed after it was signed",
      async () => {
        const [head, , tail] = (await sign({ sub: "x" })).split(".");
        return [head, Buffer.from(JSON.stringify(claimsOf())).toString("base64url"), tail].join(".");
      },
    ],
    ["unsigned", async () => `${Buffer.from('{"alg":"none"}').toString("base64url")}.${(await sign()).split(".")[1]}.`],
    ["longer than it may be", () => sign({ pad: "x".repeat(20_000) })],
  ])("%s", async (_, make) => {
    const text = await make();
    const asked = stranger.requests.length;
    for (const form of [{ subject_token: text }, { subject_token: text, account: "acme-ci" }]) {
      const { status, body } = await exchange(form);
      expect(status).toBe(401);
      expect(JSON.stringify(body)).not.toContain("access_token");
    }
    // A header can be too long for the server before it is for us.
    expect([401, 431]).toContain(await pull(basic("acme-ci", text)));
    expect(stranger.requests.length).toBe(asked);
  });

  test("a right one, as somebody else: a person, a robot without rules, nobody, injection", async () => {
    await registry.addRobot("other-ci", "acme").catch(() => 0);
    const text = await sign();
    for (const account of ["ann", "root", "other-ci", "nobody", "", "acme-ci' or 1=1 --", "x".repeat(5_000)]) {
      expect((await exchange({ subject_token: text, account })).status).toBe(401);
      expect(await pull(basic(account, text))).toBeGreaterThanOrEqual(400);
    }
  });

  test("the wrong type, and none", async () => {
    const subject_token = await sign();
    for (const type of ["", "urn:ietf:params:oauth:token-type:saml2"]) {
      expect((await exchange({ subject_token, subject_token_type: type })).status).toBe(400);
    }
  });
});

describe("rules", () => {
  test.each<[string, Partial<Parameters<AccessRegistry["app"]["auth"]["trustRules"]["create"]>[2]>]>([
    ["an issuer that is not allowed", { issuer: "https://evil.example" }],
    ["the cloud's own address", { issuer: "http://169.254.169.254" }],
    ["no name", { name: "" }],
    ["no audience", { audience: "" }],
    ["no conditions", { conditions: {} }],
    ["conditions that everything fits", { conditions: { sub: "*", ref: "***" } }],
    ["an empty pattern", { conditions: { sub: "" } }],
    ["NUL", { conditions: { sub: "a\0" } }],
    ["a long pattern", { conditions: { sub: "x".repeat(513) } }],
    ["many conditions", { conditions: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`c${i}`, "x"])) }],
  ])("with %s are refused", async (_, changes) => {
    const least = { name: "ci", issuer: issuer.issuer, audience: AUDIENCE, conditions: { sub: "a" } };
    const made = registry.database.write((trx) =>
      registry.app.auth.trustRules.create(trx, robot, { ...least, ...changes }),
    );
    await expect(made).rejects.toMatchObject({ code: "REQUEST_INVALID" });
  });

  test("50 of a robot, and no more; another robot's is not deleted", async () => {
    for (let index = 1; index < 50; index += 1) await addRule(robot, { sub: `x${index}` });
    await expect(addRule()).rejects.toMatchObject({ code: "CONFLICT" });
    const { trustRules } = registry.app.auth;
    expect(await trustRules.list(robot)).toHaveLength(50);
    expect(await registry.database.write((trx) => trustRules.delete(trx, robot + 1, rule))).toBe(false);
    expect(await trustRules.find(rule)).toMatchObject({ id: rule, accountId: robot });
  });
});

describe("endpoints", () => {
  const path = (robotName = "acme-ci", namespace = "acme") =>
    `${registry.url}/api/v1/namespaces/${namespace}/robots/${robotName}/trust-rules`;
  const least = () => ({ name: "ci", issuer: issuer.issuer, audience: AUDIENCE, conditions: { sub: "repo:acme/*" } });
  const ask = async (who: string | null, method: string, url: string, body?: object) => {
    const headers = { "content-type": "application/json", ...(who === null ? {} : basic(who)) };
    const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    const response = await fetch(url, init);
    const text = await response.text();
    return { status: response.status, body: (text === "" ? {} : JSON.parse(text)) as Record<string, unknown> };
  };

  test("an owner makes, lists and deletes rules", async () => {
    const made = await ask("ann", "POST", path(), least());
    expect(made).toMatchObject({ status: 201, body: least() });
    const listed = await ask("ann", "GET", path());
    expect(listed.body["items"]).toMatchObject([{ id: String(rule) }, { id: made.body["id"] }]);
    expect((await ask("ann", "DELETE", `${path()}/${String(made.body["id"])}`)).status).toBe(204);
    expect((await ask("ann", "DELETE", `${path()}/${String(made.body["id"])}`)).status).toBe(404);
  });

  test("nobody else does: outsiders, members, strangers, robots, owners of another organisation", async () => {
    await registry.addOrganisation("evil", "zoe");
    const evil = await registry.addRobot("evil-ci", "evil");
    const theirs = await addRule(evil);
    for (const who of ["zoe", "bob", "carl", "mia", null]) {
      for (const [method, url, body] of [
        ["GET", path(), undefined],
        ["POST", path(), least()],
        ["DELETE", `${path()}/${rule}`, undefined],
      ] as const) {
        expect([who, method, [401, 403, 404].includes((await ask(who, method, url, body)).status)]).toEqual([
          who,
          method,
          true,
        ]);
      }
    }
    // A robot, and a rule, of the other organisation under one's own path.
    expect((await ask("zoe", "POST", path("acme-ci", "evil"), least())).status).toBe(404);
    expect((await ask("zoe", "DELETE", `${path("acme-ci", "evil")}/${rule}`)).status).toBe(404);
    expect((await ask("zoe", "DELETE", `${path("evil-ci", "evil")}/${rule}`)).status).toBe(404);
    // A person in a robot's place.
    expect((await ask("ann", "POST", path("ann"), least())).status).toBe(404);
    expect((await ask("zoe", "DELETE", `${path("evil-ci", "evil")}/${theirs}`)).status).toBe(204);
    expect(await registry.app.auth.trustRules.find(rule)).not.toBeNull();
  });

  test("fields that there are not, and values that may not be", async () => {
    for (const changes of [
      { accountId: 1 },
      { issuer: "https://evil.example" },
      { issuer: "file:///etc/passwd" },
      { conditions: {} },
      { conditions: { sub: "*" } },
      { conditions: { sub: 1 } },
      { conditions: ["sub"] },
      { audience: "" },
      { name: "x".repeat(101) },
    ]) {
      expect([changes, (await ask("ann", "POST", path(), { ...least(), ...changes })).status]).toEqual([changes, 400]);
    }
    expect((await ask("ann", "DELETE", `${path()}/1%20or%201=1`)).status).toBe(400);
  });
});

test("a token that fits is a registry token of the robot's, within its rights", async () => {
  const { status, body } = await exchange({ subject_token: await sign() });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    token_type: "Bearer",
    issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
    scope: SCOPE,
  });
  expect(body["refresh_token"]).toBeUndefined();
  expect(decodeJwt(String(body["access_token"])).sub).toBe("acme-ci");
  expect(await pull(bearer(body))).toBe(200);
  const other = await exchange({ subject_token: await sign(), scope: "repository:zoe/own:pull,push" });
  expect([other.status, other.body["scope"]]).toEqual([200, ""]);
});

test("docker login: the robot's name, and the CI's token as its password; offline tokens are not given", async () => {
  const text = await sign();
  expect(await pull(basic("acme-ci", text))).toBe(200);
  expect(await pull(basic("Acme-CI", text))).toBe(200);
  const url = `${registry.url}/token?offline_token=true&scope=${encodeURIComponent(SCOPE)}`;
  const body = (await (await fetch(url, { headers: basic("acme-ci", text) })).json()) as Record<string, unknown>;
  expect(body["refresh_token"]).toBeUndefined();
  expect(await pull(bearer(body))).toBe(200);
});

test("a rule that is deleted, a robot that is disabled: what was got ends at once", async () => {
  const { body } = await exchange({ subject_token: await sign() });
  const text = await sign();
  expect([await pull(bearer(body)), await pull(basic("acme-ci", text))]).toEqual([200, 200]);
  await registry.change(`update accounts set disabled_at = 1 where id = ${robot}`);
  expect([await pull(bearer(body)), await pull(basic("acme-ci", text))]).toEqual([401, 401]);
  await registry.change(`update accounts set disabled_at = null where id = ${robot}`);
  expect([await pull(bearer(body)), await pull(basic("acme-ci", text))]).toEqual([200, 200]);
  const { trustRules } = registry.app.auth;
  expect(await registry.database.write((trx) => trustRules.delete(trx, robot, rule))).toBe(true);
  expect([await pull(bearer(body)), await pull(basic("acme-ci", text))]).toEqual([401, 401]);
  // A rule that says the same is another one.
  await addRule();
  expect([await pull(bearer(body)), await pull(basic("acme-ci", text))]).toEqual([401, 200]);
});

test("two rules of one robot are no doubt; those of two robots are, unless one is named", async () => {
  await addRule(robot, { sub: "repo:acme/*" });
  expect((await exchange({ subject_token: await sign() })).status).toBe(200);
  const second = await registry.addRobot("second-ci", "acme");
  await addRule(second, { sub: "repo:acme/*" });
  const doubtful = await exchange({ subject_token: await sign() });
  expect([doubtful.status, JSON.stringify(doubtful.body)]).toEqual([400, expect.stringContaining("several robots")]);
  for (const account of ["acme-ci", "second-ci"]) {
    const { status, body } = await exchange({ subject_token: await sign(), account });
    expect([status, decodeJwt(String(body["access_token"])).sub]).toEqual([200, account]);
  }
});

test("an issuer that does not answer is no wrong password", async () => {
  const lost = await startTokenIssuer();
  const other = await openAccessRegistry({ environment: { BERTH_AUTH_WORKLOAD_ISSUERS: lost.issuer } });
  try {
    await makeAcme(other);
    const id = await other.find("select id from accounts where name = 'acme-ci'");
    const { trustRules } = other.app.auth;
    const least = { name: "ci", issuer: lost.issuer, audience: AUDIENCE, conditions: { sub: "a" } };
    await other.database.write((trx) => trustRules.create(trx, id, least));
    const text = await lost.sign(claimsOf({ iss: lost.issuer, sub: "a" }));
    await lost.stop();
    const response = await fetch(`${other.url}/v2/`, { headers: basic("acme-ci", text) });
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "10"]);
  } finally {
    await other.close();
  }
});
