CREATE TABLE namespaces (id integer primary key autoincrement, name text not null unique, created_at integer not null);

CREATE TABLE repositories (
  id integer primary key autoincrement,
  namespace_id integer not null references namespaces (id),
  name text not null unique,
  created_at integer not null
);

CREATE TABLE blobs (
  id integer primary key,
  digest text not null,
  size_bytes integer not null,
  state text not null check (state in ('live', 'damaged', 'deleting')),
  created_at integer not null,
  verified_at integer not null,
  condemned_at integer,
  storage_key text,
  content blob,
  check ((storage_key is null) <> (content is null))
);

CREATE UNIQUE INDEX blobs_digest on blobs (digest) where state <> 'deleting';

CREATE UNIQUE INDEX blobs_storage_key on blobs (storage_key) where storage_key is not null;

CREATE INDEX blobs_damaged on blobs (id) where state = 'damaged';

CREATE INDEX blobs_deleting on blobs (id) where state = 'deleting';

CREATE INDEX blobs_condemned on blobs (condemned_at) where condemned_at is not null;

CREATE INDEX blobs_verified on blobs (verified_at) where storage_key is not null;

CREATE TABLE repository_blobs (
  blob_id integer not null references blobs (id),
  repository_id integer not null references repositories (id),
  created_at integer not null,
  kept_until integer,
  primary key (blob_id, repository_id)
) without rowid;

CREATE INDEX repository_blobs_due on repository_blobs (kept_until) where kept_until is not null;

CREATE TABLE manifests (
  id integer primary key,
  repository_id integer not null references repositories (id),
  digest text not null,
  media_type text not null,
  artifact_type text,
  config_digest text,
  subject_digest text,
  annotations text,
  size_bytes integer not null,
  created_at integer not null,
  deleted_at integer,
  deleted_by text,
  content blob not null,
  unique (repository_id, digest)
);

CREATE INDEX manifests_subject on manifests (repository_id, subject_digest, digest) where subject_digest is not null and deleted_at is null;

CREATE INDEX manifests_subject_type on manifests (repository_id, subject_digest, artifact_type, digest) where subject_digest is not null and deleted_at is null;

CREATE INDEX manifests_deleted on manifests (deleted_at, id) where deleted_at is not null;

CREATE INDEX manifests_deleted_here on manifests (repository_id, deleted_at, id) where deleted_at is not null;

CREATE TABLE manifest_references (
  manifest_id integer not null references manifests (id) on delete cascade,
  digest text not null,
  repository_id integer not null,
  kind text not null check (kind in ('config', 'layer', 'manifest')),
  primary key (manifest_id, digest)
) without rowid;

CREATE INDEX manifest_references_digest on manifest_references (repository_id, digest);

CREATE TABLE tags (
  repository_id integer not null references repositories (id),
  name text not null,
  revision integer not null,
  digest text not null,
  from_at integer not null,
  to_at integer,
  actor text not null,
  deleted_at integer,
  deleted_by text,
  primary key (repository_id, name, revision)
);

CREATE INDEX tags_deleted on tags (deleted_at, repository_id, name) where deleted_at is not null;

CREATE INDEX tags_deleted_here on tags (repository_id, deleted_at, name) where deleted_at is not null;

CREATE INDEX tags_ended on tags (to_at) where to_at is not null;

CREATE UNIQUE INDEX tags_current on tags (repository_id, name) where to_at is null;

CREATE INDEX tags_digest on tags (repository_id, digest) where to_at is null;

CREATE TABLE upload_sessions (
  id text primary key,
  repository_name text not null,
  principal text not null,
  algorithm text not null,
  offset_bytes integer not null,
  storage_key text,
  created_at integer not null,
  updated_at integer not null,
  content blob
);

CREATE INDEX upload_sessions_updated on upload_sessions (updated_at);

CREATE INDEX upload_sessions_principal on upload_sessions (principal);

CREATE INDEX upload_sessions_storage_key on upload_sessions (storage_key) where storage_key is not null;

CREATE TABLE holds (id text primary key, reason text not null, expires_at integer not null);

CREATE TABLE scrub_rounds (id text primary key, began_at integer not null, up_to integer not null);
