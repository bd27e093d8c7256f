/** Every statement on what the whole registry stores, and on how that grew. */
import { sql } from "kysely";
import { statement } from "../../database/statement.ts";

export const pageRepositories = statement<{ afterRepository: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("repositories")
    .innerJoin("namespaces", "namespaces.id", "repositories.namespace_id")
    .select(["repositories.id", "repositories.name", "repositories.namespace_id", "namespaces.name as namespace"])
    .where("repositories.id", ">", p.afterRepository)
    .orderBy("repositories.id")
    .limit(p.limit),
);

/** Every link, those of one blob together. */
export const pageStored = statement<{ afterBlob: number; afterRepository: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("repository_blobs")
    .innerJoin("blobs", "blobs.id", "repository_blobs.blob_id")
    .select(["repository_blobs.blob_id", "repository_blobs.repository_id", "blobs.size_bytes"])
    .where(
      sql<boolean>`(repository_blobs.blob_id, repository_blobs.repository_id) > (${p.afterBlob}, ${p.afterRepository})`,
    )
    .orderBy("repository_blobs.blob_id")
    .orderBy("repository_blobs.repository_id")
    .limit(p.limit),
);

export const pageManifests = statement<{ afterManifest: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("manifests")
    .select(["id", "repository_id", "size_bytes"])
    .where("id", ">", p.afterManifest)
    .orderBy("id")
    .limit(p.limit),
);

export const pageCondemned = statement<{ condemnedAt: number; blobId: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("blobs")
    .select(["id", sql<number>`condemned_at`.as("condemned_at"), "size_bytes"])
    .where("condemned_at", "is not", null)
    .where((eb) => eb(eb.refTuple("condemned_at", "id"), ">", eb.tuple(p.condemnedAt, p.blobId)))
    .orderBy("condemned_at")
    .orderBy("id")
    .limit(p.limit),
);

const GROWTH = [
  "at",
  "stored_bytes",
  "logical_bytes",
  "manifest_bytes",
  "condemned_bytes",
  "blobs",
  "manifests",
  "repositories",
  "free_bytes",
] as const;

export const insertGrowth = statement<{
  at: number;
  storedBytes: number;
  logicalBytes: number;
  manifestBytes: number;
  condemnedBytes: number;
  blobCount: number;
  manifestCount: number;
  repositoryCount: number;
  freeBytes: number | null;
}>()((p, { db }) =>
  db
    .insertInto("storage_growth")
    .values({
      at: p.at,
      stored_bytes: p.storedBytes,
      logical_bytes: p.logicalBytes,
      manifest_bytes: p.manifestBytes,
      condemned_bytes: p.condemnedBytes,
      blobs: p.blobCount,
      manifests: p.manifestCount,
      repositories: p.repositoryCount,
      free_bytes: p.freeBytes,
    })
    .onConflict((conflict) => conflict.column("at").doNothing()),
);

export const listGrowth = statement<{ from: number; limit: number }>()((p, { db }) =>
  db.selectFrom("storage_growth").select(GROWTH).where("at", ">=", p.from).orderBy("at").limit(p.limit),
);

export const findLastGrowth = statement<{ from: number }>()((p, { db }) =>
  db.selectFrom("storage_growth").select(GROWTH).where("at", ">=", p.from).orderBy("at", "desc").limit(1),
);

/** Of a time that has passed: `times` is a JSON list of `{ at }`. */
export const deleteGrowth = statement<{ times: string }>()((p, { db, jsonRows }) =>
  db
    .deleteFrom("storage_growth")
    .where("at", "in", (eb) =>
      eb.selectFrom(jsonRows(p.times, ["at"])).select(sql<number>`cast(listed.at as bigint)`.as("at")),
    ),
);

export const deleteGrowthBefore = statement<{ before: number }>()((p, { db }) =>
  db.deleteFrom("storage_growth").where("at", "<", p.before),
);
