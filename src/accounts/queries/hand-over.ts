/** Every statement on organisations that become a person's own. */
import { sql } from "kysely";
import { statement } from "../../database/statement.ts";
import { DELETED } from "./robots.ts";

/** What would be lost, or somebody who would lose something: administrators and the person would not. */
export const findHandOverObstacle = statement<{ namespaceId: number; accountId: number }>()((p, { db }) =>
  db
    .selectFrom("members")
    .innerJoin("accounts", "accounts.id", "members.account_id")
    .select(["accounts.name", sql.lit("member").as("kind")])
    .where("members.namespace_id", "=", p.namespaceId)
    .where("accounts.id", "<>", p.accountId)
    .where("accounts.system_role", "<>", "administrator")
    .unionAll(
      db
        .selectFrom("teams")
        .select(["name", sql.lit("team").as("kind")])
        .where("namespace_id", "=", p.namespaceId),
    )
    .unionAll(
      db
        .selectFrom("accounts")
        .select(["name", sql.lit("robot").as("kind")])
        .where("namespace_id", "=", p.namespaceId)
        .where((eb) => eb(eb.fn.coalesce("disabled_at", eb.lit(1)), "<>", DELETED)),
    )
    .limit(1),
);

/** In the recycle bin or not. */
export const findAnyRepository = statement<{ namespaceId: number }>()((p, { db }) =>
  db.selectFrom("repositories").select("name").where("namespace_id", "=", p.namespaceId).limit(1),
);

export const findOwnNamespaceOf = statement<{ accountId: number }>()((p, { db, lock }) =>
  db.selectFrom("namespaces").select(["id", "name"]).where("account_id", "=", p.accountId).modifyEnd(lock("update")),
);

/** With the names that it had, and what was granted in it. */
export const deleteNamespace = statement<{ namespaceId: number }>()((p, { db }) =>
  db.deleteFrom("namespaces").where("id", "=", p.namespaceId),
);

/** Makes an organisation a person's own. */
export const giveNamespace = statement<{ namespaceId: number; accountId: number }>()((p, { db }) =>
  db
    .updateTable("namespaces")
    .set({ kind: "user", account_id: p.accountId, members_role: null })
    .where("id", "=", p.namespaceId)
    .where("kind", "=", "organisation"),
);
