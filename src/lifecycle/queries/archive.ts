/**
 * Every statement on rows as they are copied: whole tables in pages, by key, and back again with their ids.
 * What a restore asks of the content of a database in use is at the end.
 */
import { sql, type Compilable, type Selectable } from "kysely";
import { statement, type Statement, type StatementBuilder } from "../../database/statement.ts";
import type { Schema } from "../../database/schema.ts";

export type Row<Table extends keyof Schema> = Selectable<Schema[Table]>;

type ById = { after: number; limit: number };

export const pageNamespaces = statement<ById>()((p, { db }) =>
  db.selectFrom("namespaces").selectAll().where("id", ">", p.after).orderBy("id").limit(p.limit),
);

export const pageRepositories = statement<ById>()((p, { db }) =>
  db.selectFrom("repositories").selectAll().where("id", ">", p.after).orderBy("id").limit(p.limit),
);

/** Those that are being deleted belong to nobody, and their bytes may be gone. */
export const pageBlobs = statement<ById>()((p, { db }) =>
  db
    .selectFrom("blobs")
    .selectAll()
    .where("id", ">", p.after)
    .where("state", "<>", sql.lit("deleting"))
    .orderBy("id")
    .limit(p.limit),
);

export const pageLinks = statement<{ afterBlob: number; afterRepository: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("repository_blobs")
    .selectAll()
    .where(sql<boolean>`(blob_id, repository_id) > (${p.afterBlob}, ${p.afterRepository})`)
    .orderBy("blob_id")
    .orderBy("repository_id")
    .limit(p.limit),
);

/** How large the next ones are: a page of large ones has fewer. */
export const measureManifests = statement<ById>()((p, { db }) =>
  db.selectFrom("manifests").select(["id", "size_bytes"]).where("id", ">", p.after).orderBy("id").limit(p.limit),
);

export const pageManifests = statement<{ after: number; upToId: number }>()((p, { db }) =>
  db.selectFrom("manifests").selectAll().where("id", ">", p.after).where("id", "<=", p.upToId).orderBy("id"),
);

export const pageReferences = statement<{ afterManifest: number; afterDigest: string; limit: number }>()((p, { db }) =>
  db
    .selectFrom("manifest_references")
    .selectAll()
    .where(sql<boolean>`(manifest_id, digest) > (${p.afterManifest}, ${p.afterDigest})`)
    .orderBy("manifest_id")
    .orderBy("digest")
    .limit(p.limit),
);

export const pageTags = statement<{
  afterRepository: number;
  afterName: string;
  afterRevision: number;
  limit: number;
}>()((p, { db }) =>
  db
    .selectFrom("tags")
    .selectAll()
    .where(sql<boolean>`(repository_id, name, revision) > (${p.afterRepository}, ${p.afterName}, ${p.afterRevision})`)
    .orderBy("repository_id")
    .orderBy("name")
    .orderBy("revision")
    .limit(p.limit),
);

/** Inserts a row as it is, its id too; changes nothing when one of its keys is there. */
export function verbatim<Table extends keyof Schema>(
  table: Table,
  columns: readonly (string & keyof Row<Table>)[],
): Statement<Row<Table>, never> {
  return statement<Row<Table>>()<never>((p, builder) => insertAsIs(builder, table, columns, p));
}

/** Kysely's own INSERT knows no `overriding`, without which PostgreSQL gives ids itself. */
function insertAsIs(
  { db, dialect }: StatementBuilder,
  table: string,
  columns: readonly string[],
  row: object,
): Compilable<never> {
  // Its members are stand-ins, one a column.
  const values = columns.map((column) => sql`${(row as Record<string, unknown>)[column]}`);
  const overriding = dialect === "postgres" ? sql` overriding system value` : sql``;
  const names = sql.join(columns.map((column) => sql.ref(column)));
  const insert = sql<never>`insert into ${sql.table(table)} (${names})${overriding} values (${sql.join(values)}) on conflict do nothing`;
  return { compile: () => insert.compile(db) };
}

