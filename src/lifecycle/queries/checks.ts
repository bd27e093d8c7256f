/** Every statement of the checks: fsck, scrub and the search for files that nothing names. Lists of keys are JSON texts. */
import { sql } from "kysely";
import { statement } from "../../database/statement.ts";

const BLOB_COLUMNS = ["id", "digest", "size_bytes", "storage_key", "state", "verified_at"] as const;

export const listBlobs = statement<{ after: number; limit: number }>()((p, { db }) =>
  db.selectFrom("blobs").select(BLOB_COLUMNS).where("id", ">", p.after).orderBy("id").limit(p.limit),
);

export const findBlobRow = statement<{ blobId: number }>()((p, { db }) =>
  db.selectFrom("blobs").select(BLOB_COLUMNS).where("id", "=", p.blobId),
);

export const findBlobContent = statement<{ blobId: number }>()((p, { db }) =>
  db.selectFrom("blobs").select("content").where("id", "=", p.blobId),
);

/** Blobs with stored bytes that were verified from one time on and before another, oldest first. */
export const listDueBlobs = statement<{ from: number; before: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("blobs")
    .select(BLOB_COLUMNS)
    .where("verified_at", ">=", p.from)
    .where("verified_at", "<", p.before)
    .where("storage_key", "is not", null)
    .where("state", "=", sql.lit("live"))
    .orderBy("verified_at")
    .limit(p.limit),
);

/** Blobs of a range of ids that nobody links, and that were not condemned for it: the collector would never look at them. */
export const listForgottenBlobs = statement<{ after: number; upTo: number }>()((p, { db }) =>
  db
    .selectFrom("blobs")
    .select(["id", "digest", "size_bytes"])
    .where("id", ">", p.after)
    .where("id", "<=", p.upTo)
    .where("state", "<>", sql.lit("deleting"))
    .where("condemned_at", "is", null)
    .where(sql<boolean>`not exists (select 1 from repository_blobs where repository_blobs.blob_id = blobs.id)`)
    .orderBy("id"),
);

/** At most one more than is worth counting. */
export const listDamagedIds = statement<{ after: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("blobs")
    .select("id")
    .where("state", "=", sql.lit("damaged"))
    .where("id", ">", p.after)
    .orderBy("id")
    .limit(p.limit),
);

/** `storageKey`: empty for a blob in its row. Whoever heals a blob gives it another key, and is not undone. */
const hasKey = (storageKey: string) => sql<boolean>`coalesce(storage_key, '') = ${storageKey}`;

export const quarantineBlob = statement<{ blobId: number; storageKey: string }>()((p, { db }) =>
  db
    .updateTable("blobs")
    .set({ state: "damaged" })
    .where("id", "=", p.blobId)
    .where("state", "=", sql.lit("live"))
    .where(hasKey(p.storageKey)),
);

export const putBackBlob = statement<{ blobId: number; storageKey: string; now: number }>()((p, { db }) =>
  db
    .updateTable("blobs")
    .set({ state: "live", verified_at: p.now })
    .where("id", "=", p.blobId)
    .where("state", "=", sql.lit("damaged"))
    .where(hasKey(p.storageKey)),
);

export const markVerified = statement<{ blobId: number; storageKey: string; now: number }>()((p, { db }) =>
  db
    .updateTable("blobs")
    .set({ verified_at: p.now })
    .where("id", "=", p.blobId)
    .where("state", "=", sql.lit("live"))
    .where(hasKey(p.storageKey)),
);

/** After its stored bytes are gone. */
export const deleteLeftover = statement<{ blobId: number }>()((p, { db }) =>
  db.deleteFrom("blobs").where("id", "=", p.blobId).where("state", "=", sql.lit("deleting")),
);

export const listAffectedRepositories = statement<{ blobId: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("repository_blobs")
    .innerJoin("repositories", "repositories.id", "repository_blobs.repository_id")
    .select("repositories.name")
    .where("repository_blobs.blob_id", "=", p.blobId)
    .limit(p.limit),
);

