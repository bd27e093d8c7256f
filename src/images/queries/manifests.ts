/** Every statement on manifests as the page of an image shows them. Lists are JSON texts. */
import { sql } from "kysely";
import { statement } from "../../database/statement.ts";
import { SHOWN } from "./tags.ts";

export const findManifestShown = statement<{ repositoryId: number; digest: string }>()((p, { db }) =>
  db
    .selectFrom("manifests")
    .leftJoin("manifest_facts", "manifest_facts.manifest_id", "manifests.id")
    .leftJoin("manifest_pulls", "manifest_pulls.manifest_id", "manifests.id")
    .select(SHOWN)
    .select("manifests.subject_digest")
    .where("manifests.repository_id", "=", p.repositoryId)
    .where("manifests.digest", "=", p.digest)
    .where("manifests.deleted_at", "is", null),
);

export const listManifestContents = statement<{ repositoryId: number; digests: string }>()((p, { db, inList }) =>
  db
    .selectFrom("manifests")
    .select(["digest", "content"])
    .where("repository_id", "=", p.repositoryId)
    .where(inList("digest", p.digests)),
);

/** Those of the digests that are manifests of the repository. */
export const listManifestsHere = statement<{ repositoryId: number; digests: string }>()((p, { db, inList }) =>
  db
    .selectFrom("manifests")
    .select("digest")
    .where("repository_id", "=", p.repositoryId)
    .where("deleted_at", "is", null)
    .where(inList("digest", p.digests)),
);

/** Small blobs of the repository: those whose bytes are in their rows. */
export const listInlineBlobs = statement<{ repositoryId: number; digests: string }>()((p, { db, inList }) =>
  db
    .selectFrom("blobs")
    .innerJoin("repository_blobs", "repository_blobs.blob_id", "blobs.id")
    .select(["blobs.digest", "blobs.content"])
    .where("repository_blobs.repository_id", "=", p.repositoryId)
    .where("blobs.state", "=", sql.lit("live"))
    .where("blobs.content", "is not", null)
    .where(inList("blobs.digest", p.digests)),
);

/**
 * The manifests that an index names and that are here, each with the blobs that it names: a row a blob, at least one. Of a blob that
 * the repository does not have, which a manifest may name that says where else it is, nothing is told.
 */
export const listChildBlobs = statement<{ manifestId: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("manifest_references as named")
    .innerJoin("manifests", (join) =>
      join.onRef("manifests.repository_id", "=", "named.repository_id").onRef("manifests.digest", "=", "named.digest"),
    )
    .leftJoin("manifest_references as inner", (join) =>
      join.onRef("inner.manifest_id", "=", "manifests.id").on("inner.kind", "<>", sql.lit("manifest")),
    )
    .leftJoin("blobs", (join) =>
      join.onRef("blobs.digest", "=", "inner.digest").on("blobs.state", "<>", sql.lit("deleting")),
    )
    .leftJoin("repository_blobs", (join) =>
      join
        .onRef("repository_blobs.blob_id", "=", "blobs.id")
        .onRef("repository_blobs.repository_id", "=", "named.repository_id"),
    )
    .select(["manifests.digest", "manifests.size_bytes"])
    .select(sql<string | null>`case when repository_blobs.blob_id is not null then blobs.digest end`.as("blob_digest"))
    .select(["blobs.size_bytes as blob_bytes"])
    .where("named.manifest_id", "=", p.manifestId)
    .where("named.kind", "=", sql.lit("manifest"))
    .where("manifests.deleted_at", "is", null)
    .orderBy("named.digest")
    .limit(p.limit),
);

