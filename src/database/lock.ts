/**
 * Locks on names, for rules that no single row can guard: on PostgreSQL, a reader that waited for a row sees that row
 * anew but not the one that took its place. SQLite's writers come one after the other anyway.
 */
import { sql } from "kysely";
import { statement } from "./statement.ts";
import type { Transaction } from "./database.ts";

const lockKey = statement<{ key: string }>()((p, { db }) =>
  db.selectNoFrom(sql`pg_advisory_xact_lock(hashtextextended(${p.key}, 0))`.as("locked")),
);

/** Waits until no other transaction holds the name, and holds it until this one ends. */
export async function lockName(trx: Transaction, key: string): Promise<void> {
  if (trx.dialect === "postgres") await lockKey.all(trx, { key });
}
