import { describe, expect, test } from "bun:test";
import { parseDescriptor } from "./descriptor.ts";
import { digestOf } from "./digest.ts";
import type { JsonValue } from "./json.ts";

const SHA256 = `sha256:${"a".repeat(64)}`;
const VALID = { mediaType: "application/vnd.oci.image.layer.v1.tar", digest: SHA256, size: 3 };
const with_ = (changes: Record<string, JsonValue>) => ({ ...VALID, ...changes });

test("a descriptor is read; what it does not need is left", () => {
  expect(parseDescriptor({ ...VALID, annotations: { a: "b" }, unknown: 1 }, "x")).toEqual({
    mediaType: VALID.mediaType,
    digest: SHA256,
    sizeBytes: 3,
    hasUrls: false,
  });
  expect(parseDescriptor(with_({ urls: ["https://example.com"] }), "x").hasUrls).toBe(true);
  expect(parseDescriptor(with_({ urls: [] }), "x").hasUrls).toBe(false);
  expect(parseDescriptor(with_({ size: 0 }), "x").sizeBytes).toBe(0);
});

test.each(["blake3:abc=", "sha384:ABC", "a+b.c_d-e:x"])(
  "a digest of an algorithm that is not computed here: %s",
  (digest) => {
    expect(parseDescriptor(with_({ digest }), "x").digest).toBe(digest);
  },
);

describe("refusals name the path", () => {
  const wrong: [string, JsonValue | undefined, string][] = [
    ["nothing", undefined, "config must"],
    ["null", null, "config must"],
    ["a list", [], "config must"],
    ["a text", "x", "config must"],
    ["no media type", { digest: SHA256, size: 1 }, "config.mediaType"],
    ["an empty media type", with_({ mediaType: "" }), "config.mediaType"],
    ["a media type with a header in it", with_({ mediaType: "a/b\r\nX: y" }), "config.mediaType"],
    ["no digest", { mediaType: "a/b", size: 1 }, "config.digest"],
    ["a short sha256", with_({ digest: "sha256:abc" }), "config.digest"],
    ["an upper-case sha256", with_({ digest: SHA256.toUpperCase().replace("SHA", "sha") }), "config.digest"],
    ["a sha512 of a sha256's length", with_({ digest: `sha512:${"a".repeat(64)}` }), "config.digest"],
    ["a path", with_({ digest: "sha256:../../x" }), "config.digest"],
    ["a long digest", with_({ digest: `x:${"a".repeat(600)}` }), "config.digest"],
    ["no size", { mediaType: "a/b", digest: SHA256 }, "config.size"],
    ["a negative size", with_({ size: -1 }), "config.size"],
    ["half a byte", with_({ size: 1.5 }), "config.size"],
    ["a size as text", with_({ size: "3" }), "config.size"],
    ["urls that are none", with_({ urls: "x" }), "config.urls"],
    ["an url that is none", with_({ urls: [1] }), "config.urls"],
    ["data that is none", with_({ data: 1 }), "config.data"],
    ["data of another digest", with_({ data: "YWJj" }), "config.data"],
  ];
  test.each(wrong)("%s", (_, value, message) => {
    expect(() => parseDescriptor(value, "config")).toThrow(message);
  });
});

test("embedded data must be the content", () => {
  const bytes = new TextEncoder().encode("{}");
  for (const algorithm of ["sha256", "sha512"] as const) {
    const descriptor = { mediaType: "a/b", digest: digestOf(bytes, algorithm), size: 2, data: "e30=" };
    expect(parseDescriptor(descriptor, "x").sizeBytes).toBe(2);
    expect(() => parseDescriptor({ ...descriptor, size: 3 }, "x")).toThrow("x.data");
    expect(() => parseDescriptor({ ...descriptor, data: "e34=" }, "x")).toThrow("x.data");
  }
});
