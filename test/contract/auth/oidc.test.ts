// Logins at a real OpenID Connect provider, and what becomes of them when somebody between the two changes something.

import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { OidcProvider, type PendingLogin } from "../../../src/auth/drivers/oidc.ts";
import { IssuerKeys } from "../../../src/auth/issuer-keys.ts";
import { type OidcConfig, oidcConfig } from "../../../src/auth/oidc-config.ts";
import { type Identity, SourceUnavailableError } from "../../../src/auth/source.ts";
import { RegistryError } from "../../../src/errors.ts";
import { type StartedOidcProvider, startOidcProvider } from "../../support/oidc-provider.ts";

const REDIRECT_URI = "https://registry.example/auth/oidc/test/callback";
const SECRET = "canary-secret-of-the-client-0123456789";
const SCOPES = ["openid", "profile", "email", "groups"];

const CLIENTS = [
  { client_id: "berth", client_secret: SECRET, redirect_uris: [REDIRECT_URI] },
  { client_id: "public", token_endpoint_auth_method: "none", redirect_uris: [REDIRECT_URI] },
];

const ALICE = {
  preferred_username: "Alice",
  name: "Alice Example",
  email: "alice@example.com",
  email_verified: true,
  groups: ["dev", "ops"],
};

const PEOPLE = {
  "sub-alice": ALICE,
  "sub-bob": { ...ALICE, preferred_username: "bob", email_verified: false, groups: "dev" },
  "sub-nobody": { name: "No login name" },
  "sub-list": { ...ALICE, preferred_username: ["admin", "alice"] },
  "sub-text": { ...ALICE, email_verified: "true" },
  "sub-domains": { ...ALICE, email: "a@example.com@evil.example" },
};

let provider: StartedOidcProvider;

beforeAll(async () => {
  provider = await startOidcProvider({ clients: CLIENTS, people: PEOPLE, areClaimsInIdToken: false });
});

afterAll(() => provider.stop());

function configOf({ name = "test", ...changes }: Record<string, unknown> & { name?: string } = {}): OidcConfig {
  const settings = oidcConfig.parse({
    issuer: provider.issuer,
    clientId: "berth",
    clientSecret: SECRET,
    scopes: SCOPES,
    timeoutSeconds: 5,
    ...changes,
  });
  return { ...settings, name };
}

function open(changes: Record<string, unknown> & { name?: string } = {}): OidcProvider {
  return new OidcProvider({ config: configOf(changes) });
}

const begin = (source: OidcProvider, returnTo = "/") => source.begin({ redirectUri: REDIRECT_URI, returnTo });

async function logIn(source: OidcProvider, login = "sub-alice"): Promise<Identity> {
  const { url, pending } = await begin(source);
  return source.finish(await provider.visit(url, login), pending);
}

/** The code of the error that it fails with; anything but our own errors fails the test. */
async function failureOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => new Error("it did not fail"),
    (error: unknown) => error,
  );
  if (error instanceof SourceUnavailableError) return "UNAVAILABLE";
  if (error instanceof RegistryError) return error.code;
  throw error;
}

