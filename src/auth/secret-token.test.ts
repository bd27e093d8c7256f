import { expect, test } from "bun:test";
import {
  equalSecrets,
  hashSecret,
  newSecretToken,
  parseSecretToken,
  SECRET_TOKEN_KINDS,
  SECRET_TOKEN_PATTERN,
} from "./secret-token.ts";

test.each([...SECRET_TOKEN_KINDS])("no part of a %s token is a token, nor anything longer", (kind) => {
  const { text } = newSecretToken(kind);
  for (let length = 0; length < text.length; length++) {
    expect(parseSecretToken(text.slice(0, length))).toBeNull();
    expect(parseSecretToken(text.slice(text.length - length))).toBeNull();
  }
  for (const extra of ["a", "0", " ", "\n", "\0", "=", "…", "é", "x".repeat(1_000_000)]) {
    expect(parseSecretToken(text + extra)).toBeNull();
    expect(parseSecretToken(extra + text)).toBeNull();
  }
});

test("a typo is noticed: every other character at every place, and two neighbours exchanged", () => {
  const { text } = newSecretToken("pat");
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-\0 é";
  for (let at = 0; at < text.length; at++) {
    for (const character of alphabet) {
      if (character === text[at]) continue;
      expect(parseSecretToken(text.slice(0, at) + character + text.slice(at + 1))).toBeNull();
    }
    const swapped = text.slice(0, at) + (text[at + 1] ?? "") + (text[at] ?? "") + text.slice(at + 2);
    if (swapped !== text) expect(parseSecretToken(swapped)).toBeNull();
  }
});

test("a token of one kind is none of another", () => {
  const body = newSecretToken("pat").text.slice("berth_pat_".length);
  for (const kind of SECRET_TOKEN_KINDS.filter((it) => it !== "pat")) {
    expect(parseSecretToken(`berth_${kind}_${body}`)).toBeNull();
  }
  for (const kind of ["", "PAT", "constructor", "__proto__"])
    expect(parseSecretToken(`berth_${kind}_${body}`)).toBeNull();
});

test.each([...SECRET_TOKEN_KINDS])("a %s token parses to its kind and the hash that is kept", (kind) => {
  const { text, hash, hint } = newSecretToken(kind);
  expect(parseSecretToken(text)).toEqual({ kind, hash });
  expect(hash).toBe(hashSecret(text));
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(text).toMatch(/^berth_[a-z]+_[0-9A-Za-z]{36}$/);
  expect(hint).toBe(`${text.slice(0, `berth_${kind}_`.length + 4)}…`);
});

test("a token of this version stays one", () => {
  expect(parseSecretToken("berth_pat_xn2qH4HpgQY3mRWuYZVBuxZHN5zOJE1Cwsvr")).toEqual({
    kind: "pat",
    hash: "cd871382a2f66075ab4dad6333aad2a107652a6c1672e843e5a53075f5a439d8",
  });
  // The checksum keeps its leading zeros.
  expect(parseSecretToken("berth_robot_BCNxl11fYDbuR61otSRBXZI35Lgk6p00DMb2")?.kind).toBe("robot");
});

test("tokens differ, and use all characters evenly at every place", () => {
  const bodies = Array.from({ length: 6_200 }, () => newSecretToken("robot").text.slice("berth_robot_".length, -6));
  expect(new Set(bodies).size).toBe(bodies.length);
  for (let at = 0; at < 30; at++) {
    const counts = new Map<string, number>();
    for (const body of bodies) counts.set(body[at] ?? "", (counts.get(body[at] ?? "") ?? 0) + 1);
    expect(counts.size).toBe(62);
    // 100 are expected, 10 is one standard deviation.
    expect(Math.max(...counts.values())).toBeLessThan(180);
    expect(Math.min(...counts.values())).toBeGreaterThan(30);
  }
});

test("scanners find a token in what people commit by mistake, and not what only looks alike", () => {
  for (const kind of SECRET_TOKEN_KINDS) {
    const { text } = newSecretToken(kind);
    for (const line of [
      text,
      `TOKEN=${text}`,
      `"${text}",`,
      `https://me:${text}@example.com/`,
      `docker login -p ${text}\n`,
    ]) {
      expect(SECRET_TOKEN_PATTERN.exec(line)?.[0]).toBe(text);
    }
    expect(SECRET_TOKEN_PATTERN.test(text.slice(0, -1))).toBe(false);
    expect(SECRET_TOKEN_PATTERN.test(`${text}a`)).toBe(false);
  }
  expect(SECRET_TOKEN_PATTERN.test("berth_password_hash_of_the_administrator_is_here")).toBe(false);
});

test("compares secrets of any length", () => {
  const { text } = newSecretToken("pat");
  expect(equalSecrets(text, text)).toBe(true);
  expect(equalSecrets("", "")).toBe(true);
  for (const other of ["", text.slice(1), `${text} `, `${text}\0`, text.toLowerCase(), "é"]) {
    expect(equalSecrets(text, other)).toBe(false);
    expect(equalSecrets(other, text)).toBe(false);
  }
});
