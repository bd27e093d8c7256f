/** Ids that the database gives: after rows were inserted with ids of their own, PostgreSQL has to be told. */
import { sql } from "kysely";
import type { Transaction } from "./database.ts";
import { statement } from "./statement.ts";

const TABLES = [
  "namespaces",
  "repositories",
  "blobs",
  "manifests",
  "accounts",
  "passkeys",
  "tokens",
  "teams",
  "invitations",
  "grants",
  "trust_rules",
  "audit_events",
] as const;

const move = TABLES.map((table) =>
  statement()((_, { db }) => {
    const next = sql`coalesce((select max(id) from ${sql.table(table)}), 0) + 1`;
    return db.selectNoFrom(sql`setval(pg_get_serial_sequence(${sql.lit(table)}, 'id'), ${next}, false)`.as("next"));
  }),
);

/** New rows get ids behind those that are there. SQLite sees to it by itself. */
export async function continueIds(trx: Transaction): Promise<void> {
  if (trx.dialect === "sqlite") return;
  for (const statement of move) await statement.all(trx, {});
}
