/** Every statement on what a manifest or a tag takes with it. */
import { sql } from "kysely";
import { statement } from "../../database/statement.ts";

const LOOKED_AT = 200;

export const findDoomedManifest = statement<{ repositoryId: number; digest: string }>()((p, { db }) =>
  db
    .selectFrom("manifests")
    .select(["id", "digest", "size_bytes"])
    .where("repository_id", "=", p.repositoryId)
    .where("digest", "=", p.digest)
    .where("deleted_at", "is", null),
);

export const findTagTarget = statement<{ repositoryId: number; tag: string }>()((p, { db }) =>
  db
    .selectFrom("tags")
    .select("digest")
    .where("repository_id", "=", p.repositoryId)
    .where("name", "=", p.tag)
    .where("to_at", "is", null),
);

/**
 * The blobs that a manifest names and its repository links, and whether other manifests of the repository name them too. Of
 * very many that do the first are looked at: where all of those are in the bin, it counts as the bin's.
 */
export const listBlobsOfManifest = statement<{
  repositoryId: number;
  manifestId: number;
  afterDigest: string;
  limit: number;
}>()((p, { db }) => {
  const others = sql`select others.manifest_id from manifest_references as others
    where others.repository_id = manifest_references.repository_id and others.digest = manifest_references.digest
      and others.manifest_id <> ${p.manifestId}`;
  const isNamed = sql<number>`case when exists (${others}) then 1 else 0 end`;
  const isServed = sql<number>`case when exists (
    select 1 from (${others} limit ${sql.lit(LOOKED_AT)}) as naming
    inner join manifests on manifests.id = naming.manifest_id where manifests.deleted_at is null
  ) then 1 else 0 end`;
  return db
    .selectFrom("manifest_references")
    .innerJoin("blobs", "blobs.digest", "manifest_references.digest")
    .innerJoin("repository_blobs", (join) =>
      join
        .onRef("repository_blobs.blob_id", "=", "blobs.id")
        .onRef("repository_blobs.repository_id", "=", "manifest_references.repository_id"),
    )
    .select(["blobs.id as blob_id", "blobs.digest", "blobs.size_bytes"])
    .select([isServed.as("is_served"), isNamed.as("is_named")])
    .where("manifest_references.manifest_id", "=", p.manifestId)
    .where("manifest_references.repository_id", "=", p.repositoryId)
    .where("manifest_references.digest", ">", p.afterDigest)
    .where("blobs.state", "<>", sql.lit("deleting"))
    .orderBy("manifest_references.digest")
    .limit(p.limit);
});

export const listTagsOfDigest = statement<{ repositoryId: number; digest: string; limit: number }>()((p, { db }) =>
  db
    .selectFrom("tags")
    .select("name")
    .where("repository_id", "=", p.repositoryId)
    .where("digest", "=", p.digest)
    .where("to_at", "is", null)
    .limit(p.limit),
);

export const countTagsOfDigest = statement<{ repositoryId: number; digest: string }>()((p, { db }) =>
  db
    .selectFrom("tags")
    .select((eb) => eb.cast<number>(eb.fn.countAll(), "integer").as("count"))
    .where("repository_id", "=", p.repositoryId)
    .where("digest", "=", p.digest)
    .where("to_at", "is", null),
);

/** The image indexes that name a manifest. */
export const listNamingIndexes = statement<{ repositoryId: number; digest: string; limit: number }>()((p, { db }) =>
  db
    .selectFrom("manifest_references")
    .innerJoin("manifests", "manifests.id", "manifest_references.manifest_id")
    .select("manifests.digest")
    .where("manifest_references.repository_id", "=", p.repositoryId)
    .where("manifest_references.digest", "=", p.digest)
    .where("manifests.deleted_at", "is", null)
    .limit(p.limit),
);
