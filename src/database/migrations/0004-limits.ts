/** What plans limit: bytes stored by namespace, pulls by source. */
import { sql, type Kysely } from "kysely";
import type { Dialect } from "../database.ts";

export function limits(dialect: Dialect) {
  const name = dialect === "sqlite" ? sql`text` : sql`text collate "C"`;
  const integer = dialect === "sqlite" ? sql`integer` : sql`bigint`;
  const keyed = dialect === "sqlite" ? sql` without rowid` : sql``;

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const statements = [
        sql`create table usage_counters (
          namespace_id ${integer} not null references namespaces (id) on delete cascade,
          shard ${integer} not null,
          bytes ${integer} not null,
          corrections ${integer} not null default 0,
          primary key (namespace_id, shard)
        )${keyed}`,
        sql`create table pull_windows (source ${name} primary key, pulls ${integer} not null, ends_at ${integer} not null)${keyed}`,
        sql`create index pull_windows_ends on pull_windows (ends_at)`,
      ];
      for (const statement of statements) await statement.execute(db);
    },
  };
}
