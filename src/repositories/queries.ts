/** Every statement on repositories and their names. */
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

export const findNamespace = statement<{ name: string }>()((p, { db }) =>
  db
    .selectFrom("namespaces")
    .select(["id", "name", "creates_on_push", "default_visibility", "members_role", "deleted_at"])
    .where("name", "=", p.name),
);

/** What a repository or namespace of that former name is called now, and which of the two it is: both may have names of one part. */
export const findRenamed = statement<{ name: string }>()((p, { db }) =>
  db
    .selectFrom("former_names")
    .leftJoin("repositories", "repositories.id", "former_names.repository_id")
    .leftJoin("namespaces", "namespaces.id", "former_names.namespace_id")
    .select((eb) => eb.fn.coalesce("repositories.name", "namespaces.name").as("name"))
    .select("former_names.namespace_id")
    .where("former_names.name", "=", p.name),
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
