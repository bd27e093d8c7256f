/** Every statement on accounts. */
import { sql } from "kysely";
import { statement } from "../database/statement.ts";

const COLUMNS = [
  "id",
  "kind",
  "name",
  "display_name",
  "email",
  "email_verified_at",
  "system_role",
  "disabled_at",
  "description",
  "namespace_id",
  "repository_id",
  "created_at",
  "last_login_at",
] as const;

export const findAccount = statement<{ accountId: number }>()((p, { db }) =>
  db.selectFrom("accounts").select(COLUMNS).where("id", "=", p.accountId),
);

export const findAccountByName = statement<{ name: string }>()((p, { db }) =>
  db.selectFrom("accounts").select(COLUMNS).where("name", "=", p.name),
);

/** Only a verified address belongs to one account for certain. */
export const findAccountByEmail = statement<{ email: string }>()((p, { db }) =>
  db.selectFrom("accounts").select(COLUMNS).where("email", "=", p.email).where("email_verified_at", "is not", null),
);

/** A name has none of the characters behind those of `prefixEnd`. */
export const listAccounts = statement<{ prefix: string; prefixEnd: string; after: string; limit: number }>()(
  (p, { db }) =>
    db
      .selectFrom("accounts")
      .select(COLUMNS)
      .where("name", ">=", p.prefix)
      .where("name", "<", p.prefixEnd)
      .where("name", ">", p.after)
      .orderBy("name")
      .limit(p.limit),
);

/** Those who can act, held until the transaction ends. */
export const lockAdministrators = statement()((_, { db, lock }) =>
  db
    .selectFrom("accounts")
    .select("id")
    .where("system_role", "=", sql.lit("administrator"))
    .where("disabled_at", "is", null)
    .orderBy("id")
    .modifyEnd(lock("update")),
);

export const findClaim = statement()((_, { db }) =>
  db.selectFrom("settings").select("value").where("key", "=", "claimed"),
);

/** Of two that claim at once the database lets one through. */
export const insertClaim = statement<{ value: string }>()((p, { db }) =>
  db
    .insertInto("settings")
    .values({ key: "claimed", value: p.value })
    .onConflict((conflict) => conflict.column("key").doNothing()),
);

/** Whether a name is an account's, a namespace's, or was a namespace's. */
export const findNameHolder = statement<{ name: string }>()((p, { db }) =>
  db
    .selectFrom("accounts")
    .select("name")
    .where("name", "=", p.name)
    .unionAll(db.selectFrom("namespaces").select("name").where("name", "=", p.name))
    .unionAll(db.selectFrom("former_names").select("name").where("name", "=", p.name)),
);

export const insertPerson = statement<{
  name: string;
  displayName: string;
  email: string | null;
  emailVerifiedAt: number | null;
  systemRole: "none" | "auditor" | "administrator";
  now: number;
}>()((p, { db }) =>
  db
    .insertInto("accounts")
    .values({
      kind: "person",
      name: p.name,
      display_name: p.displayName,
      email: p.email,
      email_verified_at: p.emailVerifiedAt,
      system_role: p.systemRole,
      created_at: p.now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning("id"),
);

export const insertUserNamespace = statement<{ name: string; accountId: number; now: number }>()((p, { db }) =>
  db
    .insertInto("namespaces")
    .values({ name: p.name, kind: "user", account_id: p.accountId, created_at: p.now })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .returning("id"),
);

export const setDisplayName = statement<{ accountId: number; displayName: string }>()((p, { db }) =>
  db.updateTable("accounts").set({ display_name: p.displayName }).where("id", "=", p.accountId),
);

export const setEmail = statement<{ accountId: number; email: string | null; emailVerifiedAt: number | null }>()(
  (p, { db }) =>
    db
      .updateTable("accounts")
      .set({ email: p.email, email_verified_at: p.emailVerifiedAt })
      .where("id", "=", p.accountId),
);

export const setSystemRole = statement<{ accountId: number; systemRole: "none" | "auditor" | "administrator" }>()(
  (p, { db }) => db.updateTable("accounts").set({ system_role: p.systemRole }).where("id", "=", p.accountId),
);

export const setDisabled = statement<{ accountId: number; disabledAt: number | null }>()((p, { db }) =>
  db.updateTable("accounts").set({ disabled_at: p.disabledAt }).where("id", "=", p.accountId),
);

export const setLastLogin = statement<{ accountId: number; now: number }>()((p, { db }) =>
  db.updateTable("accounts").set({ last_login_at: p.now }).where("id", "=", p.accountId),
);

/** Namespaces that came into being by pushes while the registry was nobody's. */
export const listOwnerlessNamespaces = statement<{ after: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("namespaces")
    .select("namespaces.id")
    .where("namespaces.id", ">", p.after)
    .where("kind", "=", "organisation")
    .where((eb) =>
      eb.not(
        eb.exists(eb.selectFrom("members").select("account_id").whereRef("members.namespace_id", "=", "namespaces.id")),
      ),
    )
    .orderBy("namespaces.id")
    .limit(p.limit),
);

export const insertMember = statement<{
  namespaceId: number;
  accountId: number;
  memberRole: "owner" | "member";
  now: number;
}>()((p, { db }) =>
  db
    .insertInto("members")
    .values({ namespace_id: p.namespaceId, account_id: p.accountId, role: p.memberRole, created_at: p.now })
    .onConflict((conflict) => conflict.doNothing()),
);
