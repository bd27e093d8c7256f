import { describe, expect, test } from "bun:test";
import { type ErrorCode, RegistryError } from "../errors.ts";
import type { JsonObject, JsonValue } from "../oci/json.ts";
import { lacksClaims, readIdentity } from "./oidc-claims.ts";
import { oidcConfig } from "./oidc-config.ts";
import type { Identity } from "./source.ts";

const SETTINGS = { issuer: "https://issuer.example", clientId: "berth" };
const CONFIG = { ...oidcConfig.parse(SETTINGS), name: "main" };

const CLAIMS: JsonObject = {
  sub: "0001",
  preferred_username: "alice",
  name: "Alice Example",
  email: "alice@example.com",
  email_verified: true,
  groups: ["dev", "ops"],
};

/** What the identity has, or the code of the error. */
type Outcome = Partial<Identity> | ErrorCode;

function outcome(token: JsonObject, userinfo: JsonObject = {}, settings: Record<string, unknown> = {}): Outcome {
  try {
    return readIdentity(token, userinfo, { ...oidcConfig.parse({ ...SETTINGS, ...settings }), name: "main" });
  } catch (error) {
    if (error instanceof RegistryError) return error.code;
    throw error;
  }
}

function check(actual: Outcome, expected: Outcome): void {
  if (typeof expected === "string") expect(actual).toBe(expected);
  else expect(actual).toMatchObject(expected);
}

const IS_REFUSED = "UNAUTHORIZED";
const NO_EMAIL = { email: null, isEmailVerified: false };
const long = "x".repeat(256);

/** What a claim may be instead of what it should be; undefined takes it away. */
const MUTATIONS: [claim: string, value: JsonValue | undefined, expected: Outcome][] = [
  ...["sub", "preferred_username"].flatMap((claim) =>
    [
      undefined,
      null,
      "",
      " ",
      "\t",
      "a\nb",
      "a\0",
      "\u202eecila",
      "\ud800",
      long,
      [],
      ["a"],
      ["a", "b"],
      {},
      { a: "b" },
      0,
      1,
      true,
      false,
    ].map((value): [string, JsonValue | undefined, Outcome] => [claim, value, IS_REFUSED]),
  ),
  ["sub", "x".repeat(255), { subject: "x".repeat(255) }],
  ["sub", "ü", { subject: "ü" }],
  ["preferred_username", "Älice@corp", { login: "Älice@corp" }],
  ["name", undefined, { displayName: null }],
  ["name", null, { displayName: null }],
  ["name", "", { displayName: null }],
  ["name", "李 雷", { displayName: "李 雷" }],
  ...[" ", "a\u0007", long, [], ["Alice"], {}, 1, true].map((value): [string, JsonValue, Outcome] => [
    "name",
    value,
    IS_REFUSED,
  ]),
  ["email_verified", undefined, NO_EMAIL],
  ["email_verified", null, NO_EMAIL],
  ["email_verified", false, NO_EMAIL],
  ["email_verified", "true", NO_EMAIL],
  ["email_verified", "", NO_EMAIL],
  ["email_verified", 1, NO_EMAIL],
  ["email_verified", [true], NO_EMAIL],
  ["email_verified", {}, NO_EMAIL],
  ["email", undefined, NO_EMAIL],
  ["email", null, NO_EMAIL],
  ["email", "", NO_EMAIL],
  ["email", "o'brien+x@example.co.uk", { email: "o'brien+x@example.co.uk", isEmailVerified: true }],
  ...[
    "alice",
    "@",
    "a@",
    "@b",
    "a@b@c",
    "a@@b",
    "a b@c",
    "a@b c",
    "a@b\n",
    "a@b,c@d",
    "a@b;c@d",
    "<a@b>",
    "Alice <a@b>",
    '"a@b"@c',
    "a@b\u0000",
    `${long}@b`,
    `a@${long}`,
    [],
    ["a@b"],
    {},
    1,
    true,
  ].map((value): [string, JsonValue, Outcome] => ["email", value, IS_REFUSED]),
  ["groups", undefined, { groups: [] }],
  ["groups", null, { groups: [] }],
  ["groups", [], { groups: [] }],
  ["groups", "dev", { groups: ["dev"] }],
  ["groups", "dev ops,qa", { groups: ["dev ops,qa"] }],
  ["groups", ["dev", "dev", "ops"], { groups: ["dev", "ops"] }],
  ["groups", Array.from({ length: 1000 }, (_, index) => `group-${index}`), { login: "alice" }],
  ["groups", Array.from({ length: 1001 }, (_, index) => `group-${index}`), IS_REFUSED],
  ...[
    "",
    " ",
    long,
    {},
    { dev: true },
    1,
    true,
    [""],
    ["dev", ""],
    ["dev", null],
    ["dev", 1],
    [["dev"]],
    [{ name: "dev" }],
    ["dev", long],
    ["a\nb"],
  ].map((value): [string, JsonValue, Outcome] => ["groups", value, IS_REFUSED]),
];

