/** Every statement on manifests that name a subject. Lists are JSON texts. */
import { sql } from "kysely";
import { statement } from "../../database/statement.ts";

const REFERRER_COLUMNS = ["digest", "media_type", "artifact_type", "size_bytes"] as const;
/** Of this size or less they are read with the page: as many as fit on one add up to no more than one may have. */
export const SMALL_ANNOTATIONS_BYTES = 1024;

/** The size is known without reading them, which a page of large ones would make expensive. */
const ANNOTATIONS = [
  sql<number>`coalesce(octet_length(manifests.annotations), 0)`.as("annotations_bytes"),
  sql<
    string | null
  >`case when octet_length(manifests.annotations) <= ${sql.lit(SMALL_ANNOTATIONS_BYTES)} then manifests.annotations end`.as(
    "small_annotations",
  ),
] as const;

export const listReferrers = statement<{ repositoryId: number; subject: string; last: string; limit: number }>()(
  (p, { db }) =>
    db
      .selectFrom("manifests")
      .select(REFERRER_COLUMNS)
      .select(ANNOTATIONS)
      .where("repository_id", "=", p.repositoryId)
      .where("subject_digest", "=", p.subject)
      .where("deleted_at", "is", null)
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
    .select(ANNOTATIONS)
    .where("repository_id", "=", p.repositoryId)
    .where("subject_digest", "=", p.subject)
    .where("deleted_at", "is", null)
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
    .select(ANNOTATIONS)
    .where("tags.repository_id", "=", p.repositoryId)
    .where("tags.name", "=", p.tag)
    .where("tags.to_at", "is", null)
    .where("indexes.deleted_at", "is", null)
    .where("indexes.media_type", "=", p.indexType)
    .where("manifests.deleted_at", "is", null)
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
