/** Every statement on blobs and their links to repositories. Lists of digests are JSON texts. */
import { sql, type RawBuilder } from "kysely";
import { visibleTo, type VisibilityParameters } from "../../access/visibility.ts";
import { statement } from "../../database/statement.ts";

/**
 * The blob of that digest that is not being deleted, kept from it until the transaction ends. KEY SHARE is enough and lets
 * pushes of one blob pass each other: `update … set state` alone would not wait for it, but the collector takes FOR UPDATE
 * before it looks for links, which does, and which this waits for. What was marked meanwhile is then not found.
 */
export const findBlob = statement<{ digest: string }>()((p, { db, lock }) =>
  db
    .selectFrom("blobs")
    .select(["id", "size_bytes", "storage_key", "state", "condemned_at"])
    .where("digest", "=", p.digest)
    .where("state", "<>", sql.lit("deleting"))
    .modifyEnd(lock("key share")),
);

export const findBlobForUpdate = statement<{ digest: string }>()((p, { db, lock }) =>
  db
    .selectFrom("blobs")
    .select("id")
    .where("digest", "=", p.digest)
    .where("state", "<>", sql.lit("deleting"))
    .modifyEnd(lock("update")),
);

/** Takes back that nobody links the blob. The caller has found it in this transaction. */
export const reviveBlob = statement<{ blobId: number }>()((p, { db }) =>
  db.updateTable("blobs").set({ condemned_at: null }).where("id", "=", p.blobId),
);

/** Condemns the blob if its last link is gone; this transaction has locked its row before it looked. */
export const condemnBlob = statement<{ blobId: number; now: number }>()((p, { db }) =>
  db
    .updateTable("blobs")
    .set({ condemned_at: p.now })
    .where("id", "=", p.blobId)
    .where("condemned_at", "is", null)
    .where((eb) =>
      eb.not(
        eb.exists(eb.selectFrom("repository_blobs").select("blob_id").whereRef("blob_id", "=", "blobs.id").limit(1)),
      ),
    ),
);

/** Gives the new row's id, or nothing when the digest is there already. */
export const insertBlob = statement<{
  digest: string;
  sizeBytes: number;
  storageKey: string | null;
  content: Uint8Array | null;
  now: number;
}>()((p, { db }) =>
  db
    .insertInto("blobs")
    .values({
      digest: p.digest,
      size_bytes: p.sizeBytes,
      storage_key: p.storageKey,
      content: p.content,
      state: "live",
      created_at: p.now,
      verified_at: p.now,
      condemned_at: null,
    })
    .onConflict((conflict) => conflict.column("digest").where("state", "<>", sql.lit("deleting")).doNothing())
    .returning("id"),
);

/** Where a blob's bytes are: empty for those in its row. Whoever heals a blob gives it another key, and is not undone. */
const hasKey = (storageKey: string) => sql<boolean>`coalesce(storage_key, '') = ${storageKey}`;

/** Takes a blob whose bytes are missing or wrong out of service, unless it has others by now. */
export const markDamaged = statement<{ digest: string; storageKey: string }>()((p, { db }) =>
  db
    .updateTable("blobs")
    .set({ state: "damaged" })
    .where("digest", "=", p.digest)
    .where("state", "<>", sql.lit("deleting"))
    .where(hasKey(p.storageKey)),
);

export const listDamaged = statement<{ after: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("blobs")
    .select(["id", "digest", "size_bytes", "storage_key"])
    .where("state", "=", sql.lit("damaged"))
    .where("id", ">", p.after)
    .orderBy("id")
    .limit(p.limit),
);

/** Serves a damaged blob again; the caller has just seen that the bytes at the key are its own. */
export const putBackBlob = statement<{ blobId: number; storageKey: string; now: number }>()((p, { db }) =>
  db
    .updateTable("blobs")
    .set({ state: "live", verified_at: p.now })
    .where("id", "=", p.blobId)
    .where("state", "=", sql.lit("damaged"))
    .where(hasKey(p.storageKey)),
);

/** Gives a blob bytes that were just received in the place of its own, unless somebody else has, or it is being deleted. */
export const healBlob = statement<{
  blobId: number;
  storageKey: string;
  sizeBytes: number;
  receivedKey: string | null;
  content: Uint8Array | null;
  now: number;
}>()((p, { db }) =>
  db
    .updateTable("blobs")
    .set({
      storage_key: p.receivedKey,
      content: p.content,
      size_bytes: p.sizeBytes,
      state: "live",
      verified_at: p.now,
    })
    .where("id", "=", p.blobId)
    .where("state", "<>", sql.lit("deleting"))
    .where(hasKey(p.storageKey)),
);