describe("a claim that is", () => {
  test.each(MUTATIONS)("%s: %j", (claim, value, expected) => {
    const { [claim]: _, ...others } = CLAIMS;
    const changed = value === undefined ? others : { ...others, [claim]: value };
    check(outcome(changed), expected);
    // The same when it is said at the userinfo endpoint only; the subject is always the token's.
    const { sub = "", ...said } = changed;
    if (claim !== "sub") check(outcome({ sub }, said), expected);
  });
});

describe("claims in two places", () => {
  test("those of the token go first, even when they are wrong", () => {
    expect(outcome(CLAIMS, { preferred_username: "admin", name: "Admin", groups: ["admins"] })).toMatchObject({
      login: "alice",
      displayName: "Alice Example",
      groups: ["dev", "ops"],
    });
    expect(outcome({ ...CLAIMS, groups: 1 }, { groups: ["dev"] })).toBe(IS_REFUSED);
    expect(outcome({ ...CLAIMS, sub: "" }, { sub: "0001" })).toBe(IS_REFUSED);
  });

  test("one vouches for no address of the other", () => {
    const { email: _, ...token } = CLAIMS;
    expect(outcome(token, { email: "alice@evil.example" })).toMatchObject(NO_EMAIL);
    const { email_verified: __, ...other } = CLAIMS;
    expect(outcome(other, { email_verified: true })).toMatchObject(NO_EMAIL);
  });

  test("the second is needed while the first leaves something open", () => {
    expect(lacksClaims(CLAIMS, CONFIG)).toBe(false);
    for (const name of ["preferred_username", "name", "email", "groups"]) {
      const { [name]: _, ...others } = CLAIMS;
      expect(lacksClaims(others, CONFIG)).toBe(true);
    }
  });

  test("groups that are kept elsewhere are not none", () => {
    const { groups: _, ...others } = CLAIMS;
    const claims = { ...others, _claim_names: { groups: "src1" }, _claim_sources: { src1: { endpoint: "https://x" } } };
    expect(outcome(claims)).toBe(IS_REFUSED);
    expect(outcome({ sub: "1" }, claims)).toBe(IS_REFUSED);
    expect(outcome({ ...others, _claim_names: { other: "src1" } })).toMatchObject({ groups: [] });
  });

  test("names that every object has are no claims", () => {
    for (const login of ["constructor", "toString", "__proto__"]) {
      expect(outcome(CLAIMS, {}, { claims: { login } })).toBe(IS_REFUSED);
    }
    expect(outcome(CLAIMS, {}, { claims: { groups: "valueOf" } })).toMatchObject({ groups: [] });
  });

  test("other names are taken as configured, dots and all", () => {
    const claims = { login: "upn", groups: "https://example.com/groups", email: "mail", displayName: "cn" };
    const token = {
      sub: "1",
      upn: "al",
      "https://example.com/groups": ["x"],
      mail: "a@b",
      email_verified: true,
      cn: "A",
    };
    expect(outcome(token, {}, { claims })).toMatchObject({
      login: "al",
      groups: ["x"],
      email: "a@b",
      displayName: "A",
    });
  });
});

describe("who is admitted", () => {
  const cases: [settings: Record<string, unknown>, changes: JsonObject, expected: Outcome][] = [
    [{ allowedGroups: ["ops"] }, {}, { login: "alice" }],
    [{ allowedGroups: ["OPS"] }, {}, "DENIED"],
    [{ allowedGroups: ["op", "ops "] }, {}, "DENIED"],
    [{ allowedGroups: [] }, {}, "DENIED"],
    [{ allowedGroups: ["ops"] }, { groups: [] }, "DENIED"],
    [{ allowedEmailDomains: ["Example.COM"] }, {}, { login: "alice" }],
    [{ allowedEmailDomains: ["example.com"] }, { email: "a@EXAMPLE.com" }, { login: "alice" }],
    [{ allowedEmailDomains: ["example.com"] }, { email: "a@evil-example.com" }, "DENIED"],
    [{ allowedEmailDomains: ["example.com"] }, { email: "a@sub.example.com" }, "DENIED"],
    [{ allowedEmailDomains: ["example.com"] }, { email: "a@example.com.evil.example" }, "DENIED"],
    [{ allowedEmailDomains: ["example.com"] }, { email: "a@evil.example@example.com" }, IS_REFUSED],
    [{ allowedEmailDomains: ["example.com"] }, { email_verified: false }, "DENIED"],
    [{ allowedEmailDomains: ["example.com"] }, { email: "" }, "DENIED"],
    [{ allowedEmailDomains: [] }, {}, "DENIED"],
    [{ allowedGroups: ["ops"], allowedEmailDomains: ["other.example"] }, {}, "DENIED"],
  ];

  test.each(cases)("%j %j", (settings, changes, expected) => {
    check(outcome({ ...CLAIMS, ...changes }, {}, settings), expected);
  });
});