/** Tags whose manifest names the digest, in the repositories that link the blob. */
export const listAffectedTags = statement<{ blobId: number; digest: string; limit: number }>()((p, { db }) =>
  db
    .selectFrom("repository_blobs")
    .innerJoin("repositories", "repositories.id", "repository_blobs.repository_id")
    .innerJoin("manifest_references", (join) =>
      join
        .onRef("manifest_references.repository_id", "=", "repository_blobs.repository_id")
        .on("manifest_references.digest", "=", p.digest),
    )
    .innerJoin("manifests", "manifests.id", "manifest_references.manifest_id")
    .innerJoin("tags", (join) =>
      join
        .onRef("tags.repository_id", "=", "manifests.repository_id")
        .onRef("tags.digest", "=", "manifests.digest")
        .on("tags.to_at", "is", null),
    )
    .select(["repositories.name as repository", "tags.name as tag"])
    .where("repository_blobs.blob_id", "=", p.blobId)
    .limit(p.limit),
);

/** Which of the keys belong to a blob, in whatever state. */
export const listBlobKeys = statement<{ storageKeys: string }>()((p, { db, inList }) =>
  db
    .selectFrom("blobs")
    .select("storage_key")
    .where("storage_key", "is not", null)
    .where(inList("storage_key", p.storageKeys)),
);

/** Which of the keys belong to an upload. */
export const listSessionKeys = statement<{ storageKeys: string }>()((p, { db, inList }) =>
  db
    .selectFrom("upload_sessions")
    .select("storage_key")
    .where("storage_key", "is not", null)
    .where(inList("storage_key", p.storageKeys)),
);

export const listManifests = statement<{ after: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("manifests")
    .innerJoin("repositories", "repositories.id", "manifests.repository_id")
    .select([
      "manifests.id",
      "manifests.digest",
      "manifests.size_bytes",
      "manifests.repository_id",
      "repositories.name as repository",
    ])
    .where("manifests.id", ">", p.after)
    .orderBy("manifests.id")
    .limit(p.limit),
);

export const findManifestBytes = statement<{ manifestId: number }>()((p, { db }) =>
  db.selectFrom("manifests").select(["digest", "media_type", "content"]).where("id", "=", p.manifestId),
);

/** What the rows say that a manifest names. */
export const listReferences = statement<{ manifestId: number }>()((p, { db }) =>
  db.selectFrom("manifest_references").select("digest").where("manifest_id", "=", p.manifestId),
);

/** What the manifests of a range of ids, those in the recycle bin left aside, name and their repository does not have. */
export const listMissingReferences = statement<{ after: number; upTo: number }>()((p, { db }) =>
  db
    .selectFrom("manifest_references")
    .innerJoin("manifests", "manifests.id", "manifest_references.manifest_id")
    .select(["manifest_references.manifest_id", "manifest_references.digest", "manifest_references.kind"])
    .where("manifest_references.manifest_id", ">", p.after)
    .where("manifest_references.manifest_id", "<=", p.upTo)
    .where("manifests.deleted_at", "is", null)
    .where(
      sql<boolean>`not exists (select 1 from blobs inner join repository_blobs on repository_blobs.blob_id = blobs.id where blobs.digest = manifest_references.digest and blobs.state <> 'deleting' and repository_blobs.repository_id = manifest_references.repository_id)`,
    )
    .where(
      sql<boolean>`not exists (select 1 from manifests as children where children.repository_id = manifest_references.repository_id and children.digest = manifest_references.digest and children.deleted_at is null)`,
    ),
);

/** How many manifests a manifest names. */
export const countChildren = statement<{ manifestId: number }>()((p, { db }) =>
  db
    .selectFrom("manifest_references")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where("manifest_id", "=", p.manifestId)
    .where("kind", "=", sql.lit("manifest")),
);

export const listRepositoryIds = statement<{ after: number; limit: number }>()((p, { db }) =>
  db.selectFrom("repositories").select(["id", "name"]).where("id", ">", p.after).orderBy("id").limit(p.limit),
);

/** Current tags from a name on, with the id of their manifest, or null. */
export const listTagTargets = statement<{ repositoryId: number; last: string; limit: number }>()((p, { db }) =>
  db
    .selectFrom("tags")
    .leftJoin("manifests", (join) =>
      join
        .onRef("manifests.repository_id", "=", "tags.repository_id")
        .onRef("manifests.digest", "=", "tags.digest")
        .on("manifests.deleted_at", "is", null),
    )
    .select(["tags.name", "tags.revision", "tags.digest", "manifests.id as manifest_id"])
    .where("tags.repository_id", "=", p.repositoryId)
    .where("tags.to_at", "is", null)
    .where("tags.name", ">", p.last)
    .orderBy("tags.name")
    .limit(p.limit),
);

