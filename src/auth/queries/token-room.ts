/** Every statement on how many tokens an account has. */
import { statement } from "../../database/statement.ts";

type OfKind = { accountId: number; kind: "personal" | "robot" | "refresh" };

/** Whoever makes a token for an account holds its row: how many it has is then certain. */
export const lockTokenAccount = statement<{ accountId: number }>()((p, { db, lock }) =>
  db.selectFrom("accounts").select("disabled_at").where("id", "=", p.accountId).modifyEnd(lock("update")),
);

export const listTokensOf = statement<OfKind & { limit: number }>()((p, { db }) =>
  db
    .selectFrom("tokens")
    .select(["id", "name", "expires_at", "created_at", "last_used_at"])
    .where("account_id", "=", p.accountId)
    .where("kind", "=", p.kind)
    .orderBy("id")
    .limit(p.limit),
);

export const deleteExpiredTokensOf = statement<OfKind & { now: number }>()((p, { db }) =>
  db
    .deleteFrom("tokens")
    .where("account_id", "=", p.accountId)
    .where("kind", "=", p.kind)
    .where("expires_at", "<=", p.now),
);
