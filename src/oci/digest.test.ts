import { createHash } from "node:crypto";
import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { digestAlgorithm, digestOf, findDigest, formatDigest, parseDigest, parseDigestAlgorithm } from "./digest.ts";

const HEX64 = "0123456789abcdef".repeat(4);

test.each([`sha256:${HEX64}`, `sha512:${HEX64}${HEX64}`])("%s", (text) => {
  const digest = parseDigest(text);
  expect<string>(digest).toBe(text);
  expect(text.startsWith(`${digestAlgorithm(digest)}:`)).toBe(true);
  expect(findDigest(text)).toBe(digest);
});

test.each([
  "",
  ":",
  "sha256:",
  "sha256",
  HEX64,
  `sha256:${HEX64.slice(1)}`,
  `sha256:${HEX64}0`,
  `sha256:${HEX64.toUpperCase()}`,
  `SHA256:${HEX64}`,
  `sha512:${HEX64}`,
  `sha384:${HEX64}`,
  `md5:${HEX64.slice(32)}`,
  `sha256:${HEX64}\n`,
  ` sha256:${HEX64}`,
  `sha256-${HEX64}`,
  `sha256:${HEX64.slice(4)}/../`,
  `sha256:${"g".repeat(64)}`,
  `sha256:${"٣".repeat(64)}`,
])("%j is refused", (text) => {
  expect(findDigest(text)).toBeNull();
  expect(() => parseDigest(text)).toThrow(expect.objectContaining({ code: "DIGEST_INVALID", status: 400 }));
});

test("a long text is not repeated to its sender", () => {
  try {
    parseDigest("x".repeat(10_000));
  } catch (error) {
    expect(JSON.stringify(error).length).toBeLessThan(1_000);
    return;
  }
  throw new Error("accepted");
});

test("algorithms", () => {
  expect(parseDigestAlgorithm("sha256")).toBe("sha256");
  expect(parseDigestAlgorithm("sha512")).toBe("sha512");
  for (const text of ["", "SHA256", "sha1", "__proto__", "constructor"]) {
    expect(() => parseDigestAlgorithm(text)).toThrow(expect.objectContaining({ code: "DIGEST_INVALID" }));
  }
});

test("digestOf is what another implementation computes", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom("sha256" as const, "sha512" as const),
      (bytes, name) => {
        const hex = createHash(name).update(bytes).digest("hex");
        expect<string>(digestOf(bytes, name)).toBe(`${name}:${hex}`);
        expect(formatDigest(name, hex)).toBe(digestOf(bytes, name));
      },
    ),
  );
});
