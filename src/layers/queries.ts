/** Every statement on the indexes of layers. Lists are JSON texts. */
import { sql } from "kysely";
import { statement } from "../database/statement.ts";

export const findIndex = statement<{ blobId: number }>()((p, { db }) =>
  db
    .selectFrom("layer_indexes")
    .select(["state", "version", "attempts", "began_at", "entries", "uncompressed_bytes", "reason"])
    .where("blob_id", "=", p.blobId),
);

export const findIndexBytes = statement<{ blobId: number; version: number }>()((p, { db }) =>
  db
    .selectFrom("layer_indexes")
    .select(["content", "storage_key"])
    .where("blob_id", "=", p.blobId)
    .where("version", "=", p.version)
    .where("state", "=", sql.lit("ready")),
);

/**
 * Begins to make one: the attempts with this one, or nothing when another process has begun since `staleBefore`, or made
 * it, or the blob is gone. `isFirst` says of one of another version that it begins anew.
 */
export const beginIndex = statement<{ blobId: number; version: number; now: number; staleBefore: number }>()(
  (p, { db }) =>
    db
      .insertInto("layer_indexes")
      .columns(["blob_id", "state", "version", "attempts", "began_at"])
      .expression((eb) =>
        eb
          .selectFrom("blobs")
          .select([
            "blobs.id",
            sql<"indexing">`'indexing'`.as("state"),
            sql<number>`${p.version}`.as("version"),
            sql<number>`1`.as("attempts"),
            sql<number>`${p.now}`.as("began_at"),
          ])
          .where("blobs.id", "=", p.blobId)
          .where("blobs.state", "<>", sql.lit("deleting")),
      )
      .onConflict((conflict) =>
        conflict
          .column("blob_id")
          .doUpdateSet({
            state: sql.lit("indexing"),
            attempts: sql<number>`case when layer_indexes.version = excluded.version then layer_indexes.attempts + 1 else 1 end`,
            version: (eb) => eb.ref("excluded.version"),
            began_at: (eb) => eb.ref("excluded.began_at"),
            content: null,
            storage_key: null,
            reason: null,
          })
          .where((eb) =>
            eb.or([
              eb("layer_indexes.state", "=", sql.lit("failed")),
              eb("layer_indexes.version", "<>", eb.ref("excluded.version")),
              eb.and([
                eb("layer_indexes.state", "=", sql.lit("indexing")),
                eb("layer_indexes.began_at", "<", p.staleBefore),
              ]),
            ]),
          ),
      )
      .returning("attempts"),
);

/** Of one that this process has begun. */
export const finishIndex = statement<{
  blobId: number;
  state: "failed" | "ready" | "parked" | "unsupported";
  attempts: number;
  entries: number | null;
  uncompressedBytes: number | null;
  reason: string | null;
  storageKey: string | null;
  content: Uint8Array | null;
}>()((p, { db }) =>
  db
    .updateTable("layer_indexes")
    .set({
      state: p.state,
      attempts: p.attempts,
      entries: p.entries,
      uncompressed_bytes: p.uncompressedBytes,
      reason: p.reason,
      storage_key: p.storageKey,
      content: p.content,
    })
    .where("blob_id", "=", p.blobId)
    .where("state", "=", sql.lit("indexing")),
);

/** The bytes of an index are gone: it is made again. */
export const forgetIndex = statement<{ blobId: number }>()((p, { db }) =>
  db.deleteFrom("layer_indexes").where("blob_id", "=", p.blobId).where("state", "=", sql.lit("ready")),
);

export const listIndexKeys = statement<{ storageKeys: string }>()((p, { db, inList }) =>
  db.selectFrom("layer_indexes").select("storage_key").where(inList("storage_key", p.storageKeys)),
);

export const findLastManifest = statement()((_, { db }) =>
  db.selectFrom("manifests").select("id").orderBy("id", "desc").limit(1),
);

/** Layers without an index, or with one that failed, of manifests in a stretch of ids; each with its manifest and repository. */
export const listUnindexed = statement<{ afterManifest: number; upToManifest: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("manifest_references")
    .innerJoin("repositories", "repositories.id", "manifest_references.repository_id")
    .innerJoin("blobs", "blobs.digest", "manifest_references.digest")
    .leftJoin("layer_indexes", "layer_indexes.blob_id", "blobs.id")
    .select([
      "manifest_references.manifest_id",
      "repositories.name as repository",
      "blobs.id",
      "blobs.digest",
      "blobs.size_bytes",
      "blobs.storage_key",
    ])
    .where("manifest_references.manifest_id", ">", p.afterManifest)
    .where("manifest_references.manifest_id", "<=", p.upToManifest)
    .where("manifest_references.kind", "=", sql.lit("layer"))
    .where("blobs.state", "<>", sql.lit("deleting"))
    .where("blobs.state", "<>", sql.lit("damaged"))
    .where((eb) => eb.or([eb("layer_indexes.blob_id", "is", null), eb("layer_indexes.state", "=", sql.lit("failed"))]))
    .orderBy("manifest_references.manifest_id")
    .orderBy("manifest_references.digest")
    .limit(p.limit),
);

export const findManifestContent = statement<{ manifestId: number }>()((p, { db }) =>
  db.selectFrom("manifests").select(["media_type", "content"]).where("id", "=", p.manifestId),
);

export const findBlobBytes = statement<{ blobId: number }>()((p, { db }) =>
  db.selectFrom("blobs").select(["digest", "size_bytes", "storage_key", "content"]).where("id", "=", p.blobId),
);

/** For a server that nobody shares its database with: what was being made when it ended is not being made. */
export const endStaleIndexes = statement()((_, { db }) =>
  db
    .updateTable("layer_indexes")
    .set({ state: sql.lit("failed"), reason: "the server ended while it was read" })
    .where("state", "=", sql.lit("indexing")),
);
