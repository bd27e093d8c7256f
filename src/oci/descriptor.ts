/** A pointer to content: what it is, which bytes, how many. Spec: image-spec 1.1, descriptor.md. */
import { digestOf, findDigest } from "./digest.ts";
import { isJsonObject, type JsonValue } from "./json.ts";
import { isMediaType } from "./media-types.ts";

export type Descriptor = {
  mediaType: string;
  /** Well-formed, but of any algorithm: content that this registry never holds may be named by one it cannot compute. */
  digest: string;
  sizeBytes: number;
  hasUrls: boolean;
};

const DIGEST = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/;
const MAX_DIGEST_LENGTH = 512;

/** Throws an Error whose message says what is wrong with `path`. */
export function parseDescriptor(value: JsonValue | undefined, path: string): Descriptor {
  if (!isJsonObject(value)) throw new Error(`${path} must be a descriptor object`);
  const { mediaType, digest, size, urls, data } = value;
  if (typeof mediaType !== "string" || !isMediaType(mediaType))
    throw new Error(`${path}.mediaType must be a media type`);
  if (typeof digest !== "string" || digest.length > MAX_DIGEST_LENGTH || !DIGEST.test(digest)) {
    throw new Error(`${path}.digest must be algorithm:encoded`);
  }
  if (/^sha(?:256|512):/.test(digest) && findDigest(digest) === null) {
    throw new Error(`${path}.digest is not as many lower-case hexadecimal digits as its algorithm has`);
  }
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) {
    throw new Error(`${path}.size must be a whole number of bytes`);
  }
  if (urls !== undefined && !(Array.isArray(urls) && urls.every((url) => typeof url === "string"))) {
    throw new Error(`${path}.urls must be a list of texts`);
  }
  if (data !== undefined) checkData(data, digest, size, path);
  return { mediaType, digest, sizeBytes: size, hasUrls: Array.isArray(urls) && urls.length > 0 };
}

/** Spec: "Embedded Content": what is embedded must be what the descriptor points to. */
function checkData(data: JsonValue, digest: string, sizeBytes: number, path: string): void {
  if (typeof data !== "string") throw new Error(`${path}.data must be base64 text`);
  const bytes = Buffer.from(data, "base64");
  const known = findDigest(digest);
  if (
    bytes.length !== sizeBytes ||
    (known && digestOf(bytes, known.startsWith("sha512") ? "sha512" : "sha256") !== known)
  ) {
    throw new Error(`${path}.data is not the content that its digest and size name`);
  }
}
