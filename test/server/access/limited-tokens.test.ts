// A token that is limited to names and actions shows nothing beyond them, whatever its account may: also an auditor's, who reads
// everything, and an administrator's.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Scope } from "../../../src/access/ceiling.ts";
import { basic, makeAcme, openAccessRegistry, type AccessRegistry } from "../../support/access.ts";

setDefaultTimeout(60_000);

let registry: AccessRegistry;
const tokens: Record<string, string> = {};

const FOR_ACME: Scope[] = [{ actions: ["pull", "push", "delete", "manage"], pattern: "acme/*" }];
const FOR_PULLS: Scope[] = [{ actions: ["pull"], pattern: "*" }];

beforeAll(async () => {
  registry = await openAccessRegistry();
  await makeAcme(registry);
  await registry.addOrganisation("closed", "zoe");
  const made = await ask(basic("zoe"), "POST", "/api/v1/repositories", { name: "closed/plans" });
  expect(made.status).toBe(201);
  const renamed = await ask(basic("zoe"), "POST", "/api/v1/repositories/closed/plans/-/rename", {
    name: "closed/merger",
  });
  expect(renamed.status).toBe(200);
  for (const who of ["root", "otto"]) {
    tokens[who] = await registry.addToken(who, { scopes: FOR_ACME, name: "narrow" });
    tokens[`${who} pulls`] = await registry.addToken(who, { scopes: FOR_PULLS, name: "pulls" });
  }
});
afterAll(() => registry.close());

