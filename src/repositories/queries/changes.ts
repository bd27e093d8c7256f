/** Every statement that reads or changes one repository as a resource. */
import { sql } from "kysely";
import { statement } from "../../database/statement.ts";
import type { Visibility } from "../../database/schema-access.ts";

export const findDetails = statement<{ repositoryId: number }>()((p, { db }) =>
  db
    .selectFrom("repositories")
    .innerJoin("namespaces", "namespaces.id", "repositories.namespace_id")
    .select([
      "repositories.id",
      "repositories.name",
      "repositories.visibility",
      "repositories.description",
      "repositories.readme",
      "repositories.is_official",
      "repositories.star_count",
      "repositories.pull_count",
      "repositories.created_at",
      "namespaces.name as namespace",
      "namespaces.is_verified_publisher",
    ])
    .select(sql<number>`coalesce(repositories.pushed_at, repositories.created_at)`.as("pushed_at"))
    .where("repositories.id", "=", p.repositoryId)
    .where("repositories.deleted_at", "is", null),
);

export const countTags = statement<{ repositoryId: number }>()((p, { db }) =>
  db
    .selectFrom("tags")
    .select((eb) => eb.cast<number>(eb.fn.countAll(), "integer").as("count"))
    .where("repository_id", "=", p.repositoryId)
    .where("to_at", "is", null),
);

/** Those in the recycle bin included: an index holds them all. */
export const countManifests = statement<{ repositoryId: number }>()((p, { db }) =>
  db
    .selectFrom("manifests")
    .select((eb) => eb.cast<number>(eb.fn.countAll(), "integer").as("count"))
    .where("repository_id", "=", p.repositoryId),
);

export const countBinnedManifests = statement<{ repositoryId: number }>()((p, { db }) =>
  db
    .selectFrom("manifests")
    .select((eb) => eb.cast<number>(eb.fn.countAll(), "integer").as("count"))
    .where("repository_id", "=", p.repositoryId)
    .where("deleted_at", "is not", null),
);

/** Kept from being changed by others until the transaction ends. */
export const lockRepository = statement<{ repositoryId: number }>()((p, { db, lock }) =>
  db
    .selectFrom("repositories")
    .select(["id", "name", "namespace_id", "visibility", "description", "readme", "is_official", "deleted_at"])
    .where("id", "=", p.repositoryId)
    .modifyEnd(lock("update")),
);

/** The repository of that name, wherever it is: also in the recycle bin, and where only its name is left. */
export const findNameHolder = statement<{ name: string }>()((p, { db }) =>
  db
    .selectFrom("repositories")
    .innerJoin("namespaces", "namespaces.id", "repositories.namespace_id")
    .select(["repositories.id", "repositories.name", "repositories.namespace_id", "repositories.visibility"])
    .select(["namespaces.creates_on_push", "namespaces.members_role"])
    .select(["repositories.deleted_at", "namespaces.deleted_at as namespace_deleted_at"])
    .where("repositories.name", "=", p.name),
);

export const findFormerName = statement<{ name: string }>()((p, { db }) =>
  db.selectFrom("former_names").select(["repository_id", "namespace_id"]).where("name", "=", p.name),
);

export const deleteFormerName = statement<{ name: string }>()((p, { db }) =>
  db.deleteFrom("former_names").where("name", "=", p.name),
);

export const insertFormerName = statement<{ name: string; repositoryId: number; now: number }>()((p, { db }) =>
  db
    .insertInto("former_names")
    .values({ name: p.name, namespace_id: null, repository_id: p.repositoryId, renamed_at: p.now }),
);

export const findDefaultVisibility = statement<{ namespaceId: number }>()((p, { db }) =>
  db.selectFrom("namespaces").select("default_visibility").where("id", "=", p.namespaceId),
);

export const insertNewRepository = statement<{
  namespaceId: number;
  name: string;
  now: number;
  wantedVisibility: Visibility;
  description: string;
  readme: string;
}>()((p, { db }) =>
  db
    .insertInto("repositories")
    .columns(["namespace_id", "name", "created_at", "pushed_at", "visibility", "description", "readme"])
    .expression((eb) =>
      eb
        .selectFrom("namespaces")
        .where("namespaces.id", "=", p.namespaceId)
        .where("namespaces.deleted_at", "is", null)
        .select((row) => [
          "namespaces.id",
          row.val(p.name).as("name"),
          row.cast<number>(row.val(p.now), "bigint").as("created_at"),
          row.cast<number>(row.val(p.now), "bigint").as("pushed_at"),
          row.val(p.wantedVisibility).as("visibility"),
          row.val(p.description).as("description"),
          row.val(p.readme).as("readme"),
        ]),
    )
    .onConflict((conflict) => conflict.column("name").doNothing())
    .returning("id"),
);

export const updateRepository = statement<{
  repositoryId: number;
  description: string;
  readme: string;
  wantedVisibility: Visibility;
}>()((p, { db }) =>
  db
    .updateTable("repositories")
    .set({ description: p.description, readme: p.readme, visibility: p.wantedVisibility })
    .where("id", "=", p.repositoryId),
);

export const setOfficial = statement<{ repositoryId: number; isOfficial: number }>()((p, { db }) =>
  db.updateTable("repositories").set({ is_official: p.isOfficial }).where("id", "=", p.repositoryId),
);

export const renameRepository = statement<{ repositoryId: number; namespaceId: number; name: string }>()((p, { db }) =>
  db.updateTable("repositories").set({ name: p.name, namespace_id: p.namespaceId }).where("id", "=", p.repositoryId),
);

export const deleteRepositoryGrants = statement<{ repositoryId: number }>()((p, { db }) =>
  db.deleteFrom("grants").where("repository_id", "=", p.repositoryId),
);

/** With null it comes back from the recycle bin. */
export const binRepository = statement<{ repositoryId: number; binnedAt: number | null; binnedBy: string | null }>()(
  (p, { db }) =>
    db
      .updateTable("repositories")
      .set({ deleted_at: p.binnedAt, deleted_by: p.binnedBy })
      .where("id", "=", p.repositoryId),
);

export const findStar = statement<{ accountId: number; repositoryId: number }>()((p, { db }) =>
  db
    .selectFrom("stars")
    .select("created_at")
    .where("account_id", "=", p.accountId)
    .where("repository_id", "=", p.repositoryId),
);

export const putStar = statement<{ accountId: number; repositoryId: number; now: number }>()((p, { db }) =>
  db
    .insertInto("stars")
    .values({ account_id: p.accountId, repository_id: p.repositoryId, created_at: p.now })
    .onConflict((conflict) => conflict.doNothing()),
);

export const deleteStar = statement<{ accountId: number; repositoryId: number }>()((p, { db }) =>
  db.deleteFrom("stars").where("account_id", "=", p.accountId).where("repository_id", "=", p.repositoryId),
);

export const countStars = statement<{ repositoryId: number; starsMore: number }>()((p, { db }) =>
  db
    .updateTable("repositories")
    .set({ star_count: sql`star_count + ${p.starsMore}` })
    .where("id", "=", p.repositoryId),
);

/** `pushedAt`: 0 where nothing was pushed. */
export const addActivity = statement<{ repositoryId: number; pullsMore: number; pushedAt: number }>()((p, { db }) =>
  db
    .updateTable("repositories")
    .set({
      pull_count: sql`pull_count + ${p.pullsMore}`,
      pushed_at: sql`case when coalesce(pushed_at, 0) < ${p.pushedAt} then ${p.pushedAt} else pushed_at end`,
    })
    .where("id", "=", p.repositoryId),
);