export const insertArchivedNamespace = verbatim("namespaces", [
  "id",
  "name",
  "created_at",
  "kind",
  "account_id",
  "display_name",
  "description",
  "default_visibility",
  "creates_on_push",
  "members_role",
  "is_verified_publisher",
  "plan",
  "deleted_at",
  "deleted_by",
]);

export const insertArchivedRepository = verbatim("repositories", [
  "id",
  "namespace_id",
  "name",
  "created_at",
  "visibility",
  "description",
  "readme",
  "is_official",
  "star_count",
  "pull_count",
  "pushed_at",
  "deleted_at",
  "deleted_by",
]);

export const insertArchivedBlob = verbatim("blobs", [
  "id",
  "digest",
  "size_bytes",
  "state",
  "created_at",
  "verified_at",
  "condemned_at",
  "storage_key",
  "content",
]);

export const insertArchivedLink = verbatim("repository_blobs", [
  "blob_id",
  "repository_id",
  "created_at",
  "kept_until",
]);

export const insertArchivedManifest = verbatim("manifests", [
  "id",
  "repository_id",
  "digest",
  "media_type",
  "artifact_type",
  "config_digest",
  "subject_digest",
  "annotations",
  "size_bytes",
  "created_at",
  "deleted_at",
  "deleted_by",
  "content",
]);

export const insertArchivedReference = verbatim("manifest_references", [
  "manifest_id",
  "digest",
  "repository_id",
  "kind",
]);

export const insertArchivedTag = verbatim("tags", [
  "repository_id",
  "name",
  "revision",
  "digest",
  "from_at",
  "to_at",
  "actor",
  "deleted_at",
  "deleted_by",
]);

/** Whether the row of an id is that of the archive, for tables whose ids others refer to. */
export const findSameNamespace = statement<{ id: number; name: string }>()((p, { db }) =>
  db.selectFrom("namespaces").select("id").where("id", "=", p.id).where("name", "=", p.name),
);

export const findSameRepository = statement<{ id: number; name: string }>()((p, { db }) =>
  db.selectFrom("repositories").select("id").where("id", "=", p.id).where("name", "=", p.name),
);

export const findSameManifest = statement<{ id: number; digest: string }>()((p, { db }) =>
  db.selectFrom("manifests").select("id").where("id", "=", p.id).where("digest", "=", p.digest),
);

/** Ids begin at 1; saying so spares a walk through the table. */
export const findAnyRepository = statement()((_, { db }) =>
  db.selectFrom("repositories").select("id").where("id", ">", sql.lit(0)).limit(1),
);

export const findAnyBlob = statement()((_, { db }) =>
  db.selectFrom("blobs").select("id").where("id", ">", sql.lit(0)).limit(1),
);

/** A hold of this id, expired or not: what marks a restore that is not done. */
export const findMark = statement<{ holdId: string }>()((p, { db }) =>
  db.selectFrom("holds").select("reason").where("id", "=", p.holdId),
);

export const insertMark = statement<{ holdId: string; reason: string; expiresAt: number }>()((p, { db }) =>
  db
    .insertInto("holds")
    .values({ id: p.holdId, reason: p.reason, expires_at: p.expiresAt })
    .onConflict((conflict) => conflict.column("id").doNothing()),
);

export const deleteMark = statement<{ holdId: string }>()((p, { db }) =>
  db.deleteFrom("holds").where("id", "=", p.holdId),
);

/** Where a blob's bytes are now. */
export const findPlace = statement<{ digest: string }>()((p, { db }) =>
  db
    .selectFrom("blobs")
    .select(["id", "storage_key", "state"])
    .where("digest", "=", p.digest)
    .where("state", "<>", sql.lit("deleting")),
);

export const findPlaceOfKey = statement<{ storageKey: string }>()((p, { db }) =>
  db.selectFrom("blobs").select("digest").where("storage_key", "=", p.storageKey),
);

