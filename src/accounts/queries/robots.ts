/** Every statement on robots: accounts that belong to a namespace. */
import { sql } from "kysely";
import { statement, type StatementBuilder } from "../../database/statement.ts";

/** What a robot that was deleted has in `disabled_at`: its row keeps the name from everyone else. */
export const DELETED = 0;

function shown(db: StatementBuilder["db"]) {
  return db
    .selectFrom("accounts")
    .leftJoin("repositories", "repositories.id", "accounts.repository_id")
    .select([
      "accounts.id",
      "accounts.name",
      "accounts.description",
      "accounts.disabled_at",
      "accounts.created_at",
      "accounts.last_login_at",
      // One that was moved to another namespace is no longer theirs to hear of who see this robot.
      sql<string | null>`case
        when repositories.namespace_id = accounts.namespace_id then repositories.name
        when accounts.repository_id is not null then ''
      end`.as("repository"),
    ]);
}

export const listRobots = statement<{ namespaceId: number; last: string; limit: number }>()((p, { db }) =>
  shown(db)
    .where("accounts.namespace_id", "=", p.namespaceId)
    .where("accounts.name", ">", p.last)
    .where((eb) => eb(eb.fn.coalesce("accounts.disabled_at", eb.lit(1)), "<>", DELETED))
    .orderBy("accounts.name")
    .limit(p.limit),
);

export const findRobot = statement<{ namespaceId: number; robotName: string }>()((p, { db }) =>
  shown(db)
    .where("accounts.namespace_id", "=", p.namespaceId)
    .where("accounts.name", "=", p.robotName)
    .where((eb) => eb(eb.fn.coalesce("accounts.disabled_at", eb.lit(1)), "<>", DELETED)),
);

export const insertRobot = statement<{
  robotName: string;
  namespaceId: number;
  robotRepository: number | null;
  description: string;
  now: number;
}>()((p, { db }) =>
  db
    .insertInto("accounts")
    .values({
      kind: "robot",
      name: p.robotName,
      namespace_id: p.namespaceId,
      repository_id: p.robotRepository,
      description: p.description,
      created_at: p.now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning("id"),
);

export const updateRobot = statement<{ accountId: number; description: string; disabledAt: number | null }>()(
  (p, { db }) =>
    db
      .updateTable("accounts")
      .set({ description: p.description, disabled_at: p.disabledAt })
      .where("id", "=", p.accountId),
);

export const deleteRobotRules = statement<{ accountId: number }>()((p, { db }) =>
  db.deleteFrom("trust_rules").where("account_id", "=", p.accountId),
);

export const deleteRobotGrants = statement<{ accountId: number }>()((p, { db }) =>
  db.deleteFrom("grants").where("account_id", "=", p.accountId),
);

/** With their namespace; those that were disabled before stay so when it comes back. */
export const disableRobotsOf = statement<{ namespaceId: number; deletedAt: number }>()((p, { db }) =>
  db
    .updateTable("accounts")
    .set({ disabled_at: p.deletedAt })
    .where("namespace_id", "=", p.namespaceId)
    .where("disabled_at", "is", null),
);

export const enableRobotsOf = statement<{ namespaceId: number; deletedAt: number }>()((p, { db }) =>
  db
    .updateTable("accounts")
    .set({ disabled_at: null })
    .where("namespace_id", "=", p.namespaceId)
    .where("disabled_at", "=", p.deletedAt),
);

export const findRobotToken = statement<{ accountId: number; tokenId: number }>()((p, { db }) =>
  db
    .selectFrom("tokens")
    .select(["id", "name", "scopes", "expires_at"])
    .where("id", "=", p.tokenId)
    .where("account_id", "=", p.accountId)
    .where("kind", "=", "robot"),
);

/** For the time in which what uses a token is given the next one. */
export const setTokenExpiry = statement<{ accountId: number; tokenId: number; expiresAt: number }>()((p, { db }) =>
  db
    .updateTable("tokens")
    .set({ expires_at: p.expiresAt })
    .where("id", "=", p.tokenId)
    .where("account_id", "=", p.accountId),
);
