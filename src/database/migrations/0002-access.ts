/** Who there is and what they may do: accounts, credentials, organisations, teams, grants; names that repositories had. */
import { sql, type Kysely } from "kysely";
import type { Dialect } from "../database.ts";

export function access(dialect: Dialect) {
  const lastingId =
    dialect === "sqlite"
      ? sql`integer primary key autoincrement`
      : sql`bigint generated always as identity primary key`;
  const name = dialect === "sqlite" ? sql`text` : sql`text collate "C"`;
  const integer = dialect === "sqlite" ? sql`integer` : sql`bigint`;
  const keyed = dialect === "sqlite" ? sql` without rowid` : sql``;
  const account = sql`${integer} not null references accounts (id) on delete cascade`;
  const namespace = sql`${integer} not null references namespaces (id) on delete cascade`;

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const statements = [
        // People and robots share one space of login names.
        sql`create table accounts (
          id ${lastingId},
          kind text not null check (kind in ('person', 'robot')),
          name ${name} not null unique,
          display_name text not null default '',
          email ${name},
          email_verified_at ${integer},
          system_role text not null default 'none' check (system_role in ('none', 'auditor', 'administrator')),
          disabled_at ${integer},
          description text not null default '',
          namespace_id ${integer} references namespaces (id) on delete cascade,
          repository_id ${integer} references repositories (id) on delete cascade,
          plan text,
          created_at ${integer} not null,
          last_login_at ${integer},
          check ((kind = 'robot') = (namespace_id is not null))
        )`,
        sql`create unique index accounts_email on accounts (email) where email_verified_at is not null`,
        sql`create index accounts_robots on accounts (namespace_id, name) where namespace_id is not null`,
        sql`create index accounts_of_repository on accounts (repository_id) where repository_id is not null`,
        sql`create index accounts_administrators on accounts (id) where system_role = 'administrator'`,
        sql`create table passwords (account_id ${integer} primary key references accounts (id) on delete cascade, hash text not null, changed_at ${integer} not null)`,
        sql`create table identities (
          source ${name} not null,
          subject ${name} not null,
          account_id ${account},
          login text not null,
          created_at ${integer} not null,
          last_used_at ${integer} not null,
          primary key (source, subject)
        )${keyed}`,
        sql`create index identities_account on identities (account_id)`,
        sql`create table totps (account_id ${integer} primary key references accounts (id) on delete cascade, sealed_secret text not null, created_at ${integer} not null, confirmed_at ${integer}, last_step ${integer} not null default 0)`,
        sql`create table passkeys (
          id ${lastingId},
          account_id ${account},
          credential_id ${name} not null unique,
          public_key text not null,
          counter ${integer} not null,
          transports text not null,
          name text not null,
          created_at ${integer} not null,
          last_used_at ${integer}
        )`,
        sql`create index passkeys_account on passkeys (account_id)`,
        sql`create table backup_codes (account_id ${account}, hash ${name} not null, created_at ${integer} not null, used_at ${integer}, primary key (account_id, hash))${keyed}`,
        sql`create table tokens (
          id ${lastingId},
          account_id ${account},
          kind text not null check (kind in ('personal', 'robot', 'refresh')),
          name text not null,
          hash ${name} not null unique,
          hint text not null,
          scopes text,
          created_at ${integer} not null,
          expires_at ${integer},
          last_used_at ${integer},
          last_used_address text
        )`,
        sql`create index tokens_account on tokens (account_id, id)`,
        sql`create index tokens_expiry on tokens (expires_at) where expires_at is not null`,
        sql`create table browser_sessions (
          id ${lastingId},
          hash ${name} not null unique,
          account_id ${account},
          created_at ${integer} not null,
          last_used_at ${integer} not null,
          expires_at ${integer} not null,
          address text not null,
          agent text not null,
          proven_at ${integer} not null
        )`,
        sql`create index browser_sessions_account on browser_sessions (account_id, id)`,
        sql`create index browser_sessions_expiry on browser_sessions (expires_at)`,
        sql`create table mailed_codes (
          hash ${name} primary key,
          account_id ${account},
          purpose text not null check (purpose in ('verify', 'reset')),
          email text not null,
          expires_at ${integer} not null
        )${keyed}`,
        sql`create index mailed_codes_account on mailed_codes (account_id, purpose)`,
        sql`create index mailed_codes_expiry on mailed_codes (expires_at)`,
        sql`create table throttles (key ${name} primary key, failures ${integer} not null, began_at ${integer} not null, last_at ${integer} not null)${keyed}`,
        sql`create index throttles_last on throttles (last_at)`,
        sql`create table signing_keys (id ${name} primary key, sealed_private_key text not null, public_key text not null, created_at ${integer} not null)${keyed}`,
        sql`create table settings (key ${name} primary key, value text not null)${keyed}`,

        sql`alter table namespaces add column kind text not null default 'organisation'`,
        sql`alter table namespaces add column account_id ${integer}`,
        sql`alter table namespaces add column display_name text not null default ''`,
        sql`alter table namespaces add column description text not null default ''`,
        sql`alter table namespaces add column default_visibility text not null default 'private'`,
        sql`alter table namespaces add column creates_on_push ${integer} not null default 1`,
        sql`alter table namespaces add column members_role text`,
        sql`alter table namespaces add column is_verified_publisher ${integer} not null default 0`,
        sql`alter table namespaces add column plan text`,
        sql`alter table namespaces add column deleted_at ${integer}`,
        sql`alter table namespaces add column deleted_by text`,
        sql`create unique index namespaces_account on namespaces (account_id) where account_id is not null`,
        sql`create index namespaces_deleted on namespaces (deleted_at, id) where deleted_at is not null`,

        sql`alter table repositories add column visibility text not null default 'private'`,
        sql`alter table repositories add column description text not null default ''`,
        sql`alter table repositories add column readme text not null default ''`,
        sql`alter table repositories add column is_official ${integer} not null default 0`,
        sql`alter table repositories add column star_count ${integer} not null default 0`,
        sql`alter table repositories add column pull_count ${integer} not null default 0`,
        sql`alter table repositories add column pushed_at ${integer}`,
        sql`alter table repositories add column deleted_at ${integer}`,
        sql`alter table repositories add column deleted_by text`,
        sql`create index repositories_namespace on repositories (namespace_id, name)`,
        sql`create index repositories_deleted on repositories (deleted_at, id) where deleted_at is not null`,
        sql`create table stars (account_id ${account}, repository_id ${integer} not null references repositories (id) on delete cascade, created_at ${integer} not null, primary key (account_id, repository_id))${keyed}`,
        sql`create index stars_repository on stars (repository_id, account_id)`,

        // A name that a namespace or a repository had: it goes on answering, and nobody else may take it.
        sql`create table former_names (
          name ${name} primary key,
          namespace_id ${integer} references namespaces (id) on delete cascade,
          repository_id ${integer} references repositories (id) on delete cascade,
          renamed_at ${integer} not null,
          check ((namespace_id is null) <> (repository_id is null))
        )${keyed}`,
        sql`create index former_names_namespace on former_names (namespace_id) where namespace_id is not null`,
        sql`create index former_names_repository on former_names (repository_id) where repository_id is not null`,

        sql`create table members (namespace_id ${namespace}, account_id ${account}, role text not null check (role in ('owner', 'member')), created_at ${integer} not null, primary key (namespace_id, account_id))${keyed}`,
        sql`create index members_account on members (account_id, namespace_id)`,
        sql`create table teams (
          id ${lastingId},
          namespace_id ${namespace},
          name ${name} not null,
          description text not null default '',
          created_at ${integer} not null,
          unique (namespace_id, name)
        )`,
        // Added by a person where the source is empty, else by that source's groups, which may take them away again.
        sql`create table team_members (team_id ${integer} not null references teams (id) on delete cascade, account_id ${account}, source ${name} not null default '', created_at ${integer} not null, primary key (team_id, account_id, source))${keyed}`,
        sql`create index team_members_account on team_members (account_id, team_id)`,
        sql`create table team_groups (team_id ${integer} not null references teams (id) on delete cascade, source ${name} not null, group_name ${name} not null, primary key (source, group_name, team_id))${keyed}`,
        sql`create index team_groups_team on team_groups (team_id)`,
        sql`create table invitations (
          id ${lastingId},
          hash ${name} not null unique,
          namespace_id ${integer} references namespaces (id) on delete cascade,
          team_id ${integer} references teams (id) on delete set null,
          account_id ${integer} references accounts (id) on delete cascade,
          email text,
          role text not null check (role in ('owner', 'member')),
          invited_by text not null,
          created_at ${integer} not null,
          expires_at ${integer} not null
        )`,
        sql`create index invitations_namespace on invitations (namespace_id, id)`,
        sql`create index invitations_account on invitations (account_id) where account_id is not null`,
        sql`create index invitations_expiry on invitations (expires_at)`,
        // On one repository, on the names that a pattern matches, or on the whole namespace; to an account or a team.
        sql`create table grants (
          id ${lastingId},
          namespace_id ${namespace},
          repository_id ${integer} references repositories (id) on delete cascade,
          pattern ${name},
          account_id ${integer} references accounts (id) on delete cascade,
          team_id ${integer} references teams (id) on delete cascade,
          role text not null check (role in ('read', 'write', 'maintain', 'admin')),
          created_at ${integer} not null,
          created_by text not null,
          check (repository_id is null or pattern is null),
          check ((account_id is null) <> (team_id is null))
        )`,
        sql`create index grants_account on grants (account_id, namespace_id) where account_id is not null`,
        sql`create index grants_team on grants (team_id, namespace_id) where team_id is not null`,
        sql`create index grants_namespace on grants (namespace_id, id)`,
        sql`create index grants_repository on grants (repository_id, id) where repository_id is not null`,
        // A robot that a CI becomes by showing its own token.
        sql`create table trust_rules (
          id ${lastingId},
          account_id ${account},
          name text not null,
          issuer ${name} not null,
          audience text not null,
          conditions text not null,
          created_at ${integer} not null
        )`,
        sql`create index trust_rules_issuer on trust_rules (issuer, id)`,
        sql`create index trust_rules_account on trust_rules (account_id, id)`,
      ];
      for (const statement of statements) await statement.execute(db);
    },
  };
}
