import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { RegistryError } from "../errors.ts";
import { parseManifest } from "./manifest.ts";
import { DOCKER_MANIFEST, DOCKER_MANIFEST_LIST, OCI_INDEX, OCI_MANIFEST } from "./media-types.ts";

const CONFIG_TYPE = "application/vnd.oci.image.config.v1+json";
const LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip";
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const CONFIG = { mediaType: CONFIG_TYPE, digest: digest("c"), size: 2 };
const LAYER = { mediaType: LAYER_TYPE, digest: digest("1"), size: 10 };
const CHILD = { mediaType: OCI_MANIFEST, digest: digest("2"), size: 20 };
const IMAGE = { schemaVersion: 2, mediaType: OCI_MANIFEST, config: CONFIG, layers: [LAYER] };
const INDEX = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [CHILD] };

const parse = (document: unknown, contentType: string | null = null) =>
  parseManifest(new TextEncoder().encode(JSON.stringify(document)), contentType);

const repeat = <T>(count: number, value: T) => Array.from({ length: count }, () => value);

const refuses = (document: unknown, contentType: string | null, reason: RegExp | string) => {
  const work = () => parse(document, contentType);
  expect(work).toThrow(reason);
  expect(work).toThrow(expect.objectContaining({ code: "MANIFEST_INVALID", status: 400 }));
};

