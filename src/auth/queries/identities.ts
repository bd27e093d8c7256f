/** Every statement on what accounts are called at sources of identities, beside those of a login. */
import { statement } from "../../database/statement.ts";

/** Whether the account is linked to somebody at the source. */
export const findIdentityOf = statement<{ accountId: number; source: string }>()((p, { db }) =>
  db
    .selectFrom("identities")
    .select("subject")
    .where("account_id", "=", p.accountId)
    .where("source", "=", p.source)
    .limit(1),
);

export const listIdentities = statement<{ accountId: number }>()((p, { db }) =>
  db
    .selectFrom("identities")
    .select(["source", "subject", "login", "created_at", "last_used_at"])
    .where("account_id", "=", p.accountId),
);

export const deleteIdentitiesOf = statement<{ accountId: number; source: string }>()((p, { db }) =>
  db.deleteFrom("identities").where("account_id", "=", p.accountId).where("source", "=", p.source),
);

/** Of two changes to what an account can log in with, one comes after the other. */
export const lockAccount = statement<{ accountId: number }>()((p, { db, lock }) =>
  db.selectFrom("accounts").select("id").where("id", "=", p.accountId).modifyEnd(lock("update")),
);
