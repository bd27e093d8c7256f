-- src/repositories/queries.ts: findRepository
--   SEARCH repositories USING COVERING INDEX sqlite_autoindex_repositories_1 (name=?)
-- SQLite
select "id"
  from "repositories"
  where "name" = ?;
-- PostgreSQL
select "id"
  from "repositories"
  where "name" = $1;

-- src/repositories/queries.ts: insertNamespace
-- SQLite
insert into "namespaces" ("name", "created_at")
  values (?, ?)
  on conflict ("name") do nothing;
-- PostgreSQL
insert into "namespaces" ("name", "created_at")
  values ($1, $2)
  on conflict ("name") do nothing;

-- src/repositories/queries.ts: insertRepository
--   SEARCH namespaces USING COVERING INDEX sqlite_autoindex_namespaces_1 (name=?)
-- SQLite
insert into "repositories" ("namespace_id", "name", "created_at") select "namespaces"."id", ? as "name", cast(? as bigint) as "created_at"
  from "namespaces"
  where "namespaces"."name" = ?
  on conflict ("name") do nothing;
-- PostgreSQL
insert into "repositories" ("namespace_id", "name", "created_at") select "namespaces"."id", $1 as "name", cast($2 as bigint) as "created_at"
  from "namespaces"
  where "namespaces"."name" = $3
  on conflict ("name") do nothing;

-- src/repositories/queries.ts: listRepositories
--   SEARCH repositories USING COVERING INDEX sqlite_autoindex_repositories_1 (name>?)
-- SQLite
select "name"
  from "repositories"
  where "name" > ?
  and (? = 1)
  order by "name"
  limit ?;
-- PostgreSQL
select "name"
  from "repositories"
  where "name" > $1
  and ($2 = 1)
  order by "name"
  limit $3;

-- src/registry/queries/blobs.ts: findBlob
--   SEARCH blobs USING INDEX blobs_digest (digest=?)
-- SQLite
select "id", "size_bytes", "storage_key", "state"
  from "blobs"
  where "digest" = ?
  and "state" <> 'deleting';
-- PostgreSQL
select "id", "size_bytes", "storage_key", "state"
  from "blobs"
  where "digest" = $1
  and "state" <> 'deleting'
  for key share;

-- src/registry/queries/blobs.ts: insertBlob
-- SQLite
insert into "blobs" ("digest", "size_bytes", "storage_key", "content", "state", "created_at", "verified_at", "condemned_at")
  values (?, ?, ?, ?, ?, ?, ?, ?)
  on conflict ("digest")
  where "state" <> 'deleting' do nothing
 
  returning "id";
-- PostgreSQL
insert into "blobs" ("digest", "size_bytes", "storage_key", "content", "state", "created_at", "verified_at", "condemned_at")
  values ($1, $2, $3, $4, $5, $6, $7, $8)
  on conflict ("digest")
  where "state" <> 'deleting' do nothing
 
  returning "id";

-- src/registry/queries/blobs.ts: markDamaged
--   SEARCH blobs USING INDEX blobs_storage_key (storage_key=?)
-- SQLite
update "blobs"
  set "state" = ?
  where "digest" = ?
  and "state" <> 'deleting'
  and "storage_key" = ?;
-- PostgreSQL
update "blobs"
  set "state" = $1
  where "digest" = $2
  and "state" <> 'deleting'
  and "storage_key" = $3;

-- src/registry/queries/blobs.ts: listDamaged
--   SEARCH blobs USING INDEX blobs_damaged (id>?)
-- SQLite
select "id", "digest", "size_bytes", "storage_key"
  from "blobs"
  where "state" = 'damaged'
  and "id" > ?
  order by "id"
  limit ?;
-- PostgreSQL
select "id", "digest", "size_bytes", "storage_key"
  from "blobs"
  where "state" = 'damaged'
  and "id" > $1
  order by "id"
  limit $2;

-- src/registry/queries/blobs.ts: moveBlob
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "blobs"
  set "storage_key" = ?, "state" = ?
  where "id" = ?
  and "storage_key" = ?;
-- PostgreSQL
update "blobs"
  set "storage_key" = $1, "state" = $2
  where "id" = $3
  and "storage_key" = $4;

