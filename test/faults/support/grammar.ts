// Random texts that are nearly right: valid ones by the grammar of each field, then bent a little. What is far from
// right is refused by the first check; what is nearly right is what finds mistakes.

import fc from "fast-check";

const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
const STRANGE = [
  "\0",
  "\n",
  "\r",
  "\t",
  " ",
  "/",
  "//",
  "..",
  "%",
  "%2f",
  "%00",
  "%c0%ae",
  "\\",
  "?",
  "#",
  "&",
  "=",
  "+",
  ":",
  "@",
  "é",
  "\u202e",
  "😀",
  "\ud800",
  "\ufeff",
  "A",
  "_",
  "__",
  "___",
  "-",
  ".",
  ",",
  ";",
  '"',
  "'",
  "<",
  "{",
  "[",
  "9".repeat(25),
  "a".repeat(300),
  "sha256:",
];

export function fromLetters(letters: string, minLength: number, maxLength: number): fc.Arbitrary<string> {
  const letter = fc.constantFrom(...letters.split(""));
  return fc.array(letter, { minLength, maxLength }).map((it) => it.join(""));
}

/** Most often as it is; else with a few pieces put in, taken out, doubled or changed. */
export function bent(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const edit = fc.tuple(fc.nat(1_000), fc.nat(4), fc.constantFrom(...STRANGE));
  const edits = fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 5, arbitrary: fc.array(edit, { minLength: 1, maxLength: 3 }) },
  );
  return fc
    .tuple(text, edits)
    .map(([whole, all]) => all.reduce((left, [place, kind, piece]) => bend(left, place, kind, piece), whole));
}

function bend(text: string, place: number, kind: number, piece: string): string {
  const at = text.length === 0 ? 0 : place % (text.length + 1);
  const head = text.slice(0, at);
  if (kind === 0) return head + piece + text.slice(at);
  if (kind === 1) return head + text.slice(at + 1);
  if (kind === 2) return head + piece + text.slice(at + 1);
  if (kind === 3) return head;
  return text + text.slice(at);
}

const hex = (length: number) => fromLetters("0123456789abcdef", length, length);
/** Few values, so that some of them exist. */
const component = fc.oneof(fc.constantFrom("a", "library", "fuzz", "app", "v2"), fromLetters(LETTERS, 1, 12));

export const digests = bent(
  fc.oneof(
    hex(64).map((it) => `sha256:${it}`),
    hex(128).map((it) => `sha512:${it}`),
    fc.tuple(component, hex(32)).map(([algorithm, it]) => `${algorithm}:${it}`),
  ),
);
export const names = bent(
  fc
    .tuple(fc.array(component, { minLength: 1, maxLength: 4 }), fc.constantFrom("/", "/", ".", "-", "__"))
    .map(([parts, by]) => parts.join(by)),
);
export const tags = bent(fc.oneof(fc.constantFrom("latest", "v1.0"), fromLetters(`${LETTERS}._-`, 1, 30)));
export const numbers = fc.oneof(
  fc.nat(300).map(String),
  fc.constantFrom("", "-1", "0", "00", "1e3", "0x10", "9007199254740993", "18446744073709551616", " 1", "1.5", "NaN"),
);
export const ranges = bent(
  fc
    .tuple(
      fc.constantFrom("bytes=", "bytes ", "", "bytes="),
      numbers,
      numbers,
      fc.constantFrom("", "/*", "/100", ",1-2"),
    )
    .map(([unit, from, to, rest]) => `${unit}${from}-${to}${rest}`),
);
export const mediaTypes = bent(
  fc.oneof(
    fc.constantFrom(
      "application/vnd.oci.image.manifest.v1+json",
      "application/vnd.oci.image.index.v1+json",
      "application/vnd.docker.distribution.manifest.v2+json",
      "application/vnd.docker.distribution.manifest.v1+prettyjws",
      "application/json; charset=utf-8",
    ),
    fc.tuple(component, component).map((it) => it.join("/")),
  ),
);
export const hosts = bent(
  fc.oneof(fc.constantFrom("127.0.0.1", "localhost:5000", "[::1]:80", "example.com", "[fe80::1%25eth0]"), component),
);
export const addresses = bent(fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant("::ffff:10.0.0.1")));
/** Header values and query parameters of anything. */
export const texts = bent(
  fc.oneof(digests, names, tags, numbers, ranges, mediaTypes, fc.string({ unit: "binary", maxLength: 40 })),
);

const descriptor = fc.record(
  {
    mediaType: fc.oneof(mediaTypes, fc.constantFrom<unknown>(null, 1, {})),
    digest: fc.oneof(digests, digests, fc.constantFrom<unknown>(null, 5, [])),
    size: fc.oneof(fc.nat(1_000), fc.constantFrom<unknown>(-1, 1.5, 2 ** 53, "5", null)),
    artifactType: fc.oneof(mediaTypes, fc.constant(7)),
    annotations: fc.oneof(fc.dictionary(texts, texts, { maxKeys: 3 }), fc.jsonValue({ maxDepth: 2 })),
    platform: fc.jsonValue({ maxDepth: 2 }),
    urls: fc.jsonValue({ maxDepth: 1 }),
  },
  { requiredKeys: ["digest"] },
);
const manifestValue = fc.record(
  {
    schemaVersion: fc.constantFrom<unknown>(2, 2, 2, 1, "2", null),
    mediaType: fc.oneof(mediaTypes, fc.constantFrom<unknown>(1, null, [])),
    config: fc.oneof(descriptor, fc.jsonValue({ maxDepth: 1 })),
    layers: fc.oneof(fc.array(descriptor, { maxLength: 4 }), fc.jsonValue({ maxDepth: 1 })),
    manifests: fc.oneof(fc.array(descriptor, { maxLength: 4 }), fc.jsonValue({ maxDepth: 1 })),
    subject: fc.oneof(descriptor, fc.jsonValue({ maxDepth: 1 })),
    artifactType: fc.oneof(mediaTypes, fc.constantFrom<unknown>(1, {})),
    annotations: fc.oneof(fc.dictionary(texts, texts, { maxKeys: 3 }), fc.jsonValue({ maxDepth: 2 })),
  },
  { requiredKeys: [] },
);

/** JSON texts of manifests, some of them bent as texts and some as bytes. */
export const manifests: fc.Arbitrary<Uint8Array<ArrayBuffer>> = fc
  .tuple(
    fc.oneof(
      { weight: 5, arbitrary: manifestValue.map((it) => JSON.stringify(it)) },
      { weight: 1, arbitrary: bent(manifestValue.map((it) => JSON.stringify(it))) },
      { weight: 1, arbitrary: fc.json({ maxDepth: 6 }) },
      { weight: 1, arbitrary: fc.nat(5_000).map((depth) => "[".repeat(depth)) },
    ),
    fc.array(fc.tuple(fc.nat(5_000), fc.nat(255)), { maxLength: 1 }),
  )
  .map(([text, changes]) => {
    const bytes = new TextEncoder().encode(text);
    for (const [place, value] of changes) if (bytes.length > 0 && value % 3 === 0) bytes[place % bytes.length] = value;
    return bytes;
  });
