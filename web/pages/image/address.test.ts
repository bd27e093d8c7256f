import { expect, test } from "bun:test";
import { downloadAddress, imageName, parseImageSearch, shortReference } from "./address.ts";

test("of an address only what is understood", () => {
  const nothing = parseImageSearch({ view: "<script>", path: { a: 1 }, largest: "yes", kind: 3, other: "x", file: "" });
  expect(Object.values(nothing).every((it) => it === undefined)).toBe(true);
  expect(parseImageSearch({ view: "layers", path: 7, largest: true, kind: "added" })).toMatchObject({
    view: "layers",
    path: "7",
    largest: true,
    kind: "added",
  });
});

test("names", () => {
  expect(imageName("acme/api", "v1")).toBe("acme/api:v1");
  expect(imageName("acme/api", "sha256:ab")).toBe("acme/api@sha256:ab");
  expect(shortReference("v1")).toBe("v1");
  expect(shortReference(`sha256:${"ab".repeat(32)}`)).toBe("abababababab");
});

test("a file's address holds whatever its name is", () => {
  const address = downloadAddress("acme/api", "sha256:ab", { path: "a b/c&d=e?#%.txt" });
  const url = new URL(address, "http://x");
  expect(url.pathname).toBe("/api/v1/repositories/acme/api/-/manifests/sha256%3Aab/files/download");
  expect(url.searchParams.get("path")).toBe("a b/c&d=e?#%.txt");
});
