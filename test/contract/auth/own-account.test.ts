// A person's own tokens and profile, and what administrators may do to accounts: over HTTP, with somebody else always near.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { accountHubApi } from "../../../src/account-parts.ts";
import { OPERATOR } from "../../../src/access/principal.ts";
import { isWithin } from "../../../src/auth/own-account.ts";
import { assertContract } from "../../../src/contract/assert-contract.ts";
import { type AccessRegistry, basic, claim, openAccessRegistry, PASSWORD } from "../../support/access.ts";
import { DATABASES, lackingDatabase, sharePostgres } from "../databases.ts";
import { describeUnless } from "../support.ts";
import { asker, sessionOf } from "./asking.ts";

const createPostgres = sharePostgres();

test("the contract of these endpoints holds", () => {
  assertContract(accountHubApi);
});

test("a token's reach: what another pattern takes in every case, and nothing else", () => {
  const own = (pattern: string) => ({ scopes: [{ actions: ["pull" as const, "push" as const], pattern }] });
  const asked = (pattern: string) => [{ actions: ["pull" as const], pattern }];
  for (const [has, wants] of [
    ["*", "*"],
    ["*", "acme/*"],
    ["acme/*", "acme/*"],
    ["acme/*", "acme/api"],
    ["acme/*", "acme/*/x"],
    ["a*c", "a*bc"],
    ["a*", "a*"],
  ]) {
    expect(isWithin(own(has!), asked(wants!))).toBe(true);
  }
  for (const [has, wants] of [
    ["acme/*", "*"],
    ["acme/*", "acme*"],
    ["acme/api", "acme/*"],
    ["*/api", "*"],
    ["a*/b", "a*b"],
    ["*a*", "*"],
    ["acme/*", "acme"],
  ]) {
    expect(isWithin(own(has!), asked(wants!))).toBe(false);
  }
  expect(isWithin(own("*"), [{ actions: ["pull", "delete"], pattern: "acme/*" }])).toBe(false);
  expect(isWithin({ scopes: [] }, asked("a"))).toBe(false);
});