describe("a login", () => {
  const expected: Identity = {
    source: "oidc:test",
    subject: "sub-alice",
    login: "Alice",
    displayName: "Alice Example",
    email: "alice@example.com",
    isEmailVerified: true,
    groups: ["dev", "ops"],
  };

  test("tells who somebody is, from the userinfo endpoint", async () => {
    const before = provider.requests.length;
    expect(await logIn(open())).toEqual(expected);
    expect(provider.requests.slice(before).filter((path) => path === "/me")).toHaveLength(1);
  });

  test("tells who somebody is, from the ID token alone", async () => {
    const other = await startOidcProvider({ clients: CLIENTS, people: PEOPLE, areClaimsInIdToken: true });
    try {
      const source = open({ issuer: other.issuer });
      const { url, pending } = await begin(source);
      expect(await source.finish(await other.visit(url, "sub-alice"), pending)).toEqual(expected);
      expect(other.requests).not.toContain("/me");
    } finally {
      await other.stop();
    }
  });

  test("works for a public client", async () => {
    expect(await logIn(open({ clientId: "public", clientSecret: undefined }))).toEqual(expected);
  });

  test("finds the provider once", async () => {
    const before = provider.requests.length;
    const source = open();
    await Promise.all([begin(source), begin(source), begin(source)]);
    await begin(source);
    expect(provider.requests.slice(before)).toEqual(["/.well-known/openid-configuration", "/jwks"]);
  });

  test("asks with PKCE, state and nonce, new ones each time", async () => {
    const source = open();
    const [first, second] = [await begin(source), await begin(source)];
    const query = new URL(first.url).searchParams;
    expect(query.get("redirect_uri")).toBe(REDIRECT_URI);
    expect(query.get("response_type")).toBe("code");
    expect(query.get("code_challenge_method")).toBe("S256");
    expect(query.get("code_challenge")).toMatch(/^[\w-]{43}$/);
    expect(query.get("state")).toBe(first.pending.state);
    expect(query.get("nonce")).toBe(first.pending.nonce);
    expect(query.get("scope")).toBe(SCOPES.join(" "));
    expect(first.url).not.toContain(first.pending.codeVerifier);
    for (const key of ["state", "nonce", "codeVerifier"] as const) {
      expect(first.pending[key].length).toBeGreaterThanOrEqual(43);
      expect(first.pending[key]).not.toBe(second.pending[key]);
    }
    expect(JSON.parse(JSON.stringify(first.pending))).toEqual(first.pending);
  });

  test("keeps only a safe place to return to", async () => {
    expect((await begin(open(), "/r/acme/api?tab=tags")).pending.returnTo).toBe("/r/acme/api?tab=tags");
    expect((await begin(open(), "//evil.example")).pending.returnTo).toBe("/");
  });
});

describe("claims of a real provider", () => {
  test("an address that is not verified is none, and one group is a list", async () => {
    expect(await logIn(open(), "sub-bob")).toMatchObject({ email: null, isEmailVerified: false, groups: ["dev"] });
    expect(await logIn(open(), "sub-text")).toMatchObject({ email: null, isEmailVerified: false });
  });

  test.each(["sub-nobody", "sub-list", "sub-domains"])("%s is refused", async (login) => {
    expect(await failureOf(logIn(open(), login))).toBe("UNAUTHORIZED");
  });

  test("groups and domains admit", async () => {
    expect((await logIn(open({ allowedGroups: ["ops"], allowedEmailDomains: ["EXAMPLE.com"] }))).login).toBe("Alice");
    expect(await failureOf(logIn(open({ allowedGroups: ["admins"] })))).toBe("DENIED");
    expect(await failureOf(logIn(open({ allowedGroups: [] })))).toBe("DENIED");
    expect(await failureOf(logIn(open({ allowedEmailDomains: ["ample.com"] })))).toBe("DENIED");
    expect(await failureOf(logIn(open({ allowedEmailDomains: ["example.com"] }), "sub-bob"))).toBe("DENIED");
  });
});

