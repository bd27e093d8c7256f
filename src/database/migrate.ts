/** Brings a database to this version's schema: all missing migrations in one transaction, or none of them. */
import { Kysely, type Dialect as KyselyDialect } from "kysely";
import { Migrator } from "kysely/migration";
import type { Dialect } from "./database.ts";
import { migrations } from "./migrations/migrations.ts";

/** Throws when a migration fails, or when the database was made by a newer version. */
export async function migrate(dialect: Dialect, kyselyDialect: KyselyDialect): Promise<void> {
  const db = new Kysely<unknown>({ dialect: kyselyDialect });
  try {
    const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations(dialect)) } });
    const { error } = await migrator.migrateToLatest();
    if (!error) return;
    const message = error instanceof Error ? error.message : JSON.stringify(error);
    if (!message.includes("corrupted migrations")) throw error;
    throw new Error(`the database was made by another, probably newer, version of Berth: ${message}`, { cause: error });
  } finally {
    await db.destroy();
  }
}
