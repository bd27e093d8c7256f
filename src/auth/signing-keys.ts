/**
 * The keys that sign the registry's own tokens: ES256, kept sealed in the database so that every node has them, replaced every
 * month. A replaced one goes on verifying for as long as a token can live. The public halves are published as a JWK set.
 */
import type { CryptoKey, JWK, JWTPayload } from "jose";
import type { Database } from "../database/database.ts";
import { SealError, type Sealer } from "../lib/seal.ts";
import { randomHex } from "../lib/random.ts";
import type { Log } from "../telemetry/log.ts";
import * as queries from "./queries.ts";

const ALGORITHM = "ES256";
const TYPE = "JWT";
const DAY_MS = 86_400_000;
const REPLACE_AFTER_MS = 30 * DAY_MS;
const KEEP_MS = REPLACE_AFTER_MS + DAY_MS;
/** How often keys that another node made are looked for, whoever asks for ones that are not known. */
const LOOK_AGAIN_MS = 2_000;
/** Longer than any token of ours. */
export const MAX_TOKEN_LENGTH = 8_192;

type Key = { id: string; createdAt: number; publicJwk: JWK; privateKey: CryptoKey; publicKey: CryptoKey };

export type SigningKeysParts = { database: Database; sealer: Sealer; log: Log; now?: () => number };

export class SigningKeys {
  readonly #parts: SigningKeysParts;
  #keys: Key[] = [];
  #loadedAt = -Infinity;
  #loading: Promise<void> | null = null;
  readonly #unreadable = new Set<string>();

  constructor(parts: SigningKeysParts) {
    this.#parts = parts;
  }

  /** A signed token of these claims. */
  async sign(claims: JWTPayload): Promise<string> {
    const { SignJWT } = await import("jose");
    const key = await this.#current();
    return await new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: key.id })
      .sign(key.privateKey);
  }

  /** The claims when one of our keys signed the token and it is valid now, for this issuer and audience; else null. */
  async verify(token: string, expected: { issuer: string; audience: string }): Promise<JWTPayload | null> {
    if (token.length > MAX_TOKEN_LENGTH || token.split(".", 4).length !== 3) return null;
    const { decodeProtectedHeader, jwtVerify } = await import("jose");
    try {
      const header = decodeProtectedHeader(token);
      // Whatever else the header names, keys come from our own set alone.
      const key = header.alg === ALGORITHM && typeof header.kid === "string" ? await this.#find(header.kid) : null;
      if (key === null) return null;
      const { payload } = await jwtVerify(token, key.publicKey, {
        ...expected,
        algorithms: [ALGORITHM],
        typ: TYPE,
        requiredClaims: ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"],
        currentDate: new Date(this.#now()),
      });
      return payload;
    } catch (error) {
      if (error instanceof Error && "code" in error && String(error.code).startsWith("ERR_J")) return null;
      if (error instanceof TypeError || error instanceof SyntaxError) return null;
      throw error;
    }
  }

  /** RFC 7517. */
  async publicSet(): Promise<{ keys: JWK[] }> {
    await this.#current();
    return { keys: this.#keys.map((it) => it.publicJwk) };
  }

  #now(): number {
    return (this.#parts.now ?? Date.now)();
  }

  async #find(id: string): Promise<Key | null> {
    const known = this.#keys.find((it) => it.id === id);
    if (known) return this.#now() - known.createdAt < KEEP_MS ? known : null;
    if (this.#now() - this.#loadedAt < LOOK_AGAIN_MS) return null;
    await this.#load();
    return this.#keys.find((it) => it.id === id) ?? null;
  }

  async #current(): Promise<Key> {
    const isFresh = (key: Key | undefined): key is Key =>
      key !== undefined && this.#now() - key.createdAt < REPLACE_AFTER_MS;
    let newest = this.#keys.at(-1);
    if (isFresh(newest)) return newest;
    await this.#load();
    newest = this.#keys.at(-1);
    if (isFresh(newest)) return newest;
    await this.#make();
    await this.#load();
    newest = this.#keys.at(-1);
    if (!newest) throw new Error("no signing key could be made");
    return newest;
  }

  #load(): Promise<void> {
    this.#loading ??= this.#read().finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #read(): Promise<void> {
    const { importJWK } = await import("jose");
    const rows = await queries.listSigningKeys.all(this.#parts.database, {});
    const keys: Key[] = [];
    for (const row of rows.sort((a, b) => a.created_at - b.created_at || (a.id < b.id ? -1 : 1))) {
      const known = this.#keys.find((it) => it.id === row.id);
      if (known) {
        keys.push(known);
        continue;
      }
      const opened = this.#open(row);
      if (opened === null) continue;
      // Only written by #make.
      const privateJwk = JSON.parse(Buffer.from(opened).toString()) as JWK;
      const publicJwk = JSON.parse(row.public_key) as JWK;
      keys.push({
        id: row.id,
        createdAt: row.created_at,
        publicJwk,
        privateKey: (await importJWK(privateJwk, ALGORITHM)) as CryptoKey,
        publicKey: (await importJWK(publicJwk, ALGORITHM)) as CryptoKey,
      });
    }
    this.#keys = keys;
    this.#loadedAt = this.#now();
  }

  /** Null for one that was sealed with a key that is gone, as after a restore without it: what it signed ends, and a new one is made. */
  #open(row: { id: string; sealed_private_key: string }): Uint8Array | null {
    try {
      return this.#parts.sealer.open(row.sealed_private_key, purposeOf(row.id));
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      if (!this.#unreadable.has(row.id)) {
        this.#parts.log.warn("a signing key is sealed with a key that is not in the secret key file: its tokens end", {
          key: row.id,
        });
      }
      this.#unreadable.add(row.id);
      return null;
    }
  }

  async #make(): Promise<void> {
    const { exportJWK, generateKeyPair } = await import("jose");
    const { database, sealer } = this.#parts;
    const pair = await generateKeyPair(ALGORITHM, { extractable: true });
    const keyId = randomHex(8);
    const publicJwk = { ...(await exportJWK(pair.publicKey)), kid: keyId, alg: ALGORITHM, use: "sig" };
    const sealedKey = sealer.seal(JSON.stringify(await exportJWK(pair.privateKey)), purposeOf(keyId));
    const now = this.#now();
    await database.write(async (trx) => {
      for (const { id, createdAt } of this.#keys) {
        if (now - createdAt > KEEP_MS) await queries.deleteSigningKey.run(trx, { keyId: id });
      }
      await queries.insertSigningKey.run(trx, { keyId, sealedKey, publicKey: JSON.stringify(publicJwk), now });
    });
  }
}

export function purposeOf(keyId: string): string {
  return `signing-key:${keyId}`;
}
