/** Every statement on what keeps a blob. */
import { sql } from "kysely";
import { visibleWithDeletedTo, type VisibilityParameters } from "../../access/visibility.ts";
import { statement } from "../../database/statement.ts";

/** The blob as a repository has it. */
export const findLinkedBlob = statement<{ repositoryId: number; digest: string }>()((p, { db }) =>
  db
    .selectFrom("blobs")
    .innerJoin("repository_blobs", "repository_blobs.blob_id", "blobs.id")
    .select(["blobs.id", "blobs.size_bytes", "blobs.state"])
    .where("blobs.digest", "=", p.digest)
    .where("blobs.state", "<>", sql.lit("deleting"))
    .where("repository_blobs.repository_id", "=", p.repositoryId),
);

/** A stretch of the repositories that link a blob, and which of them the caller may see. */
export const listLinking = statement<
  VisibilityParameters & { blobId: number; fromRepository: number; limit: number }
>()((p, { db, dialect }) =>
  db
    .selectFrom("repository_blobs")
    .innerJoin("repositories", "repositories.id", "repository_blobs.repository_id")
    .select(["repository_blobs.repository_id", "repository_blobs.kept_until", "repositories.name"])
    .select(sql<number>`case when ${visibleWithDeletedTo(p, dialect)} then 1 else 0 end`.as("is_visible"))
    .where("repository_blobs.blob_id", "=", p.blobId)
    .where("repository_blobs.repository_id", ">=", p.fromRepository)
    .orderBy("repository_blobs.repository_id")
    .limit(p.limit),
);

/** The manifests of a repository that name a digest, those in the recycle bin too. */
export const listNaming = statement<{ repositoryId: number; digest: string; afterManifest: number; limit: number }>()(
  (p, { db }) =>
    db
      .selectFrom("manifest_references")
      .innerJoin("manifests", "manifests.id", "manifest_references.manifest_id")
      .select(["manifests.id", "manifests.digest", "manifests.media_type", "manifests.deleted_at"])
      .select("manifest_references.kind")
      .where("manifest_references.repository_id", "=", p.repositoryId)
      .where("manifest_references.digest", "=", p.digest)
      .where("manifest_references.manifest_id", ">", p.afterManifest)
      .orderBy("manifest_references.manifest_id")
      .limit(p.limit),
);

/** Their table has a few rows at most; ids are compared so that its key is used. */
export const listHolds = statement<{ now: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("holds")
    .select(["reason", "expires_at"])
    .where("id", ">", "")
    .where("expires_at", ">", p.now)
    .orderBy("id")
    .limit(p.limit),
);
