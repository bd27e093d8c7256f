/** Every statement on what repositories link, one repository at a time and a page at a time. */
import { sql, type RawBuilder } from "kysely";
import { visibleTo, visibleWithDeletedTo, type VisibilityParameters } from "../../access/visibility.ts";
import { statement } from "../../database/statement.ts";

const LOOKED_AT = 200;

/**
 * A manifest of the link's repository names the blob, one that is not in the recycle bin. Of very many that name it the first
 * are looked at: where all of those are in the bin, it counts as the bin's.
 */
const isServed: RawBuilder<number> = sql`case when exists (
  select 1 from (
    select manifest_references.manifest_id from manifest_references
    where manifest_references.repository_id = repository_blobs.repository_id and manifest_references.digest = blobs.digest
    limit ${sql.lit(LOOKED_AT)}
  ) as naming inner join manifests on manifests.id = naming.manifest_id where manifests.deleted_at is null
) then 1 else 0 end`;

/** A manifest names it, perhaps one in the recycle bin. */
const isNamed: RawBuilder<number> = sql`case when exists (
  select 1 from manifest_references
  where manifest_references.repository_id = repository_blobs.repository_id and manifest_references.digest = blobs.digest
) then 1 else 0 end`;

/** The repositories of a namespace, those in the recycle bin too. */
export const listRepositoriesOf = statement<{ namespaceId: number; afterName: string; limit: number }>()((p, { db }) =>
  db
    .selectFrom("repositories")
    .select(["id", "name", "deleted_at"])
    .where("namespace_id", "=", p.namespaceId)
    .where("name", ">", p.afterName)
    .orderBy("name")
    .limit(p.limit),
);

export const listVisibleOf = statement<
  VisibilityParameters & { namespaceId: number; afterName: string; limit: number }
>()((p, { db, dialect }) =>
  db
    .selectFrom("repositories")
    .select(["id", "name"])
    .where("namespace_id", "=", p.namespaceId)
    .where("name", ">", p.afterName)
    .where(visibleTo(p, dialect))
    .orderBy("name")
    .limit(p.limit),
);

/** What a repository links, by blob, and who in it needs that. */
export const listLinks = statement<{ repositoryId: number; afterBlob: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("repository_blobs")
    .innerJoin("blobs", "blobs.id", "repository_blobs.blob_id")
    .select(["repository_blobs.blob_id", "repository_blobs.kept_until", "blobs.digest", "blobs.size_bytes"])
    .select([isServed.as("is_served"), isNamed.as("is_named")])
    .where("repository_blobs.repository_id", "=", p.repositoryId)
    .where("repository_blobs.blob_id", ">", p.afterBlob)
    .orderBy("repository_blobs.blob_id")
    .limit(p.limit),
);

/** Its manifests' own sizes; those in the recycle bin too. */
export const listManifestBytes = statement<{ repositoryId: number; afterDigest: string; limit: number }>()(
  (p, { db }) =>
    db
      .selectFrom("manifests")
      .select(["digest", "size_bytes", "deleted_at"])
      .where("repository_id", "=", p.repositoryId)
      .where("digest", ">", p.afterDigest)
      .orderBy("digest")
      .limit(p.limit),
);

export const countCurrentTags = statement<{ repositoryId: number }>()((p, { db }) =>
  db
    .selectFrom("tags")
    .select((eb) => eb.cast<number>(eb.fn.countAll(), "integer").as("count"))
    .where("repository_id", "=", p.repositoryId)
    .where("to_at", "is", null),
);

/**
 * Other repositories that link a blob and that the caller may see, of the first `limit` that link it. Who sees everything
 * sees the recycle bin too.
 */
export const listOthersWithBlob = statement<
  VisibilityParameters & { blobId: number; repositoryId: number; limit: number }
>()((p, { db, dialect }) =>
  db
    .selectFrom((eb) =>
      eb
        .selectFrom("repository_blobs")
        .select("repository_blobs.repository_id as linked_id")
        .where("repository_blobs.blob_id", "=", p.blobId)
        .where("repository_blobs.repository_id", "<>", p.repositoryId)
        .orderBy("repository_blobs.repository_id")
        .limit(p.limit)
        .as("linked"),
    )
    .innerJoin("repositories", "repositories.id", "linked.linked_id")
    .select("repositories.name")
    .where(visibleWithDeletedTo(p, dialect)),
);

/** Which of the blobs any other repository links. `blobs`: a JSON list of `{ id }`. */
export const listSharedBlobs = statement<{ repositoryId: number; blobs: string }>()((p, { db, jsonRows }) =>
  db
    .selectFrom(jsonRows(p.blobs, ["id"]))
    .select(sql<number>`cast(listed.id as bigint)`.as("id"))
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom("repository_blobs")
          .select("blob_id")
          .where("blob_id", "=", sql<number>`cast(listed.id as bigint)`)
          .where("repository_id", "<>", p.repositoryId),
      ),
    ),
);
