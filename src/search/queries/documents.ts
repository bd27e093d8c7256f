/** Every statement that keeps the index: what is due, what a document is made of, and writing it. */
import { sql } from "kysely";
import { statement } from "../../database/statement.ts";

/** Oldest first. */
export const listDue = statement<{ limit: number }>()((p, { db }) =>
  db.selectFrom("search_due").select(["id", "repository_id"]).where("id", ">", 0).orderBy("id").limit(p.limit),
);

/** `dueIds`: JSON list. */
export const deleteDue = statement<{ dueIds: string }>()((p, { db, dialect }) =>
  db
    .deleteFrom("search_due")
    .where(
      dialect === "sqlite"
        ? sql<boolean>`id in (select value from json_each(${p.dueIds}))`
        : sql<boolean>`id in (select value::bigint from json_array_elements_text(${p.dueIds}::json) as value)`,
    ),
);

/** Some note behind so many. */
export const findManyDue = statement<{ noteCount: number }>()((p, { db }) =>
  db.selectFrom("search_due").select("id").where("id", ">", 0).orderBy("id").limit(1).offset(p.noteCount),
);

/** SQLite empties a table at once, where no condition makes it look at each row. */
export const deleteAllDue = statement()((_, { db, dialect }) =>
  dialect === "sqlite" ? db.deleteFrom("search_due") : db.deleteFrom("search_due").where("id", ">", 0),
);

export const findState = statement<{ stateKey: string }>()((p, { db }) =>
  db.selectFrom("search_state").select("value").where("key", "=", p.stateKey),
);

export const saveState = statement<{ stateKey: string; stateValue: number }>()((p, { db }) =>
  db
    .insertInto("search_state")
    .values({ key: p.stateKey, value: p.stateValue })
    .onConflict((on) => on.column("key").doUpdateSet({ value: sql`excluded.value` })),
);

export const deleteState = statement<{ stateKey: string }>()((p, { db }) =>
  db.deleteFrom("search_state").where("key", "=", p.stateKey),
);

/** With the last of the next repositories after this one. */
export const findRebuildEnd = statement<{ afterId: number; rebuildCount: number }>()((p, { db }) =>
  db.selectFrom("repositories").select("id").where("id", ">", p.afterId).orderBy("id").limit(1).offset(p.rebuildCount),
);

export const insertDue = statement<{ afterId: number; upToId: number }>()((p, { db }) =>
  db
    .insertInto("search_due")
    .columns(["repository_id"])
    .expression((eb) =>
      eb.selectFrom("repositories").select("id").where("id", ">", p.afterId).where("id", "<=", p.upToId),
    ),
);

/** What the rows of a repository and its namespace say. `readme`: its beginning. */
export const findDescribed = statement<{ repositoryId: number; readmeLength: number }>()((p, { db }) =>
  db
    .selectFrom("repositories")
    .innerJoin("namespaces", "namespaces.id", "repositories.namespace_id")
    .select(["repositories.name", "repositories.namespace_id", "repositories.description", "repositories.visibility"])
    .select(["repositories.is_official", "namespaces.display_name", "namespaces.is_verified_publisher"])
    .select(["namespaces.name as namespace"])
    .select(sql<string>`substr(repositories.readme, 1, cast(${p.readmeLength} as integer))`.as("readme"))
    .select(
      sql<number>`case when repositories.deleted_at is null and namespaces.deleted_at is null then 0 else 1 end`.as(
        "is_gone",
      ),
    )
    .where("repositories.id", "=", p.repositoryId),
);

function someTags(order: "asc" | "desc") {
  return statement<{ repositoryId: number; limit: number }>()((p, { db }) =>
    db
      .selectFrom("tags")
      .select(["name", "digest", "from_at"])
      .where("repository_id", "=", p.repositoryId)
      .where("to_at", "is", null)
      .orderBy("name", order)
      .limit(p.limit),
  );
}

export const listFirstTags = someTags("asc");
export const listLastTags = someTags("desc");

