/** Every statement on how many there are of what. Each counts to a limit. */
import { sql } from "kysely";
import { statement } from "../database/statement.ts";

/** A stretch of accounts by id. */
export const countAccounts = statement<{ afterAccount: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("accounts")
    .select(["id", "kind", "system_role", "disabled_at"])
    .where("id", ">", p.afterAccount)
    .orderBy("id")
    .limit(p.limit),
);

export const countOrganisations = statement<{ limit: number }>()((p, { db }) =>
  db
    .selectFrom((eb) =>
      eb
        .selectFrom("namespaces")
        .select("id")
        .where("id", ">", sql.lit(0))
        .where("kind", "=", sql.lit("organisation"))
        .where("deleted_at", "is", null)
        .limit(p.limit)
        .as("some"),
    )
    .select((eb) => eb.fn.countAll<number>().as("count")),
);

export const countRepositories = statement<{ limit: number }>()((p, { db }) =>
  db
    .selectFrom((eb) =>
      eb
        .selectFrom("repositories")
        .select("id")
        .where("id", ">", sql.lit(0))
        .where("deleted_at", "is", null)
        .limit(p.limit)
        .as("some"),
    )
    .select((eb) => eb.fn.countAll<number>().as("count")),
);
