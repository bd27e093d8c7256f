// Logins at a real OpenID Connect provider, over HTTP, as a browser makes them: the server's own name is https://registry.example.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type AccessRegistry, basic, claim, openAccessRegistry } from "../../support/access.ts";
import { type StartedOidcProvider, startOidcProvider } from "../../support/oidc-provider.ts";

const ORIGIN = "https://registry.example";
const SECRET = "a secret of the client that is long enough";

let provider: StartedOidcProvider;
let registry: AccessRegistry;

const person = (login: string, groups: string[] = []) => ({ preferred_username: login, name: login, groups });
const PEOPLE: Record<string, Record<string, unknown>> = {
  "sub-root": person("Root"),
  "sub-alice": { ...person("alice", ["Developers"]), email: "alice@example.com", email_verified: true },
  "sub-eve": person("eve"),
  "sub-mia": person("mia"),
  "sub-gone": person("gone"),
};

beforeAll(async () => {
  const redirect_uris = ["main", "other"].map((it) => `${ORIGIN}/auth/oidc/${it}/callback`);
  const client = { client_id: "berth", client_secret: SECRET, redirect_uris, grant_types: ["authorization_code"] };
  provider = await startOidcProvider({ clients: [client], people: PEOPLE });
  const settings = `{issuer: ${provider.issuer}, clientId: berth, clientSecret: "${SECRET}", scopes: [openid, profile, email, groups]}`;
  registry = await openAccessRegistry({
    environment: {
      BERTH_HTTP_PUBLIC_URL: ORIGIN,
      BERTH_AUTH_OIDC_MAIN: settings,
      BERTH_AUTH_OIDC_OTHER: settings,
      BERTH_AUTH_OIDC_DEAD: "{issuer: http://127.0.0.1:1, clientId: berth, displayName: Out of order}",
    },
  });
  await claim(registry);
});

afterAll(async () => {
  await registry.close();
  await provider.stop();
});

