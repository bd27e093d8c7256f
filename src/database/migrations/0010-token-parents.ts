/** Which token a token was made with: it ends with that one. */
import { sql, type Kysely } from "kysely";
import type { Dialect } from "../database.ts";

export function tokenParents(dialect: Dialect) {
  const integer = dialect === "sqlite" ? sql`integer` : sql`bigint`;

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const statements = [
        sql`alter table tokens add column parent_id ${integer} references tokens (id) on delete cascade`,
        sql`create index tokens_parent on tokens (parent_id) where parent_id is not null`,
      ];
      for (const statement of statements) await statement.execute(db);
    },
  };
}
