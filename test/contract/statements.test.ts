// Every statement of every `queries.ts` and `queries/`, on both databases: it runs, it is found through an index, and its SQL is the
// one that was reviewed (`src/database/statements.sql`; UPDATE_GOLDEN=1 writes that file anew).

import { Database as Connection, type SQLQueryBindings } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Database, Dialect } from "../../src/database/database.ts";
import { openPostgres } from "../../src/database/drivers/postgres.ts";
import { openSqlite } from "../../src/database/drivers/sqlite.ts";
import type { Statement } from "../../src/database/statement.ts";
import * as access from "./samples/access.ts";
import * as accounts from "./samples/accounts.ts";
import * as archiveAccess from "./samples/archive-access.ts";
import * as audit from "./samples/audit.ts";
import * as content from "./samples/content.ts";
import * as namespaces from "./samples/namespaces.ts";
import * as sources from "./samples/sources.ts";
import * as repositories from "./samples/repositories.ts";
import * as factors from "./samples/factors.ts";
import * as images from "./samples/images.ts";
import * as layers from "./samples/layers.ts";
import * as limits from "./samples/limits.ts";
import * as usage from "./samples/usage.ts";
import * as search from "./samples/search.ts";
import { lackingPostgres, queryPostgres, startPostgres, type Postgres } from "../support/postgres.ts";
import { describeUnless } from "./support.ts";

const ROOT = resolve(import.meta.dir, "../..");
const GOLDEN = join(ROOT, "src/database/statements.sql");
const SAMPLES: Record<string, unknown> = {
  ...namespaces.SAMPLES,
  ...accounts.SAMPLES,
  ...audit.SAMPLES,
  ...content.SAMPLES,
  ...access.SAMPLES,
  ...factors.SAMPLES,
  ...images.SAMPLES,
  ...layers.SAMPLES,
  ...limits.SAMPLES,
  ...usage.SAMPLES,
  ...repositories.SAMPLES,
  ...search.SAMPLES,
  ...sources.SAMPLES,
};
const OWN_SAMPLES: Record<string, Record<string, unknown>> = {
  ...namespaces.OWN_SAMPLES,
  ...accounts.OWN_SAMPLES,
  ...content.OWN_SAMPLES,
  ...audit.OWN_SAMPLES,
  ...access.OWN_SAMPLES,
  ...factors.OWN_SAMPLES,
  ...images.OWN_SAMPLES,
  ...layers.OWN_SAMPLES,
  ...limits.OWN_SAMPLES,
  ...usage.OWN_SAMPLES,
  ...archiveAccess.OWN_SAMPLES,
  ...repositories.OWN_SAMPLES,
  ...search.OWN_SAMPLES,
  ...sources.OWN_SAMPLES,
};

/** Plans with a scan that is meant, by statement, and why. */
const ALLOWED_SCANS: Record<string, { plan: RegExp; reason: string }> = {
  checkIntegrity: { plan: /^SCAN found VIRTUAL TABLE/, reason: "what it reads is the whole file; see its caller" },
  checkForeignKeys: { plan: /^SCAN found VIRTUAL TABLE/, reason: "as checkIntegrity" },
  lockAdministrators: {
    plan: /^SCAN accounts USING INDEX accounts_administrators$/,
    reason: "an index of the administrators alone, all of them wanted",
  },
  findLastManifest: { plan: /^SCAN manifests$/, reason: "from the end, and of one row" },
  endStaleIndexes: {
    plan: /^SCAN layer_indexes USING INDEX layer_indexes_begun$/,
    reason: "an index of those under way alone, all of them wanted, once at a start",
  },
  listSigningKeys: {
    plan: /^SCAN signing_keys$/,
    reason: "the two or three keys of the last month, all of them wanted",
  },
  countPrivateRepositories: {
    plan: /^SCAN some$/,
    reason: "as countSessions",
  },
  addManifestPulls: {
    plan: /^SCAN used$/,
    reason: "the manifest and the indexes that name it, which its inner query has already found",
  },
  countMembers: { plan: /^SCAN some$/, reason: "as countSessions" },
  countOrganisations: { plan: /^SCAN some$/, reason: "as countSessions" },
  countRepositories: { plan: /^SCAN some$/, reason: "as countSessions" },
  listOthersWithBlob: { plan: /^SCAN linked$/, reason: "as countSessions" },
  listLinks: { plan: /^SCAN naming$/, reason: "as countSessions" },
  listBlobsOfManifest: { plan: /^SCAN naming$/, reason: "as countSessions" },
  countSessions: { plan: /^SCAN some$/, reason: "the rows that its inner query has already found, at most the limit" },
};

/** `json_each` is the statement's own list of values; the search's index is asked for its words, which SQLite calls so too. */
const LIST_SCAN = /^SCAN (?:json_each VIRTUAL TABLE|search_index VIRTUAL TABLE INDEX (?:\d+:M\d|0:=))/;

type Named = { file: string; name: string; statement: Statement<object, unknown> };

function isStatement(value: unknown): value is Statement<object, unknown> {
  return typeof value === "object" && value !== null && "compile" in value && "all" in value && "first" in value;
}

async function findStatements(): Promise<Named[]> {
  const found: Named[] = [];
  const files = ["src/*/queries.ts", "src/*/queries/*.ts"].flatMap((it) => [
    ...new Bun.Glob(it).scanSync({ cwd: ROOT }),
  ]);
  // Repositories, accounts and teams come first: what others store belongs to them.
  const first = ["src/repositories/", "src/accounts/queries.ts", "src/accounts/queries/teams.ts"];
  const rank = (file: string) => (first.findIndex((it) => file.startsWith(it)) + first.length + 1) % (first.length + 1);
  for (const file of files.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))) {
    const exported = (await import(join(ROOT, file))) as Record<string, unknown>;
    const source = await Bun.file(join(ROOT, file)).text();
    const names = Object.keys(exported).sort((a, b) => source.indexOf(`const ${a} `) - source.indexOf(`const ${b} `));
    for (const name of names) {
      const statement = exported[name];
      if (isStatement(statement)) found.push({ file, name, statement });
    }
  }
  return found;
}

