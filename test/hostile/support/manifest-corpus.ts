// Manifests that could be read as two things, or as none. Each is built from content that the repository really holds,
// so that nothing but the fault in question can be the reason for a refusal.

import { OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST, type Descriptor } from "./registry.ts";

export interface ManifestCase {
  name: string;
  body: string | Uint8Array<ArrayBuffer>;
  /** null sends none. */
  contentType: string | null;
  /** Codes that a refusal may have; null when it must be taken. */
  refused: readonly string[] | null;
}

export interface Ingredients {
  config: Descriptor;
  layer: Descriptor;
  /** A blob that another repository holds, and this one does not. */
  foreign: Descriptor;
  /** A manifest in this repository. */
  child: Descriptor;
}

const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
const SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1+json";
const SCHEMA_1_SIGNED = "application/vnd.docker.distribution.manifest.v1+prettyjws";
const INVALID = ["MANIFEST_INVALID"] as const;
const UNKNOWN = ["MANIFEST_BLOB_UNKNOWN"] as const;
const EITHER = [...INVALID, ...UNKNOWN] as const;
const MISSING = `sha256:${"0".repeat(64)}`;

type Fields = Record<string, unknown>;

export function manifestCases(parts: Ingredients): ManifestCase[] {
  const image: Fields = { schemaVersion: 2, mediaType: OCI_MANIFEST, config: parts.config, layers: [parts.layer] };
  const index: Fields = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [parts.child] };
  return [
    ...taken(parts, image, index),
    ...confusions(parts, image, index),
    ...duplicates(parts),
    ...wrongTypes(parts, image, index),
    ...notJson(image),
    ...bombs(parts, image, index),
  ];
}

function refuse(
  name: string,
  body: object | string | Uint8Array<ArrayBuffer>,
  contentType: string | null = OCI_MANIFEST,
  codes: readonly string[] = INVALID,
): ManifestCase {
  const bytes = typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
  return { name, body: bytes, contentType, refused: codes };
}

function accept(name: string, body: object | string, contentType: string | null = OCI_MANIFEST): ManifestCase {
  return { name, body: typeof body === "string" ? body : JSON.stringify(body), contentType, refused: null };
}

