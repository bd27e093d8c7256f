// Logins at a provider that lies, fails or is not there; those at a real one are in test/contract/auth/.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { discoveryOf, startTokenIssuer, type TokenIssuer } from "../../../test/support/token-issuer.ts";
import { RegistryError } from "../../errors.ts";
import { oidcConfig } from "../oidc-config.ts";
import { type Identity, SourceUnavailableError } from "../source.ts";
import { OidcProvider } from "./oidc.ts";

const REDIRECT_URI = "https://registry.example/auth/oidc/main/callback";
const SECRET = "canary-secret-of-the-client";
const ACCESS_TOKEN = "canary-access-token";
const DISCOVERY = "/.well-known/openid-configuration";
const ORIGINAL = "UNAUTHORIZED";

let issuer: TokenIssuer;

beforeEach(async () => {
  issuer = await startTokenIssuer();
});

afterEach(() => issuer.stop());

function open(changes: Record<string, unknown> = {}): OidcProvider {
  const settings = { issuer: issuer.issuer, clientId: "berth", clientSecret: SECRET, timeoutSeconds: 1 };
  return new OidcProvider({ config: { ...oidcConfig.parse({ ...settings, ...changes }), name: "main" } });
}

function claimsOf(nonce: string, changes: Record<string, unknown> = {}): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: issuer.issuer,
    sub: "0001",
    aud: "berth",
    exp: now + 300,
    iat: now,
    nonce,
    preferred_username: "alice",
    name: "Alice",
    email: "alice@example.com",
    email_verified: true,
    groups: [],
    ...changes,
  };
}

/** A whole login; `makeToken` makes the ID token for its nonce, `body` is the rest of the token endpoint's answer. */
async function logIn(
  makeToken: (nonce: string) => string | Promise<string>,
  body: Record<string, unknown> = {},
  source = open(),
): Promise<Identity> {
  const { pending } = await source.begin({ redirectUri: REDIRECT_URI, returnTo: "/" });
  const idToken = await makeToken(pending.nonce);
  issuer.answers.set("/token", () =>
    Response.json({ access_token: ACCESS_TOKEN, token_type: "Bearer", id_token: idToken, ...body }),
  );
  return source.finish(new URL(`${REDIRECT_URI}?code=the-code&state=${pending.state}`), pending);
}

const signed =
  (changes: Record<string, unknown>, header: Record<string, unknown> = {}, kid?: string) =>
  (nonce: string) =>
    issuer.sign(claimsOf(nonce, changes), header, kid);

