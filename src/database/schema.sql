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
  state text not null check (state in ('live', 'damaged', 'condemned', 'deleting')),
  created_at integer not null,
  storage_key text,
  content blob,
  check ((storage_key is null) <> (content is null))
);

CREATE UNIQUE INDEX blobs_digest on blobs (digest) where state <> 'deleting';

CREATE INDEX blobs_damaged on blobs (id) where state = 'damaged';

CREATE TABLE repository_blobs (
  blob_id integer not null references blobs (id),
  repository_id integer not null references repositories (id),
  created_at integer not null,
  primary key (blob_id, repository_id)
) without rowid;

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
  content blob not null,
  unique (repository_id, digest)
);

CREATE INDEX manifests_subject on manifests (repository_id, subject_digest, digest) where subject_digest is not null;

CREATE INDEX manifests_subject_type on manifests (repository_id, subject_digest, artifact_type, digest) where subject_digest is not null;

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
  primary key (repository_id, name, revision)
);

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
