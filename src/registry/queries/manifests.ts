/** Every statement on manifests and what they reference. Lists of digests are JSON texts. */
import { sql } from "kysely";
import { statement } from "../../database/statement.ts";

export type ReferenceKind = "config" | "layer" | "manifest";

export const findManifest = statement<{ repositoryId: number; digest: string }>()((p, { db }) =>
  db
    .selectFrom("manifests")
    .select(["digest", "media_type", "content"])
    .where("repository_id", "=", p.repositoryId)
    .where("digest", "=", p.digest)
    .where("deleted_at", "is", null),
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
    .where("tags.to_at", "is", null)
    .where("manifests.deleted_at", "is", null),
);

/** Which of the digests are manifests of the repository, and how large they are. */
export const listManifestSizes = statement<{ repositoryId: number; digests: string }>()((p, { db, inList, lock }) =>
  db
    .selectFrom("manifests")
    .select(["digest", "size_bytes"])
    .where("repository_id", "=", p.repositoryId)
    .where(inList("digest", p.digests))
    .where("deleted_at", "is", null)
    .modifyEnd(lock("key share")),
);

/** One in the recycle bin too. */
export const findManifestForUpdate = statement<{ repositoryId: number; digest: string }>()((p, { db, lock }) =>
  db
    .selectFrom("manifests")
    .select(["id", "media_type", "size_bytes", "deleted_at"])
    .where("repository_id", "=", p.repositoryId)
    .where("digest", "=", p.digest)
    .modifyEnd(lock("update")),
);

/** As `findManifestForUpdate`, with the bytes. */
export const findBytesForUpdate = statement<{ repositoryId: number; digest: string }>()((p, { db, lock }) =>
  db
    .selectFrom("manifests")
    .select(["id", "digest", "media_type", "deleted_at", "content"])
    .where("repository_id", "=", p.repositoryId)
    .where("digest", "=", p.digest)
    .modifyEnd(lock("update")),
);

/** Gives a manifest whose bytes rotted those of its digest. */
export const healManifest = statement<{ manifestId: number; content: Uint8Array; sizeBytes: number }>()((p, { db }) =>
  db.updateTable("manifests").set({ content: p.content, size_bytes: p.sizeBytes }).where("id", "=", p.manifestId),
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
      deleted_at: null,
      deleted_by: null,
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

/** Puts a manifest into the recycle bin, unless it is there already. */
export const binManifest = statement<{ repositoryId: number; digest: string; now: number; deletedBy: string }>()(
  (p, { db }) =>
    db
      .updateTable("manifests")
      .set({ deleted_at: p.now, deleted_by: p.deletedBy })
      .where("repository_id", "=", p.repositoryId)
      .where("digest", "=", p.digest)
      .where("deleted_at", "is", null),
);

export const reviveManifest = statement<{ manifestId: number }>()((p, { db }) =>
  db.updateTable("manifests").set({ deleted_at: null, deleted_by: null }).where("id", "=", p.manifestId),
);

/**
 * Gives the links that a manifest named a lease that is over, so that the collector looks at them. Those that have one
 * are written too: on PostgreSQL their rows are waited for, and the collector may be about to say that the manifest
 * keeps them. No lease lasts beyond `atMost` (ms).
 */
export const leaseReferences = statement<{ manifestId: number; now: number; atMost: number }>()((p, { db }) =>
  db
    .updateTable("repository_blobs")
    .set({
      kept_until: sql<number>`case when kept_until <= ${p.atMost} then kept_until when kept_until is null then ${p.now} else ${p.atMost} end`,
    })
    .where((eb) =>
      eb(
        eb.refTuple("blob_id", "repository_id"),
        "in",
        eb
          .selectFrom("manifest_references")
          .innerJoin("blobs", "blobs.digest", "manifest_references.digest")
          .where("blobs.state", "<>", sql.lit("deleting"))
          .where("manifest_references.manifest_id", "=", p.manifestId)
          .select(["blobs.id", "manifest_references.repository_id"])
          .$asTuple("id", "repository_id"),
      ),
    ),
);

export const deleteManifest = statement<{ manifestId: number }>()((p, { db }) =>
  db.deleteFrom("manifests").where("id", "=", p.manifestId),
);
