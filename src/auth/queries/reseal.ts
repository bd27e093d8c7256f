/** Every statement on secrets that are sealed anew. */
import { statement } from "../../database/statement.ts";

/** By account, those after it; they stay as they are until the transaction ends. */
export const listSealedTotps = statement<{ after: number; limit: number }>()((p, { db, lock }) =>
  db
    .selectFrom("totps")
    .select(["account_id", "sealed_secret"])
    .where("account_id", ">", p.after)
    .orderBy("account_id")
    .limit(p.limit)
    .modifyEnd(lock("update")),
);

export const setSealedTotp = statement<{ accountId: number; sealedSecret: string }>()((p, { db }) =>
  db.updateTable("totps").set({ sealed_secret: p.sealedSecret }).where("account_id", "=", p.accountId),
);

export const setSealedSigningKey = statement<{ keyId: string; sealedKey: string }>()((p, { db }) =>
  db.updateTable("signing_keys").set({ sealed_private_key: p.sealedKey }).where("id", "=", p.keyId),
);
