/** What was done by whom, and the pulls of the running hour. */
import { sql, type Kysely } from "kysely";
import type { Dialect } from "../database.ts";

export function audit(dialect: Dialect) {
  const lastingId =
    dialect === "sqlite"
      ? sql`integer primary key autoincrement`
      : sql`bigint generated always as identity primary key`;
  const name = dialect === "sqlite" ? sql`text` : sql`text collate "C"`;
  const integer = dialect === "sqlite" ? sql`integer` : sql`bigint`;
  const keyed = dialect === "sqlite" ? sql` without rowid` : sql``;

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const statements = [
        // It refers to nothing: what it speaks of may be gone, and goes on being spoken of.
        sql`create table audit_events (
          id ${lastingId},
          at ${integer} not null,
          actor_id ${integer},
          actor_name ${name} not null,
          actor_kind text not null,
          credential text,
          action ${name} not null,
          target_kind text not null,
          target_id text,
          target_name ${name} not null,
          namespace_id ${integer},
          address text,
          agent text,
          request_id text,
          outcome text not null check (outcome in ('allowed', 'denied', 'failed')),
          reason text,
          old_values text,
          new_values text,
          occurrences ${integer} not null
        )`,
        sql`create index audit_events_at on audit_events (at, id)`,
        sql`create index audit_events_actor on audit_events (actor_name, at, id)`,
        sql`create index audit_events_action on audit_events (action, at, id)`,
        sql`create index audit_events_target on audit_events (target_name, at, id)`,
        sql`create index audit_events_namespace on audit_events (namespace_id, at, id) where namespace_id is not null`,
        sql`create table audit_pulls (
          hour ${integer} not null,
          actor_key ${name} not null,
          repository_name ${name} not null,
          repository_id ${integer},
          actor_id ${integer},
          actor_name text not null,
          actor_kind text not null,
          pulls ${integer} not null,
          primary key (hour, actor_key, repository_name)
        )${keyed}`,
      ];
      for (const statement of statements) await statement.execute(db);
    },
  };
}