for (const kind of DATABASES) {
  describeUnless(`accounts over the hub API on ${kind}`, lackingDatabase(kind), () => {
    let registry: AccessRegistry;
    let ask: ReturnType<typeof asker>;
    let people = 0;

    beforeAll(async () => {
      registry = await openAccessRegistry(kind === "postgres" ? { postgresUrl: await createPostgres() } : {});
      await claim(registry);
      ask = asker(registry.url);
    });
    afterAll(() => registry.close());

    const newPerson = async (systemRole: "none" | "auditor" = "none") => {
      people += 1;
      const name = `h${people}`;
      const id = await registry.addPerson(name, { systemRole });
      const answer = await ask("POST", "/api/v1/session", { body: { name, password: PASSWORD } });
      return { id, name, own: sessionOf(answer, registry.url).own };
    };
    const newToken = async (headers: Record<string, string>, body: object = {}) =>
      await ask("POST", "/api/v1/account/tokens", {
        headers,
        body: { name: "t", scopes: null, expiresAt: null, ...body },
      });

    describe("tokens", () => {
      test("the text is shown once, works, is listed by its hint alone, and ends when it is revoked", async () => {
        const { name, own } = await newPerson();
        const made = await newToken(own, { scopes: [{ actions: ["pull"], pattern: "acme/**" }] });
        expect(made.status).toBe(201);
        const { text, token } = made.json as { text: string; token: { id: string; scopes: unknown } };
        expect(token.scopes).toEqual([{ actions: ["pull"], pattern: "acme/*" }]);
        expect((await ask("GET", "/api/v1/session", { headers: basic(name, text) })).json).toMatchObject({
          credential: "token",
          scopes: [{ actions: ["pull"], pattern: "acme/*" }],
        });
        const list = await ask("GET", "/api/v1/account/tokens", { headers: own });
        expect(list.text).not.toContain(text);
        expect(list.json).toMatchObject({ items: [{ id: token.id, name: "t", isExpired: false }], next: null });
        expect((await ask("DELETE", `/api/v1/account/tokens/${token.id}`, { headers: own })).status).toBe(204);
        expect((await ask("DELETE", `/api/v1/account/tokens/${token.id}`, { headers: own })).status).toBe(404);
        expect((await ask("GET", "/api/v1/session", { headers: basic(name, text) })).status).toBe(401);
      });

      test("bad ones are refused: fields that there are not, patterns and actions that are none, an end that has passed", async () => {
        const { id, own } = await newPerson();
        for (const bad of [
          { accountId: 1 },
          { kind: "robot" },
          { name: "" },
          { name: "x".repeat(101) },
          { name: "a\0" },
          { scopes: [] },
          { scopes: [{ actions: ["pull"], pattern: "ACME/*" }] },
          { scopes: [{ actions: ["pull"], pattern: "'; --" }] },
          { scopes: [{ actions: ["administer"], pattern: "*" }] },
          { scopes: [{ actions: [], pattern: "*" }] },
          { scopes: [{ actions: ["pull"], pattern: "*", role: "admin" }] },
          { expiresAt: "tomorrow" },
          { expiresAt: "2020-01-01T00:00:00Z" },
          { expiresAt: 1 },
        ]) {
          expect((await newToken(own, bad)).status).toBe(400);
        }
        expect(await registry.find(`select count(*) from tokens where account_id = ${id}`)).toBe(0);
      });

      test("one that is over is listed as such", async () => {
        const { id, name, own } = await newPerson();
        const end = new Date(Date.now() + 60_000).toISOString();
        const made = await newToken(own, { expiresAt: end });
        await registry.change(`update tokens set expires_at = 1 where account_id = ${id}`);
        const list = await ask("GET", "/api/v1/account/tokens", { headers: own });
        expect(list.json).toMatchObject({ items: [{ isExpired: true, expiresAt: "1970-01-01T00:00:00.001Z" }] });
        expect((await ask("GET", "/api/v1/session", { headers: basic(name, String(made.json["text"])) })).status).toBe(
          401,
        );
      });

      test("asked for with a token, a new one reaches no further and no longer", async () => {
        const { name, own } = await newPerson();
        const scopes = [{ actions: ["pull", "manage"], pattern: "*" }];
        const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
        const limited = basic(name, String((await newToken(own, { scopes, expiresAt })).json["text"]));
        const soon = new Date(Date.now() + 60_000).toISOString();
        for (const bad of [
          { scopes: null, expiresAt: soon },
          { scopes, expiresAt: null },
          { scopes, expiresAt: new Date(Date.now() + 7_200_000).toISOString() },
          { scopes: [{ actions: ["push"], pattern: "acme/*" }], expiresAt: soon },
        ]) {
          expect((await newToken(limited, bad)).status).toBe(403);
        }
        expect((await newToken(limited, { scopes, expiresAt: soon })).status).toBe(201);
        const pull = [{ actions: ["pull"], pattern: "acme/*" }];
        const pulling = basic(name, String((await newToken(limited, { scopes: pull, expiresAt: soon })).json["text"]));
        // It was made for pulls: neither tokens, nor sessions, nor the profile are its own to change or to list.
        expect((await newToken(pulling, { scopes: pull, expiresAt: soon })).status).toBe(403);
        for (const [method, path, body] of [
          ["PATCH", "/api/v1/account", { displayName: "x" }],
          ["POST", "/api/v1/account/password", { oldPassword: PASSWORD, newPassword: "a new phrase of words" }],
          ["GET", "/api/v1/account/tokens", undefined],
          ["DELETE", "/api/v1/account/tokens/1", undefined],
          ["GET", "/api/v1/account/sessions", undefined],
          ["DELETE", "/api/v1/account/sessions", undefined],
        ] as const) {
          expect((await ask(method, path, { headers: pulling, body })).status).toBe(403);
        }
        const { token } = (await (
          await fetch(`${registry.url}/token?service=berth&scope=repository:${name}/x:pull`, { headers: basic(name) })
        ).json()) as { token: string };
        expect((await newToken({ authorization: `Bearer ${token}` })).status).toBe(403);
      });

      test("somebody else's are not there", async () => {
        const one = await newPerson();
        const other = await newPerson();
        const made = await newToken(other.own);
        const { token, text } = made.json as { token: { id: string }; text: string };
        expect((await ask("DELETE", `/api/v1/account/tokens/${token.id}`, { headers: one.own })).status).toBe(404);
        expect((await ask("GET", "/api/v1/account/tokens", { headers: one.own })).json).toMatchObject({ items: [] });
        expect((await ask("GET", "/api/v1/session", { headers: basic(other.name, text) })).status).toBe(200);
      });

      test("pages hold all, each once", async () => {
        const { own } = await newPerson();
        for (let at = 0; at < 5; at++) await newToken(own, { name: `t${at}` });
        const names: string[] = [];
        let after: string | null = null;
        do {
          const query: string = after === null ? "" : `&after=${after}`;
          const page = await ask("GET", `/api/v1/account/tokens?limit=2${query}`, { headers: own });
          const { items, next } = page.json as { items: { name: string }[]; next: string | null };
          names.push(...items.map((it) => it.name));
          after = next;
        } while (after !== null);
        expect(names).toEqual(["t0", "t1", "t2", "t3", "t4"]);
      });
    });

    describe("the profile", () => {
      test("names are changed, and nothing else by the same way", async () => {
        const { id, own } = await newPerson();
        for (const bad of [
          { systemRole: "administrator" },
          { system_role: "administrator" },
          { isDisabled: false },
          { id: "1" },
          { name: "root" },
          { plan: "team" },
          { isEmailVerified: true },
          { displayName: "x".repeat(101) },
          { displayName: "a\0" },
        ]) {
          expect((await ask("PATCH", "/api/v1/account", { headers: own, body: bad })).status).toBe(400);
        }
        const proto = await fetch(`${registry.url}/api/v1/account`, {
          method: "PATCH",
          headers: { ...own, "content-type": "application/json" },
          body: '{"__proto__": {"systemRole": "administrator"}}',
        });
        expect(proto.status).toBe(400);
        const changed = await ask("PATCH", "/api/v1/account", { headers: own, body: { displayName: " Ada L. " } });
        expect(changed.json).toMatchObject({
          account: { displayName: "Ada L.", systemRole: "none" },
          isMailSent: false,
        });
        expect(await registry.find(`select count(*) from accounts where id = ${id} and system_role = 'none'`)).toBe(1);
      });

      test("a new address needs the password, and does not count before it was confirmed", async () => {
        const { name, own } = await newPerson();
        const email = `${name}@example.com`;
        const change = (body: object) => ask("PATCH", "/api/v1/account", { headers: own, body });
        expect((await change({ email })).status).toBe(403);
        expect((await change({ email, password: "wrong password" })).status).toBe(403);
        for (const bad of ["x", "a@b c.com", "a@b.com\r\nBcc: c@d.com", '"a"@b.com', "a@b.com,c@d.com"])
          expect((await change({ email: bad, password: PASSWORD })).status).toBe(400);
        const changed = await change({ email: email.toUpperCase(), password: PASSWORD });
        expect(changed.json).toMatchObject({ account: { email, isEmailVerified: false } });
        // An address that nobody has confirmed is no login.
        const login = await ask("POST", "/api/v1/session", { body: { name: email, password: PASSWORD } });
        expect(login.status).toBe(401);
        expect((await change({ email: null, password: PASSWORD })).json).toMatchObject({ account: { email: null } });
      });

      test("robots have none, and strangers neither", async () => {
        const { name } = await newPerson();
        await registry.addOrganisation(`o-${name}`, name);
        await registry.addRobot(`r-${name}`, `o-${name}`);
        const headers = basic(`r-${name}`, await registry.addToken(`r-${name}`, { kind: "robot" }));
        expect((await ask("GET", "/api/v1/account", { headers })).status).toBe(403);
        expect((await newToken(headers)).status).toBe(403);
        expect((await ask("GET", "/api/v1/account", {})).status).toBe(401);
        expect((await newToken({})).status).toBe(401);
      });
    });

    describe("administration", () => {
      const all = (name: string) =>
        [
          ["PUT", "/api/v1/accounts/made-by-nobody", { password: "a long phrase of words" }],
          ["PATCH", `/api/v1/accounts/${name}`, { isDisabled: true }],
          ["PUT", `/api/v1/accounts/${name}/system-role`, { systemRole: "administrator" }],
          ["POST", `/api/v1/accounts/${name}/password`, { password: "taken over by another" }],
          ["DELETE", `/api/v1/accounts/${name}/credentials`, undefined],
        ] as const;

      test("is for administrators: not for the account itself, others, auditors, limited tokens or strangers", async () => {
        const target = await newPerson();
        const other = await newPerson();
        const auditor = await newPerson("auditor");
        const limited = await registry.addToken("root", { scopes: [{ actions: ["pull", "push"], pattern: "*" }] });
        const before = await registry.find(`select count(*) from accounts where system_role = 'administrator'`);
        for (const headers of [target.own, other.own, auditor.own, basic("root", limited), {}]) {
          for (const name of [target.name, "nobody-there"]) {
            for (const [method, path, body] of all(name)) {
              const { status } = await ask(method, path, { headers, body });
              expect([401, 403]).toContain(status);
            }
          }
        }
        expect(await registry.find(`select count(*) from accounts where system_role = 'administrator'`)).toBe(before);
        expect((await ask("GET", "/api/v1/session", { headers: target.own })).status).toBe(200);
        expect((await ask("GET", "/api/v1/session", { headers: basic(target.name) })).status).toBe(200);
      });

      test("an account is seen by itself, auditors and administrators; for others it is as if it were not there", async () => {
        const target = await newPerson();
        const other = await newPerson();
        const auditor = await newPerson("auditor");
        const read = (headers: Record<string, string>, name: string) =>
          ask("GET", `/api/v1/accounts/${name}`, { headers });
        for (const headers of [target.own, auditor.own, basic("root")])
          expect((await read(headers, target.name)).json).toMatchObject({ name: target.name });
        const [hidden, missing] = [await read(other.own, target.name), await read(other.own, "nobody-there")];
        expect(hidden.status).toBe(missing.status);
        expect({ ...hidden.json, requestId: "" }).toEqual({ ...missing.json, requestId: "" });
        expect((await read(basic("root"), "nobody-there")).status).toBe(404);
        expect((await ask("GET", "/api/v1/accounts", { headers: other.own })).status).toBe(403);
        const query = `prefix=${target.name.toUpperCase()}&limit=1`;
        expect((await ask("GET", `/api/v1/accounts?${query}`, { headers: auditor.own })).json).toMatchObject({
          items: [{ name: target.name }],
        });
        for (const prefix of ["%25", "_", "'"])
          expect((await ask("GET", `/api/v1/accounts?prefix=${prefix}`, { headers: auditor.own })).json).toEqual({
            items: [],
            next: null,
          });
      });

      test("does what it says", async () => {
        const headers = basic("root");
        const made = await ask("PUT", "/api/v1/accounts/Made-Here", { headers, body: {} });
        expect(made.status).toBe(201);
        expect(made.json).toMatchObject({ account: { name: "made-here", systemRole: "none" } });
        expect((await ask("PUT", "/api/v1/accounts/made-here", { headers, body: {} })).status).toBe(409);
        expect((await ask("PUT", "/api/v1/accounts/admin", { headers, body: {} })).status).toBe(400);
        const bad = { password: "a long phrase of words", systemRole: "administrator" };
        expect((await ask("PUT", "/api/v1/accounts/another", { headers, body: bad })).status).toBe(400);
        const login = { name: "made-here", password: String(made.json["password"]) };
        expect((await ask("POST", "/api/v1/session", { body: login })).status).toBe(200);
        for (const [method, path, body] of all("made-here").slice(1))
          expect([200, 204]).toContain((await ask(method, path, { headers, body })).status);
        expect((await ask("POST", "/api/v1/session", { body: login })).status).toBe(401);
        await registry.app.auth.administration.setSystemRole(OPERATOR, "made-here", "none");
        const last = await ask("PUT", "/api/v1/accounts/root/system-role", { headers, body: { systemRole: "none" } });
        expect(last.status).toBe(409);
        expect((await ask("PATCH", "/api/v1/accounts/root", { headers, body: { isDisabled: true } })).status).toBe(409);
      });
    });
  });
}
