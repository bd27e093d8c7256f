/**
 * Credentials become principals. Two things are remembered, and apart from each other because they end differently:
 *
 *     proofs       that a credential is somebody's. Slow to find out (a password's hash, a signature); holds for minutes
 *     principals   what that somebody may do now. Quick to find out; anew after every change to accounts and rights
 *
 * So a password is hashed once in minutes however much changes meanwhile, and what is revoked is refused from the next request on.
 */
import type { Access } from "../access/access.ts";
import type { Ceiling } from "../access/ceiling.ts";
import { type Credential, type Principal, principalOf } from "../access/principal.ts";
import { RegistryError } from "../errors.ts";
import type { Logins } from "./logins.ts";
import type { SigningKeys } from "./signing-keys.ts";
import { parseClaims, type TokenClaims } from "./token-claims.ts";
import { ceilingOf, type Tokens } from "./tokens.ts";

/** Of a password: for so long it is not hashed again. */
const PROOF_MS = 10 * 60_000;
/** Of a password that another source knows: it may be taken away there without a word to us. */
const FOREIGN_PROOF_MS = 55_000;
const MAX_REMEMBERED = 4_096;
const MAX_HEADER_LENGTH = 8_192;

type Proof = {
  accountId: number | null;
  credential: Credential | null;
  passwordChangedAt: number | null;
  /** Of a token: what it was made for, beyond what its parent says. */
  claims: TokenClaims | null;
  expiresAt: number;
};

type Known = { principal: Principal | null; generation: number; until: number };

export type AuthenticatorParts = {
  access: Access;
  logins: Logins;
  tokens: Tokens;
  signingKeys: SigningKeys;
  /** What our own tokens name as issuer and audience. */
  issuer: string;
  service: string;
};

export class Authenticator {
  readonly #parts: AuthenticatorParts;
  readonly #proofs = new Map<string, Proof>();
  readonly #known = new Map<string, Known>();
  readonly #running = new Map<string, Promise<Proof | null>>();

  constructor(parts: AuthenticatorParts) {
    this.#parts = parts;
  }

  /**
   * Who sends this Authorization header; null when it names nobody (there is none, or it is empty), or a token that anyone gets.
   * Throws UNAUTHORIZED when it proves nothing.
   */
  authenticate(authorization: string | null, address: () => string): Principal | null | Promise<Principal | null> {
    if (authorization === null || authorization === "") return null;
    const known = this.#known.get(rememberedAs(authorization));
    if (known && known.generation === this.#parts.access.generation && known.until > Date.now()) return known.principal;
    return this.#find(authorization, address());
  }

  /** Whose name and password, or name and token, these are. Throws UNAUTHORIZED. */
  async byBasic(login: string, password: string, address: string): Promise<Principal | null> {
    return await this.#find(`Basic ${Buffer.from(`${login}:${password}`).toString("base64")}`, address);
  }

  /** Whose token this is, such as a refresh token, shown by itself. Throws UNAUTHORIZED. */
  async byToken(text: string, address: string): Promise<Principal | null> {
    return await this.#find(`Bearer ${text}`, address);
  }

  async #find(authorization: string, address: string): Promise<Principal | null> {
    if (authorization.length > MAX_HEADER_LENGTH) throw refused("the Authorization header is too long");
    const { access } = this.#parts;
    const generation = access.generation;
    const until = access.rememberUntil;
    const key = keyOf(authorization);
    let proof = this.#proofs.get(key);
    if (proof === undefined || proof.expiresAt <= Date.now()) {
      this.#proofs.delete(key);
      proof = (await this.#proveOnce(key, authorization, address)) ?? undefined;
      if (proof === undefined) return null;
    }
    const principal = proof.accountId === null ? null : await this.#principalOf(proof, address);
    if (principal === null && proof.accountId !== null) {
      this.#proofs.delete(key);
      throw refused(authorization.startsWith("Basic") ? WRONG : ENDED, !authorization.startsWith("Basic"));
    }
    remember(this.#known, rememberedAs(authorization), {
      principal,
      generation,
      until: Math.min(until, proof.expiresAt),
    });
    return principal;
  }

