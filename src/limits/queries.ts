/** Every statement on plans and what they limit. */
import { sql } from "kysely";
import { statement } from "../database/statement.ts";

/** The plans that an account may count its pulls on: its own, a robot's organisation's. */
export const findAccountPlan = statement<{ accountId: number }>()((p, { db }) =>
  db
    .selectFrom("accounts")
    .leftJoin("namespaces", "namespaces.id", "accounts.namespace_id")
    .select(["accounts.kind", "accounts.plan", "accounts.namespace_id", "namespaces.plan as namespace_plan"])
    .where("accounts.id", "=", p.accountId),
);

/** Of the organisations that the account is in, as far as somebody gave them one. */
export const listMemberPlans = statement<{ accountId: number }>()((p, { db }) =>
  db
    .selectFrom("members")
    .innerJoin("namespaces", "namespaces.id", "members.namespace_id")
    .select("namespaces.plan")
    .where("members.account_id", "=", p.accountId)
    .where("namespaces.plan", "is not", null)
    .where("namespaces.deleted_at", "is", null),
);

/** A person's namespace has the plan of the person unless it has one itself. */
export const findNamespacePlan = statement<{ namespaceId: number }>()((p, { db }) =>
  db
    .selectFrom("namespaces")
    .leftJoin("accounts", "accounts.id", "namespaces.account_id")
    .select(["namespaces.name", "namespaces.plan as own_plan"])
    .select((eb) => eb.fn.coalesce("namespaces.plan", "accounts.plan").as("plan"))
    .where("namespaces.id", "=", p.namespaceId),
);

/** As `findNamespacePlan`, of the namespace that a repository is in. */
export const findRepositoryPlan = statement<{ repositoryId: number }>()((p, { db }) =>
  db
    .selectFrom("repositories")
    .innerJoin("namespaces", "namespaces.id", "repositories.namespace_id")
    .leftJoin("accounts", "accounts.id", "namespaces.account_id")
    .select(["namespaces.id as namespace_id", "namespaces.name"])
    .select((eb) => eb.fn.coalesce("namespaces.plan", "accounts.plan").as("plan"))
    .where("repositories.id", "=", p.repositoryId),
);

export const setAccountPlan = statement<{ accountId: number; plan: string | null }>()((p, { db }) =>
  db.updateTable("accounts").set({ plan: p.plan }).where("id", "=", p.accountId),
);

export const setNamespacePlan = statement<{ namespaceId: number; plan: string | null }>()((p, { db }) =>
  db.updateTable("namespaces").set({ plan: p.plan }).where("id", "=", p.namespaceId),
);

/**
 * Makes others that would count here wait until the transaction ends. An update of what is no key: a stronger lock would
 * wait for everyone who makes a repository here, who would wait for it.
 */
export const lockNamespace = statement<{ namespaceId: number }>()((p, { db }) =>
  db
    .updateTable("namespaces")
    .set({ plan: sql`plan` })
    .where("id", "=", p.namespaceId),
);

/** No further than one more than matters. */
export const countPrivateRepositories = statement<{ namespaceId: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom((eb) =>
      eb
        .selectFrom("repositories")
        .select("id")
        .where("namespace_id", "=", p.namespaceId)
        .where("visibility", "=", sql.lit("private"))
        .where("deleted_at", "is", null)
        .limit(p.limit)
        .as("some"),
    )
    .select((eb) => eb.fn.countAll<number>().as("count")),
);

export const countMembers = statement<{ namespaceId: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom((eb) =>
      eb.selectFrom("members").select("account_id").where("namespace_id", "=", p.namespaceId).limit(p.limit).as("some"),
    )
    .select((eb) => eb.fn.countAll<number>().as("count")),
);

/** Whether some repository of the namespace, also one in the recycle bin, links the blob already. */
export const findNamespaceLink = statement<{ namespaceId: number; digest: string }>()((p, { db }) =>
  db
    .selectFrom("blobs")
    .innerJoin("repository_blobs", "repository_blobs.blob_id", "blobs.id")
    .innerJoin("repositories", "repositories.id", "repository_blobs.repository_id")
    .select("blobs.id")
    .where("blobs.digest", "=", p.digest)
    .where("blobs.state", "<>", sql.lit("deleting"))
    .where("repositories.namespace_id", "=", p.namespaceId)
    .limit(1),
);

