CREATE TABLE namespaces (id integer primary key autoincrement, name text not null unique, created_at integer not null, kind text not null default 'organisation', account_id integer, display_name text not null default '', description text not null default '', default_visibility text not null default 'private', creates_on_push integer not null default 1, members_role text, is_verified_publisher integer not null default 0, plan text, deleted_at integer, deleted_by text);

CREATE TABLE repositories (
  id integer primary key autoincrement,
  namespace_id integer not null references namespaces (id),
  name text not null unique,
  created_at integer not null
, visibility text not null default 'private', description text not null default '', readme text not null default '', is_official integer not null default 0, star_count integer not null default 0, pull_count integer not null default 0, pushed_at integer, deleted_at integer, deleted_by text);

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

CREATE TABLE accounts (
  id integer primary key autoincrement,
  kind text not null check (kind in ('person', 'robot')),
  name text not null unique,
  display_name text not null default '',
  email text,
  email_verified_at integer,
  system_role text not null default 'none' check (system_role in ('none', 'auditor', 'administrator')),
  disabled_at integer,
  description text not null default '',
  namespace_id integer references namespaces (id) on delete cascade,
  repository_id integer references repositories (id) on delete cascade,
  plan text,
  created_at integer not null,
  last_login_at integer,
  check ((kind = 'robot') = (namespace_id is not null))
);

CREATE UNIQUE INDEX accounts_email on accounts (email) where email_verified_at is not null;

CREATE INDEX accounts_robots on accounts (namespace_id, name) where namespace_id is not null;

CREATE INDEX accounts_of_repository on accounts (repository_id) where repository_id is not null;

CREATE INDEX accounts_administrators on accounts (id) where system_role = 'administrator';

CREATE TABLE passwords (account_id integer primary key references accounts (id) on delete cascade, hash text not null, changed_at integer not null);

CREATE TABLE identities (
  source text not null,
  subject text not null,
  account_id integer not null references accounts (id) on delete cascade,
  login text not null,
  created_at integer not null,
  last_used_at integer not null,
  primary key (source, subject)
) without rowid;

CREATE INDEX identities_account on identities (account_id);

CREATE TABLE totps (account_id integer primary key references accounts (id) on delete cascade, sealed_secret text not null, created_at integer not null, confirmed_at integer, last_step integer not null default 0);

CREATE TABLE passkeys (
  id integer primary key autoincrement,
  account_id integer not null references accounts (id) on delete cascade,
  credential_id text not null unique,
  public_key text not null,
  counter integer not null,
  transports text not null,
  name text not null,
  created_at integer not null,
  last_used_at integer
);

CREATE INDEX passkeys_account on passkeys (account_id);

CREATE TABLE backup_codes (account_id integer not null references accounts (id) on delete cascade, hash text not null, created_at integer not null, used_at integer, primary key (account_id, hash)) without rowid;

CREATE TABLE tokens (
  id integer primary key autoincrement,
  account_id integer not null references accounts (id) on delete cascade,
  kind text not null check (kind in ('personal', 'robot', 'refresh')),
  name text not null,
  hash text not null unique,
  hint text not null,
  scopes text,
  created_at integer not null,
  expires_at integer,
  last_used_at integer,
  last_used_address text
, parent_id integer references tokens (id) on delete cascade);

CREATE INDEX tokens_account on tokens (account_id, id);

CREATE INDEX tokens_expiry on tokens (expires_at) where expires_at is not null;

CREATE TABLE browser_sessions (
  id integer primary key autoincrement,
  hash text not null unique,
  account_id integer not null references accounts (id) on delete cascade,
  created_at integer not null,
  last_used_at integer not null,
  expires_at integer not null,
  address text not null,
  agent text not null,
  proven_at integer not null
);

CREATE INDEX browser_sessions_account on browser_sessions (account_id, id);

CREATE INDEX browser_sessions_expiry on browser_sessions (expires_at);

CREATE TABLE mailed_codes (
  hash text primary key,
  account_id integer not null references accounts (id) on delete cascade,
  purpose text not null check (purpose in ('verify', 'reset')),
  email text not null,
  expires_at integer not null
) without rowid;

CREATE INDEX mailed_codes_account on mailed_codes (account_id, purpose);

CREATE INDEX mailed_codes_expiry on mailed_codes (expires_at);

CREATE TABLE throttles (key text primary key, failures integer not null, began_at integer not null, last_at integer not null) without rowid;

CREATE INDEX throttles_last on throttles (last_at);

CREATE TABLE signing_keys (id text primary key, sealed_private_key text not null, public_key text not null, created_at integer not null) without rowid;

CREATE TABLE settings (key text primary key, value text not null) without rowid;

CREATE UNIQUE INDEX namespaces_account on namespaces (account_id) where account_id is not null;

CREATE INDEX namespaces_deleted on namespaces (deleted_at, id) where deleted_at is not null;

CREATE INDEX repositories_namespace on repositories (namespace_id, name);

CREATE INDEX repositories_deleted on repositories (deleted_at, id) where deleted_at is not null;

