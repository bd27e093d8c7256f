/** The registry's content: namespaces, repositories, blobs, manifests, tags, upload sessions. */
import { sql, type Kysely } from "kysely";
import type { Dialect } from "../database.ts";

export function content(dialect: Dialect) {
  const identity = sql`bigint generated always as identity primary key`;
  const id = dialect === "sqlite" ? sql`integer primary key` : identity;
  // Tokens and links name repositories by id: one is never used twice.
  const lastingId = dialect === "sqlite" ? sql`integer primary key autoincrement` : identity;
  // Sorted and paged by byte value on both, whatever the locale of the server.
  const name = dialect === "sqlite" ? sql`text` : sql`text collate "C"`;
  const integer = dialect === "sqlite" ? sql`integer` : sql`bigint`;
  const bytes = dialect === "sqlite" ? sql`blob` : sql`bytea`;
  const keyed = dialect === "sqlite" ? sql` without rowid` : sql``;

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const statements = [
        sql`create table namespaces (id ${lastingId}, name ${name} not null unique, created_at ${integer} not null)`,
        sql`create table repositories (
          id ${lastingId},
          namespace_id ${integer} not null references namespaces (id),
          name ${name} not null unique,
          created_at ${integer} not null
        )`,
        sql`create table blobs (
          id ${id},
          digest ${name} not null,
          size_bytes ${integer} not null,
          state text not null check (state in ('live', 'damaged', 'deleting')),
          created_at ${integer} not null,
          verified_at ${integer} not null,
          condemned_at ${integer},
          storage_key text,
          content ${bytes},
          check ((storage_key is null) <> (content is null))
        )`,
        sql`create unique index blobs_digest on blobs (digest) where state <> 'deleting'`,
        sql`create unique index blobs_storage_key on blobs (storage_key) where storage_key is not null`,
        sql`create index blobs_damaged on blobs (id) where state = 'damaged'`,
        sql`create index blobs_deleting on blobs (id) where state = 'deleting'`,
        sql`create index blobs_condemned on blobs (condemned_at) where condemned_at is not null`,
        sql`create index blobs_verified on blobs (verified_at) where storage_key is not null`,
        sql`create table repository_blobs (
          blob_id ${integer} not null references blobs (id),
          repository_id ${integer} not null references repositories (id),
          created_at ${integer} not null,
          kept_until ${integer},
          primary key (blob_id, repository_id)
        )${keyed}`,
        sql`create index repository_blobs_due on repository_blobs (kept_until) where kept_until is not null`,
        sql`create table manifests (
          id ${id},
          repository_id ${integer} not null references repositories (id),
          digest ${name} not null,
          media_type text not null,
          artifact_type text,
          config_digest text,
          subject_digest ${name},
          annotations text,
          size_bytes ${integer} not null,
          created_at ${integer} not null,
          deleted_at ${integer},
          deleted_by text,
          content ${bytes} not null,
          unique (repository_id, digest)
        )`,
        sql`create index manifests_subject on manifests (repository_id, subject_digest, digest) where subject_digest is not null and deleted_at is null`,
        sql`create index manifests_subject_type on manifests (repository_id, subject_digest, artifact_type, digest) where subject_digest is not null and deleted_at is null`,
        sql`create index manifests_deleted on manifests (deleted_at, id) where deleted_at is not null`,
        sql`create index manifests_deleted_here on manifests (repository_id, deleted_at, id) where deleted_at is not null`,
        sql`create table manifest_references (
          manifest_id ${integer} not null references manifests (id) on delete cascade,
          digest ${name} not null,
          repository_id ${integer} not null,
          kind text not null check (kind in ('config', 'layer', 'manifest')),
          primary key (manifest_id, digest)
        )${keyed}`,
        sql`create index manifest_references_digest on manifest_references (repository_id, digest)`,
        sql`create table tags (
          repository_id ${integer} not null references repositories (id),
          name ${name} not null,
          revision ${integer} not null,
          digest ${name} not null,
          from_at ${integer} not null,
          to_at ${integer},
          actor text not null,
          deleted_at ${integer},
          deleted_by text,
          primary key (repository_id, name, revision)
        )`,
        sql`create index tags_deleted on tags (deleted_at, repository_id, name) where deleted_at is not null`,
        sql`create index tags_deleted_here on tags (repository_id, deleted_at, name) where deleted_at is not null`,
        sql`create index tags_ended on tags (to_at) where to_at is not null`,
        sql`create unique index tags_current on tags (repository_id, name) where to_at is null`,
        sql`create index tags_digest on tags (repository_id, digest) where to_at is null`,
        sql`create table upload_sessions (
          id text primary key,
          repository_name ${name} not null,
          principal text not null,
          algorithm text not null,
          offset_bytes ${integer} not null,
          storage_key text,
          created_at ${integer} not null,
          updated_at ${integer} not null,
          content ${bytes}
        )`,
        sql`create index upload_sessions_updated on upload_sessions (updated_at)`,
        sql`create index upload_sessions_principal on upload_sessions (principal)`,
        sql`create index upload_sessions_storage_key on upload_sessions (storage_key) where storage_key is not null`,
        // While one stands, no stored bytes are deleted: a backup copies what it has listed.
        sql`create table holds (id text primary key, reason text not null, expires_at ${integer} not null)`,
        sql`create table scrub_rounds (id text primary key, began_at ${integer} not null, up_to ${integer} not null)`,
      ];
      for (const statement of statements) await statement.execute(db);
    },
  };
}
