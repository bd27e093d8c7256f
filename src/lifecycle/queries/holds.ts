/** Every statement on holds. Their table has a few rows at most; ids are compared so that its key is used. */
import { statement } from "../../database/statement.ts";

export const insertHold = statement<{ holdId: string; reason: string; expiresAt: number }>()((p, { db }) =>
  db.insertInto("holds").values({ id: p.holdId, reason: p.reason, expires_at: p.expiresAt }),
);

/** One that expired is not extended: bytes may be gone since. */
export const extendHold = statement<{ holdId: string; expiresAt: number; now: number }>()((p, { db }) =>
  db.updateTable("holds").set({ expires_at: p.expiresAt }).where("id", "=", p.holdId).where("expires_at", ">", p.now),
);

/** Some hold that stands. */
export const findHold = statement<{ now: number }>()((p, { db }) =>
  db.selectFrom("holds").select(["reason", "expires_at"]).where("id", ">", "").where("expires_at", ">", p.now).limit(1),
);

export const deleteHold = statement<{ holdId: string }>()((p, { db }) =>
  db.deleteFrom("holds").where("id", "=", p.holdId),
);

export const deleteExpiredHolds = statement<{ now: number }>()((p, { db }) =>
  db.deleteFrom("holds").where("id", ">", "").where("expires_at", "<=", p.now),
);
