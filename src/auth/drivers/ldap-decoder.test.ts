import { describe, expect, test } from "bun:test";
import { element, number, octets as text } from "../../../test/support/fake-directory.ts";
import { decodeMessage, LdapFailure, LdapFrames } from "./ldap-decoder.ts";

const attribute = (name: string, ...values: (Buffer | string)[]) =>
  element(0x30, text(name), element(0x31, ...values.map(text)));
const ENTRY = element(
  0x30,
  number(3),
  element(0x64, text("uid=a,dc=b"), element(0x30, attribute("uid", "a", "é"), attribute("X", Buffer.from([0xff, 0])))),
);
const page = text(element(0x30, number(0), text("next")));
const DONE = element(
  0x30,
  number(3),
  element(0x65, number(4, 0x0a), text(""), text("limit")),
  element(
    0xa0,
    element(0x30, text("1.2.3"), element(0x01, "\u0001")),
    element(0x30, text("1.2.840.113556.1.4.319"), page),
  ),
);
const BOUND = element(
  0x30,
  number(2),
  element(0x61, number(49, 0x0a), text("dc=b"), text("d".repeat(5000)), element(0x87, "x")),
);

function frameOf(message: Buffer): Buffer {
  const [frame] = new LdapFrames().push(message);
  if (frame === undefined) throw new Error("not a whole message");
  return frame;
}

describe("messages of a directory", () => {
  test("are read however they are cut", () => {
    const stream = Buffer.concat([ENTRY, DONE, BOUND]);
    for (let size = 1; size <= 60; size += 1) {
      const frames = new LdapFrames();
      const found: Buffer[] = [];
      for (let at = 0; at < stream.length; at += size) found.push(...frames.push(stream.subarray(at, at + size)));
      expect(found).toEqual([ENTRY, DONE, BOUND].map(frameOf));
      expect(frames.isEmpty).toBe(true);
      frames.push(ENTRY.subarray(0, Math.min(size, 20)));
      expect(frames.isEmpty).toBe(false);
    }
  });

  test("give entries, results, pages, and the directory's words cut short", () => {
    const entry = decodeMessage(frameOf(ENTRY));
    if (entry.kind !== "entry") throw new Error(entry.kind);
    expect(entry).toMatchObject({ messageId: 3, dn: "uid=a,dc=b" });
    expect([...entry.attributes]).toEqual([
      ["uid", [Buffer.from("a"), Buffer.from("é")]],
      ["x", [Buffer.from([0xff, 0])]],
    ]);
    const done = { kind: "result", operation: "search", messageId: 3, code: 4, diagnostic: "limit" };
    expect(decodeMessage(frameOf(DONE))).toMatchObject({ ...done, cookie: Buffer.from("next") });
    expect(decodeMessage(frameOf(BOUND))).toMatchObject({ operation: "bind", code: 49, diagnostic: "d".repeat(200) });
    const reference = element(0x30, number(3), element(0x73, text("ldap://elsewhere")));
    expect(decodeMessage(frameOf(reference))).toEqual({ kind: "aside", messageId: 3 });
  });

  test("that claim more than there is are refused", () => {
    const list = Buffer.from([0x04, 0x00, 0x30, 0x84, 0x00, 0xff, 0xff, 0xff]);
    const short = Buffer.from([0x30, 0x03, 0x04, 0x84, 0xff]);
    for (const inside of [
      element(0x64, list),
      element(0x64, text("a"), element(0x30, element(0x04, Buffer.from([0x04, 0x84, 0xff])))),
      element(0x64, text("a"), element(0x30, short)),
      element(0x64, text("a")),
      element(0x61, number(0, 0x0a)),
      element(0x61, element(0x0a, Buffer.alloc(5)), text(""), text("")),
      element(0x60, text("a request")),
      Buffer.alloc(0),
    ]) {
      expect(() => decodeMessage(frameOf(element(0x30, number(3), inside)))).toThrow(LdapFailure);
    }
  });

  test("that begin as none are refused before they are waited for", () => {
    for (const head of ["HTTP/1.1", "\0\0", "0\0", "0\x80", "0\x85", "0\x84\x7f\xff\xff\xff", "0\x83\x40\x00\x01"]) {
      expect(() => new LdapFrames().push(Buffer.from(head, "latin1"))).toThrow(LdapFailure);
    }
  });

  test("changed at random are read or refused, and nothing else", () => {
    let seed = 7;
    const random = (limit: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7f_ff_ff_ff;
      return seed % limit;
    };
    let refused = 0;
    for (let round = 0; round < 30_000; round += 1) {
      const changed = Buffer.from([ENTRY, DONE, BOUND][round % 3] ?? ENTRY);
      for (let change = random(4); change >= 0; change -= 1) {
        changed[random(Math.min(changed.length, 120))] = random(3) === 0 ? 0x84 : random(256);
      }
      try {
        for (const frame of new LdapFrames().push(changed)) decodeMessage(frame);
      } catch (error) {
        expect(error).toBeInstanceOf(LdapFailure);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(10_000);
  });
});
