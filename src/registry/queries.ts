/** Every statement on blobs, manifests, tags and upload sessions. Lists of digests are JSON texts. */
import { sql } from "kysely";
import { visibleTo, type VisibilityParameters } from "../access/visibility.ts";
import { statement } from "../database/statement.ts";

export type ReferenceKind = "config" | "layer" | "manifest";

// Blobs

export const findBlob = statement<{ digest: string }>()((p, { db, lock }) =>
  db
    .selectFrom("blobs")
    .select(["id", "size_bytes", "storage_key"])
    .where("digest", "=", p.digest)
    .where("state", "<>", sql.lit("deleting"))
    .modifyEnd(lock("key share")),
);

/** Gives the new row's id, or nothing when the digest is there already. */
export const insertBlob = statement<{
  digest: string;
  sizeBytes: number;
  storageKey: string | null;
  content: Uint8Array | null;
  now: number;
}>()((p, { db }) =>
  db
    .insertInto("blobs")
    .values({
      digest: p.digest,
      size_bytes: p.sizeBytes,
      storage_key: p.storageKey,
      content: p.content,
      state: "live",
      created_at: p.now,
    })
    .onConflict((conflict) => conflict.column("digest").where("state", "<>", sql.lit("deleting")).doNothing())
    .returning("id"),
);

/** Points a blob at other stored bytes, unless somebody else has done so. */
export const moveBlob = statement<{ id: number; storageKey: string; receivedKey: string }>()((p, { db }) =>
  db
    .updateTable("blobs")
    .set({ storage_key: p.receivedKey })
    .where("id", "=", p.id)
    .where("storage_key", "=", p.storageKey),
);

export const findLinkedBlob = statement<{ repositoryId: number; digest: string }>()((p, { db }) =>
  db
    .selectFrom("blobs")
    .innerJoin("repository_blobs", "repository_blobs.blob_id", "blobs.id")
    .select(["blobs.size_bytes", "blobs.storage_key", "blobs.content"])
    .where("blobs.digest", "=", p.digest)
    .where("blobs.state", "<>", sql.lit("deleting"))
    .where("repository_blobs.repository_id", "=", p.repositoryId),
);

export const linkBlob = statement<{ repositoryId: number; blobId: number; now: number }>()((p, { db }) =>
  db
    .insertInto("repository_blobs")
    .values({ repository_id: p.repositoryId, blob_id: p.blobId, created_at: p.now })
    .onConflict((conflict) => conflict.columns(["blob_id", "repository_id"]).doNothing()),
);

export const unlinkBlob = statement<{ repositoryId: number; blobId: number }>()((p, { db }) =>
  db.deleteFrom("repository_blobs").where("blob_id", "=", p.blobId).where("repository_id", "=", p.repositoryId),
);

/** Whether some repository that may be seen links the blob. */
export const findVisibleLink = statement<{ blobId: number } & VisibilityParameters>()((p, { db }) =>
  db
    .selectFrom("repository_blobs")
    .innerJoin("repositories", "repositories.id", "repository_blobs.repository_id")
    .select("repository_blobs.blob_id")
    .where("repository_blobs.blob_id", "=", p.blobId)
    .where(visibleTo(p))
    .limit(1),
);

/** Which of the digests are blobs of the repository, and how large they are. */
export const listLinkedSizes = statement<{ repositoryId: number; digests: string }>()((p, { db, inList, lock }) =>
  db
    .selectFrom("blobs")
    .innerJoin("repository_blobs", "repository_blobs.blob_id", "blobs.id")
    .select(["blobs.digest", "blobs.size_bytes"])
    .where(inList("blobs.digest", p.digests))
    .where("blobs.state", "<>", sql.lit("deleting"))
    .where("repository_blobs.repository_id", "=", p.repositoryId)
    .modifyEnd(lock("key share")),
);

// Manifests

export const findManifest = statement<{ repositoryId: number; digest: string }>()((p, { db }) =>
  db
    .selectFrom("manifests")
    .select(["digest", "media_type", "content"])
    .where("repository_id", "=", p.repositoryId)
    .where("digest", "=", p.digest),
);

export const findTaggedManifest = statement<{ repositoryId: number; tag: string }>()((p, { db }) =>
  db
    .selectFrom("tags")
    .innerJoin("manifests", (join) =>
      join.onRef("manifests.repository_id", "=", "tags.repository_id").onRef("manifests.digest", "=", "tags.digest"),
    )
    .select(["manifests.digest", "manifests.media_type", "manifests.content"])
    .where("tags.repository_id", "=", p.repositoryId)
    .where("tags.name", "=", p.tag)
    .where("tags.to_at", "is", null),
);