CREATE TABLE stars (account_id integer not null references accounts (id) on delete cascade, repository_id integer not null references repositories (id) on delete cascade, created_at integer not null, primary key (account_id, repository_id)) without rowid;

CREATE INDEX stars_repository on stars (repository_id, account_id);

CREATE TABLE former_names (
  name text primary key,
  namespace_id integer references namespaces (id) on delete cascade,
  repository_id integer references repositories (id) on delete cascade,
  renamed_at integer not null,
  check ((namespace_id is null) <> (repository_id is null))
) without rowid;

CREATE INDEX former_names_namespace on former_names (namespace_id) where namespace_id is not null;

CREATE INDEX former_names_repository on former_names (repository_id) where repository_id is not null;

CREATE TABLE members (namespace_id integer not null references namespaces (id) on delete cascade, account_id integer not null references accounts (id) on delete cascade, role text not null check (role in ('owner', 'member')), created_at integer not null, source text not null default '', primary key (namespace_id, account_id)) without rowid;

CREATE INDEX members_account on members (account_id, namespace_id);

CREATE TABLE teams (
  id integer primary key autoincrement,
  namespace_id integer not null references namespaces (id) on delete cascade,
  name text not null,
  description text not null default '',
  created_at integer not null,
  unique (namespace_id, name)
);

CREATE TABLE team_members (team_id integer not null references teams (id) on delete cascade, account_id integer not null references accounts (id) on delete cascade, source text not null default '', created_at integer not null, primary key (team_id, account_id, source)) without rowid;

CREATE INDEX team_members_account on team_members (account_id, team_id);

CREATE TABLE team_groups (team_id integer not null references teams (id) on delete cascade, source text not null, group_name text not null, primary key (source, group_name, team_id)) without rowid;

CREATE INDEX team_groups_team on team_groups (team_id);

CREATE TABLE invitations (
  id integer primary key autoincrement,
  hash text not null unique,
  namespace_id integer references namespaces (id) on delete cascade,
  team_id integer references teams (id) on delete set null,
  account_id integer references accounts (id) on delete cascade,
  email text,
  role text not null check (role in ('owner', 'member')),
  invited_by text not null,
  created_at integer not null,
  expires_at integer not null
);

CREATE INDEX invitations_namespace on invitations (namespace_id, id);

CREATE INDEX invitations_account on invitations (account_id) where account_id is not null;

CREATE INDEX invitations_expiry on invitations (expires_at);

CREATE TABLE grants (
  id integer primary key autoincrement,
  namespace_id integer not null references namespaces (id) on delete cascade,
  repository_id integer references repositories (id) on delete cascade,
  pattern text,
  account_id integer references accounts (id) on delete cascade,
  team_id integer references teams (id) on delete cascade,
  role text not null check (role in ('read', 'write', 'maintain', 'admin')),
  created_at integer not null,
  created_by text not null,
  check (repository_id is null or pattern is null),
  check ((account_id is null) <> (team_id is null))
);

CREATE INDEX grants_account on grants (account_id, namespace_id) where account_id is not null;

CREATE INDEX grants_team on grants (team_id, namespace_id) where team_id is not null;

CREATE INDEX grants_namespace on grants (namespace_id, id);

CREATE INDEX grants_repository on grants (repository_id, id) where repository_id is not null;

CREATE TABLE trust_rules (
  id integer primary key autoincrement,
  account_id integer not null references accounts (id) on delete cascade,
  name text not null,
  issuer text not null,
  audience text not null,
  conditions text not null,
  created_at integer not null
);

CREATE INDEX trust_rules_issuer on trust_rules (issuer, id);

CREATE INDEX trust_rules_account on trust_rules (account_id, id);

CREATE TABLE audit_events (
  id integer primary key autoincrement,
  at integer not null,
  actor_id integer,
  actor_name text not null,
  actor_kind text not null,
  credential text,
  action text not null,
  target_kind text not null,
  target_id text,
  target_name text not null,
  namespace_id integer,
  address text,
  agent text,
  request_id text,
  outcome text not null check (outcome in ('allowed', 'denied', 'failed')),
  reason text,
  old_values text,
  new_values text,
  occurrences integer not null
);

CREATE INDEX audit_events_at on audit_events (at, id);

CREATE INDEX audit_events_actor on audit_events (actor_name, at, id);

CREATE INDEX audit_events_action on audit_events (action, at, id);

CREATE INDEX audit_events_target on audit_events (target_name, at, id);

CREATE INDEX audit_events_namespace on audit_events (namespace_id, at, id) where namespace_id is not null;

CREATE TABLE audit_pulls (
  hour integer not null,
  actor_key text not null,
  repository_name text not null,
  repository_id integer,
  actor_id integer,
  actor_name text not null,
  actor_kind text not null,
  pulls integer not null,
  primary key (hour, actor_key, repository_name)
) without rowid;

CREATE TABLE usage_counters (
  namespace_id integer not null references namespaces (id) on delete cascade,
  shard integer not null,
  bytes integer not null,
  corrections integer not null default 0,
  primary key (namespace_id, shard)
) without rowid;

CREATE TABLE pull_windows (source text primary key, pulls integer not null, ends_at integer not null) without rowid;

