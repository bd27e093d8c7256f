/** Every statement on codes that were mailed. */
import { statement } from "../../database/statement.ts";

type Purpose = "verify" | "reset";

export const insertMailedCode = statement<{
  codeHash: string;
  accountId: number;
  mailPurpose: Purpose;
  email: string;
  expiresAt: number;
}>()((p, { db }) =>
  db.insertInto("mailed_codes").values({
    hash: p.codeHash,
    account_id: p.accountId,
    purpose: p.mailPurpose,
    email: p.email,
    expires_at: p.expiresAt,
  }),
);

export const findMailedCode = statement<{ codeHash: string; mailPurpose: Purpose; now: number }>()((p, { db }) =>
  db
    .selectFrom("mailed_codes")
    .select(["account_id", "email"])
    .where("hash", "=", p.codeHash)
    .where("purpose", "=", p.mailPurpose)
    .where("expires_at", ">", p.now),
);

/** Of two that use a code at once, the row goes to one. */
export const deleteMailedCode = statement<{ codeHash: string }>()((p, { db }) =>
  db.deleteFrom("mailed_codes").where("hash", "=", p.codeHash),
);

export const deleteMailedCodesOf = statement<{ accountId: number; mailPurpose: Purpose }>()((p, { db }) =>
  db.deleteFrom("mailed_codes").where("account_id", "=", p.accountId).where("purpose", "=", p.mailPurpose),
);

export const deleteExpiredMailedCodes = statement<{ now: number }>()((p, { db }) =>
  db.deleteFrom("mailed_codes").where("expires_at", "<=", p.now),
);
