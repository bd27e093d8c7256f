import { expect, test } from "bun:test";
import { hasUnseen, visibleParts, visibleText } from "./visible-text.ts";

test.each([
  ["plain.txt", "plain.txt"],
  ["naïve-שלום-日本.txt", "naïve-שלום-日本.txt"],
  ["photo\u202egpj.exe", "photo⟨U+202E⟩gpj.exe"],
  ["a\u0000b\u001b[31mc", "a⟨U+0000⟩b⟨U+001B⟩[31mc"],
  ["a\nb\tc", "a⟨U+000A⟩b⟨U+0009⟩c"],
  ["pass\u200bwd", "pass⟨U+200B⟩wd"],
  ["\ufeffbom", "⟨U+FEFF⟩bom"],
  ["x\u{e0041}", "x⟨U+E0041⟩"],
  ["half\ud800", "half⟨U+D800⟩"],
  ["🚢", "🚢"],
  ["<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"],
  ["", ""],
])("%j", (text, seen) => {
  expect(visibleText(text)).toBe(seen);
  expect(hasUnseen(text)).toBe(text !== seen);
  expect(
    visibleParts(text)
      .map((it) => it.text)
      .join(""),
  ).toBe(text);
});

test("parts", () => {
  expect(visibleParts("a\u202eb")).toEqual([
    { at: 0, text: "a", code: null },
    { at: 1, text: "\u202e", code: "U+202E" },
    { at: 2, text: "b", code: null },
  ]);
});