const statements = await findStatements();

function parametersOf({ name, statement }: Named, dialect: Dialect): unknown[] {
  return statement.compile(dialect).parameters.map((parameter) => {
    // Stand-ins carry the name of the parameter; anything else is a value that is part of the statement.
    if (typeof parameter !== "object" || parameter === null || !("name" in parameter)) return parameter;
    const key = String(parameter.name);
    const own = OWN_SAMPLES[name] ?? {};
    if (key in own) return own[key];
    if (!(key in SAMPLES)) throw new Error(`${name} has the parameter ${key}: give it a sample value`);
    return SAMPLES[key];
  });
}

/** Writes first, in the order of the files, then reads, and what deletes last. */
function inRunningOrder(): Named[] {
  const rank = (name: string) => (/^(insert|save|link)/.test(name) ? 0 : /^(delete|unlink|end)/.test(name) ? 2 : 1);
  return statements
    .map((it, index) => ({ it, index }))
    .sort((a, b) => rank(a.it.name) - rank(b.it.name) || a.index - b.index)
    .map(({ it }) => it);
}

async function runAll(database: Database): Promise<void> {
  for (const named of inRunningOrder()) {
    const values = { ...SAMPLES, ...OWN_SAMPLES[named.name] };
    try {
      await database.write((trx) => named.statement.all(trx, values));
    } catch (error) {
      throw new Error(`${named.file} ${named.name} failed on ${database.dialect}`, { cause: error });
    }
  }
}

test("statements were found", () => {
  expect(statements.length).toBeGreaterThan(30);
});

/** A line a clause. */
function layOut(sql: string): string {
  return sql
    .replaceAll(
      / (from|inner join|where|and|order by|limit|values|on conflict|returning|set|for (?:update|key share)) /g,
      "\n  $1 ",
    )
    .replace(/ (for update|for key share|returning "id")$/, "\n  $1")
    .trimEnd();
}

/** How SQLite would run it, a step a line. */
function planOf(path: string, named: Named): string[] {
  const connection = new Connection(path);
  try {
    // Samples are texts, numbers, bytes and null.
    const values = parametersOf(named, "sqlite") as SQLQueryBindings[];
    const query = `explain query plan ${named.statement.compile("sqlite").sql}`;
    const rows = connection.query<{ detail: string }, SQLQueryBindings[]>(query).all(...values);
    return rows.map((row) => row.detail);
  } finally {
    connection.close();
  }
}

describe("SQLite", () => {
  let directory: string;
  let path: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "berth-statements-"));
    path = join(directory, "berth.db");
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test("every statement runs", async () => {
    const database = await openSqlite({ path, onSyncFailure: () => undefined });
    try {
      await runAll(database);
    } finally {
      await database.close();
    }
  });

  test("SQL and plans are those that were reviewed", async () => {
    const parts = statements.map((named) => {
      const [sqlite, postgres] = (["sqlite", "postgres"] as const).map((dialect) =>
        layOut(named.statement.compile(dialect).sql),
      );
      const plan = planOf(path, named).map((step) => `--   ${step}\n`);
      const heading = `-- ${named.file}: ${named.name}\n${plan.join("")}`;
      return `${heading}-- SQLite\n${sqlite};\n-- PostgreSQL\n${postgres};\n`;
    });
    const text = parts.join("\n");
    if (process.env["UPDATE_GOLDEN"] === "1") await Bun.write(GOLDEN, text);
    expect(text).toBe(await Bun.file(GOLDEN).text());
  });

  test("no statement walks through a table", () => {
    const walks = statements.flatMap((named) => {
      const scans = planOf(path, named).filter((step) => step.startsWith("SCAN") && !LIST_SCAN.test(step));
      const unexpected = scans.filter((step) => !ALLOWED_SCANS[named.name]?.plan.test(step));
      return unexpected.map((step) => `${named.name}: ${step}`);
    });
    expect(walks).toEqual([]);
    const known = new Set(statements.map((it) => it.name));
    expect(Object.keys(ALLOWED_SCANS).filter((name) => !known.has(name))).toEqual([]);
  });

  test("no list is sorted after it was read", () => {
    const sorts = statements.filter((named) => planOf(path, named).some((step) => step.includes("TEMP B-TREE")));
    expect(sorts.map((it) => it.name)).toEqual([]);
  });
});

describeUnless("PostgreSQL", lackingPostgres(), () => {
  let server: Postgres;
  let url: string;
  beforeAll(async () => {
    server = await startPostgres();
    url = await server.createDatabase();
  });
  afterAll(async () => {
    await server?.stop();
  });

  test("every statement runs", async () => {
    const database = await openPostgres({ url, poolSize: 2, onIdleError: () => undefined });
    try {
      await runAll(database);
    } finally {
      await database.close();
    }
  });

  test("no statement walks through a table", async () => {
    const walks: string[] = [];
    for (const named of statements) {
      const sql = `explain ${named.statement.compile("postgres").sql}`;
      const rows = await queryPostgres(url, sql, parametersOf(named, "postgres"), ["set enable_seqscan = off"]);
      const plan = rows.map((row) => String(row["QUERY PLAN"]));
      walks.push(...plan.filter((it) => it.includes("Seq Scan")).map((it) => `${named.name}: ${it.trim()}`));
    }
    expect(walks).toEqual([]);
  });
});
