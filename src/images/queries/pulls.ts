/** Every statement on counted pulls. */
import { sql } from "kysely";
import { statement } from "../../database/statement.ts";

export const addPullCount = statement<{
  repositoryId: number;
  unit: "hour" | "day";
  begins: number;
  pullsMore: number;
}>()((p, { db }) =>
  db
    .insertInto("pull_counts")
    .values({ repository_id: p.repositoryId, unit: p.unit, at: p.begins, pulls: p.pullsMore })
    .onConflict((conflict) =>
      conflict
        .columns(["repository_id", "unit", "at"])
        .doUpdateSet({ pulls: sql<number>`pull_counts.pulls + excluded.pulls` }),
    ),
);

export const deletePullCounts = statement<{ repositoryId: number; unit: "hour" | "day"; before: number }>()(
  (p, { db }) =>
    db
      .deleteFrom("pull_counts")
      .where("repository_id", "=", p.repositoryId)
      .where("unit", "=", p.unit)
      .where("at", "<", p.before),
);

export const listPullCounts = statement<{ repositoryId: number; unit: "hour" | "day"; from: number }>()((p, { db }) =>
  db
    .selectFrom("pull_counts")
    .select(["at", "pulls"])
    .where("repository_id", "=", p.repositoryId)
    .where("unit", "=", p.unit)
    .where("at", ">=", p.from)
    .orderBy("at"),
);

/** Adds to the manifest and to every index that names it. */
export const addManifestPulls = statement<{
  repositoryId: number;
  digest: string;
  pullsMore: number;
  lastAt: number;
}>()((p, { db }) =>
  db
    .insertInto("manifest_pulls")
    .columns(["manifest_id", "pulls", "last_at"])
    .expression((eb) =>
      eb
        .selectFrom(
          eb
            .selectFrom("manifests")
            .select("manifests.id as manifest_id")
            .where("manifests.repository_id", "=", p.repositoryId)
            .where("manifests.digest", "=", p.digest)
            .union(
              eb
                .selectFrom("manifest_references")
                .select("manifest_references.manifest_id")
                .where("manifest_references.repository_id", "=", p.repositoryId)
                .where("manifest_references.digest", "=", p.digest)
                .where("manifest_references.kind", "=", sql.lit("manifest")),
            )
            .as("used"),
        )
        .select((row) => [
          "used.manifest_id",
          row.cast<number>(row.val(p.pullsMore), "bigint").as("pulls"),
          row.cast<number>(row.val(p.lastAt), "bigint").as("last_at"),
        ])
        // SQLite would take ON of the conflict clause for a join's.
        .where(sql.lit(true))
        .orderBy("used.manifest_id"),
    )
    .onConflict((conflict) =>
      conflict.column("manifest_id").doUpdateSet({
        pulls: sql<number>`manifest_pulls.pulls + excluded.pulls`,
        last_at: sql<number>`case when excluded.last_at > manifest_pulls.last_at then excluded.last_at else manifest_pulls.last_at end`,
      }),
    ),
);
