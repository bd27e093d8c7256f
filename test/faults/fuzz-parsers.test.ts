// Every parser of what clients send, over random texts that are nearly right: each gives a value that holds what its type
// says, or an error of the client's; never another error, and what was taken is taken again.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { RegistryError } from "../../src/errors.ts";
import { isLoopbackHost, isValidHost, TrustedProxies } from "../../src/http/client-address.ts";
import { MAX_PAGE, nextLink, parsePage } from "../../src/http/pagination.ts";
import { parseContentRange, parseRange } from "../../src/http/ranges.ts";
import { findDigest, parseDigest, parseDigestAlgorithm } from "../../src/oci/digest.ts";
import { JsonError, parseJson } from "../../src/oci/json.ts";
import { parseManifest } from "../../src/oci/manifest.ts";
import { isMediaType, manifestKind } from "../../src/oci/media-types.ts";
import { findRepositoryName, findTag, parseReference, parseRepositoryName, parseTag } from "../../src/oci/reference.ts";
import * as grammar from "./support/grammar.ts";
import { amount, startRandom } from "./support/scale.ts";

/** Over all parsers together. */
const INPUTS = amount("FUZZ_PARSER_INPUTS", { short: 7_000, ci: 70_000, full: 700_000 });

/** The value, or null after an error that the client is to blame for. Any other error is thrown on. */
function attempt<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch (error) {
    if (error instanceof RegistryError && error.status >= 400 && error.status < 500) return null;
    throw error;
  }
}

type Property = { name: string; run: (runs: number, seed: number) => void };

function over<T>(name: string, inputs: fc.Arbitrary<T>, check: (input: T) => void): Property {
  return { name, run: (numRuns, seed) => fc.assert(fc.property(inputs, check), { numRuns, seed }) };
}

const PROPERTIES: Property[] = [
  over("digests", grammar.digests, (text) => {
    const digest = attempt(() => parseDigest(text));
    expect(findDigest(text)).toBe(digest);
    if (digest !== null) expect(digest).toMatch(/^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/);
    attempt(() => parseDigestAlgorithm(text));
  }),
  over("repository names", grammar.names, (text) => {
    const name = attempt(() => parseRepositoryName(text));
    expect(findRepositoryName(text)).toBe(name);
    if (name === null) return;
    expect(String(name)).toMatch(/^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/);
    expect(parseRepositoryName(name)).toBe(name);
  }),
  over("tags", fc.oneof(grammar.tags, grammar.digests), (text) => {
    const tag = attempt(() => parseTag(text));
    expect(findTag(text)).toBe(tag);
    if (tag !== null) expect(String(tag)).toMatch(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/);
    const reference = attempt(() => parseReference(text));
    if (reference !== null) expect(String(reference.tag ?? reference.digest)).toBe(text);
  }),
  over("ranges", fc.tuple(grammar.ranges, fc.nat(500)), ([text, sizeBytes]) => {
    const range = attempt(() => parseRange(text, sizeBytes));
    if (range === null) return;
    expect(range.start).toBeGreaterThanOrEqual(0);
    expect(range.end).toBeGreaterThan(range.start);
    expect(range.end).toBeLessThanOrEqual(sizeBytes);
  }),
  over("content ranges", grammar.ranges, (text) => {
    const range = attempt(() => parseContentRange(text));
    if (range === null) return;
    expect(Number.isSafeInteger(range.start) && Number.isSafeInteger(range.end)).toBe(true);
    expect(range.start).toBeGreaterThanOrEqual(0);
    expect(range.end).toBeGreaterThan(range.start);
  }),
  over("pages", fc.tuple(grammar.numbers, grammar.texts, grammar.texts), ([n, last, name]) => {
    const query = new URLSearchParams(`n=${n}&last=${last}&${name}`);
    const page = attempt(() => parsePage(query, 100));
    if (page === null) return;
    expect(Number.isSafeInteger(page.limit) && page.limit >= 0 && page.limit <= MAX_PAGE).toBe(true);
    const link = nextLink("/v2/_catalog", [["last", (page.last ?? "").toWellFormed()]]);
    expect(link).toMatch(/^<[\x21-\x7e]*>; rel="next"$/);
  }),
  over("hosts", grammar.hosts, (text) => {
    if (isValidHost(text)) expect(text).toMatch(/^[\x21-\x7e]+$/);
    else expect(isLoopbackHost(text) && /[\s/@\\]/.test(text)).toBe(false);
  }),
  over(
    "forwarded addresses",
    fc.tuple(grammar.addresses, fc.array(grammar.addresses), grammar.texts),
    ([peer, hops, proto]) => {
      const proxies = new TrustedProxies(["10.0.0.0/8", "::1", "fd00::/8"]);
      const forwarded = attemptHeaders({ "x-forwarded-for": hops.join(", "), "x-forwarded-proto": proto });
      if (forwarded === null) return;
      const { address } = proxies.resolve("10.0.0.1", forwarded, false);
      expect(address === "10.0.0.1" || hops.some((hop) => hop.split(",").some((it) => it.trim() === address))).toBe(
        true,
      );
      expect(proxies.resolve("192.0.2.1", forwarded, true)).toEqual({ address: "192.0.2.1", isHttps: true });
      void peer;
    },
  ),
  over("media types", grammar.mediaTypes, (text) => {
    if (isMediaType(text)) expect(text).toMatch(/^[\x21-\x7e]+$/);
    expect(["image", "index", "other"]).toContain(manifestKind(text));
  }),
  over("JSON", fc.oneof(grammar.manifests, fc.uint8Array({ maxLength: 60 })), (bytes) => {
    let value: unknown;
    try {
      value = parseJson(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(JsonError);
      return;
    }
    expect(JSON.stringify(value)).toBe(
      JSON.stringify(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(bytes)))),
    );
  }),
  over("manifests", fc.tuple(grammar.manifests, fc.option(grammar.mediaTypes)), ([bytes, contentType]) => {
    const manifest = attempt(() => parseManifest(bytes, contentType));
    if (manifest === null) return;
    expect(isMediaType(manifest.mediaType)).toBe(true);
    for (const { descriptor } of manifest.references)
      expect<string | null>(findDigest(descriptor.digest)).toBe(descriptor.digest);
    expect(parseManifest(bytes, manifest.mediaType).mediaType).toBe(manifest.mediaType);
  }),
];

/** Null for what no HTTP message can carry. */
function attemptHeaders(fields: Record<string, string>): Headers | null {
  try {
    return new Headers(fields);
  } catch {
    return null;
  }
}

const random = startRandom("fuzzing of parsers");
const RUNS = Math.ceil(INPUTS / PROPERTIES.length);
for (const { name, run } of PROPERTIES) {
  test(
    `${RUNS} ${name}`,
    () => {
      run(RUNS, random.seed | 0);
    },
    60_000 + RUNS * 5,
  );
}
