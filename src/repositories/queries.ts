/** Every statement on namespaces and repositories. */
import { visibleTo, type VisibilityParameters } from "../access/visibility.ts";
import { statement } from "../database/statement.ts";

export const findRepository = statement<{ name: string }>()((p, { db }) =>
  db.selectFrom("repositories").select("id").where("name", "=", p.name),
);

export const insertNamespace = statement<{ name: string; now: number }>()((p, { db }) =>
  db
    .insertInto("namespaces")
    .values({ name: p.name, created_at: p.now })
    .onConflict((conflict) => conflict.column("name").doNothing()),
);

export const insertRepository = statement<{ name: string; namespace: string; now: number }>()((p, { db }) =>
  db
    .insertInto("repositories")
    .columns(["namespace_id", "name", "created_at"])
    .expression((eb) =>
      eb
        .selectFrom("namespaces")
        .where("namespaces.name", "=", p.namespace)
        .select((row) => [
          "namespaces.id",
          row.val(p.name).as("name"),
          row.cast<number>(row.val(p.now), "bigint").as("created_at"),
        ]),
    )
    .onConflict((conflict) => conflict.column("name").doNothing()),
);

/** By name, those after `last`. */
export const listRepositories = statement<{ last: string; limit: number } & VisibilityParameters>()((p, { db }) =>
  db
    .selectFrom("repositories")
    .select("name")
    .where("name", ">", p.last)
    .where(visibleTo(p))
    .orderBy("name")
    .limit(p.limit),
);