describe("an answer that is not one to this login", () => {
  const other = "0123456789012345678901234567890123456789012";
  const cases: [name: string, change: (url: URL, pending: PendingLogin) => [URL, PendingLogin]][] = [
    ["another state", (url, pending) => [url, { ...pending, state: other }]],
    ["another nonce", (url, pending) => [url, { ...pending, nonce: other }]],
    ["another code verifier", (url, pending) => [url, { ...pending, codeVerifier: other }]],
    ["an empty state", (url, pending) => [without(url, "state"), { ...pending, state: "" }]],
    ["an empty nonce", (url, pending) => [url, { ...pending, nonce: "" }]],
    ["an empty code verifier", (url, pending) => [url, { ...pending, codeVerifier: "" }]],
    ["no state", (url, pending) => [without(url, "state"), pending]],
    ["no code", (url, pending) => [without(url, "code"), pending]],
    ["two codes", (url, pending) => [new URL(`${url.href}&code=other`), pending]],
    ["two states", (url, pending) => [new URL(`${url.href}&state=${pending.state}`), pending]],
    ["a code of nobody", (url, pending) => [set(url, "code", other), pending]],
    ["another issuer", (url, pending) => [set(url, "iss", "https://evil.example"), pending]],
    ["no issuer though it is promised", (url, pending) => [without(url, "iss"), pending]],
    ["an ID token in the address", (url, pending) => [set(url, "id_token", "a.b.c"), pending]],
    ["an encrypted answer", (url, pending) => [set(url, "response", "a.b.c"), pending]],
    ["another source", (url, pending) => [url, { ...pending, source: "oidc:other" }]],
    ["another path", (url, pending) => [new URL(url.href.replace("/callback", "/callback/")), pending]],
    ["another host", (url, pending) => [new URL(url.href.replace("registry.", "evil.")), pending]],
    ["another scheme", (url, pending) => [new URL(url.href.replace("https:", "http:")), pending]],
    ["a user in the address", (url, pending) => [new URL(url.href.replace("//", "//user@")), pending]],
    ["more than a code", (url, pending) => [set(url, "x", "x".repeat(10_000)), pending]],
    ["from the future", (url, pending) => [url, { ...pending, createdAt: Date.now() + 120_000 }]],
    ["eleven minutes old", (url, pending) => [url, { ...pending, createdAt: Date.now() - 11 * 60_000 }]],
    ["of no age", (url, pending) => [url, { ...pending, createdAt: NaN }]],
  ];

  test.each(cases)("%s", async (_name, change) => {
    const source = open();
    const { url, pending } = await begin(source);
    const callback = await provider.visit(url, "sub-alice");
    expect(await failureOf(source.finish(...change(callback, pending)))).toBe("UNAUTHORIZED");
  });

  test("a code that was used", async () => {
    const source = open();
    const { url, pending } = await begin(source);
    const callback = await provider.visit(url, "sub-alice");
    await source.finish(callback, pending);
    expect(await failureOf(source.finish(callback, pending))).toBe("UNAUTHORIZED");
  });

  test("somebody else's code", async () => {
    const source = open();
    const [mine, theirs] = [await begin(source), await begin(source)];
    const code = (await provider.visit(theirs.url, "sub-bob")).searchParams.get("code") ?? "";
    const callback = set(await provider.visit(mine.url, "sub-alice"), "code", code);
    expect(await failureOf(source.finish(callback, mine.pending))).toBe("UNAUTHORIZED");
  });

  test("a person who does not agree", async () => {
    const source = open();
    const { url, pending } = await begin(source);
    expect(await failureOf(source.finish(await provider.visit(url, "sub-alice", "abort"), pending))).toBe("DENIED");
  });

  test("a wrong client secret is no fault of the person, and is told to nobody", async () => {
    const source = open({ clientSecret: `${SECRET}-wrong` });
    const { url, pending } = await begin(source);
    const callback = await provider.visit(url, "sub-alice");
    const error: unknown = await source.finish(callback, pending).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(SourceUnavailableError);
    const shown = Bun.inspect(error, { depth: 20 });
    for (const secret of [SECRET, callback.searchParams.get("code") ?? "?", pending.codeVerifier]) {
      expect(shown).not.toContain(secret);
    }
  });
});

describe("a provider that is down", () => {
  let late: StartedOidcProvider | undefined;

  afterEach(async () => {
    await late?.stop();
    late = undefined;
  });

  test("stops neither the start nor later logins", async () => {
    late = await startOidcProvider({ clients: CLIENTS, people: PEOPLE });
    const { issuer } = late;
    await late.stop();
    let now = Date.now();
    const keys = new IssuerKeys({ timeoutMs: 2000, now: () => now });
    const source = new OidcProvider({ config: configOf({ issuer }), keys });
    expect(await failureOf(begin(source))).toBe("UNAVAILABLE");
    late = undefined;
    const port = Number(new URL(issuer).port);
    let asked = 0;
    const stub = Bun.serve({
      port,
      hostname: "127.0.0.1",
      fetch: ({ url }) => {
        asked += 1;
        if (url.endsWith("/jwks")) return Response.json({ keys: [] });
        const endpoints = { authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token` };
        return Response.json({ issuer, jwks_uri: `${issuer}/jwks`, ...endpoints });
      },
    });
    try {
      // Not asked again at once.
      expect(await failureOf(begin(source))).toBe("UNAVAILABLE");
      expect(asked).toBe(0);
      now += 1001;
      expect((await begin(source)).url).toStartWith(`${issuer}/auth?`);
    } finally {
      await stub.stop(true);
    }
  });

  test("is said to be so when it stops between the two steps", async () => {
    late = await startOidcProvider({ clients: CLIENTS, people: PEOPLE });
    const source = open({ issuer: late.issuer });
    const { url, pending } = await begin(source);
    const callback = await late.visit(url, "sub-alice");
    await late.stop();
    late = undefined;
    expect(await failureOf(source.finish(callback, pending))).toBe("UNAVAILABLE");
  });
});

function set(url: URL, name: string, value: string): URL {
  const changed = new URL(url);
  changed.searchParams.set(name, value);
  return changed;
}

function without(url: URL, name: string): URL {
  const changed = new URL(url);
  changed.searchParams.delete(name);
  return changed;
}