function without(fields: Fields, ...names: string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

function taken(parts: Ingredients, image: Fields, index: Fields): ManifestCase[] {
  const text = JSON.stringify(image);
  return [
    accept("an image", image),
    accept("an image without a mediaType of its own", without(image, "mediaType")),
    accept("an image without a Content-Type", { ...image, n: 1 }, null),
    accept("a Content-Type with a parameter", { ...image, n: 2 }, `${OCI_MANIFEST}; charset=utf-8`),
    accept("an image without layers", { ...image, layers: [] }),
    accept("unknown fields", { ...image, x: { y: [1, null, true, "z"] } }),
    accept("a field called __proto__", text.replace("{", '{"__proto__":{"layers":[]},')),
    accept("a field called constructor", text.replace("{", '{"constructor":1,"toString":2,')),
    accept("white space around everything", `\n\t ${text.replaceAll(",", " ,\r\n")} \n`),
    accept("a key spelled with an escape", text.replace('"layers"', '"\\u006cayers"')),
    accept("a Docker image", { ...image, mediaType: DOCKER_MANIFEST }, DOCKER_MANIFEST),
    accept("an index", index, OCI_INDEX),
    accept("an index that lists one child twice", { ...index, manifests: [parts.child, parts.child] }, OCI_INDEX),
    accept("an empty index", { ...index, manifests: [] }, OCI_INDEX),
    accept("a Docker list", { ...index, mediaType: DOCKER_LIST }, DOCKER_LIST),
    accept("an index that lists a blob", { ...index, manifests: [parts.layer] }, OCI_INDEX),
    accept("an unknown manifest type", { hello: "world" }, "application/vnd.example.thing.v1+json"),
    accept("a subject that is not here", { ...image, subject: { ...parts.child, digest: MISSING } }),
    accept("a foreign layer that is not here", {
      ...image,
      layers: [{ ...parts.layer, digest: MISSING, urls: ["https://example.com/layer"] }],
    }),
    accept("a layer that may not be distributed", {
      ...image,
      layers: [
        { ...parts.layer, digest: MISSING, mediaType: "application/vnd.oci.image.layer.nondistributable.v1.tar" },
      ],
    }),
  ];
}

function confusions(parts: Ingredients, image: Fields, index: Fields): ManifestCase[] {
  const both = { ...image, manifests: [parts.child] };
  return [
    refuse("manifests and layers as an image", both),
    refuse("manifests and layers as an index", { ...both, mediaType: OCI_INDEX }, OCI_INDEX),
    refuse("manifests and layers, mediaType left out", without(both, "mediaType"), OCI_INDEX),
    refuse("manifests and config as an index", { ...index, config: parts.config }, OCI_INDEX),
    refuse("manifests and layers under an unknown type", without(both, "mediaType"), "application/vnd.example+json"),
    refuse("an image's fields as an index", without(image, "mediaType"), OCI_INDEX),
    refuse("an index's fields as an image", without(index, "mediaType")),
    refuse("an image sent as an index", image, OCI_INDEX),
    refuse("an index sent as an image", index),
    refuse("an OCI image sent as Docker's", image, DOCKER_MANIFEST),
    refuse("Docker's list sent as an OCI index", { ...index, mediaType: DOCKER_LIST }, OCI_INDEX),
    refuse("a mediaType in capitals", { ...image, mediaType: OCI_MANIFEST.toUpperCase() }),
    refuse("two types in one Content-Type", image, `${OCI_MANIFEST}, ${OCI_INDEX}`),
    refuse("an image as application/json", image, "application/json"),
    refuse("an image as text/plain", without(image, "mediaType"), "text/plain"),
    refuse("a Content-Type that is none", without(image, "mediaType"), "nothing"),
    refuse("schema 1", { schemaVersion: 1, name: "a/b", tag: "x", fsLayers: [], history: [] }, SCHEMA_1),
    refuse("schema 1, signed", { schemaVersion: 1, fsLayers: [], signatures: [] }, SCHEMA_1_SIGNED),
    refuse("schema 1 dressed as an image", { ...image, schemaVersion: 1, fsLayers: [] }),
    refuse("fsLayers beside manifests", { ...index, fsLayers: [] }, OCI_INDEX),
  ];
}

function duplicates({ config, layer, child }: Ingredients): ManifestCase[] {
  const [c, l, m] = [config, layer, child].map((it) => JSON.stringify(it));
  const start = `{"schemaVersion":2,"mediaType":"${OCI_MANIFEST}"`;
  return [
    refuse("layers twice", `${start},"config":${c},"layers":[${l}],"layers":[]}`),
    refuse("config twice", `${start},"config":${c},"config":${c},"layers":[]}`),
    refuse("mediaType twice", `${start},"mediaType":"${OCI_MANIFEST}","config":${c},"layers":[]}`),
    refuse("schemaVersion twice", `${start},"schemaVersion":2,"config":${c},"layers":[]}`),
    refuse("layers twice, once escaped", `${start},"config":${c},"layers":[${l}],"\\u006cayers":[]}`),
    refuse("layers twice, once in another escape", `${start},"config":${c},"l\\u0061yers":[${l}],"l\\u0061yers":[]}`),
    refuse("a slash, plain and escaped", `${start},"config":${c},"layers":[],"a/b":1,"a\\/b":2}`),
    refuse("a digest twice", `${start},"config":${c?.replace("{", `{"digest":"${MISSING}",`)},"layers":[]}`),
    refuse("an annotation twice", `${start},"config":${c},"layers":[],"annotations":{"a":"1","a":"2"}}`),
    refuse("deep in an unknown field", `${start},"config":${c},"layers":[],"x":[[{"y":{"a":1,"b":2,"a":3}}]]}`),
    refuse("with space before the colon", `${start},"config":${c},"layers":[],"x" :1,"x"\n:2}`),
    refuse(
      "manifests twice",
      `{"schemaVersion":2,"mediaType":"${OCI_INDEX}","manifests":[${m}],"manifests":[]}`,
      OCI_INDEX,
    ),
  ];
}

function wrongTypes(parts: Ingredients, image: Fields, index: Fields): ManifestCase[] {
  const layer = (changes: object) => ({ ...image, layers: [{ ...parts.layer, ...changes }] });
  const text = JSON.stringify(image);
  const sized = (size: string) => text.replace(`"size":${parts.layer.size}`, `"size":${size}`);
  return [
    ...["[]", '"text"', "7", "null", "true", "[{}]", "{}"].map((it) => refuse(`the document ${it}`, it)),
    refuse("schemaVersion as text", { ...image, schemaVersion: "2" }),
    refuse("schemaVersion 3", { ...image, schemaVersion: 3 }),
    refuse("no schemaVersion", without(image, "schemaVersion")),
    ...[[], null, "text", 1].map((it) => refuse(`config ${JSON.stringify(it)}`, { ...image, config: it })),
    refuse("no config", without(image, "config")),
    ...[{}, "text", 1].map((it) => refuse(`layers ${JSON.stringify(it)}`, { ...image, layers: it })),
    ...[null, 1, "text", []].map((it) => refuse(`a layer ${JSON.stringify(it)}`, { ...image, layers: [it] })),
    refuse("manifests as an object", { ...index, manifests: {} }, OCI_INDEX),
    refuse("no manifests", without(index, "manifests"), OCI_INDEX),
    refuse("a digest that is a number", layer({ digest: 1 })),
    refuse("no digest", layer({ digest: undefined })),
    refuse("a short digest", layer({ digest: "sha256:abc" })),
    refuse("a digest in capitals", layer({ digest: parts.layer.digest.toUpperCase().replace("SHA", "sha") })),
    refuse("a digest that is a path", layer({ digest: "sha256:../../../../etc/passwd" })),
    refuse("a digest with a line end", layer({ digest: `${parts.layer.digest}\n` })),
    refuse("a digest of an unknown algorithm", layer({ digest: `md5:${"0".repeat(32)}` }), OCI_MANIFEST, EITHER),
    refuse("a size as text", layer({ size: String(parts.layer.size) })),
    refuse("no size", layer({ size: undefined })),
    refuse("a size that is not the stored one", layer({ size: parts.layer.size + 1 })),
    ...["-1", "1.5", "9007199254740993", "1e400", "-0.5", "1e-400000", "123456789012345678901234567890"].map((it) =>
      refuse(`the size ${it}`, sized(it)),
    ),
    refuse("an unsafe number in an unknown field", text.replace("{", '{"x":9007199254740993,')),
    refuse("no mediaType in a descriptor", layer({ mediaType: undefined })),
    refuse("a mediaType that is a number", layer({ mediaType: 1 })),
    refuse("a mediaType with a line end", layer({ mediaType: "a/b\r\nEvil: 1" })),
    refuse("urls as text", layer({ urls: "https://example.com/" })),
    refuse("data that is something else", layer({ data: "AAAA" })),
    refuse("data that is no text", layer({ data: {} })),
    refuse("annotations as a list", { ...image, annotations: [] }),
    refuse("an annotation that is a number", { ...image, annotations: { a: 1 } }),
    refuse("a subject as text", { ...image, subject: MISSING }),
    refuse("a subject with a bad digest", { ...image, subject: { ...parts.child, digest: "sha256:zz" } }),
    refuse("an artifactType that is a number", { ...image, artifactType: 1 }),
    refuse("a layer that nobody has", layer({ digest: MISSING }), OCI_MANIFEST, UNKNOWN),
    refuse("a layer of another repository", { ...image, layers: [parts.foreign] }, OCI_MANIFEST, UNKNOWN),
    refuse(
      "a child that nobody has",
      { ...index, manifests: [{ ...parts.child, digest: MISSING }] },
      OCI_INDEX,
      UNKNOWN,
    ),
  ];
}

function notJson(image: Fields): ManifestCase[] {
  const text = JSON.stringify(image);
  const inUtf16 = new Uint8Array(Buffer.from(text, "utf16le"));
  const badUtf8 = new Uint8Array(Buffer.from(text.replace("{", '{"x":"\xff\xfe",'), "latin1"));
  return [
    refuse("nothing", ""),
    refuse("a blank", " "),
    refuse("something after the end", `${text}x`),
    refuse("two documents", text + text),
    refuse("a comment", text.replace("{", "{/* */")),
    refuse("NaN", text.replace("{", '{"x":NaN,')),
    refuse("a comma too many", text.replace(/}$/, ",}")),
    refuse("single quotes", text.replaceAll('"', "'")),
    refuse("a text that does not end", '{"schemaVersion":2,"mediaType":"'),
    refuse("half of it", text.slice(0, text.length / 2)),
    refuse("a NUL at the end", `${text}\0`),
    refuse("a line end inside a text", text.replace("{", '{"x":"\n",')),
    refuse("a byte order mark", `\ufeff${text}`),
    refuse("UTF-16", inUtf16),
    refuse("broken UTF-8", badUtf8),
  ];
}

function bombs(parts: Ingredients, image: Fields, index: Fields): ManifestCase[] {
  const text = JSON.stringify(image);
  const nested = (depth: number) => text.replace("{", `{"x":${"[".repeat(depth)}${"]".repeat(depth)},`);
  const objects = (depth: number) => text.replace("{", `{"x":${'{"a":'.repeat(depth)}1${"}".repeat(depth)},`);
  const small = { mediaType: OCI_LAYER, digest: parts.config.digest, size: parts.config.size };
  return [
    accept("63 levels of lists", nested(63)),
    refuse("65 levels of lists", nested(65)),
    refuse("100,000 levels of lists", nested(100_000)),
    refuse("100,000 levels of objects", objects(100_000)),
    refuse("4 million open brackets", "[".repeat(4_000_000)),
    refuse("4,097 layers", { ...image, layers: Array.from({ length: 4_097 }, () => small) }),
    refuse("10,001 children", { ...index, manifests: Array.from({ length: 10_001 }, () => parts.child) }, OCI_INDEX),
    refuse("annotations of a referrer over 1 MiB", {
      ...image,
      subject: parts.child,
      annotations: { a: "x".repeat(1024 * 1024 + 1) },
    }),
    refuse("a number of a million digits", text.replace("{", `{"x":${"9".repeat(1_000_000)},`)),
    refuse("a million backslashes", text.replace("{", `{"x":"${"\\".repeat(1_000_001)}",`)),
    refuse("200,000 keys in a field", { ...image, config: { ...parts.config, mediaType: OCI_CONFIG }, x: manyKeys() }),
  ];
}

function manyKeys(): Record<string, number> {
  return Object.fromEntries(Array.from({ length: 200_000 }, (_, number) => [`k${number}`, 1]));
}
