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

-- src/repositories/queries.ts: findNamespace
--   SEARCH namespaces USING INDEX sqlite_autoindex_namespaces_1 (name=?)
-- SQLite
select "id", "name", "creates_on_push", "members_role", "deleted_at"
  from "namespaces"
  where "name" = ?;
-- PostgreSQL
select "id", "name", "creates_on_push", "members_role", "deleted_at"
  from "namespaces"
  where "name" = $1;

-- src/repositories/queries.ts: findRenamed
--   SEARCH former_names USING PRIMARY KEY (name=?)
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
--   SEARCH namespaces USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
-- SQLite
select coalesce("repositories"."name", "namespaces"."name") as "name"
  from "former_names" left join "repositories" on "repositories"."id" = "former_names"."repository_id" left join "namespaces" on "namespaces"."id" = "former_names"."namespace_id"
  where "former_names"."name" = ?;
-- PostgreSQL
select coalesce("repositories"."name", "namespaces"."name") as "name"
  from "former_names" left join "repositories" on "repositories"."id" = "former_names"."repository_id" left join "namespaces" on "namespaces"."id" = "former_names"."namespace_id"
  where "former_names"."name" = $1;

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
insert into "repositories" ("namespace_id", "name", "created_at", "visibility") select "namespaces"."id", ? as "name", cast(? as bigint) as "created_at", "namespaces"."default_visibility"
  from "namespaces"
  where "namespaces"."name" = ?
  on conflict ("name") do nothing;
-- PostgreSQL
insert into "repositories" ("namespace_id", "name", "created_at", "visibility") select "namespaces"."id", $1 as "name", cast($2 as bigint) as "created_at", "namespaces"."default_visibility"
  from "namespaces"
  where "namespaces"."name" = $3
  on conflict ("name") do nothing;

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
insert into "tokens" ("account_id", "kind", "name", "hash", "hint", "scopes", "created_at", "expires_at")
  values (?, ?, ?, ?, ?, ?, ?, ?)
 
  returning "id";
-- PostgreSQL
insert into "tokens" ("account_id", "kind", "name", "hash", "hint", "scopes", "created_at", "expires_at")
  values ($1, $2, $3, $4, $5, $6, $7, $8)
 
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
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
--   SEARCH repositories USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repository_blobs"."blob_id", "repository_blobs"."repository_id", "repositories"."name" as "repository", "blobs"."digest", "blobs"."size_bytes", "blobs"."storage_key", "blobs"."content"
  from "repository_blobs"
  inner join "blobs" on "blobs"."id" = "repository_blobs"."blob_id"
  inner join "repositories" on "repositories"."id" = "repository_blobs"."repository_id"
  where (repository_blobs.blob_id, repository_blobs.repository_id) > (?, ?)
  order by "repository_blobs"."blob_id", "repository_blobs"."repository_id"
  limit ?;
-- PostgreSQL
select "repository_blobs"."blob_id", "repository_blobs"."repository_id", "repositories"."name" as "repository", "blobs"."digest", "blobs"."size_bytes", "blobs"."storage_key", "blobs"."content"
  from "repository_blobs"
  inner join "blobs" on "blobs"."id" = "repository_blobs"."blob_id"
  inner join "repositories" on "repositories"."id" = "repository_blobs"."repository_id"
  where (repository_blobs.blob_id, repository_blobs.repository_id) > ($1, $2)
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
  order by "manifests"."id";
-- PostgreSQL
select "manifests"."id", "repositories"."name" as "repository", "digest", "media_type", "content"
  from "manifests"
  inner join "repositories" on "repositories"."id" = "manifests"."repository_id"
  where "manifests"."id" > $1
  and "manifests"."id" <= $2
  and "manifests"."deleted_at" is null
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
  order by "tags"."repository_id", "tags"."name"
  limit ?;