export const findHeldBlob = statement<{ repositoryId: number; digest: string }>()((p, { db }) =>
  db
    .selectFrom("blobs")
    .innerJoin("repository_blobs", "repository_blobs.blob_id", "blobs.id")
    .select("blobs.id")
    .where("blobs.digest", "=", p.digest)
    // The first is for the index of digests.
    .where("blobs.state", "<>", sql.lit("deleting"))
    .where("blobs.state", "=", sql.lit("live"))
    .where("repository_blobs.repository_id", "=", p.repositoryId),
);

/** Kept from being put into the recycle bin until the transaction ends: that is no change of a key. */
export const findHeldManifest = statement<{ repositoryId: number; digest: string }>()((p, { db, lock }) =>
  db
    .selectFrom("manifests")
    .select("id")
    .where("repository_id", "=", p.repositoryId)
    .where("digest", "=", p.digest)
    .where("manifests.deleted_at", "is", null)
    .modifyEnd(lock("share")),
);

export const findCurrentTag = statement<{ repositoryId: number; tag: string }>()((p, { db }) =>
  db
    .selectFrom("tags")
    .select("digest")
    .where("repository_id", "=", p.repositoryId)
    .where("name", "=", p.tag)
    .where("to_at", "is", null),
);

/** Links with the blob and the name of the repository, of those that are not in the bin. */
export const pageLinkedBlobs = statement<{ afterBlob: number; afterRepository: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("repository_blobs")
    .innerJoin("blobs", "blobs.id", "repository_blobs.blob_id")
    .innerJoin("repositories", "repositories.id", "repository_blobs.repository_id")
    .select([
      "repository_blobs.blob_id",
      "repository_blobs.repository_id",
      "repositories.name as repository",
      "blobs.digest",
      "blobs.size_bytes",
      "blobs.storage_key",
      "blobs.content",
    ])
    .where("repositories.deleted_at", "is", null)
    .where(
      sql<boolean>`(repository_blobs.blob_id, repository_blobs.repository_id) > (${p.afterBlob}, ${p.afterRepository})`,
    )
    .orderBy("repository_blobs.blob_id")
    .orderBy("repository_blobs.repository_id")
    .limit(p.limit),
);

/** Manifests with the name of their repository, where neither is in the bin. */
export const pageNamedManifests = statement<{ after: number; upToId: number }>()((p, { db }) =>
  db
    .selectFrom("manifests")
    .innerJoin("repositories", "repositories.id", "manifests.repository_id")
    .select(["manifests.id", "repositories.name as repository", "digest", "media_type", "content"])
    .where("manifests.id", ">", p.after)
    .where("manifests.id", "<=", p.upToId)
    .where("manifests.deleted_at", "is", null)
    .where("repositories.deleted_at", "is", null)
    .orderBy("manifests.id"),
);

/** Current tags with the name of their repository, of those that are not in the bin. */
export const pageNamedTags = statement<{ afterRepository: number; afterName: string; limit: number }>()((p, { db }) =>
  db
    .selectFrom("tags")
    .innerJoin("repositories", "repositories.id", "tags.repository_id")
    .select(["tags.repository_id", "tags.name", "tags.digest", "repositories.name as repository"])
    .where(sql<boolean>`(tags.repository_id, tags.name) > (${p.afterRepository}, ${p.afterName})`)
    .where("to_at", "is", null)
    .where("repositories.deleted_at", "is", null)
    .orderBy("tags.repository_id")
    .orderBy("tags.name")
    .limit(p.limit),
);

/** Gives a damaged blob other stored bytes. */
export const replaceBytes = statement<{ digest: string; storageKey: string; now: number }>()((p, { db }) =>
  db
    .updateTable("blobs")
    .set({ storage_key: p.storageKey, state: "live", verified_at: p.now })
    .where("digest", "=", p.digest)
    // For the index of digests.
    .where("state", "<>", sql.lit("deleting"))
    .where("state", "=", sql.lit("damaged")),
);

export const pageManifestPulls = statement<{ after: number; limit: number }>()((p, { db }) =>
  db.selectFrom("manifest_pulls").selectAll().where("manifest_id", ">", p.after).orderBy("manifest_id").limit(p.limit),
);

export const insertArchivedManifestPulls = verbatim("manifest_pulls", ["manifest_id", "pulls", "last_at"]);
