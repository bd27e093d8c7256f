/** From where accounts were signed in to: a browser on a system, and the beginning of its address. */
import { sql, type Kysely } from "kysely";
import type { Dialect } from "../database.ts";

export function signInPlaces(dialect: Dialect) {
  const name = dialect === "sqlite" ? sql`text` : sql`text collate "C"`;
  const integer = dialect === "sqlite" ? sql`integer` : sql`bigint`;
  const keyed = dialect === "sqlite" ? sql` without rowid` : sql``;

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const statements = [
        sql`create table sign_in_places (account_id ${integer} not null references accounts (id) on delete cascade, place ${name} not null, last_at ${integer} not null, primary key (account_id, place))${keyed}`,
        sql`create index sign_in_places_last on sign_in_places (account_id, last_at)`,
      ];
      for (const statement of statements) await statement.execute(db);
    },
  };
}