export const findLinkedBlob = statement<{ repositoryId: number; digest: string }>()((p, { db }) =>
  db
    .selectFrom("blobs")
    .innerJoin("repository_blobs", "repository_blobs.blob_id", "blobs.id")
    .select(["blobs.id", "blobs.size_bytes", "blobs.storage_key", "blobs.content", "repository_blobs.kept_until"])
    .where("blobs.digest", "=", p.digest)
    .where("blobs.state", "<>", sql.lit("deleting"))
    .where("blobs.state", "<>", sql.lit("damaged"))
    .where("repository_blobs.repository_id", "=", p.repositoryId),
);

export const findLink = statement<{ repositoryId: number; blobId: number }>()((p, { db }) =>
  db
    .selectFrom("repository_blobs")
    .select("blob_id")
    .where("blob_id", "=", p.blobId)
    .where("repository_id", "=", p.repositoryId),
);

/** Some manifest of the repository, not in the recycle bin, that names the digest. */
export const findNamingManifest = statement<{ repositoryId: number; digest: string }>()((p, { db }) =>
  db
    .selectFrom("manifest_references")
    .innerJoin("manifests", "manifests.id", "manifest_references.manifest_id")
    .select("manifests.id")
    .where("manifest_references.repository_id", "=", p.repositoryId)
    .where("manifest_references.digest", "=", p.digest)
    .where("manifests.deleted_at", "is", null)
    .limit(1),
);

/**
 * Whether a link that is there has to be kept until `keptUntil`: unless it is for longer, or for good, by a manifest that
 * names it. One in the recycle bin does not count: it may be gone any time.
 */
function needsLease(p: { repositoryId: number; blobId: number; keptUntil: number }): RawBuilder<boolean> {
  return sql`(repository_blobs.kept_until < ${p.keptUntil} or (repository_blobs.kept_until is null and not exists (select 1 from blobs inner join manifest_references on manifest_references.digest = blobs.digest inner join manifests on manifests.id = manifest_references.manifest_id where blobs.id = ${p.blobId} and blobs.state <> 'deleting' and manifest_references.repository_id = ${p.repositoryId} and manifests.deleted_at is null)))`;
}

/**
 * Links a blob until its lease is over. One row when the link is new, else none, and `extendLease` has to follow: as part
 * of this statement its look at manifests made every new link ten times as slow on SQLite.
 */
export const linkBlob = statement<{ repositoryId: number; blobId: number; now: number; keptUntil: number }>()(
  (p, { db }) =>
    db
      .insertInto("repository_blobs")
      .values({ repository_id: p.repositoryId, blob_id: p.blobId, created_at: p.now, kept_until: p.keptUntil })
      .onConflict((conflict) => conflict.columns(["blob_id", "repository_id"]).doNothing()),
);

/** Keeps a link for longer; see `needsLease`. */
export const extendLease = statement<{ repositoryId: number; blobId: number; keptUntil: number }>()((p, { db }) =>
  db
    .updateTable("repository_blobs")
    .set({ kept_until: p.keptUntil })
    .where("blob_id", "=", p.blobId)
    .where("repository_id", "=", p.repositoryId)
    .where(needsLease(p)),
);

export const unlinkBlob = statement<{ repositoryId: number; blobId: number }>()((p, { db }) =>
  db.deleteFrom("repository_blobs").where("blob_id", "=", p.blobId).where("repository_id", "=", p.repositoryId),
);

/** Whether some repository that may be seen links the blob. */
export const findVisibleLink = statement<{ blobId: number } & VisibilityParameters>()((p, { db, dialect }) =>
  db
    .selectFrom("repository_blobs")
    .innerJoin("repositories", "repositories.id", "repository_blobs.repository_id")
    .select("repository_blobs.blob_id")
    .where("repository_blobs.blob_id", "=", p.blobId)
    .where(visibleTo(p, dialect))
    .limit(1),
);

/** Which of the digests are blobs of the repository, and how large they are. */
export const listLinkedSizes = statement<{ repositoryId: number; digests: string }>()((p, { db, inList, lock }) =>
  db
    .selectFrom("blobs")
    .innerJoin("repository_blobs", "repository_blobs.blob_id", "blobs.id")
    .select(["blobs.digest", "blobs.size_bytes"])
    .where(inList("blobs.digest", p.digests))
    .where("blobs.state", "<>", sql.lit("deleting"))
    .where("blobs.state", "<>", sql.lit("damaged"))
    .where("repository_blobs.repository_id", "=", p.repositoryId)
    .modifyEnd(lock("key share")),
);