-- src/registry/queries/blobs.ts: findLinkedBlob
--   SEARCH blobs USING INDEX blobs_digest (digest=?)
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=? AND repository_id=?)
-- SQLite
select "blobs"."size_bytes", "blobs"."storage_key", "blobs"."content"
  from "blobs"
  inner join "repository_blobs" on "repository_blobs"."blob_id" = "blobs"."id"
  where "blobs"."digest" = ?
  and "blobs"."state" <> 'deleting'
  and "blobs"."state" <> 'damaged'
  and "repository_blobs"."repository_id" = ?;
-- PostgreSQL
select "blobs"."size_bytes", "blobs"."storage_key", "blobs"."content"
  from "blobs"
  inner join "repository_blobs" on "repository_blobs"."blob_id" = "blobs"."id"
  where "blobs"."digest" = $1
  and "blobs"."state" <> 'deleting'
  and "blobs"."state" <> 'damaged'
  and "repository_blobs"."repository_id" = $2;

-- src/registry/queries/blobs.ts: linkBlob
-- SQLite
insert into "repository_blobs" ("repository_id", "blob_id", "created_at", "kept_until")
  values (?, ?, ?, ?)
  on conflict ("blob_id", "repository_id") do nothing;
-- PostgreSQL
insert into "repository_blobs" ("repository_id", "blob_id", "created_at", "kept_until")
  values ($1, $2, $3, $4)
  on conflict ("blob_id", "repository_id") do nothing;

-- src/registry/queries/blobs.ts: unlinkBlob
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=? AND repository_id=?)
-- SQLite
delete
  from "repository_blobs"
  where "blob_id" = ?
  and "repository_id" = ?;
-- PostgreSQL
delete
  from "repository_blobs"
  where "blob_id" = $1
  and "repository_id" = $2;

-- src/registry/queries/blobs.ts: findVisibleLink
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=?)
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repository_blobs"."blob_id"
  from "repository_blobs"
  inner join "repositories" on "repositories"."id" = "repository_blobs"."repository_id"
  where "repository_blobs"."blob_id" = ?
  and (? = 1)
  limit ?;
-- PostgreSQL
select "repository_blobs"."blob_id"
  from "repository_blobs"
  inner join "repositories" on "repositories"."id" = "repository_blobs"."repository_id"
  where "repository_blobs"."blob_id" = $1
  and ($2 = 1)
  limit $3;

-- src/registry/queries/blobs.ts: listLinkedSizes
--   SEARCH blobs USING INDEX blobs_digest (digest=?)
--   LIST SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=? AND repository_id=?)
-- SQLite
select "blobs"."digest", "blobs"."size_bytes"
  from "blobs"
  inner join "repository_blobs" on "repository_blobs"."blob_id" = "blobs"."id"
  where "blobs"."digest" in (select value
  from json_each(?))
  and "blobs"."state" <> 'deleting'
  and "blobs"."state" <> 'damaged'
  and "repository_blobs"."repository_id" = ?;
-- PostgreSQL
select "blobs"."digest", "blobs"."size_bytes"
  from "blobs"
  inner join "repository_blobs" on "repository_blobs"."blob_id" = "blobs"."id"
  where "blobs"."digest" in (select value
  from json_array_elements_text($1::json) as value)
  and "blobs"."state" <> 'deleting'
  and "blobs"."state" <> 'damaged'
  and "repository_blobs"."repository_id" = $2
  for key share;

-- src/registry/queries/manifests.ts: findManifest
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
-- SQLite
select "digest", "media_type", "content"
  from "manifests"
  where "repository_id" = ?
  and "digest" = ?;
-- PostgreSQL
select "digest", "media_type", "content"
  from "manifests"
  where "repository_id" = $1
  and "digest" = $2;

-- src/registry/queries/manifests.ts: findTaggedManifest
--   SEARCH tags USING INDEX tags_current (repository_id=? AND name=?)
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
-- SQLite
select "manifests"."digest", "manifests"."media_type", "manifests"."content"
  from "tags"
  inner join "manifests" on "manifests"."repository_id" = "tags"."repository_id"
  and "manifests"."digest" = "tags"."digest"
  where "tags"."repository_id" = ?
  and "tags"."name" = ?
  and "tags"."to_at" is null;
