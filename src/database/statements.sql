-- src/repositories/queries.ts: findRepository
--   SEARCH repositories USING INDEX sqlite_autoindex_repositories_1 (name=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repositories"."id", "repositories"."name", "repositories"."namespace_id", "repositories"."visibility", "namespaces"."creates_on_push", "namespaces"."members_role", coalesce("repositories"."deleted_at", "namespaces"."deleted_at") as "deleted_at"
  from "repositories"
  inner join "namespaces" on "namespaces"."id" = "repositories"."namespace_id"
  where "repositories"."name" = ?;
-- PostgreSQL
select "repositories"."id", "repositories"."name", "repositories"."namespace_id", "repositories"."visibility", "namespaces"."creates_on_push", "namespaces"."members_role", coalesce("repositories"."deleted_at", "namespaces"."deleted_at") as "deleted_at"
  from "repositories"
  inner join "namespaces" on "namespaces"."id" = "repositories"."namespace_id"
  where "repositories"."name" = $1;

-- src/repositories/queries.ts: findRenamed
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
--   SCALAR SUBQUERY 1
--   SEARCH repositories USING COVERING INDEX sqlite_autoindex_repositories_1 (name=?)
--   SCALAR SUBQUERY 2
--   SEARCH former_names USING PRIMARY KEY (name=?)
--   SCALAR SUBQUERY 3
--   SEARCH moved USING PRIMARY KEY (name=?)
--   SEARCH place USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH it USING COVERING INDEX sqlite_autoindex_repositories_1 (name=?)
--   SCALAR SUBQUERY 4
--   SEARCH moved USING PRIMARY KEY (name=?)
--   SEARCH place USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH it USING PRIMARY KEY (name=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repositories"."id", "repositories"."name", "repositories"."namespace_id", "repositories"."visibility", "namespaces"."creates_on_push", "namespaces"."members_role", coalesce("repositories"."deleted_at", "namespaces"."deleted_at") as "deleted_at"
  from "repositories"
  inner join "namespaces" on "namespaces"."id" = "repositories"."namespace_id"
  where "repositories"."id" = coalesce(
        (select id
  from repositories
  where name = ?),
        (select repository_id
  from former_names
  where name = ?),
        (select it.id
  from former_names as moved
  inner join namespaces as place on place.id = moved.namespace_id
  inner join repositories as it on it.name = place.name || cast(? as text)
  where moved.name = ?),
        (select it.repository_id
  from former_names as moved
  inner join namespaces as place on place.id = moved.namespace_id
  inner join former_names as it on it.name = place.name || cast(? as text)
  where moved.name = ?)
      );
-- PostgreSQL
select "repositories"."id", "repositories"."name", "repositories"."namespace_id", "repositories"."visibility", "namespaces"."creates_on_push", "namespaces"."members_role", coalesce("repositories"."deleted_at", "namespaces"."deleted_at") as "deleted_at"
  from "repositories"
  inner join "namespaces" on "namespaces"."id" = "repositories"."namespace_id"
  where "repositories"."id" = coalesce(
        (select id
  from repositories
  where name = $1),
        (select repository_id
  from former_names
  where name = $2),
        (select it.id
  from former_names as moved
  inner join namespaces as place on place.id = moved.namespace_id
  inner join repositories as it on it.name = place.name || cast($3 as text)
  where moved.name = $4),
        (select it.repository_id
  from former_names as moved
  inner join namespaces as place on place.id = moved.namespace_id
  inner join former_names as it on it.name = place.name || cast($5 as text)
  where moved.name = $6)
      );

-- src/repositories/queries.ts: findNamespace
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   SCALAR SUBQUERY 1
--   SEARCH namespaces USING COVERING INDEX sqlite_autoindex_namespaces_1 (name=?)
--   SCALAR SUBQUERY 2
--   SEARCH former_names USING PRIMARY KEY (name=?)
-- SQLite
select "id", "name", "creates_on_push", "default_visibility", "members_role", "deleted_at"
  from "namespaces"
  where "id" = coalesce(
        (select id
  from namespaces
  where name = ?),
        (select namespace_id
  from former_names
  where name = ?)
      );
-- PostgreSQL
select "id", "name", "creates_on_push", "default_visibility", "members_role", "deleted_at"
  from "namespaces"
  where "id" = coalesce(
        (select id
  from namespaces
  where name = $1),
        (select namespace_id
  from former_names
  where name = $2)
      );

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
--   SEARCH namespaces USING INDEX sqlite_autoindex_namespaces_1 (name=?)
-- SQLite
insert into "repositories" ("namespace_id", "name", "created_at", "pushed_at", "visibility") select "namespaces"."id", ? as "name", cast(? as bigint) as "created_at", cast(? as bigint) as "pushed_at", "namespaces"."default_visibility"
  from "namespaces"
  where "namespaces"."name" = ? 
  on conflict ("name") do nothing;
-- PostgreSQL
insert into "repositories" ("namespace_id", "name", "created_at", "pushed_at", "visibility") select "namespaces"."id", $1 as "name", cast($2 as bigint) as "created_at", cast($3 as bigint) as "pushed_at", "namespaces"."default_visibility"
  from "namespaces"
  where "namespaces"."name" = $4
  for key share on conflict ("name") do nothing;

-- src/repositories/queries.ts: listRepositories
--   SEARCH repositories USING INDEX sqlite_autoindex_repositories_1 (name>?)
--   CORRELATED SCALAR SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CORRELATED SCALAR SUBQUERY 2
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH members USING PRIMARY KEY (namespace_id=? AND account_id=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 4
--   SEARCH grants USING INDEX grants_account (account_id=? AND namespace_id=?)
--   CORRELATED SCALAR SUBQUERY 5
--   SEARCH grants USING INDEX grants_namespace (namespace_id=?)
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=? AND team_id=?)
-- SQLite
select "name"
  from "repositories"
  where "name" > ?
  and (repositories.deleted_at is null
  and (
    (? = 1
  and repositories.visibility = 'public')
    or (
      (? = 0 or exists (select 1
  from json_each(?)
  where repositories.name like value escape '\'))
     
  and (? = 0 or repositories.id = ?)
     
  and (
        ? = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = ?)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = ?
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = ?
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = ?
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  order by "name"
  limit ?;
-- PostgreSQL
select "name"
  from "repositories"
  where "name" > $1
  and (repositories.deleted_at is null
  and (
    ($2 = 1
  and repositories.visibility = 'public')
    or (
      ($3 = 0 or exists (select 1
  from json_array_elements_text($4::json) as value
  where repositories.name like value escape '\'))
     
  and ($5 = 0 or repositories.id = $6)
     
  and (
        $7 = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = $8)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = $9
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = $10
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = $11
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  order by "name"
  limit $12;

-- src/repositories/queries/changes.ts: findDetails
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repositories"."id", "repositories"."name", "repositories"."visibility", "repositories"."description", "repositories"."readme", "repositories"."is_official", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", "namespaces"."name" as "namespace", "namespaces"."is_verified_publisher", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at"
  from "repositories"
  inner join "namespaces" on "namespaces"."id" = "repositories"."namespace_id"
  where "repositories"."id" = ?
  and "repositories"."deleted_at" is null;
-- PostgreSQL
select "repositories"."id", "repositories"."name", "repositories"."visibility", "repositories"."description", "repositories"."readme", "repositories"."is_official", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", "namespaces"."name" as "namespace", "namespaces"."is_verified_publisher", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at"
  from "repositories"
  inner join "namespaces" on "namespaces"."id" = "repositories"."namespace_id"
  where "repositories"."id" = $1
  and "repositories"."deleted_at" is null;

-- src/repositories/queries/changes.ts: countTags
--   SEARCH tags USING INDEX tags_digest (repository_id=?)
-- SQLite
select cast(count(*) as integer) as "count"
  from "tags"
  where "repository_id" = ?
  and "to_at" is null;
-- PostgreSQL
select cast(count(*) as integer) as "count"
  from "tags"
  where "repository_id" = $1
  and "to_at" is null;

-- src/repositories/queries/changes.ts: countManifests
--   SEARCH manifests USING COVERING INDEX sqlite_autoindex_manifests_1 (repository_id=?)
-- SQLite
select cast(count(*) as integer) as "count"
  from "manifests"
  where "repository_id" = ?;
-- PostgreSQL
select cast(count(*) as integer) as "count"
  from "manifests"
  where "repository_id" = $1;

-- src/repositories/queries/changes.ts: countBinnedManifests
--   SEARCH manifests USING COVERING INDEX manifests_deleted_here (repository_id=? AND deleted_at>?)
-- SQLite
select cast(count(*) as integer) as "count"
  from "manifests"
  where "repository_id" = ?
  and "deleted_at" is not null;
-- PostgreSQL
select cast(count(*) as integer) as "count"
  from "manifests"
  where "repository_id" = $1
  and "deleted_at" is not null;

-- src/repositories/queries/changes.ts: lockRepository
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "id", "name", "namespace_id", "visibility", "description", "readme", "is_official", "deleted_at"
  from "repositories"
  where "id" = ?;
-- PostgreSQL
select "id", "name", "namespace_id", "visibility", "description", "readme", "is_official", "deleted_at"
  from "repositories"
  where "id" = $1
  for update;

-- src/repositories/queries/changes.ts: findNameHolder
--   SEARCH repositories USING INDEX sqlite_autoindex_repositories_1 (name=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repositories"."id", "repositories"."name", "repositories"."namespace_id", "repositories"."visibility", "namespaces"."creates_on_push", "namespaces"."members_role", "repositories"."deleted_at", "namespaces"."deleted_at" as "namespace_deleted_at"
  from "repositories"
  inner join "namespaces" on "namespaces"."id" = "repositories"."namespace_id"
  where "repositories"."name" = ?;
-- PostgreSQL
select "repositories"."id", "repositories"."name", "repositories"."namespace_id", "repositories"."visibility", "namespaces"."creates_on_push", "namespaces"."members_role", "repositories"."deleted_at", "namespaces"."deleted_at" as "namespace_deleted_at"
  from "repositories"
  inner join "namespaces" on "namespaces"."id" = "repositories"."namespace_id"
  where "repositories"."name" = $1;

-- src/repositories/queries/changes.ts: findFormerName
--   SEARCH former_names USING PRIMARY KEY (name=?)
-- SQLite
select "repository_id", "namespace_id"
  from "former_names"
  where "name" = ?;
-- PostgreSQL
select "repository_id", "namespace_id"
  from "former_names"
  where "name" = $1;

-- src/repositories/queries/changes.ts: deleteFormerName
--   SEARCH former_names USING PRIMARY KEY (name=?)
-- SQLite
delete
  from "former_names"
  where "name" = ?;
-- PostgreSQL
delete
  from "former_names"
  where "name" = $1;

-- src/repositories/queries/changes.ts: insertFormerName
-- SQLite
insert into "former_names" ("name", "namespace_id", "repository_id", "renamed_at")
  values (?, ?, ?, ?);
-- PostgreSQL
insert into "former_names" ("name", "namespace_id", "repository_id", "renamed_at")
  values ($1, $2, $3, $4);

-- src/repositories/queries/changes.ts: findDefaultVisibility
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "default_visibility"
  from "namespaces"
  where "id" = ?;
-- PostgreSQL
select "default_visibility"
  from "namespaces"
  where "id" = $1;

-- src/repositories/queries/changes.ts: insertNewRepository
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
insert into "repositories" ("namespace_id", "name", "created_at", "pushed_at", "visibility", "description", "readme") select "namespaces"."id", ? as "name", cast(? as bigint) as "created_at", cast(? as bigint) as "pushed_at", ? as "visibility", ? as "description", ? as "readme"
  from "namespaces"
  where "namespaces"."id" = ?
  and "namespaces"."deleted_at" is null
  on conflict ("name") do nothing
 
  returning "id";
-- PostgreSQL
insert into "repositories" ("namespace_id", "name", "created_at", "pushed_at", "visibility", "description", "readme") select "namespaces"."id", $1 as "name", cast($2 as bigint) as "created_at", cast($3 as bigint) as "pushed_at", $4 as "visibility", $5 as "description", $6 as "readme"
  from "namespaces"
  where "namespaces"."id" = $7
  and "namespaces"."deleted_at" is null
  on conflict ("name") do nothing
 
  returning "id";

-- src/repositories/queries/changes.ts: updateRepository
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "repositories"
  set "description" = ?, "readme" = ?, "visibility" = ?
  where "id" = ?;
-- PostgreSQL
update "repositories"
  set "description" = $1, "readme" = $2, "visibility" = $3
  where "id" = $4;

-- src/repositories/queries/changes.ts: setOfficial
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "repositories"
  set "is_official" = ?
  where "id" = ?;
-- PostgreSQL
update "repositories"
  set "is_official" = $1
  where "id" = $2;

-- src/repositories/queries/changes.ts: renameRepository
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "repositories"
  set "name" = ?, "namespace_id" = ?
  where "id" = ?;
-- PostgreSQL
update "repositories"
  set "name" = $1, "namespace_id" = $2
  where "id" = $3;

-- src/repositories/queries/changes.ts: deleteRepositoryGrants
--   SEARCH grants USING INDEX grants_repository (repository_id=?)
-- SQLite
delete
  from "grants"
  where "repository_id" = ?;
-- PostgreSQL
delete
  from "grants"
  where "repository_id" = $1;

-- src/repositories/queries/changes.ts: binRepository
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "repositories"
  set "deleted_at" = ?, "deleted_by" = ?
  where "id" = ?;
-- PostgreSQL
update "repositories"
  set "deleted_at" = $1, "deleted_by" = $2
  where "id" = $3;

-- src/repositories/queries/changes.ts: findStar
--   SEARCH stars USING PRIMARY KEY (account_id=? AND repository_id=?)
-- SQLite
select "created_at"
  from "stars"
  where "account_id" = ?
  and "repository_id" = ?;
-- PostgreSQL
select "created_at"
  from "stars"
  where "account_id" = $1
  and "repository_id" = $2;

-- src/repositories/queries/changes.ts: putStar
-- SQLite
insert into "stars" ("account_id", "repository_id", "created_at")
  values (?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "stars" ("account_id", "repository_id", "created_at")
  values ($1, $2, $3)
  on conflict do nothing;

-- src/repositories/queries/changes.ts: deleteStar
--   SEARCH stars USING PRIMARY KEY (account_id=? AND repository_id=?)
-- SQLite
delete
  from "stars"
  where "account_id" = ?
  and "repository_id" = ?;
-- PostgreSQL
delete
  from "stars"
  where "account_id" = $1
  and "repository_id" = $2;

-- src/repositories/queries/changes.ts: countStars
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "repositories"
  set "star_count" = star_count + ?
  where "id" = ?;
-- PostgreSQL
update "repositories"
  set "star_count" = star_count + $1
  where "id" = $2;

-- src/repositories/queries/changes.ts: addActivity
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "repositories"
  set "pull_count" = pull_count + ?, "pushed_at" = case when coalesce(pushed_at, 0) < ? then ? else pushed_at end
  where "id" = ?;
-- PostgreSQL
update "repositories"
  set "pull_count" = pull_count + $1, "pushed_at" = case when coalesce(pushed_at, 0) < $2 then $3 else pushed_at end
  where "id" = $4;

-- src/repositories/queries/lists.ts: listByName
--   SEARCH repositories USING INDEX sqlite_autoindex_repositories_1 (name>? AND name<?)
--   CORRELATED SCALAR SUBQUERY 1
--   SEARCH stars USING PRIMARY KEY (account_id=? AND repository_id=?)
--   CORRELATED SCALAR SUBQUERY 2
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 4
--   SEARCH members USING PRIMARY KEY (namespace_id=? AND account_id=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 5
--   SEARCH grants USING INDEX grants_account (account_id=? AND namespace_id=?)
--   CORRELATED SCALAR SUBQUERY 6
--   SEARCH grants USING INDEX grants_namespace (namespace_id=?)
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=? AND team_id=?)
--   SEARCH owning USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repositories"."id", "repositories"."name", "repositories"."visibility", "repositories"."description", "repositories"."is_official", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", "owning"."is_verified_publisher", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at"
  from "repositories"
  inner join "namespaces" as "owning" on "owning"."id" = "repositories"."namespace_id"
  where "owning"."deleted_at" is null
  and (? = '' or repositories.name like ? escape '\')
  and (? = '' or repositories.visibility = ?)
  and (? = 0 or repositories.is_official = 1)
  and (? = 0 or exists (select 1
  from stars
  where stars.account_id = ?
  and stars.repository_id = repositories.id))
  and (repositories.deleted_at is null
  and (
    (? = 1
  and repositories.visibility = 'public')
    or (
      (? = 0 or exists (select 1
  from json_each(?)
  where repositories.name like value escape '\'))
     
  and (? = 0 or repositories.id = ?)
     
  and (
        ? = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = ?)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = ?
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = ?
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = ?
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  and "repositories"."name" > ?
  and "repositories"."name" <= ?
  order by "repositories"."name"
  limit ?;
-- PostgreSQL
select "repositories"."id", "repositories"."name", "repositories"."visibility", "repositories"."description", "repositories"."is_official", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", "owning"."is_verified_publisher", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at"
  from "repositories"
  inner join "namespaces" as "owning" on "owning"."id" = "repositories"."namespace_id"
  where "owning"."deleted_at" is null
  and ($1 = '' or repositories.name like $2 escape '\')
  and ($3 = '' or repositories.visibility = $4)
  and ($5 = 0 or repositories.is_official = 1)
  and ($6 = 0 or exists (select 1
  from stars
  where stars.account_id = $7
  and stars.repository_id = repositories.id))
  and (repositories.deleted_at is null
  and (
    ($8 = 1
  and repositories.visibility = 'public')
    or (
      ($9 = 0 or exists (select 1
  from json_array_elements_text($10::json) as value
  where repositories.name like value escape '\'))
     
  and ($11 = 0 or repositories.id = $12)
     
  and (
        $13 = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = $14)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = $15
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = $16
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = $17
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  and "repositories"."name" > $18
  and "repositories"."name" <= $19
  order by "repositories"."name"
  limit $20;

-- src/repositories/queries/lists.ts: listByNameIn
--   SEARCH owning USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH repositories USING INDEX repositories_namespace (namespace_id=? AND name>? AND name<?)
--   CORRELATED SCALAR SUBQUERY 1
--   SEARCH stars USING PRIMARY KEY (account_id=? AND repository_id=?)
--   CORRELATED SCALAR SUBQUERY 2
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 4
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH members USING PRIMARY KEY (namespace_id=? AND account_id=?)
--   CORRELATED SCALAR SUBQUERY 5
--   SEARCH grants USING INDEX grants_account (account_id=? AND namespace_id=?)
--   CORRELATED SCALAR SUBQUERY 6
--   SEARCH grants USING INDEX grants_namespace (namespace_id=?)
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=? AND team_id=?)
-- SQLite
select "repositories"."id", "repositories"."name", "repositories"."visibility", "repositories"."description", "repositories"."is_official", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", "owning"."is_verified_publisher", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at"
  from "repositories"
  inner join "namespaces" as "owning" on "owning"."id" = "repositories"."namespace_id"
  where "owning"."deleted_at" is null
  and (? = '' or repositories.name like ? escape '\')
  and (? = '' or repositories.visibility = ?)
  and (? = 0 or repositories.is_official = 1)
  and (? = 0 or exists (select 1
  from stars
  where stars.account_id = ?
  and stars.repository_id = repositories.id))
  and (repositories.deleted_at is null
  and (
    (? = 1
  and repositories.visibility = 'public')
    or (
      (? = 0 or exists (select 1
  from json_each(?)
  where repositories.name like value escape '\'))
     
  and (? = 0 or repositories.id = ?)
     
  and (
        ? = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = ?)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = ?
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = ?
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = ?
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  and "repositories"."namespace_id" = ?
  and "repositories"."name" > ?
  and "repositories"."name" <= ?
  order by "repositories"."name"
  limit ?;
-- PostgreSQL
select "repositories"."id", "repositories"."name", "repositories"."visibility", "repositories"."description", "repositories"."is_official", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", "owning"."is_verified_publisher", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at"
  from "repositories"
  inner join "namespaces" as "owning" on "owning"."id" = "repositories"."namespace_id"
  where "owning"."deleted_at" is null
  and ($1 = '' or repositories.name like $2 escape '\')
  and ($3 = '' or repositories.visibility = $4)
  and ($5 = 0 or repositories.is_official = 1)
  and ($6 = 0 or exists (select 1
  from stars
  where stars.account_id = $7
  and stars.repository_id = repositories.id))
  and (repositories.deleted_at is null
  and (
    ($8 = 1
  and repositories.visibility = 'public')
    or (
      ($9 = 0 or exists (select 1
  from json_array_elements_text($10::json) as value
  where repositories.name like value escape '\'))
     
  and ($11 = 0 or repositories.id = $12)
     
  and (
        $13 = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = $14)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = $15
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = $16
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = $17
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  and "repositories"."namespace_id" = $18
  and "repositories"."name" > $19
  and "repositories"."name" <= $20
  order by "repositories"."name"
  limit $21;

-- src/repositories/queries/lists.ts: listByIds
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
--   LIST SUBQUERY 7
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CORRELATED SCALAR SUBQUERY 1
--   SEARCH stars USING PRIMARY KEY (account_id=? AND repository_id=?)
--   CORRELATED SCALAR SUBQUERY 2
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 4
--   SEARCH members USING PRIMARY KEY (namespace_id=? AND account_id=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 5
--   SEARCH grants USING INDEX grants_account (account_id=? AND namespace_id=?)
--   CORRELATED SCALAR SUBQUERY 6
--   SEARCH grants USING INDEX grants_namespace (namespace_id=?)
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=? AND team_id=?)
--   SEARCH owning USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repositories"."id", "repositories"."name", "repositories"."visibility", "repositories"."description", "repositories"."is_official", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", "owning"."is_verified_publisher", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at"
  from "repositories"
  inner join "namespaces" as "owning" on "owning"."id" = "repositories"."namespace_id"
  where "owning"."deleted_at" is null
  and (? = '' or repositories.name like ? escape '\')
  and (? = '' or repositories.visibility = ?)
  and (? = 0 or repositories.is_official = 1)
  and (? = 0 or exists (select 1
  from stars
  where stars.account_id = ?
  and stars.repository_id = repositories.id))
  and (repositories.deleted_at is null
  and (
    (? = 1
  and repositories.visibility = 'public')
    or (
      (? = 0 or exists (select 1
  from json_each(?)
  where repositories.name like value escape '\'))
     
  and (? = 0 or repositories.id = ?)
     
  and (
        ? = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = ?)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = ?
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = ?
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = ?
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  and repositories.id in (select value
  from json_each(?))
  and (? = 0 or repositories.namespace_id = ?)
  limit ?;
-- PostgreSQL
select "repositories"."id", "repositories"."name", "repositories"."visibility", "repositories"."description", "repositories"."is_official", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", "owning"."is_verified_publisher", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at"
  from "repositories"
  inner join "namespaces" as "owning" on "owning"."id" = "repositories"."namespace_id"
  where "owning"."deleted_at" is null
  and ($1 = '' or repositories.name like $2 escape '\')
  and ($3 = '' or repositories.visibility = $4)
  and ($5 = 0 or repositories.is_official = 1)
  and ($6 = 0 or exists (select 1
  from stars
  where stars.account_id = $7
  and stars.repository_id = repositories.id))
  and (repositories.deleted_at is null
  and (
    ($8 = 1
  and repositories.visibility = 'public')
    or (
      ($9 = 0 or exists (select 1
  from json_array_elements_text($10::json) as value
  where repositories.name like value escape '\'))
     
  and ($11 = 0 or repositories.id = $12)
     
  and (
        $13 = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = $14)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = $15
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = $16
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = $17
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  and repositories.id in (select value::bigint
  from json_array_elements_text($18::json) as value)
  and ($19 = 0 or repositories.namespace_id = $20)
  limit $21;

-- src/repositories/queries/lists.ts: listByStars
--   SEARCH repositories USING INDEX repositories_stars ((star_count,name)>(?,?) AND (star_count,name)<(?,?))
--   CORRELATED SCALAR SUBQUERY 1
--   SEARCH stars USING PRIMARY KEY (account_id=? AND repository_id=?)
--   CORRELATED SCALAR SUBQUERY 2
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 4
--   SEARCH members USING PRIMARY KEY (namespace_id=? AND account_id=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 5
--   SEARCH grants USING INDEX grants_account (account_id=? AND namespace_id=?)
--   CORRELATED SCALAR SUBQUERY 6
--   SEARCH grants USING INDEX grants_namespace (namespace_id=?)
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=? AND team_id=?)
--   SEARCH owning USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repositories"."id", "repositories"."name", "repositories"."visibility", "repositories"."description", "repositories"."is_official", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", "owning"."is_verified_publisher", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at"
  from "repositories"
  inner join "namespaces" as "owning" on "owning"."id" = "repositories"."namespace_id"
  where "owning"."deleted_at" is null
  and (? = '' or repositories.name like ? escape '\')
  and (? = '' or repositories.visibility = ?)
  and (? = 0 or repositories.is_official = 1)
  and (? = 0 or exists (select 1
  from stars
  where stars.account_id = ?
  and stars.repository_id = repositories.id))
  and (repositories.deleted_at is null
  and (
    (? = 1
  and repositories.visibility = 'public')
    or (
      (? = 0 or exists (select 1
  from json_each(?)
  where repositories.name like value escape '\'))
     
  and (? = 0 or repositories.id = ?)
     
  and (
        ? = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = ?)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = ?
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = ?
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = ?
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  and (? = 0 or repositories.namespace_id = ?)
  and (repositories."star_count", repositories.name) < (?, ?)
  and (repositories."star_count", repositories.name) >= (?, ?)
  order by "repositories"."star_count" desc, "repositories"."name" desc
  limit ?;
-- PostgreSQL
select "repositories"."id", "repositories"."name", "repositories"."visibility", "repositories"."description", "repositories"."is_official", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", "owning"."is_verified_publisher", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at"
  from "repositories"
  inner join "namespaces" as "owning" on "owning"."id" = "repositories"."namespace_id"
  where "owning"."deleted_at" is null
  and ($1 = '' or repositories.name like $2 escape '\')
  and ($3 = '' or repositories.visibility = $4)
  and ($5 = 0 or repositories.is_official = 1)
  and ($6 = 0 or exists (select 1
  from stars
  where stars.account_id = $7
  and stars.repository_id = repositories.id))
  and (repositories.deleted_at is null
  and (
    ($8 = 1
  and repositories.visibility = 'public')
    or (
      ($9 = 0 or exists (select 1
  from json_array_elements_text($10::json) as value
  where repositories.name like value escape '\'))
     
  and ($11 = 0 or repositories.id = $12)
     
  and (
        $13 = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = $14)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = $15
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = $16
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = $17
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  and ($18 = 0 or repositories.namespace_id = $19)
  and (repositories."star_count", repositories.name) < ($20, $21)
  and (repositories."star_count", repositories.name) >= ($22, $23)
  order by "repositories"."star_count" desc, "repositories"."name" desc
  limit $24;

-- src/repositories/queries/lists.ts: listByPulls
--   SEARCH repositories USING INDEX repositories_pulls ((pull_count,name)>(?,?) AND (pull_count,name)<(?,?))
--   CORRELATED SCALAR SUBQUERY 1
--   SEARCH stars USING PRIMARY KEY (account_id=? AND repository_id=?)
--   CORRELATED SCALAR SUBQUERY 2
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 4
--   SEARCH members USING PRIMARY KEY (namespace_id=? AND account_id=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 5
--   SEARCH grants USING INDEX grants_account (account_id=? AND namespace_id=?)
--   CORRELATED SCALAR SUBQUERY 6
--   SEARCH grants USING INDEX grants_namespace (namespace_id=?)
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=? AND team_id=?)
--   SEARCH owning USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repositories"."id", "repositories"."name", "repositories"."visibility", "repositories"."description", "repositories"."is_official", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", "owning"."is_verified_publisher", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at"
  from "repositories"
  inner join "namespaces" as "owning" on "owning"."id" = "repositories"."namespace_id"
  where "owning"."deleted_at" is null
  and (? = '' or repositories.name like ? escape '\')
  and (? = '' or repositories.visibility = ?)
  and (? = 0 or repositories.is_official = 1)
  and (? = 0 or exists (select 1
  from stars
  where stars.account_id = ?
  and stars.repository_id = repositories.id))
  and (repositories.deleted_at is null
  and (
    (? = 1
  and repositories.visibility = 'public')
    or (
      (? = 0 or exists (select 1
  from json_each(?)
  where repositories.name like value escape '\'))
     
  and (? = 0 or repositories.id = ?)
     
  and (
        ? = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = ?)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = ?
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = ?
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = ?
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  and (? = 0 or repositories.namespace_id = ?)
  and (repositories."pull_count", repositories.name) < (?, ?)
  and (repositories."pull_count", repositories.name) >= (?, ?)
  order by "repositories"."pull_count" desc, "repositories"."name" desc
  limit ?;
-- PostgreSQL
select "repositories"."id", "repositories"."name", "repositories"."visibility", "repositories"."description", "repositories"."is_official", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", "owning"."is_verified_publisher", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at"
  from "repositories"
  inner join "namespaces" as "owning" on "owning"."id" = "repositories"."namespace_id"
  where "owning"."deleted_at" is null
  and ($1 = '' or repositories.name like $2 escape '\')
  and ($3 = '' or repositories.visibility = $4)
  and ($5 = 0 or repositories.is_official = 1)
  and ($6 = 0 or exists (select 1
  from stars
  where stars.account_id = $7
  and stars.repository_id = repositories.id))
  and (repositories.deleted_at is null
  and (
    ($8 = 1
  and repositories.visibility = 'public')
    or (
      ($9 = 0 or exists (select 1
  from json_array_elements_text($10::json) as value
  where repositories.name like value escape '\'))
     
  and ($11 = 0 or repositories.id = $12)
     
  and (
        $13 = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = $14)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = $15
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = $16
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = $17
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  and ($18 = 0 or repositories.namespace_id = $19)
  and (repositories."pull_count", repositories.name) < ($20, $21)
  and (repositories."pull_count", repositories.name) >= ($22, $23)
  order by "repositories"."pull_count" desc, "repositories"."name" desc
  limit $24;

-- src/repositories/queries/lists.ts: listByPush
--   SEARCH repositories USING INDEX repositories_pushed ((pushed_at,name)>(?,?) AND (pushed_at,name)<(?,?))
--   CORRELATED SCALAR SUBQUERY 1
--   SEARCH stars USING PRIMARY KEY (account_id=? AND repository_id=?)
--   CORRELATED SCALAR SUBQUERY 2
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 4
--   SEARCH members USING PRIMARY KEY (namespace_id=? AND account_id=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 5
--   SEARCH grants USING INDEX grants_account (account_id=? AND namespace_id=?)
--   CORRELATED SCALAR SUBQUERY 6
--   SEARCH grants USING INDEX grants_namespace (namespace_id=?)
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=? AND team_id=?)
--   SEARCH owning USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repositories"."id", "repositories"."name", "repositories"."visibility", "repositories"."description", "repositories"."is_official", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", "owning"."is_verified_publisher", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at"
  from "repositories"
  inner join "namespaces" as "owning" on "owning"."id" = "repositories"."namespace_id"
  where "owning"."deleted_at" is null
  and (? = '' or repositories.name like ? escape '\')
  and (? = '' or repositories.visibility = ?)
  and (? = 0 or repositories.is_official = 1)
  and (? = 0 or exists (select 1
  from stars
  where stars.account_id = ?
  and stars.repository_id = repositories.id))
  and (repositories.deleted_at is null
  and (
    (? = 1
  and repositories.visibility = 'public')
    or (
      (? = 0 or exists (select 1
  from json_each(?)
  where repositories.name like value escape '\'))
     
  and (? = 0 or repositories.id = ?)
     
  and (
        ? = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = ?)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = ?
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = ?
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = ?
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  and (? = 0 or repositories.namespace_id = ?)
  and (repositories."pushed_at", repositories.name) < (?, ?)
  and (repositories."pushed_at", repositories.name) >= (?, ?)
  order by "repositories"."pushed_at" desc, "repositories"."name" desc
  limit ?;
-- PostgreSQL
select "repositories"."id", "repositories"."name", "repositories"."visibility", "repositories"."description", "repositories"."is_official", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", "owning"."is_verified_publisher", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at"
  from "repositories"
  inner join "namespaces" as "owning" on "owning"."id" = "repositories"."namespace_id"
  where "owning"."deleted_at" is null
  and ($1 = '' or repositories.name like $2 escape '\')
  and ($3 = '' or repositories.visibility = $4)
  and ($5 = 0 or repositories.is_official = 1)
  and ($6 = 0 or exists (select 1
  from stars
  where stars.account_id = $7
  and stars.repository_id = repositories.id))
  and (repositories.deleted_at is null
  and (
    ($8 = 1
  and repositories.visibility = 'public')
    or (
      ($9 = 0 or exists (select 1
  from json_array_elements_text($10::json) as value
  where repositories.name like value escape '\'))
     
  and ($11 = 0 or repositories.id = $12)
     
  and (
        $13 = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = $14)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = $15
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = $16
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = $17
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  and ($18 = 0 or repositories.namespace_id = $19)
  and (repositories."pushed_at", repositories.name) < ($20, $21)
  and (repositories."pushed_at", repositories.name) >= ($22, $23)
  order by "repositories"."pushed_at" desc, "repositories"."name" desc
  limit $24;

-- src/repositories/queries/lists.ts: findStarsEnd
--   SEARCH repositories USING COVERING INDEX repositories_stars ((star_count,name)<(?,?))
-- SQLite
select "name", "star_count" as "value"
  from "repositories"
  where ("star_count", name) < (?, ?)
  order by "star_count" desc, "name" desc
  limit ? offset ?;
-- PostgreSQL
select "name", "star_count" as "value"
  from "repositories"
  where ("star_count", name) < ($1, $2)
  order by "star_count" desc, "name" desc
  limit $3 offset $4;

-- src/repositories/queries/lists.ts: findPullsEnd
--   SEARCH repositories USING COVERING INDEX repositories_pulls ((pull_count,name)<(?,?))
-- SQLite
select "name", "pull_count" as "value"
  from "repositories"
  where ("pull_count", name) < (?, ?)
  order by "pull_count" desc, "name" desc
  limit ? offset ?;
-- PostgreSQL
select "name", "pull_count" as "value"
  from "repositories"
  where ("pull_count", name) < ($1, $2)
  order by "pull_count" desc, "name" desc
  limit $3 offset $4;

-- src/repositories/queries/lists.ts: findPushEnd
--   SEARCH repositories USING COVERING INDEX repositories_pushed ((pushed_at,name)<(?,?))
-- SQLite
select "name", "pushed_at" as "value"
  from "repositories"
  where ("pushed_at", name) < (?, ?)
  order by "pushed_at" desc, "name" desc
  limit ? offset ?;
-- PostgreSQL
select "name", "pushed_at" as "value"
  from "repositories"
  where ("pushed_at", name) < ($1, $2)
  order by "pushed_at" desc, "name" desc
  limit $3 offset $4;

-- src/repositories/queries/lists.ts: listBinnedRepositories
--   SEARCH repositories USING INDEX repositories_deleted (deleted_at>? AND deleted_at<?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repositories"."id", "repositories"."name", "repositories"."namespace_id", "repositories"."visibility", "repositories"."description", "repositories"."is_official", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", "repositories"."deleted_by", "namespaces"."creates_on_push", "namespaces"."members_role", "namespaces"."is_verified_publisher", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at", repositories.deleted_at as "deleted_at"
  from "repositories"
  inner join "namespaces" on "namespaces"."id" = "repositories"."namespace_id"
  where "repositories"."deleted_at" is not null
  and "repositories"."deleted_at" > ?
  and "namespaces"."deleted_at" is null
  and (repositories.deleted_at, repositories.id) < (?, ?)
  order by "repositories"."deleted_at" desc, "repositories"."id" desc
  limit ?;
-- PostgreSQL
select "repositories"."id", "repositories"."name", "repositories"."namespace_id", "repositories"."visibility", "repositories"."description", "repositories"."is_official", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", "repositories"."deleted_by", "namespaces"."creates_on_push", "namespaces"."members_role", "namespaces"."is_verified_publisher", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at", repositories.deleted_at as "deleted_at"
  from "repositories"
  inner join "namespaces" on "namespaces"."id" = "repositories"."namespace_id"
  where "repositories"."deleted_at" is not null
  and "repositories"."deleted_at" > $1
  and "namespaces"."deleted_at" is null
  and (repositories.deleted_at, repositories.id) < ($2, $3)
  order by "repositories"."deleted_at" desc, "repositories"."id" desc
  limit $4;

-- src/repositories/queries/lists.ts: findStretchEnd
--   SEARCH repositories USING COVERING INDEX sqlite_autoindex_repositories_1 (name>?)
-- SQLite
select "name"
  from "repositories"
  where "name" > ?
  order by "name"
  limit ? offset ?;
-- PostgreSQL
select "name"
  from "repositories"
  where "name" > $1
  order by "name"
  limit $2 offset $3;

-- src/repositories/queries/namespace-names.ts: renameRepositoriesOf
--   SEARCH repositories USING COVERING INDEX repositories_namespace (namespace_id=?)
-- SQLite
update "repositories"
  set "name" = cast(? as text) || substr(name, instr(name, '/'))
  where "namespace_id" = ?;
-- PostgreSQL
update "repositories"
  set "name" = cast($1 as text) || substr(name, strpos(name, '/'))
  where "namespace_id" = $2;

-- src/repositories/queries/namespace-names.ts: findTooLongName
--   SEARCH repositories USING COVERING INDEX repositories_namespace (namespace_id=?)
-- SQLite
select "name"
  from "repositories"
  where "namespace_id" = ?
  and length(name) + cast(? as integer) > cast(? as integer)
  limit ?;
-- PostgreSQL
select "name"
  from "repositories"
  where "namespace_id" = $1
  and length(name) + cast($2 as integer) > cast($3 as integer)
  limit $4;

-- src/repositories/queries/namespace-names.ts: hideRepositoriesOf
--   SEARCH repositories USING INDEX repositories_namespace (namespace_id=?)
-- SQLite
update "repositories"
  set "deleted_at" = ?, "deleted_by" = ?
  where "namespace_id" = ?
  and "deleted_at" is null;
-- PostgreSQL
update "repositories"
  set "deleted_at" = $1, "deleted_by" = $2
  where "namespace_id" = $3
  and "deleted_at" is null;

-- src/repositories/queries/namespace-names.ts: showRepositoriesOf
--   SEARCH repositories USING INDEX repositories_deleted (deleted_at=?)
-- SQLite
update "repositories"
  set "deleted_at" = ?, "deleted_by" = ?
  where "namespace_id" = ?
  and "deleted_at" = ?;
-- PostgreSQL
update "repositories"
  set "deleted_at" = $1, "deleted_by" = $2
  where "namespace_id" = $3
  and "deleted_at" = $4;

-- src/accounts/queries.ts: findAccount
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "id", "kind", "name", "display_name", "email", "email_verified_at", "system_role", "disabled_at", "description", "namespace_id", "repository_id", "created_at", "last_login_at"
  from "accounts"
  where "id" = ?;
-- PostgreSQL
select "id", "kind", "name", "display_name", "email", "email_verified_at", "system_role", "disabled_at", "description", "namespace_id", "repository_id", "created_at", "last_login_at"
  from "accounts"
  where "id" = $1;

-- src/accounts/queries.ts: findAccountByName
--   SEARCH accounts USING INDEX sqlite_autoindex_accounts_1 (name=?)
-- SQLite
select "id", "kind", "name", "display_name", "email", "email_verified_at", "system_role", "disabled_at", "description", "namespace_id", "repository_id", "created_at", "last_login_at"
  from "accounts"
  where "name" = ?;
-- PostgreSQL
select "id", "kind", "name", "display_name", "email", "email_verified_at", "system_role", "disabled_at", "description", "namespace_id", "repository_id", "created_at", "last_login_at"
  from "accounts"
  where "name" = $1;

-- src/accounts/queries.ts: findAccountByEmail
--   SEARCH accounts USING INDEX accounts_email (email=?)
-- SQLite
select "id", "kind", "name", "display_name", "email", "email_verified_at", "system_role", "disabled_at", "description", "namespace_id", "repository_id", "created_at", "last_login_at"
  from "accounts"
  where "email" = ?
  and "email_verified_at" is not null;
-- PostgreSQL
select "id", "kind", "name", "display_name", "email", "email_verified_at", "system_role", "disabled_at", "description", "namespace_id", "repository_id", "created_at", "last_login_at"
  from "accounts"
  where "email" = $1
  and "email_verified_at" is not null;

-- src/accounts/queries.ts: listAccounts
--   SEARCH accounts USING INDEX sqlite_autoindex_accounts_1 (name>? AND name<?)
-- SQLite
select "id", "kind", "name", "display_name", "email", "email_verified_at", "system_role", "disabled_at", "description", "namespace_id", "repository_id", "created_at", "last_login_at"
  from "accounts"
  where "name" >= ?
  and "name" < ?
  and "name" > ?
  order by "name"
  limit ?;
-- PostgreSQL
select "id", "kind", "name", "display_name", "email", "email_verified_at", "system_role", "disabled_at", "description", "namespace_id", "repository_id", "created_at", "last_login_at"
  from "accounts"
  where "name" >= $1
  and "name" < $2
  and "name" > $3
  order by "name"
  limit $4;

-- src/accounts/queries.ts: lockAdministrators
--   SCAN accounts USING INDEX accounts_administrators
-- SQLite
select "id"
  from "accounts"
  where "system_role" = 'administrator'
  and "disabled_at" is null
  order by "id";
-- PostgreSQL
select "id"
  from "accounts"
  where "system_role" = 'administrator'
  and "disabled_at" is null
  order by "id"
  for update;

-- src/accounts/queries.ts: findClaim
--   SEARCH settings USING PRIMARY KEY (key=?)
-- SQLite
select "value"
  from "settings"
  where "key" = ?;
-- PostgreSQL
select "value"
  from "settings"
  where "key" = $1;

-- src/accounts/queries.ts: insertClaim
-- SQLite
insert into "settings" ("key", "value")
  values (?, ?)
  on conflict ("key") do nothing;
-- PostgreSQL
insert into "settings" ("key", "value")
  values ($1, $2)
  on conflict ("key") do nothing;

-- src/accounts/queries.ts: findNameHolder
--   COMPOUND QUERY
--   LEFT-MOST SUBQUERY
--   SEARCH accounts USING COVERING INDEX sqlite_autoindex_accounts_1 (name=?)
--   UNION ALL
--   SEARCH namespaces USING COVERING INDEX sqlite_autoindex_namespaces_1 (name=?)
--   UNION ALL
--   SEARCH former_names USING PRIMARY KEY (name=?)
-- SQLite
select "name"
  from "accounts"
  where "name" = ? union all select "name"
  from "namespaces"
  where "name" = ? union all select "name"
  from "former_names"
  where "name" = ?;
-- PostgreSQL
select "name"
  from "accounts"
  where "name" = $1 union all select "name"
  from "namespaces"
  where "name" = $2 union all select "name"
  from "former_names"
  where "name" = $3;

-- src/accounts/queries.ts: insertPerson
-- SQLite
insert into "accounts" ("kind", "name", "display_name", "email", "email_verified_at", "system_role", "created_at")
  values (?, ?, ?, ?, ?, ?, ?)
  on conflict do nothing
 
  returning "id";
-- PostgreSQL
insert into "accounts" ("kind", "name", "display_name", "email", "email_verified_at", "system_role", "created_at")
  values ($1, $2, $3, $4, $5, $6, $7)
  on conflict do nothing
 
  returning "id";

-- src/accounts/queries.ts: insertUserNamespace
-- SQLite
insert into "namespaces" ("name", "kind", "account_id", "created_at")
  values (?, ?, ?, ?)
  on conflict ("name") do nothing
 
  returning "id";
-- PostgreSQL
insert into "namespaces" ("name", "kind", "account_id", "created_at")
  values ($1, $2, $3, $4)
  on conflict ("name") do nothing
 
  returning "id";

-- src/accounts/queries.ts: setDisplayName
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "accounts"
  set "display_name" = ?
  where "id" = ?;
-- PostgreSQL
update "accounts"
  set "display_name" = $1
  where "id" = $2;

-- src/accounts/queries.ts: setEmail
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "accounts"
  set "email" = ?, "email_verified_at" = ?
  where "id" = ?;
-- PostgreSQL
update "accounts"
  set "email" = $1, "email_verified_at" = $2
  where "id" = $3;

-- src/accounts/queries.ts: setSystemRole
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "accounts"
  set "system_role" = ?
  where "id" = ?;
-- PostgreSQL
update "accounts"
  set "system_role" = $1
  where "id" = $2;

-- src/accounts/queries.ts: setDisabled
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "accounts"
  set "disabled_at" = ?
  where "id" = ?;
-- PostgreSQL
update "accounts"
  set "disabled_at" = $1
  where "id" = $2;

-- src/accounts/queries.ts: setLastLogin
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "accounts"
  set "last_login_at" = ?
  where "id" = ?;
-- PostgreSQL
update "accounts"
  set "last_login_at" = $1
  where "id" = $2;

-- src/accounts/queries.ts: listOwnerlessNamespaces
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid>?)
--   CORRELATED SCALAR SUBQUERY 1
--   SEARCH members USING PRIMARY KEY (namespace_id=?)
-- SQLite
select "namespaces"."id"
  from "namespaces"
  where "namespaces"."id" > ?
  and "kind" = ?
  and not exists (select "account_id"
  from "members"
  where "members"."namespace_id" = "namespaces"."id")
  order by "namespaces"."id"
  limit ?;
-- PostgreSQL
select "namespaces"."id"
  from "namespaces"
  where "namespaces"."id" > $1
  and "kind" = $2
  and not exists (select "account_id"
  from "members"
  where "members"."namespace_id" = "namespaces"."id")
  order by "namespaces"."id"
  limit $3;

-- src/accounts/queries.ts: insertMember
-- SQLite
insert into "members" ("namespace_id", "account_id", "role", "created_at")
  values (?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "members" ("namespace_id", "account_id", "role", "created_at")
  values ($1, $2, $3, $4)
  on conflict do nothing;

-- src/accounts/queries/teams.ts: listTeams
--   SEARCH teams USING INDEX sqlite_autoindex_teams_1 (namespace_id=? AND name>?)
-- SQLite
select "id", "namespace_id", "name", "description", "created_at"
  from "teams"
  where "namespace_id" = ?
  and "name" > ?
  order by "name"
  limit ?;
-- PostgreSQL
select "id", "namespace_id", "name", "description", "created_at"
  from "teams"
  where "namespace_id" = $1
  and "name" > $2
  order by "name"
  limit $3;

-- src/accounts/queries/teams.ts: findTeam
--   SEARCH teams USING INDEX sqlite_autoindex_teams_1 (namespace_id=? AND name=?)
-- SQLite
select "id", "namespace_id", "name", "description", "created_at"
  from "teams"
  where "namespace_id" = ?
  and "name" = ?;
-- PostgreSQL
select "id", "namespace_id", "name", "description", "created_at"
  from "teams"
  where "namespace_id" = $1
  and "name" = $2;

-- src/accounts/queries/teams.ts: insertTeam
-- SQLite
insert into "teams" ("namespace_id", "name", "description", "created_at")
  values (?, ?, ?, ?)
  on conflict ("namespace_id", "name") do nothing
 
  returning "id";
-- PostgreSQL
insert into "teams" ("namespace_id", "name", "description", "created_at")
  values ($1, $2, $3, $4)
  on conflict ("namespace_id", "name") do nothing
 
  returning "id";

-- src/accounts/queries/teams.ts: updateTeam
--   SEARCH teams USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "teams"
  set "name" = ?, "description" = ?
  where "id" = ?;
-- PostgreSQL
update "teams"
  set "name" = $1, "description" = $2
  where "id" = $3;

-- src/accounts/queries/teams.ts: deleteTeam
--   SEARCH teams USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
delete
  from "teams"
  where "id" = ?
  and "namespace_id" = ?;
-- PostgreSQL
delete
  from "teams"
  where "id" = $1
  and "namespace_id" = $2;

-- src/accounts/queries/teams.ts: listTeamMembers
--   SEARCH team_members USING PRIMARY KEY (team_id=? AND (account_id,source)>(?,?))
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "accounts"."id", "accounts"."name", "accounts"."display_name", "team_members"."source", "team_members"."created_at"
  from "team_members"
  inner join "accounts" on "accounts"."id" = "team_members"."account_id"
  where "team_members"."team_id" = ?
  and ("team_members"."account_id", "team_members"."source") > (?, ?)
  order by "team_members"."account_id", "team_members"."source"
  limit ?;
-- PostgreSQL
select "accounts"."id", "accounts"."name", "accounts"."display_name", "team_members"."source", "team_members"."created_at"
  from "team_members"
  inner join "accounts" on "accounts"."id" = "team_members"."account_id"
  where "team_members"."team_id" = $1
  and ("team_members"."account_id", "team_members"."source") > ($2, $3)
  order by "team_members"."account_id", "team_members"."source"
  limit $4;

-- src/accounts/queries/teams.ts: insertTeamMember
-- SQLite
insert into "team_members" ("team_id", "account_id", "source", "created_at")
  values (?, ?, ?, ?)
  on conflict ("team_id", "account_id", "source") do nothing;
-- PostgreSQL
insert into "team_members" ("team_id", "account_id", "source", "created_at")
  values ($1, $2, $3, $4)
  on conflict ("team_id", "account_id", "source") do nothing;

-- src/accounts/queries/teams.ts: deleteTeamMember
--   SEARCH team_members USING PRIMARY KEY (team_id=? AND account_id=? AND source=?)
-- SQLite
delete
  from "team_members"
  where "team_id" = ?
  and "account_id" = ?
  and "source" = ?;
-- PostgreSQL
delete
  from "team_members"
  where "team_id" = $1
  and "account_id" = $2
  and "source" = $3;

-- src/accounts/queries/teams.ts: findTeamMember
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=? AND team_id=?)
-- SQLite
select "source"
  from "team_members"
  where "team_id" = ?
  and "account_id" = ?
  limit ?;
-- PostgreSQL
select "source"
  from "team_members"
  where "team_id" = $1
  and "account_id" = $2
  limit $3;

-- src/access/queries.ts: findAccountRights
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "id", "kind", "name", "system_role", "disabled_at", "repository_id"
  from "accounts"
  where "id" = ?;
-- PostgreSQL
select "id", "kind", "name", "system_role", "disabled_at", "repository_id"
  from "accounts"
  where "id" = $1;

-- src/access/queries.ts: listMemberships
--   SEARCH members USING INDEX members_account (account_id=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "members"."namespace_id", "members"."role"
  from "members"
  inner join "namespaces" on "namespaces"."id" = "members"."namespace_id"
  where "members"."account_id" = ?
  and "namespaces"."deleted_at" is null;
-- PostgreSQL
select "members"."namespace_id", "members"."role"
  from "members"
  inner join "namespaces" on "namespaces"."id" = "members"."namespace_id"
  where "members"."account_id" = $1
  and "namespaces"."deleted_at" is null;

-- src/access/queries.ts: findOwnNamespace
--   SEARCH namespaces USING INDEX namespaces_account (account_id=?)
-- SQLite
select "id"
  from "namespaces"
  where "account_id" = ?
  and "deleted_at" is null;
-- PostgreSQL
select "id"
  from "namespaces"
  where "account_id" = $1
  and "deleted_at" is null;

-- src/access/queries.ts: listAccountGrants
--   SEARCH grants USING INDEX grants_account (account_id=?)
-- SQLite
select "namespace_id", "repository_id", "pattern", "role"
  from "grants"
  where "account_id" = ?;
-- PostgreSQL
select "namespace_id", "repository_id", "pattern", "role"
  from "grants"
  where "account_id" = $1;

-- src/access/queries.ts: listTeamGrants
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=?)
--   SEARCH teams USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH grants USING INDEX grants_team (team_id=?)
-- SQLite
select "grants"."namespace_id", "grants"."repository_id", "grants"."pattern", "grants"."role", "teams"."name" as "team"
  from "team_members"
  inner join "teams" on "teams"."id" = "team_members"."team_id"
  inner join "grants" on "grants"."team_id" = "teams"."id"
  where "team_members"."account_id" = ?;
-- PostgreSQL
select "grants"."namespace_id", "grants"."repository_id", "grants"."pattern", "grants"."role", "teams"."name" as "team"
  from "team_members"
  inner join "teams" on "teams"."id" = "team_members"."team_id"
  inner join "grants" on "grants"."team_id" = "teams"."id"
  where "team_members"."account_id" = $1;

-- src/access/queries.ts: listIdentitySources
--   SEARCH identities USING COVERING INDEX identities_account (account_id=?)
-- SQLite
select "source"
  from "identities"
  where "account_id" = ?;
-- PostgreSQL
select "source"
  from "identities"
  where "account_id" = $1;

-- src/accounts/queries/grants.ts: listGrants
--   SEARCH grants USING INDEX grants_namespace (namespace_id=? AND id>?)
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
--   SEARCH teams USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
-- SQLite
select "grants"."id", "grants"."role", "grants"."pattern", "grants"."repository_id", "grants"."created_at", "grants"."created_by", "accounts"."name" as "account", "accounts"."kind" as "account_kind", "teams"."name" as "team", "repositories"."name" as "repository"
  from "grants" left join "accounts" on "accounts"."id" = "grants"."account_id" left join "teams" on "teams"."id" = "grants"."team_id" left join "repositories" on "repositories"."id" = "grants"."repository_id"
  where "grants"."namespace_id" = ?
  and "grants"."id" > ?
  order by "grants"."id"
  limit ?;
-- PostgreSQL
select "grants"."id", "grants"."role", "grants"."pattern", "grants"."repository_id", "grants"."created_at", "grants"."created_by", "accounts"."name" as "account", "accounts"."kind" as "account_kind", "teams"."name" as "team", "repositories"."name" as "repository"
  from "grants" left join "accounts" on "accounts"."id" = "grants"."account_id" left join "teams" on "teams"."id" = "grants"."team_id" left join "repositories" on "repositories"."id" = "grants"."repository_id"
  where "grants"."namespace_id" = $1
  and "grants"."id" > $2
  order by "grants"."id"
  limit $3;

-- src/accounts/queries/grants.ts: listRepositoryGrants
--   SEARCH grants USING INDEX grants_repository (repository_id=? AND id>?)
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
--   SEARCH teams USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
-- SQLite
select "grants"."id", "grants"."role", "grants"."pattern", "grants"."repository_id", "grants"."created_at", "grants"."created_by", "accounts"."name" as "account", "accounts"."kind" as "account_kind", "teams"."name" as "team", "repositories"."name" as "repository"
  from "grants" left join "accounts" on "accounts"."id" = "grants"."account_id" left join "teams" on "teams"."id" = "grants"."team_id" left join "repositories" on "repositories"."id" = "grants"."repository_id"
  where "grants"."repository_id" = ?
  and "grants"."id" > ?
  order by "grants"."id"
  limit ?;
-- PostgreSQL
select "grants"."id", "grants"."role", "grants"."pattern", "grants"."repository_id", "grants"."created_at", "grants"."created_by", "accounts"."name" as "account", "accounts"."kind" as "account_kind", "teams"."name" as "team", "repositories"."name" as "repository"
  from "grants" left join "accounts" on "accounts"."id" = "grants"."account_id" left join "teams" on "teams"."id" = "grants"."team_id" left join "repositories" on "repositories"."id" = "grants"."repository_id"
  where "grants"."repository_id" = $1
  and "grants"."id" > $2
  order by "grants"."id"
  limit $3;

-- src/accounts/queries/grants.ts: findGrant
--   SEARCH grants USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
--   SEARCH teams USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
-- SQLite
select "grants"."id", "grants"."role", "grants"."pattern", "grants"."repository_id", "grants"."created_at", "grants"."created_by", "accounts"."name" as "account", "accounts"."kind" as "account_kind", "teams"."name" as "team", "repositories"."name" as "repository"
  from "grants" left join "accounts" on "accounts"."id" = "grants"."account_id" left join "teams" on "teams"."id" = "grants"."team_id" left join "repositories" on "repositories"."id" = "grants"."repository_id"
  where "grants"."id" = ?
  and "grants"."namespace_id" = ?;
-- PostgreSQL
select "grants"."id", "grants"."role", "grants"."pattern", "grants"."repository_id", "grants"."created_at", "grants"."created_by", "accounts"."name" as "account", "accounts"."kind" as "account_kind", "teams"."name" as "team", "repositories"."name" as "repository"
  from "grants" left join "accounts" on "accounts"."id" = "grants"."account_id" left join "teams" on "teams"."id" = "grants"."team_id" left join "repositories" on "repositories"."id" = "grants"."repository_id"
  where "grants"."id" = $1
  and "grants"."namespace_id" = $2;

-- src/accounts/queries/grants.ts: findAccountGrant
--   SEARCH grants USING INDEX grants_account (account_id=? AND namespace_id=?)
-- SQLite
select "id", "role"
  from "grants"
  where "account_id" = ?
  and "namespace_id" = ?
  and coalesce("repository_id", 0) = ?
  and coalesce("pattern", '') = ?;
-- PostgreSQL
select "id", "role"
  from "grants"
  where "account_id" = $1
  and "namespace_id" = $2
  and coalesce("repository_id", 0) = $3
  and coalesce("pattern", '') = $4;

-- src/accounts/queries/grants.ts: findTeamGrant
--   SEARCH grants USING INDEX grants_team (team_id=? AND namespace_id=?)
-- SQLite
select "id", "role"
  from "grants"
  where "team_id" = ?
  and "namespace_id" = ?
  and coalesce("repository_id", 0) = ?
  and coalesce("pattern", '') = ?;
-- PostgreSQL
select "id", "role"
  from "grants"
  where "team_id" = $1
  and "namespace_id" = $2
  and coalesce("repository_id", 0) = $3
  and coalesce("pattern", '') = $4;

-- src/accounts/queries/grants.ts: insertGrant
-- SQLite
insert into "grants" ("namespace_id", "repository_id", "pattern", "account_id", "team_id", "role", "created_by", "created_at")
  values (?, ?, ?, ?, ?, ?, ?, ?)
 
  returning "id";
-- PostgreSQL
insert into "grants" ("namespace_id", "repository_id", "pattern", "account_id", "team_id", "role", "created_by", "created_at")
  values ($1, $2, $3, $4, $5, $6, $7, $8)
 
  returning "id";

-- src/accounts/queries/grants.ts: setGrantRole
--   SEARCH grants USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "grants"
  set "role" = ?, "created_by" = ?, "created_at" = ?
  where "id" = ?;
-- PostgreSQL
update "grants"
  set "role" = $1, "created_by" = $2, "created_at" = $3
  where "id" = $4;

-- src/accounts/queries/grants.ts: deleteGrant
--   SEARCH grants USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
delete
  from "grants"
  where "id" = ?
  and "namespace_id" = ?;
-- PostgreSQL
delete
  from "grants"
  where "id" = $1
  and "namespace_id" = $2;

-- src/accounts/queries/grants.ts: findRepositoryOf
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "id", "name"
  from "repositories"
  where "id" = ?
  and "namespace_id" = ?
  and "deleted_at" is null;
-- PostgreSQL
select "id", "name"
  from "repositories"
  where "id" = $1
  and "namespace_id" = $2
  and "deleted_at" is null;

-- src/accounts/queries/groups.ts: listTeamsOfGroups
--   SEARCH team_groups USING PRIMARY KEY (source=? AND group_name=?)
--   LIST SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   SEARCH teams USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "teams"."id", "teams"."namespace_id"
  from "team_groups"
  inner join "teams" on "teams"."id" = "team_groups"."team_id"
  where "team_groups"."source" = ?
  and "team_groups"."group_name" in (select value
  from json_each(?));
-- PostgreSQL
select "teams"."id", "teams"."namespace_id"
  from "team_groups"
  inner join "teams" on "teams"."id" = "team_groups"."team_id"
  where "team_groups"."source" = $1
  and "team_groups"."group_name" in (select value
  from json_array_elements_text($2::json) as value)
  for key share;

-- src/accounts/queries/groups.ts: listTeamsOfSource
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=?)
--   SEARCH teams USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "teams"."id", "teams"."namespace_id"
  from "team_members"
  inner join "teams" on "teams"."id" = "team_members"."team_id"
  where "team_members"."account_id" = ?
  and "team_members"."source" = ?;
-- PostgreSQL
select "teams"."id", "teams"."namespace_id"
  from "team_members"
  inner join "teams" on "teams"."id" = "team_members"."team_id"
  where "team_members"."account_id" = $1
  and "team_members"."source" = $2;

-- src/accounts/queries/groups.ts: insertSourcedTeamMember
-- SQLite
insert into "team_members" ("team_id", "account_id", "source", "created_at")
  values (?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "team_members" ("team_id", "account_id", "source", "created_at")
  values ($1, $2, $3, $4)
  on conflict do nothing;

-- src/accounts/queries/groups.ts: deleteSourcedTeamMember
--   SEARCH team_members USING PRIMARY KEY (team_id=? AND account_id=? AND source=?)
-- SQLite
delete
  from "team_members"
  where "team_id" = ?
  and "account_id" = ?
  and "source" = ?;
-- PostgreSQL
delete
  from "team_members"
  where "team_id" = $1
  and "account_id" = $2
  and "source" = $3;

-- src/accounts/queries/groups.ts: deleteSourcedTeamMembers
--   SEARCH team_members USING PRIMARY KEY (team_id=?)
-- SQLite
delete
  from "team_members"
  where "team_id" = ?
  and "source" = ?
  returning "account_id";
-- PostgreSQL
delete
  from "team_members"
  where "team_id" = $1
  and "source" = $2
  returning "account_id";

-- src/accounts/queries/groups.ts: insertSourcedMember
-- SQLite
insert into "members" ("namespace_id", "account_id", "role", "source", "created_at")
  values (?, ?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "members" ("namespace_id", "account_id", "role", "source", "created_at")
  values ($1, $2, $3, $4, $5)
  on conflict do nothing;

-- src/accounts/queries/groups.ts: handMembersOver
--   SEARCH members USING INDEX members_account (account_id=?)
--   CORRELATED SCALAR SUBQUERY 2
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=?)
--   SEARCH teams USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 1
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=?)
--   SEARCH teams USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "members"
  set "source" = coalesce((select min("team_members"."source") as "source"
  from "team_members"
  inner join "teams" on "teams"."id" = "team_members"."team_id"
  where "team_members"."account_id" = "members"."account_id"
  and "teams"."namespace_id" = "members"."namespace_id"), '')
  where "account_id" = ?
  and "source" = ?
  and not exists (select "team_members"."team_id"
  from "team_members"
  inner join "teams" on "teams"."id" = "team_members"."team_id"
  where "team_members"."account_id" = "members"."account_id"
  and "teams"."namespace_id" = "members"."namespace_id"
  and "team_members"."source" = ?);
-- PostgreSQL
update "members"
  set "source" = coalesce((select min("team_members"."source") as "source"
  from "team_members"
  inner join "teams" on "teams"."id" = "team_members"."team_id"
  where "team_members"."account_id" = "members"."account_id"
  and "teams"."namespace_id" = "members"."namespace_id"), '')
  where "account_id" = $1
  and "source" = $2
  and not exists (select "team_members"."team_id"
  from "team_members"
  inner join "teams" on "teams"."id" = "team_members"."team_id"
  where "team_members"."account_id" = "members"."account_id"
  and "teams"."namespace_id" = "members"."namespace_id"
  and "team_members"."source" = $3);

-- src/accounts/queries/groups.ts: deleteTeamlessMembers
--   SEARCH members USING INDEX members_account (account_id=?)
--   CORRELATED SCALAR SUBQUERY 1
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=?)
--   SEARCH teams USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
delete
  from "members"
  where "account_id" = ?
  and "source" = ?
  and "role" = ?
  and not exists (select "team_members"."team_id"
  from "team_members"
  inner join "teams" on "teams"."id" = "team_members"."team_id"
  where "team_members"."account_id" = "members"."account_id"
  and "teams"."namespace_id" = "members"."namespace_id");
-- PostgreSQL
delete
  from "members"
  where "account_id" = $1
  and "source" = $2
  and "role" = $3
  and not exists (select "team_members"."team_id"
  from "team_members"
  inner join "teams" on "teams"."id" = "team_members"."team_id"
  where "team_members"."account_id" = "members"."account_id"
  and "teams"."namespace_id" = "members"."namespace_id");

-- src/accounts/queries/groups.ts: lockTeam
--   SEARCH teams USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "id", "namespace_id"
  from "teams"
  where "id" = ?;
-- PostgreSQL
select "id", "namespace_id"
  from "teams"
  where "id" = $1
  for update;

-- src/accounts/queries/groups.ts: listTeamGroups
--   SEARCH team_groups USING COVERING INDEX team_groups_team (team_id=?)
-- SQLite
select "source", "group_name"
  from "team_groups"
  where "team_id" = ?;
-- PostgreSQL
select "source", "group_name"
  from "team_groups"
  where "team_id" = $1;

-- src/accounts/queries/groups.ts: insertTeamGroup
-- SQLite
insert into "team_groups" ("team_id", "source", "group_name")
  values (?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "team_groups" ("team_id", "source", "group_name")
  values ($1, $2, $3)
  on conflict do nothing;

-- src/accounts/queries/groups.ts: deleteTeamGroup
--   SEARCH team_groups USING PRIMARY KEY (source=? AND group_name=? AND team_id=?)
-- SQLite
delete
  from "team_groups"
  where "source" = ?
  and "group_name" = ?
  and "team_id" = ?;
-- PostgreSQL
delete
  from "team_groups"
  where "source" = $1
  and "group_name" = $2
  and "team_id" = $3;

-- src/accounts/queries/hand-over.ts: findHandOverObstacle
--   COMPOUND QUERY
--   LEFT-MOST SUBQUERY
--   SEARCH members USING PRIMARY KEY (namespace_id=?)
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?)
--   UNION ALL
--   SEARCH teams USING COVERING INDEX sqlite_autoindex_teams_1 (namespace_id=?)
--   UNION ALL
--   SEARCH accounts USING INDEX accounts_robots (namespace_id=?)
-- SQLite
select "accounts"."name", 'member' as "kind"
  from "members"
  inner join "accounts" on "accounts"."id" = "members"."account_id"
  where "members"."namespace_id" = ?
  and "accounts"."id" <> ?
  and "accounts"."system_role" <> ? union all select "name", 'team' as "kind"
  from "teams"
  where "namespace_id" = ? union all select "name", 'robot' as "kind"
  from "accounts"
  where "namespace_id" = ?
  and coalesce("disabled_at", 1) <> ?
  limit ?;
-- PostgreSQL
select "accounts"."name", 'member' as "kind"
  from "members"
  inner join "accounts" on "accounts"."id" = "members"."account_id"
  where "members"."namespace_id" = $1
  and "accounts"."id" <> $2
  and "accounts"."system_role" <> $3 union all select "name", 'team' as "kind"
  from "teams"
  where "namespace_id" = $4 union all select "name", 'robot' as "kind"
  from "accounts"
  where "namespace_id" = $5
  and coalesce("disabled_at", 1) <> $6
  limit $7;

-- src/accounts/queries/hand-over.ts: findAnyRepository
--   SEARCH repositories USING COVERING INDEX repositories_namespace (namespace_id=?)
-- SQLite
select "name"
  from "repositories"
  where "namespace_id" = ?
  limit ?;
-- PostgreSQL
select "name"
  from "repositories"
  where "namespace_id" = $1
  limit $2;

-- src/accounts/queries/hand-over.ts: findOwnNamespaceOf
--   SEARCH namespaces USING INDEX namespaces_account (account_id=?)
-- SQLite
select "id", "name"
  from "namespaces"
  where "account_id" = ?;
-- PostgreSQL
select "id", "name"
  from "namespaces"
  where "account_id" = $1
  for update;

-- src/accounts/queries/hand-over.ts: deleteNamespace
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
delete
  from "namespaces"
  where "id" = ?;
-- PostgreSQL
delete
  from "namespaces"
  where "id" = $1;

-- src/accounts/queries/hand-over.ts: giveNamespace
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "namespaces"
  set "kind" = ?, "account_id" = ?, "members_role" = ?
  where "id" = ?
  and "kind" = ?;
-- PostgreSQL
update "namespaces"
  set "kind" = $1, "account_id" = $2, "members_role" = $3
  where "id" = $4
  and "kind" = $5;

-- src/accounts/queries/invitations.ts: listInvitations
--   SEARCH invitations USING INDEX invitations_namespace (namespace_id=? AND id>?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
--   SEARCH teams USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
-- SQLite
select "invitations"."id", "invitations"."namespace_id", "invitations"."team_id", "invitations"."account_id", "invitations"."email", "invitations"."role", "invitations"."invited_by", "invitations"."created_at", "invitations"."expires_at", "namespaces"."name" as "namespace", "namespaces"."deleted_at" as "namespace_deleted_at", "teams"."name" as "team", "accounts"."name" as "account"
  from "invitations" left join "namespaces" on "namespaces"."id" = "invitations"."namespace_id" left join "teams" on "teams"."id" = "invitations"."team_id" left join "accounts" on "accounts"."id" = "invitations"."account_id"
  where "invitations"."namespace_id" = ?
  and "invitations"."id" > ?
  and "invitations"."expires_at" > ?
  order by "invitations"."id"
  limit ?;
-- PostgreSQL
select "invitations"."id", "invitations"."namespace_id", "invitations"."team_id", "invitations"."account_id", "invitations"."email", "invitations"."role", "invitations"."invited_by", "invitations"."created_at", "invitations"."expires_at", "namespaces"."name" as "namespace", "namespaces"."deleted_at" as "namespace_deleted_at", "teams"."name" as "team", "accounts"."name" as "account"
  from "invitations" left join "namespaces" on "namespaces"."id" = "invitations"."namespace_id" left join "teams" on "teams"."id" = "invitations"."team_id" left join "accounts" on "accounts"."id" = "invitations"."account_id"
  where "invitations"."namespace_id" = $1
  and "invitations"."id" > $2
  and "invitations"."expires_at" > $3
  order by "invitations"."id"
  limit $4;

-- src/accounts/queries/invitations.ts: listInvitationsTo
--   SEARCH invitations USING INDEX invitations_account (account_id=? AND rowid>?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
--   SEARCH teams USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
-- SQLite
select "invitations"."id", "invitations"."namespace_id", "invitations"."team_id", "invitations"."account_id", "invitations"."email", "invitations"."role", "invitations"."invited_by", "invitations"."created_at", "invitations"."expires_at", "namespaces"."name" as "namespace", "namespaces"."deleted_at" as "namespace_deleted_at", "teams"."name" as "team", "accounts"."name" as "account"
  from "invitations" left join "namespaces" on "namespaces"."id" = "invitations"."namespace_id" left join "teams" on "teams"."id" = "invitations"."team_id" left join "accounts" on "accounts"."id" = "invitations"."account_id"
  where "invitations"."account_id" = ?
  and "invitations"."id" > ?
  and "invitations"."expires_at" > ?
  and "namespaces"."deleted_at" is null
  order by "invitations"."id"
  limit ?;
-- PostgreSQL
select "invitations"."id", "invitations"."namespace_id", "invitations"."team_id", "invitations"."account_id", "invitations"."email", "invitations"."role", "invitations"."invited_by", "invitations"."created_at", "invitations"."expires_at", "namespaces"."name" as "namespace", "namespaces"."deleted_at" as "namespace_deleted_at", "teams"."name" as "team", "accounts"."name" as "account"
  from "invitations" left join "namespaces" on "namespaces"."id" = "invitations"."namespace_id" left join "teams" on "teams"."id" = "invitations"."team_id" left join "accounts" on "accounts"."id" = "invitations"."account_id"
  where "invitations"."account_id" = $1
  and "invitations"."id" > $2
  and "invitations"."expires_at" > $3
  and "namespaces"."deleted_at" is null
  order by "invitations"."id"
  limit $4;

-- src/accounts/queries/invitations.ts: findInvitation
--   SEARCH invitations USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
--   SEARCH teams USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
-- SQLite
select "invitations"."id", "invitations"."namespace_id", "invitations"."team_id", "invitations"."account_id", "invitations"."email", "invitations"."role", "invitations"."invited_by", "invitations"."created_at", "invitations"."expires_at", "namespaces"."name" as "namespace", "namespaces"."deleted_at" as "namespace_deleted_at", "teams"."name" as "team", "accounts"."name" as "account"
  from "invitations" left join "namespaces" on "namespaces"."id" = "invitations"."namespace_id" left join "teams" on "teams"."id" = "invitations"."team_id" left join "accounts" on "accounts"."id" = "invitations"."account_id"
  where "invitations"."id" = ?
  and "invitations"."namespace_id" = ?;
-- PostgreSQL
select "invitations"."id", "invitations"."namespace_id", "invitations"."team_id", "invitations"."account_id", "invitations"."email", "invitations"."role", "invitations"."invited_by", "invitations"."created_at", "invitations"."expires_at", "namespaces"."name" as "namespace", "namespaces"."deleted_at" as "namespace_deleted_at", "teams"."name" as "team", "accounts"."name" as "account"
  from "invitations" left join "namespaces" on "namespaces"."id" = "invitations"."namespace_id" left join "teams" on "teams"."id" = "invitations"."team_id" left join "accounts" on "accounts"."id" = "invitations"."account_id"
  where "invitations"."id" = $1
  and "invitations"."namespace_id" = $2;

-- src/accounts/queries/invitations.ts: findInvitationTo
--   SEARCH invitations USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
--   SEARCH teams USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
-- SQLite
select "invitations"."id", "invitations"."namespace_id", "invitations"."team_id", "invitations"."account_id", "invitations"."email", "invitations"."role", "invitations"."invited_by", "invitations"."created_at", "invitations"."expires_at", "namespaces"."name" as "namespace", "namespaces"."deleted_at" as "namespace_deleted_at", "teams"."name" as "team", "accounts"."name" as "account"
  from "invitations" left join "namespaces" on "namespaces"."id" = "invitations"."namespace_id" left join "teams" on "teams"."id" = "invitations"."team_id" left join "accounts" on "accounts"."id" = "invitations"."account_id"
  where "invitations"."id" = ?
  and "invitations"."account_id" = ?
  and "invitations"."expires_at" > ?;
-- PostgreSQL
select "invitations"."id", "invitations"."namespace_id", "invitations"."team_id", "invitations"."account_id", "invitations"."email", "invitations"."role", "invitations"."invited_by", "invitations"."created_at", "invitations"."expires_at", "namespaces"."name" as "namespace", "namespaces"."deleted_at" as "namespace_deleted_at", "teams"."name" as "team", "accounts"."name" as "account"
  from "invitations" left join "namespaces" on "namespaces"."id" = "invitations"."namespace_id" left join "teams" on "teams"."id" = "invitations"."team_id" left join "accounts" on "accounts"."id" = "invitations"."account_id"
  where "invitations"."id" = $1
  and "invitations"."account_id" = $2
  and "invitations"."expires_at" > $3;

-- src/accounts/queries/invitations.ts: findInvitationByHash
--   SEARCH invitations USING INDEX sqlite_autoindex_invitations_1 (hash=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
--   SEARCH teams USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
-- SQLite
select "invitations"."id", "invitations"."namespace_id", "invitations"."team_id", "invitations"."account_id", "invitations"."email", "invitations"."role", "invitations"."invited_by", "invitations"."created_at", "invitations"."expires_at", "namespaces"."name" as "namespace", "namespaces"."deleted_at" as "namespace_deleted_at", "teams"."name" as "team", "accounts"."name" as "account"
  from "invitations" left join "namespaces" on "namespaces"."id" = "invitations"."namespace_id" left join "teams" on "teams"."id" = "invitations"."team_id" left join "accounts" on "accounts"."id" = "invitations"."account_id"
  where "invitations"."hash" = ?
  and "invitations"."account_id" is null
  and "invitations"."expires_at" > ?;
-- PostgreSQL
select "invitations"."id", "invitations"."namespace_id", "invitations"."team_id", "invitations"."account_id", "invitations"."email", "invitations"."role", "invitations"."invited_by", "invitations"."created_at", "invitations"."expires_at", "namespaces"."name" as "namespace", "namespaces"."deleted_at" as "namespace_deleted_at", "teams"."name" as "team", "accounts"."name" as "account"
  from "invitations" left join "namespaces" on "namespaces"."id" = "invitations"."namespace_id" left join "teams" on "teams"."id" = "invitations"."team_id" left join "accounts" on "accounts"."id" = "invitations"."account_id"
  where "invitations"."hash" = $1
  and "invitations"."account_id" is null
  and "invitations"."expires_at" > $2;

-- src/accounts/queries/invitations.ts: insertInvitation
-- SQLite
insert into "invitations" ("hash", "namespace_id", "team_id", "account_id", "email", "role", "invited_by", "created_at", "expires_at")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?)
 
  returning "id";
-- PostgreSQL
insert into "invitations" ("hash", "namespace_id", "team_id", "account_id", "email", "role", "invited_by", "created_at", "expires_at")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
 
  returning "id";

-- src/accounts/queries/invitations.ts: listPendingInvitations
--   SEARCH invitations USING COVERING INDEX invitations_namespace (namespace_id=?)
-- SQLite
select "id"
  from "invitations"
  where "namespace_id" = ?
  order by "id"
  limit ?;
-- PostgreSQL
select "id"
  from "invitations"
  where "namespace_id" = $1
  order by "id"
  limit $2;

-- src/accounts/queries/invitations.ts: deleteInvitationsTo
--   SEARCH invitations USING INDEX invitations_account (account_id=?)
-- SQLite
delete
  from "invitations"
  where "account_id" = ?
  and "namespace_id" = ?;
-- PostgreSQL
delete
  from "invitations"
  where "account_id" = $1
  and "namespace_id" = $2;

-- src/accounts/queries/invitations.ts: deleteInvitation
--   SEARCH invitations USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
delete
  from "invitations"
  where "id" = ?
  and "namespace_id" = ?;
-- PostgreSQL
delete
  from "invitations"
  where "id" = $1
  and "namespace_id" = $2;

-- src/accounts/queries/invitations.ts: deleteAnsweredInvitation
--   SEARCH invitations USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
delete
  from "invitations"
  where "id" = ?;
-- PostgreSQL
delete
  from "invitations"
  where "id" = $1;

-- src/accounts/queries/invitations.ts: deleteExpiredInvitations
--   SEARCH invitations USING INDEX invitations_expiry (expires_at<?)
-- SQLite
delete
  from "invitations"
  where "expires_at" <= ?;
-- PostgreSQL
delete
  from "invitations"
  where "expires_at" <= $1;

-- src/accounts/queries/members.ts: listMembers
--   SEARCH members USING PRIMARY KEY (namespace_id=? AND account_id>?)
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "accounts"."id", "accounts"."name", "accounts"."display_name", "members"."role", "members"."source", "members"."created_at"
  from "members"
  inner join "accounts" on "accounts"."id" = "members"."account_id"
  where "members"."namespace_id" = ?
  and "members"."account_id" > ?
  order by "members"."account_id"
  limit ?;
-- PostgreSQL
select "accounts"."id", "accounts"."name", "accounts"."display_name", "members"."role", "members"."source", "members"."created_at"
  from "members"
  inner join "accounts" on "accounts"."id" = "members"."account_id"
  where "members"."namespace_id" = $1
  and "members"."account_id" > $2
  order by "members"."account_id"
  limit $3;

-- src/accounts/queries/members.ts: findMember
--   SEARCH members USING PRIMARY KEY (namespace_id=? AND account_id=?)
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "accounts"."id", "accounts"."name", "accounts"."display_name", "members"."role", "members"."source", "members"."created_at"
  from "members"
  inner join "accounts" on "accounts"."id" = "members"."account_id"
  where "members"."namespace_id" = ?
  and "members"."account_id" = ?;
-- PostgreSQL
select "accounts"."id", "accounts"."name", "accounts"."display_name", "members"."role", "members"."source", "members"."created_at"
  from "members"
  inner join "accounts" on "accounts"."id" = "members"."account_id"
  where "members"."namespace_id" = $1
  and "members"."account_id" = $2;

-- src/accounts/queries/members.ts: saveMember
-- SQLite
insert into "members" ("namespace_id", "account_id", "role", "source", "created_at")
  values (?, ?, ?, ?, ?)
  on conflict ("namespace_id", "account_id") do update
  set "role" = ?, "source" = ?;
-- PostgreSQL
insert into "members" ("namespace_id", "account_id", "role", "source", "created_at")
  values ($1, $2, $3, $4, $5)
  on conflict ("namespace_id", "account_id") do update
  set "role" = $6, "source" = $7;

-- src/accounts/queries/members.ts: findOtherOwner
--   SEARCH members USING PRIMARY KEY (namespace_id=?)
-- SQLite
select "account_id"
  from "members"
  where "namespace_id" = ?
  and "role" = ?
  and "account_id" <> ?
  limit ?;
-- PostgreSQL
select "account_id"
  from "members"
  where "namespace_id" = $1
  and "role" = $2
  and "account_id" <> $3
  limit $4;

-- src/accounts/queries/members.ts: deleteMember
--   SEARCH members USING PRIMARY KEY (namespace_id=? AND account_id=?)
-- SQLite
delete
  from "members"
  where "namespace_id" = ?
  and "account_id" = ?;
-- PostgreSQL
delete
  from "members"
  where "namespace_id" = $1
  and "account_id" = $2;

-- src/accounts/queries/members.ts: listSourcesOfMember
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=?)
--   SEARCH teams USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "team_members"."source", "teams"."name" as "team"
  from "team_members"
  inner join "teams" on "teams"."id" = "team_members"."team_id"
  where "team_members"."account_id" = ?
  and "teams"."namespace_id" = ?
  and "team_members"."source" <> ?;
-- PostgreSQL
select "team_members"."source", "teams"."name" as "team"
  from "team_members"
  inner join "teams" on "teams"."id" = "team_members"."team_id"
  where "team_members"."account_id" = $1
  and "teams"."namespace_id" = $2
  and "team_members"."source" <> $3;

-- src/accounts/queries/members.ts: deleteMemberFromTeams
--   SEARCH team_members USING INDEX team_members_account (account_id=? AND team_id=?)
--   LIST SUBQUERY 1
--   SEARCH teams USING COVERING INDEX sqlite_autoindex_teams_1 (namespace_id=?)
-- SQLite
delete
  from "team_members"
  where "account_id" = ?
  and "team_id" in (select "id"
  from "teams"
  where "namespace_id" = ?);
-- PostgreSQL
delete
  from "team_members"
  where "account_id" = $1
  and "team_id" in (select "id"
  from "teams"
  where "namespace_id" = $2);

-- src/accounts/queries/members.ts: deleteAccountGrants
--   SEARCH grants USING INDEX grants_account (account_id=? AND namespace_id=?)
-- SQLite
delete
  from "grants"
  where "account_id" = ?
  and "namespace_id" = ?;
-- PostgreSQL
delete
  from "grants"
  where "account_id" = $1
  and "namespace_id" = $2;

-- src/accounts/queries/namespaces.ts: findNamespaceByName
--   SEARCH namespaces USING INDEX sqlite_autoindex_namespaces_1 (name=?)
-- SQLite
select "namespaces"."id", "namespaces"."name", "namespaces"."kind", "namespaces"."account_id", "namespaces"."display_name", "namespaces"."description", "namespaces"."default_visibility", "namespaces"."creates_on_push", "namespaces"."members_role", "namespaces"."is_verified_publisher", "namespaces"."created_at", "namespaces"."deleted_at", "namespaces"."deleted_by"
  from "namespaces"
  where "name" = ?;
-- PostgreSQL
select "namespaces"."id", "namespaces"."name", "namespaces"."kind", "namespaces"."account_id", "namespaces"."display_name", "namespaces"."description", "namespaces"."default_visibility", "namespaces"."creates_on_push", "namespaces"."members_role", "namespaces"."is_verified_publisher", "namespaces"."created_at", "namespaces"."deleted_at", "namespaces"."deleted_by"
  from "namespaces"
  where "name" = $1;

-- src/accounts/queries/namespaces.ts: findNamespaceByFormerName
--   SEARCH former_names USING PRIMARY KEY (name=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "namespaces"."id", "namespaces"."name", "namespaces"."kind", "namespaces"."account_id", "namespaces"."display_name", "namespaces"."description", "namespaces"."default_visibility", "namespaces"."creates_on_push", "namespaces"."members_role", "namespaces"."is_verified_publisher", "namespaces"."created_at", "namespaces"."deleted_at", "namespaces"."deleted_by"
  from "former_names"
  inner join "namespaces" on "namespaces"."id" = "former_names"."namespace_id"
  where "former_names"."name" = ?;
-- PostgreSQL
select "namespaces"."id", "namespaces"."name", "namespaces"."kind", "namespaces"."account_id", "namespaces"."display_name", "namespaces"."description", "namespaces"."default_visibility", "namespaces"."creates_on_push", "namespaces"."members_role", "namespaces"."is_verified_publisher", "namespaces"."created_at", "namespaces"."deleted_at", "namespaces"."deleted_by"
  from "former_names"
  inner join "namespaces" on "namespaces"."id" = "former_names"."namespace_id"
  where "former_names"."name" = $1;

-- src/accounts/queries/namespaces.ts: lockNamespace
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "namespaces"."id", "namespaces"."name", "namespaces"."kind", "namespaces"."account_id", "namespaces"."display_name", "namespaces"."description", "namespaces"."default_visibility", "namespaces"."creates_on_push", "namespaces"."members_role", "namespaces"."is_verified_publisher", "namespaces"."created_at", "namespaces"."deleted_at", "namespaces"."deleted_by"
  from "namespaces"
  where "id" = ?;
-- PostgreSQL
select "namespaces"."id", "namespaces"."name", "namespaces"."kind", "namespaces"."account_id", "namespaces"."display_name", "namespaces"."description", "namespaces"."default_visibility", "namespaces"."creates_on_push", "namespaces"."members_role", "namespaces"."is_verified_publisher", "namespaces"."created_at", "namespaces"."deleted_at", "namespaces"."deleted_by"
  from "namespaces"
  where "id" = $1
  for update;

-- src/accounts/queries/namespaces.ts: listNamespaces
--   SEARCH namespaces USING INDEX sqlite_autoindex_namespaces_1 (name>?)
--   CORRELATED SCALAR SUBQUERY 1
--   SEARCH members USING PRIMARY KEY (namespace_id=? AND account_id=?)
--   CORRELATED SCALAR SUBQUERY 2
--   SEARCH grants USING COVERING INDEX grants_account (account_id=? AND namespace_id=?)
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=?)
--   SEARCH teams USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 9
--   SEARCH repositories USING INDEX repositories_namespace (namespace_id=?)
--   CORRELATED SCALAR SUBQUERY 4
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CORRELATED SCALAR SUBQUERY 5
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 6
--   SEARCH members USING PRIMARY KEY (namespace_id=? AND account_id=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 7
--   SEARCH grants USING INDEX grants_account (account_id=? AND namespace_id=?)
--   CORRELATED SCALAR SUBQUERY 8
--   SEARCH grants USING INDEX grants_namespace (namespace_id=?)
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=? AND team_id=?)
-- SQLite
select "namespaces"."id", "namespaces"."name", "namespaces"."kind", "namespaces"."account_id", "namespaces"."display_name", "namespaces"."description", "namespaces"."default_visibility", "namespaces"."creates_on_push", "namespaces"."members_role", "namespaces"."is_verified_publisher", "namespaces"."created_at", "namespaces"."deleted_at", "namespaces"."deleted_by"
  from "namespaces"
  where "name" > ?
  and "deleted_at" is null
  and (
    (? = 0
  and ? = 0
  and (
      ? = 1
      or namespaces.account_id = ?
      or exists (select 1
  from members
  where members.namespace_id = namespaces.id
  and members.account_id = ?)
      or exists (select 1
  from grants
  where grants.account_id = ?
  and grants.namespace_id = namespaces.id)
      or exists (
        select 1
  from team_members
  inner join teams on teams.id = team_members.team_id
       
  where team_members.account_id = ?
  and teams.namespace_id = namespaces.id
      )
    ))
    or exists (select 1
  from repositories
  where repositories.namespace_id = namespaces.id
  and (repositories.deleted_at is null
  and (
    (? = 1
  and repositories.visibility = 'public')
    or (
      (? = 0 or exists (select 1
  from json_each(?)
  where repositories.name like value escape '\'))
     
  and (? = 0 or repositories.id = ?)
     
  and (
        ? = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = ?)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = ?
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = ?
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = ?
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  )))
  )
  order by "name"
  limit ?;
-- PostgreSQL
select "namespaces"."id", "namespaces"."name", "namespaces"."kind", "namespaces"."account_id", "namespaces"."display_name", "namespaces"."description", "namespaces"."default_visibility", "namespaces"."creates_on_push", "namespaces"."members_role", "namespaces"."is_verified_publisher", "namespaces"."created_at", "namespaces"."deleted_at", "namespaces"."deleted_by"
  from "namespaces"
  where "name" > $1
  and "deleted_at" is null
  and (
    ($2 = 0
  and $3 = 0
  and (
      $4 = 1
      or namespaces.account_id = $5
      or exists (select 1
  from members
  where members.namespace_id = namespaces.id
  and members.account_id = $6)
      or exists (select 1
  from grants
  where grants.account_id = $7
  and grants.namespace_id = namespaces.id)
      or exists (
        select 1
  from team_members
  inner join teams on teams.id = team_members.team_id
       
  where team_members.account_id = $8
  and teams.namespace_id = namespaces.id
      )
    ))
    or exists (select 1
  from repositories
  where repositories.namespace_id = namespaces.id
  and (repositories.deleted_at is null
  and (
    ($9 = 1
  and repositories.visibility = 'public')
    or (
      ($10 = 0 or exists (select 1
  from json_array_elements_text($11::json) as value
  where repositories.name like value escape '\'))
     
  and ($12 = 0 or repositories.id = $13)
     
  and (
        $14 = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = $15)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = $16
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = $17
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = $18
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  )))
  )
  order by "name"
  limit $19;

-- src/accounts/queries/namespaces.ts: findVisibleNamespace
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 1
--   SEARCH members USING PRIMARY KEY (namespace_id=? AND account_id=?)
--   CORRELATED SCALAR SUBQUERY 2
--   SEARCH grants USING COVERING INDEX grants_account (account_id=? AND namespace_id=?)
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=?)
--   SEARCH teams USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 9
--   SEARCH repositories USING INDEX repositories_namespace (namespace_id=?)
--   CORRELATED SCALAR SUBQUERY 4
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CORRELATED SCALAR SUBQUERY 5
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 6
--   SEARCH members USING PRIMARY KEY (namespace_id=? AND account_id=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 7
--   SEARCH grants USING INDEX grants_account (account_id=? AND namespace_id=?)
--   CORRELATED SCALAR SUBQUERY 8
--   SEARCH grants USING INDEX grants_namespace (namespace_id=?)
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=? AND team_id=?)
-- SQLite
select "id"
  from "namespaces"
  where "id" = ?
  and "deleted_at" is null
  and (
    (? = 0
  and ? = 0
  and (
      ? = 1
      or namespaces.account_id = ?
      or exists (select 1
  from members
  where members.namespace_id = namespaces.id
  and members.account_id = ?)
      or exists (select 1
  from grants
  where grants.account_id = ?
  and grants.namespace_id = namespaces.id)
      or exists (
        select 1
  from team_members
  inner join teams on teams.id = team_members.team_id
       
  where team_members.account_id = ?
  and teams.namespace_id = namespaces.id
      )
    ))
    or exists (select 1
  from repositories
  where repositories.namespace_id = namespaces.id
  and (repositories.deleted_at is null
  and (
    (? = 1
  and repositories.visibility = 'public')
    or (
      (? = 0 or exists (select 1
  from json_each(?)
  where repositories.name like value escape '\'))
     
  and (? = 0 or repositories.id = ?)
     
  and (
        ? = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = ?)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = ?
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = ?
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = ?
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  )))
  );
-- PostgreSQL
select "id"
  from "namespaces"
  where "id" = $1
  and "deleted_at" is null
  and (
    ($2 = 0
  and $3 = 0
  and (
      $4 = 1
      or namespaces.account_id = $5
      or exists (select 1
  from members
  where members.namespace_id = namespaces.id
  and members.account_id = $6)
      or exists (select 1
  from grants
  where grants.account_id = $7
  and grants.namespace_id = namespaces.id)
      or exists (
        select 1
  from team_members
  inner join teams on teams.id = team_members.team_id
       
  where team_members.account_id = $8
  and teams.namespace_id = namespaces.id
      )
    ))
    or exists (select 1
  from repositories
  where repositories.namespace_id = namespaces.id
  and (repositories.deleted_at is null
  and (
    ($9 = 1
  and repositories.visibility = 'public')
    or (
      ($10 = 0 or exists (select 1
  from json_array_elements_text($11::json) as value
  where repositories.name like value escape '\'))
     
  and ($12 = 0 or repositories.id = $13)
     
  and (
        $14 = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = $15)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = $16
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = $17
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = $18
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  )))
  );

-- src/accounts/queries/namespaces.ts: listDeletedNamespaces
--   SEARCH namespaces USING INDEX sqlite_autoindex_namespaces_1 (name>?)
--   CORRELATED SCALAR SUBQUERY 1
--   SEARCH members USING PRIMARY KEY (namespace_id=? AND account_id=?)
-- SQLite
select "namespaces"."id", "namespaces"."name", "namespaces"."kind", "namespaces"."account_id", "namespaces"."display_name", "namespaces"."description", "namespaces"."default_visibility", "namespaces"."creates_on_push", "namespaces"."members_role", "namespaces"."is_verified_publisher", "namespaces"."created_at", "namespaces"."deleted_at", "namespaces"."deleted_by"
  from "namespaces"
  where "name" > ?
  and "deleted_at" > ?
  and (? = 1 or exists (
          select 1
  from members
         
  where members.namespace_id = namespaces.id
  and members.account_id = ?
  and members.role = 'owner'
        ))
  order by "name"
  limit ?;
-- PostgreSQL
select "namespaces"."id", "namespaces"."name", "namespaces"."kind", "namespaces"."account_id", "namespaces"."display_name", "namespaces"."description", "namespaces"."default_visibility", "namespaces"."creates_on_push", "namespaces"."members_role", "namespaces"."is_verified_publisher", "namespaces"."created_at", "namespaces"."deleted_at", "namespaces"."deleted_by"
  from "namespaces"
  where "name" > $1
  and "deleted_at" > $2
  and ($3 = 1 or exists (
          select 1
  from members
         
  where members.namespace_id = namespaces.id
  and members.account_id = $4
  and members.role = 'owner'
        ))
  order by "name"
  limit $5;

-- src/accounts/queries/namespaces.ts: listExpiredNamespaces
--   SEARCH namespaces USING COVERING INDEX namespaces_deleted (deleted_at>? AND deleted_at<?)
-- SQLite
select "id"
  from "namespaces"
  where "deleted_at" > ?
  and "deleted_at" <= ?
  order by "deleted_at", "id"
  limit ?;
-- PostgreSQL
select "id"
  from "namespaces"
  where "deleted_at" > $1
  and "deleted_at" <= $2
  order by "deleted_at", "id"
  limit $3;

-- src/accounts/queries/namespaces.ts: findForeignHolder
--   COMPOUND QUERY
--   LEFT-MOST SUBQUERY
--   SEARCH accounts USING COVERING INDEX sqlite_autoindex_accounts_1 (name=?)
--   UNION ALL
--   SEARCH namespaces USING COVERING INDEX sqlite_autoindex_namespaces_1 (name=?)
--   UNION ALL
--   SEARCH former_names USING PRIMARY KEY (name=?)
-- SQLite
select "name"
  from "accounts"
  where "name" = ?
  and "id" <> ? union all select "name"
  from "namespaces"
  where "name" = ?
  and "id" <> ? union all select "name"
  from "former_names"
  where "name" = ?
  and ("namespace_id" is null or "namespace_id" <> ?);
-- PostgreSQL
select "name"
  from "accounts"
  where "name" = $1
  and "id" <> $2 union all select "name"
  from "namespaces"
  where "name" = $3
  and "id" <> $4 union all select "name"
  from "former_names"
  where "name" = $5
  and ("namespace_id" is null or "namespace_id" <> $6);

-- src/accounts/queries/namespaces.ts: insertOrganisation
-- SQLite
insert into "namespaces" ("name", "kind", "display_name", "description", "default_visibility", "creates_on_push", "members_role", "created_at")
  values (?, ?, ?, ?, ?, ?, ?, ?)
  on conflict ("name") do nothing
 
  returning "id";
-- PostgreSQL
insert into "namespaces" ("name", "kind", "display_name", "description", "default_visibility", "creates_on_push", "members_role", "created_at")
  values ($1, $2, $3, $4, $5, $6, $7, $8)
  on conflict ("name") do nothing
 
  returning "id";

-- src/accounts/queries/namespaces.ts: updateNamespace
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "namespaces"
  set "display_name" = ?, "description" = ?, "default_visibility" = ?, "creates_on_push" = ?, "members_role" = ?
  where "id" = ?;
-- PostgreSQL
update "namespaces"
  set "display_name" = $1, "description" = $2, "default_visibility" = $3, "creates_on_push" = $4, "members_role" = $5
  where "id" = $6;

-- src/accounts/queries/namespaces.ts: setVerifiedPublisher
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "namespaces"
  set "is_verified_publisher" = ?
  where "id" = ?;
-- PostgreSQL
update "namespaces"
  set "is_verified_publisher" = $1
  where "id" = $2;

-- src/accounts/queries/namespaces.ts: setNamespaceName
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "namespaces"
  set "name" = ?
  where "id" = ?;
-- PostgreSQL
update "namespaces"
  set "name" = $1
  where "id" = $2;

-- src/accounts/queries/namespaces.ts: setAccountName
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "accounts"
  set "name" = ?
  where "id" = ?;
-- PostgreSQL
update "accounts"
  set "name" = $1
  where "id" = $2;

-- src/accounts/queries/namespaces.ts: insertFormerNamespaceName
-- SQLite
insert into "former_names" ("name", "namespace_id", "renamed_at")
  values (?, ?, ?)
  on conflict ("name") do nothing;
-- PostgreSQL
insert into "former_names" ("name", "namespace_id", "renamed_at")
  values ($1, $2, $3)
  on conflict ("name") do nothing;

-- src/accounts/queries/namespaces.ts: deleteFormerNamespaceName
--   SEARCH former_names USING PRIMARY KEY (name=?)
-- SQLite
delete
  from "former_names"
  where "name" = ?
  and "namespace_id" = ?;
-- PostgreSQL
delete
  from "former_names"
  where "name" = $1
  and "namespace_id" = $2;

-- src/accounts/queries/namespaces.ts: renameGrantPatterns
--   SEARCH grants USING INDEX grants_namespace (namespace_id=?)
-- SQLite
update "grants"
  set "pattern" = cast(? as text) || substr(pattern, instr(pattern, '/'))
  where "namespace_id" = ?
  and "pattern" is not null;
-- PostgreSQL
update "grants"
  set "pattern" = cast($1 as text) || substr(pattern, strpos(pattern, '/'))
  where "namespace_id" = $2
  and "pattern" is not null;

-- src/accounts/queries/namespaces.ts: setNamespaceDeleted
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "namespaces"
  set "deleted_at" = ?, "deleted_by" = ?
  where "id" = ?;
-- PostgreSQL
update "namespaces"
  set "deleted_at" = $1, "deleted_by" = $2
  where "id" = $3;

-- src/accounts/queries/namespaces.ts: findRepositoryWithContent
--   SEARCH repositories USING COVERING INDEX repositories_namespace (namespace_id=?)
--   SEARCH manifests EXISTS USING COVERING INDEX sqlite_autoindex_manifests_1 (repository_id=?)
-- SQLite
select "name"
  from "repositories"
  where "namespace_id" = ?
  and exists (select "id"
  from "manifests"
  where "repository_id" = "repositories"."id")
  limit ?;
-- PostgreSQL
select "name"
  from "repositories"
  where "namespace_id" = $1
  and exists (select "id"
  from "manifests"
  where "repository_id" = "repositories"."id")
  limit $2;

-- src/accounts/queries/namespaces.ts: deleteMembersOf
--   SEARCH members USING PRIMARY KEY (namespace_id=?)
-- SQLite
delete
  from "members"
  where "namespace_id" = ?;
-- PostgreSQL
delete
  from "members"
  where "namespace_id" = $1;

-- src/accounts/queries/namespaces.ts: deleteTeamsOf
--   SEARCH teams USING INDEX sqlite_autoindex_teams_1 (namespace_id=?)
-- SQLite
delete
  from "teams"
  where "namespace_id" = ?;
-- PostgreSQL
delete
  from "teams"
  where "namespace_id" = $1;

-- src/accounts/queries/namespaces.ts: deleteGrantsOf
--   SEARCH grants USING INDEX grants_namespace (namespace_id=?)
-- SQLite
delete
  from "grants"
  where "namespace_id" = ?;
-- PostgreSQL
delete
  from "grants"
  where "namespace_id" = $1;

-- src/accounts/queries/namespaces.ts: deleteInvitationsOf
--   SEARCH invitations USING INDEX invitations_namespace (namespace_id=?)
-- SQLite
delete
  from "invitations"
  where "namespace_id" = ?;
-- PostgreSQL
delete
  from "invitations"
  where "namespace_id" = $1;

-- src/accounts/queries/robots.ts: listRobots
--   SEARCH accounts USING INDEX accounts_robots (namespace_id=? AND name>?)
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
-- SQLite
select "accounts"."id", "accounts"."name", "accounts"."description", "accounts"."disabled_at", "accounts"."created_at", "accounts"."last_login_at", case
        when repositories.namespace_id = accounts.namespace_id then repositories.name
        when accounts.repository_id is not null then ''
      end as "repository"
  from "accounts" left join "repositories" on "repositories"."id" = "accounts"."repository_id"
  where "accounts"."namespace_id" = ?
  and "accounts"."name" > ?
  and coalesce("accounts"."disabled_at", 1) <> ?
  order by "accounts"."name"
  limit ?;
-- PostgreSQL
select "accounts"."id", "accounts"."name", "accounts"."description", "accounts"."disabled_at", "accounts"."created_at", "accounts"."last_login_at", case
        when repositories.namespace_id = accounts.namespace_id then repositories.name
        when accounts.repository_id is not null then ''
      end as "repository"
  from "accounts" left join "repositories" on "repositories"."id" = "accounts"."repository_id"
  where "accounts"."namespace_id" = $1
  and "accounts"."name" > $2
  and coalesce("accounts"."disabled_at", 1) <> $3
  order by "accounts"."name"
  limit $4;

-- src/accounts/queries/robots.ts: findRobot
--   SEARCH accounts USING INDEX accounts_robots (namespace_id=? AND name=?)
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
-- SQLite
select "accounts"."id", "accounts"."name", "accounts"."description", "accounts"."disabled_at", "accounts"."created_at", "accounts"."last_login_at", case
        when repositories.namespace_id = accounts.namespace_id then repositories.name
        when accounts.repository_id is not null then ''
      end as "repository"
  from "accounts" left join "repositories" on "repositories"."id" = "accounts"."repository_id"
  where "accounts"."namespace_id" = ?
  and "accounts"."name" = ?
  and coalesce("accounts"."disabled_at", 1) <> ?;
-- PostgreSQL
select "accounts"."id", "accounts"."name", "accounts"."description", "accounts"."disabled_at", "accounts"."created_at", "accounts"."last_login_at", case
        when repositories.namespace_id = accounts.namespace_id then repositories.name
        when accounts.repository_id is not null then ''
      end as "repository"
  from "accounts" left join "repositories" on "repositories"."id" = "accounts"."repository_id"
  where "accounts"."namespace_id" = $1
  and "accounts"."name" = $2
  and coalesce("accounts"."disabled_at", 1) <> $3;

-- src/accounts/queries/robots.ts: insertRobot
-- SQLite
insert into "accounts" ("kind", "name", "namespace_id", "repository_id", "description", "created_at")
  values (?, ?, ?, ?, ?, ?)
  on conflict do nothing
 
  returning "id";
-- PostgreSQL
insert into "accounts" ("kind", "name", "namespace_id", "repository_id", "description", "created_at")
  values ($1, $2, $3, $4, $5, $6)
  on conflict do nothing
 
  returning "id";

-- src/accounts/queries/robots.ts: updateRobot
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "accounts"
  set "description" = ?, "disabled_at" = ?
  where "id" = ?;
-- PostgreSQL
update "accounts"
  set "description" = $1, "disabled_at" = $2
  where "id" = $3;

-- src/accounts/queries/robots.ts: deleteRobotRules
--   SEARCH trust_rules USING INDEX trust_rules_account (account_id=?)
-- SQLite
delete
  from "trust_rules"
  where "account_id" = ?;
-- PostgreSQL
delete
  from "trust_rules"
  where "account_id" = $1;

-- src/accounts/queries/robots.ts: deleteRobotGrants
--   SEARCH grants USING INDEX grants_account (account_id=?)
-- SQLite
delete
  from "grants"
  where "account_id" = ?;
-- PostgreSQL
delete
  from "grants"
  where "account_id" = $1;

-- src/accounts/queries/robots.ts: disableRobotsOf
--   SEARCH accounts USING INDEX accounts_robots (namespace_id=?)
-- SQLite
update "accounts"
  set "disabled_at" = ?
  where "namespace_id" = ?
  and "disabled_at" is null;
-- PostgreSQL
update "accounts"
  set "disabled_at" = $1
  where "namespace_id" = $2
  and "disabled_at" is null;

-- src/accounts/queries/robots.ts: enableRobotsOf
--   SEARCH accounts USING INDEX accounts_robots (namespace_id=?)
-- SQLite
update "accounts"
  set "disabled_at" = ?
  where "namespace_id" = ?
  and "disabled_at" = ?;
-- PostgreSQL
update "accounts"
  set "disabled_at" = $1
  where "namespace_id" = $2
  and "disabled_at" = $3;

-- src/accounts/queries/robots.ts: findRobotToken
--   SEARCH tokens USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "id", "name", "scopes", "expires_at"
  from "tokens"
  where "id" = ?
  and "account_id" = ?
  and "kind" = ?;
-- PostgreSQL
select "id", "name", "scopes", "expires_at"
  from "tokens"
  where "id" = $1
  and "account_id" = $2
  and "kind" = $3;

-- src/accounts/queries/robots.ts: setTokenExpiry
--   SEARCH tokens USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "tokens"
  set "expires_at" = ?
  where "id" = ?
  and "account_id" = ?;
-- PostgreSQL
update "tokens"
  set "expires_at" = $1
  where "id" = $2
  and "account_id" = $3;

-- src/administration/queries.ts: countAccounts
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select "id", "kind", "system_role", "disabled_at"
  from "accounts"
  where "id" > ?
  order by "id"
  limit ?;
-- PostgreSQL
select "id", "kind", "system_role", "disabled_at"
  from "accounts"
  where "id" > $1
  order by "id"
  limit $2;

-- src/administration/queries.ts: countOrganisations
--   CO-ROUTINE some
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid>?)
--   SCAN some
-- SQLite
select count(*) as "count"
  from (select "id"
  from "namespaces"
  where "id" > 0
  and "kind" = 'organisation'
  and "deleted_at" is null
  limit ?) as "some";
-- PostgreSQL
select count(*) as "count"
  from (select "id"
  from "namespaces"
  where "id" > 0
  and "kind" = 'organisation'
  and "deleted_at" is null
  limit $1) as "some";

-- src/administration/queries.ts: countRepositories
--   CO-ROUTINE some
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid>?)
--   SCAN some
-- SQLite
select count(*) as "count"
  from (select "id"
  from "repositories"
  where "id" > 0
  and "deleted_at" is null
  limit ?) as "some";
-- PostgreSQL
select count(*) as "count"
  from (select "id"
  from "repositories"
  where "id" > 0
  and "deleted_at" is null
  limit $1) as "some";

-- src/audit/queries.ts: insertEvent
--   SCALAR SUBQUERY 1
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
insert into "audit_events" ("at", "actor_id", "actor_name", "actor_kind", "credential", "action", "target_kind", "target_id", "target_name", "namespace_id", "address", "agent", "request_id", "outcome", "reason", "old_values", "new_values", "occurrences")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, coalesce(?, (select namespace_id
  from repositories
  where id = ?)), ?, ?, ?, ?, ?, ?, ?, ?);
-- PostgreSQL
insert into "audit_events" ("at", "actor_id", "actor_name", "actor_kind", "credential", "action", "target_kind", "target_id", "target_name", "namespace_id", "address", "agent", "request_id", "outcome", "reason", "old_values", "new_values", "occurrences")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, coalesce($10, (select namespace_id
  from repositories
  where id = $11)), $12, $13, $14, $15, $16, $17, $18, $19);

-- src/audit/queries.ts: listEvents
--   SEARCH audit_events USING INDEX audit_events_at (at>? AND at<?)
-- SQLite
select *
  from "audit_events"
  where (at, id) < (?, ?)
  and "at" >= ?
  order by "at" desc, "id" desc
  limit ?;
-- PostgreSQL
select *
  from "audit_events"
  where (at, id) < ($1, $2)
  and "at" >= $3
  order by "at" desc, "id" desc
  limit $4;

-- src/audit/queries.ts: listEventsOfActor
--   SEARCH audit_events USING INDEX audit_events_actor (actor_name=? AND at>? AND at<?)
-- SQLite
select *
  from "audit_events"
  where (at, id) < (?, ?)
  and "at" >= ?
  and "actor_name" = ?
  order by "at" desc, "id" desc
  limit ?;
-- PostgreSQL
select *
  from "audit_events"
  where (at, id) < ($1, $2)
  and "at" >= $3
  and "actor_name" = $4
  order by "at" desc, "id" desc
  limit $5;

-- src/audit/queries.ts: listEventsOfAction
--   SEARCH audit_events USING INDEX audit_events_action (action=? AND at>? AND at<?)
-- SQLite
select *
  from "audit_events"
  where (at, id) < (?, ?)
  and "at" >= ?
  and "action" = ?
  order by "at" desc, "id" desc
  limit ?;
-- PostgreSQL
select *
  from "audit_events"
  where (at, id) < ($1, $2)
  and "at" >= $3
  and "action" = $4
  order by "at" desc, "id" desc
  limit $5;

-- src/audit/queries.ts: listEventsOfTarget
--   SEARCH audit_events USING INDEX audit_events_target (target_name=? AND at>? AND at<?)
-- SQLite
select *
  from "audit_events"
  where (at, id) < (?, ?)
  and "at" >= ?
  and "target_name" = ?
  order by "at" desc, "id" desc
  limit ?;
-- PostgreSQL
select *
  from "audit_events"
  where (at, id) < ($1, $2)
  and "at" >= $3
  and "target_name" = $4
  order by "at" desc, "id" desc
  limit $5;

-- src/audit/queries.ts: listEventsOfNamespace
--   SEARCH audit_events USING INDEX audit_events_namespace (namespace_id=? AND at>? AND at<?)
-- SQLite
select *
  from "audit_events"
  where (at, id) < (?, ?)
  and "at" >= ?
  and "namespace_id" = ?
  order by "at" desc, "id" desc
  limit ?;
-- PostgreSQL
select *
  from "audit_events"
  where (at, id) < ($1, $2)
  and "at" >= $3
  and "namespace_id" = $4
  order by "at" desc, "id" desc
  limit $5;

-- src/audit/queries.ts: addPulls
-- SQLite
insert into "audit_pulls" ("hour", "actor_key", "repository_id", "repository_name", "actor_id", "actor_name", "actor_kind", "pulls")
  values (?, ?, ?, ?, ?, ?, ?, ?)
  on conflict ("hour", "actor_key", "repository_name") do update
  set "pulls" = audit_pulls.pulls + excluded.pulls;
-- PostgreSQL
insert into "audit_pulls" ("hour", "actor_key", "repository_id", "repository_name", "actor_id", "actor_name", "actor_kind", "pulls")
  values ($1, $2, $3, $4, $5, $6, $7, $8)
  on conflict ("hour", "actor_key", "repository_name") do update
  set "pulls" = audit_pulls.pulls + excluded.pulls;

-- src/audit/queries.ts: listEndedPulls
--   SEARCH audit_pulls USING PRIMARY KEY (hour<?)
-- SQLite
select *
  from "audit_pulls"
  where "hour" < ?
  order by "hour", "actor_key", "repository_name"
  limit ?;
-- PostgreSQL
select *
  from "audit_pulls"
  where "hour" < $1
  order by "hour", "actor_key", "repository_name"
  limit $2
  for update skip locked;

-- src/audit/queries.ts: deletePulls
--   SEARCH audit_pulls USING PRIMARY KEY (hour=? AND actor_key=? AND repository_name=?)
-- SQLite
delete
  from "audit_pulls"
  where "hour" = ?
  and "actor_key" = ?
  and "repository_name" = ?;
-- PostgreSQL
delete
  from "audit_pulls"
  where "hour" = $1
  and "actor_key" = $2
  and "repository_name" = $3;

-- src/audit/queries.ts: findNewestEvent
--   SEARCH audit_events USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select "id"
  from "audit_events"
  where "id" > ?
  order by "id" desc
  limit ?;
-- PostgreSQL
select "id"
  from "audit_events"
  where "id" > $1
  order by "id" desc
  limit $2;

-- src/audit/queries.ts: deleteEventsBefore
--   SEARCH audit_events USING INTEGER PRIMARY KEY (rowid=?)
--   LIST SUBQUERY 1
--   SEARCH audit_events USING COVERING INDEX audit_events_at (at<?)
-- SQLite
delete
  from "audit_events"
  where "id" in (select "id"
  from "audit_events"
  where "at" < ?
  order by "at", "id"
  limit ?);
-- PostgreSQL
delete
  from "audit_events"
  where "id" in (select "id"
  from "audit_events"
  where "at" < $1
  order by "at", "id"
  limit $2);

-- src/audit/queries.ts: deleteEventsUpTo
--   SEARCH audit_events USING INTEGER PRIMARY KEY (rowid=?)
--   LIST SUBQUERY 1
--   SEARCH audit_events USING INTEGER PRIMARY KEY (rowid<?)
-- SQLite
delete
  from "audit_events"
  where "id" in (select "id"
  from "audit_events"
  where "id" <= ?
  order by "id"
  limit ?);
-- PostgreSQL
delete
  from "audit_events"
  where "id" in (select "id"
  from "audit_events"
  where "id" <= $1
  order by "id"
  limit $2);

-- src/auth/queries.ts: findPassword
--   SEARCH passwords USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "hash", "changed_at"
  from "passwords"
  where "account_id" = ?;
-- PostgreSQL
select "hash", "changed_at"
  from "passwords"
  where "account_id" = $1;

-- src/auth/queries.ts: lockPassword
--   SEARCH passwords USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "changed_at"
  from "passwords"
  where "account_id" = ?;
-- PostgreSQL
select "changed_at"
  from "passwords"
  where "account_id" = $1 for share;

-- src/auth/queries.ts: putPassword
-- SQLite
insert into "passwords" ("account_id", "hash", "changed_at")
  values (?, ?, ?)
  on conflict ("account_id") do update
  set "hash" = "excluded"."hash", "changed_at" = "excluded"."changed_at";
-- PostgreSQL
insert into "passwords" ("account_id", "hash", "changed_at")
  values ($1, $2, $3)
  on conflict ("account_id") do update
  set "hash" = "excluded"."hash", "changed_at" = "excluded"."changed_at";

-- src/auth/queries.ts: findSecondFactor
--   COMPOUND QUERY
--   LEFT-MOST SUBQUERY
--   SEARCH totps USING INTEGER PRIMARY KEY (rowid=?)
--   UNION ALL
--   SEARCH passkeys USING COVERING INDEX passkeys_account (account_id=?)
-- SQLite
select "account_id"
  from "totps"
  where "account_id" = ?
  and "confirmed_at" is not null union all select "account_id"
  from "passkeys"
  where "account_id" = ?;
-- PostgreSQL
select "account_id"
  from "totps"
  where "account_id" = $1
  and "confirmed_at" is not null union all select "account_id"
  from "passkeys"
  where "account_id" = $2;

-- src/auth/queries.ts: findIdentity
--   SEARCH identities USING PRIMARY KEY (source=? AND subject=?)
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "identities"."account_id", "identities"."login", "accounts"."disabled_at"
  from "identities"
  inner join "accounts" on "accounts"."id" = "identities"."account_id"
  where "identities"."source" = ?
  and "identities"."subject" = ?;
-- PostgreSQL
select "identities"."account_id", "identities"."login", "accounts"."disabled_at"
  from "identities"
  inner join "accounts" on "accounts"."id" = "identities"."account_id"
  where "identities"."source" = $1
  and "identities"."subject" = $2;

-- src/auth/queries.ts: insertIdentity
-- SQLite
insert into "identities" ("source", "subject", "account_id", "login", "created_at", "last_used_at")
  values (?, ?, ?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "identities" ("source", "subject", "account_id", "login", "created_at", "last_used_at")
  values ($1, $2, $3, $4, $5, $6)
  on conflict do nothing;

-- src/auth/queries.ts: useIdentity
--   SEARCH identities USING PRIMARY KEY (source=? AND subject=?)
-- SQLite
update "identities"
  set "login" = ?, "last_used_at" = ?
  where "source" = ?
  and "subject" = ?;
-- PostgreSQL
update "identities"
  set "login" = $1, "last_used_at" = $2
  where "source" = $3
  and "subject" = $4;

-- src/auth/queries.ts: insertToken
-- SQLite
insert into "tokens" ("account_id", "kind", "name", "hash", "hint", "scopes", "created_at", "expires_at", "parent_id")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?)
 
  returning "id";
-- PostgreSQL
insert into "tokens" ("account_id", "kind", "name", "hash", "hint", "scopes", "created_at", "expires_at", "parent_id")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
 
  returning "id";

-- src/auth/queries.ts: findTokenByHash
--   SEARCH tokens USING INDEX sqlite_autoindex_tokens_1 (hash=?)
-- SQLite
select "id", "account_id", "kind", "name", "hint", "scopes", "created_at", "expires_at", "last_used_at", "last_used_address"
  from "tokens"
  where "hash" = ?;
-- PostgreSQL
select "id", "account_id", "kind", "name", "hint", "scopes", "created_at", "expires_at", "last_used_at", "last_used_address"
  from "tokens"
  where "hash" = $1;

-- src/auth/queries.ts: findToken
--   SEARCH tokens USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "id", "account_id", "kind", "name", "hint", "scopes", "created_at", "expires_at", "last_used_at", "last_used_address"
  from "tokens"
  where "id" = ?;
-- PostgreSQL
select "id", "account_id", "kind", "name", "hint", "scopes", "created_at", "expires_at", "last_used_at", "last_used_address"
  from "tokens"
  where "id" = $1;

-- src/auth/queries.ts: lockToken
--   SEARCH tokens USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "id", "account_id", "kind", "name", "hint", "scopes", "created_at", "expires_at", "last_used_at", "last_used_address"
  from "tokens"
  where "id" = ?;
-- PostgreSQL
select "id", "account_id", "kind", "name", "hint", "scopes", "created_at", "expires_at", "last_used_at", "last_used_address"
  from "tokens"
  where "id" = $1
  for key share;

-- src/auth/queries.ts: listTokens
--   SEARCH tokens USING INDEX tokens_account (account_id=? AND id>?)
-- SQLite
select "id", "account_id", "kind", "name", "hint", "scopes", "created_at", "expires_at", "last_used_at", "last_used_address"
  from "tokens"
  where "account_id" = ?
  and "id" > ?
  order by "id"
  limit ?;
-- PostgreSQL
select "id", "account_id", "kind", "name", "hint", "scopes", "created_at", "expires_at", "last_used_at", "last_used_address"
  from "tokens"
  where "account_id" = $1
  and "id" > $2
  order by "id"
  limit $3;

-- src/auth/queries.ts: deleteToken
--   SEARCH tokens USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
delete
  from "tokens"
  where "id" = ?
  and "account_id" = ?;
-- PostgreSQL
delete
  from "tokens"
  where "id" = $1
  and "account_id" = $2;

-- src/auth/queries.ts: deleteTokensOf
--   SEARCH tokens USING INDEX tokens_account (account_id=?)
-- SQLite
delete
  from "tokens"
  where "account_id" = ?
  and "kind" = ?;
-- PostgreSQL
delete
  from "tokens"
  where "account_id" = $1
  and "kind" = $2;

-- src/auth/queries.ts: useToken
--   SEARCH tokens USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "tokens"
  set "last_used_at" = ?, "last_used_address" = ?
  where "id" = ?;
-- PostgreSQL
update "tokens"
  set "last_used_at" = $1, "last_used_address" = $2
  where "id" = $3;

-- src/auth/queries.ts: countFailure
-- SQLite
insert into "throttles" ("key", "failures", "began_at", "last_at")
  values (?, ?, ?, ?)
  on conflict ("key") do update
  set "failures" = case when throttles.began_at < excluded.began_at - ? then 1 else throttles.failures + 1 end, "began_at" = case when throttles.began_at < excluded.began_at - ? then excluded.began_at else throttles.began_at end, "last_at" = excluded.last_at
  returning "failures", "began_at";
-- PostgreSQL
insert into "throttles" ("key", "failures", "began_at", "last_at")
  values ($1, $2, $3, $4)
  on conflict ("key") do update
  set "failures" = case when throttles.began_at < excluded.began_at - $5 then 1 else throttles.failures + 1 end, "began_at" = case when throttles.began_at < excluded.began_at - $6 then excluded.began_at else throttles.began_at end, "last_at" = excluded.last_at
  returning "failures", "began_at";

-- src/auth/queries.ts: uncountFailure
--   SEARCH throttles USING PRIMARY KEY (key=?)
-- SQLite
update "throttles"
  set "failures" = "failures" - ?
  where "key" = ?
  and "failures" > ?;
-- PostgreSQL
update "throttles"
  set "failures" = "failures" - $1
  where "key" = $2
  and "failures" > $3;

-- src/auth/queries.ts: forgetFailures
--   SEARCH throttles USING PRIMARY KEY (key=?)
-- SQLite
delete
  from "throttles"
  where "key" = ?;
-- PostgreSQL
delete
  from "throttles"
  where "key" = $1;

-- src/auth/queries.ts: expireThrottles
--   SEARCH throttles USING INDEX throttles_last (last_at<?)
-- SQLite
delete
  from "throttles"
  where "last_at" < ?;
-- PostgreSQL
delete
  from "throttles"
  where "last_at" < $1;

-- src/auth/queries.ts: listSigningKeys
--   SCAN signing_keys
-- SQLite
select *
  from "signing_keys"
  order by "id";
-- PostgreSQL
select *
  from "signing_keys"
  order by "id";

-- src/auth/queries.ts: insertSigningKey
-- SQLite
insert into "signing_keys" ("id", "sealed_private_key", "public_key", "created_at")
  values (?, ?, ?, ?);
-- PostgreSQL
insert into "signing_keys" ("id", "sealed_private_key", "public_key", "created_at")
  values ($1, $2, $3, $4);

-- src/auth/queries.ts: deleteSigningKey
--   SEARCH signing_keys USING PRIMARY KEY (id=?)
-- SQLite
delete
  from "signing_keys"
  where "id" = ?;
-- PostgreSQL
delete
  from "signing_keys"
  where "id" = $1;

-- src/auth/queries.ts: deleteSessionsOf
--   SEARCH browser_sessions USING INDEX browser_sessions_account (account_id=?)
-- SQLite
delete
  from "browser_sessions"
  where "account_id" = ?;
-- PostgreSQL
delete
  from "browser_sessions"
  where "account_id" = $1;

-- src/auth/queries/factors.ts: lockAccount
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "id"
  from "accounts"
  where "id" = ?;
-- PostgreSQL
select "id"
  from "accounts"
  where "id" = $1
  for update;

-- src/auth/queries/factors.ts: saveTotp
-- SQLite
insert into "totps" ("account_id", "sealed_secret", "created_at")
  values (?, ?, ?)
  on conflict ("account_id") do update
  set "sealed_secret" = "excluded"."sealed_secret", "created_at" = "excluded"."created_at", "last_step" = ?
  where "totps"."confirmed_at" is null;
-- PostgreSQL
insert into "totps" ("account_id", "sealed_secret", "created_at")
  values ($1, $2, $3)
  on conflict ("account_id") do update
  set "sealed_secret" = "excluded"."sealed_secret", "created_at" = "excluded"."created_at", "last_step" = $4
  where "totps"."confirmed_at" is null;

-- src/auth/queries/factors.ts: findTotp
--   SEARCH totps USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "sealed_secret", "created_at", "confirmed_at", "last_step"
  from "totps"
  where "account_id" = ?;
-- PostgreSQL
select "sealed_secret", "created_at", "confirmed_at", "last_step"
  from "totps"
  where "account_id" = $1;

-- src/auth/queries/factors.ts: confirmTotp
--   SEARCH totps USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "totps"
  set "confirmed_at" = ?, "last_step" = ?
  where "account_id" = ?
  and "sealed_secret" = ?
  and "confirmed_at" is null;
-- PostgreSQL
update "totps"
  set "confirmed_at" = $1, "last_step" = $2
  where "account_id" = $3
  and "sealed_secret" = $4
  and "confirmed_at" is null;

-- src/auth/queries/factors.ts: useTotpStep
--   SEARCH totps USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "totps"
  set "last_step" = ?
  where "account_id" = ?
  and "sealed_secret" = ?
  and "confirmed_at" is not null
  and "last_step" < ?;
-- PostgreSQL
update "totps"
  set "last_step" = $1
  where "account_id" = $2
  and "sealed_secret" = $3
  and "confirmed_at" is not null
  and "last_step" < $4;

-- src/auth/queries/factors.ts: deleteTotp
--   SEARCH totps USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
delete
  from "totps"
  where "account_id" = ?;
-- PostgreSQL
delete
  from "totps"
  where "account_id" = $1;

-- src/auth/queries/factors.ts: insertPasskey
-- SQLite
insert into "passkeys" ("account_id", "credential_id", "public_key", "counter", "transports", "name", "created_at")
  values (?, ?, ?, ?, ?, ?, ?)
  on conflict do nothing
 
  returning "id";
-- PostgreSQL
insert into "passkeys" ("account_id", "credential_id", "public_key", "counter", "transports", "name", "created_at")
  values ($1, $2, $3, $4, $5, $6, $7)
  on conflict do nothing
 
  returning "id";

-- src/auth/queries/factors.ts: findPasskey
--   SEARCH passkeys USING INDEX sqlite_autoindex_passkeys_1 (credential_id=?)
-- SQLite
select "id", "account_id", "credential_id", "public_key", "counter", "transports"
  from "passkeys"
  where "credential_id" = ?;
-- PostgreSQL
select "id", "account_id", "credential_id", "public_key", "counter", "transports"
  from "passkeys"
  where "credential_id" = $1;

-- src/auth/queries/factors.ts: listPasskeys
--   SEARCH passkeys USING INDEX passkeys_account (account_id=?)
-- SQLite
select "id", "credential_id", "transports", "name", "created_at", "last_used_at"
  from "passkeys"
  where "account_id" = ?
  order by "id";
-- PostgreSQL
select "id", "credential_id", "transports", "name", "created_at", "last_used_at"
  from "passkeys"
  where "account_id" = $1
  order by "id";

-- src/auth/queries/factors.ts: usePasskey
--   SEARCH passkeys USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "passkeys"
  set "counter" = ?, "last_used_at" = ?
  where "id" = ?
  and ("counter" < ? or ("counter" = ?
  and "counter" = ?));
-- PostgreSQL
update "passkeys"
  set "counter" = $1, "last_used_at" = $2
  where "id" = $3
  and ("counter" < $4 or ("counter" = $5
  and "counter" = $6));

-- src/auth/queries/factors.ts: renamePasskey
--   SEARCH passkeys USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "passkeys"
  set "name" = ?
  where "id" = ?
  and "account_id" = ?;
-- PostgreSQL
update "passkeys"
  set "name" = $1
  where "id" = $2
  and "account_id" = $3;

-- src/auth/queries/factors.ts: deletePasskey
--   SEARCH passkeys USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
delete
  from "passkeys"
  where "id" = ?
  and "account_id" = ?;
-- PostgreSQL
delete
  from "passkeys"
  where "id" = $1
  and "account_id" = $2;

-- src/auth/queries/factors.ts: deletePasskeysOf
--   SEARCH passkeys USING INDEX passkeys_account (account_id=?)
-- SQLite
delete
  from "passkeys"
  where "account_id" = ?;
-- PostgreSQL
delete
  from "passkeys"
  where "account_id" = $1;

-- src/auth/queries/factors.ts: insertBackupCode
-- SQLite
insert into "backup_codes" ("account_id", "hash", "created_at")
  values (?, ?, ?);
-- PostgreSQL
insert into "backup_codes" ("account_id", "hash", "created_at")
  values ($1, $2, $3);

-- src/auth/queries/factors.ts: useBackupCode
--   SEARCH backup_codes USING PRIMARY KEY (account_id=? AND hash=?)
-- SQLite
update "backup_codes"
  set "used_at" = ?
  where "account_id" = ?
  and "hash" = ?
  and "used_at" is null;
-- PostgreSQL
update "backup_codes"
  set "used_at" = $1
  where "account_id" = $2
  and "hash" = $3
  and "used_at" is null;

-- src/auth/queries/factors.ts: listBackupCodes
--   SEARCH backup_codes USING PRIMARY KEY (account_id=?)
-- SQLite
select "created_at"
  from "backup_codes"
  where "account_id" = ?
  and "used_at" is null;
-- PostgreSQL
select "created_at"
  from "backup_codes"
  where "account_id" = $1
  and "used_at" is null;

-- src/auth/queries/factors.ts: deleteBackupCodesOf
--   SEARCH backup_codes USING PRIMARY KEY (account_id=?)
-- SQLite
delete
  from "backup_codes"
  where "account_id" = ?;
-- PostgreSQL
delete
  from "backup_codes"
  where "account_id" = $1;

-- src/auth/queries/factors.ts: insertSpent
-- SQLite
insert into "throttles" ("key", "failures", "began_at", "last_at")
  values (?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "throttles" ("key", "failures", "began_at", "last_at")
  values ($1, $2, $3, $4)
  on conflict do nothing;

-- src/auth/queries/identities.ts: findIdentityOf
--   SEARCH identities USING COVERING INDEX identities_account (account_id=? AND source=?)
-- SQLite
select "subject"
  from "identities"
  where "account_id" = ?
  and "source" = ?
  limit ?;
-- PostgreSQL
select "subject"
  from "identities"
  where "account_id" = $1
  and "source" = $2
  limit $3;

-- src/auth/queries/identities.ts: listIdentities
--   SEARCH identities USING INDEX identities_account (account_id=?)
-- SQLite
select "source", "subject", "login", "created_at", "last_used_at"
  from "identities"
  where "account_id" = ?;
-- PostgreSQL
select "source", "subject", "login", "created_at", "last_used_at"
  from "identities"
  where "account_id" = $1;

-- src/auth/queries/identities.ts: deleteIdentitiesOf
--   SEARCH identities USING INDEX identities_account (account_id=? AND source=?)
-- SQLite
delete
  from "identities"
  where "account_id" = ?
  and "source" = ?;
-- PostgreSQL
delete
  from "identities"
  where "account_id" = $1
  and "source" = $2;

-- src/auth/queries/identities.ts: lockAccount
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "id"
  from "accounts"
  where "id" = ?;
-- PostgreSQL
select "id"
  from "accounts"
  where "id" = $1
  for update;

-- src/auth/queries/mailed-codes.ts: insertMailedCode
-- SQLite
insert into "mailed_codes" ("hash", "account_id", "purpose", "email", "expires_at")
  values (?, ?, ?, ?, ?);
-- PostgreSQL
insert into "mailed_codes" ("hash", "account_id", "purpose", "email", "expires_at")
  values ($1, $2, $3, $4, $5);

-- src/auth/queries/mailed-codes.ts: findMailedCode
--   SEARCH mailed_codes USING PRIMARY KEY (hash=?)
-- SQLite
select "account_id", "email"
  from "mailed_codes"
  where "hash" = ?
  and "purpose" = ?
  and "expires_at" > ?;
-- PostgreSQL
select "account_id", "email"
  from "mailed_codes"
  where "hash" = $1
  and "purpose" = $2
  and "expires_at" > $3;

-- src/auth/queries/mailed-codes.ts: deleteMailedCode
--   SEARCH mailed_codes USING PRIMARY KEY (hash=?)
-- SQLite
delete
  from "mailed_codes"
  where "hash" = ?;
-- PostgreSQL
delete
  from "mailed_codes"
  where "hash" = $1;

-- src/auth/queries/mailed-codes.ts: deleteMailedCodesOf
--   SEARCH mailed_codes USING INDEX mailed_codes_account (account_id=? AND purpose=?)
-- SQLite
delete
  from "mailed_codes"
  where "account_id" = ?
  and "purpose" = ?;
-- PostgreSQL
delete
  from "mailed_codes"
  where "account_id" = $1
  and "purpose" = $2;

-- src/auth/queries/mailed-codes.ts: deleteExpiredMailedCodes
--   SEARCH mailed_codes USING INDEX mailed_codes_expiry (expires_at<?)
-- SQLite
delete
  from "mailed_codes"
  where "expires_at" <= ?;
-- PostgreSQL
delete
  from "mailed_codes"
  where "expires_at" <= $1;

-- src/auth/queries/own-namespaces.ts: listOwnNamespaces
--   COMPOUND QUERY
--   LEFT-MOST SUBQUERY
--   SEARCH namespaces USING INDEX namespaces_account (account_id=?)
--   UNION ALL
--   SEARCH members USING INDEX members_account (account_id=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "id", "name", "kind", "display_name", 'owner' as "role"
  from "namespaces"
  where "account_id" = ?
  and "deleted_at" is null union all select "namespaces"."id", "namespaces"."name", "namespaces"."kind", "namespaces"."display_name", "members"."role"
  from "members"
  inner join "namespaces" on "namespaces"."id" = "members"."namespace_id"
  where "members"."account_id" = ?
  and "namespaces"."deleted_at" is null;
-- PostgreSQL
select "id", "name", "kind", "display_name", 'owner' as "role"
  from "namespaces"
  where "account_id" = $1
  and "deleted_at" is null union all select "namespaces"."id", "namespaces"."name", "namespaces"."kind", "namespaces"."display_name", "members"."role"
  from "members"
  inner join "namespaces" on "namespaces"."id" = "members"."namespace_id"
  where "members"."account_id" = $2
  and "namespaces"."deleted_at" is null;

-- src/auth/queries/reseal.ts: listSealedTotps
--   SEARCH totps USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select "account_id", "sealed_secret"
  from "totps"
  where "account_id" > ?
  order by "account_id"
  limit ?;
-- PostgreSQL
select "account_id", "sealed_secret"
  from "totps"
  where "account_id" > $1
  order by "account_id"
  limit $2
  for update;

-- src/auth/queries/reseal.ts: setSealedTotp
--   SEARCH totps USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "totps"
  set "sealed_secret" = ?
  where "account_id" = ?;
-- PostgreSQL
update "totps"
  set "sealed_secret" = $1
  where "account_id" = $2;

-- src/auth/queries/reseal.ts: setSealedSigningKey
--   SEARCH signing_keys USING PRIMARY KEY (id=?)
-- SQLite
update "signing_keys"
  set "sealed_private_key" = ?
  where "id" = ?;
-- PostgreSQL
update "signing_keys"
  set "sealed_private_key" = $1
  where "id" = $2;

-- src/auth/queries/sessions.ts: insertBrowserSession
-- SQLite
insert into "browser_sessions" ("hash", "account_id", "created_at", "last_used_at", "expires_at", "address", "agent", "proven_at")
  values (?, ?, ?, ?, ?, ?, ?, ?)
 
  returning "id";
-- PostgreSQL
insert into "browser_sessions" ("hash", "account_id", "created_at", "last_used_at", "expires_at", "address", "agent", "proven_at")
  values ($1, $2, $3, $4, $5, $6, $7, $8)
 
  returning "id";

-- src/auth/queries/sessions.ts: findBrowserSessionByHash
--   SEARCH browser_sessions USING INDEX sqlite_autoindex_browser_sessions_1 (hash=?)
-- SQLite
select "id", "account_id", "created_at", "last_used_at", "expires_at", "address", "agent", "proven_at"
  from "browser_sessions"
  where "hash" = ?;
-- PostgreSQL
select "id", "account_id", "created_at", "last_used_at", "expires_at", "address", "agent", "proven_at"
  from "browser_sessions"
  where "hash" = $1;

-- src/auth/queries/sessions.ts: findBrowserSession
--   SEARCH browser_sessions USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "id", "account_id", "created_at", "last_used_at", "expires_at", "address", "agent", "proven_at"
  from "browser_sessions"
  where "id" = ?;
-- PostgreSQL
select "id", "account_id", "created_at", "last_used_at", "expires_at", "address", "agent", "proven_at"
  from "browser_sessions"
  where "id" = $1;

-- src/auth/queries/sessions.ts: lockBrowserSession
--   SEARCH browser_sessions USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "id", "account_id", "created_at", "last_used_at", "expires_at", "address", "agent", "proven_at"
  from "browser_sessions"
  where "id" = ?;
-- PostgreSQL
select "id", "account_id", "created_at", "last_used_at", "expires_at", "address", "agent", "proven_at"
  from "browser_sessions"
  where "id" = $1
  for key share;

-- src/auth/queries/sessions.ts: listBrowserSessions
--   SEARCH browser_sessions USING INDEX browser_sessions_account (account_id=? AND id>?)
-- SQLite
select "id", "account_id", "created_at", "last_used_at", "expires_at", "address", "agent", "proven_at"
  from "browser_sessions"
  where "account_id" = ?
  and "id" > ?
  and "expires_at" > ?
  order by "id"
  limit ?;
-- PostgreSQL
select "id", "account_id", "created_at", "last_used_at", "expires_at", "address", "agent", "proven_at"
  from "browser_sessions"
  where "account_id" = $1
  and "id" > $2
  and "expires_at" > $3
  order by "id"
  limit $4;

-- src/auth/queries/sessions.ts: useBrowserSession
--   SEARCH browser_sessions USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "browser_sessions"
  set "last_used_at" = ?, "expires_at" = ?, "address" = ?
  where "id" = ?;
-- PostgreSQL
update "browser_sessions"
  set "last_used_at" = $1, "expires_at" = $2, "address" = $3
  where "id" = $4;

-- src/auth/queries/sessions.ts: deleteBrowserSession
--   SEARCH browser_sessions USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
delete
  from "browser_sessions"
  where "id" = ?
  and "account_id" = ?;
-- PostgreSQL
delete
  from "browser_sessions"
  where "id" = $1
  and "account_id" = $2;

-- src/auth/queries/sessions.ts: deleteOtherBrowserSessions
--   SEARCH browser_sessions USING INDEX browser_sessions_account (account_id=?)
-- SQLite
delete
  from "browser_sessions"
  where "account_id" = ?
  and "id" <> ?;
-- PostgreSQL
delete
  from "browser_sessions"
  where "account_id" = $1
  and "id" <> $2;

-- src/auth/queries/sessions.ts: deleteBrowserSessionsOf
--   SEARCH browser_sessions USING INDEX browser_sessions_account (account_id=?)
-- SQLite
delete
  from "browser_sessions"
  where "account_id" = ?;
-- PostgreSQL
delete
  from "browser_sessions"
  where "account_id" = $1;

-- src/auth/queries/sessions.ts: deleteOldestBrowserSessions
--   SEARCH browser_sessions USING COVERING INDEX browser_sessions_account (account_id=? AND id<?)
--   SCALAR SUBQUERY 1
--   SEARCH newer USING COVERING INDEX browser_sessions_account (account_id=?)
-- SQLite
delete
  from "browser_sessions"
  where "account_id" = ?
  and "id" <= (select "newer"."id"
  from "browser_sessions" as "newer"
  where "newer"."account_id" = ?
  order by "newer"."id" desc
  limit ? offset ?);
-- PostgreSQL
delete
  from "browser_sessions"
  where "account_id" = $1
  and "id" <= (select "newer"."id"
  from "browser_sessions" as "newer"
  where "newer"."account_id" = $2
  order by "newer"."id" desc
  limit $3 offset $4);

-- src/auth/queries/sessions.ts: deleteExpiredBrowserSessions
--   SEARCH browser_sessions USING INDEX browser_sessions_expiry (expires_at<?)
-- SQLite
delete
  from "browser_sessions"
  where "expires_at" <= ?;
-- PostgreSQL
delete
  from "browser_sessions"
  where "expires_at" <= $1;

-- src/auth/queries/sign-in-places.ts: findSignInPlaces
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH here USING PRIMARY KEY (account_id=? AND place=?) LEFT-JOIN
--   CORRELATED SCALAR SUBQUERY 1
--   SEARCH sign_in_places USING COVERING INDEX sign_in_places_last (account_id=?)
-- SQLite
select "here"."last_at" as "here_at", (select max("sign_in_places"."last_at") as "last_at"
  from "sign_in_places"
  where "sign_in_places"."account_id" = "accounts"."id") as "last_at"
  from "accounts" left join "sign_in_places" as "here" on "here"."account_id" = "accounts"."id"
  and "here"."place" = ?
  where "accounts"."id" = ?;
-- PostgreSQL
select "here"."last_at" as "here_at", (select max("sign_in_places"."last_at") as "last_at"
  from "sign_in_places"
  where "sign_in_places"."account_id" = "accounts"."id") as "last_at"
  from "accounts" left join "sign_in_places" as "here" on "here"."account_id" = "accounts"."id"
  and "here"."place" = $1
  where "accounts"."id" = $2;

-- src/auth/queries/sign-in-places.ts: saveSignInPlace
-- SQLite
insert into "sign_in_places" ("account_id", "place", "last_at")
  values (?, ?, ?)
  on conflict ("account_id", "place") do update
  set "last_at" = ?;
-- PostgreSQL
insert into "sign_in_places" ("account_id", "place", "last_at")
  values ($1, $2, $3)
  on conflict ("account_id", "place") do update
  set "last_at" = $4;

-- src/auth/queries/sign-in-places.ts: deleteOldSignInPlaces
--   SEARCH sign_in_places USING COVERING INDEX sign_in_places_last (account_id=?)
--   SCALAR SUBQUERY 1
--   SEARCH newer USING COVERING INDEX sign_in_places_last (account_id=?)
-- SQLite
delete
  from "sign_in_places"
  where "account_id" = ?
  and ("last_at" < ? or "last_at" <= (select "newer"."last_at"
  from "sign_in_places" as "newer"
  where "newer"."account_id" = ?
  order by "newer"."last_at" desc
  limit ? offset ?));
-- PostgreSQL
delete
  from "sign_in_places"
  where "account_id" = $1
  and ("last_at" < $2 or "last_at" <= (select "newer"."last_at"
  from "sign_in_places" as "newer"
  where "newer"."account_id" = $3
  order by "newer"."last_at" desc
  limit $4 offset $5));

-- src/auth/queries/token-room.ts: lockTokenAccount
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "disabled_at"
  from "accounts"
  where "id" = ?;
-- PostgreSQL
select "disabled_at"
  from "accounts"
  where "id" = $1
  for update;

-- src/auth/queries/token-room.ts: listTokensOf
--   SEARCH tokens USING INDEX tokens_account (account_id=?)
-- SQLite
select "id", "name", "expires_at", "created_at", "last_used_at"
  from "tokens"
  where "account_id" = ?
  and "kind" = ?
  order by "id"
  limit ?;
-- PostgreSQL
select "id", "name", "expires_at", "created_at", "last_used_at"
  from "tokens"
  where "account_id" = $1
  and "kind" = $2
  order by "id"
  limit $3;

-- src/auth/queries/token-room.ts: deleteExpiredTokensOf
--   SEARCH tokens USING INDEX tokens_account (account_id=?)
-- SQLite
delete
  from "tokens"
  where "account_id" = ?
  and "kind" = ?
  and "expires_at" <= ?;
-- PostgreSQL
delete
  from "tokens"
  where "account_id" = $1
  and "kind" = $2
  and "expires_at" <= $3;

-- src/auth/queries/trust-rules.ts: insertTrustRule
-- SQLite
insert into "trust_rules" ("account_id", "name", "issuer", "audience", "conditions", "created_at")
  values (?, ?, ?, ?, ?, ?)
  returning "id", "account_id", "name", "issuer", "audience", "conditions", "created_at";
-- PostgreSQL
insert into "trust_rules" ("account_id", "name", "issuer", "audience", "conditions", "created_at")
  values ($1, $2, $3, $4, $5, $6)
  returning "id", "account_id", "name", "issuer", "audience", "conditions", "created_at";

-- src/auth/queries/trust-rules.ts: findTrustRule
--   SEARCH trust_rules USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "id", "account_id", "name", "issuer", "audience", "conditions", "created_at"
  from "trust_rules"
  where "id" = ?;
-- PostgreSQL
select "id", "account_id", "name", "issuer", "audience", "conditions", "created_at"
  from "trust_rules"
  where "id" = $1;

-- src/auth/queries/trust-rules.ts: listTrustRules
--   SEARCH trust_rules USING INDEX trust_rules_account (account_id=?)
-- SQLite
select "id", "account_id", "name", "issuer", "audience", "conditions", "created_at"
  from "trust_rules"
  where "account_id" = ?
  order by "id"
  limit ?;
-- PostgreSQL
select "id", "account_id", "name", "issuer", "audience", "conditions", "created_at"
  from "trust_rules"
  where "account_id" = $1
  order by "id"
  limit $2;

-- src/auth/queries/trust-rules.ts: listTrustRulesOfIssuer
--   SEARCH trust_rules USING INDEX trust_rules_issuer (issuer=?)
-- SQLite
select "id", "account_id", "name", "issuer", "audience", "conditions", "created_at"
  from "trust_rules"
  where "issuer" = ?
  order by "id"
  limit ?;
-- PostgreSQL
select "id", "account_id", "name", "issuer", "audience", "conditions", "created_at"
  from "trust_rules"
  where "issuer" = $1
  order by "id"
  limit $2;

-- src/auth/queries/trust-rules.ts: deleteTrustRule
--   SEARCH trust_rules USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
delete
  from "trust_rules"
  where "id" = ?
  and "account_id" = ?;
-- PostgreSQL
delete
  from "trust_rules"
  where "id" = $1
  and "account_id" = $2;

-- src/images/queries/activity.ts: listRepositoryEvents
--   SEARCH audit_events USING INDEX audit_events_target (target_name=? AND at>? AND at<?)
--   SCALAR SUBQUERY 1
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "id", "at", "actor_name", "action", "target_kind", "target_id", "old_values", "new_values", "outcome"
  from "audit_events"
  where "target_name" = ?
  and (at, id) < (?, ?)
  and at >= (select created_at - 1000
  from repositories
  where id = ?)
  and target_kind in ('repository', 'manifest', 'tag')
  order by "at" desc, "id" desc
  limit ?;
-- PostgreSQL
select "id", "at", "actor_name", "action", "target_kind", "target_id", "old_values", "new_values", "outcome"
  from "audit_events"
  where "target_name" = $1
  and (at, id) < ($2, $3)
  and at >= (select created_at - 1000
  from repositories
  where id = $4)
  and target_kind in ('repository', 'manifest', 'tag')
  order by "at" desc, "id" desc
  limit $5;

-- src/images/queries/activity.ts: listTagMoves
--   SEARCH tags USING INDEX tags_recent (repository_id=? AND (from_at,name)<(?,?))
-- SQLite
select "name", "digest", "revision", "from_at", "actor"
  from "tags"
  where "repository_id" = ?
  and "to_at" is null
  and (from_at, name) < (?, ?)
  order by "from_at" desc, "name" desc
  limit ?;
-- PostgreSQL
select "name", "digest", "revision", "from_at", "actor"
  from "tags"
  where "repository_id" = $1
  and "to_at" is null
  and (from_at, name) < ($2, $3)
  order by "from_at" desc, "name" desc
  limit $4;

-- src/images/queries/activity.ts: listFormerNames
--   SEARCH former_names USING COVERING INDEX former_names_repository (repository_id=?)
-- SQLite
select "name"
  from "former_names"
  where "repository_id" = ?
  limit ?;
-- PostgreSQL
select "name"
  from "former_names"
  where "repository_id" = $1
  limit $2;

-- src/images/queries/manifests.ts: findManifestShown
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
--   SEARCH manifest_facts USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
--   SEARCH manifest_pulls USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
-- SQLite
select "manifests"."id", "manifests"."digest", "manifests"."media_type", "manifests"."artifact_type", "manifests"."config_digest", "manifests"."size_bytes", "manifests"."created_at", "manifest_facts"."version", "manifest_facts"."kind", "manifest_facts"."size_bytes" as "whole_bytes", "manifest_facts"."platforms", "manifest_facts"."is_complete", "manifest_facts"."computed_at", "manifest_pulls"."pulls", "manifest_pulls"."last_at", "manifests"."subject_digest"
  from "manifests" left join "manifest_facts" on "manifest_facts"."manifest_id" = "manifests"."id" left join "manifest_pulls" on "manifest_pulls"."manifest_id" = "manifests"."id"
  where "manifests"."repository_id" = ?
  and "manifests"."digest" = ?
  and "manifests"."deleted_at" is null;
-- PostgreSQL
select "manifests"."id", "manifests"."digest", "manifests"."media_type", "manifests"."artifact_type", "manifests"."config_digest", "manifests"."size_bytes", "manifests"."created_at", "manifest_facts"."version", "manifest_facts"."kind", "manifest_facts"."size_bytes" as "whole_bytes", "manifest_facts"."platforms", "manifest_facts"."is_complete", "manifest_facts"."computed_at", "manifest_pulls"."pulls", "manifest_pulls"."last_at", "manifests"."subject_digest"
  from "manifests" left join "manifest_facts" on "manifest_facts"."manifest_id" = "manifests"."id" left join "manifest_pulls" on "manifest_pulls"."manifest_id" = "manifests"."id"
  where "manifests"."repository_id" = $1
  and "manifests"."digest" = $2
  and "manifests"."deleted_at" is null;

-- src/images/queries/manifests.ts: listManifestContents
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
--   LIST SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
-- SQLite
select "digest", "content"
  from "manifests"
  where "repository_id" = ?
  and "digest" in (select value
  from json_each(?));
-- PostgreSQL
select "digest", "content"
  from "manifests"
  where "repository_id" = $1
  and "digest" in (select value
  from json_array_elements_text($2::json) as value);

-- src/images/queries/manifests.ts: listManifestsHere
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
--   LIST SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
-- SQLite
select "digest"
  from "manifests"
  where "repository_id" = ?
  and "deleted_at" is null
  and "digest" in (select value
  from json_each(?));
-- PostgreSQL
select "digest"
  from "manifests"
  where "repository_id" = $1
  and "deleted_at" is null
  and "digest" in (select value
  from json_array_elements_text($2::json) as value);

-- src/images/queries/manifests.ts: listInlineBlobs
--   SEARCH repository_blobs USING COVERING INDEX repository_blobs_repository (repository_id=?)
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
--   LIST SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CREATE BLOOM FILTER
-- SQLite
select "blobs"."digest", "blobs"."content"
  from "blobs"
  inner join "repository_blobs" on "repository_blobs"."blob_id" = "blobs"."id"
  where "repository_blobs"."repository_id" = ?
  and "blobs"."state" = 'live'
  and "blobs"."content" is not null
  and "blobs"."digest" in (select value
  from json_each(?));
-- PostgreSQL
select "blobs"."digest", "blobs"."content"
  from "blobs"
  inner join "repository_blobs" on "repository_blobs"."blob_id" = "blobs"."id"
  where "repository_blobs"."repository_id" = $1
  and "blobs"."state" = 'live'
  and "blobs"."content" is not null
  and "blobs"."digest" in (select value
  from json_array_elements_text($2::json) as value);

-- src/images/queries/manifests.ts: listChildBlobs
--   SEARCH named USING PRIMARY KEY (manifest_id=?)
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
--   SEARCH inner USING PRIMARY KEY (manifest_id=?) LEFT-JOIN
--   SEARCH blobs USING INDEX blobs_digest (digest=?) LEFT-JOIN
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=? AND repository_id=?) LEFT-JOIN
-- SQLite
select "manifests"."digest", "manifests"."size_bytes", case when repository_blobs.blob_id is not null then blobs.digest end as "blob_digest", "blobs"."size_bytes" as "blob_bytes"
  from "manifest_references" as "named"
  inner join "manifests" on "manifests"."repository_id" = "named"."repository_id"
  and "manifests"."digest" = "named"."digest" left join "manifest_references" as "inner" on "inner"."manifest_id" = "manifests"."id"
  and "inner"."kind" <> 'manifest' left join "blobs" on "blobs"."digest" = "inner"."digest"
  and "blobs"."state" <> 'deleting' left join "repository_blobs" on "repository_blobs"."blob_id" = "blobs"."id"
  and "repository_blobs"."repository_id" = "named"."repository_id"
  where "named"."manifest_id" = ?
  and "named"."kind" = 'manifest'
  and "manifests"."deleted_at" is null
  order by "named"."digest"
  limit ?;
-- PostgreSQL
select "manifests"."digest", "manifests"."size_bytes", case when repository_blobs.blob_id is not null then blobs.digest end as "blob_digest", "blobs"."size_bytes" as "blob_bytes"
  from "manifest_references" as "named"
  inner join "manifests" on "manifests"."repository_id" = "named"."repository_id"
  and "manifests"."digest" = "named"."digest" left join "manifest_references" as "inner" on "inner"."manifest_id" = "manifests"."id"
  and "inner"."kind" <> 'manifest' left join "blobs" on "blobs"."digest" = "inner"."digest"
  and "blobs"."state" <> 'deleting' left join "repository_blobs" on "repository_blobs"."blob_id" = "blobs"."id"
  and "repository_blobs"."repository_id" = "named"."repository_id"
  where "named"."manifest_id" = $1
  and "named"."kind" = 'manifest'
  and "manifests"."deleted_at" is null
  order by "named"."digest"
  limit $2;

-- src/images/queries/manifests.ts: saveFacts
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   SEARCH manifests USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
insert into "manifest_facts" ("manifest_id", "version", "kind", "size_bytes", "platforms", "is_complete", "computed_at") select "manifests"."id" as "manifest_id", cast("listed"."version" as bigint) as "version", "listed"."kind", cast("listed"."bytes" as bigint) as "size_bytes", "listed"."platforms", cast("listed"."complete" as bigint) as "is_complete", cast("listed"."computed" as bigint) as "computed_at"
  from (select value ->> '$.manifest' as "manifest", value ->> '$.version' as "version", value ->> '$.kind' as "kind", value ->> '$.bytes' as "bytes", value ->> '$.platforms' as "platforms", value ->> '$.complete' as "complete", value ->> '$.computed' as "computed"
  from json_each(?)) as "listed"
  inner join "manifests" on "manifests"."id" = cast("listed"."manifest" as bigint)
  where true
  on conflict ("manifest_id") do update
  set "version" = "excluded"."version", "kind" = "excluded"."kind", "size_bytes" = "excluded"."size_bytes", "platforms" = "excluded"."platforms", "is_complete" = "excluded"."is_complete", "computed_at" = "excluded"."computed_at";
-- PostgreSQL
insert into "manifest_facts" ("manifest_id", "version", "kind", "size_bytes", "platforms", "is_complete", "computed_at") select "manifests"."id" as "manifest_id", cast("listed"."version" as bigint) as "version", "listed"."kind", cast("listed"."bytes" as bigint) as "size_bytes", "listed"."platforms", cast("listed"."complete" as bigint) as "is_complete", cast("listed"."computed" as bigint) as "computed_at"
  from (select value ->> 'manifest' as "manifest", value ->> 'version' as "version", value ->> 'kind' as "kind", value ->> 'bytes' as "bytes", value ->> 'platforms' as "platforms", value ->> 'complete' as "complete", value ->> 'computed' as "computed"
  from json_array_elements($1::json) as value) as "listed"
  inner join "manifests" on "manifests"."id" = cast("listed"."manifest" as bigint)
  where true
  on conflict ("manifest_id") do update
  set "version" = "excluded"."version", "kind" = "excluded"."kind", "size_bytes" = "excluded"."size_bytes", "platforms" = "excluded"."platforms", "is_complete" = "excluded"."is_complete", "computed_at" = "excluded"."computed_at";

-- src/images/queries/manifests.ts: listIndexesNaming
--   SEARCH manifest_references USING INDEX manifest_references_digest (repository_id=? AND digest=?)
--   SEARCH manifests USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "manifests"."digest", "manifests"."media_type"
  from "manifest_references"
  inner join "manifests" on "manifests"."id" = "manifest_references"."manifest_id"
  where "manifest_references"."repository_id" = ?
  and "manifest_references"."digest" = ?
  and "manifest_references"."kind" = 'manifest'
  and "manifests"."deleted_at" is null
  limit ?;
-- PostgreSQL
select "manifests"."digest", "manifests"."media_type"
  from "manifest_references"
  inner join "manifests" on "manifests"."id" = "manifest_references"."manifest_id"
  where "manifest_references"."repository_id" = $1
  and "manifest_references"."digest" = $2
  and "manifest_references"."kind" = 'manifest'
  and "manifests"."deleted_at" is null
  limit $3;

-- src/images/queries/manifests.ts: listReferrersOf
--   SEARCH manifests USING INDEX manifests_subject_type (repository_id=? AND subject_digest=?)
--   LIST SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
-- SQLite
select "manifests"."digest", "manifests"."media_type", "manifests"."artifact_type", "manifests"."size_bytes", "manifests"."created_at", "manifests"."subject_digest" as "parent", case when octet_length(manifests.annotations) <= 8192 then manifests.annotations end as "annotations"
  from "manifests"
  where "repository_id" = ?
  and "deleted_at" is null
  and "subject_digest" in (select value
  from json_each(?))
  limit ?;
-- PostgreSQL
select "manifests"."digest", "manifests"."media_type", "manifests"."artifact_type", "manifests"."size_bytes", "manifests"."created_at", "manifests"."subject_digest" as "parent", case when octet_length(manifests.annotations) <= 8192 then manifests.annotations end as "annotations"
  from "manifests"
  where "repository_id" = $1
  and "deleted_at" is null
  and "subject_digest" in (select value
  from json_array_elements_text($2::json) as value)
  limit $3;

-- src/images/queries/manifests.ts: listTagged
--   SEARCH tags USING INDEX tags_current (repository_id=? AND name=?)
--   LIST SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
-- SQLite
select "manifests"."digest", "manifests"."media_type", "manifests"."artifact_type", "manifests"."size_bytes", "manifests"."created_at", "tags"."name", case when octet_length(manifests.annotations) <= 8192 then manifests.annotations end as "annotations"
  from "tags"
  inner join "manifests" on "manifests"."repository_id" = "tags"."repository_id"
  and "manifests"."digest" = "tags"."digest"
  where "tags"."repository_id" = ?
  and "tags"."to_at" is null
  and "manifests"."deleted_at" is null
  and "tags"."name" in (select value
  from json_each(?))
  limit ?;
-- PostgreSQL
select "manifests"."digest", "manifests"."media_type", "manifests"."artifact_type", "manifests"."size_bytes", "manifests"."created_at", "tags"."name", case when octet_length(manifests.annotations) <= 8192 then manifests.annotations end as "annotations"
  from "tags"
  inner join "manifests" on "manifests"."repository_id" = "tags"."repository_id"
  and "manifests"."digest" = "tags"."digest"
  where "tags"."repository_id" = $1
  and "tags"."to_at" is null
  and "manifests"."deleted_at" is null
  and "tags"."name" in (select value
  from json_array_elements_text($2::json) as value)
  limit $3;

-- src/images/queries/manifests.ts: listNamedByTagged
--   SEARCH tags USING INDEX tags_current (repository_id=? AND name=?)
--   LIST SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   SEARCH indexes USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=?)
--   SEARCH manifest_references USING PRIMARY KEY (manifest_id=? AND digest=?)
-- SQLite
select "manifests"."digest", "manifests"."media_type", "manifests"."artifact_type", "manifests"."size_bytes", "manifests"."created_at", "tags"."name", case when octet_length(manifests.annotations) <= 8192 then manifests.annotations end as "annotations"
  from "tags"
  inner join "manifests" as "indexes" on "indexes"."repository_id" = "tags"."repository_id"
  and "indexes"."digest" = "tags"."digest"
  inner join "manifest_references" on "manifest_references"."manifest_id" = "indexes"."id"
  inner join "manifests" on "manifests"."repository_id" = "tags"."repository_id"
  and "manifests"."digest" = "manifest_references"."digest"
  where "tags"."repository_id" = ?
  and "tags"."to_at" is null
  and "indexes"."deleted_at" is null
  and "indexes"."media_type" = ?
  and "manifests"."deleted_at" is null
  and "manifests"."subject_digest" is null
  and "tags"."name" in (select value
  from json_each(?))
  limit ?;
-- PostgreSQL
select "manifests"."digest", "manifests"."media_type", "manifests"."artifact_type", "manifests"."size_bytes", "manifests"."created_at", "tags"."name", case when octet_length(manifests.annotations) <= 8192 then manifests.annotations end as "annotations"
  from "tags"
  inner join "manifests" as "indexes" on "indexes"."repository_id" = "tags"."repository_id"
  and "indexes"."digest" = "tags"."digest"
  inner join "manifest_references" on "manifest_references"."manifest_id" = "indexes"."id"
  inner join "manifests" on "manifests"."repository_id" = "tags"."repository_id"
  and "manifests"."digest" = "manifest_references"."digest"
  where "tags"."repository_id" = $1
  and "tags"."to_at" is null
  and "indexes"."deleted_at" is null
  and "indexes"."media_type" = $2
  and "manifests"."deleted_at" is null
  and "manifests"."subject_digest" is null
  and "tags"."name" in (select value
  from json_array_elements_text($3::json) as value)
  limit $4;

-- src/images/queries/pulls.ts: addPullCount
-- SQLite
insert into "pull_counts" ("repository_id", "unit", "at", "pulls")
  values (?, ?, ?, ?)
  on conflict ("repository_id", "unit", "at") do update
  set "pulls" = pull_counts.pulls + excluded.pulls;
-- PostgreSQL
insert into "pull_counts" ("repository_id", "unit", "at", "pulls")
  values ($1, $2, $3, $4)
  on conflict ("repository_id", "unit", "at") do update
  set "pulls" = pull_counts.pulls + excluded.pulls;

-- src/images/queries/pulls.ts: deletePullCounts
--   SEARCH pull_counts USING PRIMARY KEY (repository_id=? AND unit=? AND at<?)
-- SQLite
delete
  from "pull_counts"
  where "repository_id" = ?
  and "unit" = ?
  and "at" < ?;
-- PostgreSQL
delete
  from "pull_counts"
  where "repository_id" = $1
  and "unit" = $2
  and "at" < $3;

-- src/images/queries/pulls.ts: listPullCounts
--   SEARCH pull_counts USING PRIMARY KEY (repository_id=? AND unit=? AND at>?)
-- SQLite
select "at", "pulls"
  from "pull_counts"
  where "repository_id" = ?
  and "unit" = ?
  and "at" >= ?
  order by "at";
-- PostgreSQL
select "at", "pulls"
  from "pull_counts"
  where "repository_id" = $1
  and "unit" = $2
  and "at" >= $3
  order by "at";

-- src/images/queries/pulls.ts: addManifestPulls
--   CO-ROUTINE used
--   MERGE (UNION)
--   LEFT
--   SEARCH manifests USING COVERING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
--   RIGHT
--   SEARCH manifest_references USING INDEX manifest_references_digest (repository_id=? AND digest=?)
--   SCAN used
-- SQLite
insert into "manifest_pulls" ("manifest_id", "pulls", "last_at") select "used"."manifest_id", cast(? as bigint) as "pulls", cast(? as bigint) as "last_at"
  from (select "manifests"."id" as "manifest_id"
  from "manifests"
  where "manifests"."repository_id" = ?
  and "manifests"."digest" = ? union select "manifest_references"."manifest_id"
  from "manifest_references"
  where "manifest_references"."repository_id" = ?
  and "manifest_references"."digest" = ?
  and "manifest_references"."kind" = 'manifest') as "used"
  where true
  order by "used"."manifest_id"
  on conflict ("manifest_id") do update
  set "pulls" = manifest_pulls.pulls + excluded.pulls, "last_at" = case when excluded.last_at > manifest_pulls.last_at then excluded.last_at else manifest_pulls.last_at end;
-- PostgreSQL
insert into "manifest_pulls" ("manifest_id", "pulls", "last_at") select "used"."manifest_id", cast($1 as bigint) as "pulls", cast($2 as bigint) as "last_at"
  from (select "manifests"."id" as "manifest_id"
  from "manifests"
  where "manifests"."repository_id" = $3
  and "manifests"."digest" = $4 union select "manifest_references"."manifest_id"
  from "manifest_references"
  where "manifest_references"."repository_id" = $5
  and "manifest_references"."digest" = $6
  and "manifest_references"."kind" = 'manifest') as "used"
  where true
  order by "used"."manifest_id"
  on conflict ("manifest_id") do update
  set "pulls" = manifest_pulls.pulls + excluded.pulls, "last_at" = case when excluded.last_at > manifest_pulls.last_at then excluded.last_at else manifest_pulls.last_at end;

-- src/images/queries/tags.ts: listTagNames
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

-- src/images/queries/tags.ts: listRecentTagNames
--   SEARCH tags USING INDEX tags_recent (repository_id=? AND (from_at,name)<(?,?))
-- SQLite
select "name", "from_at"
  from "tags"
  where "repository_id" = ?
  and "to_at" is null
  and (from_at, name) < (?, ?)
  order by "from_at" desc, "name" desc
  limit ?;
-- PostgreSQL
select "name", "from_at"
  from "tags"
  where "repository_id" = $1
  and "to_at" is null
  and (from_at, name) < ($2, $3)
  order by "from_at" desc, "name" desc
  limit $4;

-- src/images/queries/tags.ts: listTagsShown
--   SEARCH tags USING INDEX tags_current (repository_id=? AND name=?)
--   LIST SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
--   SEARCH manifest_facts USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
--   SEARCH manifest_pulls USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
-- SQLite
select "tags"."name", "tags"."revision", "tags"."from_at", "tags"."actor", "manifests"."id", "manifests"."digest", "manifests"."media_type", "manifests"."artifact_type", "manifests"."config_digest", "manifests"."size_bytes", "manifests"."created_at", "manifest_facts"."version", "manifest_facts"."kind", "manifest_facts"."size_bytes" as "whole_bytes", "manifest_facts"."platforms", "manifest_facts"."is_complete", "manifest_facts"."computed_at", "manifest_pulls"."pulls", "manifest_pulls"."last_at"
  from "tags"
  inner join "manifests" on "manifests"."repository_id" = "tags"."repository_id"
  and "manifests"."digest" = "tags"."digest" left join "manifest_facts" on "manifest_facts"."manifest_id" = "manifests"."id" left join "manifest_pulls" on "manifest_pulls"."manifest_id" = "manifests"."id"
  where "tags"."repository_id" = ?
  and "tags"."to_at" is null
  and "tags"."name" in (select value
  from json_each(?));
-- PostgreSQL
select "tags"."name", "tags"."revision", "tags"."from_at", "tags"."actor", "manifests"."id", "manifests"."digest", "manifests"."media_type", "manifests"."artifact_type", "manifests"."config_digest", "manifests"."size_bytes", "manifests"."created_at", "manifest_facts"."version", "manifest_facts"."kind", "manifest_facts"."size_bytes" as "whole_bytes", "manifest_facts"."platforms", "manifest_facts"."is_complete", "manifest_facts"."computed_at", "manifest_pulls"."pulls", "manifest_pulls"."last_at"
  from "tags"
  inner join "manifests" on "manifests"."repository_id" = "tags"."repository_id"
  and "manifests"."digest" = "tags"."digest" left join "manifest_facts" on "manifest_facts"."manifest_id" = "manifests"."id" left join "manifest_pulls" on "manifest_pulls"."manifest_id" = "manifests"."id"
  where "tags"."repository_id" = $1
  and "tags"."to_at" is null
  and "tags"."name" in (select value
  from json_array_elements_text($2::json) as value);

-- src/images/queries/tags.ts: listSignedDigests
--   SEARCH manifests USING INDEX manifests_subject (repository_id=? AND subject_digest=?)
--   LIST SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
-- SQLite
select distinct "subject_digest" as "digest"
  from "manifests"
  where "repository_id" = ?
  and "deleted_at" is null
  and "subject_digest" in (select value
  from json_each(?))
  and (artifact_type in ('application/vnd.dev.cosign.artifact.sig.v1+json', 'application/vnd.cncf.notary.signature', 'application/vnd.cncf.notary.v2.signature')
    or (artifact_type like 'application/vnd.dev.sigstore.bundle%'
  and (annotations ->> '$."dev.sigstore.bundle.content"' in ('message-signature', 'https://sigstore.dev/cosign/sign/v1') or annotations ->> '$."dev.sigstore.bundle.predicateType"' in ('message-signature', 'https://sigstore.dev/cosign/sign/v1'))));
-- PostgreSQL
select distinct "subject_digest" as "digest"
  from "manifests"
  where "repository_id" = $1
  and "deleted_at" is null
  and "subject_digest" in (select value
  from json_array_elements_text($2::json) as value)
  and (artifact_type in ('application/vnd.dev.cosign.artifact.sig.v1+json', 'application/vnd.cncf.notary.signature', 'application/vnd.cncf.notary.v2.signature')
    or (artifact_type like 'application/vnd.dev.sigstore.bundle%'
  and (annotations::json ->> 'dev.sigstore.bundle.content' in ('message-signature', 'https://sigstore.dev/cosign/sign/v1') or annotations::json ->> 'dev.sigstore.bundle.predicateType' in ('message-signature', 'https://sigstore.dev/cosign/sign/v1'))));

-- src/images/queries/tags.ts: listExistingTags
--   SEARCH tags USING INDEX tags_current (repository_id=? AND name=?)
--   LIST SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
-- SQLite
select "name"
  from "tags"
  where "repository_id" = ?
  and "to_at" is null
  and "name" in (select value
  from json_each(?));
-- PostgreSQL
select "name"
  from "tags"
  where "repository_id" = $1
  and "to_at" is null
  and "name" in (select value
  from json_array_elements_text($2::json) as value);

-- src/images/queries/tags.ts: listTagsOfDigest
--   SEARCH tags USING INDEX tags_digest (repository_id=? AND digest=?)
-- SQLite
select "name"
  from "tags"
  where "repository_id" = ?
  and "digest" = ?
  and "to_at" is null
  limit ?;
-- PostgreSQL
select "name"
  from "tags"
  where "repository_id" = $1
  and "digest" = $2
  and "to_at" is null
  limit $3;

-- src/images/queries/tags.ts: findNewestTag
--   SEARCH tags USING INDEX tags_recent (repository_id=? AND from_at>?)
-- SQLite
select "name", "digest", "from_at", "actor"
  from "tags"
  where "repository_id" = ?
  and "to_at" is null
  and "from_at" > ?
  and (? = '' or actor = ?)
  order by "from_at" desc, "name" desc
  limit ?;
-- PostgreSQL
select "name", "digest", "from_at", "actor"
  from "tags"
  where "repository_id" = $1
  and "to_at" is null
  and "from_at" > $2
  and ($3 = '' or actor = $4)
  order by "from_at" desc, "name" desc
  limit $5;

-- src/jobs/queries.ts: insertRun
-- SQLite
insert into "job_runs" ("kind", "node", "started_by", "began_at", "seen_at", "outcome", "summary", "log")
  values (?, ?, ?, ?, ?, ?, ?, ?)
 
  returning "id";
-- PostgreSQL
insert into "job_runs" ("kind", "node", "started_by", "began_at", "seen_at", "outcome", "summary", "log")
  values ($1, $2, $3, $4, $5, $6, $7, $8)
 
  returning "id";

-- src/jobs/queries.ts: noteRun
--   SEARCH job_runs USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "job_runs"
  set "seen_at" = ?, "summary" = ?, "log" = ?, "outcome" = ?, "ended_at" = ?
  where "id" = ?;
-- PostgreSQL
update "job_runs"
  set "seen_at" = $1, "summary" = $2, "log" = $3, "outcome" = $4, "ended_at" = $5
  where "id" = $6;

-- src/jobs/queries.ts: endRun
--   SEARCH job_runs USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "job_runs"
  set "seen_at" = ?, "ended_at" = ?, "outcome" = ?, "error" = ?, "summary" = ?, "log" = ?
  where "id" = ?;
-- PostgreSQL
update "job_runs"
  set "seen_at" = $1, "ended_at" = $2, "outcome" = $3, "error" = $4, "summary" = $5, "log" = $6
  where "id" = $7;

-- src/jobs/queries.ts: findRun
--   SEARCH job_runs USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "id", "kind", "node", "started_by", "began_at", "seen_at", "ended_at", "outcome", "error", "summary", "log"
  from "job_runs"
  where "id" = ?;
-- PostgreSQL
select "id", "kind", "node", "started_by", "began_at", "seen_at", "ended_at", "outcome", "error", "summary", "log"
  from "job_runs"
  where "id" = $1;

-- src/jobs/queries.ts: listRuns
--   SEARCH job_runs USING INTEGER PRIMARY KEY (rowid<?)
-- SQLite
select "id", "kind", "node", "started_by", "began_at", "seen_at", "ended_at", "outcome", "error", "summary"
  from "job_runs"
  where "id" < ?
  order by "id" desc
  limit ?;
-- PostgreSQL
select "id", "kind", "node", "started_by", "began_at", "seen_at", "ended_at", "outcome", "error", "summary"
  from "job_runs"
  where "id" < $1
  order by "id" desc
  limit $2;

-- src/jobs/queries.ts: listRunsOfKind
--   SEARCH job_runs USING INDEX job_runs_kind (kind=? AND id<?)
-- SQLite
select "id", "kind", "node", "started_by", "began_at", "seen_at", "ended_at", "outcome", "error", "summary"
  from "job_runs"
  where "kind" = ?
  and "id" < ?
  order by "id" desc
  limit ?;
-- PostgreSQL
select "id", "kind", "node", "started_by", "began_at", "seen_at", "ended_at", "outcome", "error", "summary"
  from "job_runs"
  where "kind" = $1
  and "id" < $2
  order by "id" desc
  limit $3;

-- src/jobs/queries.ts: listRunsOfOutcome
--   SEARCH job_runs USING INDEX job_runs_outcome (outcome=? AND id<?)
-- SQLite
select "id", "kind", "node", "started_by", "began_at", "seen_at", "ended_at", "outcome", "error", "summary"
  from "job_runs"
  where "outcome" = ?
  and "id" < ?
  order by "id" desc
  limit ?;
-- PostgreSQL
select "id", "kind", "node", "started_by", "began_at", "seen_at", "ended_at", "outcome", "error", "summary"
  from "job_runs"
  where "outcome" = $1
  and "id" < $2
  order by "id" desc
  limit $3;

-- src/jobs/queries.ts: listStaleRuns
--   SEARCH job_runs USING INDEX job_runs_outcome (outcome=?)
-- SQLite
select "id", "seen_at"
  from "job_runs"
  where "outcome" = ?
  and ("seen_at" < ? or "node" = ?)
  order by "id"
  limit ?;
-- PostgreSQL
select "id", "seen_at"
  from "job_runs"
  where "outcome" = $1
  and ("seen_at" < $2 or "node" = $3)
  order by "id"
  limit $4;

-- src/jobs/queries.ts: interruptRun
--   SEARCH job_runs USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "job_runs"
  set "outcome" = ?, "ended_at" = ?, "error" = ?
  where "id" = ?
  and "outcome" = ?
  and "seen_at" = ?;
-- PostgreSQL
update "job_runs"
  set "outcome" = $1, "ended_at" = $2, "error" = $3
  where "id" = $4
  and "outcome" = $5
  and "seen_at" = $6;

-- src/jobs/queries.ts: deleteOldRunsOfKind
--   SEARCH job_runs USING INTEGER PRIMARY KEY (rowid=?)
--   LIST SUBQUERY 1
--   SEARCH job_runs USING COVERING INDEX job_runs_kind (kind=?)
-- SQLite
delete
  from "job_runs"
  where "id" in (select "id"
  from "job_runs"
  where "kind" = ?
  order by "id" desc
  limit ? offset ?);
-- PostgreSQL
delete
  from "job_runs"
  where "id" in (select "id"
  from "job_runs"
  where "kind" = $1
  order by "id" desc
  limit $2 offset $3);

-- src/jobs/queries.ts: deleteRunsBefore
--   SEARCH job_runs USING INTEGER PRIMARY KEY (rowid=?)
--   LIST SUBQUERY 1
--   SEARCH job_runs USING INDEX job_runs_began (began_at<?)
-- SQLite
delete
  from "job_runs"
  where "id" in (select "id"
  from "job_runs"
  where "began_at" < ?
  and "outcome" <> ?
  order by "began_at"
  limit ?);
-- PostgreSQL
delete
  from "job_runs"
  where "id" in (select "id"
  from "job_runs"
  where "began_at" < $1
  and "outcome" <> $2
  order by "began_at"
  limit $3);

-- src/layers/queries.ts: findIndex
--   SEARCH layer_indexes USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "state", "version", "attempts", "began_at", "entries", "uncompressed_bytes", "reason"
  from "layer_indexes"
  where "blob_id" = ?;
-- PostgreSQL
select "state", "version", "attempts", "began_at", "entries", "uncompressed_bytes", "reason"
  from "layer_indexes"
  where "blob_id" = $1;

-- src/layers/queries.ts: findIndexBytes
--   SEARCH layer_indexes USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "content", "storage_key"
  from "layer_indexes"
  where "blob_id" = ?
  and "version" = ?
  and "state" = 'ready';
-- PostgreSQL
select "content", "storage_key"
  from "layer_indexes"
  where "blob_id" = $1
  and "version" = $2
  and "state" = 'ready';

-- src/layers/queries.ts: beginIndex
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
insert into "layer_indexes" ("blob_id", "state", "version", "attempts", "began_at") select "blobs"."id", 'indexing' as "state", ? as "version", 1 as "attempts", ? as "began_at"
  from "blobs"
  where "blobs"."id" = ?
  and "blobs"."state" <> 'deleting'
  on conflict ("blob_id") do update
  set "state" = 'indexing', "attempts" = case when layer_indexes.version = excluded.version then layer_indexes.attempts + 1 else 1 end, "version" = "excluded"."version", "began_at" = "excluded"."began_at", "content" = ?, "storage_key" = ?, "reason" = ?
  where ("layer_indexes"."state" = 'failed' or "layer_indexes"."version" <> "excluded"."version" or ("layer_indexes"."state" = 'indexing'
  and "layer_indexes"."began_at" < ?))
  returning "attempts";
-- PostgreSQL
insert into "layer_indexes" ("blob_id", "state", "version", "attempts", "began_at") select "blobs"."id", 'indexing' as "state", $1 as "version", 1 as "attempts", $2 as "began_at"
  from "blobs"
  where "blobs"."id" = $3
  and "blobs"."state" <> 'deleting'
  on conflict ("blob_id") do update
  set "state" = 'indexing', "attempts" = case when layer_indexes.version = excluded.version then layer_indexes.attempts + 1 else 1 end, "version" = "excluded"."version", "began_at" = "excluded"."began_at", "content" = $4, "storage_key" = $5, "reason" = $6
  where ("layer_indexes"."state" = 'failed' or "layer_indexes"."version" <> "excluded"."version" or ("layer_indexes"."state" = 'indexing'
  and "layer_indexes"."began_at" < $7))
  returning "attempts";

-- src/layers/queries.ts: finishIndex
--   SEARCH layer_indexes USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "layer_indexes"
  set "state" = ?, "attempts" = ?, "entries" = ?, "uncompressed_bytes" = ?, "reason" = ?, "storage_key" = ?, "content" = ?
  where "blob_id" = ?
  and "state" = 'indexing';
-- PostgreSQL
update "layer_indexes"
  set "state" = $1, "attempts" = $2, "entries" = $3, "uncompressed_bytes" = $4, "reason" = $5, "storage_key" = $6, "content" = $7
  where "blob_id" = $8
  and "state" = 'indexing';

-- src/layers/queries.ts: forgetIndex
--   SEARCH layer_indexes USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
delete
  from "layer_indexes"
  where "blob_id" = ?
  and "state" = 'ready';
-- PostgreSQL
delete
  from "layer_indexes"
  where "blob_id" = $1
  and "state" = 'ready';

-- src/layers/queries.ts: listIndexKeys
--   SEARCH layer_indexes USING COVERING INDEX layer_indexes_storage_key (storage_key=?)
--   LIST SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
-- SQLite
select "storage_key"
  from "layer_indexes"
  where "storage_key" in (select value
  from json_each(?));
-- PostgreSQL
select "storage_key"
  from "layer_indexes"
  where "storage_key" in (select value
  from json_array_elements_text($1::json) as value);

-- src/layers/queries.ts: findLastManifest
--   SCAN manifests
-- SQLite
select "id"
  from "manifests"
  order by "id" desc
  limit ?;
-- PostgreSQL
select "id"
  from "manifests"
  order by "id" desc
  limit $1;

-- src/layers/queries.ts: listUnindexed
--   SEARCH manifest_references USING PRIMARY KEY (manifest_id>? AND manifest_id<?)
--   SEARCH blobs USING INDEX blobs_digest (digest=?)
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH layer_indexes USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
-- SQLite
select "manifest_references"."manifest_id", "repositories"."name" as "repository", "blobs"."id", "blobs"."digest", "blobs"."size_bytes", "blobs"."storage_key"
  from "manifest_references"
  inner join "repositories" on "repositories"."id" = "manifest_references"."repository_id"
  inner join "blobs" on "blobs"."digest" = "manifest_references"."digest" left join "layer_indexes" on "layer_indexes"."blob_id" = "blobs"."id"
  where "manifest_references"."manifest_id" > ?
  and "manifest_references"."manifest_id" <= ?
  and "manifest_references"."kind" = 'layer'
  and "blobs"."state" <> 'deleting'
  and "blobs"."state" <> 'damaged'
  and ("layer_indexes"."blob_id" is null or "layer_indexes"."state" = 'failed')
  order by "manifest_references"."manifest_id", "manifest_references"."digest"
  limit ?;
-- PostgreSQL
select "manifest_references"."manifest_id", "repositories"."name" as "repository", "blobs"."id", "blobs"."digest", "blobs"."size_bytes", "blobs"."storage_key"
  from "manifest_references"
  inner join "repositories" on "repositories"."id" = "manifest_references"."repository_id"
  inner join "blobs" on "blobs"."digest" = "manifest_references"."digest" left join "layer_indexes" on "layer_indexes"."blob_id" = "blobs"."id"
  where "manifest_references"."manifest_id" > $1
  and "manifest_references"."manifest_id" <= $2
  and "manifest_references"."kind" = 'layer'
  and "blobs"."state" <> 'deleting'
  and "blobs"."state" <> 'damaged'
  and ("layer_indexes"."blob_id" is null or "layer_indexes"."state" = 'failed')
  order by "manifest_references"."manifest_id", "manifest_references"."digest"
  limit $3;

-- src/layers/queries.ts: findManifestContent
--   SEARCH manifests USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "media_type", "content"
  from "manifests"
  where "id" = ?;
-- PostgreSQL
select "media_type", "content"
  from "manifests"
  where "id" = $1;

-- src/layers/queries.ts: findBlobBytes
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "digest", "size_bytes", "storage_key", "content"
  from "blobs"
  where "id" = ?;
-- PostgreSQL
select "digest", "size_bytes", "storage_key", "content"
  from "blobs"
  where "id" = $1;

-- src/layers/queries.ts: endStaleIndexes
--   SCAN layer_indexes USING INDEX layer_indexes_begun
-- SQLite
update "layer_indexes"
  set "state" = 'failed', "reason" = ?
  where "state" = 'indexing';
-- PostgreSQL
update "layer_indexes"
  set "state" = 'failed', "reason" = $1
  where "state" = 'indexing';

-- src/lifecycle/queries/archive-access.ts: pageAccounts
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select *
  from "accounts"
  where ("id") > (?)
  order by "id"
  limit ?;
-- PostgreSQL
select *
  from "accounts"
  where ("id") > ($1)
  order by "id"
  limit $2;

-- src/lifecycle/queries/archive-access.ts: findSameAccount
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select 1 as found
  from "accounts"
  where "id" = ?
  and "name" = ?;
-- PostgreSQL
select 1 as found
  from "accounts"
  where "id" = $1
  and "name" = $2;

-- src/lifecycle/queries/archive-access.ts: insertArchivedAccount
-- SQLite
insert into "accounts" ("id", "kind", "name", "display_name", "email", "email_verified_at", "system_role", "disabled_at", "description", "namespace_id", "repository_id", "plan", "created_at", "last_login_at")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "accounts" ("id", "kind", "name", "display_name", "email", "email_verified_at", "system_role", "disabled_at", "description", "namespace_id", "repository_id", "plan", "created_at", "last_login_at") overriding system value
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
  on conflict do nothing;

-- src/lifecycle/queries/archive-access.ts: pagePasswords
--   SEARCH passwords USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select *
  from "passwords"
  where ("account_id") > (?)
  order by "account_id"
  limit ?;
-- PostgreSQL
select *
  from "passwords"
  where ("account_id") > ($1)
  order by "account_id"
  limit $2;

-- src/lifecycle/queries/archive-access.ts: findSamePassword
--   SEARCH passwords USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select 1 as found
  from "passwords"
  where "account_id" = ?
  and "hash" = ?;
-- PostgreSQL
select 1 as found
  from "passwords"
  where "account_id" = $1
  and "hash" = $2;

-- src/lifecycle/queries/archive-access.ts: insertArchivedPassword
-- SQLite
insert into "passwords" ("account_id", "hash", "changed_at")
  values (?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "passwords" ("account_id", "hash", "changed_at") overriding system value
  values ($1, $2, $3)
  on conflict do nothing;

-- src/lifecycle/queries/archive-access.ts: pageIdentities
--   SEARCH identities USING PRIMARY KEY ((source,subject)>(?,?))
-- SQLite
select *
  from "identities"
  where ("source", "subject") > (?, ?)
  order by "source", "subject"
  limit ?;
-- PostgreSQL
select *
  from "identities"
  where ("source", "subject") > ($1, $2)
  order by "source", "subject"
  limit $3;

-- src/lifecycle/queries/archive-access.ts: findSameIdentity
--   SEARCH identities USING PRIMARY KEY (source=? AND subject=?)
-- SQLite
select 1 as found
  from "identities"
  where "source" = ?
  and "subject" = ?
  and "account_id" = ?;
-- PostgreSQL
select 1 as found
  from "identities"
  where "source" = $1
  and "subject" = $2
  and "account_id" = $3;

-- src/lifecycle/queries/archive-access.ts: insertArchivedIdentity
-- SQLite
insert into "identities" ("source", "subject", "account_id", "login", "created_at", "last_used_at")
  values (?, ?, ?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "identities" ("source", "subject", "account_id", "login", "created_at", "last_used_at") overriding system value
  values ($1, $2, $3, $4, $5, $6)
  on conflict do nothing;

-- src/lifecycle/queries/archive-access.ts: pageTotps
--   SEARCH totps USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select *
  from "totps"
  where ("account_id") > (?)
  order by "account_id"
  limit ?;
-- PostgreSQL
select *
  from "totps"
  where ("account_id") > ($1)
  order by "account_id"
  limit $2;

-- src/lifecycle/queries/archive-access.ts: findSameTotp
--   SEARCH totps USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select 1 as found
  from "totps"
  where "account_id" = ?
  and "sealed_secret" = ?;
-- PostgreSQL
select 1 as found
  from "totps"
  where "account_id" = $1
  and "sealed_secret" = $2;

-- src/lifecycle/queries/archive-access.ts: insertArchivedTotp
-- SQLite
insert into "totps" ("account_id", "sealed_secret", "created_at", "confirmed_at", "last_step")
  values (?, ?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "totps" ("account_id", "sealed_secret", "created_at", "confirmed_at", "last_step") overriding system value
  values ($1, $2, $3, $4, $5)
  on conflict do nothing;

-- src/lifecycle/queries/archive-access.ts: pagePasskeys
--   SEARCH passkeys USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select *
  from "passkeys"
  where ("id") > (?)
  order by "id"
  limit ?;
-- PostgreSQL
select *
  from "passkeys"
  where ("id") > ($1)
  order by "id"
  limit $2;

-- src/lifecycle/queries/archive-access.ts: findSamePasskey
--   SEARCH passkeys USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select 1 as found
  from "passkeys"
  where "id" = ?
  and "credential_id" = ?;
-- PostgreSQL
select 1 as found
  from "passkeys"
  where "id" = $1
  and "credential_id" = $2;

-- src/lifecycle/queries/archive-access.ts: insertArchivedPasskey
-- SQLite
insert into "passkeys" ("id", "account_id", "credential_id", "public_key", "counter", "transports", "name", "created_at", "last_used_at")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "passkeys" ("id", "account_id", "credential_id", "public_key", "counter", "transports", "name", "created_at", "last_used_at") overriding system value
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  on conflict do nothing;

-- src/lifecycle/queries/archive-access.ts: pageBackupCodes
--   SEARCH backup_codes USING PRIMARY KEY ((account_id,hash)>(?,?))
-- SQLite
select *
  from "backup_codes"
  where ("account_id", "hash") > (?, ?)
  order by "account_id", "hash"
  limit ?;
-- PostgreSQL
select *
  from "backup_codes"
  where ("account_id", "hash") > ($1, $2)
  order by "account_id", "hash"
  limit $3;

-- src/lifecycle/queries/archive-access.ts: insertArchivedBackupCode
-- SQLite
insert into "backup_codes" ("account_id", "hash", "created_at", "used_at")
  values (?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "backup_codes" ("account_id", "hash", "created_at", "used_at") overriding system value
  values ($1, $2, $3, $4)
  on conflict do nothing;

-- src/lifecycle/queries/archive-access.ts: pageTokens
--   SEARCH tokens USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select *
  from "tokens"
  where ("id") > (?)
  order by "id"
  limit ?;
-- PostgreSQL
select *
  from "tokens"
  where ("id") > ($1)
  order by "id"
  limit $2;

-- src/lifecycle/queries/archive-access.ts: findSameToken
--   SEARCH tokens USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select 1 as found
  from "tokens"
  where "id" = ?
  and "hash" = ?;
-- PostgreSQL
select 1 as found
  from "tokens"
  where "id" = $1
  and "hash" = $2;

-- src/lifecycle/queries/archive-access.ts: insertArchivedToken
-- SQLite
insert into "tokens" ("id", "account_id", "kind", "name", "hash", "hint", "scopes", "created_at", "expires_at", "last_used_at", "last_used_address", "parent_id")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "tokens" ("id", "account_id", "kind", "name", "hash", "hint", "scopes", "created_at", "expires_at", "last_used_at", "last_used_address", "parent_id") overriding system value
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
  on conflict do nothing;

-- src/lifecycle/queries/archive-access.ts: pageSigningKeys
--   SEARCH signing_keys USING PRIMARY KEY (id>?)
-- SQLite
select *
  from "signing_keys"
  where ("id") > (?)
  order by "id"
  limit ?;
-- PostgreSQL
select *
  from "signing_keys"
  where ("id") > ($1)
  order by "id"
  limit $2;

-- src/lifecycle/queries/archive-access.ts: findSameSigningKey
--   SEARCH signing_keys USING PRIMARY KEY (id=?)
-- SQLite
select 1 as found
  from "signing_keys"
  where "id" = ?
  and "public_key" = ?;
-- PostgreSQL
select 1 as found
  from "signing_keys"
  where "id" = $1
  and "public_key" = $2;

-- src/lifecycle/queries/archive-access.ts: insertArchivedSigningKey
-- SQLite
insert into "signing_keys" ("id", "sealed_private_key", "public_key", "created_at")
  values (?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "signing_keys" ("id", "sealed_private_key", "public_key", "created_at") overriding system value
  values ($1, $2, $3, $4)
  on conflict do nothing;

-- src/lifecycle/queries/archive-access.ts: pageSettings
--   SEARCH settings USING PRIMARY KEY (key>?)
-- SQLite
select *
  from "settings"
  where ("key") > (?)
  order by "key"
  limit ?;
-- PostgreSQL
select *
  from "settings"
  where ("key") > ($1)
  order by "key"
  limit $2;

-- src/lifecycle/queries/archive-access.ts: findSameSetting
--   SEARCH settings USING PRIMARY KEY (key=?)
-- SQLite
select 1 as found
  from "settings"
  where "key" = ?
  and "value" = ?;
-- PostgreSQL
select 1 as found
  from "settings"
  where "key" = $1
  and "value" = $2;

-- src/lifecycle/queries/archive-access.ts: insertArchivedSetting
-- SQLite
insert into "settings" ("key", "value")
  values (?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "settings" ("key", "value") overriding system value
  values ($1, $2)
  on conflict do nothing;

-- src/lifecycle/queries/archive-access.ts: pageStars
--   SEARCH stars USING PRIMARY KEY ((account_id,repository_id)>(?,?))
-- SQLite
select *
  from "stars"
  where ("account_id", "repository_id") > (?, ?)
  order by "account_id", "repository_id"
  limit ?;
-- PostgreSQL
select *
  from "stars"
  where ("account_id", "repository_id") > ($1, $2)
  order by "account_id", "repository_id"
  limit $3;

-- src/lifecycle/queries/archive-access.ts: insertArchivedStar
-- SQLite
insert into "stars" ("account_id", "repository_id", "created_at")
  values (?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "stars" ("account_id", "repository_id", "created_at") overriding system value
  values ($1, $2, $3)
  on conflict do nothing;

-- src/lifecycle/queries/archive-access.ts: pageFormerNames
--   SEARCH former_names USING PRIMARY KEY (name>?)
-- SQLite
select *
  from "former_names"
  where ("name") > (?)
  order by "name"
  limit ?;
-- PostgreSQL
select *
  from "former_names"
  where ("name") > ($1)
  order by "name"
  limit $2;

-- src/lifecycle/queries/archive-access.ts: findSameFormerName
--   SEARCH former_names USING PRIMARY KEY (name=?)
-- SQLite
select 1 as found
  from "former_names"
  where "name" = ?
  and "renamed_at" = ?;
-- PostgreSQL
select 1 as found
  from "former_names"
  where "name" = $1
  and "renamed_at" = $2;

-- src/lifecycle/queries/archive-access.ts: insertArchivedFormerName
-- SQLite
insert into "former_names" ("name", "namespace_id", "repository_id", "renamed_at")
  values (?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "former_names" ("name", "namespace_id", "repository_id", "renamed_at") overriding system value
  values ($1, $2, $3, $4)
  on conflict do nothing;

-- src/lifecycle/queries/archive-access.ts: pageMembers
--   SEARCH members USING PRIMARY KEY ((namespace_id,account_id)>(?,?))
-- SQLite
select *
  from "members"
  where ("namespace_id", "account_id") > (?, ?)
  order by "namespace_id", "account_id"
  limit ?;
-- PostgreSQL
select *
  from "members"
  where ("namespace_id", "account_id") > ($1, $2)
  order by "namespace_id", "account_id"
  limit $3;

-- src/lifecycle/queries/archive-access.ts: findSameMember
--   SEARCH members USING PRIMARY KEY (namespace_id=? AND account_id=?)
-- SQLite
select 1 as found
  from "members"
  where "namespace_id" = ?
  and "account_id" = ?
  and "role" = ?;
-- PostgreSQL
select 1 as found
  from "members"
  where "namespace_id" = $1
  and "account_id" = $2
  and "role" = $3;

-- src/lifecycle/queries/archive-access.ts: insertArchivedMember
-- SQLite
insert into "members" ("namespace_id", "account_id", "role", "source", "created_at")
  values (?, ?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "members" ("namespace_id", "account_id", "role", "source", "created_at") overriding system value
  values ($1, $2, $3, $4, $5)
  on conflict do nothing;

-- src/lifecycle/queries/archive-access.ts: pageTeams
--   SEARCH teams USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select *
  from "teams"
  where ("id") > (?)
  order by "id"
  limit ?;
-- PostgreSQL
select *
  from "teams"
  where ("id") > ($1)
  order by "id"
  limit $2;

-- src/lifecycle/queries/archive-access.ts: findSameTeam
--   SEARCH teams USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select 1 as found
  from "teams"
  where "id" = ?
  and "namespace_id" = ?
  and "name" = ?;
-- PostgreSQL
select 1 as found
  from "teams"
  where "id" = $1
  and "namespace_id" = $2
  and "name" = $3;

-- src/lifecycle/queries/archive-access.ts: insertArchivedTeam
-- SQLite
insert into "teams" ("id", "namespace_id", "name", "description", "created_at")
  values (?, ?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "teams" ("id", "namespace_id", "name", "description", "created_at") overriding system value
  values ($1, $2, $3, $4, $5)
  on conflict do nothing;

-- src/lifecycle/queries/archive-access.ts: pageTeamMembers
--   SEARCH team_members USING PRIMARY KEY ((team_id,account_id,source)>(?,?,?))
-- SQLite
select *
  from "team_members"
  where ("team_id", "account_id", "source") > (?, ?, ?)
  order by "team_id", "account_id", "source"
  limit ?;
-- PostgreSQL
select *
  from "team_members"
  where ("team_id", "account_id", "source") > ($1, $2, $3)
  order by "team_id", "account_id", "source"
  limit $4;

-- src/lifecycle/queries/archive-access.ts: insertArchivedTeamMember
-- SQLite
insert into "team_members" ("team_id", "account_id", "source", "created_at")
  values (?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "team_members" ("team_id", "account_id", "source", "created_at") overriding system value
  values ($1, $2, $3, $4)
  on conflict do nothing;

-- src/lifecycle/queries/archive-access.ts: pageTeamGroups
--   SEARCH team_groups USING PRIMARY KEY ((source,group_name,team_id)>(?,?,?))
-- SQLite
select *
  from "team_groups"
  where ("source", "group_name", "team_id") > (?, ?, ?)
  order by "source", "group_name", "team_id"
  limit ?;
-- PostgreSQL
select *
  from "team_groups"
  where ("source", "group_name", "team_id") > ($1, $2, $3)
  order by "source", "group_name", "team_id"
  limit $4;

-- src/lifecycle/queries/archive-access.ts: insertArchivedTeamGroup
-- SQLite
insert into "team_groups" ("team_id", "source", "group_name")
  values (?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "team_groups" ("team_id", "source", "group_name") overriding system value
  values ($1, $2, $3)
  on conflict do nothing;

-- src/lifecycle/queries/archive-access.ts: pageInvitations
--   SEARCH invitations USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select *
  from "invitations"
  where ("id") > (?)
  order by "id"
  limit ?;
-- PostgreSQL
select *
  from "invitations"
  where ("id") > ($1)
  order by "id"
  limit $2;

-- src/lifecycle/queries/archive-access.ts: findSameInvitation
--   SEARCH invitations USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select 1 as found
  from "invitations"
  where "id" = ?
  and "hash" = ?;
-- PostgreSQL
select 1 as found
  from "invitations"
  where "id" = $1
  and "hash" = $2;

-- src/lifecycle/queries/archive-access.ts: insertArchivedInvitation
-- SQLite
insert into "invitations" ("id", "hash", "namespace_id", "team_id", "account_id", "email", "role", "invited_by", "created_at", "expires_at")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "invitations" ("id", "hash", "namespace_id", "team_id", "account_id", "email", "role", "invited_by", "created_at", "expires_at") overriding system value
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
  on conflict do nothing;

-- src/lifecycle/queries/archive-access.ts: pageGrants
--   SEARCH grants USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select *
  from "grants"
  where ("id") > (?)
  order by "id"
  limit ?;
-- PostgreSQL
select *
  from "grants"
  where ("id") > ($1)
  order by "id"
  limit $2;

-- src/lifecycle/queries/archive-access.ts: findSameGrant
--   SEARCH grants USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select 1 as found
  from "grants"
  where "id" = ?
  and "namespace_id" = ?
  and "role" = ?
  and "created_at" = ?;
-- PostgreSQL
select 1 as found
  from "grants"
  where "id" = $1
  and "namespace_id" = $2
  and "role" = $3
  and "created_at" = $4;

-- src/lifecycle/queries/archive-access.ts: insertArchivedGrant
-- SQLite
insert into "grants" ("id", "namespace_id", "repository_id", "pattern", "account_id", "team_id", "role", "created_at", "created_by")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "grants" ("id", "namespace_id", "repository_id", "pattern", "account_id", "team_id", "role", "created_at", "created_by") overriding system value
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  on conflict do nothing;

-- src/lifecycle/queries/archive-access.ts: pageTrustRules
--   SEARCH trust_rules USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select *
  from "trust_rules"
  where ("id") > (?)
  order by "id"
  limit ?;
-- PostgreSQL
select *
  from "trust_rules"
  where ("id") > ($1)
  order by "id"
  limit $2;

-- src/lifecycle/queries/archive-access.ts: findSameTrustRule
--   SEARCH trust_rules USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select 1 as found
  from "trust_rules"
  where "id" = ?
  and "account_id" = ?
  and "conditions" = ?;
-- PostgreSQL
select 1 as found
  from "trust_rules"
  where "id" = $1
  and "account_id" = $2
  and "conditions" = $3;

-- src/lifecycle/queries/archive-access.ts: insertArchivedTrustRule
-- SQLite
insert into "trust_rules" ("id", "account_id", "name", "issuer", "audience", "conditions", "created_at")
  values (?, ?, ?, ?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "trust_rules" ("id", "account_id", "name", "issuer", "audience", "conditions", "created_at") overriding system value
  values ($1, $2, $3, $4, $5, $6, $7)
  on conflict do nothing;

-- src/lifecycle/queries/archive-access.ts: pageAuditEvents
--   SEARCH audit_events USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select *
  from "audit_events"
  where ("id") > (?)
  order by "id"
  limit ?;
-- PostgreSQL
select *
  from "audit_events"
  where ("id") > ($1)
  order by "id"
  limit $2;

-- src/lifecycle/queries/archive-access.ts: findSameAuditEvent
--   SEARCH audit_events USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select 1 as found
  from "audit_events"
  where "id" = ?
  and "at" = ?
  and "action" = ?
  and "actor_name" = ?;
-- PostgreSQL
select 1 as found
  from "audit_events"
  where "id" = $1
  and "at" = $2
  and "action" = $3
  and "actor_name" = $4;

-- src/lifecycle/queries/archive-access.ts: insertArchivedAuditEvent
-- SQLite
insert into "audit_events" ("id", "at", "actor_id", "actor_name", "actor_kind", "credential", "action", "target_kind", "target_id", "target_name", "namespace_id", "address", "agent", "request_id", "outcome", "reason", "old_values", "new_values", "occurrences")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "audit_events" ("id", "at", "actor_id", "actor_name", "actor_kind", "credential", "action", "target_kind", "target_id", "target_name", "namespace_id", "address", "agent", "request_id", "outcome", "reason", "old_values", "new_values", "occurrences") overriding system value
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
  on conflict do nothing;

-- src/lifecycle/queries/archive-access.ts: pageAuditPulls
--   SEARCH audit_pulls USING PRIMARY KEY ((hour,actor_key,repository_name)>(?,?,?))
-- SQLite
select *
  from "audit_pulls"
  where ("hour", "actor_key", "repository_name") > (?, ?, ?)
  order by "hour", "actor_key", "repository_name"
  limit ?;
-- PostgreSQL
select *
  from "audit_pulls"
  where ("hour", "actor_key", "repository_name") > ($1, $2, $3)
  order by "hour", "actor_key", "repository_name"
  limit $4;

-- src/lifecycle/queries/archive-access.ts: insertArchivedAuditPull
-- SQLite
insert into "audit_pulls" ("hour", "actor_key", "repository_id", "repository_name", "actor_id", "actor_name", "actor_kind", "pulls")
  values (?, ?, ?, ?, ?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "audit_pulls" ("hour", "actor_key", "repository_id", "repository_name", "actor_id", "actor_name", "actor_kind", "pulls") overriding system value
  values ($1, $2, $3, $4, $5, $6, $7, $8)
  on conflict do nothing;

-- src/lifecycle/queries/archive-access.ts: pageUsageCounters
--   SEARCH usage_counters USING PRIMARY KEY ((namespace_id,shard)>(?,?))
-- SQLite
select *
  from "usage_counters"
  where ("namespace_id", "shard") > (?, ?)
  order by "namespace_id", "shard"
  limit ?;
-- PostgreSQL
select *
  from "usage_counters"
  where ("namespace_id", "shard") > ($1, $2)
  order by "namespace_id", "shard"
  limit $3;

-- src/lifecycle/queries/archive-access.ts: insertArchivedUsageCounter
-- SQLite
insert into "usage_counters" ("namespace_id", "shard", "bytes", "corrections")
  values (?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "usage_counters" ("namespace_id", "shard", "bytes", "corrections") overriding system value
  values ($1, $2, $3, $4)
  on conflict do nothing;

-- src/lifecycle/queries/archive-access.ts: findAnyAccount
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select "id"
  from "accounts"
  where "id" > 0
  limit ?;
-- PostgreSQL
select "id"
  from "accounts"
  where "id" > 0
  limit $1;

-- src/lifecycle/queries/archive-access.ts: pagePullCounts
--   SEARCH pull_counts USING PRIMARY KEY ((repository_id,unit,at)>(?,?,?))
-- SQLite
select *
  from "pull_counts"
  where ("repository_id", "unit", "at") > (?, ?, ?)
  order by "repository_id", "unit", "at"
  limit ?;
-- PostgreSQL
select *
  from "pull_counts"
  where ("repository_id", "unit", "at") > ($1, $2, $3)
  order by "repository_id", "unit", "at"
  limit $4;

-- src/lifecycle/queries/archive-access.ts: insertArchivedPullCount
-- SQLite
insert into "pull_counts" ("repository_id", "unit", "at", "pulls")
  values (?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "pull_counts" ("repository_id", "unit", "at", "pulls") overriding system value
  values ($1, $2, $3, $4)
  on conflict do nothing;

-- src/lifecycle/queries/archive.ts: pageNamespaces
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select *
  from "namespaces"
  where "id" > ?
  order by "id"
  limit ?;
-- PostgreSQL
select *
  from "namespaces"
  where "id" > $1
  order by "id"
  limit $2;

-- src/lifecycle/queries/archive.ts: pageRepositories
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select *
  from "repositories"
  where "id" > ?
  order by "id"
  limit ?;
-- PostgreSQL
select *
  from "repositories"
  where "id" > $1
  order by "id"
  limit $2;

-- src/lifecycle/queries/archive.ts: pageBlobs
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select *
  from "blobs"
  where "id" > ?
  and "state" <> 'deleting'
  order by "id"
  limit ?;
-- PostgreSQL
select *
  from "blobs"
  where "id" > $1
  and "state" <> 'deleting'
  order by "id"
  limit $2;

-- src/lifecycle/queries/archive.ts: pageLinks
--   SEARCH repository_blobs USING PRIMARY KEY ((blob_id,repository_id)>(?,?))
-- SQLite
select *
  from "repository_blobs"
  where (blob_id, repository_id) > (?, ?)
  order by "blob_id", "repository_id"
  limit ?;
-- PostgreSQL
select *
  from "repository_blobs"
  where (blob_id, repository_id) > ($1, $2)
  order by "blob_id", "repository_id"
  limit $3;

-- src/lifecycle/queries/archive.ts: measureManifests
--   SEARCH manifests USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select "id", "size_bytes"
  from "manifests"
  where "id" > ?
  order by "id"
  limit ?;
-- PostgreSQL
select "id", "size_bytes"
  from "manifests"
  where "id" > $1
  order by "id"
  limit $2;

-- src/lifecycle/queries/archive.ts: pageManifests
--   SEARCH manifests USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)
-- SQLite
select *
  from "manifests"
  where "id" > ?
  and "id" <= ?
  order by "id";
-- PostgreSQL
select *
  from "manifests"
  where "id" > $1
  and "id" <= $2
  order by "id";

-- src/lifecycle/queries/archive.ts: pageReferences
--   SEARCH manifest_references USING PRIMARY KEY ((manifest_id,digest)>(?,?))
-- SQLite
select *
  from "manifest_references"
  where (manifest_id, digest) > (?, ?)
  order by "manifest_id", "digest"
  limit ?;
-- PostgreSQL
select *
  from "manifest_references"
  where (manifest_id, digest) > ($1, $2)
  order by "manifest_id", "digest"
  limit $3;

-- src/lifecycle/queries/archive.ts: pageTags
--   SEARCH tags USING INDEX sqlite_autoindex_tags_1 ((repository_id,name,revision)>(?,?,?))
-- SQLite
select *
  from "tags"
  where (repository_id, name, revision) > (?, ?, ?)
  order by "repository_id", "name", "revision"
  limit ?;
-- PostgreSQL
select *
  from "tags"
  where (repository_id, name, revision) > ($1, $2, $3)
  order by "repository_id", "name", "revision"
  limit $4;

-- src/lifecycle/queries/archive.ts: insertArchivedNamespace
-- SQLite
insert into "namespaces" ("id", "name", "created_at", "kind", "account_id", "display_name", "description", "default_visibility", "creates_on_push", "members_role", "is_verified_publisher", "plan", "deleted_at", "deleted_by")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "namespaces" ("id", "name", "created_at", "kind", "account_id", "display_name", "description", "default_visibility", "creates_on_push", "members_role", "is_verified_publisher", "plan", "deleted_at", "deleted_by") overriding system value
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
  on conflict do nothing;

-- src/lifecycle/queries/archive.ts: insertArchivedRepository
-- SQLite
insert into "repositories" ("id", "namespace_id", "name", "created_at", "visibility", "description", "readme", "is_official", "star_count", "pull_count", "pushed_at", "deleted_at", "deleted_by")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "repositories" ("id", "namespace_id", "name", "created_at", "visibility", "description", "readme", "is_official", "star_count", "pull_count", "pushed_at", "deleted_at", "deleted_by") overriding system value
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
  on conflict do nothing;

-- src/lifecycle/queries/archive.ts: insertArchivedBlob
-- SQLite
insert into "blobs" ("id", "digest", "size_bytes", "state", "created_at", "verified_at", "condemned_at", "storage_key", "content")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "blobs" ("id", "digest", "size_bytes", "state", "created_at", "verified_at", "condemned_at", "storage_key", "content") overriding system value
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  on conflict do nothing;

-- src/lifecycle/queries/archive.ts: insertArchivedLink
-- SQLite
insert into "repository_blobs" ("blob_id", "repository_id", "created_at", "kept_until")
  values (?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "repository_blobs" ("blob_id", "repository_id", "created_at", "kept_until") overriding system value
  values ($1, $2, $3, $4)
  on conflict do nothing;

-- src/lifecycle/queries/archive.ts: insertArchivedManifest
-- SQLite
insert into "manifests" ("id", "repository_id", "digest", "media_type", "artifact_type", "config_digest", "subject_digest", "annotations", "size_bytes", "created_at", "deleted_at", "deleted_by", "content")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "manifests" ("id", "repository_id", "digest", "media_type", "artifact_type", "config_digest", "subject_digest", "annotations", "size_bytes", "created_at", "deleted_at", "deleted_by", "content") overriding system value
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
  on conflict do nothing;

-- src/lifecycle/queries/archive.ts: insertArchivedReference
-- SQLite
insert into "manifest_references" ("manifest_id", "digest", "repository_id", "kind")
  values (?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "manifest_references" ("manifest_id", "digest", "repository_id", "kind") overriding system value
  values ($1, $2, $3, $4)
  on conflict do nothing;

-- src/lifecycle/queries/archive.ts: insertArchivedTag
-- SQLite
insert into "tags" ("repository_id", "name", "revision", "digest", "from_at", "to_at", "actor", "deleted_at", "deleted_by")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "tags" ("repository_id", "name", "revision", "digest", "from_at", "to_at", "actor", "deleted_at", "deleted_by") overriding system value
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  on conflict do nothing;

-- src/lifecycle/queries/archive.ts: findSameNamespace
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "id"
  from "namespaces"
  where "id" = ?
  and "name" = ?;
-- PostgreSQL
select "id"
  from "namespaces"
  where "id" = $1
  and "name" = $2;

-- src/lifecycle/queries/archive.ts: findSameRepository
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "id"
  from "repositories"
  where "id" = ?
  and "name" = ?;
-- PostgreSQL
select "id"
  from "repositories"
  where "id" = $1
  and "name" = $2;

-- src/lifecycle/queries/archive.ts: findSameManifest
--   SEARCH manifests USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "id"
  from "manifests"
  where "id" = ?
  and "digest" = ?;
-- PostgreSQL
select "id"
  from "manifests"
  where "id" = $1
  and "digest" = $2;

-- src/lifecycle/queries/archive.ts: findAnyRepository
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select "id"
  from "repositories"
  where "id" > 0
  limit ?;
-- PostgreSQL
select "id"
  from "repositories"
  where "id" > 0
  limit $1;

-- src/lifecycle/queries/archive.ts: findAnyBlob
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select "id"
  from "blobs"
  where "id" > 0
  limit ?;
-- PostgreSQL
select "id"
  from "blobs"
  where "id" > 0
  limit $1;

-- src/lifecycle/queries/archive.ts: findMark
--   SEARCH holds USING INDEX sqlite_autoindex_holds_1 (id=?)
-- SQLite
select "reason"
  from "holds"
  where "id" = ?;
-- PostgreSQL
select "reason"
  from "holds"
  where "id" = $1;

-- src/lifecycle/queries/archive.ts: insertMark
-- SQLite
insert into "holds" ("id", "reason", "expires_at")
  values (?, ?, ?)
  on conflict ("id") do nothing;
-- PostgreSQL
insert into "holds" ("id", "reason", "expires_at")
  values ($1, $2, $3)
  on conflict ("id") do nothing;

-- src/lifecycle/queries/archive.ts: deleteMark
--   SEARCH holds USING INDEX sqlite_autoindex_holds_1 (id=?)
-- SQLite
delete
  from "holds"
  where "id" = ?;
-- PostgreSQL
delete
  from "holds"
  where "id" = $1;

-- src/lifecycle/queries/archive.ts: findPlace
--   SEARCH blobs USING INDEX blobs_digest (digest=?)
-- SQLite
select "id", "storage_key", "state"
  from "blobs"
  where "digest" = ?
  and "state" <> 'deleting';
-- PostgreSQL
select "id", "storage_key", "state"
  from "blobs"
  where "digest" = $1
  and "state" <> 'deleting';

-- src/lifecycle/queries/archive.ts: findPlaceOfKey
--   SEARCH blobs USING INDEX blobs_storage_key (storage_key=?)
-- SQLite
select "digest"
  from "blobs"
  where "storage_key" = ?;
-- PostgreSQL
select "digest"
  from "blobs"
  where "storage_key" = $1;

-- src/lifecycle/queries/archive.ts: findHeldBlob
--   SEARCH blobs USING INDEX blobs_digest (digest=?)
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=? AND repository_id=?)
-- SQLite
select "blobs"."id"
  from "blobs"
  inner join "repository_blobs" on "repository_blobs"."blob_id" = "blobs"."id"
  where "blobs"."digest" = ?
  and "blobs"."state" <> 'deleting'
  and "blobs"."state" = 'live'
  and "repository_blobs"."repository_id" = ?;
-- PostgreSQL
select "blobs"."id"
  from "blobs"
  inner join "repository_blobs" on "repository_blobs"."blob_id" = "blobs"."id"
  where "blobs"."digest" = $1
  and "blobs"."state" <> 'deleting'
  and "blobs"."state" = 'live'
  and "repository_blobs"."repository_id" = $2;

-- src/lifecycle/queries/archive.ts: findHeldManifest
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
-- SQLite
select "id"
  from "manifests"
  where "repository_id" = ?
  and "digest" = ?
  and "manifests"."deleted_at" is null;
-- PostgreSQL
select "id"
  from "manifests"
  where "repository_id" = $1
  and "digest" = $2
  and "manifests"."deleted_at" is null for share;

-- src/lifecycle/queries/archive.ts: findCurrentTag
--   SEARCH tags USING INDEX tags_current (repository_id=? AND name=?)
-- SQLite
select "digest"
  from "tags"
  where "repository_id" = ?
  and "name" = ?
  and "to_at" is null;
-- PostgreSQL
select "digest"
  from "tags"
  where "repository_id" = $1
  and "name" = $2
  and "to_at" is null;

-- src/lifecycle/queries/archive.ts: pageLinkedBlobs
--   SEARCH repository_blobs USING PRIMARY KEY ((blob_id,repository_id)>(?,?))
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repository_blobs"."blob_id", "repository_blobs"."repository_id", "repositories"."name" as "repository", "blobs"."digest", "blobs"."size_bytes", "blobs"."storage_key", "blobs"."content"
  from "repository_blobs"
  inner join "blobs" on "blobs"."id" = "repository_blobs"."blob_id"
  inner join "repositories" on "repositories"."id" = "repository_blobs"."repository_id"
  where "repositories"."deleted_at" is null
  and (repository_blobs.blob_id, repository_blobs.repository_id) > (?, ?)
  order by "repository_blobs"."blob_id", "repository_blobs"."repository_id"
  limit ?;
-- PostgreSQL
select "repository_blobs"."blob_id", "repository_blobs"."repository_id", "repositories"."name" as "repository", "blobs"."digest", "blobs"."size_bytes", "blobs"."storage_key", "blobs"."content"
  from "repository_blobs"
  inner join "blobs" on "blobs"."id" = "repository_blobs"."blob_id"
  inner join "repositories" on "repositories"."id" = "repository_blobs"."repository_id"
  where "repositories"."deleted_at" is null
  and (repository_blobs.blob_id, repository_blobs.repository_id) > ($1, $2)
  order by "repository_blobs"."blob_id", "repository_blobs"."repository_id"
  limit $3;

-- src/lifecycle/queries/archive.ts: pageNamedManifests
--   SEARCH manifests USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "manifests"."id", "repositories"."name" as "repository", "digest", "media_type", "content"
  from "manifests"
  inner join "repositories" on "repositories"."id" = "manifests"."repository_id"
  where "manifests"."id" > ?
  and "manifests"."id" <= ?
  and "manifests"."deleted_at" is null
  and "repositories"."deleted_at" is null
  order by "manifests"."id";
-- PostgreSQL
select "manifests"."id", "repositories"."name" as "repository", "digest", "media_type", "content"
  from "manifests"
  inner join "repositories" on "repositories"."id" = "manifests"."repository_id"
  where "manifests"."id" > $1
  and "manifests"."id" <= $2
  and "manifests"."deleted_at" is null
  and "repositories"."deleted_at" is null
  order by "manifests"."id";

-- src/lifecycle/queries/archive.ts: pageNamedTags
--   SEARCH tags USING INDEX tags_current ((repository_id,name)>(?,?))
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "tags"."repository_id", "tags"."name", "tags"."digest", "repositories"."name" as "repository"
  from "tags"
  inner join "repositories" on "repositories"."id" = "tags"."repository_id"
  where (tags.repository_id, tags.name) > (?, ?)
  and "to_at" is null
  and "repositories"."deleted_at" is null
  order by "tags"."repository_id", "tags"."name"
  limit ?;
-- PostgreSQL
select "tags"."repository_id", "tags"."name", "tags"."digest", "repositories"."name" as "repository"
  from "tags"
  inner join "repositories" on "repositories"."id" = "tags"."repository_id"
  where (tags.repository_id, tags.name) > ($1, $2)
  and "to_at" is null
  and "repositories"."deleted_at" is null
  order by "tags"."repository_id", "tags"."name"
  limit $3;

-- src/lifecycle/queries/archive.ts: replaceBytes
--   SEARCH blobs USING INDEX blobs_digest (digest=?)
-- SQLite
update "blobs"
  set "storage_key" = ?, "state" = ?, "verified_at" = ?
  where "digest" = ?
  and "state" <> 'deleting'
  and "state" = 'damaged';
-- PostgreSQL
update "blobs"
  set "storage_key" = $1, "state" = $2, "verified_at" = $3
  where "digest" = $4
  and "state" <> 'deleting'
  and "state" = 'damaged';

-- src/lifecycle/queries/archive.ts: pageManifestPulls
--   SEARCH manifest_pulls USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select *
  from "manifest_pulls"
  where "manifest_id" > ?
  order by "manifest_id"
  limit ?;
-- PostgreSQL
select *
  from "manifest_pulls"
  where "manifest_id" > $1
  order by "manifest_id"
  limit $2;

-- src/lifecycle/queries/archive.ts: insertArchivedManifestPulls
-- SQLite
insert into "manifest_pulls" ("manifest_id", "pulls", "last_at")
  values (?, ?, ?)
  on conflict do nothing;
-- PostgreSQL
insert into "manifest_pulls" ("manifest_id", "pulls", "last_at") overriding system value
  values ($1, $2, $3)
  on conflict do nothing;

-- src/lifecycle/queries/bin.ts: listManifests
--   SEARCH manifests USING INDEX manifests_deleted (deleted_at>? AND deleted_at<?)
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "manifests"."id", "repositories"."name" as "repository", "manifests"."digest", "manifests"."size_bytes", manifests.deleted_at as "deleted_at", "manifests"."deleted_by"
  from "manifests"
  inner join "repositories" on "repositories"."id" = "manifests"."repository_id"
  where "manifests"."deleted_at" is not null
  and (manifests.deleted_at, manifests.id) < (?, ?)
  order by "manifests"."deleted_at" desc, "manifests"."id" desc
  limit ?;
-- PostgreSQL
select "manifests"."id", "repositories"."name" as "repository", "manifests"."digest", "manifests"."size_bytes", manifests.deleted_at as "deleted_at", "manifests"."deleted_by"
  from "manifests"
  inner join "repositories" on "repositories"."id" = "manifests"."repository_id"
  where "manifests"."deleted_at" is not null
  and (manifests.deleted_at, manifests.id) < ($1, $2)
  order by "manifests"."deleted_at" desc, "manifests"."id" desc
  limit $3;

-- src/lifecycle/queries/bin.ts: listManifestsHere
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH manifests USING INDEX manifests_deleted_here (repository_id=? AND deleted_at>? AND deleted_at<?)
-- SQLite
select "manifests"."id", "repositories"."name" as "repository", "manifests"."digest", "manifests"."size_bytes", manifests.deleted_at as "deleted_at", "manifests"."deleted_by"
  from "manifests"
  inner join "repositories" on "repositories"."id" = "manifests"."repository_id"
  where "manifests"."deleted_at" is not null
  and "manifests"."repository_id" = ?
  and (manifests.deleted_at, manifests.id) < (?, ?)
  order by "manifests"."deleted_at" desc, "manifests"."id" desc
  limit ?;
-- PostgreSQL
select "manifests"."id", "repositories"."name" as "repository", "manifests"."digest", "manifests"."size_bytes", manifests.deleted_at as "deleted_at", "manifests"."deleted_by"
  from "manifests"
  inner join "repositories" on "repositories"."id" = "manifests"."repository_id"
  where "manifests"."deleted_at" is not null
  and "manifests"."repository_id" = $1
  and (manifests.deleted_at, manifests.id) < ($2, $3)
  order by "manifests"."deleted_at" desc, "manifests"."id" desc
  limit $4;

-- src/lifecycle/queries/bin.ts: listTags
--   SEARCH tags USING INDEX tags_deleted (deleted_at>? AND (deleted_at,repository_id,name)<(?,?,?))
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?) LEFT-JOIN
-- SQLite
select "tags"."repository_id", "repositories"."name" as "repository", "tags"."name", "tags"."digest", tags.deleted_at as "deleted_at", "tags"."deleted_by", "manifests"."size_bytes"
  from "tags"
  inner join "repositories" on "repositories"."id" = "tags"."repository_id" left join "manifests" on "manifests"."repository_id" = "tags"."repository_id"
  and "manifests"."digest" = "tags"."digest"
  where "tags"."deleted_at" is not null
  and (tags.deleted_at, tags.repository_id, tags.name) < (?, ?, ?)
  order by "tags"."deleted_at" desc, "tags"."repository_id" desc, "tags"."name" desc
  limit ?;
-- PostgreSQL
select "tags"."repository_id", "repositories"."name" as "repository", "tags"."name", "tags"."digest", tags.deleted_at as "deleted_at", "tags"."deleted_by", "manifests"."size_bytes"
  from "tags"
  inner join "repositories" on "repositories"."id" = "tags"."repository_id" left join "manifests" on "manifests"."repository_id" = "tags"."repository_id"
  and "manifests"."digest" = "tags"."digest"
  where "tags"."deleted_at" is not null
  and (tags.deleted_at, tags.repository_id, tags.name) < ($1, $2, $3)
  order by "tags"."deleted_at" desc, "tags"."repository_id" desc, "tags"."name" desc
  limit $4;

-- src/lifecycle/queries/bin.ts: listTagsHere
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH tags USING INDEX tags_deleted_here (repository_id=? AND deleted_at>? AND (deleted_at,name)<(?,?))
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?) LEFT-JOIN
-- SQLite
select "tags"."repository_id", "repositories"."name" as "repository", "tags"."name", "tags"."digest", tags.deleted_at as "deleted_at", "tags"."deleted_by", "manifests"."size_bytes"
  from "tags"
  inner join "repositories" on "repositories"."id" = "tags"."repository_id" left join "manifests" on "manifests"."repository_id" = "tags"."repository_id"
  and "manifests"."digest" = "tags"."digest"
  where "tags"."deleted_at" is not null
  and "tags"."repository_id" = ?
  and (tags.deleted_at, tags.name) < (?, ?)
  order by "tags"."deleted_at" desc, "tags"."name" desc
  limit ?;
-- PostgreSQL
select "tags"."repository_id", "repositories"."name" as "repository", "tags"."name", "tags"."digest", tags.deleted_at as "deleted_at", "tags"."deleted_by", "manifests"."size_bytes"
  from "tags"
  inner join "repositories" on "repositories"."id" = "tags"."repository_id" left join "manifests" on "manifests"."repository_id" = "tags"."repository_id"
  and "manifests"."digest" = "tags"."digest"
  where "tags"."deleted_at" is not null
  and "tags"."repository_id" = $1
  and (tags.deleted_at, tags.name) < ($2, $3)
  order by "tags"."deleted_at" desc, "tags"."name" desc
  limit $4;

-- src/lifecycle/queries/bin.ts: listTagsOfManifest
--   SEARCH tags USING INDEX tags_deleted_here (repository_id=? AND deleted_at=?)
-- SQLite
select "name"
  from "tags"
  where "repository_id" = ?
  and "deleted_at" = ?
  and "digest" = ?
  order by "name"
  limit ?;
-- PostgreSQL
select "name"
  from "tags"
  where "repository_id" = $1
  and "deleted_at" = $2
  and "digest" = $3
  order by "name"
  limit $4;

-- src/lifecycle/queries/bin.ts: findTag
--   SEARCH tags USING INDEX sqlite_autoindex_tags_1 (repository_id=? AND name=?)
-- SQLite
select "digest", "to_at", "deleted_at"
  from "tags"
  where "repository_id" = ?
  and "name" = ?
  order by "revision" desc
  limit ?;
-- PostgreSQL
select "digest", "to_at", "deleted_at"
  from "tags"
  where "repository_id" = $1
  and "name" = $2
  order by "revision" desc
  limit $3
  for update;

-- src/lifecycle/queries/bin.ts: lockManifests
--   SEARCH manifests USING INDEX manifests_deleted (deleted_at>? AND deleted_at<?)
-- SQLite
select "id", "repository_id", "size_bytes"
  from "manifests"
  where "deleted_at" is not null
  and "deleted_at" <= ?
  order by "deleted_at", "id"
  limit ?;
-- PostgreSQL
select "id", "repository_id", "size_bytes"
  from "manifests"
  where "deleted_at" is not null
  and "deleted_at" <= $1
  order by "deleted_at", "id"
  limit $2
  for update skip locked;

-- src/lifecycle/queries/bin.ts: lockManifestsHere
--   SEARCH manifests USING INDEX manifests_deleted_here (repository_id=? AND deleted_at>? AND deleted_at<?)
-- SQLite
select "id", "repository_id", "size_bytes"
  from "manifests"
  where "repository_id" = ?
  and "deleted_at" is not null
  and "deleted_at" <= ?
  order by "deleted_at", "id"
  limit ?;
-- PostgreSQL
select "id", "repository_id", "size_bytes"
  from "manifests"
  where "repository_id" = $1
  and "deleted_at" is not null
  and "deleted_at" <= $2
  order by "deleted_at", "id"
  limit $3
  for update skip locked;

-- src/lifecycle/queries/bin.ts: lockManifest
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
-- SQLite
select "id", deleted_at as "deleted_at"
  from "manifests"
  where "repository_id" = ?
  and "digest" = ?
  and "deleted_at" <= ?;
-- PostgreSQL
select "id", deleted_at as "deleted_at"
  from "manifests"
  where "repository_id" = $1
  and "digest" = $2
  and "deleted_at" <= $3
  for update;

-- src/lifecycle/queries/bin.ts: lockTags
--   SEARCH tags USING COVERING INDEX tags_deleted (deleted_at>? AND deleted_at<?)
-- SQLite
select "repository_id", "name"
  from "tags"
  where "deleted_at" is not null
  and "deleted_at" <= ?
  order by "deleted_at"
  limit ?;
-- PostgreSQL
select "repository_id", "name"
  from "tags"
  where "deleted_at" is not null
  and "deleted_at" <= $1
  order by "deleted_at"
  limit $2
  for update skip locked;

-- src/lifecycle/queries/bin.ts: lockTagsHere
--   SEARCH tags USING COVERING INDEX tags_deleted_here (repository_id=? AND deleted_at>? AND deleted_at<?)
-- SQLite
select "repository_id", "name"
  from "tags"
  where "repository_id" = ?
  and "deleted_at" is not null
  and "deleted_at" <= ?
  order by "deleted_at"
  limit ?;
-- PostgreSQL
select "repository_id", "name"
  from "tags"
  where "repository_id" = $1
  and "deleted_at" is not null
  and "deleted_at" <= $2
  order by "deleted_at"
  limit $3
  for update skip locked;

-- src/lifecycle/queries/bin.ts: deleteTag
--   SEARCH tags USING INDEX sqlite_autoindex_tags_1 (repository_id=? AND name=?)
-- SQLite
delete
  from "tags"
  where "repository_id" = ?
  and "name" = ?;
-- PostgreSQL
delete
  from "tags"
  where "repository_id" = $1
  and "name" = $2;

-- src/lifecycle/queries/bin.ts: deleteTagHistory
--   SEARCH tags USING COVERING INDEX sqlite_autoindex_tags_1 (repository_id=? AND name=? AND revision=?)
--   LIST SUBQUERY 2
--   SEARCH tags USING INDEX tags_ended (to_at>? AND to_at<?)
-- SQLite
delete
  from "tags"
  where ("repository_id", "name", "revision") in (select "repository_id", "name", "revision"
  from "tags"
  where "to_at" is not null
  and "to_at" < ?
  and "deleted_at" is null
  order by "to_at"
  limit ?);
-- PostgreSQL
delete
  from "tags"
  where ("repository_id", "name", "revision") in (select "repository_id", "name", "revision"
  from "tags"
  where "to_at" is not null
  and "to_at" < $1
  and "deleted_at" is null
  order by "to_at"
  limit $2);

-- src/lifecycle/queries/checks.ts: listBlobs
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select "id", "digest", "size_bytes", "storage_key", "state", "verified_at"
  from "blobs"
  where "id" > ?
  order by "id"
  limit ?;
-- PostgreSQL
select "id", "digest", "size_bytes", "storage_key", "state", "verified_at"
  from "blobs"
  where "id" > $1
  order by "id"
  limit $2;

-- src/lifecycle/queries/checks.ts: findBlobRow
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "id", "digest", "size_bytes", "storage_key", "state", "verified_at"
  from "blobs"
  where "id" = ?;
-- PostgreSQL
select "id", "digest", "size_bytes", "storage_key", "state", "verified_at"
  from "blobs"
  where "id" = $1;

-- src/lifecycle/queries/checks.ts: findBlobContent
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "content"
  from "blobs"
  where "id" = ?;
-- PostgreSQL
select "content"
  from "blobs"
  where "id" = $1;

-- src/lifecycle/queries/checks.ts: listDueBlobs
--   SEARCH blobs USING INDEX blobs_verified (verified_at>? AND verified_at<?)
-- SQLite
select "id", "digest", "size_bytes", "storage_key", "state", "verified_at"
  from "blobs"
  where "verified_at" >= ?
  and "verified_at" < ?
  and "storage_key" is not null
  and "state" = 'live'
  order by "verified_at"
  limit ?;
-- PostgreSQL
select "id", "digest", "size_bytes", "storage_key", "state", "verified_at"
  from "blobs"
  where "verified_at" >= $1
  and "verified_at" < $2
  and "storage_key" is not null
  and "state" = 'live'
  order by "verified_at"
  limit $3;

-- src/lifecycle/queries/checks.ts: listForgottenBlobs
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)
--   CORRELATED SCALAR SUBQUERY 1
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=?)
-- SQLite
select "id", "digest", "size_bytes"
  from "blobs"
  where "id" > ?
  and "id" <= ?
  and "state" <> 'deleting'
  and "condemned_at" is null
  and not exists (select 1
  from repository_blobs
  where repository_blobs.blob_id = blobs.id)
  order by "id";
-- PostgreSQL
select "id", "digest", "size_bytes"
  from "blobs"
  where "id" > $1
  and "id" <= $2
  and "state" <> 'deleting'
  and "condemned_at" is null
  and not exists (select 1
  from repository_blobs
  where repository_blobs.blob_id = blobs.id)
  order by "id";

-- src/lifecycle/queries/checks.ts: listDamagedIds
--   SEARCH blobs USING COVERING INDEX blobs_damaged (id>?)
-- SQLite
select "id"
  from "blobs"
  where "state" = 'damaged'
  and "id" > ?
  order by "id"
  limit ?;
-- PostgreSQL
select "id"
  from "blobs"
  where "state" = 'damaged'
  and "id" > $1
  order by "id"
  limit $2;

-- src/lifecycle/queries/checks.ts: quarantineBlob
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "blobs"
  set "state" = ?
  where "id" = ?
  and "state" = 'live'
  and coalesce(storage_key, '') = ?;
-- PostgreSQL
update "blobs"
  set "state" = $1
  where "id" = $2
  and "state" = 'live'
  and coalesce(storage_key, '') = $3;

-- src/lifecycle/queries/checks.ts: putBackBlob
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "blobs"
  set "state" = ?, "verified_at" = ?
  where "id" = ?
  and "state" = 'damaged'
  and coalesce(storage_key, '') = ?;
-- PostgreSQL
update "blobs"
  set "state" = $1, "verified_at" = $2
  where "id" = $3
  and "state" = 'damaged'
  and coalesce(storage_key, '') = $4;

-- src/lifecycle/queries/checks.ts: markVerified
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "blobs"
  set "verified_at" = ?
  where "id" = ?
  and "state" = 'live'
  and coalesce(storage_key, '') = ?;
-- PostgreSQL
update "blobs"
  set "verified_at" = $1
  where "id" = $2
  and "state" = 'live'
  and coalesce(storage_key, '') = $3;

-- src/lifecycle/queries/checks.ts: deleteLeftover
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
delete
  from "blobs"
  where "id" = ?
  and "state" = 'deleting';
-- PostgreSQL
delete
  from "blobs"
  where "id" = $1
  and "state" = 'deleting';

-- src/lifecycle/queries/checks.ts: listAffectedRepositories
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=?)
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repositories"."name"
  from "repository_blobs"
  inner join "repositories" on "repositories"."id" = "repository_blobs"."repository_id"
  where "repository_blobs"."blob_id" = ?
  limit ?;
-- PostgreSQL
select "repositories"."name"
  from "repository_blobs"
  inner join "repositories" on "repositories"."id" = "repository_blobs"."repository_id"
  where "repository_blobs"."blob_id" = $1
  limit $2;

-- src/lifecycle/queries/checks.ts: listAffectedTags
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=?)
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH manifest_references USING COVERING INDEX manifest_references_digest (repository_id=? AND digest=?)
--   SEARCH manifests USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH tags USING INDEX tags_digest (repository_id=? AND digest=?)
-- SQLite
select "repositories"."name" as "repository", "tags"."name" as "tag"
  from "repository_blobs"
  inner join "repositories" on "repositories"."id" = "repository_blobs"."repository_id"
  inner join "manifest_references" on "manifest_references"."repository_id" = "repository_blobs"."repository_id"
  and "manifest_references"."digest" = ?
  inner join "manifests" on "manifests"."id" = "manifest_references"."manifest_id"
  inner join "tags" on "tags"."repository_id" = "manifests"."repository_id"
  and "tags"."digest" = "manifests"."digest"
  and "tags"."to_at" is null
  where "repository_blobs"."blob_id" = ?
  limit ?;
-- PostgreSQL
select "repositories"."name" as "repository", "tags"."name" as "tag"
  from "repository_blobs"
  inner join "repositories" on "repositories"."id" = "repository_blobs"."repository_id"
  inner join "manifest_references" on "manifest_references"."repository_id" = "repository_blobs"."repository_id"
  and "manifest_references"."digest" = $1
  inner join "manifests" on "manifests"."id" = "manifest_references"."manifest_id"
  inner join "tags" on "tags"."repository_id" = "manifests"."repository_id"
  and "tags"."digest" = "manifests"."digest"
  and "tags"."to_at" is null
  where "repository_blobs"."blob_id" = $2
  limit $3;

-- src/lifecycle/queries/checks.ts: listBlobKeys
--   SEARCH blobs USING COVERING INDEX blobs_storage_key (storage_key=?)
--   LIST SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
-- SQLite
select "storage_key"
  from "blobs"
  where "storage_key" is not null
  and "storage_key" in (select value
  from json_each(?));
-- PostgreSQL
select "storage_key"
  from "blobs"
  where "storage_key" is not null
  and "storage_key" in (select value
  from json_array_elements_text($1::json) as value);

-- src/lifecycle/queries/checks.ts: listSessionKeys
--   SEARCH upload_sessions USING COVERING INDEX upload_sessions_storage_key (storage_key=?)
--   LIST SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
-- SQLite
select "storage_key"
  from "upload_sessions"
  where "storage_key" is not null
  and "storage_key" in (select value
  from json_each(?));
-- PostgreSQL
select "storage_key"
  from "upload_sessions"
  where "storage_key" is not null
  and "storage_key" in (select value
  from json_array_elements_text($1::json) as value);

-- src/lifecycle/queries/checks.ts: listManifests
--   SEARCH manifests USING INTEGER PRIMARY KEY (rowid>?)
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "manifests"."id", "manifests"."digest", "manifests"."size_bytes", "manifests"."repository_id", "repositories"."name" as "repository"
  from "manifests"
  inner join "repositories" on "repositories"."id" = "manifests"."repository_id"
  where "manifests"."id" > ?
  order by "manifests"."id"
  limit ?;
-- PostgreSQL
select "manifests"."id", "manifests"."digest", "manifests"."size_bytes", "manifests"."repository_id", "repositories"."name" as "repository"
  from "manifests"
  inner join "repositories" on "repositories"."id" = "manifests"."repository_id"
  where "manifests"."id" > $1
  order by "manifests"."id"
  limit $2;

-- src/lifecycle/queries/checks.ts: findManifestBytes
--   SEARCH manifests USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "digest", "media_type", "content"
  from "manifests"
  where "id" = ?;
-- PostgreSQL
select "digest", "media_type", "content"
  from "manifests"
  where "id" = $1;

-- src/lifecycle/queries/checks.ts: listReferences
--   SEARCH manifest_references USING PRIMARY KEY (manifest_id=?)
-- SQLite
select "digest"
  from "manifest_references"
  where "manifest_id" = ?;
-- PostgreSQL
select "digest"
  from "manifest_references"
  where "manifest_id" = $1;

-- src/lifecycle/queries/checks.ts: listMissingReferences
--   SEARCH manifest_references USING PRIMARY KEY (manifest_id>? AND manifest_id<?)
--   CORRELATED SCALAR SUBQUERY 1
--   SEARCH blobs USING INDEX blobs_digest (digest=?)
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=? AND repository_id=?)
--   CORRELATED SCALAR SUBQUERY 2
--   SEARCH children USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
--   SEARCH manifests USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "manifest_references"."manifest_id", "manifest_references"."digest", "manifest_references"."kind"
  from "manifest_references"
  inner join "manifests" on "manifests"."id" = "manifest_references"."manifest_id"
  where "manifest_references"."manifest_id" > ?
  and "manifest_references"."manifest_id" <= ?
  and "manifests"."deleted_at" is null
  and not exists (select 1
  from blobs
  inner join repository_blobs on repository_blobs.blob_id = blobs.id
  where blobs.digest = manifest_references.digest
  and blobs.state <> 'deleting'
  and repository_blobs.repository_id = manifest_references.repository_id)
  and not exists (select 1
  from manifests as children
  where children.repository_id = manifest_references.repository_id
  and children.digest = manifest_references.digest
  and children.deleted_at is null);
-- PostgreSQL
select "manifest_references"."manifest_id", "manifest_references"."digest", "manifest_references"."kind"
  from "manifest_references"
  inner join "manifests" on "manifests"."id" = "manifest_references"."manifest_id"
  where "manifest_references"."manifest_id" > $1
  and "manifest_references"."manifest_id" <= $2
  and "manifests"."deleted_at" is null
  and not exists (select 1
  from blobs
  inner join repository_blobs on repository_blobs.blob_id = blobs.id
  where blobs.digest = manifest_references.digest
  and blobs.state <> 'deleting'
  and repository_blobs.repository_id = manifest_references.repository_id)
  and not exists (select 1
  from manifests as children
  where children.repository_id = manifest_references.repository_id
  and children.digest = manifest_references.digest
  and children.deleted_at is null);

-- src/lifecycle/queries/checks.ts: countChildren
--   SEARCH manifest_references USING PRIMARY KEY (manifest_id=?)
-- SQLite
select count(*) as "count"
  from "manifest_references"
  where "manifest_id" = ?
  and "kind" = 'manifest';
-- PostgreSQL
select count(*) as "count"
  from "manifest_references"
  where "manifest_id" = $1
  and "kind" = 'manifest';

-- src/lifecycle/queries/checks.ts: listRepositoryIds
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select "id", "name"
  from "repositories"
  where "id" > ?
  order by "id"
  limit ?;
-- PostgreSQL
select "id", "name"
  from "repositories"
  where "id" > $1
  order by "id"
  limit $2;

-- src/lifecycle/queries/checks.ts: listTagTargets
--   SEARCH tags USING INDEX tags_current (repository_id=? AND name>?)
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?) LEFT-JOIN
-- SQLite
select "tags"."name", "tags"."revision", "tags"."digest", "manifests"."id" as "manifest_id"
  from "tags" left join "manifests" on "manifests"."repository_id" = "tags"."repository_id"
  and "manifests"."digest" = "tags"."digest"
  and "manifests"."deleted_at" is null
  where "tags"."repository_id" = ?
  and "tags"."to_at" is null
  and "tags"."name" > ?
  order by "tags"."name"
  limit ?;
-- PostgreSQL
select "tags"."name", "tags"."revision", "tags"."digest", "manifests"."id" as "manifest_id"
  from "tags" left join "manifests" on "manifests"."repository_id" = "tags"."repository_id"
  and "manifests"."digest" = "tags"."digest"
  and "manifests"."deleted_at" is null
  where "tags"."repository_id" = $1
  and "tags"."to_at" is null
  and "tags"."name" > $2
  order by "tags"."name"
  limit $3;

-- src/lifecycle/queries/checks.ts: findTagTarget
--   SEARCH tags USING INDEX sqlite_autoindex_tags_1 (repository_id=? AND name=? AND revision=?)
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?) LEFT-JOIN
-- SQLite
select "manifests"."id" as "manifest_id"
  from "tags" left join "manifests" on "manifests"."repository_id" = "tags"."repository_id"
  and "manifests"."digest" = "tags"."digest"
  and "manifests"."deleted_at" is null
  where "tags"."repository_id" = ?
  and "tags"."name" = ?
  and "tags"."revision" = ?
  and "tags"."to_at" is null;
-- PostgreSQL
select "manifests"."id" as "manifest_id"
  from "tags" left join "manifests" on "manifests"."repository_id" = "tags"."repository_id"
  and "manifests"."digest" = "tags"."digest"
  and "manifests"."deleted_at" is null
  where "tags"."repository_id" = $1
  and "tags"."name" = $2
  and "tags"."revision" = $3
  and "tags"."to_at" is null;

-- src/lifecycle/queries/checks.ts: endLostTag
--   SEARCH tags USING INDEX sqlite_autoindex_tags_1 (repository_id=? AND name=? AND revision=?)
--   CORRELATED SCALAR SUBQUERY 1
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
-- SQLite
update "tags"
  set "to_at" = ?
  where "repository_id" = ?
  and "name" = ?
  and "revision" = ?
  and "to_at" is null
  and not exists (select 1
  from manifests
  where manifests.repository_id = tags.repository_id
  and manifests.digest = tags.digest
  and manifests.deleted_at is null);
-- PostgreSQL
update "tags"
  set "to_at" = $1
  where "repository_id" = $2
  and "name" = $3
  and "revision" = $4
  and "to_at" is null
  and not exists (select 1
  from manifests
  where manifests.repository_id = tags.repository_id
  and manifests.digest = tags.digest
  and manifests.deleted_at is null);

-- src/lifecycle/queries/checks.ts: listUploads
--   SEARCH upload_sessions USING INDEX sqlite_autoindex_upload_sessions_1 (id>?)
-- SQLite
select "id", "repository_name", "storage_key", "offset_bytes"
  from "upload_sessions"
  where "id" > ?
  order by "id"
  limit ?;
-- PostgreSQL
select "id", "repository_name", "storage_key", "offset_bytes"
  from "upload_sessions"
  where "id" > $1
  order by "id"
  limit $2;

-- src/lifecycle/queries/checks.ts: findUpload
--   SEARCH upload_sessions USING INDEX sqlite_autoindex_upload_sessions_1 (id=?)
-- SQLite
select "id", "repository_name", "storage_key", "offset_bytes"
  from "upload_sessions"
  where "id" = ?;
-- PostgreSQL
select "id", "repository_name", "storage_key", "offset_bytes"
  from "upload_sessions"
  where "id" = $1;

-- src/lifecycle/queries/checks.ts: deleteLostUpload
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

-- src/lifecycle/queries/checks.ts: checkIntegrity
--   SCAN found VIRTUAL TABLE INDEX 0:
-- SQLite
select "integrity_check"
  from pragma_integrity_check as "found";
-- PostgreSQL
select 'ok' as "integrity_check";

-- src/lifecycle/queries/checks.ts: checkForeignKeys
--   SCAN found VIRTUAL TABLE INDEX 0:
-- SQLite
select "table", "parent", "rowid"
  from pragma_foreign_key_check as "found"
  limit 1000;
-- PostgreSQL
select '' as "table", '' as "parent", null as "rowid"
  where false;

-- src/lifecycle/queries/checks.ts: findLastBlob
--   SEARCH blobs
-- SQLite
select max("id") as "id"
  from "blobs";
-- PostgreSQL
select max("id") as "id"
  from "blobs";

-- src/lifecycle/queries/checks.ts: findLastManifest
--   SEARCH manifests
-- SQLite
select max("id") as "id"
  from "manifests";
-- PostgreSQL
select max("id") as "id"
  from "manifests";

-- src/lifecycle/queries/checks.ts: findRound
--   SEARCH scrub_rounds USING INDEX sqlite_autoindex_scrub_rounds_1 (id=?)
-- SQLite
select "began_at", "up_to"
  from "scrub_rounds"
  where "id" = ?;
-- PostgreSQL
select "began_at", "up_to"
  from "scrub_rounds"
  where "id" = $1;

-- src/lifecycle/queries/checks.ts: saveRound
-- SQLite
insert into "scrub_rounds" ("id", "began_at", "up_to")
  values (?, ?, ?)
  on conflict ("id") do update
  set "began_at" = "excluded"."began_at", "up_to" = "excluded"."up_to";
-- PostgreSQL
insert into "scrub_rounds" ("id", "began_at", "up_to")
  values ($1, $2, $3)
  on conflict ("id") do update
  set "began_at" = "excluded"."began_at", "up_to" = "excluded"."up_to";

-- src/lifecycle/queries/collector.ts: lockDueLinks
--   SEARCH repository_blobs USING COVERING INDEX repository_blobs_due (kept_until<?)
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repository_blobs"."blob_id", "repository_blobs"."repository_id", "blobs"."digest"
  from "repository_blobs"
  inner join "blobs" on "blobs"."id" = "repository_blobs"."blob_id"
  where "repository_blobs"."kept_until" <= ?
  order by "repository_blobs"."kept_until"
  limit ?;
-- PostgreSQL
select "repository_blobs"."blob_id", "repository_blobs"."repository_id", "blobs"."digest"
  from "repository_blobs"
  inner join "blobs" on "blobs"."id" = "repository_blobs"."blob_id"
  where "repository_blobs"."kept_until" <= $1
  order by "repository_blobs"."kept_until"
  limit $2
  for update skip locked;

-- src/lifecycle/queries/collector.ts: listNamedLinks
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   SEARCH manifest_references EXISTS USING COVERING INDEX manifest_references_digest (repository_id=? AND digest=?)
-- SQLite
select cast(listed.blob_id as bigint) as "blob_id", cast(listed.repository_id as bigint) as "repository_id"
  from (select value ->> '$.blob_id' as "blob_id", value ->> '$.repository_id' as "repository_id", value ->> '$.digest' as "digest"
  from json_each(?)) as "listed"
  where exists (select "manifest_references"."digest"
  from "manifest_references"
  where "manifest_references"."repository_id" = cast(listed.repository_id as bigint)
  and "manifest_references"."digest" = "listed"."digest");
-- PostgreSQL
select cast(listed.blob_id as bigint) as "blob_id", cast(listed.repository_id as bigint) as "repository_id"
  from (select value ->> 'blob_id' as "blob_id", value ->> 'repository_id' as "repository_id", value ->> 'digest' as "digest"
  from json_array_elements($1::json) as value) as "listed"
  where exists (select "manifest_references"."digest"
  from "manifest_references"
  where "manifest_references"."repository_id" = cast(listed.repository_id as bigint)
  and "manifest_references"."digest" = "listed"."digest");

-- src/lifecycle/queries/collector.ts: endLeases
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=? AND repository_id=?)
--   LIST SUBQUERY 3
--   SCAN json_each VIRTUAL TABLE INDEX 1:
-- SQLite
update "repository_blobs"
  set "kept_until" = ?
  where (blob_id, repository_id) in (select cast(listed.blob_id as bigint), cast(listed.repository_id as bigint)
  from (select value ->> '$.blob_id' as "blob_id", value ->> '$.repository_id' as "repository_id"
  from json_each(?)) as "listed");
-- PostgreSQL
update "repository_blobs"
  set "kept_until" = $1
  where (blob_id, repository_id) in (select cast(listed.blob_id as bigint), cast(listed.repository_id as bigint)
  from (select value ->> 'blob_id' as "blob_id", value ->> 'repository_id' as "repository_id"
  from json_array_elements($2::json) as value) as "listed");

-- src/lifecycle/queries/collector.ts: deleteLinks
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=? AND repository_id=?)
--   LIST SUBQUERY 3
--   SCAN json_each VIRTUAL TABLE INDEX 1:
-- SQLite
delete
  from "repository_blobs"
  where (blob_id, repository_id) in (select cast(listed.blob_id as bigint), cast(listed.repository_id as bigint)
  from (select value ->> '$.blob_id' as "blob_id", value ->> '$.repository_id' as "repository_id"
  from json_each(?)) as "listed");
-- PostgreSQL
delete
  from "repository_blobs"
  where (blob_id, repository_id) in (select cast(listed.blob_id as bigint), cast(listed.repository_id as bigint)
  from (select value ->> 'blob_id' as "blob_id", value ->> 'repository_id' as "repository_id"
  from json_array_elements($1::json) as value) as "listed");

-- src/lifecycle/queries/collector.ts: condemnUnlinked
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
--   LIST SUBQUERY 2
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=?)
-- SQLite
update "blobs"
  set "condemned_at" = ?
  where id in (select cast(listed.id as bigint)
  from (select value ->> '$.id' as "id"
  from json_each(?)) as "listed")
  and "condemned_at" is null
  and "state" <> 'deleting'
  and not exists (select 1
  from repository_blobs
  where repository_blobs.blob_id = blobs.id);
-- PostgreSQL
update "blobs"
  set "condemned_at" = $1
  where id in (select cast(listed.id as bigint)
  from (select value ->> 'id' as "id"
  from json_array_elements($2::json) as value) as "listed")
  and "condemned_at" is null
  and "state" <> 'deleting'
  and not exists (select 1
  from repository_blobs
  where repository_blobs.blob_id = blobs.id);

-- src/lifecycle/queries/collector.ts: lockCondemned
--   SEARCH blobs USING INDEX blobs_condemned (condemned_at<?)
-- SQLite
select "id"
  from "blobs"
  where "condemned_at" <= ?
  and "state" <> 'deleting'
  order by "condemned_at"
  limit ?;
-- PostgreSQL
select "id"
  from "blobs"
  where "condemned_at" <= $1
  and "state" <> 'deleting'
  order by "condemned_at"
  limit $2
  for update skip locked;

-- src/lifecycle/queries/collector.ts: markDeleting
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
--   LIST SUBQUERY 2
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=?)
-- SQLite
update "blobs"
  set "state" = ?, "condemned_at" = ?
  where id in (select cast(listed.id as bigint)
  from (select value ->> '$.id' as "id"
  from json_each(?)) as "listed")
  and not exists (select 1
  from repository_blobs
  where repository_blobs.blob_id = blobs.id);
-- PostgreSQL
update "blobs"
  set "state" = $1, "condemned_at" = $2
  where id in (select cast(listed.id as bigint)
  from (select value ->> 'id' as "id"
  from json_array_elements($3::json) as value) as "listed")
  and not exists (select 1
  from repository_blobs
  where repository_blobs.blob_id = blobs.id);

-- src/lifecycle/queries/collector.ts: reviveLinked
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
--   LIST SUBQUERY 2
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=?)
-- SQLite
update "blobs"
  set "condemned_at" = ?
  where id in (select cast(listed.id as bigint)
  from (select value ->> '$.id' as "id"
  from json_each(?)) as "listed")
  and "state" <> 'deleting'
  and exists (select 1
  from repository_blobs
  where repository_blobs.blob_id = blobs.id);
-- PostgreSQL
update "blobs"
  set "condemned_at" = $1
  where id in (select cast(listed.id as bigint)
  from (select value ->> 'id' as "id"
  from json_array_elements($2::json) as value) as "listed")
  and "state" <> 'deleting'
  and exists (select 1
  from repository_blobs
  where repository_blobs.blob_id = blobs.id);

-- src/lifecycle/queries/collector.ts: listDeleting
--   SEARCH blobs USING INDEX blobs_deleting (id>?)
-- SQLite
select "id", "digest", "size_bytes", "storage_key"
  from "blobs"
  where "state" = 'deleting'
  and "id" > ?
  order by "id"
  limit ?;
-- PostgreSQL
select "id", "digest", "size_bytes", "storage_key"
  from "blobs"
  where "state" = 'deleting'
  and "id" > $1
  order by "id"
  limit $2;

-- src/lifecycle/queries/collector.ts: deleteBlobs
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
--   LIST SUBQUERY 2
--   SCAN json_each VIRTUAL TABLE INDEX 1:
-- SQLite
delete
  from "blobs"
  where id in (select cast(listed.id as bigint)
  from (select value ->> '$.id' as "id"
  from json_each(?)) as "listed")
  and "state" = 'deleting'
  returning "size_bytes";
-- PostgreSQL
delete
  from "blobs"
  where id in (select cast(listed.id as bigint)
  from (select value ->> 'id' as "id"
  from json_array_elements($1::json) as value) as "listed")
  and "state" = 'deleting'
  returning "size_bytes";

-- src/lifecycle/queries/collector.ts: countBinnedTags
--   SEARCH tags USING COVERING INDEX tags_deleted (deleted_at<?)
-- SQLite
select count(*) as "count"
  from "tags"
  where "deleted_at" <= ?;
-- PostgreSQL
select count(*) as "count"
  from "tags"
  where "deleted_at" <= $1;

-- src/lifecycle/queries/collector.ts: listBinned
--   SEARCH manifests USING INDEX manifests_deleted (deleted_at>?)
--   CORRELATED SCALAR SUBQUERY 1
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "id", deleted_at as "deleted_at", (select "repositories"."deleted_at"
  from "repositories"
  where "repositories"."id" = "manifests"."repository_id") as "repository_deleted_at"
  from "manifests"
  where "deleted_at" is not null
  and ("deleted_at", "id") > (?, ?)
  order by "deleted_at", "id"
  limit ?;
-- PostgreSQL
select "id", deleted_at as "deleted_at", (select "repositories"."deleted_at"
  from "repositories"
  where "repositories"."id" = "manifests"."repository_id") as "repository_deleted_at"
  from "manifests"
  where "deleted_at" is not null
  and ("deleted_at", "id") > ($1, $2)
  order by "deleted_at", "id"
  limit $3;

-- src/lifecycle/queries/collector.ts: listBinnedRepositories
--   SEARCH repositories USING COVERING INDEX repositories_deleted (deleted_at>?)
-- SQLite
select "id", deleted_at as "deleted_at"
  from "repositories"
  where "deleted_at" is not null
  and ("deleted_at", "id") > (?, ?)
  order by "deleted_at", "id"
  limit ?;
-- PostgreSQL
select "id", deleted_at as "deleted_at"
  from "repositories"
  where "deleted_at" is not null
  and ("deleted_at", "id") > ($1, $2)
  order by "deleted_at", "id"
  limit $3;

-- src/lifecycle/queries/collector.ts: listLiveManifests
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest>?)
-- SQLite
select "id", "digest"
  from "manifests"
  where "repository_id" = ?
  and "digest" > ?
  and "deleted_at" is null
  order by "digest"
  limit ?;
-- PostgreSQL
select "id", "digest"
  from "manifests"
  where "repository_id" = $1
  and "digest" > $2
  and "deleted_at" is null
  order by "digest"
  limit $3;

-- src/lifecycle/queries/collector.ts: countTagsNotBinned
--   SEARCH tags USING INDEX sqlite_autoindex_tags_1 (repository_id=?)
-- SQLite
select count(*) as "count"
  from "tags"
  where "repository_id" = ?
  and ("deleted_at" is null or "deleted_at" > ?);
-- PostgreSQL
select count(*) as "count"
  from "tags"
  where "repository_id" = $1
  and ("deleted_at" is null or "deleted_at" > $2);

-- src/lifecycle/queries/collector.ts: listLinksOfManifest
--   SEARCH manifest_references USING PRIMARY KEY (manifest_id=?)
--   SEARCH blobs USING INDEX blobs_digest (digest=?)
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=? AND repository_id=?)
-- SQLite
select "repository_blobs"."blob_id", "repository_blobs"."repository_id"
  from "manifest_references"
  inner join "blobs" on "blobs"."digest" = "manifest_references"."digest"
  inner join "repository_blobs" on "repository_blobs"."blob_id" = "blobs"."id"
  and "repository_blobs"."repository_id" = "manifest_references"."repository_id"
  where "manifest_references"."manifest_id" = ?
  and "blobs"."state" <> 'deleting';
-- PostgreSQL
select "repository_blobs"."blob_id", "repository_blobs"."repository_id"
  from "manifest_references"
  inner join "blobs" on "blobs"."digest" = "manifest_references"."digest"
  inner join "repository_blobs" on "repository_blobs"."blob_id" = "blobs"."id"
  and "repository_blobs"."repository_id" = "manifest_references"."repository_id"
  where "manifest_references"."manifest_id" = $1
  and "blobs"."state" <> 'deleting';

-- src/lifecycle/queries/collector.ts: listLosable
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=? AND repository_id=?)
--   CORRELATED SCALAR SUBQUERY 2
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH manifest_references USING COVERING INDEX manifest_references_digest (repository_id=? AND digest=?)
--   SEARCH manifests USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 4
--   SEARCH manifest_references USING COVERING INDEX manifest_references_digest (repository_id=? AND digest=?)
--   SEARCH manifests USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repository_blobs"."blob_id", "repository_blobs"."repository_id"
  from (select value ->> '$.blob_id' as "blob_id", value ->> '$.repository_id' as "repository_id"
  from json_each(?)) as "listed"
  inner join "repository_blobs" on "repository_blobs"."blob_id" = cast(listed.blob_id as bigint)
  and "repository_blobs"."repository_id" = cast(listed.repository_id as bigint)
  inner join "blobs" on "blobs"."id" = "repository_blobs"."blob_id"
  where not (case when exists (select 1
  from repositories
  where repositories.id = repository_blobs.repository_id
  and repositories.deleted_at > 0
  and repositories.deleted_at <= ?) then coalesce(repository_blobs.kept_until, 0) > ?
  and not exists (select 1
  from manifest_references
  inner join manifests on manifests.id = manifest_references.manifest_id
  where manifest_references.repository_id = repository_blobs.repository_id
  and manifest_references.digest = blobs.digest) else coalesce(repository_blobs.kept_until, 0) > ? or exists (select 1
  from manifest_references
  inner join manifests on manifests.id = manifest_references.manifest_id
  where manifest_references.repository_id = repository_blobs.repository_id
  and manifest_references.digest = blobs.digest
  and (manifests.deleted_at is null or manifests.deleted_at > ?)) end);
-- PostgreSQL
select "repository_blobs"."blob_id", "repository_blobs"."repository_id"
  from (select value ->> 'blob_id' as "blob_id", value ->> 'repository_id' as "repository_id"
  from json_array_elements($1::json) as value) as "listed"
  inner join "repository_blobs" on "repository_blobs"."blob_id" = cast(listed.blob_id as bigint)
  and "repository_blobs"."repository_id" = cast(listed.repository_id as bigint)
  inner join "blobs" on "blobs"."id" = "repository_blobs"."blob_id"
  where not (case when exists (select 1
  from repositories
  where repositories.id = repository_blobs.repository_id
  and repositories.deleted_at > 0
  and repositories.deleted_at <= $2) then coalesce(repository_blobs.kept_until, 0) > $3
  and not exists (select 1
  from manifest_references
  inner join manifests on manifests.id = manifest_references.manifest_id
  where manifest_references.repository_id = repository_blobs.repository_id
  and manifest_references.digest = blobs.digest) else coalesce(repository_blobs.kept_until, 0) > $4 or exists (select 1
  from manifest_references
  inner join manifests on manifests.id = manifest_references.manifest_id
  where manifest_references.repository_id = repository_blobs.repository_id
  and manifest_references.digest = blobs.digest
  and (manifests.deleted_at is null or manifests.deleted_at > $5)) end);

-- src/lifecycle/queries/collector.ts: listFreeable
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
--   LIST SUBQUERY 2
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CORRELATED SCALAR SUBQUERY 6
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=?)
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 4
--   SEARCH manifest_references USING COVERING INDEX manifest_references_digest (repository_id=? AND digest=?)
--   SEARCH manifests USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 5
--   SEARCH manifest_references USING COVERING INDEX manifest_references_digest (repository_id=? AND digest=?)
--   SEARCH manifests USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "id", "size_bytes"
  from "blobs"
  where id in (select cast(listed.id as bigint)
  from (select value ->> '$.id' as "id"
  from json_each(?)) as "listed")
  and not exists (select 1
  from repository_blobs
  where repository_blobs.blob_id = blobs.id
  and (case when exists (select 1
  from repositories
  where repositories.id = repository_blobs.repository_id
  and repositories.deleted_at > 0
  and repositories.deleted_at <= ?) then coalesce(repository_blobs.kept_until, 0) > ?
  and not exists (select 1
  from manifest_references
  inner join manifests on manifests.id = manifest_references.manifest_id
  where manifest_references.repository_id = repository_blobs.repository_id
  and manifest_references.digest = blobs.digest) else coalesce(repository_blobs.kept_until, 0) > ? or exists (select 1
  from manifest_references
  inner join manifests on manifests.id = manifest_references.manifest_id
  where manifest_references.repository_id = repository_blobs.repository_id
  and manifest_references.digest = blobs.digest
  and (manifests.deleted_at is null or manifests.deleted_at > ?)) end));
-- PostgreSQL
select "id", "size_bytes"
  from "blobs"
  where id in (select cast(listed.id as bigint)
  from (select value ->> 'id' as "id"
  from json_array_elements($1::json) as value) as "listed")
  and not exists (select 1
  from repository_blobs
  where repository_blobs.blob_id = blobs.id
  and (case when exists (select 1
  from repositories
  where repositories.id = repository_blobs.repository_id
  and repositories.deleted_at > 0
  and repositories.deleted_at <= $2) then coalesce(repository_blobs.kept_until, 0) > $3
  and not exists (select 1
  from manifest_references
  inner join manifests on manifests.id = manifest_references.manifest_id
  where manifest_references.repository_id = repository_blobs.repository_id
  and manifest_references.digest = blobs.digest) else coalesce(repository_blobs.kept_until, 0) > $4 or exists (select 1
  from manifest_references
  inner join manifests on manifests.id = manifest_references.manifest_id
  where manifest_references.repository_id = repository_blobs.repository_id
  and manifest_references.digest = blobs.digest
  and (manifests.deleted_at is null or manifests.deleted_at > $5)) end));

-- src/lifecycle/queries/collector.ts: listDueLinks
--   SEARCH repository_blobs USING COVERING INDEX repository_blobs_due ((kept_until,blob_id,repository_id)>(?,?,?) AND kept_until<?)
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repository_blobs"."kept_until", "repository_blobs"."blob_id", "repository_blobs"."repository_id", "blobs"."digest"
  from "repository_blobs"
  inner join "blobs" on "blobs"."id" = "repository_blobs"."blob_id"
  where ("repository_blobs"."kept_until", "repository_blobs"."blob_id", "repository_blobs"."repository_id") > (?, ?, ?)
  and "repository_blobs"."kept_until" <= ?
  order by "repository_blobs"."kept_until", "repository_blobs"."blob_id", "repository_blobs"."repository_id"
  limit ?;
-- PostgreSQL
select "repository_blobs"."kept_until", "repository_blobs"."blob_id", "repository_blobs"."repository_id", "blobs"."digest"
  from "repository_blobs"
  inner join "blobs" on "blobs"."id" = "repository_blobs"."blob_id"
  where ("repository_blobs"."kept_until", "repository_blobs"."blob_id", "repository_blobs"."repository_id") > ($1, $2, $3)
  and "repository_blobs"."kept_until" <= $4
  order by "repository_blobs"."kept_until", "repository_blobs"."blob_id", "repository_blobs"."repository_id"
  limit $5;

-- src/lifecycle/queries/collector.ts: listCondemned
--   SEARCH blobs USING INDEX blobs_condemned (condemned_at>?)
-- SQLite
select "id", "condemned_at", "size_bytes"
  from "blobs"
  where "condemned_at" is not null
  and ("condemned_at", "id") > (?, ?)
  and "state" <> 'deleting'
  order by "condemned_at", "id"
  limit ?;
-- PostgreSQL
select "id", "condemned_at", "size_bytes"
  from "blobs"
  where "condemned_at" is not null
  and ("condemned_at", "id") > ($1, $2)
  and "state" <> 'deleting'
  order by "condemned_at", "id"
  limit $3;

-- src/lifecycle/queries/holds.ts: insertHold
-- SQLite
insert into "holds" ("id", "reason", "expires_at")
  values (?, ?, ?);
-- PostgreSQL
insert into "holds" ("id", "reason", "expires_at")
  values ($1, $2, $3);

-- src/lifecycle/queries/holds.ts: extendHold
--   SEARCH holds USING INDEX sqlite_autoindex_holds_1 (id=?)
-- SQLite
update "holds"
  set "expires_at" = ?
  where "id" = ?
  and "expires_at" > ?;
-- PostgreSQL
update "holds"
  set "expires_at" = $1
  where "id" = $2
  and "expires_at" > $3;

-- src/lifecycle/queries/holds.ts: findHold
--   SEARCH holds USING INDEX sqlite_autoindex_holds_1 (id>?)
-- SQLite
select "reason", "expires_at"
  from "holds"
  where "id" > ?
  and "expires_at" > ?
  limit ?;
-- PostgreSQL
select "reason", "expires_at"
  from "holds"
  where "id" > $1
  and "expires_at" > $2
  limit $3;

-- src/lifecycle/queries/holds.ts: deleteHold
--   SEARCH holds USING INDEX sqlite_autoindex_holds_1 (id=?)
-- SQLite
delete
  from "holds"
  where "id" = ?;
-- PostgreSQL
delete
  from "holds"
  where "id" = $1;

-- src/lifecycle/queries/holds.ts: deleteExpiredHolds
--   SEARCH holds USING INDEX sqlite_autoindex_holds_1 (id>?)
-- SQLite
delete
  from "holds"
  where "id" > ?
  and "expires_at" <= ?;
-- PostgreSQL
delete
  from "holds"
  where "id" > $1
  and "expires_at" <= $2;

-- src/lifecycle/queries/repositories.ts: lockDueRepository
--   SEARCH repositories USING COVERING INDEX repositories_deleted (deleted_at>? AND deleted_at<?)
-- SQLite
select "id", "deleted_at"
  from "repositories"
  where "deleted_at" is not null
  and "deleted_at" > ?
  and "deleted_at" <= ?
  order by "deleted_at", "id"
  limit ?;
-- PostgreSQL
select "id", "deleted_at"
  from "repositories"
  where "deleted_at" is not null
  and "deleted_at" > $1
  and "deleted_at" <= $2
  order by "deleted_at", "id"
  limit $3
  for update skip locked;

-- src/lifecycle/queries/repositories.ts: markGoing
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "repositories"
  set "deleted_at" = ?
  where "id" = ?;
-- PostgreSQL
update "repositories"
  set "deleted_at" = $1
  where "id" = $2;

-- src/lifecycle/queries/repositories.ts: lockManifestsOf
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=?)
-- SQLite
select "id", "size_bytes"
  from "manifests"
  where "repository_id" = ?
  order by "digest"
  limit ?;
-- PostgreSQL
select "id", "size_bytes"
  from "manifests"
  where "repository_id" = $1
  order by "digest"
  limit $2
  for update;

-- src/lifecycle/queries/repositories.ts: deleteTagsOf
--   SEARCH tags USING COVERING INDEX sqlite_autoindex_tags_1 (repository_id=? AND name=? AND revision=?)
--   LIST SUBQUERY 2
--   SEARCH tags USING COVERING INDEX sqlite_autoindex_tags_1 (repository_id=?)
-- SQLite
delete
  from "tags"
  where ("repository_id", "name", "revision") in (select "repository_id", "name", "revision"
  from "tags"
  where "repository_id" = ?
  limit ?);
-- PostgreSQL
delete
  from "tags"
  where ("repository_id", "name", "revision") in (select "repository_id", "name", "revision"
  from "tags"
  where "repository_id" = $1
  limit $2);

-- src/lifecycle/queries/repositories.ts: deleteStarsOf
--   SEARCH stars USING PRIMARY KEY (account_id=? AND repository_id=?)
--   LIST SUBQUERY 2
--   SEARCH stars USING COVERING INDEX stars_repository (repository_id=?)
-- SQLite
delete
  from "stars"
  where ("account_id", "repository_id") in (select "account_id", "repository_id"
  from "stars"
  where "repository_id" = ?
  limit ?);
-- PostgreSQL
delete
  from "stars"
  where ("account_id", "repository_id") in (select "account_id", "repository_id"
  from "stars"
  where "repository_id" = $1
  limit $2);

-- src/lifecycle/queries/repositories.ts: deleteGrantsOf
--   SEARCH grants USING INDEX grants_repository (repository_id=?)
-- SQLite
delete
  from "grants"
  where "repository_id" = ?;
-- PostgreSQL
delete
  from "grants"
  where "repository_id" = $1;

-- src/lifecycle/queries/repositories.ts: markGone
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "repositories"
  set "deleted_at" = ?, "visibility" = ?, "description" = ?, "readme" = ?, "is_official" = ?, "star_count" = ?, "pull_count" = ?
  where "id" = ?;
-- PostgreSQL
update "repositories"
  set "deleted_at" = $1, "visibility" = $2, "description" = $3, "readme" = $4, "is_official" = $5, "star_count" = $6, "pull_count" = $7
  where "id" = $8;

-- src/limits/queries.ts: findAccountPlan
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
-- SQLite
select "accounts"."kind", "accounts"."plan", "accounts"."namespace_id", "namespaces"."plan" as "namespace_plan"
  from "accounts" left join "namespaces" on "namespaces"."id" = "accounts"."namespace_id"
  where "accounts"."id" = ?;
-- PostgreSQL
select "accounts"."kind", "accounts"."plan", "accounts"."namespace_id", "namespaces"."plan" as "namespace_plan"
  from "accounts" left join "namespaces" on "namespaces"."id" = "accounts"."namespace_id"
  where "accounts"."id" = $1;

-- src/limits/queries.ts: listMemberPlans
--   SEARCH members USING COVERING INDEX members_account (account_id=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "namespaces"."plan"
  from "members"
  inner join "namespaces" on "namespaces"."id" = "members"."namespace_id"
  where "members"."account_id" = ?
  and "namespaces"."plan" is not null
  and "namespaces"."deleted_at" is null;
-- PostgreSQL
select "namespaces"."plan"
  from "members"
  inner join "namespaces" on "namespaces"."id" = "members"."namespace_id"
  where "members"."account_id" = $1
  and "namespaces"."plan" is not null
  and "namespaces"."deleted_at" is null;

-- src/limits/queries.ts: findNamespacePlan
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
-- SQLite
select "namespaces"."name", "namespaces"."plan" as "own_plan", coalesce("namespaces"."plan", "accounts"."plan") as "plan"
  from "namespaces" left join "accounts" on "accounts"."id" = "namespaces"."account_id"
  where "namespaces"."id" = ?;
-- PostgreSQL
select "namespaces"."name", "namespaces"."plan" as "own_plan", coalesce("namespaces"."plan", "accounts"."plan") as "plan"
  from "namespaces" left join "accounts" on "accounts"."id" = "namespaces"."account_id"
  where "namespaces"."id" = $1;

-- src/limits/queries.ts: findRepositoryPlan
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
-- SQLite
select "namespaces"."id" as "namespace_id", "namespaces"."name", coalesce("namespaces"."plan", "accounts"."plan") as "plan"
  from "repositories"
  inner join "namespaces" on "namespaces"."id" = "repositories"."namespace_id" left join "accounts" on "accounts"."id" = "namespaces"."account_id"
  where "repositories"."id" = ?;
-- PostgreSQL
select "namespaces"."id" as "namespace_id", "namespaces"."name", coalesce("namespaces"."plan", "accounts"."plan") as "plan"
  from "repositories"
  inner join "namespaces" on "namespaces"."id" = "repositories"."namespace_id" left join "accounts" on "accounts"."id" = "namespaces"."account_id"
  where "repositories"."id" = $1;

-- src/limits/queries.ts: setAccountPlan
--   SEARCH accounts USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "accounts"
  set "plan" = ?
  where "id" = ?;
-- PostgreSQL
update "accounts"
  set "plan" = $1
  where "id" = $2;

-- src/limits/queries.ts: setNamespacePlan
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "namespaces"
  set "plan" = ?
  where "id" = ?;
-- PostgreSQL
update "namespaces"
  set "plan" = $1
  where "id" = $2;

-- src/limits/queries.ts: lockNamespace
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "namespaces"
  set "plan" = plan
  where "id" = ?;
-- PostgreSQL
update "namespaces"
  set "plan" = plan
  where "id" = $1;

-- src/limits/queries.ts: countPrivateRepositories
--   CO-ROUTINE some
--   SEARCH repositories USING INDEX repositories_namespace (namespace_id=?)
--   SCAN some
-- SQLite
select count(*) as "count"
  from (select "id"
  from "repositories"
  where "namespace_id" = ?
  and "visibility" = 'private'
  and "deleted_at" is null
  limit ?) as "some";
-- PostgreSQL
select count(*) as "count"
  from (select "id"
  from "repositories"
  where "namespace_id" = $1
  and "visibility" = 'private'
  and "deleted_at" is null
  limit $2) as "some";

-- src/limits/queries.ts: countMembers
--   CO-ROUTINE some
--   SEARCH members USING PRIMARY KEY (namespace_id=?)
--   SCAN some
-- SQLite
select count(*) as "count"
  from (select "account_id"
  from "members"
  where "namespace_id" = ?
  limit ?) as "some";
-- PostgreSQL
select count(*) as "count"
  from (select "account_id"
  from "members"
  where "namespace_id" = $1
  limit $2) as "some";

-- src/limits/queries.ts: findNamespaceLink
--   SEARCH blobs USING INDEX blobs_digest (digest=?)
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=?)
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "blobs"."id"
  from "blobs"
  inner join "repository_blobs" on "repository_blobs"."blob_id" = "blobs"."id"
  inner join "repositories" on "repositories"."id" = "repository_blobs"."repository_id"
  where "blobs"."digest" = ?
  and "blobs"."state" <> 'deleting'
  and "repositories"."namespace_id" = ?
  limit ?;
-- PostgreSQL
select "blobs"."id"
  from "blobs"
  inner join "repository_blobs" on "repository_blobs"."blob_id" = "blobs"."id"
  inner join "repositories" on "repositories"."id" = "repository_blobs"."repository_id"
  where "blobs"."digest" = $1
  and "blobs"."state" <> 'deleting'
  and "repositories"."namespace_id" = $2
  limit $3;

-- src/limits/queries.ts: sumUsage
--   SEARCH usage_counters USING PRIMARY KEY (namespace_id=?)
-- SQLite
select coalesce(cast(sum("bytes") as bigint), 0) as "bytes"
  from "usage_counters"
  where "namespace_id" = ?;
-- PostgreSQL
select coalesce(cast(sum("bytes") as bigint), 0) as "bytes"
  from "usage_counters"
  where "namespace_id" = $1;

-- src/limits/queries.ts: addUsage
-- SQLite
insert into "usage_counters" ("namespace_id", "shard", "bytes")
  values (?, ?, ?)
  on conflict ("namespace_id", "shard") do update
  set "bytes" = usage_counters.bytes + excluded.bytes;
-- PostgreSQL
insert into "usage_counters" ("namespace_id", "shard", "bytes")
  values ($1, $2, $3)
  on conflict ("namespace_id", "shard") do update
  set "bytes" = usage_counters.bytes + excluded.bytes;

-- src/limits/queries.ts: correctUsage
-- SQLite
insert into "usage_counters" ("namespace_id", "shard", "bytes", "corrections")
  values (?, ?, ?, ?)
  on conflict ("namespace_id", "shard") do update
  set "bytes" = usage_counters.bytes + excluded.bytes, "corrections" = usage_counters.corrections + 1
  where "usage_counters"."corrections" = ?;
-- PostgreSQL
insert into "usage_counters" ("namespace_id", "shard", "bytes", "corrections")
  values ($1, $2, $3, $4)
  on conflict ("namespace_id", "shard") do update
  set "bytes" = usage_counters.bytes + excluded.bytes, "corrections" = usage_counters.corrections + 1
  where "usage_counters"."corrections" = $5;

-- src/limits/queries.ts: pageUsage
--   SEARCH usage_counters USING PRIMARY KEY ((namespace_id,shard)>(?,?))
-- SQLite
select "namespace_id", "shard", "bytes", "corrections"
  from "usage_counters"
  where (namespace_id, shard) > (?, ?)
  order by "namespace_id", "shard"
  limit ?;
-- PostgreSQL
select "namespace_id", "shard", "bytes", "corrections"
  from "usage_counters"
  where (namespace_id, shard) > ($1, $2)
  order by "namespace_id", "shard"
  limit $3;

-- src/limits/queries.ts: pageLinks
--   SEARCH repository_blobs USING PRIMARY KEY ((blob_id,repository_id)>(?,?))
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repository_blobs"."blob_id", "repository_blobs"."repository_id", "repositories"."namespace_id", "blobs"."size_bytes"
  from "repository_blobs"
  inner join "blobs" on "blobs"."id" = "repository_blobs"."blob_id"
  inner join "repositories" on "repositories"."id" = "repository_blobs"."repository_id"
  where (repository_blobs.blob_id, repository_blobs.repository_id) > (?, ?)
  order by "repository_blobs"."blob_id", "repository_blobs"."repository_id"
  limit ?;
-- PostgreSQL
select "repository_blobs"."blob_id", "repository_blobs"."repository_id", "repositories"."namespace_id", "blobs"."size_bytes"
  from "repository_blobs"
  inner join "blobs" on "blobs"."id" = "repository_blobs"."blob_id"
  inner join "repositories" on "repositories"."id" = "repository_blobs"."repository_id"
  where (repository_blobs.blob_id, repository_blobs.repository_id) > ($1, $2)
  order by "repository_blobs"."blob_id", "repository_blobs"."repository_id"
  limit $3;

-- src/limits/queries.ts: findPullWindow
--   SEARCH pull_windows USING PRIMARY KEY (source=?)
-- SQLite
select "pulls", "ends_at"
  from "pull_windows"
  where "source" = ?;
-- PostgreSQL
select "pulls", "ends_at"
  from "pull_windows"
  where "source" = $1;

-- src/limits/queries.ts: addPulls
--   SCAN json_each VIRTUAL TABLE INDEX 1:
-- SQLite
insert into "pull_windows" ("source", "pulls", "ends_at") select "listed"."source", cast("listed"."pulls" as bigint) as "pulls", cast("listed"."ends_at" as bigint) as "ends_at"
  from (select value ->> '$.source' as "source", value ->> '$.pulls' as "pulls", value ->> '$.ends_at' as "ends_at"
  from json_each(?)) as "listed"
  where true
  on conflict ("source") do update
  set "pulls" = case when pull_windows.ends_at <= ? then excluded.pulls else pull_windows.pulls + excluded.pulls end, "ends_at" = case when pull_windows.ends_at <= ? or excluded.ends_at < pull_windows.ends_at then excluded.ends_at else pull_windows.ends_at end
  returning "source", "pulls", "ends_at";
-- PostgreSQL
insert into "pull_windows" ("source", "pulls", "ends_at") select "listed"."source", cast("listed"."pulls" as bigint) as "pulls", cast("listed"."ends_at" as bigint) as "ends_at"
  from (select value ->> 'source' as "source", value ->> 'pulls' as "pulls", value ->> 'ends_at' as "ends_at"
  from json_array_elements($1::json) as value) as "listed"
  where true
  on conflict ("source") do update
  set "pulls" = case when pull_windows.ends_at <= $2 then excluded.pulls else pull_windows.pulls + excluded.pulls end, "ends_at" = case when pull_windows.ends_at <= $3 or excluded.ends_at < pull_windows.ends_at then excluded.ends_at else pull_windows.ends_at end
  returning "source", "pulls", "ends_at";

-- src/limits/queries.ts: deletePullWindows
--   SEARCH pull_windows USING PRIMARY KEY (source=?)
--   LIST SUBQUERY 1
--   SEARCH pull_windows USING COVERING INDEX pull_windows_ends (ends_at<?)
-- SQLite
delete
  from "pull_windows"
  where "source" in (select "source"
  from "pull_windows"
  where "ends_at" <= ?
  order by "ends_at"
  limit ?);
-- PostgreSQL
delete
  from "pull_windows"
  where "source" in (select "source"
  from "pull_windows"
  where "ends_at" <= $1
  order by "ends_at"
  limit $2);

-- src/registry/queries/blobs.ts: findBlob
--   SEARCH blobs USING INDEX blobs_digest (digest=?)
-- SQLite
select "id", "size_bytes", "storage_key", "state", "condemned_at"
  from "blobs"
  where "digest" = ?
  and "state" <> 'deleting';
-- PostgreSQL
select "id", "size_bytes", "storage_key", "state", "condemned_at"
  from "blobs"
  where "digest" = $1
  and "state" <> 'deleting'
  for key share;

-- src/registry/queries/blobs.ts: findBlobForUpdate
--   SEARCH blobs USING INDEX blobs_digest (digest=?)
-- SQLite
select "id"
  from "blobs"
  where "digest" = ?
  and "state" <> 'deleting';
-- PostgreSQL
select "id"
  from "blobs"
  where "digest" = $1
  and "state" <> 'deleting'
  for update;

-- src/registry/queries/blobs.ts: reviveBlob
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "blobs"
  set "condemned_at" = ?
  where "id" = ?;
-- PostgreSQL
update "blobs"
  set "condemned_at" = $1
  where "id" = $2;

-- src/registry/queries/blobs.ts: condemnBlob
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 1
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=?)
-- SQLite
update "blobs"
  set "condemned_at" = ?
  where "id" = ?
  and "condemned_at" is null
  and not exists (select "blob_id"
  from "repository_blobs"
  where "blob_id" = "blobs"."id"
  limit ?);
-- PostgreSQL
update "blobs"
  set "condemned_at" = $1
  where "id" = $2
  and "condemned_at" is null
  and not exists (select "blob_id"
  from "repository_blobs"
  where "blob_id" = "blobs"."id"
  limit $3);

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
--   SEARCH blobs USING INDEX blobs_digest (digest=?)
-- SQLite
update "blobs"
  set "state" = ?
  where "digest" = ?
  and "state" <> 'deleting'
  and coalesce(storage_key, '') = ?;
-- PostgreSQL
update "blobs"
  set "state" = $1
  where "digest" = $2
  and "state" <> 'deleting'
  and coalesce(storage_key, '') = $3;

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

-- src/registry/queries/blobs.ts: putBackBlob
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "blobs"
  set "state" = ?, "verified_at" = ?
  where "id" = ?
  and "state" = 'damaged'
  and coalesce(storage_key, '') = ?;
-- PostgreSQL
update "blobs"
  set "state" = $1, "verified_at" = $2
  where "id" = $3
  and "state" = 'damaged'
  and coalesce(storage_key, '') = $4;

-- src/registry/queries/blobs.ts: healBlob
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "blobs"
  set "storage_key" = ?, "content" = ?, "size_bytes" = ?, "state" = ?, "verified_at" = ?
  where "id" = ?
  and "state" <> 'deleting'
  and coalesce(storage_key, '') = ?;
-- PostgreSQL
update "blobs"
  set "storage_key" = $1, "content" = $2, "size_bytes" = $3, "state" = $4, "verified_at" = $5
  where "id" = $6
  and "state" <> 'deleting'
  and coalesce(storage_key, '') = $7;

-- src/registry/queries/blobs.ts: findLinkedBlob
--   SEARCH blobs USING INDEX blobs_digest (digest=?)
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=? AND repository_id=?)
-- SQLite
select "blobs"."id", "blobs"."size_bytes", "blobs"."storage_key", "blobs"."content", "repository_blobs"."kept_until"
  from "blobs"
  inner join "repository_blobs" on "repository_blobs"."blob_id" = "blobs"."id"
  where "blobs"."digest" = ?
  and "blobs"."state" <> 'deleting'
  and "blobs"."state" <> 'damaged'
  and "repository_blobs"."repository_id" = ?;
-- PostgreSQL
select "blobs"."id", "blobs"."size_bytes", "blobs"."storage_key", "blobs"."content", "repository_blobs"."kept_until"
  from "blobs"
  inner join "repository_blobs" on "repository_blobs"."blob_id" = "blobs"."id"
  where "blobs"."digest" = $1
  and "blobs"."state" <> 'deleting'
  and "blobs"."state" <> 'damaged'
  and "repository_blobs"."repository_id" = $2;

-- src/registry/queries/blobs.ts: findLink
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=? AND repository_id=?)
-- SQLite
select "blob_id"
  from "repository_blobs"
  where "blob_id" = ?
  and "repository_id" = ?;
-- PostgreSQL
select "blob_id"
  from "repository_blobs"
  where "blob_id" = $1
  and "repository_id" = $2;

-- src/registry/queries/blobs.ts: findNamingManifest
--   SEARCH manifest_references USING COVERING INDEX manifest_references_digest (repository_id=? AND digest=?)
--   SEARCH manifests USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "manifests"."id"
  from "manifest_references"
  inner join "manifests" on "manifests"."id" = "manifest_references"."manifest_id"
  where "manifest_references"."repository_id" = ?
  and "manifest_references"."digest" = ?
  and "manifests"."deleted_at" is null
  limit ?;
-- PostgreSQL
select "manifests"."id"
  from "manifest_references"
  inner join "manifests" on "manifests"."id" = "manifest_references"."manifest_id"
  where "manifest_references"."repository_id" = $1
  and "manifest_references"."digest" = $2
  and "manifests"."deleted_at" is null
  limit $3;

-- src/registry/queries/blobs.ts: linkBlob
-- SQLite
insert into "repository_blobs" ("repository_id", "blob_id", "created_at", "kept_until")
  values (?, ?, ?, ?)
  on conflict ("blob_id", "repository_id") do nothing;
-- PostgreSQL
insert into "repository_blobs" ("repository_id", "blob_id", "created_at", "kept_until")
  values ($1, $2, $3, $4)
  on conflict ("blob_id", "repository_id") do nothing;

-- src/registry/queries/blobs.ts: extendLease
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=? AND repository_id=?)
--   SCALAR SUBQUERY 1
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH manifest_references USING COVERING INDEX manifest_references_digest (repository_id=? AND digest=?)
--   SEARCH manifests USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "repository_blobs"
  set "kept_until" = ?
  where "blob_id" = ?
  and "repository_id" = ?
  and (repository_blobs.kept_until < ? or (repository_blobs.kept_until is null
  and not exists (select 1
  from blobs
  inner join manifest_references on manifest_references.digest = blobs.digest
  inner join manifests on manifests.id = manifest_references.manifest_id
  where blobs.id = ?
  and blobs.state <> 'deleting'
  and manifest_references.repository_id = ?
  and manifests.deleted_at is null)));
-- PostgreSQL
update "repository_blobs"
  set "kept_until" = $1
  where "blob_id" = $2
  and "repository_id" = $3
  and (repository_blobs.kept_until < $4 or (repository_blobs.kept_until is null
  and not exists (select 1
  from blobs
  inner join manifest_references on manifest_references.digest = blobs.digest
  inner join manifests on manifests.id = manifest_references.manifest_id
  where blobs.id = $5
  and blobs.state <> 'deleting'
  and manifest_references.repository_id = $6
  and manifests.deleted_at is null)));

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
--   CORRELATED SCALAR SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CORRELATED SCALAR SUBQUERY 2
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH members USING PRIMARY KEY (namespace_id=? AND account_id=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 4
--   SEARCH grants USING INDEX grants_account (account_id=? AND namespace_id=?)
--   CORRELATED SCALAR SUBQUERY 5
--   SEARCH grants USING INDEX grants_namespace (namespace_id=?)
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=? AND team_id=?)
-- SQLite
select "repository_blobs"."blob_id"
  from "repository_blobs"
  inner join "repositories" on "repositories"."id" = "repository_blobs"."repository_id"
  where "repository_blobs"."blob_id" = ?
  and (repositories.deleted_at is null
  and (
    (? = 1
  and repositories.visibility = 'public')
    or (
      (? = 0 or exists (select 1
  from json_each(?)
  where repositories.name like value escape '\'))
     
  and (? = 0 or repositories.id = ?)
     
  and (
        ? = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = ?)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = ?
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = ?
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = ?
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  limit ?;
-- PostgreSQL
select "repository_blobs"."blob_id"
  from "repository_blobs"
  inner join "repositories" on "repositories"."id" = "repository_blobs"."repository_id"
  where "repository_blobs"."blob_id" = $1
  and (repositories.deleted_at is null
  and (
    ($2 = 1
  and repositories.visibility = 'public')
    or (
      ($3 = 0 or exists (select 1
  from json_array_elements_text($4::json) as value
  where repositories.name like value escape '\'))
     
  and ($5 = 0 or repositories.id = $6)
     
  and (
        $7 = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = $8)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = $9
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = $10
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = $11
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  limit $12;

-- src/registry/queries/blobs.ts: listLinkedSizes
--   SEARCH repository_blobs USING COVERING INDEX repository_blobs_repository (repository_id=?)
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
--   LIST SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CREATE BLOOM FILTER
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

-- src/registry/queries/hub-tags.ts: findTagShown
--   SEARCH tags USING INDEX tags_current (repository_id=? AND name=?)
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
--   CORRELATED SCALAR SUBQUERY 1
--   SEARCH manifest_references USING PRIMARY KEY (manifest_id=?)
--   SEARCH blobs USING INDEX blobs_digest (digest=?)
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=? AND repository_id=?)
-- SQLite
select "tags"."name", "tags"."digest", "tags"."revision", "tags"."from_at", "tags"."actor", "manifests"."media_type", "manifests"."artifact_type", "manifests"."size_bytes", cast(coalesce((select sum(blobs.size_bytes)
  from manifest_references
  inner join blobs on blobs.digest = manifest_references.digest
  and blobs.state <> 'deleting'
  inner join repository_blobs on repository_blobs.blob_id = blobs.id
  and repository_blobs.repository_id = manifest_references.repository_id
  where manifest_references.manifest_id = manifests.id
  and manifest_references.kind <> 'manifest'), 0) as bigint) as "named_bytes", "manifests"."content"
  from "tags"
  inner join "manifests" on "manifests"."repository_id" = "tags"."repository_id"
  and "manifests"."digest" = "tags"."digest"
  where "tags"."to_at" is null
  and "tags"."repository_id" = ?
  and "tags"."name" = ?;
-- PostgreSQL
select "tags"."name", "tags"."digest", "tags"."revision", "tags"."from_at", "tags"."actor", "manifests"."media_type", "manifests"."artifact_type", "manifests"."size_bytes", cast(coalesce((select sum(blobs.size_bytes)
  from manifest_references
  inner join blobs on blobs.digest = manifest_references.digest
  and blobs.state <> 'deleting'
  inner join repository_blobs on repository_blobs.blob_id = blobs.id
  and repository_blobs.repository_id = manifest_references.repository_id
  where manifest_references.manifest_id = manifests.id
  and manifest_references.kind <> 'manifest'), 0) as bigint) as "named_bytes", "manifests"."content"
  from "tags"
  inner join "manifests" on "manifests"."repository_id" = "tags"."repository_id"
  and "manifests"."digest" = "tags"."digest"
  where "tags"."to_at" is null
  and "tags"."repository_id" = $1
  and "tags"."name" = $2;

-- src/registry/queries/hub-tags.ts: listTagHistory
--   SEARCH tags USING INDEX sqlite_autoindex_tags_1 (repository_id=? AND name=? AND revision<?)
-- SQLite
select "revision", "digest", "from_at", "to_at", "actor", "deleted_at", "deleted_by"
  from "tags"
  where "repository_id" = ?
  and "name" = ?
  and "revision" < ?
  order by "revision" desc
  limit ?;
-- PostgreSQL
select "revision", "digest", "from_at", "to_at", "actor", "deleted_at", "deleted_by"
  from "tags"
  where "repository_id" = $1
  and "name" = $2
  and "revision" < $3
  order by "revision" desc
  limit $4;

-- src/registry/queries/hub-tags.ts: findTagRevision
--   SEARCH tags USING INDEX sqlite_autoindex_tags_1 (repository_id=? AND name=? AND revision=?)
-- SQLite
select "revision", "digest"
  from "tags"
  where "repository_id" = ?
  and "name" = ?
  and "revision" = ?;
-- PostgreSQL
select "revision", "digest"
  from "tags"
  where "repository_id" = $1
  and "name" = $2
  and "revision" = $3;

-- src/registry/queries/manifests.ts: findManifest
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
-- SQLite
select "digest", "media_type", "content"
  from "manifests"
  where "repository_id" = ?
  and "digest" = ?
  and "deleted_at" is null;
-- PostgreSQL
select "digest", "media_type", "content"
  from "manifests"
  where "repository_id" = $1
  and "digest" = $2
  and "deleted_at" is null;

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
  and "tags"."to_at" is null
  and "manifests"."deleted_at" is null;
-- PostgreSQL
select "manifests"."digest", "manifests"."media_type", "manifests"."content"
  from "tags"
  inner join "manifests" on "manifests"."repository_id" = "tags"."repository_id"
  and "manifests"."digest" = "tags"."digest"
  where "tags"."repository_id" = $1
  and "tags"."name" = $2
  and "tags"."to_at" is null
  and "manifests"."deleted_at" is null;

-- src/registry/queries/manifests.ts: listManifestSizes
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
--   LIST SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
-- SQLite
select "digest", "size_bytes"
  from "manifests"
  where "repository_id" = ?
  and "digest" in (select value
  from json_each(?))
  and "deleted_at" is null;
-- PostgreSQL
select "digest", "size_bytes"
  from "manifests"
  where "repository_id" = $1
  and "digest" in (select value
  from json_array_elements_text($2::json) as value)
  and "deleted_at" is null
  for key share;

-- src/registry/queries/manifests.ts: findManifestForUpdate
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
-- SQLite
select "id", "media_type", "size_bytes", "deleted_at"
  from "manifests"
  where "repository_id" = ?
  and "digest" = ?;
-- PostgreSQL
select "id", "media_type", "size_bytes", "deleted_at"
  from "manifests"
  where "repository_id" = $1
  and "digest" = $2
  for update;

-- src/registry/queries/manifests.ts: findBytesForUpdate
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
-- SQLite
select "id", "digest", "media_type", "deleted_at", "content"
  from "manifests"
  where "repository_id" = ?
  and "digest" = ?;
-- PostgreSQL
select "id", "digest", "media_type", "deleted_at", "content"
  from "manifests"
  where "repository_id" = $1
  and "digest" = $2
  for update;

-- src/registry/queries/manifests.ts: healManifest
--   SEARCH manifests USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "manifests"
  set "content" = ?, "size_bytes" = ?
  where "id" = ?;
-- PostgreSQL
update "manifests"
  set "content" = $1, "size_bytes" = $2
  where "id" = $3;

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

-- src/registry/queries/manifests.ts: binManifest
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
-- SQLite
update "manifests"
  set "deleted_at" = ?, "deleted_by" = ?
  where "repository_id" = ?
  and "digest" = ?
  and "deleted_at" is null;
-- PostgreSQL
update "manifests"
  set "deleted_at" = $1, "deleted_by" = $2
  where "repository_id" = $3
  and "digest" = $4
  and "deleted_at" is null;

-- src/registry/queries/manifests.ts: reviveManifest
--   SEARCH manifests USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
update "manifests"
  set "deleted_at" = ?, "deleted_by" = ?
  where "id" = ?;
-- PostgreSQL
update "manifests"
  set "deleted_at" = $1, "deleted_by" = $2
  where "id" = $3;

-- src/registry/queries/manifests.ts: leaseReferences
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=? AND repository_id=?)
--   LIST SUBQUERY 2
--   SEARCH manifest_references USING PRIMARY KEY (manifest_id=?)
--   SEARCH blobs USING INDEX blobs_digest (digest=?)
-- SQLite
update "repository_blobs"
  set "kept_until" = case when kept_until <= ? then kept_until when kept_until is null then ? else ? end
  where ("blob_id", "repository_id") in (select "blobs"."id", "manifest_references"."repository_id"
  from "manifest_references"
  inner join "blobs" on "blobs"."digest" = "manifest_references"."digest"
  where "blobs"."state" <> 'deleting'
  and "manifest_references"."manifest_id" = ?);
-- PostgreSQL
update "repository_blobs"
  set "kept_until" = case when kept_until <= $1 then kept_until when kept_until is null then $2 else $3 end
  where ("blob_id", "repository_id") in (select "blobs"."id", "manifest_references"."repository_id"
  from "manifest_references"
  inner join "blobs" on "blobs"."digest" = "manifest_references"."digest"
  where "blobs"."state" <> 'deleting'
  and "manifest_references"."manifest_id" = $4);

-- src/registry/queries/manifests.ts: deleteManifest
--   SEARCH manifests USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
delete
  from "manifests"
  where "id" = ?;
-- PostgreSQL
delete
  from "manifests"
  where "id" = $1;

-- src/registry/queries/referrers.ts: listReferrers
--   SEARCH manifests USING INDEX manifests_subject (repository_id=? AND subject_digest=? AND digest>?)
-- SQLite
select "digest", "media_type", "artifact_type", "size_bytes", coalesce(octet_length(manifests.annotations), 0) as "annotations_bytes", case when octet_length(manifests.annotations) <= 1024 then manifests.annotations end as "small_annotations"
  from "manifests"
  where "repository_id" = ?
  and "subject_digest" = ?
  and "deleted_at" is null
  and "digest" > ?
  order by "digest"
  limit ?;
-- PostgreSQL
select "digest", "media_type", "artifact_type", "size_bytes", coalesce(octet_length(manifests.annotations), 0) as "annotations_bytes", case when octet_length(manifests.annotations) <= 1024 then manifests.annotations end as "small_annotations"
  from "manifests"
  where "repository_id" = $1
  and "subject_digest" = $2
  and "deleted_at" is null
  and "digest" > $3
  order by "digest"
  limit $4;

-- src/registry/queries/referrers.ts: listReferrersOfType
--   SEARCH manifests USING INDEX manifests_subject_type (repository_id=? AND subject_digest=? AND artifact_type=? AND digest>?)
-- SQLite
select "digest", "media_type", "artifact_type", "size_bytes", coalesce(octet_length(manifests.annotations), 0) as "annotations_bytes", case when octet_length(manifests.annotations) <= 1024 then manifests.annotations end as "small_annotations"
  from "manifests"
  where "repository_id" = ?
  and "subject_digest" = ?
  and "deleted_at" is null
  and "artifact_type" = ?
  and "digest" > ?
  order by "digest"
  limit ?;
-- PostgreSQL
select "digest", "media_type", "artifact_type", "size_bytes", coalesce(octet_length(manifests.annotations), 0) as "annotations_bytes", case when octet_length(manifests.annotations) <= 1024 then manifests.annotations end as "small_annotations"
  from "manifests"
  where "repository_id" = $1
  and "subject_digest" = $2
  and "deleted_at" is null
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
select "manifests"."digest", "manifests"."media_type", "manifests"."artifact_type", "manifests"."size_bytes", coalesce(octet_length(manifests.annotations), 0) as "annotations_bytes", case when octet_length(manifests.annotations) <= 1024 then manifests.annotations end as "small_annotations"
  from "tags"
  inner join "manifests" as "indexes" on "indexes"."repository_id" = "tags"."repository_id"
  and "indexes"."digest" = "tags"."digest"
  inner join "manifest_references" on "manifest_references"."manifest_id" = "indexes"."id"
  inner join "manifests" on "manifests"."repository_id" = "tags"."repository_id"
  and "manifests"."digest" = "manifest_references"."digest"
  where "tags"."repository_id" = ?
  and "tags"."name" = ?
  and "tags"."to_at" is null
  and "indexes"."deleted_at" is null
  and "indexes"."media_type" = ?
  and "manifests"."deleted_at" is null
  and "manifests"."subject_digest" is null
  and "manifest_references"."digest" > ?
  and (? = '[]' or "manifests"."artifact_type" in (select value
  from json_each(?)))
  order by "manifest_references"."digest"
  limit ?;
-- PostgreSQL
select "manifests"."digest", "manifests"."media_type", "manifests"."artifact_type", "manifests"."size_bytes", coalesce(octet_length(manifests.annotations), 0) as "annotations_bytes", case when octet_length(manifests.annotations) <= 1024 then manifests.annotations end as "small_annotations"
  from "tags"
  inner join "manifests" as "indexes" on "indexes"."repository_id" = "tags"."repository_id"
  and "indexes"."digest" = "tags"."digest"
  inner join "manifest_references" on "manifest_references"."manifest_id" = "indexes"."id"
  inner join "manifests" on "manifests"."repository_id" = "tags"."repository_id"
  and "manifests"."digest" = "manifest_references"."digest"
  where "tags"."repository_id" = $1
  and "tags"."name" = $2
  and "tags"."to_at" is null
  and "indexes"."deleted_at" is null
  and "indexes"."media_type" = $3
  and "manifests"."deleted_at" is null
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
select "revision", "digest", "to_at", "deleted_at"
  from "tags"
  where "repository_id" = ?
  and "name" = ?
  order by "revision" desc
  limit ?;
-- PostgreSQL
select "revision", "digest", "to_at", "deleted_at"
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

-- src/registry/queries/tags.ts: binTag
--   SEARCH tags USING INDEX sqlite_autoindex_tags_1 (repository_id=? AND name=? AND revision=?)
-- SQLite
update "tags"
  set "to_at" = ?, "deleted_at" = ?, "deleted_by" = ?
  where "repository_id" = ?
  and "name" = ?
  and "revision" = ?;
-- PostgreSQL
update "tags"
  set "to_at" = $1, "deleted_at" = $2, "deleted_by" = $3
  where "repository_id" = $4
  and "name" = $5
  and "revision" = $6;

-- src/registry/queries/tags.ts: binTagsOfDigest
--   SEARCH tags USING INDEX tags_current (repository_id=? AND name=?)
--   LIST SUBQUERY 1
--   SEARCH pointing USING INDEX tags_digest (repository_id=? AND digest=?)
-- SQLite
update "tags"
  set "to_at" = ?, "deleted_at" = ?, "deleted_by" = ?
  where "repository_id" = ?
  and "to_at" is null
  and "name" in (select "pointing"."name"
  from "tags" as "pointing"
  where "pointing"."repository_id" = ?
  and "pointing"."digest" = ?
  and "pointing"."to_at" is null
  limit ?)
  and coalesce(digest, '') = ?;
-- PostgreSQL
update "tags"
  set "to_at" = $1, "deleted_at" = $2, "deleted_by" = $3
  where "repository_id" = $4
  and "to_at" is null
  and "name" in (select "pointing"."name"
  from "tags" as "pointing"
  where "pointing"."repository_id" = $5
  and "pointing"."digest" = $6
  and "pointing"."to_at" is null
  limit $7)
  and coalesce(digest, '') = $8;

-- src/registry/queries/tags.ts: findTagOfDigest
--   SEARCH tags USING INDEX tags_digest (repository_id=? AND digest=?)
-- SQLite
select "name"
  from "tags"
  where "repository_id" = ?
  and "digest" = ?
  and "to_at" is null
  limit ?;
-- PostgreSQL
select "name"
  from "tags"
  where "repository_id" = $1
  and "digest" = $2
  and "to_at" is null
  limit $3;

-- src/registry/queries/tags.ts: unbinTag
--   SEARCH tags USING INDEX sqlite_autoindex_tags_1 (repository_id=? AND name=? AND revision=?)
-- SQLite
update "tags"
  set "deleted_at" = ?, "deleted_by" = ?
  where "repository_id" = ?
  and "name" = ?
  and "revision" = ?;
-- PostgreSQL
update "tags"
  set "deleted_at" = $1, "deleted_by" = $2
  where "repository_id" = $3
  and "name" = $4
  and "revision" = $5;

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

-- src/search/queries/documents.ts: listDue
--   SEARCH search_due USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select "id", "repository_id"
  from "search_due"
  where "id" > ?
  order by "id"
  limit ?;
-- PostgreSQL
select "id", "repository_id"
  from "search_due"
  where "id" > $1
  order by "id"
  limit $2;

-- src/search/queries/documents.ts: deleteDue
--   SEARCH search_due USING INTEGER PRIMARY KEY (rowid=?)
--   LIST SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
-- SQLite
delete
  from "search_due"
  where id in (select value
  from json_each(?));
-- PostgreSQL
delete
  from "search_due"
  where id in (select value::bigint
  from json_array_elements_text($1::json) as value);

-- src/search/queries/documents.ts: findManyDue
--   SEARCH search_due USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select "id"
  from "search_due"
  where "id" > ?
  order by "id"
  limit ? offset ?;
-- PostgreSQL
select "id"
  from "search_due"
  where "id" > $1
  order by "id"
  limit $2 offset $3;

-- src/search/queries/documents.ts: deleteAllDue
-- SQLite
delete
  from "search_due";
-- PostgreSQL
delete
  from "search_due"
  where "id" > $1;

-- src/search/queries/documents.ts: findState
--   SEARCH search_state USING INDEX sqlite_autoindex_search_state_1 (key=?)
-- SQLite
select "value"
  from "search_state"
  where "key" = ?;
-- PostgreSQL
select "value"
  from "search_state"
  where "key" = $1;

-- src/search/queries/documents.ts: saveState
-- SQLite
insert into "search_state" ("key", "value")
  values (?, ?)
  on conflict ("key") do update
  set "value" = excluded.value;
-- PostgreSQL
insert into "search_state" ("key", "value")
  values ($1, $2)
  on conflict ("key") do update
  set "value" = excluded.value;

-- src/search/queries/documents.ts: deleteState
--   SEARCH search_state USING INDEX sqlite_autoindex_search_state_1 (key=?)
-- SQLite
delete
  from "search_state"
  where "key" = ?;
-- PostgreSQL
delete
  from "search_state"
  where "key" = $1;

-- src/search/queries/documents.ts: findRebuildEnd
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select "id"
  from "repositories"
  where "id" > ?
  order by "id"
  limit ? offset ?;
-- PostgreSQL
select "id"
  from "repositories"
  where "id" > $1
  order by "id"
  limit $2 offset $3;

-- src/search/queries/documents.ts: insertDue
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)
-- SQLite
insert into "search_due" ("repository_id") select "id"
  from "repositories"
  where "id" > ?
  and "id" <= ?;
-- PostgreSQL
insert into "search_due" ("repository_id") select "id"
  from "repositories"
  where "id" > $1
  and "id" <= $2;

-- src/search/queries/documents.ts: findDescribed
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repositories"."name", "repositories"."namespace_id", "repositories"."description", "repositories"."visibility", "repositories"."is_official", "namespaces"."display_name", "namespaces"."is_verified_publisher", "namespaces"."name" as "namespace", substr(repositories.readme, 1, cast(? as integer)) as "readme", case when repositories.deleted_at is null
  and namespaces.deleted_at is null then 0 else 1 end as "is_gone"
  from "repositories"
  inner join "namespaces" on "namespaces"."id" = "repositories"."namespace_id"
  where "repositories"."id" = ?;
-- PostgreSQL
select "repositories"."name", "repositories"."namespace_id", "repositories"."description", "repositories"."visibility", "repositories"."is_official", "namespaces"."display_name", "namespaces"."is_verified_publisher", "namespaces"."name" as "namespace", substr(repositories.readme, 1, cast($1 as integer)) as "readme", case when repositories.deleted_at is null
  and namespaces.deleted_at is null then 0 else 1 end as "is_gone"
  from "repositories"
  inner join "namespaces" on "namespaces"."id" = "repositories"."namespace_id"
  where "repositories"."id" = $2;

-- src/search/queries/documents.ts: listFirstTags
--   SEARCH tags USING INDEX tags_current (repository_id=?)
-- SQLite
select "name", "digest", "from_at"
  from "tags"
  where "repository_id" = ?
  and "to_at" is null
  order by "name" asc
  limit ?;
-- PostgreSQL
select "name", "digest", "from_at"
  from "tags"
  where "repository_id" = $1
  and "to_at" is null
  order by "name" asc
  limit $2;

-- src/search/queries/documents.ts: listLastTags
--   SEARCH tags USING INDEX tags_current (repository_id=?)
-- SQLite
select "name", "digest", "from_at"
  from "tags"
  where "repository_id" = ?
  and "to_at" is null
  order by "name" desc
  limit ?;
-- PostgreSQL
select "name", "digest", "from_at"
  from "tags"
  where "repository_id" = $1
  and "to_at" is null
  order by "name" desc
  limit $2;

-- src/search/queries/documents.ts: findIndexedManifest
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
-- SQLite
select "media_type", "artifact_type", "content"
  from "manifests"
  where "repository_id" = ?
  and "digest" = ?
  and "deleted_at" is null
  and "size_bytes" <= ?;
-- PostgreSQL
select "media_type", "artifact_type", "content"
  from "manifests"
  where "repository_id" = $1
  and "digest" = $2
  and "deleted_at" is null
  and "size_bytes" <= $3;

-- src/search/queries/documents.ts: findRowConfig
--   SEARCH repository_blobs USING COVERING INDEX repository_blobs_repository (repository_id=?)
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "blobs"."content"
  from "blobs"
  inner join "repository_blobs" on "repository_blobs"."blob_id" = "blobs"."id"
  where "blobs"."digest" = ?
  and "blobs"."state" = ?
  and "blobs"."content" is not null
  and "repository_blobs"."repository_id" = ?;
-- PostgreSQL
select "blobs"."content"
  from "blobs"
  inner join "repository_blobs" on "repository_blobs"."blob_id" = "blobs"."id"
  where "blobs"."digest" = $1
  and "blobs"."state" = $2
  and "blobs"."content" is not null
  and "repository_blobs"."repository_id" = $3;

-- src/search/queries/documents.ts: listReferrerTypes
--   SEARCH manifests USING INDEX manifests_subject (repository_id=? AND subject_digest>?)
-- SQLite
select "artifact_type"
  from "manifests"
  where "repository_id" = ?
  and "subject_digest" is not null
  and "deleted_at" is null
  order by "subject_digest"
  limit ?;
-- PostgreSQL
select "artifact_type"
  from "manifests"
  where "repository_id" = $1
  and "subject_digest" is not null
  and "deleted_at" is null
  order by "subject_digest"
  limit $2;

-- src/search/queries/documents.ts: listSignatureTags
--   SEARCH tags USING INDEX tags_current (repository_id=? AND name>? AND name<?)
-- SQLite
select "name"
  from "tags"
  where "repository_id" = ?
  and "to_at" is null
  and "name" > ?
  and "name" < ?
  order by "name"
  limit ?;
-- PostgreSQL
select "name"
  from "tags"
  where "repository_id" = $1
  and "to_at" is null
  and "name" > $2
  and "name" < $3
  order by "name"
  limit $4;

-- src/search/queries/documents.ts: saveDocument
-- SQLite
insert into search_documents (repository_id, kinds, systems, architectures, tags, is_signed)
   
  values (?, ?, ?, ?, ?, ?)
   
  on conflict (repository_id) do update
  set kinds = excluded.kinds, systems = excluded.systems,
    architectures = excluded.architectures, tags = excluded.tags, is_signed = excluded.is_signed;
-- PostgreSQL
insert into search_documents (repository_id, kinds, systems, architectures, tags, is_signed, tokens)
   
  values ($1, $2, $3, $4, $5, $6, array_to_tsvector(string_to_array($7, ' ')))
   
  on conflict (repository_id) do update
  set kinds = excluded.kinds, systems = excluded.systems,
    architectures = excluded.architectures, tags = excluded.tags, is_signed = excluded.is_signed, tokens = excluded.tokens;

-- src/search/queries/documents.ts: deleteDocument
--   SEARCH search_documents USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
delete
  from "search_documents"
  where "repository_id" = ?;
-- PostgreSQL
delete
  from "search_documents"
  where "repository_id" = $1;

-- src/search/queries/documents.ts: saveTokens
-- SQLite
insert or replace into search_index (rowid, tokens)
  values (?, ?);
-- PostgreSQL
select 1
  where $1::bigint = 0
  and $2::text = '';

-- src/search/queries/documents.ts: deleteTokens
--   SCAN search_index VIRTUAL TABLE INDEX 0:=
-- SQLite
delete
  from search_index
  where rowid = ?;
-- PostgreSQL
select 1
  where $1::bigint = 0;

-- src/search/queries/documents.ts: mergeTokens
-- SQLite
insert into search_index (search_index, rank)
  values ('merge', ?);
-- PostgreSQL
select 1
  where $1::bigint = 0;

-- src/search/queries/search.ts: listFound
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
--   LIST SUBQUERY 6
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CORRELATED SCALAR SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CORRELATED SCALAR SUBQUERY 2
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH members USING PRIMARY KEY (namespace_id=? AND account_id=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 4
--   SEARCH grants USING INDEX grants_account (account_id=? AND namespace_id=?)
--   CORRELATED SCALAR SUBQUERY 5
--   SEARCH grants USING INDEX grants_namespace (namespace_id=?)
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=? AND team_id=?)
--   SEARCH owning USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH document USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repositories"."id", "repositories"."name", "owning"."name" as "namespace", "repositories"."visibility", "repositories"."description", "repositories"."is_official", "owning"."is_verified_publisher", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at", "document"."kinds", "document"."systems", "document"."architectures", "document"."tags", "document"."is_signed"
  from "repositories"
  inner join "namespaces" as "owning" on "owning"."id" = "repositories"."namespace_id"
  inner join "search_documents" as "document" on "document"."repository_id" = "repositories"."id"
  where "owning"."deleted_at" is null
  and (cast(? as bigint) = 0 or repositories.pushed_at >= ?)
  and (repositories.deleted_at is null
  and (
    (? = 1
  and repositories.visibility = 'public')
    or (
      (? = 0 or exists (select 1
  from json_each(?)
  where repositories.name like value escape '\'))
     
  and (? = 0 or repositories.id = ?)
     
  and (
        ? = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = ?)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = ?
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = ?
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = ?
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  and repositories.id in (select value
  from json_each(?))
  limit ?;
-- PostgreSQL
select "repositories"."id", "repositories"."name", "owning"."name" as "namespace", "repositories"."visibility", "repositories"."description", "repositories"."is_official", "owning"."is_verified_publisher", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at", "document"."kinds", "document"."systems", "document"."architectures", "document"."tags", "document"."is_signed"
  from "repositories"
  inner join "namespaces" as "owning" on "owning"."id" = "repositories"."namespace_id"
  inner join "search_documents" as "document" on "document"."repository_id" = "repositories"."id"
  where "owning"."deleted_at" is null
  and (cast($1 as bigint) = 0 or repositories.pushed_at >= $2)
  and (repositories.deleted_at is null
  and (
    ($3 = 1
  and repositories.visibility = 'public')
    or (
      ($4 = 0 or exists (select 1
  from json_array_elements_text($5::json) as value
  where repositories.name like value escape '\'))
     
  and ($6 = 0 or repositories.id = $7)
     
  and (
        $8 = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = $9)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = $10
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = $11
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = $12
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  and repositories.id in (select value::bigint
  from json_array_elements_text($13::json) as value)
  limit $14;

-- src/search/queries/search.ts: listMatches
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
--   LIST SUBQUERY 6
--   SCAN search_index VIRTUAL TABLE INDEX 0:M1
--   CORRELATED SCALAR SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CORRELATED SCALAR SUBQUERY 2
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH members USING PRIMARY KEY (namespace_id=? AND account_id=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 4
--   SEARCH grants USING INDEX grants_account (account_id=? AND namespace_id=?)
--   CORRELATED SCALAR SUBQUERY 5
--   SEARCH grants USING INDEX grants_namespace (namespace_id=?)
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=? AND team_id=?)
--   SEARCH owning USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH document USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repositories"."id", "repositories"."name", "owning"."name" as "namespace", "repositories"."visibility", "repositories"."description", "repositories"."is_official", "owning"."is_verified_publisher", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at", "document"."kinds", "document"."systems", "document"."architectures", "document"."tags", "document"."is_signed"
  from "repositories"
  inner join "namespaces" as "owning" on "owning"."id" = "repositories"."namespace_id"
  inner join "search_documents" as "document" on "document"."repository_id" = "repositories"."id"
  where "owning"."deleted_at" is null
  and (cast(? as bigint) = 0 or repositories.pushed_at >= ?)
  and (repositories.deleted_at is null
  and (
    (? = 1
  and repositories.visibility = 'public')
    or (
      (? = 0 or exists (select 1
  from json_each(?)
  where repositories.name like value escape '\'))
     
  and (? = 0 or repositories.id = ?)
     
  and (
        ? = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = ?)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = ?
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = ?
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = ?
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  and repositories.id in (select rowid
  from search_index
  where search_index match ?
  limit ?)
  limit ?;
-- PostgreSQL
select "repositories"."id", "repositories"."name", "owning"."name" as "namespace", "repositories"."visibility", "repositories"."description", "repositories"."is_official", "owning"."is_verified_publisher", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at", "document"."kinds", "document"."systems", "document"."architectures", "document"."tags", "document"."is_signed"
  from "repositories"
  inner join "namespaces" as "owning" on "owning"."id" = "repositories"."namespace_id"
  inner join "search_documents" as "document" on "document"."repository_id" = "repositories"."id"
  where "owning"."deleted_at" is null
  and (cast($1 as bigint) = 0 or repositories.pushed_at >= $2)
  and (repositories.deleted_at is null
  and (
    ($3 = 1
  and repositories.visibility = 'public')
    or (
      ($4 = 0 or exists (select 1
  from json_array_elements_text($5::json) as value
  where repositories.name like value escape '\'))
     
  and ($6 = 0 or repositories.id = $7)
     
  and (
        $8 = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = $9)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = $10
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = $11
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = $12
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  and repositories.id in (select repository_id
  from search_documents
  where tokens @@ $13::tsquery
  limit $14)
  limit $15;

-- src/search/queries/search.ts: listMatchIds
--   SCAN search_index VIRTUAL TABLE INDEX 64:M1>
-- SQLite
select rowid as id
  from search_index
  where search_index match ?
  and rowid > ?
  order by rowid
  limit ?;
-- PostgreSQL
select repository_id as id
  from search_documents
  where tokens @@ $1::tsquery
  limit $2;

-- src/search/queries/search.ts: walkStars
--   SEARCH repositories USING INDEX repositories_stars ((star_count,name)>(?,?) AND (star_count,name)<(?,?))
--   CORRELATED SCALAR SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CORRELATED SCALAR SUBQUERY 2
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH members USING PRIMARY KEY (namespace_id=? AND account_id=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 4
--   SEARCH grants USING INDEX grants_account (account_id=? AND namespace_id=?)
--   CORRELATED SCALAR SUBQUERY 5
--   SEARCH grants USING INDEX grants_namespace (namespace_id=?)
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=? AND team_id=?)
--   SEARCH owning USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH document USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repositories"."id", "repositories"."name", "owning"."name" as "namespace", "repositories"."visibility", "repositories"."description", "repositories"."is_official", "owning"."is_verified_publisher", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at", "document"."kinds", "document"."systems", "document"."architectures", "document"."tags", "document"."is_signed"
  from "repositories"
  inner join "namespaces" as "owning" on "owning"."id" = "repositories"."namespace_id"
  inner join "search_documents" as "document" on "document"."repository_id" = "repositories"."id"
  where "owning"."deleted_at" is null
  and (cast(? as bigint) = 0 or repositories.pushed_at >= ?)
  and (repositories.deleted_at is null
  and (
    (? = 1
  and repositories.visibility = 'public')
    or (
      (? = 0 or exists (select 1
  from json_each(?)
  where repositories.name like value escape '\'))
     
  and (? = 0 or repositories.id = ?)
     
  and (
        ? = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = ?)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = ?
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = ?
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = ?
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  and (repositories."star_count", repositories.name) < (?, ?)
  and (repositories."star_count", repositories.name) >= (?, ?)
  order by "repositories"."star_count" desc, "repositories"."name" desc
  limit ?;
-- PostgreSQL
select "repositories"."id", "repositories"."name", "owning"."name" as "namespace", "repositories"."visibility", "repositories"."description", "repositories"."is_official", "owning"."is_verified_publisher", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at", "document"."kinds", "document"."systems", "document"."architectures", "document"."tags", "document"."is_signed"
  from "repositories"
  inner join "namespaces" as "owning" on "owning"."id" = "repositories"."namespace_id"
  inner join "search_documents" as "document" on "document"."repository_id" = "repositories"."id"
  where "owning"."deleted_at" is null
  and (cast($1 as bigint) = 0 or repositories.pushed_at >= $2)
  and (repositories.deleted_at is null
  and (
    ($3 = 1
  and repositories.visibility = 'public')
    or (
      ($4 = 0 or exists (select 1
  from json_array_elements_text($5::json) as value
  where repositories.name like value escape '\'))
     
  and ($6 = 0 or repositories.id = $7)
     
  and (
        $8 = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = $9)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = $10
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = $11
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = $12
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  and (repositories."star_count", repositories.name) < ($13, $14)
  and (repositories."star_count", repositories.name) >= ($15, $16)
  order by "repositories"."star_count" desc, "repositories"."name" desc
  limit $17;

-- src/search/queries/search.ts: walkPulls
--   SEARCH repositories USING INDEX repositories_pulls ((pull_count,name)>(?,?) AND (pull_count,name)<(?,?))
--   CORRELATED SCALAR SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CORRELATED SCALAR SUBQUERY 2
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH members USING PRIMARY KEY (namespace_id=? AND account_id=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 4
--   SEARCH grants USING INDEX grants_account (account_id=? AND namespace_id=?)
--   CORRELATED SCALAR SUBQUERY 5
--   SEARCH grants USING INDEX grants_namespace (namespace_id=?)
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=? AND team_id=?)
--   SEARCH owning USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH document USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repositories"."id", "repositories"."name", "owning"."name" as "namespace", "repositories"."visibility", "repositories"."description", "repositories"."is_official", "owning"."is_verified_publisher", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at", "document"."kinds", "document"."systems", "document"."architectures", "document"."tags", "document"."is_signed"
  from "repositories"
  inner join "namespaces" as "owning" on "owning"."id" = "repositories"."namespace_id"
  inner join "search_documents" as "document" on "document"."repository_id" = "repositories"."id"
  where "owning"."deleted_at" is null
  and (cast(? as bigint) = 0 or repositories.pushed_at >= ?)
  and (repositories.deleted_at is null
  and (
    (? = 1
  and repositories.visibility = 'public')
    or (
      (? = 0 or exists (select 1
  from json_each(?)
  where repositories.name like value escape '\'))
     
  and (? = 0 or repositories.id = ?)
     
  and (
        ? = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = ?)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = ?
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = ?
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = ?
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  and (repositories."pull_count", repositories.name) < (?, ?)
  and (repositories."pull_count", repositories.name) >= (?, ?)
  order by "repositories"."pull_count" desc, "repositories"."name" desc
  limit ?;
-- PostgreSQL
select "repositories"."id", "repositories"."name", "owning"."name" as "namespace", "repositories"."visibility", "repositories"."description", "repositories"."is_official", "owning"."is_verified_publisher", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at", "document"."kinds", "document"."systems", "document"."architectures", "document"."tags", "document"."is_signed"
  from "repositories"
  inner join "namespaces" as "owning" on "owning"."id" = "repositories"."namespace_id"
  inner join "search_documents" as "document" on "document"."repository_id" = "repositories"."id"
  where "owning"."deleted_at" is null
  and (cast($1 as bigint) = 0 or repositories.pushed_at >= $2)
  and (repositories.deleted_at is null
  and (
    ($3 = 1
  and repositories.visibility = 'public')
    or (
      ($4 = 0 or exists (select 1
  from json_array_elements_text($5::json) as value
  where repositories.name like value escape '\'))
     
  and ($6 = 0 or repositories.id = $7)
     
  and (
        $8 = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = $9)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = $10
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = $11
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = $12
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  and (repositories."pull_count", repositories.name) < ($13, $14)
  and (repositories."pull_count", repositories.name) >= ($15, $16)
  order by "repositories"."pull_count" desc, "repositories"."name" desc
  limit $17;

-- src/search/queries/search.ts: walkPushes
--   SEARCH repositories USING INDEX repositories_pushed ((pushed_at,name)>(?,?) AND (pushed_at,name)<(?,?))
--   CORRELATED SCALAR SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CORRELATED SCALAR SUBQUERY 2
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH members USING PRIMARY KEY (namespace_id=? AND account_id=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 4
--   SEARCH grants USING INDEX grants_account (account_id=? AND namespace_id=?)
--   CORRELATED SCALAR SUBQUERY 5
--   SEARCH grants USING INDEX grants_namespace (namespace_id=?)
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=? AND team_id=?)
--   SEARCH owning USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH document USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repositories"."id", "repositories"."name", "owning"."name" as "namespace", "repositories"."visibility", "repositories"."description", "repositories"."is_official", "owning"."is_verified_publisher", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at", "document"."kinds", "document"."systems", "document"."architectures", "document"."tags", "document"."is_signed"
  from "repositories"
  inner join "namespaces" as "owning" on "owning"."id" = "repositories"."namespace_id"
  inner join "search_documents" as "document" on "document"."repository_id" = "repositories"."id"
  where "owning"."deleted_at" is null
  and (cast(? as bigint) = 0 or repositories.pushed_at >= ?)
  and (repositories.deleted_at is null
  and (
    (? = 1
  and repositories.visibility = 'public')
    or (
      (? = 0 or exists (select 1
  from json_each(?)
  where repositories.name like value escape '\'))
     
  and (? = 0 or repositories.id = ?)
     
  and (
        ? = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = ?)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = ?
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = ?
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = ?
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  and (repositories."pushed_at", repositories.name) < (?, ?)
  and (repositories."pushed_at", repositories.name) >= (?, ?)
  order by "repositories"."pushed_at" desc, "repositories"."name" desc
  limit ?;
-- PostgreSQL
select "repositories"."id", "repositories"."name", "owning"."name" as "namespace", "repositories"."visibility", "repositories"."description", "repositories"."is_official", "owning"."is_verified_publisher", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at", "document"."kinds", "document"."systems", "document"."architectures", "document"."tags", "document"."is_signed"
  from "repositories"
  inner join "namespaces" as "owning" on "owning"."id" = "repositories"."namespace_id"
  inner join "search_documents" as "document" on "document"."repository_id" = "repositories"."id"
  where "owning"."deleted_at" is null
  and (cast($1 as bigint) = 0 or repositories.pushed_at >= $2)
  and (repositories.deleted_at is null
  and (
    ($3 = 1
  and repositories.visibility = 'public')
    or (
      ($4 = 0 or exists (select 1
  from json_array_elements_text($5::json) as value
  where repositories.name like value escape '\'))
     
  and ($6 = 0 or repositories.id = $7)
     
  and (
        $8 = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = $9)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = $10
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = $11
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = $12
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  and (repositories."pushed_at", repositories.name) < ($13, $14)
  and (repositories."pushed_at", repositories.name) >= ($15, $16)
  order by "repositories"."pushed_at" desc, "repositories"."name" desc
  limit $17;

-- src/search/queries/search.ts: findStarsStretch
--   SEARCH repositories USING COVERING INDEX repositories_stars ((star_count,name)<(?,?))
-- SQLite
select "name", "star_count" as "value"
  from "repositories"
  where ("star_count", name) < (?, ?)
  order by "star_count" desc, "name" desc
  limit ? offset ?;
-- PostgreSQL
select "name", "star_count" as "value"
  from "repositories"
  where ("star_count", name) < ($1, $2)
  order by "star_count" desc, "name" desc
  limit $3 offset $4;

-- src/search/queries/search.ts: findPullsStretch
--   SEARCH repositories USING COVERING INDEX repositories_pulls ((pull_count,name)<(?,?))
-- SQLite
select "name", "pull_count" as "value"
  from "repositories"
  where ("pull_count", name) < (?, ?)
  order by "pull_count" desc, "name" desc
  limit ? offset ?;
-- PostgreSQL
select "name", "pull_count" as "value"
  from "repositories"
  where ("pull_count", name) < ($1, $2)
  order by "pull_count" desc, "name" desc
  limit $3 offset $4;

-- src/search/queries/search.ts: findPushesStretch
--   SEARCH repositories USING COVERING INDEX repositories_pushed ((pushed_at,name)<(?,?))
-- SQLite
select "name", "pushed_at" as "value"
  from "repositories"
  where ("pushed_at", name) < (?, ?)
  order by "pushed_at" desc, "name" desc
  limit ? offset ?;
-- PostgreSQL
select "name", "pushed_at" as "value"
  from "repositories"
  where ("pushed_at", name) < ($1, $2)
  order by "pushed_at" desc, "name" desc
  limit $3 offset $4;

-- src/search/queries/search.ts: walkNames
--   SEARCH repositories USING INDEX sqlite_autoindex_repositories_1 (name>? AND name<?)
--   CORRELATED SCALAR SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CORRELATED SCALAR SUBQUERY 2
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH members USING PRIMARY KEY (namespace_id=? AND account_id=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 4
--   SEARCH grants USING INDEX grants_account (account_id=? AND namespace_id=?)
--   CORRELATED SCALAR SUBQUERY 5
--   SEARCH grants USING INDEX grants_namespace (namespace_id=?)
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=? AND team_id=?)
--   SEARCH owning USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH document USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repositories"."id", "repositories"."name", "owning"."name" as "namespace", "repositories"."visibility", "repositories"."description", "repositories"."is_official", "owning"."is_verified_publisher", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at", "document"."kinds", "document"."systems", "document"."architectures", "document"."tags", "document"."is_signed"
  from "repositories"
  inner join "namespaces" as "owning" on "owning"."id" = "repositories"."namespace_id"
  inner join "search_documents" as "document" on "document"."repository_id" = "repositories"."id"
  where "owning"."deleted_at" is null
  and (cast(? as bigint) = 0 or repositories.pushed_at >= ?)
  and (repositories.deleted_at is null
  and (
    (? = 1
  and repositories.visibility = 'public')
    or (
      (? = 0 or exists (select 1
  from json_each(?)
  where repositories.name like value escape '\'))
     
  and (? = 0 or repositories.id = ?)
     
  and (
        ? = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = ?)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = ?
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = ?
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = ?
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  and "repositories"."name" > ?
  and "repositories"."name" <= ?
  order by "repositories"."name"
  limit ?;
-- PostgreSQL
select "repositories"."id", "repositories"."name", "owning"."name" as "namespace", "repositories"."visibility", "repositories"."description", "repositories"."is_official", "owning"."is_verified_publisher", "repositories"."star_count", "repositories"."pull_count", "repositories"."created_at", coalesce(repositories.pushed_at, repositories.created_at) as "pushed_at", "document"."kinds", "document"."systems", "document"."architectures", "document"."tags", "document"."is_signed"
  from "repositories"
  inner join "namespaces" as "owning" on "owning"."id" = "repositories"."namespace_id"
  inner join "search_documents" as "document" on "document"."repository_id" = "repositories"."id"
  where "owning"."deleted_at" is null
  and (cast($1 as bigint) = 0 or repositories.pushed_at >= $2)
  and (repositories.deleted_at is null
  and (
    ($3 = 1
  and repositories.visibility = 'public')
    or (
      ($4 = 0 or exists (select 1
  from json_array_elements_text($5::json) as value
  where repositories.name like value escape '\'))
     
  and ($6 = 0 or repositories.id = $7)
     
  and (
        $8 = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = $9)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = $10
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = $11
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = $12
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  and "repositories"."name" > $13
  and "repositories"."name" <= $14
  order by "repositories"."name"
  limit $15;

-- src/search/queries/search.ts: findNamesStretch
--   SEARCH repositories USING COVERING INDEX sqlite_autoindex_repositories_1 (name>?)
-- SQLite
select "name"
  from "repositories"
  where "name" > ?
  order by "name"
  limit ? offset ?;
-- PostgreSQL
select "name"
  from "repositories"
  where "name" > $1
  order by "name"
  limit $2 offset $3;

-- src/search/queries/search.ts: listNamespaces
--   SEARCH namespaces USING INDEX sqlite_autoindex_namespaces_1 (name>? AND name<?)
-- SQLite
select "id", "name", "display_name", "is_verified_publisher"
  from "namespaces"
  where "name" >= ?
  and "name" < ?
  and "deleted_at" is null
  order by "name"
  limit ?;
-- PostgreSQL
select "id", "name", "display_name", "is_verified_publisher"
  from "namespaces"
  where "name" >= $1
  and "name" < $2
  and "deleted_at" is null
  order by "name"
  limit $3;

-- src/usage/queries/deletion.ts: findDoomedManifest
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest=?)
-- SQLite
select "id", "digest", "size_bytes"
  from "manifests"
  where "repository_id" = ?
  and "digest" = ?
  and "deleted_at" is null;
-- PostgreSQL
select "id", "digest", "size_bytes"
  from "manifests"
  where "repository_id" = $1
  and "digest" = $2
  and "deleted_at" is null;

-- src/usage/queries/deletion.ts: findTagTarget
--   SEARCH tags USING INDEX tags_current (repository_id=? AND name=?)
-- SQLite
select "digest"
  from "tags"
  where "repository_id" = ?
  and "name" = ?
  and "to_at" is null;
-- PostgreSQL
select "digest"
  from "tags"
  where "repository_id" = $1
  and "name" = $2
  and "to_at" is null;

-- src/usage/queries/deletion.ts: listBlobsOfManifest
--   SEARCH manifest_references USING COVERING INDEX manifest_references_digest (repository_id=? AND digest>?)
--   SEARCH blobs USING INDEX blobs_digest (digest=?)
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=? AND repository_id=?)
--   CORRELATED SCALAR SUBQUERY 2
--   CO-ROUTINE naming
--   SEARCH others USING COVERING INDEX manifest_references_digest (repository_id=? AND digest=?)
--   SCAN naming
--   SEARCH manifests USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH others USING COVERING INDEX manifest_references_digest (repository_id=? AND digest=?)
-- SQLite
select "blobs"."id" as "blob_id", "blobs"."digest", "blobs"."size_bytes", case when exists (
    select 1
  from (select others.manifest_id
  from manifest_references as others
   
  where others.repository_id = manifest_references.repository_id
  and others.digest = manifest_references.digest
     
  and others.manifest_id <> ?
  limit 200) as naming
   
  inner join manifests on manifests.id = naming.manifest_id
  where manifests.deleted_at is null
  ) then 1 else 0 end as "is_served", case when exists (select others.manifest_id
  from manifest_references as others
   
  where others.repository_id = manifest_references.repository_id
  and others.digest = manifest_references.digest
     
  and others.manifest_id <> ?) then 1 else 0 end as "is_named"
  from "manifest_references"
  inner join "blobs" on "blobs"."digest" = "manifest_references"."digest"
  inner join "repository_blobs" on "repository_blobs"."blob_id" = "blobs"."id"
  and "repository_blobs"."repository_id" = "manifest_references"."repository_id"
  where "manifest_references"."manifest_id" = ?
  and "manifest_references"."repository_id" = ?
  and "manifest_references"."digest" > ?
  and "blobs"."state" <> 'deleting'
  order by "manifest_references"."digest"
  limit ?;
-- PostgreSQL
select "blobs"."id" as "blob_id", "blobs"."digest", "blobs"."size_bytes", case when exists (
    select 1
  from (select others.manifest_id
  from manifest_references as others
   
  where others.repository_id = manifest_references.repository_id
  and others.digest = manifest_references.digest
     
  and others.manifest_id <> $1
  limit 200) as naming
   
  inner join manifests on manifests.id = naming.manifest_id
  where manifests.deleted_at is null
  ) then 1 else 0 end as "is_served", case when exists (select others.manifest_id
  from manifest_references as others
   
  where others.repository_id = manifest_references.repository_id
  and others.digest = manifest_references.digest
     
  and others.manifest_id <> $2) then 1 else 0 end as "is_named"
  from "manifest_references"
  inner join "blobs" on "blobs"."digest" = "manifest_references"."digest"
  inner join "repository_blobs" on "repository_blobs"."blob_id" = "blobs"."id"
  and "repository_blobs"."repository_id" = "manifest_references"."repository_id"
  where "manifest_references"."manifest_id" = $3
  and "manifest_references"."repository_id" = $4
  and "manifest_references"."digest" > $5
  and "blobs"."state" <> 'deleting'
  order by "manifest_references"."digest"
  limit $6;

-- src/usage/queries/deletion.ts: listTagsOfDigest
--   SEARCH tags USING INDEX tags_digest (repository_id=? AND digest=?)
-- SQLite
select "name"
  from "tags"
  where "repository_id" = ?
  and "digest" = ?
  and "to_at" is null
  limit ?;
-- PostgreSQL
select "name"
  from "tags"
  where "repository_id" = $1
  and "digest" = $2
  and "to_at" is null
  limit $3;

-- src/usage/queries/deletion.ts: countTagsOfDigest
--   SEARCH tags USING INDEX tags_digest (repository_id=? AND digest=?)
-- SQLite
select cast(count(*) as integer) as "count"
  from "tags"
  where "repository_id" = ?
  and "digest" = ?
  and "to_at" is null;
-- PostgreSQL
select cast(count(*) as integer) as "count"
  from "tags"
  where "repository_id" = $1
  and "digest" = $2
  and "to_at" is null;

-- src/usage/queries/deletion.ts: listNamingIndexes
--   SEARCH manifest_references USING COVERING INDEX manifest_references_digest (repository_id=? AND digest=?)
--   SEARCH manifests USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "manifests"."digest"
  from "manifest_references"
  inner join "manifests" on "manifests"."id" = "manifest_references"."manifest_id"
  where "manifest_references"."repository_id" = ?
  and "manifest_references"."digest" = ?
  and "manifests"."deleted_at" is null
  limit ?;
-- PostgreSQL
select "manifests"."digest"
  from "manifest_references"
  inner join "manifests" on "manifests"."id" = "manifest_references"."manifest_id"
  where "manifest_references"."repository_id" = $1
  and "manifest_references"."digest" = $2
  and "manifests"."deleted_at" is null
  limit $3;

-- src/usage/queries/keepers.ts: findLinkedBlob
--   SEARCH blobs USING INDEX blobs_digest (digest=?)
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=? AND repository_id=?)
-- SQLite
select "blobs"."id", "blobs"."size_bytes", "blobs"."state"
  from "blobs"
  inner join "repository_blobs" on "repository_blobs"."blob_id" = "blobs"."id"
  where "blobs"."digest" = ?
  and "blobs"."state" <> 'deleting'
  and "repository_blobs"."repository_id" = ?;
-- PostgreSQL
select "blobs"."id", "blobs"."size_bytes", "blobs"."state"
  from "blobs"
  inner join "repository_blobs" on "repository_blobs"."blob_id" = "blobs"."id"
  where "blobs"."digest" = $1
  and "blobs"."state" <> 'deleting'
  and "repository_blobs"."repository_id" = $2;

-- src/usage/queries/keepers.ts: listLinking
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=? AND repository_id>?)
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CORRELATED SCALAR SUBQUERY 2
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH members USING PRIMARY KEY (namespace_id=? AND account_id=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 4
--   SEARCH grants USING INDEX grants_account (account_id=? AND namespace_id=?)
--   CORRELATED SCALAR SUBQUERY 5
--   SEARCH grants USING INDEX grants_namespace (namespace_id=?)
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=? AND team_id=?)
-- SQLite
select "repository_blobs"."repository_id", "repository_blobs"."kept_until", "repositories"."name", case when ((? = 1
  and ? = 0
  and ? = 0) or (repositories.deleted_at is null
  and (
    (? = 1
  and repositories.visibility = 'public')
    or (
      (? = 0 or exists (select 1
  from json_each(?)
  where repositories.name like value escape '\'))
     
  and (? = 0 or repositories.id = ?)
     
  and (
        ? = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = ?)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = ?
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = ?
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = ?
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))) then 1 else 0 end as "is_visible"
  from "repository_blobs"
  inner join "repositories" on "repositories"."id" = "repository_blobs"."repository_id"
  where "repository_blobs"."blob_id" = ?
  and "repository_blobs"."repository_id" >= ?
  order by "repository_blobs"."repository_id"
  limit ?;
-- PostgreSQL
select "repository_blobs"."repository_id", "repository_blobs"."kept_until", "repositories"."name", case when (($1 = 1
  and $2 = 0
  and $3 = 0) or (repositories.deleted_at is null
  and (
    ($4 = 1
  and repositories.visibility = 'public')
    or (
      ($5 = 0 or exists (select 1
  from json_array_elements_text($6::json) as value
  where repositories.name like value escape '\'))
     
  and ($7 = 0 or repositories.id = $8)
     
  and (
        $9 = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = $10)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = $11
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = $12
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = $13
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))) then 1 else 0 end as "is_visible"
  from "repository_blobs"
  inner join "repositories" on "repositories"."id" = "repository_blobs"."repository_id"
  where "repository_blobs"."blob_id" = $14
  and "repository_blobs"."repository_id" >= $15
  order by "repository_blobs"."repository_id"
  limit $16;

-- src/usage/queries/keepers.ts: listNaming
--   SEARCH manifest_references USING INDEX manifest_references_digest (repository_id=? AND digest=? AND manifest_id>?)
--   SEARCH manifests USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "manifests"."id", "manifests"."digest", "manifests"."media_type", "manifests"."deleted_at", "manifest_references"."kind"
  from "manifest_references"
  inner join "manifests" on "manifests"."id" = "manifest_references"."manifest_id"
  where "manifest_references"."repository_id" = ?
  and "manifest_references"."digest" = ?
  and "manifest_references"."manifest_id" > ?
  order by "manifest_references"."manifest_id"
  limit ?;
-- PostgreSQL
select "manifests"."id", "manifests"."digest", "manifests"."media_type", "manifests"."deleted_at", "manifest_references"."kind"
  from "manifest_references"
  inner join "manifests" on "manifests"."id" = "manifest_references"."manifest_id"
  where "manifest_references"."repository_id" = $1
  and "manifest_references"."digest" = $2
  and "manifest_references"."manifest_id" > $3
  order by "manifest_references"."manifest_id"
  limit $4;

-- src/usage/queries/keepers.ts: listHolds
--   SEARCH holds USING INDEX sqlite_autoindex_holds_1 (id>?)
-- SQLite
select "reason", "expires_at"
  from "holds"
  where "id" > ?
  and "expires_at" > ?
  order by "id"
  limit ?;
-- PostgreSQL
select "reason", "expires_at"
  from "holds"
  where "id" > $1
  and "expires_at" > $2
  order by "id"
  limit $3;

-- src/usage/queries/links.ts: listRepositoriesOf
--   SEARCH repositories USING INDEX repositories_namespace (namespace_id=? AND name>?)
-- SQLite
select "id", "name", "deleted_at"
  from "repositories"
  where "namespace_id" = ?
  and "name" > ?
  order by "name"
  limit ?;
-- PostgreSQL
select "id", "name", "deleted_at"
  from "repositories"
  where "namespace_id" = $1
  and "name" > $2
  order by "name"
  limit $3;

-- src/usage/queries/links.ts: listVisibleOf
--   SEARCH repositories USING INDEX repositories_namespace (namespace_id=? AND name>?)
--   CORRELATED SCALAR SUBQUERY 1
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CORRELATED SCALAR SUBQUERY 2
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH members USING PRIMARY KEY (namespace_id=? AND account_id=?)
--   CORRELATED SCALAR SUBQUERY 4
--   SEARCH grants USING INDEX grants_account (account_id=? AND namespace_id=?)
--   CORRELATED SCALAR SUBQUERY 5
--   SEARCH grants USING INDEX grants_namespace (namespace_id=?)
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=? AND team_id=?)
-- SQLite
select "id", "name"
  from "repositories"
  where "namespace_id" = ?
  and "name" > ?
  and (repositories.deleted_at is null
  and (
    (? = 1
  and repositories.visibility = 'public')
    or (
      (? = 0 or exists (select 1
  from json_each(?)
  where repositories.name like value escape '\'))
     
  and (? = 0 or repositories.id = ?)
     
  and (
        ? = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = ?)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = ?
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = ?
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = ?
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  order by "name"
  limit ?;
-- PostgreSQL
select "id", "name"
  from "repositories"
  where "namespace_id" = $1
  and "name" > $2
  and (repositories.deleted_at is null
  and (
    ($3 = 1
  and repositories.visibility = 'public')
    or (
      ($4 = 0 or exists (select 1
  from json_array_elements_text($5::json) as value
  where repositories.name like value escape '\'))
     
  and ($6 = 0 or repositories.id = $7)
     
  and (
        $8 = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = $9)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = $10
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = $11
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = $12
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  ))
  order by "name"
  limit $13;

-- src/usage/queries/links.ts: listLinks
--   SEARCH repository_blobs USING INDEX repository_blobs_repository (repository_id=? AND blob_id>?)
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 2
--   CO-ROUTINE naming
--   SEARCH manifest_references USING COVERING INDEX manifest_references_digest (repository_id=? AND digest=?)
--   SCAN naming
--   SEARCH manifests USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH manifest_references USING COVERING INDEX manifest_references_digest (repository_id=? AND digest=?)
-- SQLite
select "repository_blobs"."blob_id", "repository_blobs"."kept_until", "blobs"."digest", "blobs"."size_bytes", case when exists (
  select 1
  from (
    select manifest_references.manifest_id
  from manifest_references
   
  where manifest_references.repository_id = repository_blobs.repository_id
  and manifest_references.digest = blobs.digest
   
  limit 200
  ) as naming
  inner join manifests on manifests.id = naming.manifest_id
  where manifests.deleted_at is null
) then 1 else 0 end as "is_served", case when exists (
  select 1
  from manifest_references
 
  where manifest_references.repository_id = repository_blobs.repository_id
  and manifest_references.digest = blobs.digest
) then 1 else 0 end as "is_named"
  from "repository_blobs"
  inner join "blobs" on "blobs"."id" = "repository_blobs"."blob_id"
  where "repository_blobs"."repository_id" = ?
  and "repository_blobs"."blob_id" > ?
  order by "repository_blobs"."blob_id"
  limit ?;
-- PostgreSQL
select "repository_blobs"."blob_id", "repository_blobs"."kept_until", "blobs"."digest", "blobs"."size_bytes", case when exists (
  select 1
  from (
    select manifest_references.manifest_id
  from manifest_references
   
  where manifest_references.repository_id = repository_blobs.repository_id
  and manifest_references.digest = blobs.digest
   
  limit 200
  ) as naming
  inner join manifests on manifests.id = naming.manifest_id
  where manifests.deleted_at is null
) then 1 else 0 end as "is_served", case when exists (
  select 1
  from manifest_references
 
  where manifest_references.repository_id = repository_blobs.repository_id
  and manifest_references.digest = blobs.digest
) then 1 else 0 end as "is_named"
  from "repository_blobs"
  inner join "blobs" on "blobs"."id" = "repository_blobs"."blob_id"
  where "repository_blobs"."repository_id" = $1
  and "repository_blobs"."blob_id" > $2
  order by "repository_blobs"."blob_id"
  limit $3;

-- src/usage/queries/links.ts: listManifestBytes
--   SEARCH manifests USING INDEX sqlite_autoindex_manifests_1 (repository_id=? AND digest>?)
-- SQLite
select "digest", "size_bytes", "deleted_at"
  from "manifests"
  where "repository_id" = ?
  and "digest" > ?
  order by "digest"
  limit ?;
-- PostgreSQL
select "digest", "size_bytes", "deleted_at"
  from "manifests"
  where "repository_id" = $1
  and "digest" > $2
  order by "digest"
  limit $3;

-- src/usage/queries/links.ts: countCurrentTags
--   SEARCH tags USING INDEX tags_digest (repository_id=?)
-- SQLite
select cast(count(*) as integer) as "count"
  from "tags"
  where "repository_id" = ?
  and "to_at" is null;
-- PostgreSQL
select cast(count(*) as integer) as "count"
  from "tags"
  where "repository_id" = $1
  and "to_at" is null;

-- src/usage/queries/links.ts: listOthersWithBlob
--   CO-ROUTINE linked
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=?)
--   SCAN linked
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 2
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 4
--   SEARCH members USING PRIMARY KEY (namespace_id=? AND account_id=?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
--   CORRELATED SCALAR SUBQUERY 5
--   SEARCH grants USING INDEX grants_account (account_id=? AND namespace_id=?)
--   CORRELATED SCALAR SUBQUERY 6
--   SEARCH grants USING INDEX grants_namespace (namespace_id=?)
--   SEARCH team_members USING COVERING INDEX team_members_account (account_id=? AND team_id=?)
-- SQLite
select "repositories"."name"
  from (select "repository_blobs"."repository_id" as "linked_id"
  from "repository_blobs"
  where "repository_blobs"."blob_id" = ?
  and "repository_blobs"."repository_id" <> ?
  order by "repository_blobs"."repository_id"
  limit ?) as "linked"
  inner join "repositories" on "repositories"."id" = "linked"."linked_id"
  where ((? = 1
  and ? = 0
  and ? = 0) or (repositories.deleted_at is null
  and (
    (? = 1
  and repositories.visibility = 'public')
    or (
      (? = 0 or exists (select 1
  from json_each(?)
  where repositories.name like value escape '\'))
     
  and (? = 0 or repositories.id = ?)
     
  and (
        ? = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = ?)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = ?
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = ?
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = ?
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  )));
-- PostgreSQL
select "repositories"."name"
  from (select "repository_blobs"."repository_id" as "linked_id"
  from "repository_blobs"
  where "repository_blobs"."blob_id" = $1
  and "repository_blobs"."repository_id" <> $2
  order by "repository_blobs"."repository_id"
  limit $3) as "linked"
  inner join "repositories" on "repositories"."id" = "linked"."linked_id"
  where (($4 = 1
  and $5 = 0
  and $6 = 0) or (repositories.deleted_at is null
  and (
    ($7 = 1
  and repositories.visibility = 'public')
    or (
      ($8 = 0 or exists (select 1
  from json_array_elements_text($9::json) as value
  where repositories.name like value escape '\'))
     
  and ($10 = 0 or repositories.id = $11)
     
  and (
        $12 = 1
        or exists (select 1
  from namespaces
  where namespaces.id = repositories.namespace_id
  and namespaces.account_id = $13)
        or exists (
          select 1
  from members
  inner join namespaces on namespaces.id = members.namespace_id
         
  where members.namespace_id = repositories.namespace_id
  and members.account_id = $14
           
  and (members.role = 'owner' or namespaces.members_role is not null)
        )
        or exists (
          select 1
  from grants
         
  where grants.namespace_id = repositories.namespace_id
  and grants.account_id = $15
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
        or exists (
          select 1
  from team_members
  inner join grants on grants.team_id = team_members.team_id
         
  where team_members.account_id = $16
  and grants.namespace_id = repositories.namespace_id
  and (grants.repository_id = repositories.id or (grants.repository_id is null
  and (grants.pattern is null or repositories.name like replace(replace(grants.pattern, '_', '\_'), '*', '%') escape '\')))
        )
      )
    )
  )));

-- src/usage/queries/links.ts: listSharedBlobs
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   SEARCH repository_blobs EXISTS USING PRIMARY KEY (blob_id=?)
-- SQLite
select cast(listed.id as bigint) as "id"
  from (select value ->> '$.id' as "id"
  from json_each(?)) as "listed"
  where exists (select "blob_id"
  from "repository_blobs"
  where "blob_id" = cast(listed.id as bigint)
  and "repository_id" <> ?);
-- PostgreSQL
select cast(listed.id as bigint) as "id"
  from (select value ->> 'id' as "id"
  from json_array_elements($1::json) as value) as "listed"
  where exists (select "blob_id"
  from "repository_blobs"
  where "blob_id" = cast(listed.id as bigint)
  and "repository_id" <> $2);

-- src/usage/queries/storage.ts: pageRepositories
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid>?)
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repositories"."id", "repositories"."name", "repositories"."namespace_id", "namespaces"."name" as "namespace"
  from "repositories"
  inner join "namespaces" on "namespaces"."id" = "repositories"."namespace_id"
  where "repositories"."id" > ?
  order by "repositories"."id"
  limit ?;
-- PostgreSQL
select "repositories"."id", "repositories"."name", "repositories"."namespace_id", "namespaces"."name" as "namespace"
  from "repositories"
  inner join "namespaces" on "namespaces"."id" = "repositories"."namespace_id"
  where "repositories"."id" > $1
  order by "repositories"."id"
  limit $2;

-- src/usage/queries/storage.ts: pageStored
--   SEARCH repository_blobs USING PRIMARY KEY ((blob_id,repository_id)>(?,?))
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repository_blobs"."blob_id", "repository_blobs"."repository_id", "blobs"."size_bytes"
  from "repository_blobs"
  inner join "blobs" on "blobs"."id" = "repository_blobs"."blob_id"
  where (repository_blobs.blob_id, repository_blobs.repository_id) > (?, ?)
  order by "repository_blobs"."blob_id", "repository_blobs"."repository_id"
  limit ?;
-- PostgreSQL
select "repository_blobs"."blob_id", "repository_blobs"."repository_id", "blobs"."size_bytes"
  from "repository_blobs"
  inner join "blobs" on "blobs"."id" = "repository_blobs"."blob_id"
  where (repository_blobs.blob_id, repository_blobs.repository_id) > ($1, $2)
  order by "repository_blobs"."blob_id", "repository_blobs"."repository_id"
  limit $3;

-- src/usage/queries/storage.ts: pageManifests
--   SEARCH manifests USING INTEGER PRIMARY KEY (rowid>?)
-- SQLite
select "id", "repository_id", "size_bytes"
  from "manifests"
  where "id" > ?
  order by "id"
  limit ?;
-- PostgreSQL
select "id", "repository_id", "size_bytes"
  from "manifests"
  where "id" > $1
  order by "id"
  limit $2;

-- src/usage/queries/storage.ts: pageCondemned
--   SEARCH blobs USING INDEX blobs_condemned (condemned_at>?)
-- SQLite
select "id", condemned_at as "condemned_at", "size_bytes"
  from "blobs"
  where "condemned_at" is not null
  and ("condemned_at", "id") > (?, ?)
  order by "condemned_at", "id"
  limit ?;
-- PostgreSQL
select "id", condemned_at as "condemned_at", "size_bytes"
  from "blobs"
  where "condemned_at" is not null
  and ("condemned_at", "id") > ($1, $2)
  order by "condemned_at", "id"
  limit $3;

-- src/usage/queries/storage.ts: insertGrowth
-- SQLite
insert into "storage_growth" ("at", "stored_bytes", "logical_bytes", "manifest_bytes", "condemned_bytes", "blobs", "manifests", "repositories", "free_bytes")
  values (?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict ("at") do nothing;
-- PostgreSQL
insert into "storage_growth" ("at", "stored_bytes", "logical_bytes", "manifest_bytes", "condemned_bytes", "blobs", "manifests", "repositories", "free_bytes")
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  on conflict ("at") do nothing;

-- src/usage/queries/storage.ts: listGrowth
--   SEARCH storage_growth USING PRIMARY KEY (at>?)
-- SQLite
select "at", "stored_bytes", "logical_bytes", "manifest_bytes", "condemned_bytes", "blobs", "manifests", "repositories", "free_bytes"
  from "storage_growth"
  where "at" >= ?
  order by "at"
  limit ?;
-- PostgreSQL
select "at", "stored_bytes", "logical_bytes", "manifest_bytes", "condemned_bytes", "blobs", "manifests", "repositories", "free_bytes"
  from "storage_growth"
  where "at" >= $1
  order by "at"
  limit $2;

-- src/usage/queries/storage.ts: findLastGrowth
--   SEARCH storage_growth USING PRIMARY KEY (at>?)
-- SQLite
select "at", "stored_bytes", "logical_bytes", "manifest_bytes", "condemned_bytes", "blobs", "manifests", "repositories", "free_bytes"
  from "storage_growth"
  where "at" >= ?
  order by "at" desc
  limit ?;
-- PostgreSQL
select "at", "stored_bytes", "logical_bytes", "manifest_bytes", "condemned_bytes", "blobs", "manifests", "repositories", "free_bytes"
  from "storage_growth"
  where "at" >= $1
  order by "at" desc
  limit $2;

-- src/usage/queries/storage.ts: deleteGrowth
--   SEARCH storage_growth USING PRIMARY KEY (at=?)
--   LIST SUBQUERY 2
--   SCAN json_each VIRTUAL TABLE INDEX 1:
-- SQLite
delete
  from "storage_growth"
  where "at" in (select cast(listed.at as bigint) as "at"
  from (select value ->> '$.at' as "at"
  from json_each(?)) as "listed");
-- PostgreSQL
delete
  from "storage_growth"
  where "at" in (select cast(listed.at as bigint) as "at"
  from (select value ->> 'at' as "at"
  from json_array_elements($1::json) as value) as "listed");

-- src/usage/queries/storage.ts: deleteGrowthBefore
--   SEARCH storage_growth USING PRIMARY KEY (at<?)
-- SQLite
delete
  from "storage_growth"
  where "at" < ?;
-- PostgreSQL
delete
  from "storage_growth"
  where "at" < $1;
