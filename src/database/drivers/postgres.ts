/**
 * PostgreSQL through a pool of connections. Each write is a transaction of its own; the server groups their syncs.
 * A work that lost a race (serialization failure, deadlock, or a unique key taken in between) runs again.
 */
import pg from "pg";
import { CompiledQuery, PostgresDialect } from "kysely";
import {
  DatabaseFullError,
  DatabaseUnavailableError,
  type Database,
  type Queryable,
  type Transaction,
} from "../database.ts";
import { migrate } from "../migrate.ts";

export type PostgresOptions = {
  url: string;
  poolSize: number;
  /** Told of connections that broke while idle; the pool replaces them. */
  onIdleError: (error: Error) => void;
};

const MAX_ATTEMPTS = 8;
const LOST_RACE = new Set(["40001", "40P01", "23505"]);
const FULL = new Set(["53100"]);
/** Classes 08 (connection), 53 (resources) and 57 (operator intervention), and what the socket says. */
const UNAVAILABLE = /^(?:08|53|57)|^E(?:CONNREFUSED|CONNRESET|PIPE|TIMEDOUT|HOSTUNREACH|AI_AGAIN|NOTFOUND)$/;
const INT8 = 20;

export async function openPostgres(options: PostgresOptions): Promise<Database> {
  const types = {
    // Ids, sizes and times all fit a double exactly.
    getTypeParser: (oid: number, format?: "text" | "binary") => (oid === INT8 ? Number : getTypeParser(oid, format)),
  };
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    connectionTimeoutMillis: 10_000,
    types,
  });
  pool.on("error", options.onIdleError);
  try {
    await migrate("postgres", new PostgresDialect({ pool: withoutEnd(pool) }));
  } catch (error) {
    await pool.end();
    throw error;
  }
  return new PostgresDatabase(pool);
}

// pg's type for it takes only its own list of ids; the server may name any.
const getTypeParser = pg.types.getTypeParser as (oid: number, format?: string) => (text: string) => unknown;

/** Kysely ends the pool that it was given when migrations are done; ours lives on. */
function withoutEnd(pool: pg.Pool) {
  return { connect: () => pool.connect(), end: () => Promise.resolve(), options: pool.options };
}

class PostgresDatabase implements Database {
  readonly dialect = "postgres";
  readonly isShared = true;
  readonly changes = null;
  readonly #pool: pg.Pool;
  readonly #names = new Map<string, string>();

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async execute<Row>(query: CompiledQuery): Promise<{ rows: Row[]; affected: number }> {
    try {
      return await this.#run<Row>(this.#pool, query);
    } catch (error) {
      throw translate(error);
    }
  }

  async write<T>(work: (trx: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt(work);
      } catch (error) {
        if (!LOST_RACE.has(codeOf(error)) || attempt === MAX_ATTEMPTS) throw translate(error);
        await Bun.sleep(Math.random() * 2 ** attempt);
      }
    }
  }

  async snapshot<T>(work: (snapshot: Queryable) => Promise<T>): Promise<T> {
    try {
      return await this.#within("begin isolation level repeatable read, read only", (client) =>
        work({ dialect: "postgres", execute: (query) => this.#run(client, query) }),
      );
    } catch (error) {
      throw translate(error);
    }
  }

  async check(): Promise<void> {
    await this.execute(CompiledQuery.raw("select 1"));
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #attempt<T>(work: (trx: Transaction) => Promise<T>): Promise<T> {
    const hooks: (() => void)[] = [];
    // Whatever the server's default is: a statement that follows upon a lock must see what was committed before it.
    const value = await this.#within("begin isolation level read committed", (client) =>
      work({
        dialect: "postgres",
        execute: (query) => this.#run(client, query),
        afterCommit: (hook) => hooks.push(hook),
      }),
    );
    for (const hook of hooks) hook();
    return value;
  }

  async #within<T>(begin: string, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    try {
      await client.query(begin);
      const value = await work(client);
      await client.query("commit");
      return value;
    } catch (error) {
      await client.query("rollback").catch((cause: Error) => (broken = cause));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async #run<Row>(on: pg.Pool | pg.PoolClient, query: CompiledQuery): Promise<{ rows: Row[]; affected: number }> {
    const result = await on.query({ name: this.#nameOf(query.sql), text: query.sql, values: [...query.parameters] });
    // Rows have the shape that the statement was typed with.
    return { rows: result.rows as Row[], affected: result.rowCount ?? 0 };
  }

  /** Each connection prepares a statement once, under this name. */
  #nameOf(text: string): string {
    let name = this.#names.get(text);
    if (!name) this.#names.set(text, (name = `s${this.#names.size}`));
    return name;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

function translate(error: unknown): unknown {
  const code = codeOf(error);
  if (FULL.has(code)) return new DatabaseFullError("the disk under the database is full", { cause: error });
  // The pool and broken connections speak in words alone.
  const isLost =
    error instanceof Error && /timeout exceeded when trying to connect|Connection terminated/i.test(error.message);
  if (UNAVAILABLE.test(code) || isLost)
    return new DatabaseUnavailableError("the database does not answer", { cause: error });
  return error;
}
