// Logins of browsers over HTTP: the cookie, what it opens and what not, pages of other sites, and how a login ends.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { OPERATOR } from "../../../src/access/principal.ts";
import { endpointsOf } from "../../../src/contract/openapi.ts";
import { hubApi } from "../../../src/hub-parts.ts";
import { type AccessRegistry, basic, claim, openAccessRegistry, PASSWORD } from "../../support/access.ts";
import { DATABASES, lackingDatabase, sharePostgres } from "../databases.ts";
import { describeUnless } from "../support.ts";
import { asker, type Asked, sessionOf } from "./asking.ts";

const createPostgres = sharePostgres();
const DAY_MS = 86_400_000;

for (const kind of DATABASES) {
  describeUnless(`browser sessions on ${kind}`, lackingDatabase(kind), () => {
    let registry: AccessRegistry;
    let ask: ReturnType<typeof asker>;
    let people = 0;

    beforeAll(async () => {
      registry = await openAccessRegistry(kind === "postgres" ? { postgresUrl: await createPostgres() } : {});
      await claim(registry);
      ask = asker(registry.url);
    });
    afterAll(() => registry.close());

    const newPerson = async () => {
      people += 1;
      const name = `s${people}`;
      return { id: await registry.addPerson(name), name };
    };
    const logIn = async (name: string, password = PASSWORD) =>
      sessionOf(await ask("POST", "/api/v1/session", { body: { name, password } }), registry.url);
    const isIn = async (headers: Record<string, string>) =>
      (await ask("GET", "/api/v1/session", { headers })).status === 200;

    test("the cookie is for this host, scripts cannot read it, and its secret is in no row", async () => {
      const { name } = await newPerson();
      const answer = await ask("POST", "/api/v1/session", { body: { name, password: PASSWORD } });
      expect(answer.status).toBe(200);
      expect(answer.json).toMatchObject({ account: { name, systemRole: "none" }, secondFactor: [], pending: null });
      const [pair = "", ...attributes] = (answer.headers.get("set-cookie") ?? "").split("; ");
      expect(pair).toMatch(/^berth_session=berth_session_[0-9A-Za-z]{36}$/);
      expect(attributes).toEqual(["Path=/", "Max-Age=2592000", "HttpOnly", "SameSite=Lax"]);
      const secret = pair.slice("berth_session=".length);
      expect(await registry.find(`select count(*) from browser_sessions where hash like '%${secret}%'`)).toBe(0);
      expect(answer.text).not.toContain("berth_session_");
    });

    test("wrong passwords, unknown names, robots and disabled accounts are told apart by nothing", async () => {
      const { name } = await newPerson();
      const disabled = await newPerson();
      await registry.app.auth.administration.setDisabled(OPERATOR, disabled.name, true);
      const tries = [
        { name, password: "wrong password" },
        { name: "nobody-at-all", password: "wrong password" },
        { name: disabled.name, password: PASSWORD },
        { name: "", password: "" },
      ];
      const answers: Asked[] = [];
      for (const body of tries) answers.push(await ask("POST", "/api/v1/session", { body }));
      for (const answer of answers.slice(0, 3)) {
        expect(answer.status).toBe(401);
        expect(answer.headers.get("set-cookie")).toBeNull();
        expect({ ...answer.json, requestId: "" }).toEqual({ ...answers[0]!.json, requestId: "" });
      }
      expect(answers[3]!.status).toBe(400);
    });

    test("what is no field is refused, and so are NUL and halves of characters", async () => {
      for (const extra of [{ systemRole: "administrator" }, { id: 1 }, { account: "root" }]) {
        const answer = await ask("POST", "/api/v1/session", { body: { name: "root", password: PASSWORD, ...extra } });
        expect(answer.status).toBe(400);
      }
      for (const name of ["root\0", "\ud800", "' or 1=1 --"]) {
        const { status } = await ask("POST", "/api/v1/session", { body: { name, password: PASSWORD } });
        expect([400, 401]).toContain(status);
      }
    });

    test("it opens the hub API and nothing below /v2/", async () => {
      const { name } = await newPerson();
      const { cookie } = await logIn(name);
      expect(await isIn({ cookie })).toBe(true);
      const ping = await fetch(`${registry.url}/v2/`, { headers: { cookie } });
      expect(ping.status).toBe(401);
      const push = await fetch(`${registry.url}/v2/${name}/x/blobs/uploads/`, { method: "POST", headers: { cookie } });
      expect(push.status).toBe(401);
      const secret = cookie.split("=")[1] ?? "";
      for (const headers of [
        { authorization: `Bearer ${secret}` },
        { authorization: `session ${secret}` },
        basic(name, secret),
        basic("session", secret),
      ]) {
        expect((await fetch(`${registry.url}/v2/`, { headers })).status).toBe(401);
      }
      // Another name of the cookie is another cookie; whatever else it holds is nobody's.
      expect(await isIn({ cookie: `__Host-${cookie}` })).toBe(false);
      for (const value of ["", "x", `${secret}x`, secret.slice(0, -1), "berth_session_", "x".repeat(20_000)])
        expect(await isIn({ cookie: `berth_session=${value}` })).toBe(false);
      expect(await isIn({ cookie: `a=b; ${cookie}; c=d` })).toBe(true);
    });

    test("a header that names somebody counts before the cookie", async () => {
      const one = await newPerson();
      const other = await newPerson();
      const { cookie } = await logIn(one.name);
      const { json } = await ask("GET", "/api/v1/session", { headers: { cookie, ...basic(other.name) } });
      expect(json).toMatchObject({ account: { name: other.name }, credential: "password" });
      expect((await ask("GET", "/api/v1/session", { headers: { cookie, ...basic("nobody", "x") } })).status).toBe(401);
    });

    test("a page of another site changes nothing, whatever its browser says of it", async () => {
      const { name } = await newPerson();
      const { cookie, own } = await logIn(name);
      const change = (headers: Record<string, string>) =>
        ask("PATCH", "/api/v1/account", { headers, body: { displayName: "taken" } });
      const foreign: Record<string, string>[] = [
        { origin: "https://evil.example" },
        { origin: "null" },
        { origin: `${registry.url}.evil.example` },
        { origin: registry.url.replace(/\d+$/, "1") },
        { "sec-fetch-site": "cross-site" },
        { "sec-fetch-site": "same-site" },
        { "sec-fetch-site": "cross-site", origin: registry.url },
        // None of both: no browser sends a cookie so.
        {},
        { "sec-fetch-site": "none" },
      ];
      for (const headers of foreign) expect((await change({ cookie, ...headers })).status).toBe(403);
      // A password that the browser remembers is sent along as a cookie is; so is a login with somebody else's.
      expect((await change({ ...basic(name), origin: "https://evil.example" })).status).toBe(403);
      expect((await change({ ...basic(name), "sec-fetch-site": "cross-site" })).status).toBe(403);
      const forged = { headers: { "sec-fetch-site": "cross-site" }, body: { name, password: PASSWORD } };
      expect((await ask("POST", "/api/v1/session", forged)).status).toBe(403);
      expect(await registry.find(`select count(*) from accounts where display_name = 'taken'`)).toBe(0);
      expect((await change(own)).status).toBe(200);
      expect((await change({ cookie, "sec-fetch-site": "same-origin" })).status).toBe(200);
      expect((await change(basic(name))).status).toBe(200);
      // Reading is not changing: what a page of another site gets it cannot see.
      expect(
        (await ask("GET", "/api/v1/account", { headers: { cookie, origin: "https://evil.example" } })).status,
      ).toBe(200);
    });

    test("no change of the hub API is open to a page of another site", async () => {
      const { name } = await newPerson();
      const { cookie } = await logIn(name);
      const changes = endpointsOf(hubApi).filter((it) => it.method !== "GET");
      expect(changes.length).toBeGreaterThan(20);
      for (const { method, path } of changes) {
        const address = path.replaceAll(/<\w+>/g, "1");
        for (const headers of [
          { cookie, origin: "https://evil.example" },
          { cookie, "sec-fetch-site": "cross-site" },
          { ...basic("root"), "sec-fetch-site": "same-site" },
        ]) {
          const { status, json } = await ask(method, address, { headers });
          expect([`${method} ${path}`, status, json["detail"]]).toEqual([
            `${method} ${path}`,
            403,
            expect.stringContaining("another site"),
          ]);
        }
      }
    });

    test("a page is not asked for a password by the browser", async () => {
      const page = await ask("GET", "/api/v1/session", { headers: { "sec-fetch-mode": "cors" } });
      expect(page.status).toBe(401);
      expect(page.headers.get("www-authenticate")).toMatch(/^Bearer [^,]*,service="berth"$/);
      const program = await ask("GET", "/api/v1/session", {});
      expect(program.headers.get("www-authenticate")).toContain("Basic");
    });

    test("a secret that the browser brings along does not become a session's", async () => {
      const { name } = await newPerson();
      const brought = (await logIn((await newPerson()).name)).cookie;
      const answer = await ask("POST", "/api/v1/session", {
        headers: { cookie: brought, origin: registry.url },
        body: { name, password: PASSWORD },
      });
      expect(sessionOf(answer, registry.url).cookie).not.toBe(brought);
    });

    test("it ends by logging out, by a week without use and after a month in any case", async () => {
      const { name, id } = await newPerson();
      const { cookie, own } = await logIn(name);
      const out = await ask("DELETE", "/api/v1/session", { headers: own });
      expect(out.status).toBe(204);
      expect(out.headers.get("set-cookie")).toContain("berth_session=; Path=/; Max-Age=0");
      expect(await isIn({ cookie })).toBe(false);

      const idle = await logIn(name);
      expect(await isIn(idle.own)).toBe(true);
      await registry.change(`update browser_sessions set expires_at = ${Date.now() - 1} where account_id = ${id}`);
      expect(await isIn(idle.own)).toBe(false);

      const old = await logIn(name);
      const begun = Date.now() - 29 * DAY_MS;
      await registry.change(
        `update browser_sessions set created_at = ${begun}, last_used_at = ${begun} where account_id = ${id} and expires_at > ${Date.now()}`,
      );
      expect(await isIn(old.own)).toBe(true);
      const noted = async () =>
        await registry.find(
          `select expires_at from browser_sessions where account_id = ${id} and created_at = ${begun}`,
        );
      for (let tries = 0; (await noted()) !== begun + 30 * DAY_MS && tries < 100; tries++) await Bun.sleep(20);
      expect(await noted()).toBe(begun + 30 * DAY_MS);
      await registry.app.auth.sessions.expire();
      expect(await registry.find(`select count(*) from browser_sessions where account_id = ${id}`)).toBe(1);
    });

    test("it ends with the account, with its role and with its password, and comes back with none of them", async () => {
      const { administration } = registry.app.auth;
      const { name } = await newPerson();
      for (const change of [
        async () => {
          await administration.setDisabled(OPERATOR, name, true);
          await administration.setDisabled(OPERATOR, name, false);
        },
        () => administration.setSystemRole(OPERATOR, name, "auditor"),
        () => administration.setPassword(OPERATOR, name, PASSWORD),
        () => administration.revokeAll(OPERATOR, name),
      ]) {
        const { own } = await logIn(name);
        expect(await isIn(own)).toBe(true);
        await change();
        expect(await isIn(own)).toBe(false);
      }
    });

    test("a new password ends every other session and goes on in this one under a new secret", async () => {
      const { name } = await newPerson();
      const other = await logIn(name);
      const { own } = await logIn(name);
      const token = await registry.addToken(name);
      const refresh = await registry.addToken(name, { kind: "refresh" });
      const change = (oldPassword: string, newPassword: string) =>
        ask("POST", "/api/v1/account/password", { headers: own, body: { oldPassword, newPassword } });
      expect((await change("wrong password", "a new phrase of words")).status).toBe(403);
      expect((await change(PASSWORD, "short")).status).toBe(400);
      expect((await change(PASSWORD, name)).status).toBe(400);
      expect(await isIn(other.own)).toBe(true);
      const answer = await change(PASSWORD, "a new phrase of words");
      expect(answer.status).toBe(204);
      const renewed = sessionOf(answer, registry.url);
      expect(await isIn(renewed.own)).toBe(true);
      expect(await isIn(own)).toBe(false);
      expect(await isIn(other.own)).toBe(false);
      expect(await isIn(basic(name))).toBe(false);
      expect(await isIn(basic(name, refresh))).toBe(false);
      expect(await isIn(basic(name, token))).toBe(true);
      expect(await isIn(basic(name, "a new phrase of words"))).toBe(true);
    });

    test("the own sessions are listed and ended; somebody else's are not there", async () => {
      const one = await newPerson();
      const other = await newPerson();
      const theirs = await logIn(other.name);
      const first = await logIn(one.name);
      const { own } = await logIn(one.name);
      const list = await ask("GET", "/api/v1/account/sessions", { headers: own });
      const { items } = list.json as { items: { id: string; isCurrent: boolean; address: string }[] };
      expect(items.map((it) => it.isCurrent)).toEqual([false, true]);
      expect(items[0]?.address).toBe("127.0.0.1");
      const theirId = await registry.find(`select id from browser_sessions where account_id = ${other.id}`);
      for (const id of [String(theirId), "999999", "0", "1e3", "-1", "x", "..%2f1"]) {
        const { status } = await ask("DELETE", `/api/v1/account/sessions/${id}`, { headers: own });
        expect([400, 404]).toContain(status);
      }
      expect(await isIn(theirs.own)).toBe(true);
      expect((await ask("DELETE", `/api/v1/account/sessions/${items[0]?.id}`, { headers: own })).status).toBe(204);
      expect(await isIn(first.own)).toBe(false);
      const third = await logIn(one.name);
      expect((await ask("DELETE", "/api/v1/account/sessions", { headers: own })).status).toBe(204);
      expect(await isIn(third.own)).toBe(false);
      expect(await isIn(own)).toBe(true);
      expect(await isIn(theirs.own)).toBe(true);
    });

    test("with a second factor the password begins no session, and a login that waits cannot be made up", async () => {
      const { id, name } = await newPerson();
      await registry.change(
        `insert into totps (account_id, sealed_secret, created_at, confirmed_at) values (${id}, 'x', 1, 1)`,
      );
      const answer = await ask("POST", "/api/v1/session", { body: { name, password: PASSWORD } });
      expect(answer.status).toBe(200);
      expect(answer.headers.get("set-cookie")).toBeNull();
      expect(answer.json).toMatchObject({ account: null, secondFactor: expect.arrayContaining(["totp"]) });
      const { pending } = answer.json as { pending: string };
      const { interactive } = registry.app.auth;
      expect((await interactive.pending(pending)).account.id).toBe(id);
      for (const text of [
        "",
        "x",
        pending.slice(0, -1),
        `${pending}A`,
        "berth-seal-1.00000000.AAAA",
        "x".repeat(5_000),
      ])
        await expect(interactive.pending(text)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
      await registry.app.auth.administration.setPassword(OPERATOR, name, "a new phrase of words");
      await expect(interactive.pending(pending)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    });

    test("of very many sessions the oldest end", async () => {
      const { id } = await newPerson();
      const { sessions } = registry.app.auth;
      const made: number[] = [];
      for (let at = 0; at < 103; at++) {
        const client = { address: "x".repeat(500), agent: `${"y".repeat(255)}\u{1f600}` };
        made.push((await registry.database.write((trx) => sessions.create(trx, id, client))).id);
      }
      const left = await sessions.list(id, 0, 1_000);
      expect(left.map((it) => it.id)).toEqual(made.slice(3));
      expect(left[0]?.address).toHaveLength(64);
      expect(left[0]?.agent.isWellFormed()).toBe(true);
    });
  });
}

describe("under a public address", () => {
  let registry: AccessRegistry;
  beforeAll(async () => {
    registry = await openAccessRegistry({ environment: { BERTH_HTTP_PUBLIC_URL: "https://hub.example.com" } });
    await claim(registry);
  });
  afterAll(() => registry.close());

  test("over https the cookie has the prefix that binds it to this host, and only that one counts", async () => {
    const ask = asker(registry.url);
    const answer = await ask("POST", "/api/v1/session", { body: { name: "root", password: PASSWORD } });
    const cookie = answer.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(
      /^__Host-berth_session=berth_session_\w{36}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure$/,
    );
    const [pair = ""] = cookie.split(";");
    const isIn = async (sent: string) => (await ask("GET", "/api/v1/session", { headers: { cookie: sent } })).status;
    expect(await isIn(pair)).toBe(200);
    expect(await isIn(pair.replace("__Host-", ""))).toBe(401);
    const headers = { cookie: pair, origin: "https://hub.example.com" };
    expect((await ask("PATCH", "/api/v1/account", { headers, body: { displayName: "Root" } })).status).toBe(200);
    const plain = { cookie: pair, origin: "http://hub.example.com" };
    expect((await ask("PATCH", "/api/v1/account", { headers: plain, body: { displayName: "Root" } })).status).toBe(403);
  });
});

describe("over plain http under a name that is not this machine's", () => {
  let registry: AccessRegistry;
  beforeAll(async () => {
    registry = await openAccessRegistry();
    await claim(registry);
  });
  afterAll(() => registry.close());

  test("nobody is given a cookie, or asked for a password", async () => {
    const ask = asker(registry.url);
    const body = { name: "root", password: PASSWORD };
    const answer = await ask("POST", "/api/v1/session", { headers: { host: "hub.example.com" }, body });
    expect(answer.status).toBe(403);
    expect(answer.json).toMatchObject({ detail: expect.stringContaining("https") });
    expect(answer.headers.get("set-cookie")).toBeNull();
    const { json } = await ask("GET", "/api/v1/instance", { headers: { host: "hub.example.com" } });
    expect(json).toMatchObject({
      canSignIn: false,
      isSignInExposed: false,
      signInProblem: expect.stringContaining("https"),
    });
  });
});

describe("over plain http from elsewhere, where http.insecureSessions allows it", () => {
  let registry: AccessRegistry;
  const there = { host: "hub.example.com", origin: "http://hub.example.com" };
  beforeAll(async () => {
    registry = await openAccessRegistry({ environment: { BERTH_HTTP_INSECURE_SESSIONS: "true" } });
    await claim(registry);
  });
  afterAll(() => registry.close());

  test("a session has a cookie without the prefix, and pages are told that others can read along", async () => {
    const ask = asker(registry.url);
    const body = { name: "root", password: PASSWORD };
    const answer = await ask("POST", "/api/v1/session", { headers: there, body });
    expect(answer.status).toBe(200);
    const cookie = answer.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^berth_session=berth_session_\w{36}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax$/);
    const [pair = ""] = cookie.split(";");
    expect((await ask("GET", "/api/v1/session", { headers: { ...there, cookie: pair } })).json).toMatchObject({
      credential: "session",
      hasPassword: true,
    });
    const instance = async (headers: Record<string, string>) =>
      (await ask("GET", "/api/v1/instance", { headers })).json;
    expect(await instance(there)).toMatchObject({ canSignIn: true, signInProblem: null, isSignInExposed: true });
    // On the machine itself nobody is in between.
    expect(await instance({})).toMatchObject({ canSignIn: true, isSignInExposed: false });
  });

  test("a page of another site still changes nothing", async () => {
    const ask = asker(registry.url);
    const { headers } = await ask("POST", "/api/v1/session", {
      headers: there,
      body: { name: "root", password: PASSWORD },
    });
    const cookie = headers.get("set-cookie")?.split(";")[0] ?? "";
    const from = (origin: string) => ({ host: "hub.example.com", cookie, origin });
    const body = { displayName: "Root" };
    expect((await ask("PATCH", "/api/v1/account", { headers: from("http://evil.example"), body })).status).toBe(403);
    expect((await ask("PATCH", "/api/v1/account", { headers: from("http://hub.example.com"), body })).status).toBe(200);
  });
});

describe("an answer that asks for a login", () => {
  let registry: AccessRegistry;
  beforeAll(async () => {
    registry = await openAccessRegistry();
  });
  afterAll(() => registry.close());

  // At Basic a browser asks by itself, over the page, which waits for the answer. Over plain HTTP browsers send no `Sec-Fetch-Mode`.
  test.each([{ "x-requested-with": "berth-pages" }, { "sec-fetch-mode": "cors" }])(
    "%p is told of no Basic",
    async (headers) => {
      const ask = asker(registry.url);
      const schemes = async (sent: Record<string, string>) => {
        const { status, headers: got } = await ask("GET", "/api/v1/session", { headers: sent });
        expect(status).toBe(401);
        return got.get("www-authenticate") ?? "";
      };
      expect(await schemes({})).toContain("Basic");
      expect(await schemes(headers)).toStartWith("Bearer");
      expect(await schemes(headers)).not.toContain("Basic");
      await claim(registry).catch(() => undefined);
      expect(await schemes({})).toContain("Basic");
      expect(await schemes(headers)).not.toContain("Basic");
    },
  );
});
