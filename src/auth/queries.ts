/** Every statement on what accounts prove themselves with. */
import { sql } from "kysely";
import { statement } from "../database/statement.ts";

export const findPassword = statement<{ accountId: number }>()((p, { db }) =>
  db.selectFrom("passwords").select(["hash", "changed_at"]).where("account_id", "=", p.accountId),
);

export const lockPassword = statement<{ accountId: number }>()((p, { db, lock }) =>
  db.selectFrom("passwords").select("changed_at").where("account_id", "=", p.accountId).modifyEnd(lock("share")),
);

export const putPassword = statement<{ accountId: number; passwordHash: string; now: number }>()((p, { db }) =>
  db
    .insertInto("passwords")
    .values({ account_id: p.accountId, hash: p.passwordHash, changed_at: p.now })
    .onConflict((conflict) =>
      conflict.column("account_id").doUpdateSet((eb) => ({
        hash: eb.ref("excluded.hash"),
        changed_at: eb.ref("excluded.changed_at"),
      })),
    ),
);

/** Whether a second factor has to be shown: a confirmed one-time code generator or a passkey. */
export const findSecondFactor = statement<{ accountId: number }>()((p, { db }) =>
  db
    .selectFrom("totps")
    .select("account_id")
    .where("account_id", "=", p.accountId)
    .where("confirmed_at", "is not", null)
    .unionAll(db.selectFrom("passkeys").select("account_id").where("account_id", "=", p.accountId)),
);

export const findIdentity = statement<{ source: string; subject: string }>()((p, { db }) =>
  db
    .selectFrom("identities")
    .innerJoin("accounts", "accounts.id", "identities.account_id")
    .select(["identities.account_id", "identities.login", "accounts.disabled_at"])
    .where("identities.source", "=", p.source)
    .where("identities.subject", "=", p.subject),
);

export const insertIdentity = statement<{
  source: string;
  subject: string;
  accountId: number;
  login: string;
  now: number;
}>()((p, { db }) =>
  db
    .insertInto("identities")
    .values({
      source: p.source,
      subject: p.subject,
      account_id: p.accountId,
      login: p.login,
      created_at: p.now,
      last_used_at: p.now,
    })
    .onConflict((conflict) => conflict.doNothing()),
);

export const useIdentity = statement<{ source: string; subject: string; login: string; now: number }>()((p, { db }) =>
  db
    .updateTable("identities")
    .set({ login: p.login, last_used_at: p.now })
    .where("source", "=", p.source)
    .where("subject", "=", p.subject),
);

export const insertToken = statement<{
  accountId: number;
  kind: "personal" | "robot" | "refresh";
  tokenName: string;
  tokenHash: string;
  hint: string;
  scopes: string | null;
  expiresAt: number | null;
  parentId: number | null;
  now: number;
}>()((p, { db }) =>
  db
    .insertInto("tokens")
    .values({
      account_id: p.accountId,
      kind: p.kind,
      name: p.tokenName,
      hash: p.tokenHash,
      hint: p.hint,
      scopes: p.scopes,
      created_at: p.now,
      expires_at: p.expiresAt,
      parent_id: p.parentId,
    })
    .returning("id"),
);

const TOKEN_COLUMNS = [
  "id",
  "account_id",
  "kind",
  "name",
  "hint",
  "scopes",
  "created_at",
  "expires_at",
  "last_used_at",
  "last_used_address",
] as const;

export const findTokenByHash = statement<{ tokenHash: string }>()((p, { db }) =>
  db.selectFrom("tokens").select(TOKEN_COLUMNS).where("hash", "=", p.tokenHash),
);

export const findToken = statement<{ tokenId: number }>()((p, { db }) =>
  db.selectFrom("tokens").select(TOKEN_COLUMNS).where("id", "=", p.tokenId),
);

/** The same; it cannot be revoked before the transaction ends. */
export const lockToken = statement<{ tokenId: number }>()((p, { db, lock }) =>
  db.selectFrom("tokens").select(TOKEN_COLUMNS).where("id", "=", p.tokenId).modifyEnd(lock("key share")),
);

export const listTokens = statement<{ accountId: number; after: number; limit: number }>()((p, { db }) =>
  db
    .selectFrom("tokens")
    .select(TOKEN_COLUMNS)
    .where("account_id", "=", p.accountId)
    .where("id", ">", p.after)
    .orderBy("id")
    .limit(p.limit),
);

export const deleteToken = statement<{ accountId: number; tokenId: number }>()((p, { db }) =>
  db.deleteFrom("tokens").where("id", "=", p.tokenId).where("account_id", "=", p.accountId),
);

export const deleteTokensOf = statement<{ accountId: number; kind: "personal" | "robot" | "refresh" }>()((p, { db }) =>
  db.deleteFrom("tokens").where("account_id", "=", p.accountId).where("kind", "=", p.kind),
);

/** When a token was used, to the minute: a busy one would otherwise write a row with every request. */
export const useToken = statement<{ tokenId: number; now: number; address: string }>()((p, { db }) =>
  db.updateTable("tokens").set({ last_used_at: p.now, last_used_address: p.address }).where("id", "=", p.tokenId),
);

/** Counts a failure; a window that is over begins anew. */
export const countFailure = statement<{ key: string; now: number; windowMs: number }>()((p, { db }) =>
  db
    .insertInto("throttles")
    .values({ key: p.key, failures: 1, began_at: p.now, last_at: p.now })
    .onConflict((conflict) =>
      conflict.column("key").doUpdateSet({
        failures: sql`case when throttles.began_at < excluded.began_at - ${p.windowMs} then 1 else throttles.failures + 1 end`,
        began_at: sql`case when throttles.began_at < excluded.began_at - ${p.windowMs} then excluded.began_at else throttles.began_at end`,
        last_at: sql`excluded.last_at`,
      }),
    )
    .returning(["failures", "began_at"]),
);

export const uncountFailure = statement<{ key: string }>()((p, { db }) =>
  db
    .updateTable("throttles")
    .set((eb) => ({ failures: eb("failures", "-", 1) }))
    .where("key", "=", p.key)
    .where("failures", ">", 0),
);

export const forgetFailures = statement<{ key: string }>()((p, { db }) =>
  db.deleteFrom("throttles").where("key", "=", p.key),
);

export const expireThrottles = statement<{ before: number }>()((p, { db }) =>
  db.deleteFrom("throttles").where("last_at", "<", p.before),
);

export const listSigningKeys = statement()((_, { db }) => db.selectFrom("signing_keys").selectAll().orderBy("id"));

export const insertSigningKey = statement<{ keyId: string; sealedKey: string; publicKey: string; now: number }>()(
  (p, { db }) =>
    db
      .insertInto("signing_keys")
      .values({ id: p.keyId, sealed_private_key: p.sealedKey, public_key: p.publicKey, created_at: p.now }),
);

export const deleteSigningKey = statement<{ keyId: string }>()((p, { db }) =>
  db.deleteFrom("signing_keys").where("id", "=", p.keyId),
);

export const deleteSessionsOf = statement<{ accountId: number }>()((p, { db }) =>
  db.deleteFrom("browser_sessions").where("account_id", "=", p.accountId),
);
