import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { discoveryOf, startTokenIssuer, type TokenIssuer } from "../../test/support/token-issuer.ts";
import { IssuerKeys } from "./issuer-keys.ts";
import { SourceUnavailableError } from "./source.ts";

const DISCOVERY = "/.well-known/openid-configuration";
const HEADER = { alg: "ES256", kid: "key-1" };

let issuer: TokenIssuer;
let now: number;
let keys: IssuerKeys;

beforeEach(async () => {
  issuer = await startTokenIssuer();
  now = Date.now();
  keys = open();
});

afterEach(() => issuer.stop());

function open(): IssuerKeys {
  return new IssuerKeys({ timeoutMs: 500, now: () => now });
}

const answer = (path: string, value: unknown) => issuer.answers.set(path, () => Response.json(value));
const discoverAs = (changes: Record<string, unknown>) =>
  answer(DISCOVERY, { ...discoveryOf(issuer.issuer), ...changes });

async function failure(): Promise<string> {
  const error: unknown = await keys.metadata(issuer.issuer).catch((error: unknown) => error);
  if (!(error instanceof SourceUnavailableError)) throw new Error("it did not fail as it should");
  return error.message;
}

describe("what an issuer publishes", () => {
  test("is its keys, each for algorithms of its own kind", async () => {
    await issuer.addKey("rsa", "RS256");
    delete issuer.keys[1]?.alg;
    expect(await keys.find(issuer.issuer, HEADER)).toMatchObject({ type: "public", algorithm: { name: "ECDSA" } });
    expect(await keys.find(issuer.issuer, { alg: "PS256", kid: "rsa" })).toMatchObject({ type: "public" });
    expect(await keys.find(issuer.issuer, { alg: "ES256", kid: "rsa" })).toBeNull();
    expect(await keys.find(issuer.issuer, { alg: "RS256", kid: "key-1" })).toBeNull();
    expect(await keys.find(issuer.issuer, { alg: "ES384", kid: "key-1" })).toBeNull();
    expect(await keys.find(issuer.issuer, { alg: "HS256", kid: "rsa" })).toBeNull();
    expect(await keys.find(issuer.issuer, { alg: "none" })).toBeNull();
  });

  test("secrets, private keys, and keys for other purposes are no keys", async () => {
    const {
      keys: [first],
    } = issuer;
    const { privateKey } = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]);
    const { d = "", x = "", y = "" } = await crypto.subtle.exportKey("jwk", privateKey);
    answer("/jwks", {
      keys: [
        { kty: "oct", kid: "secret", k: "c2VjcmV0", alg: "HS256" },
        { kty: "EC", crv: "P-256", kid: "private", d, x, y },
        { ...first, kid: "encryption", use: "enc" },
        { ...first, kid: "sign-only", key_ops: ["sign"] },
        { kty: "EC", crv: "P-256", kid: "broken", x: "AAAA", y: "AAAA" },
        { ...first, kid: "twice" },
        { ...first, kid: "twice" },
        null,
        "key",
        first,
      ],
    });
    for (const kid of ["secret", "private", "encryption", "sign-only", "broken", "twice"]) {
      expect({ kid, key: await keys.find(issuer.issuer, { alg: "ES256", kid }) }).toEqual({ kid, key: null });
    }
    expect(await keys.find(issuer.issuer, { alg: "HS256", kid: "secret" })).toBeNull();
    expect(await keys.find(issuer.issuer, HEADER)).not.toBeNull();
  });

  test("is the same document until it is fetched anew", async () => {
    const first = await keys.metadata(issuer.issuer);
    now += 14 * 60_000;
    expect(await keys.metadata(issuer.issuer)).toBe(first);
    now += 2 * 60_000;
    expect(await keys.metadata(issuer.issuer)).not.toBe(first);
    expect(issuer.requests).toHaveLength(4);
  });

  test("is found below the issuer's path", async () => {
    const name = `${issuer.issuer}/realms/main`;
    answer(`/realms/main${DISCOVERY}`, { ...discoveryOf(issuer.issuer), issuer: name });
    expect((await keys.metadata(name))["issuer"]).toBe(name);
  });
});