-- PostgreSQL
select "tags"."repository_id", "tags"."name", "tags"."digest", "repositories"."name" as "repository"
  from "tags"
  inner join "repositories" on "repositories"."id" = "tags"."repository_id"
  where (tags.repository_id, tags.name) > ($1, $2)
  and "to_at" is null
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
--   SEARCH manifests USING COVERING INDEX manifests_deleted (deleted_at>?)
-- SQLite
select "id", deleted_at as "deleted_at"
  from "manifests"
  where "deleted_at" is not null
  and ("deleted_at", "id") > (?, ?)
  order by "deleted_at", "id"
  limit ?;
-- PostgreSQL
select "id", deleted_at as "deleted_at"
  from "manifests"
  where "deleted_at" is not null
  and ("deleted_at", "id") > ($1, $2)
  order by "deleted_at", "id"
  limit $3;

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
--   SEARCH manifest_references USING COVERING INDEX manifest_references_digest (repository_id=? AND digest=?)
--   SEARCH manifests USING INTEGER PRIMARY KEY (rowid=?)
-- SQLite
select "repository_blobs"."blob_id", "repository_blobs"."repository_id"
  from (select value ->> '$.blob_id' as "blob_id", value ->> '$.repository_id' as "repository_id"
  from json_each(?)) as "listed"
  inner join "repository_blobs" on "repository_blobs"."blob_id" = cast(listed.blob_id as bigint)
  and "repository_blobs"."repository_id" = cast(listed.repository_id as bigint)
  inner join "blobs" on "blobs"."id" = "repository_blobs"."blob_id"
  where not (coalesce(repository_blobs.kept_until, 0) > ? or exists (select 1
  from manifest_references
  inner join manifests on manifests.id = manifest_references.manifest_id
  where manifest_references.repository_id = repository_blobs.repository_id
  and manifest_references.digest = blobs.digest
  and (manifests.deleted_at is null or manifests.deleted_at > ?)));
-- PostgreSQL
select "repository_blobs"."blob_id", "repository_blobs"."repository_id"
  from (select value ->> 'blob_id' as "blob_id", value ->> 'repository_id' as "repository_id"
  from json_array_elements($1::json) as value) as "listed"
  inner join "repository_blobs" on "repository_blobs"."blob_id" = cast(listed.blob_id as bigint)
  and "repository_blobs"."repository_id" = cast(listed.repository_id as bigint)
  inner join "blobs" on "blobs"."id" = "repository_blobs"."blob_id"
  where not (coalesce(repository_blobs.kept_until, 0) > $2 or exists (select 1
  from manifest_references
  inner join manifests on manifests.id = manifest_references.manifest_id
  where manifest_references.repository_id = repository_blobs.repository_id
  and manifest_references.digest = blobs.digest
  and (manifests.deleted_at is null or manifests.deleted_at > $3)));

-- src/lifecycle/queries/collector.ts: listFreeable
--   SEARCH blobs USING INTEGER PRIMARY KEY (rowid=?)
--   LIST SUBQUERY 2
--   SCAN json_each VIRTUAL TABLE INDEX 1:
--   CORRELATED SCALAR SUBQUERY 4
--   SEARCH repository_blobs USING PRIMARY KEY (blob_id=?)
--   CORRELATED SCALAR SUBQUERY 3
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
  and (coalesce(repository_blobs.kept_until, 0) > ? or exists (select 1
  from manifest_references
  inner join manifests on manifests.id = manifest_references.manifest_id
  where manifest_references.repository_id = repository_blobs.repository_id
  and manifest_references.digest = blobs.digest
  and (manifests.deleted_at is null or manifests.deleted_at > ?))));
-- PostgreSQL
select "id", "size_bytes"
  from "blobs"
  where id in (select cast(listed.id as bigint)
  from (select value ->> 'id' as "id"
  from json_array_elements($1::json) as value) as "listed")
  and not exists (select 1
  from repository_blobs
  where repository_blobs.blob_id = blobs.id
  and (coalesce(repository_blobs.kept_until, 0) > $2 or exists (select 1
  from manifest_references
  inner join manifests on manifests.id = manifest_references.manifest_id
  where manifest_references.repository_id = repository_blobs.repository_id
  and manifest_references.digest = blobs.digest
  and (manifests.deleted_at is null or manifests.deleted_at > $3))));

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