export const sumUsage = statement<{ namespaceId: number }>()((p, { db }) =>
  db
    .selectFrom("usage_counters")
    .select((eb) => eb.fn.coalesce(eb.cast<number>(eb.fn.sum("bytes"), "bigint"), sql.lit(0)).as("bytes"))
    .where("namespace_id", "=", p.namespaceId),
);

export const addUsage = statement<{ namespaceId: number; shard: number; bytes: number }>()((p, { db }) =>
  db
    .insertInto("usage_counters")
    .values({ namespace_id: p.namespaceId, shard: p.shard, bytes: p.bytes })
    .onConflict((conflict) =>
      conflict.columns(["namespace_id", "shard"]).doUpdateSet({ bytes: sql`usage_counters.bytes + excluded.bytes` }),
    ),
);

/** Unless another exact count has corrected it since this one began. */
export const correctUsage = statement<{ namespaceId: number; bytes: number; corrections: number }>()((p, { db }) =>
  db
    .insertInto("usage_counters")
    .values({ namespace_id: p.namespaceId, shard: 0, bytes: p.bytes, corrections: 1 })
    .onConflict((conflict) =>
      conflict
        .columns(["namespace_id", "shard"])
        .doUpdateSet({
          bytes: sql`usage_counters.bytes + excluded.bytes`,
          corrections: sql`usage_counters.corrections + 1`,
        })
        .where("usage_counters.corrections", "=", p.corrections),
    ),
);

export const pageUsage = statement<{ afterNamespace: number; afterShard: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("usage_counters")
    .select(["namespace_id", "shard", "bytes", "corrections"])
    .where(sql<boolean>`(namespace_id, shard) > (${p.afterNamespace}, ${p.afterShard})`)
    .orderBy("namespace_id")
    .orderBy("shard")
    .limit(p.limit),
);

/** Every link, those of one blob together. */
export const pageLinks = statement<{ afterBlob: number; afterRepository: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("repository_blobs")
    .innerJoin("blobs", "blobs.id", "repository_blobs.blob_id")
    .innerJoin("repositories", "repositories.id", "repository_blobs.repository_id")
    .select([
      "repository_blobs.blob_id",
      "repository_blobs.repository_id",
      "repositories.namespace_id",
      "blobs.size_bytes",
    ])
    .where(
      sql<boolean>`(repository_blobs.blob_id, repository_blobs.repository_id) > (${p.afterBlob}, ${p.afterRepository})`,
    )
    .orderBy("repository_blobs.blob_id")
    .orderBy("repository_blobs.repository_id")
    .limit(p.limit),
);

export const findPullWindow = statement<{ source: string }>()((p, { db }) =>
  db.selectFrom("pull_windows").select(["pulls", "ends_at"]).where("source", "=", p.source),
);

/** Adds what was counted since; a window that is over begins anew. `windows`: JSON rows, sorted by source. */
export const addPulls = statement<{ windows: string; now: number }>()((p, { db, jsonRows }) => {
  const isOver = sql`pull_windows.ends_at <= ${p.now}`;
  return db
    .insertInto("pull_windows")
    .columns(["source", "pulls", "ends_at"])
    .expression(
      db
        .selectFrom(jsonRows(p.windows, ["source", "pulls", "ends_at"]))
        .select((eb) => [
          "listed.source",
          eb.cast<number>("listed.pulls", "bigint").as("pulls"),
          eb.cast<number>("listed.ends_at", "bigint").as("ends_at"),
        ])
        .where(sql<boolean>`true`),
    )
    .onConflict((conflict) =>
      conflict.column("source").doUpdateSet({
        pulls: sql`case when ${isOver} then excluded.pulls else pull_windows.pulls + excluded.pulls end`,
        // The shorter of two: a plan with shorter windows leaves nobody shut out until the end of the long one.
        ends_at: sql`case when ${isOver} or excluded.ends_at < pull_windows.ends_at then excluded.ends_at else pull_windows.ends_at end`,
      }),
    )
    .returning(["source", "pulls", "ends_at"]);
});

export const deletePullWindows = statement<{ now: number; limit: number }>()((p, { db }) =>
  db
    .deleteFrom("pull_windows")
    .where("source", "in", (eb) =>
      eb.selectFrom("pull_windows").select("source").where("ends_at", "<=", p.now).orderBy("ends_at").limit(p.limit),
    ),
);
