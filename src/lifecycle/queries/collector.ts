/**
 * Every statement of the garbage collector. Lists of rows are JSON texts.
 *
 * What looks for work locks what it finds and leaves out what others hold, so that a pass waits for nobody, and two
 * passes on two servers share the work. What decides comes after it, in statements of their own: those see whatever
 * was committed before the lock was had.
 */
import { sql, type RawBuilder } from "kysely";
import { statement, type StatementBuilder } from "../../database/statement.ts";

/** The `blob_id` and `repository_id` of a JSON list, to compare a link with. */
function pairs(list: unknown, { jsonRows }: StatementBuilder): RawBuilder<boolean> {
  return sql`(blob_id, repository_id) in (select cast(listed.blob_id as bigint), cast(listed.repository_id as bigint) from ${jsonRows(list, ["blob_id", "repository_id"])})`;
}

/** The `id`s of a JSON list, to compare a blob with. */
function ids(list: unknown, { jsonRows }: StatementBuilder): RawBuilder<boolean> {
  return sql`id in (select cast(listed.id as bigint) from ${jsonRows(list, ["id"])})`;
}

const isLinked = sql<boolean>`exists (select 1 from repository_blobs where repository_blobs.blob_id = blobs.id)`;

/** Links whose lease is over, longest first, locked together with their blobs. */
export const lockDueLinks = statement<{ now: number; limit: number }>()((p, { db, lock }) =>
  db
    .selectFrom("repository_blobs")
    .innerJoin("blobs", "blobs.id", "repository_blobs.blob_id")
    .select(["repository_blobs.blob_id", "repository_blobs.repository_id", "blobs.digest"])
    .where("repository_blobs.kept_until", "<=", p.now)
    .orderBy("repository_blobs.kept_until")
    .limit(p.limit)
    .modifyEnd(lock("update skip locked")),
);

/** Which of the links a manifest of the same repository names, one in the recycle bin included. `links`: as `lockDueLinks` gives them. */
export const listNamedLinks = statement<{ links: string }>()((p, { db, jsonRows }) =>
  db
    .selectFrom(jsonRows(p.links, ["blob_id", "repository_id", "digest"]))
    .select([
      sql<number>`cast(listed.blob_id as bigint)`.as("blob_id"),
      sql<number>`cast(listed.repository_id as bigint)`.as("repository_id"),
    ])
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom("manifest_references")
          .select("manifest_references.digest")
          .where("manifest_references.repository_id", "=", sql<number>`cast(listed.repository_id as bigint)`)
          .whereRef("manifest_references.digest", "=", "listed.digest"),
      ),
    ),
);

/** From now on a manifest keeps them. */
export const endLeases = statement<{ links: string }>()((p, builder) =>
  builder.db.updateTable("repository_blobs").set({ kept_until: null }).where(pairs(p.links, builder)),
);

export const deleteLinks = statement<{ links: string }>()((p, builder) =>
  builder.db.deleteFrom("repository_blobs").where(pairs(p.links, builder)),
);

/** `blobs`: a JSON list of `{ id }`, all locked by this transaction. */
export const condemnUnlinked = statement<{ blobs: string; now: number }>()((p, builder) =>
  builder.db
    .updateTable("blobs")
    .set({ condemned_at: p.now })
    .where(ids(p.blobs, builder))
    .where("condemned_at", "is", null)
    .where("state", "<>", sql.lit("deleting"))
    .where(sql<boolean>`not ${isLinked}`),
);

/** Blobs that were condemned at or before a time, longest first, locked. */
export const lockCondemned = statement<{ before: number; limit: number }>()((p, { db, lock }) =>
  db
    .selectFrom("blobs")
    .select("id")
    .where("condemned_at", "<=", p.before)
    .where("state", "<>", sql.lit("deleting"))
    .orderBy("condemned_at")
    .limit(p.limit)
    .modifyEnd(lock("update skip locked")),
);

/** Takes the condemned blobs of a JSON list of `{ id }` from everyone, but for those that were linked again; see `reviveLinked`. */
export const markDeleting = statement<{ blobs: string }>()((p, builder) =>
  builder.db
    .updateTable("blobs")
    .set({ state: "deleting", condemned_at: null })
    .where(ids(p.blobs, builder))
    .where(sql<boolean>`not ${isLinked}`),
);