export const findTagTarget = statement<{ repositoryId: number; tag: string; revision: number }>()((p, { db }) =>
  db
    .selectFrom("tags")
    .leftJoin("manifests", (join) =>
      join
        .onRef("manifests.repository_id", "=", "tags.repository_id")
        .onRef("manifests.digest", "=", "tags.digest")
        .on("manifests.deleted_at", "is", null),
    )
    .select("manifests.id as manifest_id")
    .where("tags.repository_id", "=", p.repositoryId)
    .where("tags.name", "=", p.tag)
    .where("tags.revision", "=", p.revision)
    .where("tags.to_at", "is", null),
);

/** Ends a tag that points to nothing, unless it does by now. */
export const endLostTag = statement<{ repositoryId: number; tag: string; revision: number; now: number }>()(
  (p, { db }) =>
    db
      .updateTable("tags")
      .set({ to_at: p.now })
      .where("repository_id", "=", p.repositoryId)
      .where("name", "=", p.tag)
      .where("revision", "=", p.revision)
      .where("to_at", "is", null)
      .where(
        sql<boolean>`not exists (select 1 from manifests where manifests.repository_id = tags.repository_id and manifests.digest = tags.digest and manifests.deleted_at is null)`,
      ),
);

/** Uploads of which bytes are stored. */
export const listUploads = statement<{ last: string; limit: number }>()((p, { db }) =>
  db
    .selectFrom("upload_sessions")
    .select(["id", "repository_name", "storage_key", "offset_bytes"])
    .where("id", ">", p.last)
    .orderBy("id")
    .limit(p.limit),
);

export const findUpload = statement<{ session: string }>()((p, { db }) =>
  db
    .selectFrom("upload_sessions")
    .select(["id", "repository_name", "storage_key", "offset_bytes"])
    .where("id", "=", p.session),
);

/** Unless somebody went on with it since `before`. */
export const deleteLostUpload = statement<{ session: string; before: number }>()((p, { db }) =>
  db.deleteFrom("upload_sessions").where("id", "=", p.session).where("updated_at", "<", p.before),
);

/** What SQLite finds wrong in its own file; `ok` when that is nothing. */
export const checkIntegrity = statement()((_, { db, dialect }) =>
  dialect === "sqlite"
    ? db.selectFrom(sql<{ integrity_check: string }>`pragma_integrity_check`.as("found")).select("integrity_check")
    : db.selectNoFrom(sql<string>`'ok'`.as("integrity_check")),
);

/** Rows that name others which are not there, the first thousand; other databases never let it come to that. */
export const checkForeignKeys = statement()((_, { db, dialect }) =>
  dialect === "sqlite"
    ? db
        .selectFrom(sql<{ table: string; parent: string; rowid: number | null }>`pragma_foreign_key_check`.as("found"))
        .select(["table", "parent", "rowid"])
        .limit(sql.lit(1_000))
    : db
        .selectNoFrom([sql<string>`''`.as("table"), sql<string>`''`.as("parent"), sql<number | null>`null`.as("rowid")])
        .where(sql<boolean>`false`),
);

export const findLastBlob = statement()((_, { db }) =>
  db.selectFrom("blobs").select(({ fn }) => fn.max("id").as("id")),
);

export const findLastManifest = statement()((_, { db }) =>
  db.selectFrom("manifests").select(({ fn }) => fn.max("id").as("id")),
);

export const findRound = statement<{ round: string }>()((p, { db }) =>
  db
    .selectFrom("scrub_rounds")
    .select(["began_at", "up_to"])
    .where("id", "=", sql<"blobs" | "manifests">`${p.round}`),
);

export const saveRound = statement<{ round: string; beganAt: number; upTo: number }>()((p, { db }) =>
  db
    .insertInto("scrub_rounds")
    .values({ id: sql<"blobs" | "manifests">`${p.round}`, began_at: p.beganAt, up_to: p.upTo })
    .onConflict((conflict) =>
      conflict
        .column("id")
        .doUpdateSet((eb) => ({ began_at: eb.ref("excluded.began_at"), up_to: eb.ref("excluded.up_to") })),
    ),
);
