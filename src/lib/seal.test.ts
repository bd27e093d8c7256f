import { expect, test } from "bun:test";
import { Sealer, SealError } from "./seal.ts";
import { SecretKey } from "./secret-key.ts";

const newKey = () => crypto.getRandomValues(new Uint8Array(32));
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

test("every changed, cut or lengthened text is refused", () => {
  const sealer = new Sealer(new SecretKey([newKey()]));
  const sealed = sealer.seal("hunter2", "mirror:1");
  for (let length = 0; length < sealed.length; length++) {
    expect(() => sealer.open(sealed.slice(0, length), "mirror:1")).toThrow(SealError);
  }
  for (let at = 0; at < sealed.length; at++) {
    const other = sealed[at] === "A" ? "B" : "A";
    expect(() => sealer.open(sealed.slice(0, at) + other + sealed.slice(at + 1), "mirror:1")).toThrow(SealError);
  }
  for (const extra of ["A", "=", "\n", ".", " "]) {
    expect(() => sealer.open(sealed + extra, "mirror:1")).toThrow(SealError);
    expect(() => sealer.open(extra + sealed, "mirror:1")).toThrow(SealError);
  }
});

test.each(["", "hunter2", "berth-seal-1", "berth-seal-1..", "berth-seal-2.00000000.AAAA", "x".repeat(1_000_000), "\0"])(
  "what was never sealed is refused: %#",
  (garbage) => {
    const sealer = new Sealer(new SecretKey([newKey()]));
    expect(() => sealer.open(garbage, "p")).toThrow(SealError);
  },
);

test("random texts of the right form are refused", () => {
  const sealer = new Sealer(new SecretKey([newKey()]));
  const head = sealer.seal("", "p").slice(0, "berth-seal-1.00000000.".length);
  for (let count = 0; count < 500; count++) {
    const data = Buffer.from(crypto.getRandomValues(new Uint8Array(28 + (count % 40)))).toString("base64url");
    expect(() => sealer.open(head + data, "p")).toThrow(SealError);
  }
});

test("opens only for its purpose", () => {
  const sealer = new Sealer(new SecretKey([newKey()]));
  const sealed = sealer.seal("hunter2", "totp:1");
  for (const purpose of ["totp:2", "totp:1 ", "totp:", "mirror:1", "TOTP:1"]) {
    expect(() => sealer.open(sealed, purpose)).toThrow(SealError);
  }
  expect(() => sealer.open(sealed, "")).toThrow(TypeError);
  expect(() => sealer.seal("hunter2", "")).toThrow(TypeError);
});

test("errors do not show what was sealed, nor the sealed text", () => {
  const sealer = new Sealer(new SecretKey([newKey()]));
  const sealed = sealer.seal("hunter2", "totp:1");
  try {
    sealer.open(sealed, "totp:2");
    throw new Error("it opened");
  } catch (error) {
    expect(error).toBeInstanceOf(SealError);
    const shown = Bun.inspect(error).split("\n").slice(-30).join("\n");
    expect(shown).not.toContain(sealed.slice(22));
  }
});

test("gives back texts and bytes as they were, and two texts for one secret", () => {
  const sealer = new Sealer(new SecretKey([newKey()]));
  const bytes = crypto.getRandomValues(new Uint8Array(10_000));
  expect(sealer.open(sealer.seal(bytes, "p"), "p")).toEqual(bytes);
  for (const plain of ["", "ä🙂\0", "x".repeat(100_000)])
    expect(text(sealer.open(sealer.seal(plain, "p"), "p"))).toBe(plain);
  expect(sealer.seal("same", "p")).not.toBe(sealer.seal("same", "p"));
  expect(sealer.seal("same", "p")).toMatch(/^berth-seal-1\.[0-9a-f]{8}\.[\w-]+$/);
});

test("after a change of keys the old ones open and the new one seals; a lost one is named", () => {
  const [old, young] = [newKey(), newKey()];
  const before = new Sealer(new SecretKey([old]));
  const after = new Sealer(new SecretKey([young, old]));
  const later = new Sealer(new SecretKey([young]));
  const sealed = before.seal("hunter2", "p");
  expect(text(after.open(sealed, "p"))).toBe("hunter2");
  expect(text(later.open(after.seal("hunter2", "p"), "p"))).toBe("hunter2");
  expect(() => later.open(sealed, "p")).toThrow(sealed.split(".")[1]);
  expect(() => before.open(after.seal("hunter2", "p"), "p")).toThrow(SealError);
});

test("the id of one key does not open with another", () => {
  const [one, two] = [newKey(), newKey()];
  const both = new Sealer(new SecretKey([one, two]));
  const [, , data] = both.seal("hunter2", "p").split(".");
  const otherId = new Sealer(new SecretKey([two])).seal("", "p").split(".")[1];
  expect(() => both.open(`berth-seal-1.${otherId}.${data}`, "p")).toThrow(SealError);
});

test("what the database holds can be read by a later version: a text of this one, written down", () => {
  const sealer = new Sealer(new SecretKey([Uint8Array.from({ length: 32 }, (_, index) => index)]));
  expect(text(sealer.open(SEALED_ONCE, "golden:1"))).toBe("hunter2");
  expect(sealer.hmac("golden", "text")).toBe(HMAC_ONCE);
});

const SEALED_ONCE = "berth-seal-1.c591ca09.9sBZbIB63a2C_82Wb14xPkTj3us2rb8FEAtjfAn6rydrIyI";
const HMAC_ONCE = "aefwsxYDj7kA888N5wxXvp-9-xYGsVgvhSqrTMQ-qVk";

test("codes: only for their purpose and text, with any key, and no variant of the text", () => {
  const [old, young] = [newKey(), newKey()];
  const before = new Sealer(new SecretKey([old]));
  const after = new Sealer(new SecretKey([young, old]));
  const code = before.hmac("state", "hello");
  expect(code).toHaveLength(43);
  expect(before.hmac("state", "hello")).toBe(code);
  expect(after.isHmac("state", "hello", code)).toBe(true);
  expect(after.isHmac("state", "hello", after.hmac("state", "hello"))).toBe(true);
  expect(before.isHmac("state", "hello", after.hmac("state", "hello"))).toBe(false);
  const wrong = ["", code.slice(1), code.slice(0, -1), `${code}A`, `${code}=`, `${code}\n`, "é", "x".repeat(100_000)];
  for (const other of wrong) expect(after.isHmac("state", "hello", other)).toBe(false);
  expect(after.isHmac("state2", "hello", code)).toBe(false);
  expect(after.isHmac("stat", "ehello", code)).toBe(false);
  expect(before.hmac("a", "b:c")).not.toBe(before.hmac("a:b", "c"));
});
