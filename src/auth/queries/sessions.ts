/** Every statement on browser sessions. */
import { statement } from "../../database/statement.ts";

const COLUMNS = [
  "id",
  "account_id",
  "created_at",
  "last_used_at",
  "expires_at",
  "address",
  "agent",
  "proven_at",
] as const;

export const insertBrowserSession = statement<{
  sessionHash: string;
  accountId: number;
  createdAt: number;
  now: number;
  expiresAt: number;
  address: string;
  agent: string;
}>()((p, { db }) =>
  db
    .insertInto("browser_sessions")
    .values({
      hash: p.sessionHash,
      account_id: p.accountId,
      created_at: p.createdAt,
      last_used_at: p.now,
      expires_at: p.expiresAt,
      address: p.address,
      agent: p.agent,
      proven_at: p.now,
    })
    .returning("id"),
);

export const findBrowserSessionByHash = statement<{ sessionHash: string }>()((p, { db }) =>
  db.selectFrom("browser_sessions").select(COLUMNS).where("hash", "=", p.sessionHash),
);

export const findBrowserSession = statement<{ sessionId: number }>()((p, { db }) =>
  db.selectFrom("browser_sessions").select(COLUMNS).where("id", "=", p.sessionId),
);

/** The same; it cannot be ended before the transaction ends. */
export const lockBrowserSession = statement<{ sessionId: number }>()((p, { db, lock }) =>
  db.selectFrom("browser_sessions").select(COLUMNS).where("id", "=", p.sessionId).modifyEnd(lock("key share")),
);

export const listBrowserSessions = statement<{ accountId: number; after: number; now: number; limit: number }>()(
  (p, { db }) =>
    db
      .selectFrom("browser_sessions")
      .select(COLUMNS)
      .where("account_id", "=", p.accountId)
      .where("id", ">", p.after)
      .where("expires_at", ">", p.now)
      .orderBy("id")
      .limit(p.limit),
);

export const useBrowserSession = statement<{ sessionId: number; now: number; expiresAt: number; address: string }>()(
  (p, { db }) =>
    db
      .updateTable("browser_sessions")
      .set({ last_used_at: p.now, expires_at: p.expiresAt, address: p.address })
      .where("id", "=", p.sessionId),
);

export const deleteBrowserSession = statement<{ accountId: number; sessionId: number }>()((p, { db }) =>
  db.deleteFrom("browser_sessions").where("id", "=", p.sessionId).where("account_id", "=", p.accountId),
);

export const deleteOtherBrowserSessions = statement<{ accountId: number; sessionId: number }>()((p, { db }) =>
  db.deleteFrom("browser_sessions").where("account_id", "=", p.accountId).where("id", "<>", p.sessionId),
);

export const deleteBrowserSessionsOf = statement<{ accountId: number }>()((p, { db }) =>
  db.deleteFrom("browser_sessions").where("account_id", "=", p.accountId),
);

/** All but the newest `keep`. */
export const deleteOldestBrowserSessions = statement<{ accountId: number; keep: number }>()((p, { db }) =>
  db
    .deleteFrom("browser_sessions")
    .where("account_id", "=", p.accountId)
    .where("id", "<=", (eb) =>
      eb
        .selectFrom("browser_sessions as newer")
        .select("newer.id")
        .where("newer.account_id", "=", p.accountId)
        .orderBy("newer.id", "desc")
        .limit(1)
        .offset(p.keep),
    ),
);

export const deleteExpiredBrowserSessions = statement<{ now: number }>()((p, { db }) =>
  db.deleteFrom("browser_sessions").where("expires_at", "<=", p.now),
);
