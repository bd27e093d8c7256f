/** Every statement on tags as the hub API shows them. */
import { sql } from "kysely";
import { statement, type StatementBuilder } from "../../database/statement.ts";

/** The tag's current row with the manifest that it points to. The size counts what an image's manifest names. */
function shown({ db }: StatementBuilder) {
  const named = sql`select sum(blobs.size_bytes) from manifest_references inner join blobs on blobs.digest = manifest_references.digest and blobs.state <> 'deleting' inner join repository_blobs on repository_blobs.blob_id = blobs.id and repository_blobs.repository_id = manifest_references.repository_id where manifest_references.manifest_id = manifests.id and manifest_references.kind <> 'manifest'`;
  return db
    .selectFrom("tags")
    .innerJoin("manifests", (join) =>
      join.onRef("manifests.repository_id", "=", "tags.repository_id").onRef("manifests.digest", "=", "tags.digest"),
    )
    .select(["tags.name", "tags.digest", "tags.revision", "tags.from_at", "tags.actor"])
    .select(["manifests.media_type", "manifests.artifact_type", "manifests.size_bytes"])
    .select(sql<number>`cast(coalesce((${named}), 0) as bigint)`.as("named_bytes"))
    .where("tags.to_at", "is", null);
}

export const findTagShown = statement<{ repositoryId: number; tag: string }>()((p, builder) =>
  shown(builder)
    .select("manifests.content")
    .where("tags.repository_id", "=", p.repositoryId)
    .where("tags.name", "=", p.tag),
);

/** Newest first. */
export const listTagHistory = statement<{
  repositoryId: number;
  tag: string;
  beforeRevision: number;
  limit: number;
}>()((p, { db }) =>
  db
    .selectFrom("tags")
    .select(["revision", "digest", "from_at", "to_at", "actor", "deleted_at", "deleted_by"])
    .where("repository_id", "=", p.repositoryId)
    .where("name", "=", p.tag)
    .where("revision", "<", p.beforeRevision)
    .orderBy("revision", "desc")
    .limit(p.limit),
);

export const findTagRevision = statement<{ repositoryId: number; tag: string; revision: number }>()((p, { db }) =>
  db
    .selectFrom("tags")
    .select(["revision", "digest"])
    .where("repository_id", "=", p.repositoryId)
    .where("name", "=", p.tag)
    .where("revision", "=", p.revision),
);