/** Which of the digests are manifests of the repository, and how large they are. */
export const listManifestSizes = statement<{ repositoryId: number; digests: string }>()((p, { db, inList, lock }) =>
  db
    .selectFrom("manifests")
    .select(["digest", "size_bytes"])
    .where("repository_id", "=", p.repositoryId)
    .where(inList("digest", p.digests))
    .modifyEnd(lock("key share")),
);

export const findManifestForUpdate = statement<{ repositoryId: number; digest: string }>()((p, { db, lock }) =>
  db
    .selectFrom("manifests")
    .select(["id", "media_type"])
    .where("repository_id", "=", p.repositoryId)
    .where("digest", "=", p.digest)
    .modifyEnd(lock("update")),
);

export const insertManifest = statement<{
  repositoryId: number;
  digest: string;
  mediaType: string;
  artifactType: string | null;
  configDigest: string | null;
  subjectDigest: string | null;
  annotations: string | null;
  sizeBytes: number;
  now: number;
  content: Uint8Array;
}>()((p, { db }) =>
  db
    .insertInto("manifests")
    .values({
      repository_id: p.repositoryId,
      digest: p.digest,
      media_type: p.mediaType,
      artifact_type: p.artifactType,
      config_digest: p.configDigest,
      subject_digest: p.subjectDigest,
      annotations: p.annotations,
      size_bytes: p.sizeBytes,
      created_at: p.now,
      content: p.content,
    })
    .returning("id"),
);

/** `references`: a JSON list of `{ digest, kind }`; a digest that comes twice counts once. */
export const insertReferences = statement<{ manifestId: number; repositoryId: number; references: string }>()(
  (p, { db, jsonRows }) =>
    db
      .insertInto("manifest_references")
      .columns(["manifest_id", "repository_id", "digest", "kind"])
      .expression((eb) =>
        eb
          .selectFrom(jsonRows(p.references, ["digest", "kind"]))
          .select((row) => [
            row.cast<number>(row.val(p.manifestId), "bigint").as("manifest_id"),
            row.cast<number>(row.val(p.repositoryId), "bigint").as("repository_id"),
            "listed.digest",
            sql<ReferenceKind>`listed.kind`.as("kind"),
          ])
          // SQLite would take ON of the conflict clause for a join's.
          .where(sql.lit(true)),
      )
      .onConflict((conflict) => conflict.columns(["manifest_id", "digest"]).doNothing()),
);

export const deleteManifest = statement<{ repositoryId: number; digest: string }>()((p, { db }) =>
  db.deleteFrom("manifests").where("repository_id", "=", p.repositoryId).where("digest", "=", p.digest),
);

// Tags

/** The latest row of the tag's life, which is its current one unless it has a `to_at`. */
export const findLatestTag = statement<{ repositoryId: number; tag: string }>()((p, { db, lock }) =>
  db
    .selectFrom("tags")
    .select(["revision", "digest", "to_at"])
    .where("repository_id", "=", p.repositoryId)
    .where("name", "=", p.tag)
    .orderBy("revision", "desc")
    .limit(1)
    .modifyEnd(lock("update")),
);

export const insertTag = statement<{
  repositoryId: number;
  tag: string;
  revision: number;
  digest: string;
  now: number;
  actor: string;
}>()((p, { db }) =>
  db.insertInto("tags").values({
    repository_id: p.repositoryId,
    name: p.tag,
    revision: p.revision,
    digest: p.digest,
    from_at: p.now,
    to_at: null,
    actor: p.actor,
  }),
);

export const endTag = statement<{ repositoryId: number; tag: string; revision: number; now: number }>()((p, { db }) =>
  db
    .updateTable("tags")
    .set({ to_at: p.now })
    .where("repository_id", "=", p.repositoryId)
    .where("name", "=", p.tag)
    .where("revision", "=", p.revision),
);

export const endTagsOfDigest = statement<{ repositoryId: number; digest: string; now: number }>()((p, { db }) =>
  db
    .updateTable("tags")
    .set({ to_at: p.now })
    .where("repository_id", "=", p.repositoryId)
    .where("digest", "=", p.digest)
    .where("to_at", "is", null),
);

export const listTags = statement<{ repositoryId: number; last: string; limit: number }>()((p, { db }) =>
  db
    .selectFrom("tags")
    .select("name")
    .where("repository_id", "=", p.repositoryId)
    .where("to_at", "is", null)
    .where("name", ">", p.last)
    .orderBy("name")
    .limit(p.limit),
);

// Referrers

const REFERRER_COLUMNS = ["digest", "media_type", "artifact_type", "size_bytes"] as const;
/** Known without reading them, which a page of large ones would make expensive. */
const ANNOTATIONS_BYTES = sql<number>`coalesce(octet_length(annotations), 0)`.as("annotations_bytes");