-- PostgreSQL
select "manifests"."digest", "manifests"."media_type", "manifests"."content"
  from "tags"
  inner join "manifests" on "manifests"."repository_id" = "tags"."repository_id"
  and "manifests"."digest" = "tags"."digest"
  where "tags"."repository_id" = $1
  and "tags"."name" = $2
  and "tags"."to_at" is null;

-- src/registry/queries/manifests.ts: listManifestSizes
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
--   LIST SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
-- SQLite
select "digest", "size_bytes"
  from "manifests"
  where "repository_id" = ?
  and "digest" in (select value
  from json_each(?));
-- PostgreSQL
select "digest", "size_bytes"
  from "manifests"
  where "repository_id" = $1
  and "digest" in (select value
  from json_array_elements_text($2::json) as value)
  for key share;

-- src/registry/queries/manifests.ts: findManifestForUpdate
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
-- SQLite
select "id", "media_type"
  from "manifests"
  where "repository_id" = ?
  and "digest" = ?;
-- PostgreSQL
select "id", "media_type"
  from "manifests"
  where "repository_id" = $1
  and "digest" = $2
  for update;

-- src/registry/queries/manifests.ts: insertManifest
-- SQLite
insert into "manifests" ("repository_id", "digest", "media_type", "artifact_type", "config_digest", "subject_digest", "annotations", "size_bytes", "created_at", "deleted_at", "deleted_by", "content")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
 
  returning "id";
-- PostgreSQL
insert into "manifests" ("repository_id", "digest", "media_type", "artifact_type", "config_digest", "subject_digest", "annotations", "size_bytes", "created_at", "deleted_at", "deleted_by", "content")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
 
  returning "id";

-- src/registry/queries/manifests.ts: insertReferences
--   SCAN json_each VIRTUAL TABLE INDEX 1:
-- SQLite
insert into "manifest_references" ("manifest_id", "repository_id", "digest", "kind") select cast(? as bigint) as "manifest_id", cast(? as bigint) as "repository_id", "listed"."digest", listed.kind as "kind"
  from (select value ->> '$.digest' as "digest", value ->> '$.kind' as "kind"
  from json_each(?)) as "listed"
  where true
  on conflict ("manifest_id", "digest") do nothing;
-- PostgreSQL
insert into "manifest_references" ("manifest_id", "repository_id", "digest", "kind") select cast($1 as bigint) as "manifest_id", cast($2 as bigint) as "repository_id", "listed"."digest", listed.kind as "kind"
  from (select value ->> 'digest' as "digest", value ->> 'kind' as "kind"
  from json_array_elements($3::json) as value) as "listed"
  where true
  on conflict ("manifest_id", "digest") do nothing;

-- src/registry/queries/manifests.ts: deleteManifest
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
-- SQLite
delete
  from "manifests"
  where "repository_id" = ?
  and "digest" = ?;
-- PostgreSQL
delete
  from "manifests"
  where "repository_id" = $1
  and "digest" = $2;

-- src/registry/queries/referrers.ts: listReferrers
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest>?)
-- SQLite
select "digest", "media_type", "artifact_type", "size_bytes", coalesce(octet_length(annotations), 0) as "annotations_bytes"
  from "manifests"
  where "repository_id" = ?
  and "subject_digest" = ?
  and "digest" > ?
  order by "digest"
  limit ?;
-- PostgreSQL
select "digest", "media_type", "artifact_type", "size_bytes", coalesce(octet_length(annotations), 0) as "annotations_bytes"
  from "manifests"
  where "repository_id" = $1
  and "subject_digest" = $2
  and "digest" > $3
  order by "digest"
  limit $4;

-- src/registry/queries/referrers.ts: listReferrersOfType
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest>?)
-- SQLite
select "digest", "media_type", "artifact_type", "size_bytes", coalesce(octet_length(annotations), 0) as "annotations_bytes"
  from "manifests"
  where "repository_id" = ?
  and "subject_digest" = ?
  and "artifact_type" = ?
  and "digest" > ?
  order by "digest"
  limit ?;
-- PostgreSQL
select "digest", "media_type", "artifact_type", "size_bytes", coalesce(octet_length(annotations), 0) as "annotations_bytes"
  from "manifests"
  where "repository_id" = $1
  and "subject_digest" = $2
  and "artifact_type" = $3
  and "digest" > $4
  order by "digest"
  limit $5;

