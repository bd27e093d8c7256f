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

describe("a first login whose name is somebody else's", () => {
  const PAGE = /^\/login#choose_name=root-2&return_to=%2Fr%2Facme$/;
  const choose = (browser: Browser, name: string) => browser.post("/api/v1/session/name", { name });

  test("nobody chooses a name who did not log in: without what the browser keeps, with a foreign, old or other cookie", async () => {
    expect((await choose(new Browser(), "mallory")).status).toBe(401);
    const other = new Browser();
    await other.ask("/auth/oidc/main");
    const [, stolen = ""] = [...other.cookies][0] ?? [];
    const sealed = (until: number) => {
      const identity = { source: "oidc:main", subject: "sub-x", login: "x", displayName: null, email: null };
      const whole = { identity: { ...identity, isEmailVerified: false, groups: [] }, until };
      return registry.app.auth.sealer.seal(JSON.stringify(whole), "a first login that waits for a name");
    };
    for (const value of ["", "x", "berth-seal-1.00000000.AAAA", stolen, sealed(Date.now() - 1), "x".repeat(5_000)]) {
      const browser = new Browser();
      browser.cookies.set("__Secure-berth_name_choice", value);
      expect((await choose(browser, "mallory")).status).toBe(401);
    }
    expect(await registry.find("select count(*) from accounts where name = 'mallory'")).toBe(0);
  });

  test("is asked once what it shall be called, and has no account and no session before", async () => {
    const browser = new Browser();
    const response = await browser.logIn("sub-root", "main", "/r/acme");
    expect([response.status, response.headers.get("location")]).toEqual([303, expect.stringMatching(PAGE)]);
    expect(browser.isLoggedIn).toBe(false);
    expect(browser.lines.at(-1)).toMatch(
      /^__Secure-berth_name_choice=berth-seal-1\.[\w.-]+; Path=\/api\/v1\/session\/name; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/,
    );
    expect(await registry.find("select count(*) from identities where subject = 'sub-root'")).toBe(0);

    expect((await choose(browser, "root")).status).toBe(409);
    for (const name of ["admin", "a b", "../x", "", "ROOT\0", "x".repeat(65), "x".repeat(301)]) {
      expect((await choose(browser, name)).status).toBe(400);
    }
    expect((await browser.post("/api/v1/session/name", { name: "ruth", systemRole: "administrator" })).status).toBe(
      400,
    );
    const evil = await browser.post("/api/v1/session/name", { name: "ruth" }, { origin: "https://evil.example" });
    expect(evil.status).toBe(403);
    expect(browser.isLoggedIn).toBe(false);

    const kept = browser.cookies.get("__Secure-berth_name_choice") ?? "";
    const chosen = await choose(browser, "Ruth");
    expect(chosen.status).toBe(200);
    expect(await chosen.json()).toMatchObject({ account: { name: "ruth", systemRole: "none" } });
    expect(await browser.identities()).toEqual(["oidc:main Root"]);

    // What was kept is worth nothing any more, and the next login asks nothing.
    const thief = new Browser();
    thief.cookies.set("__Secure-berth_name_choice", kept);
    expect((await choose(thief, "rita")).status).toBe(401);
    const again = new Browser();
    expect((await again.logIn("sub-root")).headers.get("location")).toBe("/");
    expect(await again.identities()).toEqual(["oidc:main Root"]);
  });

  test("of two that choose one name at once, one has it", async () => {
    PEOPLE["sub-one"] = person("root");
    PEOPLE["sub-two"] = person("root");
    const browsers = [new Browser(), new Browser()];
    await browsers[0]?.logIn("sub-one");
    await browsers[1]?.logIn("sub-two");
    const statuses = await Promise.all(browsers.map(async (it) => (await choose(it, "wanted")).status));
    expect(statuses.sort((a, b) => a - b)).toEqual([200, 409]);
  });

  test("has its groups' teams from then on", async () => {
    await registry.addOrganisation("chosen", "root");
    await registry.addTeam("chosen", "crew");
    const team = await registry.find("select id from teams where name = 'crew'");
    await registry.database.write((trx) =>
      registry.app.auth.groupSync.set(trx, team, [{ source: "oidc:main", group: "crew" }]),
    );
    PEOPLE["sub-three"] = person("root", ["crew", ...Array.from({ length: 90 }, (_, it) => `${it}`.repeat(50))]);
    const browser = new Browser();
    await browser.logIn("sub-three");
    expect((await choose(browser, "three")).status).toBe(200);
    expect(
      await registry.find(
        "select count(*) from team_members join accounts on accounts.id = account_id where name = 'three'",
      ),
    ).toBe(1);
  });
});

describe("a browser that cannot log in comes to the login page with a word of ours", () => {
  const html = { headers: { accept: "text/html,application/xhtml+xml;q=0.9" } };
  const told = async (response: Response) => [response.status, response.headers.get("location")];

  test("an answer that belongs to nothing, a provider that does not answer or denies, a disabled account", async () => {
    const browser = new Browser();
    const lost = await browser.ask("/auth/oidc/main/callback?code=a&state=<script>", html);
    expect(await told(lost)).toEqual([303, "/login#error=expired"]);
    expect(lost.headers.get("set-cookie")).toContain("Max-Age=0");
    expect(await told(await browser.ask("/auth/oidc/dead", html))).toEqual([303, "/login#error=unavailable"]);

    const denied = new Browser();
    const begun = new URL((await denied.ask("/auth/oidc/main")).headers.get("location") ?? "");
    const fields = new URLSearchParams({
      error: "access_denied",
      error_description: "evil.example",
      state: begun.searchParams.get("state") ?? "",
      iss: provider.issuer,
    });
    const callback = await denied.ask(`/auth/oidc/main/callback?${fields.toString()}`, html);
    expect(await told(callback)).toEqual([303, "/login#error=denied"]);

    await registry.change("update accounts set disabled_at = 1 where name = 'gone'");
    const path = await browser.goTo("/auth/oidc/main", "sub-gone");
    expect(await told(await browser.ask(path, html))).toEqual([303, "/login#error=denied"]);
    expect(browser.isLoggedIn).toBe(false);
  });
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
    await registry.addToken("root", { kind: "refresh" });
    const kept = await registry.addToken("root");
    expect(await other.identities()).toHaveLength(2);
    const unlink = (who: Browser, source: string) =>
      who.ask(`/api/v1/account/identities/${source}`, { method: "DELETE" }).then((it) => it.status);
    expect(await unlink(other, "oidc:main")).toBe(204);
    expect(await unlink(other, "oidc:other")).toBe(204);
    expect(await other.identities()).toEqual([]);
    // Where the account was logged in elsewhere, it is not any more.
    expect((await browser.ask("/api/v1/account/identities")).status).toBe(401);
    expect(await registry.find("select count(*) from tokens where kind = 'refresh'")).toBe(0);
    expect(
      (await new Browser().ask("/api/v1/repositories", { headers: { authorization: `Bearer ${kept}` } })).status,
    ).toBe(200);

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
