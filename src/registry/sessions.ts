/**
 * Upload sessions: who may go on with which bytes. A session is known by an unguessable id and belongs to one
 * repository and one principal; for anyone else it does not exist.
 *
 * Most uploads are over in milliseconds, so where no other process needs to see a session it gets its row when it
 * first holds bytes, or after a second; from then on it survives the end of this process.
 */

import { RegistryError } from "../errors.ts";
import { randomHex } from "../lib/random.ts";
import type { Principal } from "../access/principal.ts";
import type { Database, Transaction } from "../database/database.ts";
import type { DigestAlgorithm } from "../oci/digest.ts";
import type { RepositoryName } from "../oci/reference.ts";
import * as queries from "./queries/sessions.ts";

export type Session = {
  readonly id: string;
  readonly repository: RepositoryName;
  readonly principalId: string;
  readonly algorithm: DigestAlgorithm;
  readonly createdAt: number;
  /** Bytes taken: in `content` while they are few, at `storageKey` when that is null. */
  offset: number;
  storageKey: string | null;
  content: Uint8Array | null;
  updatedAt: number;
  /** Whether there is, or may soon be, a row. */
  hasRow: boolean;
  /** What the row says, or will say. */
  savedKey: string | null;
  savedAt: number;
  /** Whoever works on the session; the next waits for it. */
  turn: Promise<void>;
  hasEnded: boolean;
};

const SAVE_AFTER_MS = 1_000;
/** A body that goes on for long is told of again, so that no process takes its upload for abandoned. */
const SAVE_AGAIN_MS = 15_000;
const SESSION_ID = /^[0-9a-f]{32}$/;

export class Sessions {
  readonly #database: Database;
  readonly #limitPerPrincipal: number;
  readonly #known = new Map<string, Session>();
  readonly #counts = new Map<string, number>();
  readonly #timer: Timer;

  constructor(parts: { database: Database; limitPerPrincipal: number }) {
    this.#database = parts.database;
    this.#limitPerPrincipal = parts.limitPerPrincipal;
    this.#timer = setInterval(() => void this.#saveAged(SAVE_AFTER_MS).catch(() => undefined), SAVE_AFTER_MS);
    this.#timer.unref();
  }

  /** Sessions that this process holds. */
  get size(): number {
    return this.#known.size;
  }