-- src/registry/queries/referrers.ts: listFallbackReferrers
--   SEARCH tags USING INDEX tags_current (repository_id=? AND name=?)
--   SEARCH indexes USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
--   SEARCH manifest_references USING PRIMARY KEY (manifest_id=? AND digest>?)
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
--   LIST SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CREATE BLOOM FILTER
-- SQLite
select "manifests"."digest", "manifests"."media_type", "manifests"."artifact_type", "manifests"."size_bytes", coalesce(octet_length(manifests.annotations), 0) as "annotations_bytes"
  from "tags"
  inner join "manifests" as "indexes" on "indexes"."repository_id" = "tags"."repository_id"
  and "indexes"."digest" = "tags"."digest"
  inner join "manifest_references" on "manifest_references"."manifest_id" = "indexes"."id"
  inner join "manifests" on "manifests"."repository_id" = "tags"."repository_id"
  and "manifests"."digest" = "manifest_references"."digest"
  where "tags"."repository_id" = ?
  and "tags"."name" = ?
  and "tags"."to_at" is null
  and "indexes"."media_type" = ?
  and "manifests"."subject_digest" is null
  and "manifest_references"."digest" > ?
  and (? = '[]' or "manifests"."artifact_type" in (select value
  from json_each(?)))
  order by "manifest_references"."digest"
  limit ?;
-- PostgreSQL
select "manifests"."digest", "manifests"."media_type", "manifests"."artifact_type", "manifests"."size_bytes", coalesce(octet_length(manifests.annotations), 0) as "annotations_bytes"
  from "tags"
  inner join "manifests" as "indexes" on "indexes"."repository_id" = "tags"."repository_id"
  and "indexes"."digest" = "tags"."digest"
  inner join "manifest_references" on "manifest_references"."manifest_id" = "indexes"."id"
  inner join "manifests" on "manifests"."repository_id" = "tags"."repository_id"
  and "manifests"."digest" = "manifest_references"."digest"
  where "tags"."repository_id" = $1
  and "tags"."name" = $2
  and "tags"."to_at" is null
  and "indexes"."media_type" = $3
  and "manifests"."subject_digest" is null
  and "manifest_references"."digest" > $4
  and ($5 = '[]' or "manifests"."artifact_type" in (select value
  from json_array_elements_text($6::json) as value))
  order by "manifest_references"."digest"
  limit $7;

-- src/registry/queries/referrers.ts: listAnnotations
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
--   LIST SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
-- SQLite
select "digest", "annotations"
  from "manifests"
  where "repository_id" = ?
  and "digest" in (select value
  from json_each(?));
-- PostgreSQL
select "digest", "annotations"
  from "manifests"
  where "repository_id" = $1
  and "digest" in (select value
  from json_array_elements_text($2::json) as value);

-- src/registry/queries/sessions.ts: findSession
--   SEARCH upload_sessions USING INDEX sqlite_autoindex_upload_sessions_1 (id=?)
-- SQLite
select *
  from "upload_sessions"
  where "id" = ?;
-- PostgreSQL
select *
  from "upload_sessions"
  where "id" = $1;

-- src/registry/queries/sessions.ts: insertSession
-- SQLite
insert into "upload_sessions" ("id", "repository_name", "principal", "algorithm", "offset_bytes", "storage_key", "content", "created_at", "updated_at")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?);
-- PostgreSQL
insert into "upload_sessions" ("id", "repository_name", "principal", "algorithm", "offset_bytes", "storage_key", "content", "created_at", "updated_at")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- src/registry/queries/sessions.ts: updateSession
--   SEARCH upload_sessions USING INDEX sqlite_autoindex_upload_sessions_1 (id=?)
-- SQLite
update "upload_sessions"
  set "offset_bytes" = ?, "storage_key" = ?, "content" = ?, "updated_at" = ?
  where "id" = ?;
-- PostgreSQL
update "upload_sessions"
  set "offset_bytes" = $1, "storage_key" = $2, "content" = $3, "updated_at" = $4
  where "id" = $5;

-- src/registry/queries/sessions.ts: deleteSession
--   SEARCH upload_sessions USING INDEX sqlite_autoindex_upload_sessions_1 (id=?)
-- SQLite
delete
  from "upload_sessions"
  where "id" = ?;