async function ask(headers: Record<string, string>, method: string, path: string, body?: object) {
  const json = body === undefined ? {} : { "content-type": "application/json" };
  const init = {
    method,
    headers: { ...headers, ...json },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  const response = await fetch(registry.url + path, init);
  const text = await response.text();
  return { status: response.status, text, headers: response.headers };
}

const limited = (who: string, kind = "") => basic(who, tokens[`${who}${kind}`]);

const EXPLAIN = "/api/v1/access/explain";

test.each(["root", "otto"])("%s: nothing beyond its names is told", async (who) => {
  for (const kind of ["", " pulls"]) {
    for (const path of [
      "/api/v1/accounts",
      "/api/v1/accounts/ann",
      "/api/v1/accounts/nobody",
      "/api/v1/audit",
      "/api/v1/namespaces/closed/members",
      "/api/v1/namespaces/closed/grants",
      "/api/v1/namespaces/acme/grants",
      "/api/v1/namespaces/acme/audit",
      "/api/v1/namespaces/acme/usage",
      "/api/v1/account/factors",
      "/api/v1/account/identities",
      "/api/v1/account/tokens",
      "/api/v1/account/sessions",
      `${EXPLAIN}?repository=closed/merger&account=zoe`,
    ]) {
      expect([kind, path, (await ask(limited(who, kind), "GET", path)).status]).toEqual([kind, path, 403]);
    }
  }
  const narrow = limited(who);
  const other = await ask(narrow, "GET", "/api/v1/accounts/ann");
  expect(other.text).toContain('the token \\"narrow\\" was not made for');
  expect(other.text).not.toContain('"email"');
  for (const name of ["closed", "nowhere"]) {
    expect([name, (await ask(narrow, "GET", `/api/v1/namespaces/${name}`)).status]).toEqual([name, 404]);
  }
  for (const list of [
    "namespaces?limit=100",
    "repositories?limit=100",
    "repositories?deleted=true",
    "namespaces?deleted=true",
  ]) {
    const { status, text } = await ask(narrow, "GET", `/api/v1/${list}`);
    expect([list, status, text.includes("closed")]).toEqual([list, 200, false]);
  }
});

test.each(["root", "otto"])("%s: a repository beyond its names is explained as one that is not there", async (who) => {
  const told = async (name: string, action: string) => {
    const { status, text } = await ask(limited(who), "GET", `${EXPLAIN}?repository=${name}&action=${action}`);
    expect(status).toBe(200);
    return text.replaceAll(name, "NAME");
  };
  for (const action of ["pull", "push", "delete", "describe", "administer"]) {
    const missing = await told("closed/nothing", action);
    expect(missing).toContain('"rules":[]');
    // One of these is the name that another had before.
    for (const name of ["closed/merger", "closed/plans"]) {
      expect([action, name, await told(name, action)]).toEqual([action, name, missing]);
    }
  }
  for (const name of ["closed/plans", "closed/nothing"]) {
    const { status, text } = await ask(limited(who), "GET", `/api/v1/repositories/${name}`);
    expect([name, status, text.includes("merger")]).toEqual([name, 403, false]);
  }
});

test("it does what it was made for, and says whose it is", async () => {
  for (const who of ["root", "otto"]) {
    const own = await ask(limited(who), "GET", "/api/v1/account");
    expect([who, own.status, own.text.includes(`"name":"${who}"`)]).toEqual([who, 200, true]);
    expect((await ask(limited(who), "GET", `/api/v1/accounts/${who}`)).status).toBe(200);
    const session = await ask(limited(who), "GET", "/api/v1/session");
    expect([session.status, session.text.includes('"namespaces":[]')]).toEqual([200, true]);
    expect((await ask(limited(who), "GET", "/api/v1/repositories/acme/api")).status).toBe(200);
    expect((await ask(limited(who), "GET", "/api/v1/repositories/acme/api/-/grants")).status).toBe(200);
    expect((await ask(limited(who), "GET", "/api/v1/namespaces/acme")).status).toBe(200);
    expect((await ask(limited(who), "GET", `${EXPLAIN}?repository=acme/api&account=bob`)).status).toBe(
      who === "root" ? 200 : 403,
    );
  }
  const whole = basic("otto", await registry.addToken("otto", { scopes: [{ actions: ["manage"], pattern: "*" }] }));
  for (const path of ["accounts/ann", "audit", "namespaces/closed/grants", "namespaces/closed/invitations"]) {
    expect([path, (await ask(whole, "GET", `/api/v1/${path}`)).status]).toEqual([path, 200]);
  }
});

test("an auditor reads what is in the recycle bin, and brings nothing back", async () => {
  expect((await ask(basic("zoe"), "POST", "/api/v1/namespaces", { name: "gone" })).status).toBe(201);
  expect((await ask(basic("zoe"), "POST", "/api/v1/repositories", { name: "gone/api" })).status).toBe(201);
  expect((await ask(basic("zoe"), "POST", "/api/v1/repositories", { name: "closed/old" })).status).toBe(201);
  expect((await ask(basic("zoe"), "DELETE", "/api/v1/repositories/closed/old")).status).toBe(204);
  expect((await ask(basic("zoe"), "DELETE", "/api/v1/namespaces/gone")).status).toBe(204);
  const otto = basic("otto");
  expect((await ask(otto, "GET", "/api/v1/namespaces?deleted=true")).text).toContain('"gone"');
  expect((await ask(otto, "GET", "/api/v1/repositories?deleted=true")).text).toContain('"closed/old"');
  expect((await ask(otto, "POST", "/api/v1/repositories/closed/old/-/restore")).status).toBe(403);
  expect((await ask(otto, "POST", "/api/v1/namespaces/gone/restore")).status).toBe(404);
  expect((await ask(limited("otto"), "GET", "/api/v1/namespaces?deleted=true")).text).not.toContain('"gone"');
});

test("a star asks strangers for a login, whatever is there", async () => {
  const told = new Set<string>();
  for (const name of ["acme/site", "acme/api", "acme/nothing", "nowhere/nothing"]) {
    for (const method of ["PUT", "DELETE"]) {
      const answer = await ask({}, method, `/api/v1/repositories/${name}/-/star`);
      expect([name, method, answer.status]).toEqual([name, method, 401]);
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
      expect(answer.headers.get("www-authenticate")).toContain("Basic realm=");
      told.add(`${answer.headers.get("www-authenticate")} ${answer.text.replace(/"requestId":"[^"]*"/, "")}`);
    }
  }
  const caller = await ask({}, "POST", "/api/v1/repositories", { name: "acme/new" });
  told.add(`${caller.headers.get("www-authenticate")} ${caller.text.replace(/"requestId":"[^"]*"/, "")}`);
  expect([...told]).toHaveLength(1);
  expect((await ask(basic("zoe"), "PUT", "/api/v1/repositories/acme/site/-/star")).status).toBe(204);
  expect((await ask(basic("zoe"), "PUT", "/api/v1/repositories/acme/api/-/star")).status).toBe(403);
});
