import { expect, test } from "bun:test";
import { attestationsOf, type Child, childKey, chooseChild, type Image, platformName, platformsOf } from "./image.ts";

const child = (digest: string, architecture: string | null, more: Partial<Child> = {}): Child => ({
  digest,
  mediaType: "application/vnd.oci.image.manifest.v1+json",
  artifactType: null,
  platform: architecture === null ? null : { os: "linux", architecture, variant: null, osVersion: null },
  attests: null,
  sizeBytes: 1,
  isHere: true,
  annotations: [],
  ...more,
});

// Only its children are looked at.
const index = (children: Child[] | null) => ({ children }) as Image;

test("what an address calls a child", () => {
  expect(childKey(child("sha256:a", "amd64"))).toBe("linux/amd64");
  expect(childKey(child("sha256:a", null))).toBe("sha256:a");
  expect(platformName({ os: "linux", architecture: "arm64", variant: "v8", osVersion: null })).toBe("linux/arm64/v8");
  expect(platformName({ os: "windows", architecture: "amd64", variant: null, osVersion: "10.0" })).toBe(
    "windows/amd64/10.0",
  );
});

test("which image of an index is shown", () => {
  const attestation = child("sha256:t", "unknown", { attests: "sha256:b" });
  const all = index([child("sha256:a", "arm64"), child("sha256:b", "amd64"), attestation]);
  expect(platformsOf(all)).toHaveLength(2);
  expect(attestationsOf(all)).toEqual([attestation]);
  expect(chooseChild(all, undefined)?.digest).toBe("sha256:b");
  expect(chooseChild(all, "linux/arm64")?.digest).toBe("sha256:a");
  expect(chooseChild(all, "sha256:t")?.digest).toBe("sha256:t");
  // A platform that it has not: the usual one, rather than nothing.
  expect(chooseChild(all, "plan9/mips")?.digest).toBe("sha256:b");
});

test("what is not here is shown only where there is nothing else, or it is asked for", () => {
  const sparse = index([child("sha256:a", "amd64", { isHere: false }), child("sha256:b", "s390x")]);
  expect(chooseChild(sparse, undefined)?.digest).toBe("sha256:b");
  expect(chooseChild(sparse, "linux/amd64")?.digest).toBe("sha256:a");
  expect(chooseChild(index([child("sha256:a", "amd64", { isHere: false })]), undefined)?.digest).toBe("sha256:a");
  expect(chooseChild(index([]), undefined)).toBeUndefined();
  expect(chooseChild(index(null), undefined)).toBeUndefined();
});