export const reviveLinked = statement<{ blobs: string }>()((p, builder) =>
  builder.db
    .updateTable("blobs")
    .set({ condemned_at: null })
    .where(ids(p.blobs, builder))
    .where("state", "<>", sql.lit("deleting"))
    .where(isLinked),
);

export const listDeleting = statement<{ after: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("blobs")
    .select(["id", "digest", "size_bytes", "storage_key"])
    .where("state", "=", sql.lit("deleting"))
    .where("id", ">", p.after)
    .orderBy("id")
    .limit(p.limit),
);

/** Gives the sizes of those that nobody else has removed. `blobs`: a JSON list of `{ id }` whose stored bytes are gone. */
export const deleteBlobs = statement<{ blobs: string }>()((p, builder) =>
  builder.db
    .deleteFrom("blobs")
    .where(ids(p.blobs, builder))
    .where("state", "=", sql.lit("deleting"))
    .returning("size_bytes"),
);

/** Tags that went into the recycle bin at or before a time. */
export const countBinnedTags = statement<{ before: number }>()((p, { db }) =>
  db
    .selectFrom("tags")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where("deleted_at", "<=", p.before),
);

/** In the recycle bin by themselves, after one of them, longest first, with when their repository went there. */
export const listBinned = statement<{ deletedAt: number; manifestId: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("manifests")
    .select(["id", sql<number>`deleted_at`.as("deleted_at")])
    .select((eb) =>
      eb
        .selectFrom("repositories")
        .select("repositories.deleted_at")
        .whereRef("repositories.id", "=", "manifests.repository_id")
        .as("repository_deleted_at"),
    )
    .where("deleted_at", "is not", null)
    .where((eb) => eb(eb.refTuple("deleted_at", "id"), ">", eb.tuple(p.deletedAt, p.manifestId)))
    .orderBy("deleted_at")
    .orderBy("id")
    .limit(p.limit),
);

/** Repositories in the recycle bin, or on their way out of it, after one of them, longest first. Those that are gone have 0. */
export const listBinnedRepositories = statement<{ deletedAt: number; repositoryId: number; limit: number }>()(
  (p, { db }) =>
    db
      .selectFrom("repositories")
      .select(["id", sql<number>`deleted_at`.as("deleted_at")])
      .where("deleted_at", "is not", null)
      .where((eb) => eb(eb.refTuple("deleted_at", "id"), ">", eb.tuple(p.deletedAt, p.repositoryId)))
      .orderBy("deleted_at")
      .orderBy("id")
      .limit(p.limit),
);

/** Of a repository, after one of them: those that are not in the recycle bin by themselves. */
export const listLiveManifests = statement<{ repositoryId: number; digest: string; limit: number }>()((p, { db }) =>
  db
    .selectFrom("manifests")
    .select(["id", "digest"])
    .where("repository_id", "=", p.repositoryId)
    .where("digest", ">", p.digest)
    .where("deleted_at", "is", null)
    .orderBy("digest")
    .limit(p.limit),
);

/** Rows of a repository's tags, their history included, but for those that went into the recycle bin at or before a time. */
export const countTagsNotBinned = statement<{ repositoryId: number; before: number }>()((p, { db }) =>
  db
    .selectFrom("tags")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where("repository_id", "=", p.repositoryId)
    .where((eb) => eb.or([eb("deleted_at", "is", null), eb("deleted_at", ">", p.before)])),
);

/** The links through which a manifest has what it names. */
export const listLinksOfManifest = statement<{ manifestId: number }>()((p, { db }) =>
  db
    .selectFrom("manifest_references")
    .innerJoin("blobs", "blobs.digest", "manifest_references.digest")
    .innerJoin("repository_blobs", (join) =>
      join
        .onRef("repository_blobs.blob_id", "=", "blobs.id")
        .onRef("repository_blobs.repository_id", "=", "manifest_references.repository_id"),
    )
    .select(["repository_blobs.blob_id", "repository_blobs.repository_id"])
    .where("manifest_references.manifest_id", "=", p.manifestId)
    .where("blobs.state", "<>", sql.lit("deleting")),
);

