import { expect, test } from "bun:test";
import * as types from "./media-types.ts";

test("kinds", () => {
  expect(types.manifestKind(types.OCI_MANIFEST)).toBe("image");
  expect(types.manifestKind(types.DOCKER_MANIFEST)).toBe("image");
  expect(types.manifestKind(types.OCI_INDEX)).toBe("index");
  expect(types.manifestKind(types.DOCKER_MANIFEST_LIST)).toBe("index");
  expect(types.manifestKind("application/vnd.oci.artifact.manifest.v1+json")).toBe("other");
  expect(types.isSchema1("application/vnd.docker.distribution.manifest.v1+prettyjws")).toBe(true);
  expect(types.isSchema1(types.DOCKER_MANIFEST)).toBe(false);
  expect(types.isGeneric("Application/JSON")).toBe(true);
  expect(types.isGeneric(types.OCI_INDEX)).toBe(false);
});

test.each(["a/b", "application/vnd.oci.image.index.v1+json", "a1!#$&^_.+-/b", `${"a".repeat(127)}/${"b".repeat(127)}`])(
  "%s is a media type",
  (text) => {
    expect(types.isMediaType(text)).toBe(true);
  },
);

test.each([
  "",
  "a",
  "/",
  "a/",
  "/b",
  "a/b/c",
  "a/b;c=d",
  " a/b",
  "a/b ",
  "a/b\n",
  "a/\u0000",
  "ä/b",
  "+a/b",
  `${"a".repeat(128)}/b`,
])("%j is none", (text) => {
  expect(types.isMediaType(text)).toBe(false);
});

test("layers that may not be distributed", () => {
  expect(types.isNonDistributable("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip")).toBe(true);
  expect(types.isNonDistributable("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip")).toBe(true);
  expect(types.isNonDistributable("application/vnd.oci.image.layer.v1.tar+gzip")).toBe(false);
});
