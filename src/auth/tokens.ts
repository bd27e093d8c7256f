/** Tokens that are kept as hashes: personal access tokens, robots' tokens, and the refresh tokens that `docker login` keeps. */
import type { Access } from "../access/access.ts";
import { SCOPE_ACTIONS, type Scope, type ScopesCeiling } from "../access/ceiling.ts";
import type { Database, Transaction } from "../database/database.ts";
import * as queries from "./queries.ts";
import { lockTokenAccount } from "./queries/token-room.ts";
import { newSecretToken, parseSecretToken } from "./secret-token.ts";
import { makeRoom } from "./token-room.ts";

export type TokenKind = "personal" | "robot" | "refresh";

export type Token = {
  id: number;
  accountId: number;
  kind: TokenKind;
  name: string;
  /** Enough of it to be known by. */
  hint: string;
  /** Null: all that the account may do. */
  scopes: readonly Scope[] | null;
  createdAt: number;
  expiresAt: number | null;
  lastUsedAt: number | null;
  lastUsedAddress: string | null;
};

export type NewToken = {
  accountId: number;
  kind: TokenKind;
  name: string;
  scopes: readonly Scope[] | null;
  expiresAt: number | null;
  /** The token that it is made with, if any: it ends with that one. */
  parentId?: number | null;
};

const PREFIXES = { personal: "pat", robot: "robot", refresh: "refresh" } as const;
/** Last use is told to the minute. */
const NOTE_USE_MS = 60_000;

export type TokensParts = { database: Database; access: Access };

export class Tokens {
  readonly #parts: TokensParts;
  readonly #noted = new Map<number, number>();

  constructor(parts: TokensParts) {
    this.#parts = parts;
  }

  /** Holds back all others who make tokens for the account, until the transaction ends. False when it is disabled, or there is none. */
  async lockAccount(trx: Transaction, accountId: number): Promise<boolean> {
    return (await lockTokenAccount.first(trx, { accountId }))?.disabled_at === null;
  }

  /**
   * `text` is told this once; only its hash is kept. Of very many that `docker login` keeps the oldest ends. Throws CONFLICT when the
   * account has as many as it may.
   */
  async create(trx: Transaction, token: NewToken): Promise<{ id: number; text: string; hint: string }> {
    await this.lockAccount(trx, token.accountId);
    if (await makeRoom(trx, token)) this.#parts.access.changes(trx);
    const { text, hash, hint } = newSecretToken(PREFIXES[token.kind]);
    const made = await queries.insertToken.first(trx, {
      accountId: token.accountId,
      kind: token.kind,
      tokenName: token.name,
      tokenHash: hash,
      hint,
      scopes: token.scopes === null ? null : JSON.stringify(token.scopes),
      expiresAt: token.expiresAt,
      parentId: token.parentId ?? null,
      now: Date.now(),
    });
    if (!made) throw new Error("a token was not made");
    return { id: made.id, text, hint };
  }

  /** The token of this text, if it was issued, not revoked and has not expired. */
  async findByText(text: string): Promise<Token | null> {
    const parsed = parseSecretToken(text);
    if (parsed === null) return null;
    const row = await queries.findTokenByHash.first(this.#parts.database, { tokenHash: parsed.hash });
    return row === null ? null : valid(tokenOf(row));
  }

  /** The same by id: for what was made with a token and ends with it. */
  async find(id: number): Promise<Token | null> {
    const row = await queries.findToken.first(this.#parts.database, { tokenId: id });
    return row === null ? null : valid(tokenOf(row));
  }

  /** The same; it is not revoked before the transaction ends. */
  async lock(trx: Transaction, id: number): Promise<Token | null> {
    const row = await queries.lockToken.first(trx, { tokenId: id });
    return row === null ? null : valid(tokenOf(row));
  }

  async list(accountId: number, after: number, limit: number): Promise<Token[]> {
    const rows = await queries.listTokens.all(this.#parts.database, { accountId, after, limit });
    return rows.map(tokenOf);
  }

  /** False when the account has no such token. Whatever was made with it ends too, other tokens included. */
  async revoke(trx: Transaction, accountId: number, tokenId: number): Promise<boolean> {
    this.#parts.access.changes(trx);
    return (await queries.deleteToken.run(trx, { accountId, tokenId })) > 0;
  }

  async revokeAll(trx: Transaction, accountId: number, kind: TokenKind): Promise<void> {
    this.#parts.access.changes(trx);
    await queries.deleteTokensOf.run(trx, { accountId, kind });
  }

  /** Remembers when and from where it was used last; never makes the request wait. */
  noteUse(tokenId: number, address: string): void {
    const now = Date.now();
    if (now - (this.#noted.get(tokenId) ?? 0) < NOTE_USE_MS) return;
    if (this.#noted.size > 10_000) this.#noted.clear();
    this.#noted.set(tokenId, now);
    // A full disk must not keep anyone from pulling.
    this.#parts.database.write((trx) => queries.useToken.run(trx, { tokenId, now, address })).catch(() => undefined);
  }
}

/** What `docker login` keeps in a file is for `/v2/`, whatever its account may do otherwise. */
const REFRESH_SCOPES: readonly Scope[] = [{ actions: ["pull", "push", "delete"], pattern: "*" }];

export function ceilingOf({ kind, scopes, name }: Pick<Token, "kind" | "scopes" | "name">): ScopesCeiling | null {
  const own = kind === "refresh" ? (scopes ?? REFRESH_SCOPES) : scopes;
  return own === null ? null : { kind: "scopes", scopes: own, token: name };
}

type Row = {
  id: number;
  account_id: number;
  kind: TokenKind;
  name: string;
  hint: string;
  scopes: string | null;
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
  last_used_address: string | null;
};

function tokenOf(row: Row): Token {
  return {
    id: row.id,
    accountId: row.account_id,
    kind: row.kind,
    name: row.name,
    hint: row.hint,
    scopes: parseScopes(row.scopes),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    lastUsedAddress: row.last_used_address,
  };
}

/** What cannot be read lets nothing through. */
function parseScopes(text: string | null): Scope[] | null {
  if (text === null) return null;
  try {
    const scopes = JSON.parse(text) as unknown;
    return Array.isArray(scopes) ? scopes.filter(isScope) : [];
  } catch {
    return [];
  }
}

function isScope(value: unknown): value is Scope {
  if (typeof value !== "object" || value === null || !("actions" in value) || !("pattern" in value)) return false;
  const { actions, pattern } = value;
  const known: readonly unknown[] = SCOPE_ACTIONS;
  return typeof pattern === "string" && Array.isArray(actions) && actions.every((it) => known.includes(it));
}

function valid(token: Token): Token | null {
  return token.expiresAt !== null && token.expiresAt <= Date.now() ? null : token;
}
