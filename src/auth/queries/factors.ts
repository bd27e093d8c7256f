/** Every statement on second factors: one-time codes, passkeys, backup codes. */
import { statement } from "../../database/statement.ts";

/** Whoever changes an account's factors holds its row: which of two factors is the first, or the last, is then certain. */
export const lockAccount = statement<{ accountId: number }>()((p, { db, lock }) =>
  db.selectFrom("accounts").select("id").where("id", "=", p.accountId).modifyEnd(lock("update")),
);

/** A secret to be confirmed, in place of one that was not; one that was confirmed stays. */
export const saveTotp = statement<{ accountId: number; sealedSecret: string; now: number }>()((p, { db }) =>
  db
    .insertInto("totps")
    .values({ account_id: p.accountId, sealed_secret: p.sealedSecret, created_at: p.now })
    .onConflict((conflict) =>
      conflict
        .column("account_id")
        .doUpdateSet((eb) => ({
          sealed_secret: eb.ref("excluded.sealed_secret"),
          created_at: eb.ref("excluded.created_at"),
          last_step: 0,
        }))
        .where("totps.confirmed_at", "is", null),
    ),
);

export const findTotp = statement<{ accountId: number }>()((p, { db }) =>
  db
    .selectFrom("totps")
    .select(["sealed_secret", "created_at", "confirmed_at", "last_step"])
    .where("account_id", "=", p.accountId),
);

export const confirmTotp = statement<{ accountId: number; sealedSecret: string; step: number; now: number }>()(
  (p, { db }) =>
    db
      .updateTable("totps")
      .set({ confirmed_at: p.now, last_step: p.step })
      .where("account_id", "=", p.accountId)
      .where("sealed_secret", "=", p.sealedSecret)
      .where("confirmed_at", "is", null),
);

/** Uses up a time step and those before it. Of many at once with one step, one changes the row. */
export const useTotpStep = statement<{ accountId: number; sealedSecret: string; step: number }>()((p, { db }) =>
  db
    .updateTable("totps")
    .set({ last_step: p.step })
    .where("account_id", "=", p.accountId)
    .where("sealed_secret", "=", p.sealedSecret)
    .where("confirmed_at", "is not", null)
    .where("last_step", "<", p.step),
);

export const deleteTotp = statement<{ accountId: number }>()((p, { db }) =>
  db.deleteFrom("totps").where("account_id", "=", p.accountId),
);

export const insertPasskey = statement<{
  accountId: number;
  credentialId: string;
  credentialKey: string;
  counter: number;
  transports: string;
  passkeyName: string;
  now: number;
}>()((p, { db }) =>
  db
    .insertInto("passkeys")
    .values({
      account_id: p.accountId,
      credential_id: p.credentialId,
      public_key: p.credentialKey,
      counter: p.counter,
      transports: p.transports,
      name: p.passkeyName,
      created_at: p.now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning("id"),
);

export const findPasskey = statement<{ credentialId: string }>()((p, { db }) =>
  db
    .selectFrom("passkeys")
    .select(["id", "account_id", "credential_id", "public_key", "counter", "transports"])
    .where("credential_id", "=", p.credentialId),
);

export const listPasskeys = statement<{ accountId: number }>()((p, { db }) =>
  db
    .selectFrom("passkeys")
    .select(["id", "credential_id", "transports", "name", "created_at", "last_used_at"])
    .where("account_id", "=", p.accountId)
    .orderBy("id"),
);

/** A counter must grow with every use, or be zero for ever, as that of passkeys which are on several devices. */
export const usePasskey = statement<{ passkeyId: number; counter: number; now: number }>()((p, { db }) =>
  db
    .updateTable("passkeys")
    .set({ counter: p.counter, last_used_at: p.now })
    .where("id", "=", p.passkeyId)
    .where((eb) =>
      eb.or([eb("counter", "<", p.counter), eb.and([eb("counter", "=", 0), eb("counter", "=", p.counter)])]),
    ),
);

export const renamePasskey = statement<{ accountId: number; passkeyId: number; passkeyName: string }>()((p, { db }) =>
  db
    .updateTable("passkeys")
    .set({ name: p.passkeyName })
    .where("id", "=", p.passkeyId)
    .where("account_id", "=", p.accountId),
);

export const deletePasskey = statement<{ accountId: number; passkeyId: number }>()((p, { db }) =>
  db.deleteFrom("passkeys").where("id", "=", p.passkeyId).where("account_id", "=", p.accountId),
);

export const deletePasskeysOf = statement<{ accountId: number }>()((p, { db }) =>
  db.deleteFrom("passkeys").where("account_id", "=", p.accountId),
);

export const insertBackupCode = statement<{ accountId: number; codeHash: string; now: number }>()((p, { db }) =>
  db.insertInto("backup_codes").values({ account_id: p.accountId, hash: p.codeHash, created_at: p.now }),
);

/** Of many at once with one code, one changes the row. */
export const useBackupCode = statement<{ accountId: number; codeHash: string; now: number }>()((p, { db }) =>
  db
    .updateTable("backup_codes")
    .set({ used_at: p.now })
    .where("account_id", "=", p.accountId)
    .where("hash", "=", p.codeHash)
    .where("used_at", "is", null),
);

/** Those that are left: ten at most. */
export const listBackupCodes = statement<{ accountId: number }>()((p, { db }) =>
  db.selectFrom("backup_codes").select("created_at").where("account_id", "=", p.accountId).where("used_at", "is", null),
);

export const deleteBackupCodesOf = statement<{ accountId: number }>()((p, { db }) =>
  db.deleteFrom("backup_codes").where("account_id", "=", p.accountId),
);

/** Something that may happen once: stands among the throttles, which forget it when it is long over. */
export const insertSpent = statement<{ key: string; now: number }>()((p, { db }) =>
  db
    .insertInto("throttles")
    .values({ key: p.key, failures: 1, began_at: p.now, last_at: p.now })
    .onConflict((conflict) => conflict.doNothing()),
);
