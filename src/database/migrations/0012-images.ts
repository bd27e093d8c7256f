/** What pages show of manifests without reading them again, and how often each was pulled. */
import { sql, type Kysely } from "kysely";
import type { Dialect } from "../database.ts";

export function images(dialect: Dialect) {
  const integer = dialect === "sqlite" ? sql`integer` : sql`bigint`;
  const keyed = dialect === "sqlite" ? sql` without rowid` : sql``;

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const statements = [
        sql`create table manifest_facts (
          manifest_id ${integer} primary key references manifests (id) on delete cascade,
          version ${integer} not null,
          kind text not null,
          size_bytes ${integer} not null,
          platforms text not null,
          is_complete ${integer} not null,
          computed_at ${integer} not null
        )`,
        sql`create table manifest_pulls (
          manifest_id ${integer} primary key references manifests (id) on delete cascade,
          pulls ${integer} not null,
          last_at ${integer} not null
        )`,
        sql`create table pull_counts (
          repository_id ${integer} not null references repositories (id) on delete cascade,
          unit text not null check (unit in ('hour', 'day')),
          at ${integer} not null,
          pulls ${integer} not null,
          primary key (repository_id, unit, at)
        )${keyed}`,
        sql`create index tags_recent on tags (repository_id, from_at, name) where to_at is null`,
      ];
      for (const statement of statements) await statement.execute(db);
    },
  };
}
