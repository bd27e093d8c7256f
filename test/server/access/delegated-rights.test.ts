// A right on one repository, an invitation, a token: none of them reaches further than it was given for, and none of them tells
// what its holder may not see.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { basic, makeAcme, openAccessRegistry, type AccessRegistry } from "../../support/access.ts";

setDefaultTimeout(60_000);

let registry: AccessRegistry;

beforeAll(async () => {
  registry = await openAccessRegistry();
  await makeAcme(registry);
});
afterAll(() => registry.close());

const ask = async (who: string | null, method: string, path: string, body?: object) => {
  const headers = {
    ...(who === null ? {} : basic(who)),
    ...(body === undefined ? {} : { "content-type": "application/json" }),
  };
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const response = await fetch(registry.url + path, init);
  const text = await response.text();
  return { status: response.status, body: (text === "" ? {} : JSON.parse(text)) as Record<string, unknown> };
};

/** What a token says that it is for; whoever has it can read that. */
const accessOf = async (who: string | null, name: string): Promise<string> => {
  const { body } = await ask(who, "GET", `/token?scope=repository:${name}:pull,push`);
  const [, claims = ""] = String(body["token"]).split(".");
  const { access } = JSON.parse(Buffer.from(claims, "base64url").toString()) as { access: unknown };
  return JSON.stringify(access).replaceAll(name, "NAME");
};

test("a token tells nothing of what its holder may not see, not even what it is called now", async () => {
  const made = await ask("ann", "POST", "/api/v1/repositories", { name: "acme/plain-name" });
  expect(made.status).toBe(201);
  const renamed = await ask("ann", "POST", "/api/v1/repositories/acme/plain-name/-/rename", { name: "acme/merger" });
  expect(renamed.status).toBe(200);
  for (const who of [null, "zoe"]) {
    const nothing = await accessOf(who, "acme/never-was");
    for (const name of ["acme/merger", "acme/plain-name", "acme/api", "nobody/never-was"]) {
      expect([name, await accessOf(who, name)]).toEqual([name, nothing]);
    }
  }
  expect(await accessOf("ann", "acme/merger")).toContain('"push"');
});

test("who administers one repository has none of the namespace's other names, and cannot take it away", async () => {
  expect((await ask("ann", "POST", "/api/v1/repositories", { name: "acme/lent" })).status).toBe(201);
  await registry.grant("acme", "zoe", "admin", "acme/lent");
  const path = "/api/v1/repositories/acme/lent/-";
  expect((await ask("zoe", "POST", `${path}/rename`, { name: "acme/prod-api" })).status).toBe(403);
  expect((await ask("zoe", "POST", `${path}/move`, { name: "zoe/lent" })).status).toBe(403);
  expect((await ask("ann", "POST", `${path}/rename`, { name: "acme/lent-out" })).status).toBe(200);
});

test("an invitation ends with the rights of whoever wrote it", async () => {
  const members = "/api/v1/namespaces/acme/members";
  expect((await ask("ann", "PUT", `${members}/bob`, { role: "owner" })).status).toBe(200);
  const invited = await ask("bob", "POST", "/api/v1/namespaces/acme/invitations", {
    to: { email: "friend@example.com" },
    role: "owner",
  });
  expect(invited.status).toBe(201);
  const code = invited.body["code"];
  expect(code).toBeString();
  expect((await ask("ann", "DELETE", `${members}/bob`)).status).toBe(204);
  expect((await ask("bob", "POST", "/api/v1/invitation-codes/accept", { code })).status).toBe(404);
  expect((await ask("bob", "GET", members)).status).toBe(403);
});

test("an address that was stopped does not use up the tries at accounts", async () => {
  const guess = (name: string) =>
    fetch(`${registry.url}/v2/`, { headers: { ...basic(name, "a wrong guess"), "x-forwarded-for": "192.0.2.7" } });
  for (let count = 0; count < 110; count++) await guess(`nobody-${count}`);
  const before = await registry.find("select count(*) from throttles where key like 'account:%'");
  for (let count = 0; count < 15; count++) expect((await guess("ann")).status).toBe(429);
  expect(await registry.find("select count(*) from throttles where key like 'account:%'")).toBe(before);
});
