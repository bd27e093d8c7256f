import { describe, expect, test } from "bun:test";
import { safeReturnTo } from "./return-to.ts";

const ORIGIN = "https://registry.example:5000";
const EVIL = "evil.example";

const GOOD = [
  "/",
  "/r/acme/api",
  "/r/acme/api/",
  "/r/acme/api:v1.2",
  "/r/acme/api@sha256:0123456789abcdef",
  "/r/acme/api?tab=tags",
  "/r/acme/api?tab=tags&page=2#top",
  "/search?q=a%2Fb+c%20d",
  "/search?q=100%25",
  "/search?next=/r/acme",
  "/search?q=https://evil.example",
  "/search?q=//evil.example",
  "/search?q=%5C%5C",
  "/n/acme_x/~y/a-b.c",
  "/a;b=c,d/(e)!$&+=",
  "/#/r/acme",
  "/.well-known/x",
  "/...",
  "/a/..b/c..",
  `/${"a".repeat(2047)}`,
];

/** Beginnings that some browser, proxy or library takes for "another host follows". */
const BEGINNINGS = [
  ["//", "///", "////", "/////", "\\", "\\\\", "/\\", "\\/", "/\\/", "\\/\\/", "/\\\\", "\\\\\\", "//\\", "\\//"],
  [
    "/\t/",
    "/\n/",
    "/\r/",
    "/\r\n/",
    "\t//",
    "\n//",
    " //",
    "/ /",
    "//\t",
    "/\0/",
    "\0//",
    "\u0001//",
    "/\u000b/",
    "/\u007f/",
  ],
  [
    "/%2f",
    "/%2F",
    "%2f%2f",
    "/%2f%2f",
    "/%5c",
    "/%5C",
    "%5c%5c",
    "/%09/",
    "/%0a/",
    "/%0d/",
    "/%0d%0a/",
    "/%00/",
    "/%20/",
  ],
  ["/%252f", "/%255c", "%252f%252f", "/%25252f", "/%c0%af", "/%e0%80%af", "/%ef%bc%8f", "/%e3%80%82", "/%u2215"],
  [
    "/.//",
    "/..//",
    "/./\\",
    "/../\\",
    "/a/..//",
    "/a/../..//",
    "/%2e//",
    "/%2e%2e//",
    "/.%2e//",
    "/%2E%2E//",
    "/;//",
    "/a//",
  ],
  ["https://", "https:/", "https:", "https:\\\\", "https:\\", "https:///", "http://", "http:", "HTTPS://", "hTTps:"],
  [
    "ht\ttps://",
    "https\t://",
    "\thttps://",
    " https://",
    "\u0000https://",
    "https://registry.example@",
    "https://registry.example:5000@",
  ],
  [
    "//registry.example@",
    "//registry.example:5000@",
    "//registry.example:5000\\@",
    "//@",
    "//:@",
    "//:80@",
    "///@",
    "/\\@",
    "@",
    "/@",
    ":",
    ".",
  ],
  ["https://registry.example.", "//registry.example.", "https://registry.example:5000.", "//registry.example:5000."],
  [
    "ftp://",
    "ws://",
    "file://",
    "file:///",
    "blob:https://",
    "view-source:https://",
    "filesystem:https://",
    "intent://",
    "about:",
    "mailto:a@",
  ],
  [
    "\u2044\u2044",
    "/\u2044",
    "\uff0f\uff0f",
    "/\uff0f",
    "\u2215\u2215",
    "/\u2215",
    "\u29f8\u29f8",
    "\uff3c\uff3c",
    "\u3002",
    "\u00a0//",
    "\ufeff//",
    "\u200b//",
    "\u2028//",
    "\u202e//",
  ],
  ["#//", "?//", "?next=//", "./", "../", "../../", "~/", "a/", ""],
].flat();

