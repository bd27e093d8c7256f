/** Runs of background work, how the storage grew, and what a repository links: for what it stores, and what goes with it. */
import { sql, type Kysely } from "kysely";
import type { Dialect } from "../database.ts";

export function usage(dialect: Dialect) {
  const lastingId =
    dialect === "sqlite"
      ? sql`integer primary key autoincrement`
      : sql`bigint generated always as identity primary key`;
  const integer = dialect === "sqlite" ? sql`integer` : sql`bigint`;
  const keyed = dialect === "sqlite" ? sql` without rowid` : sql``;

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const statements = [
        sql`create index repository_blobs_repository on repository_blobs (repository_id, blob_id)`,
        sql`create table job_runs (
          id ${lastingId},
          kind text not null,
          node text not null,
          started_by text,
          began_at ${integer} not null,
          seen_at ${integer} not null,
          ended_at ${integer},
          outcome text not null check (outcome in ('running', 'done', 'failed', 'interrupted')),
          error text,
          summary text not null,
          log text not null
        )`,
        sql`create index job_runs_kind on job_runs (kind, id)`,
        sql`create index job_runs_outcome on job_runs (outcome, id)`,
        sql`create index job_runs_began on job_runs (began_at)`,
        sql`create table storage_growth (
          at ${integer} not null primary key,
          stored_bytes ${integer} not null,
          logical_bytes ${integer} not null,
          manifest_bytes ${integer} not null,
          condemned_bytes ${integer} not null,
          blobs ${integer} not null,
          manifests ${integer} not null,
          repositories ${integer} not null,
          free_bytes ${integer}
        )${keyed}`,
      ];
      for (const statement of statements) await statement.execute(db);
    },
  };
}
