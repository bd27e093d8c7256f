/**
 * Short-lived tokens for `/v2/`. Spec: Docker's "Token Authentication Specification". A token holds what was asked for and may be
 * done at the moment, which can be nothing: it is a ceiling, and every request asks again what its account may do.
 */
import { authorize } from "../access/authorize.ts";
import type { ScopeAction, TokenEntry } from "../access/ceiling.ts";
import type { Principal } from "../access/principal.ts";
import { randomHex } from "../lib/random.ts";
import { findRepositoryName } from "../oci/reference.ts";
import type { Repositories } from "../repositories/repositories.ts";
import type { Database } from "../database/database.ts";
import type { Logins } from "./logins.ts";
import type { SigningKeys } from "./signing-keys.ts";
import { formatClaims } from "./token-claims.ts";
import { formatScope, type RequestedScope } from "./token-scopes.ts";

/** What `*` stands for. */
const ACTIONS = ["pull", "push", "delete"] as const satisfies readonly ScopeAction[];

/** Of a password that another source knows and does not say when it changes: what it takes away is gone soon all the same. */
const FOREIGN_LIFE_SECONDS = 60;

export type IssuedToken = {
  text: string;
  /** Seconds. */
  expiresIn: number;
  issuedAt: Date;
  /** What was granted of what was asked for. */
  scope: string;
};

export type TokenServiceParts = {
  database: Database;
  repositories: Repositories;
  logins: Logins;
  signingKeys: SigningKeys;
  issuer: string;
  service: string;
  lifeSeconds: number;
};

export class TokenService {
  readonly #parts: TokenServiceParts;

  constructor(parts: TokenServiceParts) {
    this.#parts = parts;
  }

  get service(): string {
    return this.#parts.service;
  }

  async issue(principal: Principal, scopes: readonly RequestedScope[]): Promise<IssuedToken> {
    const { signingKeys, issuer, service, logins } = this.#parts;
    const entries: TokenEntry[] = [];
    const granted: RequestedScope[] = [];
    let catalog = false;
    for (const scope of scopes) {
      if (scope.type === "registry" && scope.name === "catalog") {
        catalog ||= authorize(principal, "list", { kind: "system" }).isAllowed;
        if (catalog) granted.push(scope);
      }
      if (scope.type !== "repository") continue;
      const entry = await this.#grant(principal, scope);
      if (entry === null) continue;
      entries.push(entry);
      if (entry.actions.length > 0) granted.push({ ...scope, actions: entry.actions });
    }
    const accountId = principal.rights?.accountId ?? null;
    const { credential } = principal;
    const isPassword = credential?.kind === "password" && accountId !== null;
    const source = isPassword ? credential.source : undefined;
    const isOurs = isPassword && source === undefined;
    // Of the password that was shown, whatever it is by now.
    const passwordChangedAt = isOurs ? (credential.changedAt ?? (await logins.passwordChangedAt(accountId))) : null;
    const isBlind = source !== undefined && (await logins.revisionOf(source)) === null;
    const lifeSeconds = isBlind ? Math.min(FOREIGN_LIFE_SECONDS, this.#parts.lifeSeconds) : this.#parts.lifeSeconds;
    const issuedAt = new Date();
    const now = Math.floor(issuedAt.getTime() / 1000);
    const text = await signingKeys.sign({
      iss: issuer,
      aud: service,
      sub: accountId === null ? "" : principal.name,
      iat: now,
      // Clients' requests are judged by our own clock, which may have been set back a little.
      nbf: now - 5,
      exp: now + lifeSeconds,
      jti: randomHex(16),
      ...formatClaims({ accountId, credential, passwordChangedAt, entries, catalog }),
    });
    return { text, expiresIn: lifeSeconds, issuedAt, scope: granted.map(formatScope).join(" ") };
  }

  /** Null for a name that cannot be one. An entry without actions tells the client no more than that it asked. */
  async #grant(principal: Principal, { name, actions }: RequestedScope): Promise<TokenEntry | null> {
    const repository = findRepositoryName(name);
    if (repository === null) return null;
    const { database, repositories } = this.#parts;
    const resource = await repositories.find(database, repository);
    const asked = actions.includes("*") ? ACTIONS : ACTIONS.filter((it) => actions.includes(it));
    const allowed = asked.filter((action) => authorize(principal, action, resource).isAllowed);
    // Of what may not be seen it tells nothing, not even what it is called now.
    if (allowed.length === 0) return { name: repository, repositoryId: null, namespaceId: null, actions: [] };
    const namespaceId = resource.id === null ? resource.namespaceId : null;
    return { name: resource.name, repositoryId: resource.id, namespaceId, actions: allowed };
  }
}