/**
 * Whether a link would outlast leases that end until `leaseBefore`, and the loss of every manifest and repository that
 * went into the bin until `binBefore`. With a repository end the leases of what its manifests name, no others.
 */
function outlasts(p: { leaseBefore: number; binBefore: number }): RawBuilder<boolean> {
  const isGone = sql`exists (select 1 from repositories where repositories.id = repository_blobs.repository_id and repositories.deleted_at > 0 and repositories.deleted_at <= ${p.binBefore})`;
  const naming = sql`select 1 from manifest_references inner join manifests on manifests.id = manifest_references.manifest_id where manifest_references.repository_id = repository_blobs.repository_id and manifest_references.digest = blobs.digest`;
  const isKept = sql`manifests.deleted_at is null or manifests.deleted_at > ${p.binBefore}`;
  return sql`(case when ${isGone} then coalesce(repository_blobs.kept_until, 0) > ${p.leaseBefore} and not exists (${naming}) else coalesce(repository_blobs.kept_until, 0) > ${p.leaseBefore} or exists (${naming} and (${isKept})) end)`;
}

/** Those of the links that would not outlast it. `links`: a JSON list of `{ blob_id, repository_id }`. */
export const listLosable = statement<{ links: string; leaseBefore: number; binBefore: number }>()(
  (p, { db, jsonRows }) =>
    db
      .selectFrom(jsonRows(p.links, ["blob_id", "repository_id"]))
      .innerJoin("repository_blobs", (join) =>
        join
          .on("repository_blobs.blob_id", "=", sql<number>`cast(listed.blob_id as bigint)`)
          .on("repository_blobs.repository_id", "=", sql<number>`cast(listed.repository_id as bigint)`),
      )
      .innerJoin("blobs", "blobs.id", "repository_blobs.blob_id")
      .select(["repository_blobs.blob_id", "repository_blobs.repository_id"])
      .where(sql<boolean>`not ${outlasts(p)}`),
);

/** Those of the blobs that would lose their last link by it. `blobs`: a JSON list of `{ id }`. */
export const listFreeable = statement<{ blobs: string; leaseBefore: number; binBefore: number }>()((p, builder) =>
  builder.db
    .selectFrom("blobs")
    .select(["id", "size_bytes"])
    .where(ids(p.blobs, builder))
    .where(
      sql<boolean>`not exists (select 1 from repository_blobs where repository_blobs.blob_id = blobs.id and ${outlasts(p)})`,
    ),
);

/** Links whose lease ends at or before `now`, after one of them, by that time. */
export const listDueLinks = statement<{
  keptUntil: number;
  blobId: number;
  repositoryId: number;
  now: number;
  limit: number;
}>()((p, { db }) =>
  db
    .selectFrom("repository_blobs")
    .innerJoin("blobs", "blobs.id", "repository_blobs.blob_id")
    .select(["repository_blobs.kept_until", "repository_blobs.blob_id", "repository_blobs.repository_id"])
    .select("blobs.digest")
    .where((eb) =>
      eb(
        eb.refTuple("repository_blobs.kept_until", "repository_blobs.blob_id", "repository_blobs.repository_id"),
        ">",
        eb.tuple(p.keptUntil, p.blobId, p.repositoryId),
      ),
    )
    .where("repository_blobs.kept_until", "<=", p.now)
    .orderBy("repository_blobs.kept_until")
    .orderBy("repository_blobs.blob_id")
    .orderBy("repository_blobs.repository_id")
    .limit(p.limit),
);

/** Condemned blobs after one of them, by the time when they were condemned. */
export const listCondemned = statement<{ condemnedAt: number; blobId: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("blobs")
    .select(["id", "condemned_at", "size_bytes"])
    .where("condemned_at", "is not", null)
    .where((eb) => eb(eb.refTuple("condemned_at", "id"), ">", eb.tuple(p.condemnedAt, p.blobId)))
    .where("state", "<>", sql.lit("deleting"))
    .orderBy("condemned_at")
    .orderBy("id")
    .limit(p.limit),
);
