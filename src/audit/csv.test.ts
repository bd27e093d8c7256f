import { expect, test } from "bun:test";
import { csvLine } from "./csv.ts";

test.each([
  ["=cmd|'/C calc'!A0", `"'=cmd|'/C calc'!A0"`],
  ["=1+1", `"'=1+1"`],
  ["+1", `"'+1"`],
  ["-1", `"'-1"`],
  ["@SUM(A1)", `"'@SUM(A1)"`],
  ["\t=1", `"'\t=1"`],
  ["\r=1", `"'\r=1"`],
  ["\n=1", `"'\n=1"`],
  [" =1", `"' =1"`],
  ["\u{a0}=1", `"'\u{a0}=1"`],
  ["\u{feff}=1", `"'\u{feff}=1"`],
  ["＝1", `"'＝1"`],
  ["＋1", `"'＋1"`],
  ["－1", `"'－1"`],
  ["＠a", `"'＠a"`],
  ["\ttext", `"'\ttext"`],
  ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
  ['";=1', `""";=1"`],
  ["a,b", `"a,b"`],
  ["a\nb", `"a\nb"`],
  ['say "hi"', `"say ""hi"""`],
  ["acme/api", "acme/api"],
  ["a=b", "a=b"],
  ["a-b+c@d", "a-b+c@d"],
  ["", ""],
  ["'", `"'"`],
])("%j becomes %j", (cell, text) => expect(csvLine([cell])).toBe(`${text}\r\n`));

test("numbers are numbers, nothing is nothing", () => expect(csvLine([-1, null, "a"])).toBe("-1,,a\r\n"));