  /** Throws TOOMANYREQUESTS when the principal has too many unfinished ones. */
  async create(principal: Principal, repository: RepositoryName, algorithm: DigestAlgorithm): Promise<Session> {
    await this.#assertRoomFor(principal);
    const now = Date.now();
    const session: Session = {
      id: randomHex(16),
      repository,
      principalId: principal.id,
      algorithm,
      createdAt: now,
      offset: 0,
      storageKey: null,
      content: null,
      updatedAt: now,
      hasRow: false,
      savedKey: null,
      savedAt: now,
      turn: Promise.resolve(),
      hasEnded: false,
    };
    this.#remember(session);
    if (this.#database.isShared) await this.save(session);
    return session;
  }

  /** Throws BLOB_UPLOAD_UNKNOWN, also for a session of another repository or principal. */
  async get(principal: Principal, repository: RepositoryName, id: string): Promise<Session> {
    const session = SESSION_ID.test(id) ? await this.#find(id) : null;
    if (!session || session.hasEnded || session.repository !== repository || session.principalId !== principal.id) {
      throw new RegistryError("BLOB_UPLOAD_UNKNOWN", {
        message: "there is no such upload here: it ended, expired or never began; start a new one",
        detail: { id: id.slice(0, 64) },
      });
    }
    return session;
  }

  /** Runs `work` when nobody else is working on the session. Throws BLOB_UPLOAD_UNKNOWN when it ended meanwhile. */
  async inTurn<T>(session: Session, work: () => Promise<T>): Promise<T> {
    return await this.#inTurn(session, async () => {
      await this.#refresh(session, null);
      if (session.hasEnded) throw new RegistryError("BLOB_UPLOAD_UNKNOWN");
      session.updatedAt = Date.now();
      return await work();
    });
  }

  async #inTurn<T>(session: Session, work: () => Promise<T>): Promise<T> {
    const before = session.turn;
    let done: () => void = () => undefined;
    session.turn = new Promise((resolve) => (done = resolve));
    await before;
    try {
      return await work();
    } finally {
      done();
    }
  }

  /** Makes the session's state survive the end of this process. */
  async save(session: Session): Promise<void> {
    session.updatedAt = Date.now();
    await this.#writeAll([session]);
  }

  /**
   * Ends the session within a transaction; its bytes are the caller's. Whoever removes the row ends it: throws
   * BLOB_UPLOAD_UNKNOWN when another process, or the expiry, was first.
   */
  async end(trx: Transaction, session: Session): Promise<void> {
    // At once, so that no save that is waiting writes the row again.
    session.hasEnded = true;
    const removed = session.hasRow ? await queries.deleteSession.run(trx, { id: session.id }) : 0;
    if (removed === 0 && (session.hasRow || this.#database.isShared)) throw new RegistryError("BLOB_UPLOAD_UNKNOWN");
    trx.afterCommit(() => this.forget(session));
  }

  /** Removes the row of a session that was forgotten. */
  async remove(session: Session): Promise<void> {
    await this.#database.write((trx) => queries.deleteSession.run(trx, { id: session.id }));
  }

  forget(session: Session): void {
    session.hasEnded = true;
    this.#drop(session);
  }

  #drop(session: Session): void {
    if (!this.#known.delete(session.id)) return;
    const count = (this.#counts.get(session.principalId) ?? 1) - 1;
    if (count > 0) this.#counts.set(session.principalId, count);
    else this.#counts.delete(session.principalId);
  }

  /** Removes from memory and database what has not moved since `before`; the storage keys that are nobody's now. */
  async expire(before: number, limit: number): Promise<string[]> {
    for (const session of this.#known.values()) {
      // Where other processes work too, one that was finished by another is still known here.
      if (session.updatedAt < before && (!session.hasRow || this.#database.isShared)) this.#drop(session);
    }
    const keys: string[] = [];
    for (const row of await queries.listStaleSessions.all(this.#database, { before, limit })) {
      const session = await this.#find(row.id);
      if (!session || session.updatedAt >= before) continue;
      // In its turn: somebody may be about to go on with it, or be making a blob of its bytes.
      const removed = await this.#inTurn(session, async () => {
        if (session.hasEnded || session.updatedAt >= before) return false;
        return (await this.#database.write((trx) => queries.deleteStaleSession.run(trx, { id: row.id, before }))) > 0;
      });
      this.#drop(session);
      if (!removed) continue;
      session.hasEnded = true;
      if (session.storageKey !== null) keys.push(session.storageKey);
    }
    return keys;
  }

  /** Writes down what is only in memory. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#saveAged(0);
  }

  async #saveAged(ageMs: number): Promise<void> {
    const before = Date.now() - ageMs;
    const isStale = (it: Session) =>
      !it.hasRow || it.savedKey !== it.storageKey || it.updatedAt - it.savedAt > SAVE_AGAIN_MS;
    const unsaved = [...this.#known.values()].filter((it) => !it.hasEnded && it.createdAt <= before && isStale(it));
    if (unsaved.length === 0) return;
    await this.#writeAll(unsaved);
  }

  async #writeAll(sessions: readonly Session[]): Promise<void> {
    const before = sessions.map(({ hasRow, savedKey, savedAt }) => ({ hasRow, savedKey, savedAt }));
    try {
      await this.#database.write(async (trx) => {
        for (const session of sessions) if (!session.hasEnded) await this.#write(trx, session);
      });
    } catch (error) {
      sessions.forEach((session, index) => Object.assign(session, before[index]));
      throw error;
    }
  }

  async #write(trx: Transaction, session: Session): Promise<void> {
    // Before the commit: whoever ends the session in the same commit must see that there is a row to remove.
    const hadRow = session.hasRow;
    session.hasRow = true;
    session.savedKey = session.storageKey;
    session.savedAt = session.updatedAt;
    const changed = await (hadRow ? queries.updateSession : queries.insertSession).run(trx, {
      id: session.id,
      repositoryName: session.repository,
      principal: session.principalId,
      algorithm: session.algorithm,
      offsetBytes: session.offset,
      storageKey: session.storageKey,
      content: session.content,
      createdAt: session.createdAt,
      now: session.updatedAt,
    });
    // Another process ended it, or took it for abandoned: it must not come back.
    if (changed === 0) throw new RegistryError("BLOB_UPLOAD_UNKNOWN");
  }

  async #find(id: string): Promise<Session | null> {
    const known = this.#known.get(id);
    if (known) {
      await this.#refresh(known, known.turn);
      return known;
    }
    const row = await queries.findSession.first(this.#database, { id });
    // Another request may have asked for it meanwhile: a session has one object, because that keeps the turns.
    const found = this.#known.get(id);
    if (found || !row) return found ?? null;
    const session: Session = {
      id,
      // Parsed before it was written.
      repository: row.repository_name as RepositoryName,
      principalId: row.principal,
      algorithm: row.algorithm,
      createdAt: row.created_at,
      offset: row.offset_bytes,
      storageKey: row.storage_key,
      content: row.content,
      updatedAt: row.updated_at,
      hasRow: true,
      savedKey: row.storage_key,
      savedAt: row.updated_at,
      turn: Promise.resolve(),
      hasEnded: false,
    };
    this.#remember(session);
    return session;
  }

  /**
   * Where other processes work on sessions too, only the row knows how far one is. For those without the
   * turn it is not applied when `turn`, the last one given out, is no longer the last: its holder knows better.
   */
  async #refresh(session: Session, turn: Promise<void> | null): Promise<void> {
    if (!this.#database.isShared) return;
    const row = await queries.findSession.first(this.#database, { id: session.id });
    if (turn !== null && session.turn !== turn) return;
    if (!row) return this.forget(session);
    session.offset = row.offset_bytes;
    session.storageKey = row.storage_key;
    session.content = row.content;
  }

  #remember(session: Session): void {
    this.#known.set(session.id, session);
    this.#counts.set(session.principalId, (this.#counts.get(session.principalId) ?? 0) + 1);
  }

  async #assertRoomFor(principal: Principal): Promise<void> {
    const limit = this.#limitPerPrincipal;
    const held = this.#counts.get(principal.id) ?? 0;
    if (held < limit && !this.#database.isShared) return;
    // Rows alone count where other processes end sessions that this one began.
    const counted = this.#database.isShared ? 0 : held;
    const stored = await queries.countSessions.first(this.#database, { principal: principal.id, limit });
    if (Math.max(counted, stored?.count ?? 0) < limit) return;
    throw new RegistryError("TOOMANYREQUESTS", {
      message: `you have ${limit} unfinished uploads, which is the limit: finish or cancel some first`,
      headers: { "Retry-After": "60" },
    });
  }
}