/** The code of the error that it fails with; that error has none of the secrets in it, however it is shown. */
async function failureOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => new Error("it did not fail"),
    (error: unknown) => error,
  );
  const shown = `${Bun.inspect(error, { depth: 20 })} ${error instanceof Error ? error.stack : ""}`;
  for (const secret of [SECRET, ACCESS_TOKEN, "the-code", "eyJ"]) expect(shown).not.toContain(secret);
  if (error instanceof SourceUnavailableError) return "UNAVAILABLE";
  if (error instanceof RegistryError) return error.code;
  throw error;
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("an ID token", () => {
  test("tells who somebody is", async () => {
    expect(await logIn(signed({}))).toMatchObject({ source: "oidc:main", subject: "0001", login: "alice" });
    expect(issuer.requests).not.toContain("/userinfo");
  });

  const now = () => Math.floor(Date.now() / 1000);
  const cases: [name: string, changes: () => Record<string, unknown>][] = [
    ["for somebody else", () => ({ aud: "other" })],
    ["for nobody", () => ({ aud: undefined })],
    ["for others too, without saying who asked", () => ({ aud: ["berth", "other"] })],
    ["for others too, asked by one of them", () => ({ aud: ["berth", "other"], azp: "other" })],
    ["for us, asked by somebody else", () => ({ azp: "other" })],
    ["for us, asked by a list", () => ({ azp: ["berth"] })],
    ["of somebody else", () => ({ iss: "https://evil.example" })],
    ["of nobody", () => ({ iss: undefined })],
    ["that is over", () => ({ exp: now() - 60 })],
    ["that never ends", () => ({ exp: undefined })],
    ["that ends in words", () => ({ exp: String(now() + 60) })],
    ["of no time", () => ({ iat: undefined })],
    ["that has not begun", () => ({ nbf: now() + 3600 })],
    ["of another login", () => ({ nonce: "other" })],
    ["of no login", () => ({ nonce: undefined })],
    ["of a list of logins", () => ({ nonce: [] })],
    ["about nobody", () => ({ sub: undefined })],
    ["about an empty name", () => ({ sub: "" })],
    ["about a list", () => ({ sub: ["0001"] })],
  ];

  test.each(cases)("%s is refused", async (_name, changes) => {
    expect(await failureOf(logIn(signed(changes())))).toBe(ORIGINAL);
  });

  test("for others too is taken when we asked", async () => {
    expect(await logIn(signed({ aud: ["berth", "other"], azp: "berth" }))).toMatchObject({ login: "alice" });
  });

  test("that its issuer did not sign is refused", async () => {
    await issuer.addKey("hidden", "ES256", false);
    await issuer.addKey("rsa", "RS256");
    const foreign = await startTokenIssuer();
    const { n = "" } = issuer.keys.find((key) => key.kid === "rsa") ?? {};
    const hmac = (key: string | Buffer) => (nonce: string) => {
      const text = `${encode({ alg: "HS256", kid: "rsa" })}.${encode(claimsOf(nonce))}`;
      return `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`;
    };
    const replaced = (header: unknown, signature?: string) => async (nonce: string) => {
      const [, payload = "", good = ""] = (await signed({})(nonce)).split(".");
      return `${encode(header)}.${payload}.${signature ?? good}`;
    };
    try {
      const forged = [
        replaced({ alg: "none" }, ""),
        replaced({ alg: "none" }),
        replaced({ alg: "None", kid: "key-1" }),
        replaced({ kid: "key-1" }),
        // Some providers do sign with the client's secret; then everybody who knows it could log in as anybody.
        hmac(SECRET),
        hmac(n),
        hmac(Buffer.from(n, "base64url")),
        hmac(""),
        replaced({ alg: "ES256", kid: "key-1" }, Buffer.alloc(64).toString("base64url")),
        replaced({ alg: "ES256", kid: "key-1" }, "AAAA"),
        replaced({ alg: "ES256", kid: "other" }),
        replaced({ alg: "RS256", kid: "key-1" }),
        replaced({ alg: "ES256", kid: "key-1", crit: ["exp"] }),
        replaced({ alg: "ES256", kid: "key-1", b64: false }),
        signed({}, {}, "hidden"),
        signed({}, { kid: "key-1" }, "hidden"),
        (nonce: string) => foreign.sign(claimsOf(nonce)),
        (nonce: string) => foreign.sign(claimsOf(nonce), { jwk: foreign.keys[0], jku: `${foreign.issuer}/jwks` }),
        signed({}, { typ: "logout+jwt" }),
        async (nonce: string) => `${await signed({})(nonce)}A`,
        async (nonce: string) => (await signed({})(nonce)).slice(0, -1),
        async (nonce: string) => `${await signed({})(nonce)}.e30.e30`,
        () => "",
        () => "...",
        () => "x".repeat(200_000),
      ];
      for (const [index, makeToken] of forged.entries()) {
        expect({ index, is: await failureOf(logIn(makeToken)) }).toEqual({ index, is: ORIGINAL });
      }
      expect(foreign.requests).toEqual([]);
    } finally {
      await foreign.stop();
    }
  });

  test("is refused when the provider says that it signs with secrets only", async () => {
    const algorithms = { id_token_signing_alg_values_supported: ["HS256", "none"] };
    issuer.answers.set(DISCOVERY, () => Response.json({ ...discoveryOf(issuer.issuer), ...algorithms }));
    expect(await failureOf(logIn(signed({})))).toBe(ORIGINAL);
  });
});

