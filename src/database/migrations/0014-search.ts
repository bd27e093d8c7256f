/**
 * The index of the search. Triggers note in `search_due` what has to be looked at again, in the transaction of the change and
 * whoever makes it, so that none is lost or forgotten; notes are appended and nobody waits for another one's. All of it can be
 * made anew from the other tables.
 */
import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Dialect } from "../database.ts";

export function search(dialect: Dialect) {
  const isSqlite = dialect === "sqlite";
  const id = isSqlite ? sql`integer primary key` : sql`bigint generated always as identity primary key`;
  const integer = isSqlite ? sql`integer` : sql`bigint`;
  const tokens = isSqlite ? sql`` : sql`, tokens tsvector not null`;

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const statements = [
        sql`create table search_due (id ${id}, repository_id ${integer} not null)`,
        sql`create table search_state (key text primary key, value ${integer} not null)`,
        sql`create table search_documents (
          repository_id ${integer} primary key,
          kinds text not null,
          systems text not null,
          architectures text not null,
          tags text not null,
          is_signed integer not null${tokens}
        )`,
        ...(isSqlite ? SQLITE : POSTGRES),
      ];
      for (const statement of statements) await statement.execute(db);
    },
  };
}

const DESCRIBED = sql.raw("name, namespace_id, description, readme, visibility, is_official, deleted_at");
const OF_NAMESPACE = sql.raw("display_name, is_verified_publisher, deleted_at");

function note(name: string, when: RawBuilder<unknown>, repository: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`create trigger ${sql.raw(name)} ${when} begin insert into search_due (repository_id) ${repository}; end`;
}

const SQLITE = [
  // Whole numbers and words are made here; SQLite only has to find them.
  sql`create virtual table search_index using fts5(tokens, content='', contentless_delete=1, detail=none, prefix='2 3', tokenize="ascii tokenchars '_-./'")`,
  // By itself it would merge its parts within some commit, seconds long; the indexer does that in small steps.
  sql`insert into search_index (search_index, rank) values ('automerge', 0)`,
  sql`insert into search_index (search_index, rank) values ('crisismerge', 1900)`,
  note("search_made", sql`after insert on repositories`, sql`values (new.id)`),
  note("search_described", sql`after update of ${DESCRIBED} on repositories`, sql`values (new.id)`),
  note("search_gone", sql`after delete on repositories`, sql`values (old.id)`),
  note("search_tagged", sql`after insert on tags`, sql`values (new.repository_id)`),
  note(
    "search_untagged",
    sql`after update of deleted_at on tags when new.deleted_at is not null`,
    sql`values (new.repository_id)`,
  ),
  note(
    "search_referred",
    sql`after insert on manifests when new.subject_digest is not null`,
    sql`values (new.repository_id)`,
  ),
  note(
    "search_referrer_binned",
    sql`after update of deleted_at on manifests when new.subject_digest is not null`,
    sql`values (new.repository_id)`,
  ),
  note(
    "search_namespace",
    sql`after update of ${OF_NAMESPACE} on namespaces`,
    sql`select id from repositories where namespace_id = new.id`,
  ),
];

function noting(name: string, body: string): RawBuilder<unknown> {
  return sql.raw(
    `create function ${name}() returns trigger language plpgsql as $$ begin insert into search_due (repository_id) ${body}; return null; end $$`,
  );
}

const POSTGRES = [
  sql`create index search_documents_tokens on search_documents using gin (tokens)`,
  noting("search_note_repository", "values (new.id)"),
  noting("search_note_gone", "values (old.id)"),
  noting("search_note_content", "values (new.repository_id)"),
  noting("search_note_namespace", "select id from repositories where namespace_id = new.id"),
  sql`create trigger search_made after insert or update of ${DESCRIBED} on repositories for each row execute function search_note_repository()`,
  sql`create trigger search_gone after delete on repositories for each row execute function search_note_gone()`,
  sql`create trigger search_tagged after insert on tags for each row execute function search_note_content()`,
  sql`create trigger search_untagged after update of deleted_at on tags for each row when (new.deleted_at is not null) execute function search_note_content()`,
  sql`create trigger search_referred after insert on manifests for each row when (new.subject_digest is not null) execute function search_note_content()`,
  sql`create trigger search_referrer_binned after update of deleted_at on manifests for each row when (new.subject_digest is not null) execute function search_note_content()`,
  sql`create trigger search_namespace after update of ${OF_NAMESPACE} on namespaces for each row execute function search_note_namespace()`,
];
