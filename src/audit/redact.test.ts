import { describe, expect, test } from "bun:test";
import { Secret } from "../lib/secret.ts";
import { auditFields, auditText, changedFields } from "./redact.ts";

describe("text", () => {
  test.each([
    ["berth_pat_AbC-123_xyz", "***"],
    ["my BERTH_PAT_AbC, thanks", "my ***, thanks"],
    ["Bearer abcdef.ghi", "***"],
    ["basic YWRhOnNlY3JldA==", "***"],
    ["eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln", "***"],
    ["$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA", "***"],
    ["$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW", "***"],
    ["-----BEGIN EC PRIVATE KEY-----\nMHc", "***"],
    ["https://ada:hunter2@example.com/x", "https://***example.com/x"],
    ["https://bucket/key?X-Amz-Signature=0123&a=1", "https://bucket/key?X-Amz-Signature=***&a=1"],
    ["https://bucket/?sig=abc", "https://bucket/?sig=***"],
    ["ghp_0123456789abcdef", "***"],
    ["docker/27.0 (linux) containerd", "docker/27.0 (linux) containerd"],
    ["acme/key-server:basic", "acme/key-server:basic"],
    ["acme/eyewear-shop.api:v1.2", "acme/eyewear-shop.api:v1.2"],
    [`sha256:${"0a".repeat(32)}`, `sha256:${"0a".repeat(32)}`],
    ["2001:db8::1", "2001:db8::1"],
    ["glpat-abcdefghijkl", "***"],
  ])("%j becomes %j", (sent, kept) => expect(auditText(sent)).toBe(kept));

  test("is one line of bounded length, whole characters", () => {
    expect(auditText("a\nb\r\tc\0d\u{202e}e\u{2028}f")).toBe("a\u{fffd}b\u{fffd}\u{fffd}c\u{fffd}d\u{fffd}e\u{fffd}f");
    const long = auditText("😀".repeat(1_000), 100);
    expect(long.length).toBeLessThanOrEqual(100);
    expect(long.isWellFormed()).toBe(true);
    expect(auditText("\u{d800}").isWellFormed()).toBe(true);
  });

  test("takes no time over what was made to take it", () => {
    const began = performance.now();
    for (const text of ["ey", "berth_a", "$2a$", "bearer ", "://", "?sig=", "-----BEGIN "]) {
      auditText(text.repeat(200_000));
      auditText(text + "a".repeat(1_000_000));
    }
    expect(performance.now() - began).toBeLessThan(500);
  });
});

describe("fields", () => {
  test.each([
    "password",
    "newPassword",
    "passwordHash",
    "password_hash",
    "secret",
    "clientSecret",
    "token",
    "access_token",
    "apiKey",
    "api-key",
    "key",
    "keys",
    "hash",
    "totpCode",
    "code",
    "backupCodes",
    "otp",
    "Cookie",
    "Set-Cookie",
    "authorization",
    "credential",
    "sealedSecret",
    "pin",
    "X-Amz-Signature",
    "passphrase",
  ])("%s is never shown", (name) => {
    expect(auditFields({ [name]: "canary" })).toBe(JSON.stringify({ [name]: "***" }));
    expect(auditFields({ deep: { er: [{ [name]: { a: "canary" } }] } })).not.toContain("canary");
  });

  test.each(["name", "tokenId", "tokenName", "monkey", "visibility", "passkeyCount", "description", "hint"])(
    "%s is shown",
    (name) => expect(auditFields({ [name]: "x" })).toBe(JSON.stringify({ [name]: "x" })),
  );

  test("a Secret, bytes and what has the form of a token are not, whatever they are called", () => {
    expect(auditFields({ note: new Secret("canary"), data: Buffer.from("canary"), text: "berth_pat_canary" })).toBe(
      '{"note":"***","data":"***","text":"***"}',
    );
  });

  test("what is not there is told from what was taken away", () => {
    expect(auditFields(undefined)).toBeNull();
    expect(auditFields({})).toBeNull();
    expect(auditFields({ a: undefined })).toBeNull();
    expect(auditFields({ password: null, role: null })).toBe('{"password":null,"role":null}');
  });

  test("are bounded: a long text keeps its beginning, too many keep their names", () => {
    expect(auditFields({ readme: "x".repeat(1_000_000) })!.length).toBeLessThan(300);
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`field${i}`, "x".repeat(300)]));
    expect(auditFields(many)!.length).toBeLessThan(4_096);
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    expect(auditFields(circle)).toContain("…");
    expect(auditFields(JSON.parse('{"__proto__":{"password":"canary"}}') as Record<string, unknown>)).not.toContain(
      "canary",
    );
  });
});

describe("changes", () => {
  test("only what differs", () => {
    expect(changedFields({ a: 1, b: [1], c: "x" }, { a: 1, b: [1], c: "y" })).toEqual({
      before: { c: "x" },
      after: { c: "y" },
    });
  });

  test("of a secret, that it changed", () => {
    const { before, after } = changedFields<{ note: Secret }>({ note: new Secret("a") }, { note: new Secret("b") });
    expect([auditFields(before), auditFields(after)]).toEqual(['{"note":"***"}', '{"note":"***"}']);
    expect(changedFields({ note: new Secret("a") }, { note: new Secret("a") })).toEqual({ before: {}, after: {} });
  });
});
