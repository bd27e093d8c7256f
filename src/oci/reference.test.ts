import { describe, expect, test } from "bun:test";
import { parseDigest } from "./digest.ts";
import * as reference from "./reference.ts";

const { findRepositoryName, findTag, parseReference, parseRepositoryName } = reference;

describe("repository names", () => {
  test.each([
    "a",
    "0",
    "a.b",
    "a_b",
    "a__b",
    "a-b",
    "a---b",
    "team/app",
    "a/b/c/d/e/f",
    "blobs",
    "manifests/tags/list",
    "a/blobs/uploads/b",
    "a".repeat(255),
    "library/a/b",
    "librarya/b",
  ])("%s is one", (text) => {
    expect<string | null>(findRepositoryName(text)).toBe(text);
  });

  test.each([
    "",
    "/",
    "a/",
    "/a",
    "a//b",
    "A",
    "team/App",
    ".a",
    "a.",
    "_a",
    "a_",
    "-a",
    "a-",
    "a..b",
    "a___b",
    "a.-b",
    "a._b",
    "a_-b",
    "../a",
    "a/../b",
    "a/./b",
    "a b",
    "a\n",
    "a\u0000",
    "ä",
    "a:b",
    "a@b",
    "a%2fb",
    "_catalog",
    "a/_trust",
    "a\\b",
    "a".repeat(256),
    "library/",
  ])("%j is none", (text) => {
    expect(findRepositoryName(text)).toBeNull();
    expect(() => parseRepositoryName(text)).toThrow(expect.objectContaining({ code: "NAME_INVALID", status: 400 }));
  });

  test("what is wrong is said", () => {
    expect(() => parseRepositoryName("Team/app")).toThrow("lower case");
    expect(() => parseRepositoryName("a".repeat(256))).toThrow("255");
    expect(() => parseRepositoryName("a//b")).toThrow("separated by /");
  });

  test("library/x is x, once, and belongs to library", () => {
    expect(parseRepositoryName("library/redis")).toBe(parseRepositoryName("redis"));
    expect<string>(parseRepositoryName("library/library/redis")).toBe("library/library/redis");
    expect<string>(parseRepositoryName("library/library")).toBe("library");
    expect(reference.namespaceOf(parseRepositoryName("redis"))).toBe("library");
    expect(reference.namespaceOf(parseRepositoryName("library/a/b"))).toBe("library");
    expect(reference.namespaceOf(parseRepositoryName("team/a/b"))).toBe("team");
  });

  test("a name that cannot match is refused quickly however it is made", () => {
    for (const text of [`${"a-".repeat(127)}!`, "a_".repeat(127), "a/".repeat(127), "-".repeat(255)]) {
      expect(findRepositoryName(text)).toBeNull();
    }
  });
});

describe("tags", () => {
  test.each(["a", "A", "_", "0", "v1.2.3-rc_1", "latest", "a".repeat(128), "_catalog"])("%s is one", (text) => {
    expect<string | null>(findTag(text)).toBe(text);
  });

  test.each(["", ".a", "-a", "a/b", "a:b", "a b", "a+b", "a\n", "ä", "a".repeat(129), "a@b", "a%20"])(
    "%j is none",
    (text) => {
      expect(findTag(text)).toBeNull();
      expect(() => reference.parseTag(text)).toThrow(expect.objectContaining({ code: "TAG_INVALID" }));
    },
  );
});

describe("references", () => {
  const digest = `sha256:${"a".repeat(64)}`;
  test("a tag, a digest, and what is neither", () => {
    expect(parseReference("v1")).toEqual({ tag: reference.parseTag("v1"), digest: null });
    expect(parseReference(digest)).toEqual({ tag: null, digest: parseDigest(digest) });
    expect(() => parseReference("sha256:short")).toThrow(expect.objectContaining({ code: "DIGEST_INVALID" }));
    expect(() => parseReference("-x")).toThrow(expect.objectContaining({ code: "TAG_INVALID" }));
  });

  test("the fallback tag of a sha512 is cut to what a tag may have", () => {
    expect<string>(reference.fallbackTag(parseDigest(digest))).toBe(digest.replace(":", "-"));
    const long = parseDigest(`sha512:${"b".repeat(128)}`);
    expect<string>(reference.fallbackTag(long)).toBe(`sha512-${"b".repeat(64)}`);
  });
});
