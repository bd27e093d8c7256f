/**
 * Every statement of the recycle bin. Those that end in `Here` are about one repository. What is about to change is
 * locked; what removes many leaves out what others hold, who are restoring it or pushing it again.
 */
import { sql } from "kysely";
import { statement, type StatementBuilder } from "../../database/statement.ts";

function manifests({ db }: StatementBuilder) {
  return db
    .selectFrom("manifests")
    .innerJoin("repositories", "repositories.id", "manifests.repository_id")
    .select(["manifests.id", "repositories.name as repository", "manifests.digest", "manifests.size_bytes"])
    .select([sql<number>`manifests.deleted_at`.as("deleted_at"), "manifests.deleted_by"])
    .where("manifests.deleted_at", "is not", null)
    .orderBy("manifests.deleted_at", "desc")
    .orderBy("manifests.id", "desc");
}

/** The size is null when the manifest is gone for good. */
function tags({ db }: StatementBuilder) {
  return db
    .selectFrom("tags")
    .innerJoin("repositories", "repositories.id", "tags.repository_id")
    .leftJoin("manifests", (join) =>
      join.onRef("manifests.repository_id", "=", "tags.repository_id").onRef("manifests.digest", "=", "tags.digest"),
    )
    .select(["tags.repository_id", "repositories.name as repository", "tags.name", "tags.digest"])
    .select([sql<number>`tags.deleted_at`.as("deleted_at"), "tags.deleted_by", "manifests.size_bytes"])
    .where("tags.deleted_at", "is not", null);
}

/** Newest first, those after one of them. */
export const listManifests = statement<{ deletedAt: number; manifestId: number; limit: number }>()((p, builder) =>
  manifests(builder)
    .where(sql<boolean>`(manifests.deleted_at, manifests.id) < (${p.deletedAt}, ${p.manifestId})`)
    .limit(p.limit),
);

export const listManifestsHere = statement<{
  repositoryId: number;
  deletedAt: number;
  manifestId: number;
  limit: number;
}>()((p, builder) =>
  manifests(builder)
    .where("manifests.repository_id", "=", p.repositoryId)
    .where(sql<boolean>`(manifests.deleted_at, manifests.id) < (${p.deletedAt}, ${p.manifestId})`)
    .limit(p.limit),
);

export const listTags = statement<{ deletedAt: number; repositoryId: number; tag: string; limit: number }>()(
  (p, builder) =>
    tags(builder)
      .where(
        sql<boolean>`(tags.deleted_at, tags.repository_id, tags.name) < (${p.deletedAt}, ${p.repositoryId}, ${p.tag})`,
      )
      .orderBy("tags.deleted_at", "desc")
      .orderBy("tags.repository_id", "desc")
      .orderBy("tags.name", "desc")
      .limit(p.limit),
);

export const listTagsHere = statement<{ deletedAt: number; repositoryId: number; tag: string; limit: number }>()(
  (p, builder) =>
    tags(builder)
      .where("tags.repository_id", "=", p.repositoryId)
      .where(sql<boolean>`(tags.deleted_at, tags.name) < (${p.deletedAt}, ${p.tag})`)
      .orderBy("tags.deleted_at", "desc")
      .orderBy("tags.name", "desc")
      .limit(p.limit),
);

/** The tags that went into the bin with a manifest. */
export const listTagsOfManifest = statement<{
  repositoryId: number;
  digest: string;
  deletedAt: number;
  limit: number;
}>()((p, { db }) =>
  db
    .selectFrom("tags")
    .select("name")
    .where("repository_id", "=", p.repositoryId)
    .where("deleted_at", "=", p.deletedAt)
    .where("digest", "=", p.digest)
    .orderBy("name")
    .limit(p.limit),
);

/** The latest row of a tag's life. */
export const findTag = statement<{ repositoryId: number; tag: string }>()((p, { db, lock }) =>
  db
    .selectFrom("tags")
    .select(["digest", "to_at", "deleted_at"])
    .where("repository_id", "=", p.repositoryId)
    .where("name", "=", p.tag)
    .orderBy("revision", "desc")
    .limit(1)
    .modifyEnd(lock("update")),
);

/** What went into the bin at or before a time, oldest first. */
export const lockManifests = statement<{ before: number; limit: number }>()((p, { db, lock }) =>
  db
    .selectFrom("manifests")
    .select(["id", "repository_id", "size_bytes"])
    .where("deleted_at", "is not", null)
    .where("deleted_at", "<=", p.before)
    .orderBy("deleted_at")
    .orderBy("id")
    .limit(p.limit)
    .modifyEnd(lock("update skip locked")),
);

export const lockManifestsHere = statement<{ repositoryId: number; before: number; limit: number }>()(
  (p, { db, lock }) =>
    db
      .selectFrom("manifests")
      .select(["id", "repository_id", "size_bytes"])
      .where("repository_id", "=", p.repositoryId)
      .where("deleted_at", "is not", null)
      .where("deleted_at", "<=", p.before)
      .orderBy("deleted_at")
      .orderBy("id")
      .limit(p.limit)
      .modifyEnd(lock("update skip locked")),
);

export const lockManifest = statement<{ repositoryId: number; digest: string; before: number }>()((p, { db, lock }) =>
  db
    .selectFrom("manifests")
    .select(["id", sql<number>`deleted_at`.as("deleted_at")])
    .where("repository_id", "=", p.repositoryId)
    .where("digest", "=", p.digest)
    .where("deleted_at", "<=", p.before)
    .modifyEnd(lock("update")),
);

export const lockTags = statement<{ before: number; limit: number }>()((p, { db, lock }) =>
  db
    .selectFrom("tags")
    .select(["repository_id", "name"])
    .where("deleted_at", "is not", null)
    .where("deleted_at", "<=", p.before)
    .orderBy("deleted_at")
    .limit(p.limit)
    .modifyEnd(lock("update skip locked")),
);

export const lockTagsHere = statement<{ repositoryId: number; before: number; limit: number }>()((p, { db, lock }) =>
  db
    .selectFrom("tags")
    .select(["repository_id", "name"])
    .where("repository_id", "=", p.repositoryId)
    .where("deleted_at", "is not", null)
    .where("deleted_at", "<=", p.before)
    .orderBy("deleted_at")
    .limit(p.limit)
    .modifyEnd(lock("update skip locked")),
);

/** Every row of a tag's life. */
export const deleteTag = statement<{ repositoryId: number; tag: string }>()((p, { db }) =>
  db.deleteFrom("tags").where("repository_id", "=", p.repositoryId).where("name", "=", p.tag),
);

/** What tags pointed to until before a time, oldest first; not what is in the bin. */
export const deleteTagHistory = statement<{ before: number; limit: number }>()((p, { db }) =>
  db
    .deleteFrom("tags")
    .where((eb) =>
      eb(
        eb.refTuple("repository_id", "name", "revision"),
        "in",
        eb
          .selectFrom("tags")
          .where("to_at", "is not", null)
          .where("to_at", "<", p.before)
          .where("deleted_at", "is", null)
          .orderBy("to_at")
          .limit(p.limit)
          .select(["repository_id", "name", "revision"])
          .$asTuple("repository_id", "name", "revision"),
      ),
    ),
);
