/** Content digests. Spec: image-spec 1.1, descriptor.md, "Digests". */
import { RegistryError } from "../errors.ts";

declare const brand: unique symbol;
export type DigestAlgorithm = "sha256" | "sha512";
export type Digest = `${DigestAlgorithm}:${string}` & { readonly [brand]: "Digest" };

const PATTERN = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** The digest, or null when the text is not one that this registry can compute. */
export function findDigest(text: string): Digest | null {
  return PATTERN.test(text) ? (text as Digest) : null;
}

/** Parses `algorithm:hex`. Throws DIGEST_INVALID on anything else, unknown algorithms included. */
export function parseDigest(text: string): Digest {
  const digest = findDigest(text);
  if (digest === null) {
    throw new RegistryError("DIGEST_INVALID", {
      message: "the digest is malformed: use sha256: and 64, or sha512: and 128, lower-case hexadecimal digits",
      detail: { digest: text.slice(0, 200) },
    });
  }
  return digest;
}

export function parseDigestAlgorithm(text: string): DigestAlgorithm {
  if (text === "sha256" || text === "sha512") return text;
  throw new RegistryError("DIGEST_INVALID", {
    message: "unknown digest algorithm: use sha256 or sha512",
    detail: { algorithm: text.slice(0, 64) },
  });
}

/** Joins an algorithm and the lower-case hexadecimal text that its hasher gave. */
export function formatDigest(algorithm: DigestAlgorithm, hex: string): Digest {
  return parseDigest(`${algorithm}:${hex}`);
}

export function digestAlgorithm(digest: Digest): DigestAlgorithm {
  return digest.startsWith("sha256:") ? "sha256" : "sha512";
}

/** Digest of bytes at hand, in one synchronous call: for content of at most a few MiB. */
export function digestOf(bytes: Uint8Array, algorithm: DigestAlgorithm = "sha256"): Digest {
  const hasher = algorithm === "sha256" ? Bun.SHA256 : Bun.SHA512;
  return formatDigest(algorithm, hasher.hash(bytes, "hex"));
}