/** A browser: keeps cookies, follows nothing. */
class Browser {
  readonly cookies = new Map<string, string>();
  readonly lines: string[] = [];

  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { cookie, origin: ORIGIN, ...(init.headers as Record<string, string> | undefined) };
    const response = await fetch(`${registry.url}${path}`, { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      this.lines.push(line);
      const [name = "", value = ""] = line.split(";", 1)[0]?.split("=", 2) ?? [];
      if (value === "") this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  async post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
    const all = { "content-type": "application/json", ...headers };
    return await this.ask(path, { method: "POST", body: JSON.stringify(body), headers: all });
  }

  /** Begins, logs in at the provider, and gives the path of the callback to which it sends this browser. */
  async goTo(path: string, login: string): Promise<string> {
    const response = await this.ask(path);
    expect(response.status).toBe(303);
    return await this.visit(response.headers.get("location") ?? "", login);
  }

  async visit(url: string, login: string): Promise<string> {
    const back = await provider.visit(url, login);
    expect(back.origin).toBe(ORIGIN);
    return `${back.pathname}${back.search}`;
  }

  async logIn(login: string, name = "main", returnTo = "/"): Promise<Response> {
    return await this.ask(await this.goTo(`/auth/oidc/${name}?return_to=${encodeURIComponent(returnTo)}`, login));
  }

  get isLoggedIn(): boolean {
    return this.cookies.has("__Host-berth_session");
  }

  async identities(): Promise<string[]> {
    const response = await this.ask("/api/v1/account/identities");
    expect(response.status).toBe(200);
    const { items } = (await response.json()) as { items: { source: string; login: string }[] };
    return items.map((it) => `${it.source} ${it.login}`);
  }
}

describe("what does not log in", () => {
  test("a provider that there is not, one that does not answer, and a path of something else", async () => {
    const browser = new Browser();
    for (const path of ["/auth/oidc/none", "/auth/oidc/none/callback?code=a&state=b", "/auth/oidc/__proto__"]) {
      expect((await browser.ask(path)).status).toBe(404);
    }
    const dead = await browser.ask("/auth/oidc/dead");
    expect([dead.status, dead.headers.get("retry-after")]).toEqual([503, "10"]);
    expect(browser.lines).toEqual([]);
  });

  test("a callback that no login began: without a cookie, with a foreign, broken or other provider's one", async () => {
    const victim = new Browser();
    const path = await victim.goTo("/auth/oidc/main", "sub-eve");
    const other = new Browser();
    await other.ask("/auth/oidc/other");
    const [name = "", stolen = ""] = [...other.cookies][0] ?? [];
    for (const value of ["", "x", "berth-seal-1.00000000.AAAA", stolen, "x".repeat(5_000)]) {
      const attacker = new Browser();
      if (value !== "") attacker.cookies.set(name, value);
      const response = await attacker.ask(path);
      expect(response.status).toBe(401);
      expect(response.headers.get("set-cookie")).toContain("Max-Age=0");
      expect(attacker.isLoggedIn).toBe(false);
    }
    // A login that somebody else began, in this browser: the state is not this one's.
    const lured = new Browser();
    await lured.ask("/auth/oidc/main");
    expect((await lured.ask(path)).status).toBe(401);
    expect(lured.isLoggedIn).toBe(false);
  });

  test("a callback is good once, and the cookie is gone whatever came of it", async () => {
    const browser = new Browser();
    const path = await browser.goTo("/auth/oidc/main", "sub-eve");
    const kept = [...browser.cookies];
    expect((await browser.ask(path)).status).toBe(303);
    expect([...browser.cookies.keys()]).toEqual(["__Host-berth_session"]);
    const again = new Browser();
    for (const [name, value] of kept) again.cookies.set(name, value);
    expect((await again.ask(path)).status).toBe(401);
    expect([...again.cookies]).toEqual([]);
  });

  test("a person whose account is disabled", async () => {
    expect((await new Browser().logIn("sub-gone")).status).toBe(303);
    await registry.change("update accounts set disabled_at = 1 where name = 'gone'");
    const browser = new Browser();
    expect((await browser.logIn("sub-gone")).status).toBe(403);
    expect(browser.isLoggedIn).toBe(false);
  });
});

test.each(["https://evil.example", "//evil.example", "/\\evil.example", "/%2f/evil.example", "javascript:alert(1)"])(
  "a login never leads away: %s",
  async (returnTo) => {
    const response = await new Browser().logIn("sub-eve", "main", returnTo);
    expect([response.status, response.headers.get("location")]).toEqual([303, "/"]);
  },
);

test("a login makes an account and a session, keeps nothing readable in the browser, and leads to where it began", async () => {
  const browser = new Browser();
  const response = await browser.logIn("sub-alice", "main", "/r/acme/api?tab=tags#top");
  expect([response.status, response.headers.get("location")]).toEqual([303, "/r/acme/api?tab=tags#top"]);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(browser.lines[0]).toMatch(
    /^__Secure-berth_provider=berth-seal-1\.[\w.-]+; Path=\/auth\/oidc\/main\/callback; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/,
  );
  expect(browser.lines.join("\n").length).toBeLessThan(8_000);
  expect(await browser.identities()).toEqual(["oidc:main alice"]);
  const again = new Browser();
  await again.logIn("sub-alice");
  expect(await registry.find("select count(*) from identities where subject = 'sub-alice'")).toBe(1);
});

test("a name that is taken gives the next free one, and no rights of the other's", async () => {
  const browser = new Browser();
  expect((await browser.logIn("sub-root")).status).toBe(303);
  const id = await registry.find("select account_id from identities where subject = 'sub-root'");
  const rights = await registry.app.auth.access.rights(id);
  expect(rights?.name).toBe("root-2");
  expect(rights?.systemRole).toBe("none");
});

test("groups of the provider are teams from the login on", async () => {
  await registry.addOrganisation("acme", "root");
  await registry.addTeam("acme", "dev");
  const team = await registry.find("select id from teams where name = 'dev'");
  await registry.database.write((trx) =>
    registry.app.auth.groupSync.set(trx, team, [{ source: "oidc:main", group: "developers" }]),
  );
  await new Browser().logIn("sub-alice");
  const members = "select count(*) from team_members join accounts on accounts.id = account_id where name = 'alice'";
  expect(await registry.find(members)).toBe(1);
  const { groups: _, ...without } = PEOPLE["sub-alice"] ?? {};
  PEOPLE["sub-alice"] = { ...without, groups: [] };
  await new Browser().logIn("sub-alice");
  expect(await registry.find(members)).toBe(0);
});

test("a second factor of the account is asked for still: there is no session before", async () => {
  expect((await new Browser().logIn("sub-mia")).status).toBe(303);
  await registry.change(
    "insert into totps (account_id, sealed_secret, created_at, confirmed_at) select id, 'sealed', 1, 1 from accounts where name = 'mia'",
  );
  const browser = new Browser();
  const response = await browser.logIn("sub-mia", "main", "/r/acme");
  const [path, rest] = (response.headers.get("location") ?? "").split("#");
  expect(path).toBe("/login");
  const fields = new URLSearchParams(rest);
  expect(fields.get("return_to")).toBe("/r/acme");
  expect(fields.get("second_factor")).toContain("totp");
  expect(fields.get("pending")).toStartWith("berth-seal-1.");
  expect(browser.isLoggedIn).toBe(false);
});

describe("linking", () => {
  const link = (browser: Browser, source: string, body: object = {}, headers: Record<string, string> = {}) =>
    browser.post(`/api/v1/account/identities/${source}`, body, headers);

  async function loggedIn(): Promise<Browser> {
    const browser = new Browser();
    const { sessions } = registry.app.auth;
    const id = await registry.find("select id from accounts where name = 'root'");
    const { text } = await registry.database.write((trx) =>
      sessions.create(trx, id, { address: "127.0.0.1", agent: "test" }),
    );
    browser.cookies.set("__Host-berth_session", text);
    return browser;
  }

  test("needs a session that was proven lately: not a password, a token, an old session or another site's page", async () => {
    const token = await registry.addToken("root");
    const plain = new Browser();
    for (const headers of [basic("root"), { authorization: `Bearer ${token}` }]) {
      expect((await link(plain, "oidc:main", {}, headers)).status).toBe(403);
    }
    expect((await link(plain, "oidc:main")).status).toBe(401);
    const browser = await loggedIn();
    expect((await link(browser, "oidc:main", {}, { origin: "https://evil.example" })).status).toBe(403);
    await registry.change("update browser_sessions set proven_at = 1");
    expect((await link(browser, "oidc:main")).status).toBe(403);
    expect((await browser.ask("/api/v1/account/identities/oidc:main", { method: "DELETE" })).status).toBe(403);
  });

  test("fields and sources that there are not", async () => {
    const browser = await loggedIn();
    expect((await link(browser, "oidc:main", { accountId: 1 })).status).toBe(400);
    expect((await link(browser, "oidc:none")).status).toBe(404);
    expect((await link(browser, "ldap:none", { login: "a", password: "b" })).status).toBe(404);
    expect((await link(browser, "local")).status).toBe(400);
    expect((await browser.ask("/api/v1/account/identities/oidc:main", { method: "DELETE" })).status).toBe(404);
  });

  test("another person's identity stays theirs, and a link that another session began ends nowhere", async () => {
    const browser = await loggedIn();
    const begun = (await (await link(browser, "oidc:main")).json()) as { url: string };
    const path = await browser.visit(begun.url, "sub-eve");
    expect((await browser.ask(path)).status).toBe(409);
    expect(await browser.identities()).toEqual([]);

    const second = (await (await link(browser, "oidc:main")).json()) as { url: string };
    const back = await browser.visit(second.url, "sub-alice");
    const lured = await loggedIn();
    for (const [name, value] of browser.cookies) if (!name.includes("session")) lured.cookies.set(name, value);
    expect((await lured.ask(back)).status).toBe(401);
    expect(await browser.identities()).toEqual([]);
  });

  test("links several, logs in with each, unlinks; the last way stays for an account without a password", async () => {
    PEOPLE["sub-new"] = person("whoever");
    const browser = await loggedIn();
    for (const name of ["main", "other"]) {
      const begun = (await (await link(browser, `oidc:${name}`, { returnTo: "/settings" })).json()) as { url: string };
      const response = await browser.ask(await browser.visit(begun.url, "sub-new"));
      expect([response.status, response.headers.get("location")]).toEqual([303, "/settings"]);
    }
    expect(await browser.identities()).toEqual(["oidc:main whoever", "oidc:other whoever"]);
    const other = new Browser();
    await other.logIn("sub-new", "other");
    expect(await other.identities()).toHaveLength(2);
    const unlink = (who: Browser, source: string) =>
      who.ask(`/api/v1/account/identities/${source}`, { method: "DELETE" }).then((it) => it.status);
    expect(await unlink(other, "oidc:main")).toBe(204);
    expect(await unlink(other, "oidc:other")).toBe(204);
    expect(await other.identities()).toEqual([]);

    const only = new Browser();
    await only.logIn("sub-eve");
    expect(await unlink(only, "oidc:main")).toBe(409);
    expect(await only.identities()).toEqual(["oidc:main eve"]);
  });
});

test("a login page learns which providers there are, and nothing more", async () => {
  const response = await fetch(`${registry.url}/api/v1/login-methods`);
  expect(await response.json()).toEqual({
    password: true,
    providers: [
      { name: "dead", displayName: "Out of order", path: "/auth/oidc/dead" },
      { name: "main", displayName: "main", path: "/auth/oidc/main" },
      { name: "other", displayName: "other", path: "/auth/oidc/other" },
    ],
  });
});