  /** Many requests with one credential at once: it is proven once for all of them. */
  #proveOnce(key: string, authorization: string, address: string): Promise<Proof | null> {
    let running = this.#running.get(key);
    if (running === undefined) {
      running = this.#prove(authorization, address)
        .then((proof) => {
          if (proof !== null) remember(this.#proofs, key, proof);
          return proof;
        })
        .finally(() => this.#running.delete(key));
      this.#running.set(key, running);
    }
    return running;
  }

  async #prove(authorization: string, address: string): Promise<Proof | null> {
    const [, scheme = "", value = ""] = /^(\w+) +(\S+) *$/.exec(authorization) ?? [];
    if (/^basic$/i.test(scheme)) return await this.#proveBasic(value, address);
    if (/^bearer$/i.test(scheme)) return await this.#proveBearer(value);
    throw refused("only Basic and Bearer credentials are known here");
  }

  async #proveBasic(encoded: string, address: string): Promise<Proof | null> {
    const decoded = Buffer.from(encoded, "base64").toString();
    const colon = decoded.indexOf(":");
    if (colon < 0) throw refused("the Basic credentials are malformed");
    const login = decoded.slice(0, colon);
    const password = decoded.slice(colon + 1);
    // What some clients send who mean to be nobody.
    if (login === "" && password === "") return null;
    if (password.startsWith("berth_")) {
      const proof = await this.#proveToken(password);
      if (proof) return proof;
    }
    const found = await this.#parts.logins.byPassword(login, password, address);
    if (found === null) throw refused(WRONG);
    const { account, source, passwordChangedAt } = found;
    if (await this.#parts.logins.hasSecondFactor(account.id)) {
      throw refused(
        "this account has a second factor, which docker login cannot ask for: make a personal access token and use it in place of the password",
      );
    }
    return {
      accountId: account.id,
      credential: { kind: "password" },
      passwordChangedAt: source === "local" ? passwordChangedAt : null,
      claims: null,
      expiresAt: Date.now() + (source === "local" ? PROOF_MS : FOREIGN_PROOF_MS),
    };
  }

  async #proveBearer(text: string): Promise<Proof> {
    if (text.startsWith("berth_")) {
      const proof = await this.#proveToken(text);
      if (proof) return proof;
      throw refused(ENDED, true);
    }
    const { signingKeys, issuer, service } = this.#parts;
    const payload = await signingKeys.verify(text, { issuer, audience: service });
    const claims = payload && parseClaims(payload);
    if (!claims) throw refused(ENDED, true);
    const { accountId, credential, passwordChangedAt, expiresAt } = claims;
    return { accountId, credential, passwordChangedAt, claims, expiresAt };
  }

  async #proveToken(text: string): Promise<Proof | null> {
    const token = await this.#parts.tokens.findByText(text);
    if (token === null) return null;
    const { accountId, id, name, expiresAt } = token;
    return {
      accountId,
      credential: { kind: "token", id, name },
      passwordChangedAt: null,
      claims: null,
      expiresAt: Math.min(Date.now() + PROOF_MS, expiresAt ?? Infinity),
    };
  }

  /** What the proof is worth now; null when what it rests on is gone. */
  async #principalOf(proof: Proof, address: string): Promise<Principal | null> {
    const { accountId, credential, passwordChangedAt, claims } = proof;
    if (accountId === null || credential === null) return null;
    const { access, logins, tokens } = this.#parts;
    const rights = await access.rights(accountId);
    if (rights === null) return null;
    if (passwordChangedAt !== null && (await logins.passwordChangedAt(accountId)) !== passwordChangedAt) return null;
    let ceiling: Ceiling | null = null;
    if (credential.kind === "token") {
      const token = await tokens.find(credential.id);
      if (token === null) return null;
      tokens.noteUse(token.id, address);
      ceiling = ceilingOf(token);
    } else if (credential.kind !== "password") {
      return null;
    }
    if (claims !== null) {
      const parent = ceiling?.kind === "scopes" ? ceiling : null;
      ceiling = { kind: "entries", entries: claims.entries, catalog: claims.catalog, parent };
    }
    return principalOf(rights, credential, ceiling);
  }
}

const WRONG = "wrong name or password";
const ENDED = "the token has expired, was revoked or is none of this registry's";

function refused(message: string, isToken = false): RegistryError {
  return new RegistryError("UNAUTHORIZED", { message, detail: isToken ? { error: "invalid_token" } : undefined });
}

/** A JWT is over in minutes and stands for itself; what lives longer is not kept as it is. */
function rememberedAs(authorization: string): string {
  return authorization.startsWith("Bearer ey") ? authorization : keyOf(authorization);
}

function keyOf(authorization: string): string {
  return new Bun.CryptoHasher("sha256").update(authorization).digest("base64");
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  if (map.size >= MAX_REMEMBERED) {
    for (const oldest of map.keys()) {
      map.delete(oldest);
      break;
    }
  }
  map.set(key, value);
}