describe("a token endpoint that", () => {
  const cases: [name: string, answer: () => Response | Promise<Response>, expected: string][] = [
    ["knows no such code", () => Response.json({ error: "invalid_grant" }, { status: 400 }), "UNAUTHORIZED"],
    ["does not know us", () => Response.json({ error: "invalid_client" }, { status: 401 }), "UNAVAILABLE"],
    ["does not know us, in other words", () => new Response("who?", { status: 401 }), "UNAVAILABLE"],
    ["lets us not do this", () => Response.json({ error: "unauthorized_client" }, { status: 400 }), "UNAVAILABLE"],
    ["is out of order", () => new Response("later", { status: 503 }), "UNAVAILABLE"],
    ["is silent", () => new Promise(() => undefined), "UNAVAILABLE"],
    ["is endless", () => new Response("x".repeat(300_000)), "UNAVAILABLE"],
    ["sends us elsewhere", () => Response.redirect("https://evil.example/token"), "UNAUTHORIZED"],
    ["gives no ID token", () => Response.json({ access_token: "a", token_type: "Bearer" }), "UNAUTHORIZED"],
    ["gives a list", () => Response.json([]), "UNAUTHORIZED"],
    ["gives nothing", () => new Response(null, { status: 204 }), "UNAUTHORIZED"],
    [
      "gives a page",
      () => new Response("<html>the-code", { headers: { "content-type": "text/html" } }),
      "UNAUTHORIZED",
    ],
    [
      "fails with hostile words",
      () => Response.json({ error: "x\n\u001b[31m", error_description: SECRET.repeat(1000) }, { status: 400 }),
      "UNAUTHORIZED",
    ],
  ];

  test.each(cases)("%s", async (_name, answer, expected) => {
    const source = open();
    const { pending } = await source.begin({ redirectUri: REDIRECT_URI, returnTo: "/" });
    issuer.answers.set("/token", answer);
    const callback = new URL(`${REDIRECT_URI}?code=the-code&state=${pending.state}`);
    expect(await failureOf(source.finish(callback, pending))).toBe(expected);
  });

  test("is asked with the code, the verifier and the very same address", async () => {
    const source = open();
    const { pending } = await source.begin({ redirectUri: REDIRECT_URI, returnTo: "/" });
    let asked: { authorization: string | null; form: Record<string, string> } | undefined;
    issuer.answers.set("/token", async (request) => {
      const form = Object.fromEntries(new URLSearchParams(await request.text()));
      asked = { authorization: request.headers.get("authorization"), form };
      return Response.json({ error: "invalid_grant" }, { status: 400 });
    });
    await failureOf(source.finish(new URL(`${REDIRECT_URI}?code=the-code&state=${pending.state}`), pending));
    expect(asked).toEqual({
      authorization: `Basic ${btoa(`berth:${SECRET.replaceAll("-", "%2D")}`)}`,
      form: {
        grant_type: "authorization_code",
        code: "the-code",
        code_verifier: pending.codeVerifier,
        redirect_uri: REDIRECT_URI,
      },
    });
  });

  test("only takes the client's password in the form gets it there", async () => {
    const methods = { token_endpoint_auth_methods_supported: ["client_secret_post"] };
    issuer.answers.set(DISCOVERY, () => Response.json({ ...discoveryOf(issuer.issuer), ...methods }));
    const source = open();
    const { pending } = await source.begin({ redirectUri: REDIRECT_URI, returnTo: "/" });
    let form = new URLSearchParams();
    issuer.answers.set("/token", async (request) => {
      form = new URLSearchParams(await request.text());
      return Response.json({ error: "invalid_grant" }, { status: 400 });
    });
    await failureOf(source.finish(new URL(`${REDIRECT_URI}?code=the-code&state=${pending.state}`), pending));
    expect([form.get("client_id"), form.get("client_secret")]).toEqual(["berth", SECRET]);
  });
});

describe("a callback that", () => {
  const finish = async (query: (state: string) => string) => {
    const source = open();
    const { pending } = await source.begin({ redirectUri: REDIRECT_URI, returnTo: "/" });
    return source.finish(new URL(`${REDIRECT_URI}${query(pending.state)}`), pending);
  };
  const cases: [query: (state: string) => string, expected: string][] = [
    [(state) => `?error=access_denied&state=${state}`, "DENIED"],
    [(state) => `?error=login_required&state=${state}`, "UNAUTHORIZED"],
    [(state) => `?error=temporarily_unavailable&state=${state}`, "UNAVAILABLE"],
    [(state) => `?error=%0a%1b%5b31m&error_description=x&state=${state}`, "UNAUTHORIZED"],
    [() => "?error=access_denied", "UNAUTHORIZED"],
    [() => "?error=access_denied&state=other", "UNAUTHORIZED"],
    [() => "", "UNAUTHORIZED"],
    [() => "?", "UNAUTHORIZED"],
    [(state) => `?state=${state}`, "UNAUTHORIZED"],
    [(state) => `?code=&state=${state}`, "UNAUTHORIZED"],
    [(state) => `#code=the-code&state=${state}`, "UNAUTHORIZED"],
  ];

  test.each(cases)("says %p", async (query, expected) => {
    expect(await failureOf(finish(query))).toBe(expected);
    expect(issuer.requests).not.toContain("/token");
  });
});

