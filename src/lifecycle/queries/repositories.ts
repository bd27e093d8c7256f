/** Every statement that removes repositories for good, some rows at a time. Their own rows stay: they keep the names. */
import { statement } from "../../database/statement.ts";

/** The first that went into the recycle bin at or before a time, or whose removal has begun. Those that are gone have 0. */
export const lockDueRepository = statement<{ before: number }>()((p, { db, lock }) =>
  db
    .selectFrom("repositories")
    .select(["id", "deleted_at"])
    .where("deleted_at", "is not", null)
    .where("deleted_at", ">", 0)
    .where("deleted_at", "<=", p.before)
    .orderBy("deleted_at")
    .orderBy("id")
    .limit(1)
    .modifyEnd(lock("update skip locked")),
);

export const markGoing = statement<{ repositoryId: number; going: number }>()((p, { db }) =>
  db.updateTable("repositories").set({ deleted_at: p.going }).where("id", "=", p.repositoryId),
);

/** Any of its manifests. */
export const lockManifestsOf = statement<{ repositoryId: number; limit: number }>()((p, { db, lock }) =>
  db
    .selectFrom("manifests")
    .select(["id", "size_bytes"])
    .where("repository_id", "=", p.repositoryId)
    .orderBy("digest")
    .limit(p.limit)
    .modifyEnd(lock("update")),
);

export const deleteTagsOf = statement<{ repositoryId: number; limit: number }>()((p, { db }) =>
  db
    .deleteFrom("tags")
    .where((eb) =>
      eb(
        eb.refTuple("repository_id", "name", "revision"),
        "in",
        eb
          .selectFrom("tags")
          .where("repository_id", "=", p.repositoryId)
          .limit(p.limit)
          .select(["repository_id", "name", "revision"])
          .$asTuple("repository_id", "name", "revision"),
      ),
    ),
);

export const deleteStarsOf = statement<{ repositoryId: number; limit: number }>()((p, { db }) =>
  db
    .deleteFrom("stars")
    .where((eb) =>
      eb(
        eb.refTuple("account_id", "repository_id"),
        "in",
        eb
          .selectFrom("stars")
          .where("repository_id", "=", p.repositoryId)
          .limit(p.limit)
          .select(["account_id", "repository_id"])
          .$asTuple("account_id", "repository_id"),
      ),
    ),
);

export const deleteGrantsOf = statement<{ repositoryId: number }>()((p, { db }) =>
  db.deleteFrom("grants").where("repository_id", "=", p.repositoryId),
);

/** What is left says that there was one of that name. */
export const markGone = statement<{ repositoryId: number; gone: number }>()((p, { db }) =>
  db
    .updateTable("repositories")
    .set({ deleted_at: p.gone, visibility: "private", description: "", readme: "", is_official: 0 })
    .set({ star_count: 0, pull_count: 0 })
    .where("id", "=", p.repositoryId),
);