describe("images", () => {
  test("config and layers in order", () => {
    const manifest = parse(IMAGE);
    expect(manifest).toMatchObject({
      mediaType: OCI_MANIFEST,
      kind: "image",
      artifactType: CONFIG_TYPE,
      subject: null,
    });
    expect(manifest.references.map((it) => [it.kind, it.descriptor.digest, it.isOptional])).toEqual([
      ["config", digest("c"), false],
      ["layer", digest("1"), false],
    ]);
  });

  test("without layers, with unknown fields, with an artifact type of its own", () => {
    expect(parse({ ...IMAGE, layers: [] }).references).toHaveLength(1);
    expect(parse({ schemaVersion: 2, mediaType: OCI_MANIFEST, config: CONFIG }).references).toHaveLength(1);
    expect(parse({ ...IMAGE, "com.example": { any: [1] } }).kind).toBe("image");
    expect(parse({ ...IMAGE, artifactType: "application/x" }).artifactType).toBe("application/x");
    expect(parse({ ...IMAGE, artifactType: "" }).artifactType).toBe(CONFIG_TYPE);
  });

  test("layers that may be absent", () => {
    const foreign = { ...LAYER, mediaType: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip" };
    const elsewhere = { ...LAYER, urls: ["https://example.com"] };
    const { references } = parse({ ...IMAGE, layers: [foreign, elsewhere, LAYER] });
    expect(references.map((it) => it.isOptional)).toEqual([false, true, true, false]);
  });
});

describe("indexes", () => {
  test("children, none, and artifact types", () => {
    const index = parse(INDEX);
    expect(index).toMatchObject({ kind: "index", artifactType: null, config: null });
    expect(index.references.map((it) => it.kind)).toEqual(["manifest"]);
    expect(parse({ ...INDEX, manifests: [] }).references).toEqual([]);
    expect(parse({ ...INDEX, artifactType: "application/x" }).artifactType).toBe("application/x");
  });
});

describe("the media type", () => {
  test("from the header, from the body, or from both when they agree", () => {
    const { mediaType: _, ...bare } = IMAGE;
    expect(parse(bare, `${OCI_MANIFEST}; charset=utf-8`).mediaType).toBe(OCI_MANIFEST);
    expect(parse(IMAGE, null).mediaType).toBe(OCI_MANIFEST);
    expect(parse(IMAGE, OCI_MANIFEST).mediaType).toBe(OCI_MANIFEST);
    expect(parse({ ...IMAGE, mediaType: DOCKER_MANIFEST }, DOCKER_MANIFEST).kind).toBe("image");
    expect(parse({ ...INDEX, mediaType: DOCKER_MANIFEST_LIST }).kind).toBe("index");
  });

  test("refusals", () => {
    const { mediaType: _, ...bare } = IMAGE;
    refuses(bare, null, "neither");
    refuses(bare, "", "neither");
    refuses(IMAGE, OCI_INDEX, "sent with Content-Type");
    refuses(IMAGE, DOCKER_MANIFEST, "sent with Content-Type");
    refuses(IMAGE, "application/json", /Content-Type/);
    refuses(bare, "application/json", "does not say what it is");
    refuses(bare, "text/plain; charset=utf-8", "does not say what it is");
    refuses(bare, "nonsense", "does not say what it is");
    refuses({ ...IMAGE, mediaType: 7 }, OCI_MANIFEST, "mediaType");
    refuses({ ...IMAGE, mediaType: null }, OCI_MANIFEST, "mediaType");
    for (const type of ["json", "prettyjws"]) {
      const schema1 = `application/vnd.docker.distribution.manifest.v1+${type}`;
      refuses({ schemaVersion: 1, fsLayers: [], history: [] }, schema1, "schema 1");
    }
  });
});

describe("documents that could be taken for two kinds", () => {
  const documents: [string, unknown, string][] = [
    ["an image with manifests", { ...IMAGE, manifests: [] }, OCI_MANIFEST],
    ["an index with layers", { ...INDEX, layers: [] }, OCI_INDEX],
    ["an index with a config", { ...INDEX, config: CONFIG }, OCI_INDEX],
    ["an index with a null config", { ...INDEX, config: null }, OCI_INDEX],
    ["both without a type", { schemaVersion: 2, manifests: [], layers: [] }, "application/vnd.example"],
    ["an index with schema 1's layers", { ...INDEX, fsLayers: [] }, OCI_INDEX],
    ["an index sent as an image", { schemaVersion: 2, manifests: [CHILD] }, OCI_MANIFEST],
    ["an image sent as an index", { schemaVersion: 2, config: CONFIG, layers: [LAYER] }, OCI_INDEX],
    ["an image without a config", { schemaVersion: 2, layers: [LAYER] }, OCI_MANIFEST],
    ["an index without manifests", { schemaVersion: 2 }, OCI_INDEX],
    ["schema version 1", { ...IMAGE, schemaVersion: 1 }, OCI_MANIFEST],
    ["schema version 2 as text", { ...IMAGE, schemaVersion: "2" }, OCI_MANIFEST],
    ["no schema version", { ...IMAGE, schemaVersion: undefined }, OCI_MANIFEST],
  ];
  test.each(documents)("%s is refused", (_, document, type) => refuses(document, type, "refused"));
});

describe("limits and forms", () => {
  test("layers and children", () => {
    expect(parse({ ...IMAGE, layers: repeat(4_096, LAYER) }).references).toHaveLength(4_097);
    refuses({ ...IMAGE, layers: repeat(4_097, LAYER) }, null, "4097 entries");
    refuses({ ...INDEX, manifests: repeat(10_001, CHILD) }, null, "10001 entries");
    refuses({ ...IMAGE, layers: {} }, null, "layers must be a list");
    refuses({ ...IMAGE, layers: [LAYER, { ...LAYER, size: -1 }] }, null, "layers[1].size");
  });

  test("annotations", () => {
    expect(parse({ ...IMAGE, annotations: { a: "b" } }).annotations).toEqual({ a: "b" });
    refuses({ ...IMAGE, annotations: { a: 1 } }, null, 'annotations["a"]');
    refuses({ ...IMAGE, annotations: [] }, null, "annotations must");
    const large = { a: "x".repeat(1024 * 1024 + 1) };
    expect(parse({ ...IMAGE, annotations: large }).annotations).toEqual(large);
    refuses({ ...IMAGE, annotations: large, subject: CHILD }, null, "annotations of a manifest with a subject");
  });

  test("subjects", () => {
    expect<string | null>(parse({ ...IMAGE, subject: CHILD }).subject).toBe(CHILD.digest);
    expect(parse({ ...IMAGE, subject: null }).subject).toBeNull();
    refuses({ ...IMAGE, subject: { ...CHILD, digest: "blake3:abc" } }, null, "subject.digest");
    refuses({ ...IMAGE, subject: "x" }, null, "subject must");
  });

  test("what is no JSON object", () => {
    for (const text of ["", "null", "[]", "7", '"x"', "{", '{"a":1,"a":2}', "\ufeff{}"]) {
      expect(() => parseManifest(new TextEncoder().encode(text), OCI_MANIFEST)).toThrow(
        expect.objectContaining({ code: "MANIFEST_INVALID" }),
      );
    }
  });
});

test("whatever is in it, it is read or refused with MANIFEST_INVALID", () => {
  const field = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom(CONFIG, [LAYER], [CHILD], 2, OCI_INDEX, OCI_MANIFEST),
  );
  const keys = [
    "schemaVersion",
    "mediaType",
    "config",
    "layers",
    "manifests",
    "subject",
    "annotations",
    "artifactType",
    "blobs",
  ];
  const document = fc.record(Object.fromEntries(keys.map((key) => [key, field])), { requiredKeys: [] });
  fc.assert(
    fc.property(document, fc.constantFrom(null, OCI_MANIFEST, OCI_INDEX, "application/vnd.other"), (value, type) => {
      try {
        parse(value, type);
      } catch (error) {
        expect(error).toBeInstanceOf(RegistryError);
        expect(error).toMatchObject({ code: "MANIFEST_INVALID" });
      }
    }),
    { numRuns: 1_000 },
  );
});
