/**
 * Tokens that people and machines hold: `berth_KIND_` + 30 random characters + 6 of checksum, all in base62.
 *
 * The prefix lets scanners find a token that leaked into a repository; the checksum over all before it tells a token
 * from a typo or a random text without asking the database. GitHub's have the same form. 30 characters are 178 bits.
 */
import { nodeCrypto } from "../lib/node-crypto.ts";

/** pat: personal access token; setup: claims a fresh server; mail: proves an address or resets a password. */
export const SECRET_TOKEN_KINDS = ["pat", "robot", "refresh", "session", "setup", "mail"] as const;
export type SecretTokenKind = (typeof SECRET_TOKEN_KINDS)[number];

export type NewSecretToken = {
  /** Shown once and never kept. */
  text: string;
  /** What is kept: `hashSecret(text)`. */
  hash: string;
  /** For lists: enough for its owner to know it by, and useless to others. */
  hint: string;
};

/**
 * Finds tokens in any text, for secret scanners (Gitleaks, GitHub's custom patterns and others take it as it is); what
 * it finds is a token when `parseSecretToken` takes it. No state: it is not global.
 */
export const SECRET_TOKEN_PATTERN = /\bberth_(?:pat|robot|refresh|session|setup|mail)_[0-9A-Za-z]{36}\b/;

const WHOLE_TOKEN = /^berth_(pat|robot|refresh|session|setup|mail)_[0-9A-Za-z]{36}$/;
const MAX_LENGTH = "berth_session_".length + 36;

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM_LENGTH = 30;
const CHECKSUM_LENGTH = 6;
const HINT_LENGTH = 4;

export function newSecretToken(kind: SecretTokenKind): NewSecretToken {
  const prefix = `berth_${kind}_`;
  const body = prefix + randomBase62(RANDOM_LENGTH);
  const text = body + checksum(body);
  return { text, hash: hashSecret(text), hint: `${body.slice(0, prefix.length + HINT_LENGTH)}…` };
}

/** Null for everything that is not a whole token, after work that does not grow with the text. Whether it was ever issued only the hash says. */
export function parseSecretToken(text: string): { kind: SecretTokenKind; hash: string } | null {
  if (text.length > MAX_LENGTH) return null;
  const name = WHOLE_TOKEN.exec(text)?.[1];
  const kind = SECRET_TOKEN_KINDS.find((it) => it === name);
  if (kind === undefined) return null;
  if (checksum(text.slice(0, -CHECKSUM_LENGTH)) !== text.slice(-CHECKSUM_LENGTH)) return null;
  return { kind, hash: hashSecret(text) };
}

/**
 * SHA-256 in hexadecimal, to be kept in the secret's place and found by an index. Only for secrets with so many random
 * bits that nobody can try them all: a slow hash would add nothing to them. Passwords need `Passwords`.
 */
export function hashSecret(text: string): string {
  return digest(text).toString("hex");
}

/** Whether two secrets are equal, in a time that tells nothing of them: their digests, all of one length, are compared. */
export function equalSecrets(a: string, b: string): boolean {
  return nodeCrypto().timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return new Bun.CryptoHasher("sha256").update(text).digest();
}

/** CRC-32 in base62; no secret, and no protection against who makes tokens up. */
function checksum(text: string): string {
  let rest = Bun.hash.crc32(text);
  let digits = "";
  for (let count = 0; count < CHECKSUM_LENGTH; count++) {
    digits = BASE62.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

/** Every character is as likely as every other: bytes that would favour the first ones are thrown again. */
function randomBase62(length: number): string {
  const fair = 256 - (256 % BASE62.length);
  let text = "";
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      if (byte < fair && text.length < length) text += BASE62.charAt(byte % BASE62.length);
    }
  }
  return text;
}
