/** The namespaces that an account belongs to. */
import { sql } from "kysely";
import { statement } from "../../database/statement.ts";

/** Its own and its organisations, as far as they are not in the recycle bin. */
export const listOwnNamespaces = statement<{ accountId: number }>()((p, { db }) =>
  db
    .selectFrom("namespaces")
    .select(["id", "name", "kind", "display_name", sql<"owner" | "member">`'owner'`.as("role")])
    .where("account_id", "=", p.accountId)
    .where("deleted_at", "is", null)
    .unionAll(
      db
        .selectFrom("members")
        .innerJoin("namespaces", "namespaces.id", "members.namespace_id")
        .select(["namespaces.id", "namespaces.name", "namespaces.kind", "namespaces.display_name", "members.role"])
        .where("members.account_id", "=", p.accountId)
        .where("namespaces.deleted_at", "is", null),
    ),
);
