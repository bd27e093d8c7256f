/**
 * The port to rows: SQLite (embedded, the default) and PostgreSQL, one code base through Kysely.
 *
 * Every change goes through `write`. Its work may await nothing but this transaction: on SQLite all works of one
 * event-loop turn share a transaction (each under its own savepoint) and one sync of the log, and what one of them
 * waits for, all wait for. When `write` resolves, the change is durable. Works must be right under concurrency by
 * constraint or row lock, and free of side effects: PostgreSQL may run one again after a conflict.
 */
import type { CompiledQuery } from "kysely";
import type { Migration } from "kysely/migration";

export type Dialect = "sqlite" | "postgres";

/** A connection or a transaction: what a query function takes first. */
export interface Queryable {
  readonly dialect: Dialect;
  execute<Row>(query: CompiledQuery): Promise<{ rows: Row[]; affected: number }>;
}

export interface Transaction extends Queryable {
  /** Runs after the commit and before anyone is told of it: for caches that must not outlive a change. */
  afterCommit(hook: () => void): void;
}

export interface Database extends Queryable {
  /** Whether other processes write here too; what this one remembers may then be stale. */
  readonly isShared: boolean;
  /**
   * Commits by this process that changed rows, since it opened the database; null where other processes write too, and
   * nothing can be said.
   */
  readonly changes: number | null;
  write<T>(work: (trx: Transaction) => Promise<T>): Promise<T>;
  /**
   * Reads what is committed when it begins, however long `work` takes and whatever changes meanwhile; it only reads,
   * and may await what it likes. Made for reading everything, in pages: neither the event loop nor a writer waits for it.
   */
  snapshot<T>(work: (snapshot: Queryable) => Promise<T>): Promise<T>;
  /** Throws when the database does not answer. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** The disk under the database is full; reads go on. */
export class DatabaseFullError extends Error {
  override readonly name = "DatabaseFullError";
}

/** The database file is not what was written; nothing that it gives can be relied on. */
export class DatabaseCorruptError extends Error {
  override readonly name = "DatabaseCorruptError";
}

/** The database does not answer, or not now; the same request may succeed a little later. */
export class DatabaseUnavailableError extends Error {
  override readonly name = "DatabaseUnavailableError";
}

export type Migrations = Record<string, Migration>;
