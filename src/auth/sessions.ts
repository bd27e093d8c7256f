/**
 * Logins of browsers. What the cookie holds is kept as its hash; a session ends when it was not used for a week, after a month
 * in any case, when it is revoked, and when the account's password changes.
 */
import type { Access } from "../access/access.ts";
import type { Database, Transaction } from "../database/database.ts";
import * as queries from "./queries/sessions.ts";
import { newSecretToken, parseSecretToken } from "./secret-token.ts";

export type BrowserSession = {
  id: number;
  accountId: number;
  createdAt: number;
  /** To some minutes. */
  lastUsedAt: number;
  expiresAt: number;
  /** Where it was used from last. */
  address: string;
  /** What the browser called itself at the login. */
  agent: string;
  /** When the password, and the second factor where there is one, were last asked for. */
  provenAt: number;
};

/** Who holds the session: text of the request, cut here. */
export type SessionClient = { address: string; agent: string };

export type NewSession = { id: number; text: string; expiresAt: number };

const DAY_MS = 86_400_000;
export const IDLE_MS = 7 * DAY_MS;
export const ABSOLUTE_MS = 30 * DAY_MS;
/** A write for a use, at most this often. */
const NOTE_USE_MS = 5 * 60_000;
const MAX_SESSIONS = 100;
const MAX_ADDRESS_LENGTH = 64;
const MAX_AGENT_LENGTH = 256;

export type BrowserSessionsParts = { database: Database; access: Access };

export class BrowserSessions {
  readonly #parts: BrowserSessionsParts;

  constructor(parts: BrowserSessionsParts) {
    this.#parts = parts;
  }

  /** `text` is for the cookie alone. Of an account with very many sessions the oldest end. */
  async create(trx: Transaction, accountId: number, client: SessionClient): Promise<NewSession> {
    return await this.#insert(trx, accountId, client, Date.now());
  }

  /**
   * The same session under a new secret, freshly proven: after a second factor or a new password, so that a secret from before
   * is worth nothing. Its absolute end stays. Null when the account has no such session any more.
   */
  async renew(
    trx: Transaction,
    session: Pick<BrowserSession, "id" | "accountId">,
    client: SessionClient,
  ): Promise<NewSession | null> {
    const found = await queries.findBrowserSession.first(trx, { sessionId: session.id });
    if (!found || !(await this.revoke(trx, session.accountId, session.id))) return null;
    return await this.#insert(trx, session.accountId, client, found.created_at);
  }

  /** The live session of this secret. */
  async findByText(text: string): Promise<BrowserSession | null> {
    const parsed = parseSecretToken(text);
    if (parsed?.kind !== "session") return null;
    const row = await queries.findBrowserSessionByHash.first(this.#parts.database, { sessionHash: parsed.hash });
    return row && live(row);
  }

  async find(id: number): Promise<BrowserSession | null> {
    const row = await queries.findBrowserSession.first(this.#parts.database, { sessionId: id });
    return row && live(row);
  }

  /** The same; it does not end before the transaction does. */
  async lock(trx: Transaction, id: number): Promise<BrowserSession | null> {
    const row = await queries.lockBrowserSession.first(trx, { sessionId: id });
    return row && live(row);
  }

  /** The live ones behind `after`, by id. */
  async list(accountId: number, after: number, limit: number): Promise<BrowserSession[]> {
    const rows = await queries.listBrowserSessions.all(this.#parts.database, {
      accountId,
      after,
      now: Date.now(),
      limit,
    });
    return rows.map(sessionOf);
  }

  /** False when the account has no such session. */
  async revoke(trx: Transaction, accountId: number, sessionId: number): Promise<boolean> {
    this.#parts.access.changes(trx);
    return (await queries.deleteBrowserSession.run(trx, { accountId, sessionId })) > 0;
  }

  /** All but one; how many those were. */
  async revokeOthers(trx: Transaction, accountId: number, sessionId: number): Promise<number> {
    this.#parts.access.changes(trx);
    return await queries.deleteOtherBrowserSessions.run(trx, { accountId, sessionId });
  }

  async revokeAll(trx: Transaction, accountId: number): Promise<void> {
    this.#parts.access.changes(trx);
    await queries.deleteBrowserSessionsOf.run(trx, { accountId });
  }

  /** Puts its end off; never makes the request wait. */
  noteUse({ id, createdAt, lastUsedAt }: BrowserSession, address: string): void {
    const now = Date.now();
    if (now - lastUsedAt < NOTE_USE_MS) return;
    const use = { sessionId: id, now, expiresAt: endOf(createdAt, now), address: address.slice(0, MAX_ADDRESS_LENGTH) };
    this.#parts.database.write((trx) => queries.useBrowserSession.run(trx, use)).catch(() => undefined);
  }

  async expire(): Promise<void> {
    await this.#parts.database.write((trx) => queries.deleteExpiredBrowserSessions.run(trx, { now: Date.now() }));
  }

  async #insert(
    trx: Transaction,
    accountId: number,
    { address, agent }: SessionClient,
    createdAt: number,
  ): Promise<NewSession> {
    const { text, hash } = newSecretToken("session");
    const now = Date.now();
    const expiresAt = endOf(createdAt, now);
    const made = await queries.insertBrowserSession.first(trx, {
      sessionHash: hash,
      accountId,
      createdAt,
      now,
      expiresAt,
      address: address.slice(0, MAX_ADDRESS_LENGTH),
      agent: agent.slice(0, MAX_AGENT_LENGTH).toWellFormed(),
    });
    if (!made) throw new Error("a session was not made");
    await queries.deleteOldestBrowserSessions.run(trx, { accountId, keep: MAX_SESSIONS });
    return { id: made.id, text, expiresAt };
  }
}

function endOf(createdAt: number, usedAt: number): number {
  return Math.min(createdAt + ABSOLUTE_MS, usedAt + IDLE_MS);
}

type Row = {
  id: number;
  account_id: number;
  created_at: number;
  last_used_at: number;
  expires_at: number;
  address: string;
  agent: string;
  proven_at: number;
};

function sessionOf(row: Row): BrowserSession {
  return {
    id: row.id,
    accountId: row.account_id,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
    address: row.address,
    agent: row.agent,
    provenAt: row.proven_at,
  };
}

function live(row: Row): BrowserSession | null {
  return row.expires_at <= Date.now() ? null : sessionOf(row);
}
