/** Every statement on blobs and their links to repositories. Lists of digests are JSON texts. */
import { sql } from "kysely";
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

/** Takes a blob whose stored bytes are missing or wrong out of service, unless it has others by now. */
export const markDamaged = statement<{ digest: string; storageKey: string }>()((p, { db }) =>
  db
    .updateTable("blobs")
    .set({ state: "damaged" })
    .where("digest", "=", p.digest)
    .where("state", "<>", sql.lit("deleting"))
    .where("storage_key", "=", p.storageKey),
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

/** Points a blob at other stored bytes, unless somebody else has done so. */
export const moveBlob = statement<{ id: number; storageKey: string; receivedKey: string }>()((p, { db }) =>
  db
    .updateTable("blobs")
    .set({ storage_key: p.receivedKey, state: "live" })
    .where("id", "=", p.id)
    .where("state", "<>", sql.lit("deleting"))
    .where("storage_key", "=", p.storageKey),
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

/** Links a blob until its lease is over; a link that there is is kept for longer, unless it has no lease: a manifest keeps it. */
export const linkBlob = statement<{ repositoryId: number; blobId: number; now: number; keptUntil: number }>()(
  (p, { db }) =>
    db
      .insertInto("repository_blobs")
      .values({ repository_id: p.repositoryId, blob_id: p.blobId, created_at: p.now, kept_until: p.keptUntil })
      .onConflict((conflict) =>
        conflict
          .columns(["blob_id", "repository_id"])
          .doUpdateSet({ kept_until: p.keptUntil })
          .where("repository_blobs.kept_until", "<", p.keptUntil),
      ),
);

/** Keeps a link that has a lease for longer. */
export const extendLease = statement<{ repositoryId: number; blobId: number; keptUntil: number }>()((p, { db }) =>
  db
    .updateTable("repository_blobs")
    .set({ kept_until: p.keptUntil })
    .where("blob_id", "=", p.blobId)
    .where("repository_id", "=", p.repositoryId)
    .where("kept_until", "<", p.keptUntil),
);

export const unlinkBlob = statement<{ repositoryId: number; blobId: number }>()((p, { db }) =>
  db.deleteFrom("repository_blobs").where("blob_id", "=", p.blobId).where("repository_id", "=", p.repositoryId),
);

/** Whether some repository that may be seen links the blob. */
export const findVisibleLink = statement<{ blobId: number } & VisibilityParameters>()((p, { db }) =>
  db
    .selectFrom("repository_blobs")
    .innerJoin("repositories", "repositories.id", "repository_blobs.repository_id")
    .select("repository_blobs.blob_id")
    .where("repository_blobs.blob_id", "=", p.blobId)
    .where(visibleTo(p))
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
