// What a credential was not made for it does not do: tokens for pulls, robots' tokens and the registry's short-lived ones change
// nothing of an account, an organisation or a repository's settings, even where their account may.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { basic, makeAcme, openAccessRegistry, PASSWORD, type AccessRegistry } from "../../support/access.ts";

setDefaultTimeout(60_000);

const CHANGES: readonly (readonly [method: string, path: string, body?: object])[] = [
  ["PATCH", "/api/v1/account", { displayName: "x" }],
  ["POST", "/api/v1/account/tokens", { name: "another", scopes: null, expiresAt: null }],
  ["POST", "/api/v1/account/password", { oldPassword: PASSWORD, newPassword: "quite another long phrase" }],
  ["DELETE", "/api/v1/account/tokens/1"],
  ["DELETE", "/api/v1/account/sessions"],
  ["DELETE", "/api/v1/account/sessions/1"],
  ["POST", "/api/v1/account/factors/totp"],
  ["DELETE", "/api/v1/account/factors/totp"],
  ["POST", "/api/v1/account/factors/passkeys/options"],
  ["POST", "/api/v1/account/factors/backup-codes"],
  ["POST", "/api/v1/session/proof", { password: PASSWORD }],
  ["POST", "/api/v1/namespaces", { name: "made-up" }],
  ["PATCH", "/api/v1/namespaces/acme", { description: "x" }],
  ["DELETE", "/api/v1/namespaces/acme/members/bob"],
  ["POST", "/api/v1/namespaces/acme/teams", { name: "made-up" }],
  ["POST", "/api/v1/namespaces/acme/robots", { name: "made-up" }],
  ["POST", "/api/v1/repositories", { name: "ann/made-up" }],
  ["PATCH", "/api/v1/repositories/acme/api", { visibility: "public" }],
  ["DELETE", "/api/v1/repositories/acme/api"],
  ["PUT", "/api/v1/repositories/acme/site/-/star"],
];

let registry: AccessRegistry;
let credentials: Record<string, Record<string, string>>;

beforeAll(async () => {
  registry = await openAccessRegistry();
  await makeAcme(registry);
  const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
  const query = new URLSearchParams({ service: "berth", scope: "repository:acme/api:*" });
  const issued = await fetch(`${registry.url}/token?${query.toString()}`, { headers: basic("ann") });
  const jwt = ((await issued.json()) as { token: string }).token;
  const pull = await registry.addToken("ann", { scopes: [{ actions: ["pull"], pattern: "*" }] });
  const all = await registry.addToken("ann", { scopes: [{ actions: ["pull", "push", "delete"], pattern: "*" }] });
  credentials = {
    "a token for pulls": bearer(pull),
    "the same as a password": basic("ann", pull),
    "a token for pushes and deletes": bearer(all),
    "a robot's token": bearer(await registry.addToken("acme-ci", { kind: "robot" })),
    "a short-lived token": bearer(jwt),
    "the token that a client keeps of a login": bearer(await registry.addToken("ann", { kind: "refresh" })),
    nothing: {},
  };
});
afterAll(() => registry.close());

const ask = async (method: string, path: string, as: Record<string, string>, body?: object) => {
  const headers = { ...as, ...(body === undefined ? {} : { "content-type": "application/json" }) };
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const response = await fetch(registry.url + path, init);
  return { status: response.status, text: await response.text() };
};

for (const [method, path, body] of CHANGES) {
  test(`${method} ${path} is refused to each of them`, async () => {
    for (const [name, as] of Object.entries(credentials)) {
      const { status } = await ask(method, path, as, body);
      expect([name, [401, 403].includes(status) ? "refused" : status]).toEqual([name, "refused"]);
    }
  });
}

test("a short-lived token for a repository tells nothing of its account", async () => {
  for (const path of ["", "/tokens", "/sessions", "/identities", "/factors", "/usage"]) {
    const { status } = await ask("GET", `/api/v1/account${path}`, credentials["a short-lived token"] ?? {});
    expect([path, status]).toEqual([path, 403]);
  }
});

test("the account is as it was", async () => {
  expect((await ask("GET", "/v2/acme/api/manifests/1", basic("ann"))).status).toBe(200);
  expect((await ask("GET", "/v2/acme/api/manifests/1", {})).status).toBe(401);
  expect(await registry.find("select count(*) from tokens where name = 'another'")).toBe(0);
  expect(
    await registry.find(
      "select count(*) from members where namespace_id = (select id from namespaces where name = 'acme')",
    ),
  ).toBe(4);
});

test("a token is a ceiling: what its account may no longer do, it may not either", async () => {
  const token = await registry.addToken("carl", { scopes: [{ actions: ["pull", "push"], pattern: "acme/*" }] });
  const push = async () => (await ask("POST", "/v2/acme/api/blobs/uploads/", basic("carl", token))).status;
  expect(await push()).toBe(202);
  await registry.change("delete from grants where team_id = (select id from teams where name = 'dev')");
  expect(await push()).toBe(403);
});