export const listReferrers = statement<{ repositoryId: number; subject: string; last: string; limit: number }>()(
  (p, { db }) =>
    db
      .selectFrom("manifests")
      .select(REFERRER_COLUMNS)
      .select(ANNOTATIONS_BYTES)
      .where("repository_id", "=", p.repositoryId)
      .where("subject_digest", "=", p.subject)
      .where("digest", ">", p.last)
      .orderBy("digest")
      .limit(p.limit),
);

export const listReferrersOfType = statement<{
  repositoryId: number;
  subject: string;
  artifactType: string;
  last: string;
  limit: number;
}>()((p, { db }) =>
  db
    .selectFrom("manifests")
    .select(REFERRER_COLUMNS)
    .select(ANNOTATIONS_BYTES)
    .where("repository_id", "=", p.repositoryId)
    .where("subject_digest", "=", p.subject)
    .where("artifact_type", "=", p.artifactType)
    .where("digest", ">", p.last)
    .orderBy("digest")
    .limit(p.limit),
);

/**
 * What the index under a fallback tag lists: manifests of the repository without a subject of their own.
 * `artifactTypes`: a JSON list, all when it is empty.
 */
export const listFallbackReferrers = statement<{
  repositoryId: number;
  tag: string;
  indexType: string;
  artifactTypes: string;
  last: string;
  limit: number;
}>()((p, { db, inList }) =>
  db
    .selectFrom("tags")
    .innerJoin("manifests as indexes", (join) =>
      join.onRef("indexes.repository_id", "=", "tags.repository_id").onRef("indexes.digest", "=", "tags.digest"),
    )
    .innerJoin("manifest_references", "manifest_references.manifest_id", "indexes.id")
    .innerJoin("manifests", (join) =>
      join
        .onRef("manifests.repository_id", "=", "tags.repository_id")
        .onRef("manifests.digest", "=", "manifest_references.digest"),
    )
    .select(["manifests.digest", "manifests.media_type", "manifests.artifact_type", "manifests.size_bytes"])
    .select(sql<number>`coalesce(octet_length(manifests.annotations), 0)`.as("annotations_bytes"))
    .where("tags.repository_id", "=", p.repositoryId)
    .where("tags.name", "=", p.tag)
    .where("tags.to_at", "is", null)
    .where("indexes.media_type", "=", p.indexType)
    .where("manifests.subject_digest", "is", null)
    .where("manifest_references.digest", ">", p.last)
    .where((eb) => eb.or([sql<boolean>`${p.artifactTypes} = '[]'`, inList("manifests.artifact_type", p.artifactTypes)]))
    .orderBy("manifest_references.digest")
    .limit(p.limit),
);

export const listAnnotations = statement<{ repositoryId: number; digests: string }>()((p, { db, inList }) =>
  db
    .selectFrom("manifests")
    .select(["digest", "annotations"])
    .where("repository_id", "=", p.repositoryId)
    .where(inList("digest", p.digests)),
);

// Upload sessions

export const findSession = statement<{ id: string }>()((p, { db }) =>
  db.selectFrom("upload_sessions").selectAll().where("id", "=", p.id),
);

export const saveSession = statement<{
  id: string;
  repositoryName: string;
  principal: string;
  algorithm: "sha256" | "sha512";
  offsetBytes: number;
  storageKey: string | null;
  content: Uint8Array | null;
  createdAt: number;
  now: number;
}>()((p, { db }) =>
  db
    .insertInto("upload_sessions")
    .values({
      id: p.id,
      repository_name: p.repositoryName,
      principal: p.principal,
      algorithm: p.algorithm,
      offset_bytes: p.offsetBytes,
      storage_key: p.storageKey,
      content: p.content,
      created_at: p.createdAt,
      updated_at: p.now,
    })
    .onConflict((conflict) =>
      conflict.column("id").doUpdateSet({
        offset_bytes: p.offsetBytes,
        storage_key: p.storageKey,
        content: p.content,
        updated_at: p.now,
      }),
    ),
);

export const deleteSession = statement<{ id: string }>()((p, { db }) =>
  db.deleteFrom("upload_sessions").where("id", "=", p.id),
);

export const deleteStaleSession = statement<{ id: string; before: number }>()((p, { db }) =>
  db.deleteFrom("upload_sessions").where("id", "=", p.id).where("updated_at", "<", p.before),
);

export const listStaleSessions = statement<{ before: number; limit: number }>()((p, { db }) =>
  db.selectFrom("upload_sessions").select("id").where("updated_at", "<", p.before).orderBy("updated_at").limit(p.limit),
);

export const countSessions = statement<{ principal: string; limit: number }>()((p, { db }) =>
  db
    .selectFrom((eb) =>
      eb.selectFrom("upload_sessions").select("id").where("principal", "=", p.principal).limit(p.limit).as("some"),
    )
    .select((eb) => eb.fn.countAll<number>().as("count")),
);
