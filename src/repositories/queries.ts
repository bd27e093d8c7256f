/** Every statement on repositories and their names. */
import { sql } from "kysely";
import { visibleTo, type VisibilityParameters } from "../access/visibility.ts";
import { statement } from "../database/statement.ts";

export const findRepository = statement<{ name: string }>()((p, { db }) =>
  db
    .selectFrom("repositories")
    .innerJoin("namespaces", "namespaces.id", "repositories.namespace_id")
    .select([
      "repositories.id",
      "repositories.name",
      "repositories.namespace_id",
      "repositories.visibility",
      "namespaces.creates_on_push",
      "namespaces.members_role",
    ])
    .select((eb) => eb.fn.coalesce("repositories.deleted_at", "namespaces.deleted_at").as("deleted_at"))
    .where("repositories.name", "=", p.name),
);

/**
 * By a name that it had, or that its namespace had; `rest` is what follows the namespace, with the slash. One statement, as
 * between two a rename may take back what the first one looked for.
 */
export const findRenamed = statement<{ name: string; namespace: string; rest: string }>()((p, { db }) => {
  const named = sql`former_names as moved inner join namespaces as place on place.id = moved.namespace_id`;
  const now = sql`place.name || cast(${p.rest} as text)`;
  return db
    .selectFrom("repositories")
    .innerJoin("namespaces", "namespaces.id", "repositories.namespace_id")
    .select([
      "repositories.id",
      "repositories.name",
      "repositories.namespace_id",
      "repositories.visibility",
      "namespaces.creates_on_push",
      "namespaces.members_role",
    ])
    .select((eb) => eb.fn.coalesce("repositories.deleted_at", "namespaces.deleted_at").as("deleted_at"))
    .where(
      "repositories.id",
      "=",
      sql<number>`coalesce(
        (select id from repositories where name = ${p.name}),
        (select repository_id from former_names where name = ${p.name}),
        (select it.id from ${named} inner join repositories as it on it.name = ${now} where moved.name = ${p.namespace}),
        (select it.repository_id from ${named} inner join former_names as it on it.name = ${now} where moved.name = ${p.namespace})
      )`,
    );
});

/** By its name or one that it had. */
export const findNamespace = statement<{ name: string }>()((p, { db }) =>
  db
    .selectFrom("namespaces")
    .select(["id", "name", "creates_on_push", "default_visibility", "members_role", "deleted_at"])
    .where(
      "id",
      "=",
      sql<number>`coalesce(
        (select id from namespaces where name = ${p.name}),
        (select namespace_id from former_names where name = ${p.name})
      )`,
    ),
);

export const insertNamespace = statement<{ name: string; now: number }>()((p, { db }) =>
  db
    .insertInto("namespaces")
    .values({ name: p.name, created_at: p.now })
    .onConflict((conflict) => conflict.column("name").doNothing()),
);

/** Waits for a namespace that is being renamed, and then finds none of the old name. */
export const insertRepository = statement<{ name: string; namespace: string; now: number }>()((p, { db, lock }) =>
  db
    .insertInto("repositories")
    .columns(["namespace_id", "name", "created_at", "pushed_at", "visibility"])
    .expression((eb) =>
      eb
        .selectFrom("namespaces")
        .where("namespaces.name", "=", p.namespace)
        .select((row) => [
          "namespaces.id",
          row.val(p.name).as("name"),
          row.cast<number>(row.val(p.now), "bigint").as("created_at"),
          row.cast<number>(row.val(p.now), "bigint").as("pushed_at"),
          "namespaces.default_visibility",
        ])
        .modifyEnd(lock("key share")),
    )
    .onConflict((conflict) => conflict.column("name").doNothing()),
);

/** By name, those after `last`. */
export const listRepositories = statement<{ last: string; limit: number } & VisibilityParameters>()(
  (p, { db, dialect }) =>
    db
      .selectFrom("repositories")
      .select("name")
      .where("name", ">", p.last)
      .where(visibleTo(p, dialect))
      .orderBy("name")
      .limit(p.limit),
);
