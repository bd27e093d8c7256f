/**
 * Credentials become principals. Two things are remembered, and apart from each other because they end differently:
 *
 *     proofs       that a credential is somebody's. Slow to find out (a password's hash, a signature); holds for minutes
 *     principals   what that somebody may do now. Quick to find out; anew after every change to accounts and rights
 *
 * So a password is hashed once in minutes however much changes meanwhile, and what is revoked is refused from the next request on.
 */
import type { Access } from "../access/access.ts";
import type { Account } from "../accounts/accounts.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { Ceiling } from "../access/ceiling.ts";
import { type Credential, type Principal, principalOf } from "../access/principal.ts";
import { RegistryError } from "../errors.ts";
import type { Logins } from "./logins.ts";
import type { BrowserSessions } from "./sessions.ts";
import type { SigningKeys } from "./signing-keys.ts";
import { parseClaims, type TokenClaims } from "./token-claims.ts";
import { ceilingOf, type Tokens } from "./tokens.ts";
import type { TrustRules } from "./trust-rules.ts";

/** Of a password: for so long it is not hashed again. */
const PROOF_MS = 10 * 60_000;
/** Of a password that another source knows and may take away without a word to us. */
const FOREIGN_PROOF_MS = 55_000;
/** How often a source that can tell is asked whether it has changed. */
const LOOK_MS = 1_000;
const MAX_REMEMBERED = 4_096;
const MAX_HEADER_LENGTH = 8_192;
/** Before a session's secret, among what is remembered: no header can hold it. */
const SESSION = "session\0";

type Proof = {
  accountId: number | null;
  credential: Credential | null;
  passwordChangedAt: number | null;
  /** Of a token: what it was made for, beyond what its parent says. */
  claims: TokenClaims | null;
  /** When it was proven, or when the token was given for what was proven. */
  provenAt: number;
  expiresAt: number;
};

type Known = { principal: Principal | null; generation: number; until: number };

