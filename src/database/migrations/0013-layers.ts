/** Indexes of the files in layers, one a blob: made from it, and gone with it. */
import { sql, type Kysely } from "kysely";
import type { Dialect } from "../database.ts";

export function layers(dialect: Dialect) {
  const integer = dialect === "sqlite" ? sql`integer` : sql`bigint`;
  const bytes = dialect === "sqlite" ? sql`blob` : sql`bytea`;

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const statements = [
        sql`create table layer_indexes (
          blob_id ${integer} primary key references blobs (id) on delete cascade,
          state text not null check (state in ('indexing', 'failed', 'ready', 'parked', 'unsupported')),
          version ${integer} not null,
          attempts ${integer} not null,
          began_at ${integer} not null,
          entries ${integer},
          uncompressed_bytes ${integer},
          reason text,
          storage_key text,
          content ${bytes},
          check ((state = 'ready') = ((storage_key is null) <> (content is null)))
        )`,
        sql`create unique index layer_indexes_storage_key on layer_indexes (storage_key) where storage_key is not null`,
        sql`create index layer_indexes_begun on layer_indexes (blob_id) where state = 'indexing'`,
      ];
      for (const statement of statements) await statement.execute(db);
    },
  };
}
