import { expect, test } from "bun:test";
import { Secret } from "../lib/secret.ts";
import { oidcConfig } from "./oidc-config.ts";

const MINIMUM = { issuer: "https://issuer.example", clientId: "berth" };

test("little has to be said", () => {
  expect(oidcConfig.parse(MINIMUM)).toEqual({
    ...MINIMUM,
    scopes: ["openid", "profile", "email"],
    claims: { login: "preferred_username", displayName: "name", email: "email", groups: "groups" },
    timeoutSeconds: 10,
  });
});

test("the password of the client is never shown", () => {
  const { clientSecret } = oidcConfig.parse({ ...MINIMUM, clientSecret: "canary" });
  expect(clientSecret).toBeInstanceOf(Secret);
  expect(Bun.inspect(oidcConfig.parse({ ...MINIMUM, clientSecret: "canary" }))).not.toContain("canary");
});

test.each([
  { issuer: "http://issuer.example" },
  { issuer: "https://issuer.example?x=1" },
  { issuer: "https://issuer.example#x" },
  { issuer: "https://user:password@issuer.example" },
  { issuer: "file:///etc/passwd" },
  { issuer: "issuer.example" },
  { clientId: "" },
  { clientSecret: "" },
  { scopes: [] },
  { scopes: ["profile"] },
  { scopes: ["openid profile"] },
  { scopes: ["openid", 'a"b'] },
  { claims: { login: "" } },
  { claims: { logins: "x" } },
  { allowedGroups: [""] },
  { allowedEmailDomains: ["a@example.com"] },
  { timeoutSeconds: 0 },
  { timeoutSeconds: 1.5 },
  { timeoutSeconds: 61 },
  { unknown: true },
])("%j is refused", (changes) => {
  expect(oidcConfig.safeParse({ ...MINIMUM, ...changes }).success).toBe(false);
});