export type AuthenticatorParts = {
  access: Access;
  logins: Logins;
  tokens: Tokens;
  trustRules: TrustRules;
  sessions: BrowserSessions;
  signingKeys: SigningKeys;
  audit: AuditTrail;
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

  /** Who has the session of this secret; null when it is nobody's any more. Only for what browsers ask: never for `/v2/`. */
  bySession(text: string, address: () => string): Principal | null | Promise<Principal | null> {
    const shown = SESSION + text;
    const known = this.#known.get(keyOf(shown));
    if (known && known.generation === this.#parts.access.generation && known.until > Date.now()) return known.principal;
    return this.#find(shown, address()).catch((error: unknown) => {
      if (error instanceof RegistryError && error.code === "UNAUTHORIZED") return null;
      throw error;
    });
  }

  /** Whose name and password, or name and token, these are. Throws UNAUTHORIZED. */
  async byBasic(login: string, password: string, address: string): Promise<Principal | null> {
    return await this.#find(`Basic ${Buffer.from(`${login}:${password}`).toString("base64")}`, address);
  }

  /** Whose token this is, such as a refresh token, shown by itself. Throws UNAUTHORIZED. */
  async byToken(text: string, address: string): Promise<Principal | null> {
    return await this.#find(`Bearer ${text}`, address);
  }

  /** Which robot a CI's own token makes its bearer; `login` is the one that is meant, when that is said. Throws UNAUTHORIZED. */
  async byWorkload(text: string, login: string | null, address: string): Promise<Principal> {
    const account = login === null ? null : await this.#parts.logins.findRobot(login);
    const proof = login !== null && account === null ? null : await this.#proveWorkload(text, account);
    const principal = proof && (await this.#principalOf(proof, address));
    if (!principal) throw refused(UNTRUSTED);
    this.#noteToken(principal, address);
    return principal;
  }

  async #find(authorization: string, address: string): Promise<Principal | null> {
    if (authorization.length > MAX_HEADER_LENGTH) throw refused("the Authorization header is too long");
    const { access } = this.#parts;
    const generation = access.generation;
    const until = access.rememberUntil;
    const key = keyOf(authorization);
    let proof = this.#proofs.get(key);
    const isNew =
      proof === undefined ||
      proof.expiresAt <= Date.now() ||
      (proof.claims === null && (await this.#isOutdated(proof)));
    if (proof === undefined || isNew) {
      this.#proofs.delete(key);
      proof = (await this.#proveOnce(key, authorization, address)) ?? undefined;
      if (proof === undefined) return null;
    }
    const principal = proof.accountId === null ? null : await this.#principalOf(proof, address);
    if (principal === null && proof.accountId !== null) {
      this.#proofs.delete(key);
      const isBasic = authorization.startsWith("Basic");
      // What was remembered of the name and password is over, and they may be right all the same: of another account by now.
      if (isBasic && !isNew) return await this.#find(authorization, address);
      throw refused(isBasic ? WRONG : ENDED, !isBasic);
    }
    if (isNew && principal !== null && proof.claims === null) this.#noteToken(principal, address);
    remember(this.#known, rememberedAs(authorization), {
      principal,
      generation,
      until: Math.min(until, proof.expiresAt, sourceOf(proof) === undefined ? Infinity : Date.now() + LOOK_MS),
    });
    return principal;
  }

  /** Once in minutes, not with every request: what a token changes is written down by itself. */
  #noteToken(by: Principal, address: string): void {
    const { credential } = by;
    const origin = { address, agent: null, requestId: null };
    if (credential?.kind === "token") {
      const { id, name } = credential;
      this.#parts.audit.note({ by, action: "token.use", target: { kind: "token", name, id }, origin });
    } else if (credential?.kind === "workload") {
      const target = { kind: "trust-rule", name: credential.subject, id: credential.rule } as const;
      this.#parts.audit.note({ by, action: "trust-rule.use", target, origin });
    }
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
    if (authorization.startsWith(SESSION)) return await this.#proveSession(authorization.slice(SESSION.length));
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
      if (proof !== null && (await this.#parts.logins.isLoginOf(login, proof.accountId))) return proof;
      // Under another's name it proves nothing, and is shown to no other source of passwords.
      if (proof !== null) throw refused(WRONG);
    }
    if (WORKLOAD_TOKEN.test(password)) {
      const robot = await this.#parts.logins.findRobot(login);
      const proof = robot && (await this.#proveWorkload(password, robot));
      if (proof) return proof;
      if (robot) throw refused(UNTRUSTED);
    }
    const provenAt = Date.now();
    const found = await this.#parts.logins.byPassword(login, password, address);
    if (found === null) throw refused(WRONG);
    const { account, source, passwordChangedAt } = found;
    if (await this.#parts.logins.hasSecondFactor(account.id)) throw refused(SECOND_FACTOR);
    const isOurs = source === "local";
    const holds = isOurs || (await this.#parts.logins.revisionOf(source)) !== null;
    return {
      accountId: account.id,
      credential: isOurs ? { kind: "password", changedAt: passwordChangedAt } : { kind: "password", source },
      passwordChangedAt: isOurs ? passwordChangedAt : null,
      claims: null,
      provenAt,
      expiresAt: Date.now() + (holds ? PROOF_MS : FOREIGN_PROOF_MS),
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
    const { accountId, credential, passwordChangedAt, issuedAt, expiresAt } = claims;
    return { accountId, credential, passwordChangedAt, claims, provenAt: issuedAt, expiresAt };
  }

  async #proveWorkload(text: string, robot: Account | null): Promise<Proof | null> {
    const workload = await this.#parts.trustRules.believe(text, robot?.id ?? null);
    if (workload === null) return null;
    const { accountId, rule, subject, expiresAt } = workload;
    const now = Date.now();
    return {
      accountId,
      credential: { kind: "workload", rule, subject },
      passwordChangedAt: null,
      claims: null,
      provenAt: now,
      expiresAt: Math.min(now + PROOF_MS, expiresAt),
    };
  }

  async #proveToken(text: string): Promise<(Proof & { accountId: number }) | null> {
    const token = await this.#parts.tokens.findByText(text);
    if (token === null) return null;
    const { accountId, id, name, expiresAt } = token;
    return {
      accountId,
      credential: { kind: "token", id, name },
      passwordChangedAt: null,
      claims: null,
      provenAt: Date.now(),
      expiresAt: Math.min(Date.now() + PROOF_MS, expiresAt ?? Infinity),
    };
  }

  async #proveSession(text: string): Promise<Proof> {
    const session = await this.#parts.sessions.findByText(text);
    if (session === null) throw refused(ENDED);
    const { accountId, id, provenAt, expiresAt } = session;
    return {
      accountId,
      credential: { kind: "session", id, provenAt },
      passwordChangedAt: null,
      claims: null,
      provenAt,
      expiresAt: Math.min(Date.now() + PROOF_MS, expiresAt),
    };
  }

  /** Whether the source that checked the password knows something else now. */
  async #isOutdated(proof: Proof): Promise<boolean> {
    const source = sourceOf(proof);
    if (source === undefined) return false;
    const revision = await this.#parts.logins.revisionOf(source);
    // Tokens count in seconds.
    return revision !== null && revision > proof.provenAt + (proof.claims === null ? 0 : 999);
  }

  /** Whether who was proven at another source is still linked to the account, and what a token was given for is what the source knows. */
  async #isStillThere(proof: Proof, accountId: number): Promise<boolean> {
    const source = sourceOf(proof);
    if (source === undefined) return true;
    if (proof.claims !== null && (await this.#isOutdated(proof))) return false;
    return await this.#parts.logins.isLinked(accountId, source);
  }

  /** What the proof is worth now; null when what it rests on is gone. */
  async #principalOf(proof: Proof, address: string): Promise<Principal | null> {
    const { accountId, credential, passwordChangedAt, claims } = proof;
    if (accountId === null || credential === null) return null;
    const { access, logins, tokens, sessions, trustRules } = this.#parts;
    const rights = await access.rights(accountId);
    if (rights === null) return null;
    if (passwordChangedAt !== null && (await logins.passwordChangedAt(accountId)) !== passwordChangedAt) return null;
    let ceiling: Ceiling | null = null;
    if (credential.kind === "token") {
      const token = await tokens.find(credential.id);
      if (token?.accountId !== accountId) return null;
      // It may have been shortened since.
      proof.expiresAt = Math.min(proof.expiresAt, token.expiresAt ?? Infinity);
      tokens.noteUse(token.id, address);
      ceiling = ceilingOf(token);
    } else if (credential.kind === "session") {
      const session = await sessions.find(credential.id);
      if (session?.accountId !== accountId) return null;
      sessions.noteUse(session, address);
    } else if (credential.kind === "workload") {
      if ((await trustRules.find(credential.rule))?.accountId !== accountId) return null;
    } else if (credential.kind !== "password" || !(await this.#isStillThere(proof, accountId))) {
      return null;
    }
    // It may have got one since the password was proven.
    if (credential.kind === "password" && (await logins.hasSecondFactor(accountId))) throw refused(SECOND_FACTOR);
    if (claims !== null) {
      const parent = ceiling?.kind === "scopes" ? ceiling : null;
      ceiling = { kind: "entries", entries: claims.entries, catalog: claims.catalog, parent };
    }
    return principalOf(rights, credential, ceiling);
  }
}

const WRONG = "wrong name or password";
const SECOND_FACTOR =
  "this account has a second factor, which docker login cannot ask for: make a personal access token and use it in place of the password";
const UNTRUSTED = "no trust rule of a robot fits this token, or it has expired";
/** What a CI's platform signs, in place of a password. */
const WORKLOAD_TOKEN = /^ey[\w-]+\.[\w-]+\.[\w-]+$/;
const ENDED = "the token has expired, was revoked or is none of this registry's";

function refused(message: string, isToken = false): RegistryError {
  return new RegistryError("UNAUTHORIZED", { message, detail: isToken ? { error: "invalid_token" } : undefined });
}

/** Where the password was checked, when that was not here. */
function sourceOf({ credential }: Proof): string | undefined {
  return credential?.kind === "password" ? credential.source : undefined;
}

/** A JWT is over in minutes and stands for itself; what lives longer is not kept as it is. */
function rememberedAs(authorization: string): string {
  return authorization.startsWith("Bearer ey") ? authorization : keyOf(authorization);
}

function keyOf(authorization: string): string {
  return Bun.SHA256.hash(authorization, "base64");
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
