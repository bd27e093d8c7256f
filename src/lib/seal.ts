/**
 * Secrets that the server must be able to read again, such as a mirror's password or the seed of one-time codes,
 * sealed for the database: AES-256-GCM under a key that is not in it.
 *
 * Form: `berth-seal-1.KEYID.DATA`, DATA being nonce, ciphertext and tag in base64url. The purpose is authenticated but
 * not stored, so that a sealed text that is copied into another column or row does not open there.
 */
import { nodeCrypto } from "./node-crypto.ts";
import { KEY_BYTES, type SecretKey } from "./secret-key.ts";

const VERSION = "berth-seal-1";
const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ID_BYTES = 4;
const SEALED = /^berth-seal-1\.([0-9a-f]{8})\.([A-Za-z0-9_-]{38,})$/;

/** What was to be opened is not what was sealed, or not for this purpose, or its key is gone. */
export class SealError extends Error {
  override readonly name = "SealError";
}

/** One key of the file, and what is derived from it: no key is used for two things. */
type Keys = { id: string; sealing: Buffer; hmac: Buffer };

export class Sealer {
  readonly #key: SecretKey;
  #derived: readonly [Keys, ...Keys[]] | null = null;

  constructor(key: SecretKey) {
    this.#key = key;
  }

  /**
   * Seals with the first key. `purpose` says what for and where it stands, `totp:account:17`, and must be the same when it
   * is opened. Sealing twice gives two texts. About 2^32 of them are safe with one key.
   */
  seal(plain: string | Uint8Array, purpose: string): string {
    assertPurpose(purpose);
    const [{ id, sealing }] = this.#keys();
    const nonce = crypto.getRandomValues(Buffer.alloc(NONCE_BYTES));
    const cipher = nodeCrypto().createCipheriv(CIPHER, sealing, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(associatedData(id, purpose));
    const bytes = typeof plain === "string" ? Buffer.from(plain) : plain;
    const sealed = Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    return `${VERSION}.${id}.${sealed.toString("base64url")}`;
  }

  /** The bytes that were sealed for this purpose, with whichever key of the file. Throws SealError. */
  open(sealed: string, purpose: string): Uint8Array {
    assertPurpose(purpose);
    const [, id = "", data = ""] = SEALED.exec(sealed) ?? [];
    if (id === "") throw new SealError("this is not a sealed secret");
    const key = this.#keys().find((it) => it.id === id);
    if (key === undefined) {
      throw new SealError(
        `a secret is sealed with key ${id}, which is not in the secret key file: add that key's line`,
      );
    }
    const bytes = Buffer.from(data, "base64url");
    // Base64 leaves bits unused at its end: only the text that was made is taken, not its variants.
    if (bytes.toString("base64url") !== data) throw new SealError("this is not a sealed secret");
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = nodeCrypto().createDecipheriv(CIPHER, key.sealing, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(associatedData(id, purpose));
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    const plain = decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES));
    try {
      return new Uint8Array(Buffer.concat([plain, decipher.final()]));
    } catch {
      // No cause: it says nothing more, and what failed to open has no place in a log.
      throw new SealError("a sealed secret was changed, or sealed for another purpose");
    }
  }

  /** Whether it says that the first key sealed it; whether it opens is another matter. */
  isOfFirstKey(sealed: string): boolean {
    return SEALED.exec(sealed)?.[1] === this.#keys()[0].id;
  }

  /** A code that only holders of the key can make: HMAC-SHA-256 with the first key, 43 characters of base64url. */
  hmac(purpose: string, text: string): string {
    assertPurpose(purpose);
    return hmacWith(this.#keys()[0], purpose, text).toString("base64url");
  }

  /** Whether `code` is what `hmac` gave for these, with any of the keys; compared in constant time. */
  isHmac(purpose: string, text: string, code: string): boolean {
    assertPurpose(purpose);
    const given = Buffer.from(code, "base64url");
    const isCanonical = given.toString("base64url") === code;
    let isEqual = false;
    for (const keys of this.#keys()) {
      const expected = hmacWith(keys, purpose, text);
      if (given.length === expected.length && nodeCrypto().timingSafeEqual(given, expected)) isEqual = true;
    }
    return isEqual && isCanonical;
  }

  /** Derived at first use: a server that seals nothing does without the module. */
  #keys(): readonly [Keys, ...Keys[]] {
    if (this.#derived !== null) return this.#derived;
    const [first, ...others] = this.#key.reveal();
    if (first === undefined) throw new TypeError("a secret key without keys");
    this.#derived = [deriveKeys(first), ...others.map(deriveKeys)];
    return this.#derived;
  }
}

function deriveKeys(key: Uint8Array): Keys {
  const derive = (use: string, bytes: number): Buffer =>
    Buffer.from(nodeCrypto().hkdfSync("sha256", key, "", `${VERSION} ${use}`, bytes));
  return {
    id: derive("key id", ID_BYTES).toString("hex"),
    sealing: derive(CIPHER, KEY_BYTES),
    hmac: derive("hmac-sha256", KEY_BYTES),
  };
}

function associatedData(id: string, purpose: string): Buffer {
  return Buffer.from(`${VERSION}.${id}.${purpose}`);
}

/** The length in front keeps two pairs of purpose and text apart that read the same when joined. */
function hmacWith(keys: Keys, purpose: string, text: string): Buffer {
  const input = `${Buffer.byteLength(purpose)}:${purpose}:${text}`;
  return nodeCrypto().createHmac("sha256", keys.hmac).update(input).digest();
}

function assertPurpose(purpose: string): void {
  if (purpose === "") throw new TypeError("a sealed secret needs a purpose");
}
