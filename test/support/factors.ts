// The parts of second factors over a database, with people who have none yet.

import { Access } from "../../src/access/access.ts";
import { Accounts } from "../../src/accounts/accounts.ts";
import type { AuditEvent } from "../../src/audit/event.ts";
import { BackupCodes } from "../../src/auth/factors/backup-codes.ts";
import { Challenges } from "../../src/auth/factors/challenges.ts";
import { Passkeys } from "../../src/auth/factors/passkeys.ts";
import { type Changer, SecondFactors } from "../../src/auth/factors/second-factors.ts";
import { Totps } from "../../src/auth/factors/totp.ts";
import { BrowserSessions } from "../../src/auth/sessions.ts";
import { Throttle } from "../../src/auth/throttle.ts";
import { Tokens } from "../../src/auth/tokens.ts";
import type { Database } from "../../src/database/database.ts";
import { Sealer } from "../../src/lib/seal.ts";
import { SecretKey } from "../../src/lib/secret-key.ts";
import { createLog, type Log } from "../../src/telemetry/log.ts";

export const CLIENT = { address: "192.0.2.1", agent: "test" };

/** Two of them over one database and with one key are two nodes. */
export function openFactors(database: Database, key: SecretKey = newKey(), clock: () => number = Date.now) {
  const warnings: { message: string; fields: unknown }[] = [];
  const events: AuditEvent[] = [];
  const note = (message: string, fields?: unknown): void => void warnings.push({ message, fields });
  const log: Log = { ...createLog({ level: "error", format: "text", fd: 2 }), warn: note };
  const sealer = new Sealer(key);
  const access = new Access({ database, sourceRoles: new Map() });
  const accounts = new Accounts({ database, access });
  const throttle = new Throttle(database);
  const sessions = new BrowserSessions({ database, access });
  const tokens = new Tokens({ database, access });
  const totps = new Totps({ database, sealer, now: clock });
  const challenges = new Challenges({ sealer, now: clock });
  const passkeys = new Passkeys({ database, challenges, log });
  const backupCodes = new BackupCodes(database);
  const factors = new SecondFactors({
    database,
    access,
    throttle,
    totps,
    passkeys,
    backupCodes,
    sessions,
    tokens,
    audit: { record: async (_, event) => void events.push(event) },
  });
  const person = async (name: string) => {
    const account = await database.write((trx) => accounts.createPerson(trx, { name }));
    const session = await database.write((trx) => sessions.create(trx, account.id, CLIENT));
    const by = { kind: "person" as const, name, id: account.id };
    const changer: Changer = { accountId: account.id, name, sessionId: session.id, client: CLIENT, by };
    return { account, session, changer };
  };
  return {
    database,
    sealer,
    accounts,
    throttle,
    sessions,
    tokens,
    totps,
    challenges,
    passkeys,
    backupCodes,
    factors,
    person,
    warnings,
    events,
  };
}

export function newKey(): SecretKey {
  return new SecretKey([crypto.getRandomValues(new Uint8Array(32))]);
}

/** What the app shows at this time, in ms since 1970. */
export async function codeOf(secret: string, at: number): Promise<string> {
  const { TOTP } = await import("otpauth");
  return new TOTP({ secret }).generate({ timestamp: at });
}