/** `facts`: a JSON list of rows, everything in it as text. Those of manifests that are gone by now are left out. */
export const saveFacts = statement<{ facts: string }>()((p, { db, jsonRows }) =>
  db
    .insertInto("manifest_facts")
    .columns(["manifest_id", "version", "kind", "size_bytes", "platforms", "is_complete", "computed_at"])
    .expression((eb) =>
      eb
        .selectFrom(jsonRows(p.facts, ["manifest", "version", "kind", "bytes", "platforms", "complete", "computed"]))
        .innerJoin("manifests", (join) =>
          join.on((row) => row("manifests.id", "=", row.cast<number>("listed.manifest", "bigint"))),
        )
        .select((row) => [
          "manifests.id as manifest_id",
          row.cast<number>("listed.version", "bigint").as("version"),
          "listed.kind",
          row.cast<number>("listed.bytes", "bigint").as("size_bytes"),
          "listed.platforms",
          row.cast<number>("listed.complete", "bigint").as("is_complete"),
          row.cast<number>("listed.computed", "bigint").as("computed_at"),
        ])
        // SQLite would take ON of the conflict clause for a join's.
        .where(sql.lit(true)),
    )
    .onConflict((conflict) =>
      conflict.column("manifest_id").doUpdateSet((row) => ({
        version: row.ref("excluded.version"),
        kind: row.ref("excluded.kind"),
        size_bytes: row.ref("excluded.size_bytes"),
        platforms: row.ref("excluded.platforms"),
        is_complete: row.ref("excluded.is_complete"),
        computed_at: row.ref("excluded.computed_at"),
      })),
    ),
);

/** Indexes of the repository that name the digest. */
export const listIndexesNaming = statement<{ repositoryId: number; digest: string; limit: number }>()((p, { db }) =>
  db
    .selectFrom("manifest_references")
    .innerJoin("manifests", "manifests.id", "manifest_references.manifest_id")
    .select(["manifests.digest", "manifests.media_type"])
    .where("manifest_references.repository_id", "=", p.repositoryId)
    .where("manifest_references.digest", "=", p.digest)
    .where("manifest_references.kind", "=", sql.lit("manifest"))
    .where("manifests.deleted_at", "is", null)
    .limit(p.limit),
);

const REFERRER = [
  "manifests.digest",
  "manifests.media_type",
  "manifests.artifact_type",
  "manifests.size_bytes",
  "manifests.created_at",
] as const;

/** Referrers repeat their annotations in every list: those that are long are left out of this one. */
const annotations = sql<
  string | null
>`case when octet_length(manifests.annotations) <= 8192 then manifests.annotations end`;

export const listReferrersOf = statement<{ repositoryId: number; digests: string; limit: number }>()(
  (p, { db, inList }) =>
    db
      .selectFrom("manifests")
      .select(REFERRER)
      .select("manifests.subject_digest as parent")
      .select(annotations.as("annotations"))
      .where("repository_id", "=", p.repositoryId)
      .where("deleted_at", "is", null)
      .where(inList("subject_digest", p.digests))
      .limit(p.limit),
);

/** What the tags point to; `names`: those that cosign gives to what belongs to digests. */
export const listTagged = statement<{ repositoryId: number; names: string; limit: number }>()((p, { db, inList }) =>
  db
    .selectFrom("tags")
    .innerJoin("manifests", (join) =>
      join.onRef("manifests.repository_id", "=", "tags.repository_id").onRef("manifests.digest", "=", "tags.digest"),
    )
    .select(REFERRER)
    .select("tags.name")
    .select(annotations.as("annotations"))
    .where("tags.repository_id", "=", p.repositoryId)
    .where("tags.to_at", "is", null)
    .where("manifests.deleted_at", "is", null)
    .where(inList("tags.name", p.names))
    .limit(p.limit),
);

/** What the indexes under the tags name, as far as it has no subject of its own. */
export const listNamedByTagged = statement<{
  repositoryId: number;
  names: string;
  indexType: string;
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
    .select(REFERRER)
    .select("tags.name")
    .select(annotations.as("annotations"))
    .where("tags.repository_id", "=", p.repositoryId)
    .where("tags.to_at", "is", null)
    .where("indexes.deleted_at", "is", null)
    .where("indexes.media_type", "=", p.indexType)
    .where("manifests.deleted_at", "is", null)
    .where("manifests.subject_digest", "is", null)
    .where(inList("tags.name", p.names))
    .limit(p.limit),
);
