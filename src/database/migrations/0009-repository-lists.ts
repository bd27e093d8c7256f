/**
 * The orders in which repositories are listed. One that has no content yet counts as pushed when it was made. Names part
 * those that are equal: of two bounds on a pair of columns SQLite uses the first alone where the second is the row's id.
 */
import { sql, type Kysely } from "kysely";

export function repositoryLists() {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const statements = [
        sql`update repositories set pushed_at = created_at where pushed_at is null`,
        sql`create index repositories_pushed on repositories (pushed_at, name)`,
        sql`create index repositories_stars on repositories (star_count, name)`,
        sql`create index repositories_pulls on repositories (pull_count, name)`,
      ];
      for (const statement of statements) await statement.execute(db);
    },
  };
}
