/**
 * SQLite in this process: one connection that writes, one that reads what is committed.
 *
 * Group commit: the works of one event-loop turn run in one transaction, each under a savepoint. The log is not
 * synced by SQLite (`synchronous=NORMAL`) but by one asynchronous fdatasync that serves every work committed before
 * it began, and only then are they answered: durable, and the loop never waits for the disk. A failed sync ends the
 * process: what the kernel then holds is unknown, so retrying could acknowledge what is lost.
 */
import { Database as Connection, SQLiteError, type SQLQueryBindings, type Statement } from "bun:sqlite";
import { closeSync, fdatasync, fdatasyncSync, fstatSync, fsyncSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { CompiledQuery, SqliteAdapter, SqliteDialect } from "kysely";
import {
  DatabaseCorruptError,
  DatabaseFullError,
  type Database,
  type Queryable,
  type Transaction,
} from "../database.ts";
import { migrations } from "../migrations/migrations.ts";
import { Checkpointer, type LogBytes } from "./sqlite-checkpointer.ts";
import { readSnapshot } from "./sqlite-snapshot.ts";

export type SqliteOptions = {
  path: string;
  /** Called when the disk refused to make a commit durable; must end the process. */
  onSyncFailure: (error: Error) => void;
};

/** SQLite's, unless told otherwise. */
const PAGE_BYTES = 4096;

const PRAGMAS = [
  "pragma busy_timeout = 5000",
  "pragma journal_mode = wal",
  "pragma synchronous = normal",
  "pragma foreign_keys = on",
  "pragma temp_store = memory",
  "pragma cache_size = -16000",
  // The checkpointer does it, off this thread.
  "pragma wal_autocheckpoint = 0",
];

export async function openSqlite(options: SqliteOptions): Promise<Database> {
  const opened: { close: () => void }[] = [];
  try {
    const writer = new Connection(options.path, { create: true, readwrite: true });
    opened.push(writer);
    for (const pragma of PRAGMAS) writer.run(pragma);
    if (!isMigrated(writer)) {
      // Loaded only where there is something to do: seeing that there is nothing would take it 8 ms of every start.
      const { migrate } = await import("../migrate.ts");
      await migrate("sqlite", migrationDialect(writer));
    }
    const reader = new Connection(options.path, { readonly: true });
    opened.push(reader);
    reader.run("pragma busy_timeout = 5000");
    reader.run("pragma cache_size = -16000");
    const log = openSync(`${options.path}-wal`, "r");
    // What a process that was killed had committed is read from now on, and rested on: it must be as durable as what
    // is written next. Nothing is lost by that failing but this start.
    if (fstatSync(log).size > 0) fdatasyncSync(log);
    // The names of the database's files must be so as well.
    syncDirectory(dirname(options.path));
    return new SqliteDatabase(writer, reader, log, options);
  } catch (error) {
    for (const connection of opened) connection.close();
    throw translate(error);
  }
}

function syncDirectory(path: string): void {
  const directory = openSync(path, "r");
  fsyncSync(directory);
  closeSync(directory);
}

type Job = {
  work: (trx: Transaction) => Promise<unknown>;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
};

/** Someone to answer once the log is synced up to `commit`. */
type Waiter = { commit: number; answer: () => void };

class SqliteDatabase implements Database {
  readonly dialect = "sqlite";
  readonly isShared = false;
  readonly #writer: ReturnType<typeof connect>;
  readonly #reader: ReturnType<typeof connect>;
  readonly #path: string;
  readonly #log: number;
  readonly #onSyncFailure: (error: Error) => void;
  readonly #checkpointer: Checkpointer;
  #jobs: Job[] = [];
  #isTurnPlanned = false;
  #isTurnRunning = false;
  #isSyncing = false;
  #commits = 0;
  #synced = 0;
  #waiters: Waiter[] = [];

  constructor(writer: Connection, reader: Connection, log: number, options: SqliteOptions) {
    this.#writer = connect(writer);
    this.#reader = connect(reader);
    this.#path = options.path;
    this.#log = log;
    this.#onSyncFailure = options.onSyncFailure;
    this.#checkpointer = new Checkpointer(options.path, () => logBytes(writer));
  }

  execute<Row>(query: CompiledQuery): Promise<{ rows: Row[]; affected: number }> {
    return this.#reader.execute<Row>(query);
  }

  write<T>(work: (trx: Transaction) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      // What this job resolves with is what its own work gave.
      this.#jobs.push({ work, resolve: resolve as (value: unknown) => void, reject });
      this.#planTurn();
    });
  }

  get changes(): number {
    return this.#commits;
  }

  snapshot<T>(work: (snapshot: Queryable) => Promise<T>): Promise<T> {
    return readSnapshot(this.#path, work);
  }

  async check(): Promise<void> {
    await this.write(async () => undefined);
    await this.#reader.execute(CompiledQuery.raw("select 1"));
  }

  async close(): Promise<void> {
    while (this.#jobs.length > 0 || this.#isTurnPlanned || this.#isTurnRunning || this.#isSyncing) await Bun.sleep(1);
    await this.#checkpointer.close();
    this.#reader.close();
    try {
      // Folds the log into the database, so that the next start has nothing to recover.
      this.#writer.connection.run("pragma wal_checkpoint(truncate)");
    } catch {
      // A full disk, say. Nothing is lost: the next start recovers what is in the log.
    }
    this.#writer.close();
    closeSync(this.#log);
  }

  /** Works that come while the log is being synced wait for that: they need the next sync anyway, and share one commit. */
  #planTurn(): void {
    if (this.#isTurnPlanned || this.#isTurnRunning || this.#isSyncing || this.#jobs.length === 0) return;
    this.#isTurnPlanned = true;
    setImmediate(() => void this.#turn());
  }

  async #turn(): Promise<void> {
    this.#isTurnPlanned = false;
    this.#isTurnRunning = true;
    if (this.#checkpointer.needsFinish) await this.#checkpointer.finish();
    const jobs = this.#jobs;
    this.#jobs = [];
    try {
      await this.#commitTogether(jobs);
    } catch (error) {
      // Nothing of them was committed; those that were told so already take no notice.
      for (const job of jobs) job.reject(translate(error));
    } finally {
      this.#isTurnRunning = false;
      this.#planTurn();
    }
  }

  async #commitTogether(jobs: Job[]): Promise<void> {
    const done: { job: Job; value: unknown }[] = [];
    const hooks: (() => void)[] = [];
    const before = this.#changes();
    try {
      this.#writer.command("begin immediate");
      for (const job of jobs) await this.#attempt(job, done, hooks);
      this.#writer.command("commit");
    } catch (error) {
      if (this.#writer.connection.inTransaction) this.#writer.command("rollback");
      const reason = translate(error);
      for (const { job } of done) job.reject(reason);
      const settled = new Set(done.map((it) => it.job));
      for (const job of jobs) if (!settled.has(job)) job.reject(reason);
      return;
    }
    if (this.#changes() !== before) this.#commits += 1;
    for (const hook of hooks) hook();
    const answer = () => {
      for (const { job, value } of done) job.resolve(value);
    };
    // A work that changed nothing may still rest on an earlier one that is not synced yet.
    if (this.#synced === this.#commits) answer();
    else this.#waiters.push({ commit: this.#commits, answer });
    this.#sync();
    this.#checkpointer.noteCommit();
  }

  async #attempt(job: Job, done: { job: Job; value: unknown }[], hooks: (() => void)[]): Promise<void> {
    const own: (() => void)[] = [];
    const trx: Transaction = {
      dialect: "sqlite",
      execute: (query) => this.#writer.execute(query),
      afterCommit: (hook) => own.push(hook),
    };
    this.#writer.command("savepoint work");
    try {
      const value = await job.work(trx);
      this.#writer.command("release work");
      done.push({ job, value });
      hooks.push(...own);
    } catch (error) {
      // A full disk makes SQLite give up the whole transaction: then every work in it has failed.
      if (!this.#writer.connection.inTransaction) throw error;
      this.#writer.command("rollback to work");
      this.#writer.command("release work");
      job.reject(translate(error));
    }
  }

  #changes(): number {
    return this.#writer.totalChanges();
  }

  #sync(): void {
    if (this.#isSyncing || this.#synced === this.#commits) return;
    this.#isSyncing = true;
    const target = this.#commits;
    fdatasync(this.#log, (error) => {
      if (error) return this.#onSyncFailure(error);
      this.#isSyncing = false;
      this.#synced = target;
      const ready = this.#waiters.filter((it) => it.commit <= target);
      this.#waiters = this.#waiters.filter((it) => it.commit > target);
      for (const waiter of ready) waiter.answer();
      this.#sync();
      this.#planTurn();
    });
  }
}

/** Asks only: nothing is moved. */
function logBytes(writer: Connection): LogBytes {
  const found = writer.query<{ log: number; checkpointed: number }, []>("pragma wal_checkpoint(noop)").get();
  const { log, checkpointed } = found ?? { log: 0, checkpointed: 0 };
  return { total: log * PAGE_BYTES, left: (log - checkpointed) * PAGE_BYTES };
}

/** A connection whose statements are prepared once. */
function connect(connection: Connection) {
  const prepared = new Map<string, Statement>();
  const prepare = (text: string): Statement => {
    let statement = prepared.get(text);
    if (!statement) prepared.set(text, (statement = connection.prepare(text)));
    return statement;
  };
  const changes = connection.prepare<{ n: number }, []>("select total_changes() as n");
  return {
    connection,
    command: (text: string) => void prepare(text).run(),
    totalChanges: () => changes.get()?.n ?? 0,
    // Async so that a failing statement rejects instead of throwing, as with every other driver.
    execute: async <Row>(query: CompiledQuery): Promise<{ rows: Row[]; affected: number }> => {
      const statement = prepare(query.sql);
      // Every parameter of our statements is a text, number, byte array or null.
      const parameters = query.parameters as SQLQueryBindings[];
      if (givesRows(query)) return { rows: statement.all(...parameters) as Row[], affected: 0 };
      return { rows: [], affected: statement.run(...parameters).changes };
    },
    close: () => {
      for (const statement of prepared.values()) statement.finalize();
      changes.finalize();
      connection.close();
    },
  } satisfies Partial<Queryable> & Record<string, unknown>;
}

function givesRows(query: CompiledQuery): boolean {
  const node = query.query;
  if (node.kind === "SelectQueryNode") return true;
  if (node.kind === "RawNode") return /^\s*(?:select|pragma|explain)\b/i.test(query.sql);
  return "returning" in node && node.returning !== undefined;
}

function translate(error: unknown): unknown {
  if (error instanceof SQLiteError && (error.code === "SQLITE_FULL" || error.code === "SQLITE_IOERR_WRITE")) {
    return new DatabaseFullError("the disk under the database is full", { cause: error });
  }
  if (error instanceof SQLiteError && /^SQLITE_(?:NOTADB|CORRUPT)/.test(error.code ?? "")) {
    return new DatabaseCorruptError(error.message, { cause: error });
  }
  return error;
}

/** Whether exactly this version's migrations have been run, as Kysely's migrator keeps it. */
function isMigrated(connection: Connection): boolean {
  using table = connection.prepare("select 1 from sqlite_schema where type = 'table' and name = 'kysely_migration'");
  if (table.get() === null) return false;
  using applied = connection.prepare<{ name: string }, []>("select name from kysely_migration order by name");
  const names = applied.all().map((it) => it.name);
  return names.join("\n") === Object.keys(migrations("sqlite")).sort().join("\n");
}

/** Migrations use Kysely's own driver, over the connection that already exists. */
function migrationDialect(connection: Connection): SqliteDialect {
  const dialect = new SqliteDialect({
    database: {
      close: () => undefined,
      prepare: (text) => {
        // A deferred transaction that reads first could not become a writing one beside another process.
        const statement = connection.prepare(text === "begin" ? "begin immediate" : text);
        // Kysely binds only what SQLite can hold.
        const bind = (parameters: readonly unknown[]) => parameters as SQLQueryBindings[];
        return {
          reader: statement.columnNames.length > 0,
          all: (parameters) => statement.all(...bind(parameters)),
          run: (parameters) => statement.run(...bind(parameters)),
          iterate: (parameters) => statement.iterate(...bind(parameters)),
        };
      },
    },
  });
  dialect.createAdapter = () => new TransactionalSqliteAdapter();
  return dialect;
}

/** SQLite's data definition is transactional; Kysely is only careful about it. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
