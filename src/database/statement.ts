/**
 * Statements: built and compiled by Kysely once a dialect, run many times with other values.
 *
 * Building and compiling costs ten times what SQLite needs to run a key look-up, and a request makes several of them.
 * All statements are known by name, so that a test can ask the database how it would run each one.
 */
import {
  CompiledQuery,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type AliasedRawBuilder,
  type Compilable,
  type RawBuilder,
} from "kysely";
import type { Dialect, Queryable } from "./database.ts";
import type { Schema } from "./schema.ts";

/** Stands for a value while a statement is built. */
class Parameter {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** `skip locked` leaves out the rows that somebody else holds at the moment. */
export type LockMode = "update" | "update skip locked" | "share" | "key share";

export type StatementBuilder = {
  db: Kysely<Schema>;
  dialect: Dialect;
  /** `digest in (…)` over a parameter that holds a JSON list of texts: one statement for any number of values. */
  inList: (column: string, list: unknown) => RawBuilder<boolean>;
  /** The rows of a JSON list of objects with these text members, to select from. */
  jsonRows: <Column extends string>(
    list: unknown,
    columns: readonly Column[],
  ) => AliasedRawBuilder<Record<Column, string>, "listed">;
  /** Keeps the rows read from being deleted or changed until the transaction ends. SQLite has one writer and needs no word for it. */
  lock: (mode: LockMode) => RawBuilder<unknown>;
};

export interface Statement<Parameters, Row> {
  all(on: Queryable, parameters: Parameters): Promise<Row[]>;
  /** The first row, or null. */
  first(on: Queryable, parameters: Parameters): Promise<Row | null>;
  /** Runs a statement that gives no rows; the number of rows that it changed. */
  run(on: Queryable, parameters: Parameters): Promise<number>;
  compile(dialect: Dialect): CompiledQuery;
}

const compilers: Record<Dialect, Kysely<Schema>> = {
  sqlite: new Kysely<Schema>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  }),
  postgres: new Kysely<Schema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  }),
};

/** `statement<{ id: number }>()((p, { db }) => db.selectFrom("blobs").selectAll().where("id", "=", p.id))`. */
export function statement<Parameters extends object = Record<never, never>>() {
  return <Row>(build: (p: Parameters, with_: StatementBuilder) => Compilable<Row>): Statement<Parameters, Row> => {
    const compiled: Partial<Record<Dialect, CompiledQuery>> = {};
    const compile = (dialect: Dialect) => (compiled[dialect] ??= compileFor(dialect, build));
    const execute = (on: Queryable, parameters: Parameters) => on.execute<Row>(bind(compile(on.dialect), parameters));
    return {
      all: async (on, parameters) => (await execute(on, parameters)).rows,
      first: async (on, parameters) => (await execute(on, parameters)).rows[0] ?? null,
      run: async (on, parameters) => (await execute(on, parameters)).affected,
      compile,
    };
  };
}

function compileFor<Parameters extends object, Row>(
  dialect: Dialect,
  build: (p: Parameters, with_: StatementBuilder) => Compilable<Row>,
): CompiledQuery {
  // Whatever name is asked for, there is a stand-in of that name: the types promise that a value will follow.
  const parameters = new Proxy({}, { get: (_, name) => new Parameter(String(name)) }) as Parameters;
  return build(parameters, {
    db: compilers[dialect],
    dialect,
    inList: (column, list) =>
      dialect === "sqlite"
        ? sql`${sql.ref(column)} in (select value from json_each(${list}))`
        : sql`${sql.ref(column)} in (select value from json_array_elements_text(${list}::json) as value)`,
    jsonRows: (list, columns) => {
      const members = columns.map((name) =>
        dialect === "sqlite"
          ? sql`value ->> ${sql.lit(`$.${name}`)} as ${sql.ref(name)}`
          : sql`value ->> ${sql.lit(name)} as ${sql.ref(name)}`,
      );
      const rows = dialect === "sqlite" ? sql`json_each(${list})` : sql`json_array_elements(${list}::json) as value`;
      return sql<Record<(typeof columns)[number], string>>`(select ${sql.join(members)} from ${rows})`.as("listed");
    },
    lock: (mode) => (dialect === "sqlite" ? sql`` : sql`for ${sql.raw(mode)}`),
  }).compile();
}

function bind(query: CompiledQuery, parameters: object): CompiledQuery {
  // Every stand-in's name was read from an object of this type.
  const values = parameters as Record<string, unknown>;
  return {
    ...query,
    parameters: query.parameters.map((it) => (it instanceof Parameter ? (values[it.name] ?? null) : it)),
  };
}
