import { expect, test } from "bun:test";
import { parseToken, TOKEN_ALGORITHMS } from "./issuer-token.ts";

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const tokenOf = (header: unknown, claims: unknown = { sub: "1" }) => `${encode(header)}.${encode(claims)}.AAAA`;
const parse = (token: string) => parseToken(token, 8192);

test("of a header only what chooses the key is kept", () => {
  const header = {
    alg: "ES256",
    kid: "1",
    typ: "jwt",
    jwk: {},
    jku: "https://evil.example",
    x5u: "x",
    x5c: ["x"],
    x: 1,
  };
  expect(parse(tokenOf(header))).toEqual({ header: { alg: "ES256", kid: "1" }, claims: { sub: "1" } });
  expect(parse(tokenOf({ alg: "RS256" }))).toEqual({ header: { alg: "RS256" }, claims: { sub: "1" } });
});

test("a token is signed by a key pair or it is none", () => {
  for (const alg of TOKEN_ALGORITHMS) expect(parse(tokenOf({ alg }))).not.toBeNull();
  const others = [
    "none",
    "NONE",
    "HS256",
    "HS384",
    "HS512",
    "hs256",
    "es256",
    "RS1",
    "ES256K",
    "dir",
    "RSA-OAEP",
    "A128KW",
  ];
  for (const alg of [...others, "", " ES256", "toString", undefined, null, 1, ["ES256"], { alg: "ES256" }]) {
    expect({ alg, is: parse(tokenOf({ alg })) }).toEqual({ alg, is: null });
  }
});

test("claims are one object", () => {
  for (const claims of [null, 1, "x", [], [{ sub: "1" }], true])
    expect(parse(tokenOf({ alg: "ES256" }, claims))).toBeNull();
});

test("its length counts before anything else", () => {
  const token = tokenOf({ alg: "ES256" });
  expect(parseToken(token, token.length)).not.toBeNull();
  expect(parseToken(token, token.length - 1)).toBeNull();
});