describe("userinfo that", () => {
  const said = { sub: "0001", preferred_username: "alice" };
  const cases: [name: string, answer: () => Response | Promise<Response>, expected: string][] = [
    ["is about somebody else", () => Response.json({ ...said, sub: "0002" }), "UNAUTHORIZED"],
    ["is about nobody", () => Response.json({ preferred_username: "alice" }), "UNAUTHORIZED"],
    ["is about a list", () => Response.json({ ...said, sub: ["0001"] }), "UNAUTHORIZED"],
    ["names nobody", () => Response.json({ sub: "0001" }), "UNAUTHORIZED"],
    [
      "has a name twice",
      () => new Response('{"sub":"0002","sub":"0001","preferred_username":"alice"}'),
      "UNAUTHORIZED",
    ],
    ["is a list", () => Response.json([said]), "UNAUTHORIZED"],
    ["is a token", async () => new Response(await issuer.sign(said)), "UNAUTHORIZED"],
    ["is a page", () => new Response("<html>"), "UNAUTHORIZED"],
    ["is not there", () => new Response("", { status: 404 }), "UNAVAILABLE"],
    ["is forbidden", () => new Response("", { status: 403 }), "UNAVAILABLE"],
    ["is elsewhere", () => Response.redirect("https://evil.example/userinfo"), "UNAVAILABLE"],
    ["is out of order", () => new Response("", { status: 500 }), "UNAVAILABLE"],
    ["is endless", () => new Response("x".repeat(300_000)), "UNAVAILABLE"],
    ["never comes", () => new Promise(() => undefined), "UNAVAILABLE"],
  ];

  test.each(cases)("%s", async (_name, answer, expected) => {
    issuer.answers.set("/userinfo", answer);
    expect(await failureOf(logIn(signed({ preferred_username: undefined })))).toBe(expected);
  });

  test("is asked with the access token", async () => {
    let authorization: string | null = null;
    issuer.answers.set("/userinfo", (request) => {
      authorization = request.headers.get("authorization");
      return Response.json({ ...said, groups: ["dev"], email: "x@evil.example" });
    });
    const identity = await logIn(signed({ preferred_username: undefined, groups: undefined, email: undefined }));
    expect(identity).toMatchObject({ login: "alice", groups: ["dev"], email: null });
    expect(String(authorization)).toBe(`Bearer ${ACCESS_TOKEN}`);
  });
});

describe("a provider whose discovery document", () => {
  const changed = (changes: Record<string, unknown>) => {
    issuer.answers.set(DISCOVERY, () => Response.json({ ...discoveryOf(issuer.issuer), ...changes }));
    return failureOf(open().begin({ redirectUri: REDIRECT_URI, returnTo: "/" }));
  };

  test.each([
    { issuer: "https://evil.example" },
    { jwks_uri: undefined },
    { authorization_endpoint: undefined },
    { authorization_endpoint: "javascript:alert(1)" },
    { authorization_endpoint: "http://evil.example/auth" },
    { token_endpoint: "http://evil.example/token" },
    { token_endpoint: "file:///etc/passwd" },
    { token_endpoint: ["https://issuer.example/token"] },
    { userinfo_endpoint: "http://169.254.169.254/" },
    { id_token_signing_alg_values_supported: "RS256" },
  ])("has %j cannot be used", async (changes) => {
    expect(await changed(changes)).toBe("UNAVAILABLE");
  });
});

test("a callback address with a query is a mistake of ours", async () => {
  const begun = open().begin({ redirectUri: `${REDIRECT_URI}?x=1`, returnTo: "/" });
  await expect(begun).rejects.toBeInstanceOf(TypeError);
});
