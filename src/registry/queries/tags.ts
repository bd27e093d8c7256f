/** Every statement on tags and their history. */
import { sql } from "kysely";
import { statement } from "../../database/statement.ts";

/** The latest row of the tag's life, which is its current one unless it has a `to_at`. */
export const findLatestTag = statement<{ repositoryId: number; tag: string }>()((p, { db, lock }) =>
  db
    .selectFrom("tags")
    .select(["revision", "digest", "to_at", "deleted_at"])
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
    deleted_at: null,
    deleted_by: null,
  }),
);

/** A tag that moves on: what it pointed to is history. */
export const endTag = statement<{ repositoryId: number; tag: string; revision: number; now: number }>()((p, { db }) =>
  db
    .updateTable("tags")
    .set({ to_at: p.now })
    .where("repository_id", "=", p.repositoryId)
    .where("name", "=", p.tag)
    .where("revision", "=", p.revision),
);

/** Ends a tag and puts it into the recycle bin. */
export const binTag = statement<{
  repositoryId: number;
  tag: string;
  revision: number;
  now: number;
  deletedBy: string;
}>()((p, { db }) =>
  db
    .updateTable("tags")
    .set({ to_at: p.now, deleted_at: p.now, deleted_by: p.deletedBy })
    .where("repository_id", "=", p.repositoryId)
    .where("name", "=", p.tag)
    .where("revision", "=", p.revision),
);

/** Ends at most `limit` of the tags that point at a digest, and puts them into the recycle bin. */
export const binTagsOfDigest = statement<{
  repositoryId: number;
  digest: string;
  now: number;
  deletedBy: string;
  limit: number;
}>()((p, { db }) =>
  db
    .updateTable("tags")
    .set({ to_at: p.now, deleted_at: p.now, deleted_by: p.deletedBy })
    .where("repository_id", "=", p.repositoryId)
    .where("to_at", "is", null)
    .where("name", "in", (eb) =>
      eb
        .selectFrom("tags as pointing")
        .select("pointing.name")
        .where("pointing.repository_id", "=", p.repositoryId)
        .where("pointing.digest", "=", p.digest)
        .where("pointing.to_at", "is", null)
        .limit(p.limit),
    )
    // On PostgreSQL a tag may have moved on while its row was waited for. In words that keep SQLite from walking through
    // all that point at the digest.
    .where(sql<boolean>`coalesce(digest, '') = ${p.digest}`),
);

/** Some tag that points at a digest. */
export const findTagOfDigest = statement<{ repositoryId: number; digest: string }>()((p, { db }) =>
  db
    .selectFrom("tags")
    .select("name")
    .where("repository_id", "=", p.repositoryId)
    .where("digest", "=", p.digest)
    .where("to_at", "is", null)
    .limit(1),
);

/** Takes a tag's row out of the recycle bin: it is history like any other. */
export const unbinTag = statement<{ repositoryId: number; tag: string; revision: number }>()((p, { db }) =>
  db
    .updateTable("tags")
    .set({ deleted_at: null, deleted_by: null })
    .where("repository_id", "=", p.repositoryId)
    .where("name", "=", p.tag)
    .where("revision", "=", p.revision),
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

export const deleteOldRevisions = statement<{ repositoryId: number; tag: string; upTo: number }>()((p, { db }) =>
  db
    .deleteFrom("tags")
    .where("repository_id", "=", p.repositoryId)
    .where("name", "=", p.tag)
    .where("revision", "<=", p.upTo),
);
