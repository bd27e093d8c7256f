import { expect, test } from "bun:test";
import { isMailAddress, parseMailbox } from "./address.ts";

test.each([
  "",
  "@",
  "alice@",
  "@example.com",
  "alice",
  "alice@example.com\n",
  "\nalice@example.com",
  "alice@exa mple.com",
  "alice@example.com.",
  "alice@example-.com",
  `alice@${"a".repeat(64)}.com`,
  `alice@${"a.".repeat(125)}com`,
  `${"a".repeat(65)}@example.com`,
  "a".repeat(10_000_000),
  `${"a.".repeat(5_000_000)}@`,
  "alice@exam\u200bple.com",
  "alice@example.com\u202e",
])("is no address: %#", (text) => {
  expect(isMailAddress(text)).toBe(false);
  expect(parseMailbox(text)).toBeNull();
});

test.each([
  "alice@example.com",
  "a@b",
  "Alice.O'Neil+tag@mail.example.com",
  "alice@xn--exmple-cua.com",
  `${"a".repeat(64)}@example.com`,
  "1_2%3@127.example",
])("is an address: %s", (text) => {
  expect(isMailAddress(text)).toBe(true);
  expect(parseMailbox(text)).toEqual({ name: "", address: text });
});

test.each([
  ["Berth <berth@example.com>", "Berth"],
  ['"Berth, the registry" <berth@example.com>', "Berth, the registry"],
  ["<berth@example.com>", ""],
  ["Bérth 🚢 <berth@example.com>", "Bérth 🚢"],
])("reads the name of %s", (text, name) => {
  expect(parseMailbox(text)).toEqual({ name, address: "berth@example.com" });
});

test.each([
  "Berth <berth@example.com> <eve@example.com>",
  "Berth <berth@example.com>, <eve@example.com>",
  'Berth" <berth@example.com>',
  "Berth <berth>",
  "Ber\r\nth <berth@example.com>",
  `${"x".repeat(101)} <berth@example.com>`,
])("refuses %#", (text) => {
  expect(parseMailbox(text)).toBeNull();
});