/** Of a manifest that is not too large to look at. */
export const findIndexedManifest = statement<{ repositoryId: number; digest: string; maxBytes: number }>()(
  (p, { db }) =>
    db
      .selectFrom("manifests")
      .select(["media_type", "artifact_type", "content"])
      .where("repository_id", "=", p.repositoryId)
      .where("digest", "=", p.digest)
      .where("deleted_at", "is", null)
      .where("size_bytes", "<=", p.maxBytes),
);

/** A config that lies in its row, as nearly all do. */
export const findRowConfig = statement<{ repositoryId: number; digest: string }>()((p, { db }) =>
  db
    .selectFrom("blobs")
    .innerJoin("repository_blobs", "repository_blobs.blob_id", "blobs.id")
    .select("blobs.content")
    .where("blobs.digest", "=", p.digest)
    .where("blobs.state", "=", "live")
    .where("blobs.content", "is not", null)
    .where("repository_blobs.repository_id", "=", p.repositoryId),
);

export const listReferrerTypes = statement<{ repositoryId: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("manifests")
    .select("artifact_type")
    .where("repository_id", "=", p.repositoryId)
    .where("subject_digest", "is not", null)
    .where("deleted_at", "is", null)
    .orderBy("subject_digest")
    .limit(p.limit),
);

/** Tags of the scheme that Cosign had before there were referrers. */
export const listSignatureTags = statement<{ repositoryId: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("tags")
    .select("name")
    .where("repository_id", "=", p.repositoryId)
    .where("to_at", "is", null)
    .where("name", ">", "sha256-")
    .where("name", "<", "sha256.")
    .orderBy("name")
    .limit(p.limit),
);

type Facets = { kinds: string; systems: string; architectures: string; tags: string; isSigned: 0 | 1 };

/** `tokens`: separated by spaces; on SQLite they go into `search_index`. */
export const saveDocument = statement<Facets & { repositoryId: number; tokens: string }>()<never>((
  p,
  { db, dialect },
) => {
  const isPostgres = dialect === "postgres";
  const column = isPostgres ? sql`, tokens` : sql``;
  const value = isPostgres ? sql`, array_to_tsvector(string_to_array(${p.tokens}, ' '))` : sql``;
  const update = isPostgres ? sql`, tokens = excluded.tokens` : sql``;
  const save = sql<never>`insert into search_documents (repository_id, kinds, systems, architectures, tags, is_signed${column})
    values (${p.repositoryId}, ${p.kinds}, ${p.systems}, ${p.architectures}, ${p.tags}, ${p.isSigned}${value})
    on conflict (repository_id) do update set kinds = excluded.kinds, systems = excluded.systems,
    architectures = excluded.architectures, tags = excluded.tags, is_signed = excluded.is_signed${update}`;
  return { compile: () => save.compile(db) };
});

export const deleteDocument = statement<{ repositoryId: number }>()((p, { db }) =>
  db.deleteFrom("search_documents").where("repository_id", "=", p.repositoryId),
);

/** Of SQLite alone: elsewhere tokens lie in the document. */
export const saveTokens = statement<{ repositoryId: number; tokens: string }>()<never>((p, { db, dialect }) => {
  const save =
    dialect === "sqlite"
      ? sql<never>`insert or replace into search_index (rowid, tokens) values (${p.repositoryId}, ${p.tokens})`
      : sql<never>`select 1 where ${p.repositoryId}::bigint = 0 and ${p.tokens}::text = ''`;
  return { compile: () => save.compile(db) };
});

export const deleteTokens = statement<{ repositoryId: number }>()<never>((p, { db, dialect }) => {
  const remove =
    dialect === "sqlite"
      ? sql<never>`delete from search_index where rowid = ${p.repositoryId}`
      : sql<never>`select 1 where ${p.repositoryId}::bigint = 0`;
  return { compile: () => remove.compile(db) };
});

/** Brings parts of the index of SQLite together: at most so many pages, about 0.3 ms each. */
export const mergeTokens = statement<{ pages: number }>()<never>((p, { db, dialect }) => {
  const merge =
    dialect === "sqlite"
      ? sql<never>`insert into search_index (search_index, rank) values ('merge', ${p.pages})`
      : sql<never>`select 1 where ${p.pages}::bigint = 0`;
  return { compile: () => merge.compile(db) };
});
