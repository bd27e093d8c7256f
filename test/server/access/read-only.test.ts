// A read-only registry (storage.readonly) changes nothing over the hub API either, but for what lets people in and shuts them out.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { basic, claim, openAccessRegistry, PASSWORD, type AccessRegistry } from "../../support/access.ts";

setDefaultTimeout(60_000);

/** What goes on, by id. Every other change is refused, also one that nobody thought of. */
const GO_ON = [
  "accountSessions.delete",
  "accountSessions.deleteOthers",
  "accountTokens.delete",
  "accounts.deleteSession",
  "accounts.deleteToken",
  "accounts.revoke",
  "accounts.update",
  "invitations.show",
  "loginMethods.chooseName",
  "robots.revokeToken",
  "session.create",
  "session.delete",
  "session.passkey",
  "session.passkeyOptions",
  "session.proofOptions",
  "session.prove",
  "session.secondFactor",
  "session.secondFactorOptions",
];

let registry: AccessRegistry;

beforeAll(async () => {
  registry = await openAccessRegistry({ environment: { BERTH_STORAGE_READONLY: "true" } });
  await claim(registry);
  await registry.addPerson("ann");
  await registry.addOrganisation("acme", "ann");
});
afterAll(() => registry.close());

async function ask(method: string, path: string, headers: Record<string, string>, body?: object) {
  const json = body === undefined ? {} : { "content-type": "application/json" };
  const init = {
    method,
    headers: { ...headers, ...json },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  const response = await fetch(registry.url + path, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

test("every change over the hub API is refused to everyone, but for those that go on", async () => {
  const going: string[] = [];
  for (const { id, method, path } of registry.app.router.routes) {
    if (method === "GET" || !path.startsWith("/api/")) continue;
    const filled = path.replace("<namespace>", "acme").replaceAll(/<\w+>/g, "1");
    const answers = [];
    for (const as of [basic("root"), basic("ann"), {}]) answers.push(await ask(method, filled, as));
    if (answers.every(({ status }) => status !== 503)) going.push(id);
    else {
      for (const { status, headers, text } of answers) {
        expect([id, status, headers.get("content-type")]).toEqual([id, 503, "application/problem+json"]);
        expect(text).toContain("storage.readonly is true");
      }
    }
  }
  expect(going.sort()).toEqual(GO_ON.toSorted());
});

test("people come in, read, are shut out, and make nothing", async () => {
  const login = await ask("POST", "/api/v1/session", {}, { name: "ann", password: PASSWORD });
  expect([login.status, login.headers.get("set-cookie") !== null]).toEqual([200, true]);
  const cookie = login.headers.get("set-cookie")?.split(";")[0] ?? "";
  expect((await ask("GET", "/api/v1/namespaces/acme/grants", { cookie })).status).toBe(200);
  const made = await ask("POST", "/api/v1/namespaces", { cookie, origin: registry.url }, { name: "other" });
  expect(made.status).toBe(503);
  expect(await registry.find("select count(*) from namespaces where name = 'other'")).toBe(0);
  expect((await ask("PUT", "/v2/acme/api/manifests/1", basic("ann"), {})).status).toBe(503);
  const token = basic("ann", await registry.addToken("ann"));
  expect((await ask("GET", "/api/v1/account", token)).status).toBe(200);
  expect((await ask("DELETE", "/api/v1/accounts/ann/credentials", basic("root"))).status).toBe(204);
  expect((await ask("GET", "/api/v1/account", token)).status).toBe(401);
  expect((await ask("PATCH", "/api/v1/accounts/ann", basic("root"), { isDisabled: true })).status).toBe(200);
  expect((await ask("GET", "/api/v1/account", basic("ann"))).status).toBe(401);
});