describe("an issuer that is not what it should be", () => {
  const cases: [name: string, change: () => void, message: string][] = [
    ["another name", () => discoverAs({ issuer: "https://evil.example" }), 'it calls itself "https://evil.example"'],
    ["a slash more", () => discoverAs({ issuer: `${issuer.issuer}/` }), 'it calls itself "http://127'],
    ["no name", () => discoverAs({ issuer: undefined }), "it calls itself null"],
    ["a list of names", () => discoverAs({ issuer: [issuer.issuer] }), "it calls itself ["],
    ["no keys", () => discoverAs({ jwks_uri: undefined }), "jwks_uri"],
    ["keys in a file", () => discoverAs({ jwks_uri: "file:///etc/passwd" }), "jwks_uri"],
    ["keys in the open", () => discoverAs({ jwks_uri: "http://10.0.0.1/jwks" }), "jwks_uri"],
    ["a list", () => answer(DISCOVERY, []), "no JSON object"],
    ["nothing", () => answer(DISCOVERY, null), "no JSON object"],
    ["no JSON", () => issuer.answers.set(DISCOVERY, () => new Response("<html>")), "not valid JSON"],
    ["not found", () => issuer.answers.set(DISCOVERY, () => new Response("", { status: 404 })), "answered 404"],
    ["moved", () => issuer.answers.set(DISCOVERY, () => Response.redirect("/elsewhere")), "answered 302"],
    ["moved keys", () => issuer.answers.set("/jwks", () => Response.redirect("/elsewhere")), "answered 302"],
    ["silent", () => issuer.answers.set("/jwks", () => new Promise(() => undefined)), "did not answer in 500 ms"],
    ["no list of keys", () => answer("/jwks", { keys: {} }), "no list of at most 100 keys"],
    ["too many keys", () => answer("/jwks", { keys: Array.from({ length: 101 }, () => ({})) }), "at most 100 keys"],
    ["too large", () => answer("/jwks", { keys: [], filler: "x".repeat(300_000) }), "more than 256 KiB"],
    ["a name twice", () => issuer.answers.set("/jwks", () => new Response('{"keys":[],"keys":[]}')), "twice"],
  ];

  test.each(cases)("%s", async (_name, change, message) => {
    change();
    expect(await failure()).toContain(message);
    expect(issuer.requests).not.toContain("/elsewhere");
    // Nor is anything of it kept.
    issuer.answers.clear();
    now += 1000;
    expect(await keys.find(issuer.issuer, HEADER)).not.toBeNull();
  });

  test("an address that is none is never asked", async () => {
    for (const name of ["http://issuer.example", "file:///etc/passwd", "", "issuer", "https://u:p@issuer.example"]) {
      await expect(keys.metadata(name)).rejects.toBeInstanceOf(SourceUnavailableError);
    }
  });

  test("a failing issuer is asked less and less often", async () => {
    issuer.answers.set(DISCOVERY, () => new Response("", { status: 500 }));
    const askedAt: number[] = [];
    for (let second = 0; second < 400; second += 1) {
      const before = issuer.requests.length;
      await failure();
      if (issuer.requests.length > before) askedAt.push(second);
      now += 1000;
    }
    expect(askedAt).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243, 303, 363]);
    issuer.answers.clear();
    now += 60_000;
    expect(await keys.find(issuer.issuer, HEADER)).not.toBeNull();
  });

  test("everybody who asks at once waits for one answer", async () => {
    issuer.answers.set(DISCOVERY, () => new Response("", { status: 500 }));
    await Promise.all(Array.from({ length: 50 }, failure));
    expect(issuer.requests).toHaveLength(1);
  });

  test("nor is it asked again before it has answered", async () => {
    issuer.answers.set(DISCOVERY, () => new Promise(() => undefined));
    const first = failure();
    now += 30_000;
    await Promise.all([failure(), failure(), first]);
    expect(issuer.requests).toHaveLength(1);
  });

  test("it does not keep others from being asked", async () => {
    const other = await startTokenIssuer();
    try {
      issuer.answers.set(DISCOVERY, () => new Promise(() => undefined));
      const failed = failure();
      expect(await keys.find(other.issuer, HEADER)).not.toBeNull();
      expect(await failed).toContain("did not answer");
    } finally {
      await other.stop();
    }
  });
});
