/**
 * Signed tokens of OpenID Connect issuers, read without believing them, and the check of their signature.
 *
 * Only the compact form with a signature by a key pair is understood. Everything that two readers could take differently
 * is refused: a second spelling of the same bytes, keys that are there twice, extensions.
 */
import { isJsonObject, type JsonObject, parseJson } from "../oci/json.ts";
import type { IssuerKeys, KeyHeader } from "./issuer-keys.ts";

/** Never `none`, and never `HS*`, for which a public key would be the password. */
export const TOKEN_ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
] as const;

const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const MAX_KEY_ID_CHARACTERS = 255;
/** Extensions that change what the rest means. */
const REFUSED_HEADERS = ["crit", "b64", "zip", "enc"];

export type ParsedToken = { header: KeyHeader; claims: JsonObject };

/** What a token claims; null for whatever is not a signed token of at most `limitCharacters`. */
export function parseToken(token: string, limitCharacters: number): ParsedToken | null {
  if (token.length > limitCharacters || !COMPACT.test(token)) return null;
  const [first = "", second = "", third = ""] = token.split(".");
  if (decode(third) === null) return null;
  const header = parseObject(first);
  const claims = parseObject(second);
  const key = header === null ? null : parseHeader(header);
  return key === null || claims === null ? null : { header: key, claims };
}

/**
 * Whether the issuer signed the token. Throws SourceUnavailableError when the issuer's keys are not to be had.
 * The header must be that of `parseToken`.
 */
export async function isSignedBy(issuer: string, token: string, header: KeyHeader, keys: IssuerKeys): Promise<boolean> {
  const key = await keys.find(issuer, header);
  if (key === null) return false;
  const { compactVerify } = await import("jose/jws/compact/verify");
  try {
    await compactVerify(token, key, { algorithms: [header.alg] });
    return true;
  } catch {
    return false;
  }
}

function parseHeader(header: JsonObject): KeyHeader | null {
  const { alg, kid, typ } = header;
  if (REFUSED_HEADERS.some((name) => Object.hasOwn(header, name))) return null;
  // An issuer signs other things too, logout tokens for one: those say so here.
  if (typ !== undefined && (typeof typ !== "string" || typ.toUpperCase() !== "JWT")) return null;
  if (typeof alg !== "string" || !TOKEN_ALGORITHMS.some((it) => it === alg)) return null;
  if (kid === undefined) return { alg };
  return typeof kid === "string" && kid !== "" && kid.length <= MAX_KEY_ID_CHARACTERS ? { alg, kid } : null;
}

function parseObject(text: string): JsonObject | null {
  const bytes = decode(text);
  if (bytes === null) return null;
  try {
    const value = parseJson(bytes);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** Null unless the text is the one way to write its bytes. */
function decode(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : null;
}