CREATE INDEX pull_windows_ends on pull_windows (ends_at);

CREATE INDEX repositories_pushed on repositories (pushed_at, name);

CREATE INDEX repositories_stars on repositories (star_count, name);

CREATE INDEX repositories_pulls on repositories (pull_count, name);

CREATE INDEX tokens_parent on tokens (parent_id) where parent_id is not null;

CREATE TABLE manifest_facts (
  manifest_id integer primary key references manifests (id) on delete cascade,
  version integer not null,
  kind text not null,
  size_bytes integer not null,
  platforms text not null,
  is_complete integer not null,
  computed_at integer not null
);

CREATE TABLE manifest_pulls (
  manifest_id integer primary key references manifests (id) on delete cascade,
  pulls integer not null,
  last_at integer not null
);

CREATE TABLE pull_counts (
  repository_id integer not null references repositories (id) on delete cascade,
  unit text not null check (unit in ('hour', 'day')),
  at integer not null,
  pulls integer not null,
  primary key (repository_id, unit, at)
) without rowid;

CREATE INDEX tags_recent on tags (repository_id, from_at, name) where to_at is null;

CREATE TABLE layer_indexes (
  blob_id integer primary key references blobs (id) on delete cascade,
  state text not null check (state in ('indexing', 'failed', 'ready', 'parked', 'unsupported')),
  version integer not null,
  attempts integer not null,
  began_at integer not null,
  entries integer,
  uncompressed_bytes integer,
  reason text,
  storage_key text,
  content blob,
  check ((state = 'ready') = ((storage_key is null) <> (content is null)))
);

CREATE UNIQUE INDEX layer_indexes_storage_key on layer_indexes (storage_key) where storage_key is not null;

CREATE INDEX layer_indexes_begun on layer_indexes (blob_id) where state = 'indexing';

CREATE TABLE search_due (id integer primary key, repository_id integer not null);

CREATE TABLE search_state (key text primary key, value integer not null);

CREATE TABLE search_documents (
  repository_id integer primary key,
  kinds text not null,
  systems text not null,
  architectures text not null,
  tags text not null,
  is_signed integer not null
);

CREATE VIRTUAL TABLE search_index using fts5(tokens, content='', contentless_delete=1, detail=none, prefix='2 3', tokenize="ascii tokenchars '_-./'");

CREATE TABLE 'search_index_data'(id INTEGER PRIMARY KEY, block BLOB);

CREATE TABLE 'search_index_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;

CREATE TABLE 'search_index_docsize'(id INTEGER PRIMARY KEY, sz BLOB, origin INTEGER);

CREATE TABLE 'search_index_config'(k PRIMARY KEY, v) WITHOUT ROWID;

CREATE TRIGGER search_made after insert on repositories begin insert into search_due (repository_id) values (new.id); end;

CREATE TRIGGER search_described after update of name, namespace_id, description, readme, visibility, is_official, deleted_at on repositories begin insert into search_due (repository_id) values (new.id); end;

CREATE TRIGGER search_gone after delete on repositories begin insert into search_due (repository_id) values (old.id); end;

CREATE TRIGGER search_tagged after insert on tags begin insert into search_due (repository_id) values (new.repository_id); end;

CREATE TRIGGER search_untagged after update of deleted_at on tags when new.deleted_at is not null begin insert into search_due (repository_id) values (new.repository_id); end;

CREATE TRIGGER search_referred after insert on manifests when new.subject_digest is not null begin insert into search_due (repository_id) values (new.repository_id); end;

CREATE TRIGGER search_referrer_binned after update of deleted_at on manifests when new.subject_digest is not null begin insert into search_due (repository_id) values (new.repository_id); end;

CREATE TRIGGER search_namespace after update of display_name, is_verified_publisher, deleted_at on namespaces begin insert into search_due (repository_id) select id from repositories where namespace_id = new.id; end;

CREATE INDEX repository_blobs_repository on repository_blobs (repository_id, blob_id);

CREATE TABLE job_runs (
  id integer primary key autoincrement,
  kind text not null,
  node text not null,
  started_by text,
  began_at integer not null,
  seen_at integer not null,
  ended_at integer,
  outcome text not null check (outcome in ('running', 'done', 'failed', 'interrupted')),
  error text,
  summary text not null,
  log text not null
);

CREATE INDEX job_runs_kind on job_runs (kind, id);

CREATE INDEX job_runs_outcome on job_runs (outcome, id);

CREATE INDEX job_runs_began on job_runs (began_at);

CREATE TABLE storage_growth (
  at integer not null primary key,
  stored_bytes integer not null,
  logical_bytes integer not null,
  manifest_bytes integer not null,
  condemned_bytes integer not null,
  blobs integer not null,
  manifests integer not null,
  repositories integer not null,
  free_bytes integer
) without rowid;

CREATE TABLE sign_in_places (account_id integer not null references accounts (id) on delete cascade, place text not null, last_at integer not null, primary key (account_id, place)) without rowid;

CREATE INDEX sign_in_places_last on sign_in_places (account_id, last_at);