const WHOLE = [
  "",
  " ",
  "/ ",
  " /",
  "/\u00e9",
  "/a b",
  "/a\\b",
  "/a?b\\c",
  "/a#b\\c",
  "/a\tb",
  "/a\nb",
  "/a\0b",
  "/a?\r\nSet-Cookie:x=y",
  "/a%0d%0aSet-Cookie:x=y",
  "/a?b=%0d%0aSet-Cookie:x=y",
  "/a?b=%00",
  "/a#%0a",
  "/a%",
  "/a%2",
  "/a%zz",
  "/a?b=%",
  "/a?b=%g0",
  "/a/./b",
  "/a/../b",
  "/a/%2e%2e/b",
  "/a/..",
  "/..",
  "/.",
  "/%61",
  "/a%20b",
  '/a"b',
  "/a<b>",
  '/"onload="alert(1)',
  "/a?b='c'",
  `/a?b="c"`,
  "/<script>",
  "javascript:alert(1)",
  "JavaScript:alert(1)",
  "java\nscript:alert(1)",
  "javascript://%0aalert(1)",
  "javascript:/registry.example/",
  "data:text/html,<script>alert(1)</script>",
  "data:text/html;base64,PHNjcmlwdD4=",
  "vbscript:msgbox(1)",
  "about:blank",
  "https://registry.example:5000",
  "https://registry.example:5000/r/acme",
  "//registry.example:5000/r/acme",
  "https:/r/acme",
  "https:r/acme",
  "r/acme",
  "?tab=tags",
  "#top",
  "2130706433",
  "0x7f.1",
  "[::1]",
  "//[::1]/",
  "//2130706433/",
  "//0x7f.1/",
  "//0/",
  "//1",
  "//e",
  "//%65vil.example",
  "//evil%2eexample",
  "//evil\u3002example",
  "//EVIL.EXAMPLE",
  "//evil.example:5000/",
  "//evil.example#@registry.example:5000/",
  "//evil.example?@registry.example:5000/",
  "//evil.example\\@registry.example:5000/",
  "//evil.example/registry.example:5000",
  "https://evil.example/https://registry.example:5000/",
  `/${"a".repeat(2048)}`,
  `/${"/".repeat(2000)}`,
  `/${"%2e/".repeat(500)}`,
];

const HOSTILE = [...new Set([...BEGINNINGS.flatMap((it) => [`${it}${EVIL}`, `${it}${EVIL}/r/acme`]), ...WHOLE])];

describe("where a browser goes after a login", () => {
  test.each(GOOD)("%s", (text) => {
    expect(safeReturnTo(text, ORIGIN)).toBe(text);
  });

  test(`none of ${HOSTILE.length} addresses that lead elsewhere, or seem to`, () => {
    expect(HOSTILE.length).toBeGreaterThanOrEqual(250);
    for (const text of HOSTILE) expect({ text, is: safeReturnTo(text, ORIGIN) }).toEqual({ text, is: null });
  });

  test("the same on plain HTTP, and behind an address that has a path", () => {
    for (const origin of ["http://127.0.0.1:5000", "http://[::1]", `${ORIGIN}/deep/path`]) {
      for (const text of HOSTILE) expect({ text, is: safeReturnTo(text, origin) }).toEqual({ text, is: null });
      expect(safeReturnTo("/r/acme", origin)).toBe("/r/acme");
    }
  });

  test("nothing that is no text, and nothing below what is no origin", () => {
    expect(safeReturnTo(null, ORIGIN)).toBeNull();
    expect(safeReturnTo(undefined, ORIGIN)).toBeNull();
    for (const origin of ["", "registry.example", "javascript:", "data:text/html,x", "file:///", "null"]) {
      expect({ origin, is: safeReturnTo("/r/acme", origin) }).toEqual({ origin, is: null });
    }
  });

  test("whatever is taken stays here, however it is put together", () => {
    const pieces = [
      "/",
      "\\",
      ".",
      "..",
      "@",
      ":",
      "?",
      "#",
      "%2f",
      "%5c",
      "%2e",
      "%",
      "\t",
      " ",
      EVIL,
      "https:",
      "a",
      ";",
      "&",
      "=",
    ];
    let taken = 0;
    for (let seed = 1; seed <= 50_000; seed += 1) {
      let rest = (seed * 2_654_435_761) % 4_294_967_296;
      let text = "/";
      for (let length = 0; length < 6; length += 1) {
        text += pieces[rest % pieces.length] ?? "";
        rest = Math.floor(rest / pieces.length);
      }
      if (safeReturnTo(text, ORIGIN) === null) continue;
      taken += 1;
      expect({ text, is: new URL(text, ORIGIN).origin }).toEqual({ text, is: ORIGIN });
      expect({ text, is: new URL(`${ORIGIN}${text}`).origin }).toEqual({ text, is: ORIGIN });
      expect(decodeURIComponent(new URL(text, ORIGIN).pathname)).not.toStartWith("//");
    }
    expect(taken).toBeGreaterThan(100);
  });
});