-- PostgreSQL
delete
  from "upload_sessions"
  where "id" = $1;

-- src/registry/queries/sessions.ts: deleteStaleSession
--   SEARCH upload_sessions USING INDEX sqlite_autoindex_upload_sessions_1 (id=?)
-- SQLite
delete
  from "upload_sessions"
  where "id" = ?
  and "updated_at" < ?;
-- PostgreSQL
delete
  from "upload_sessions"
  where "id" = $1
  and "updated_at" < $2;

-- src/registry/queries/sessions.ts: listStaleSessions
--   SEARCH upload_sessions USING INDEX upload_sessions_updated (updated_at<?)
-- SQLite
select "id"
  from "upload_sessions"
  where "updated_at" < ?
  order by "updated_at"
  limit ?;
-- PostgreSQL
select "id"
  from "upload_sessions"
  where "updated_at" < $1
  order by "updated_at"
  limit $2;

-- src/registry/queries/sessions.ts: countSessions
--   CO-ROUTINE some
--   SEARCH upload_sessions USING INDEX upload_sessions_principal (principal=?)
--   SCAN some
-- SQLite
select count(*) as "count"
  from (select "id"
  from "upload_sessions"
  where "principal" = ?
  limit ?) as "some";
-- PostgreSQL
select count(*) as "count"
  from (select "id"
  from "upload_sessions"
  where "principal" = $1
  limit $2) as "some";

-- src/registry/queries/tags.ts: findLatestTag
--   SEARCH tags USING INDEX sqlite_autoindex_tags_1 (repository_id=? AND name=?)
-- SQLite
select "revision", "digest", "to_at"
  from "tags"
  where "repository_id" = ?
  and "name" = ?
  order by "revision" desc
  limit ?;
-- PostgreSQL
select "revision", "digest", "to_at"
  from "tags"
  where "repository_id" = $1
  and "name" = $2
  order by "revision" desc
  limit $3
  for update;

-- src/registry/queries/tags.ts: insertTag
-- SQLite
insert into "tags" ("repository_id", "name", "revision", "digest", "from_at", "to_at", "actor", "deleted_at", "deleted_by")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?);
-- PostgreSQL
insert into "tags" ("repository_id", "name", "revision", "digest", "from_at", "to_at", "actor", "deleted_at", "deleted_by")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- src/registry/queries/tags.ts: endTag
--   SEARCH tags USING INDEX sqlite_autoindex_tags_1 (repository_id=? AND name=? AND revision=?)
-- SQLite
update "tags"
  set "to_at" = ?
  where "repository_id" = ?
  and "name" = ?
  and "revision" = ?;
-- PostgreSQL
update "tags"
  set "to_at" = $1
  where "repository_id" = $2
  and "name" = $3
  and "revision" = $4;

-- src/registry/queries/tags.ts: endTagsOfDigest
--   SEARCH tags USING INDEX tags_digest (repository_id=? AND digest=?)
-- SQLite
update "tags"
  set "to_at" = ?
  where "repository_id" = ?
  and "digest" = ?
  and "to_at" is null;
-- PostgreSQL
update "tags"
  set "to_at" = $1
  where "repository_id" = $2
  and "digest" = $3
  and "to_at" is null;

-- src/registry/queries/tags.ts: listTags
--   SEARCH tags USING INDEX tags_current (repository_id=? AND name>?)
-- SQLite
select "name"
  from "tags"
  where "repository_id" = ?
  and "to_at" is null
  and "name" > ?
  order by "name"
  limit ?;
-- PostgreSQL
select "name"
  from "tags"
  where "repository_id" = $1
  and "to_at" is null
  and "name" > $2
  order by "name"
  limit $3;

-- src/registry/queries/tags.ts: deleteOldRevisions
--   SEARCH tags USING INDEX sqlite_autoindex_tags_1 (repository_id=? AND name=? AND revision<?)
-- SQLite
delete
  from "tags"
  where "repository_id" = ?
  and "name" = ?
  and "revision" <= ?;
-- PostgreSQL
delete
  from "tags"
  where "repository_id" = $1
  and "name" = $2
  and "revision" <= $3;
