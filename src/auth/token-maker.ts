/**
 * What a token is made with is looked at once more in the transaction that makes it, and held: when a request came in, its session,
 * token or password was good, but another request may have ended that since, and must not leave something new behind.
 */
import type { Credential } from "../access/principal.ts";
import type { Transaction } from "../database/database.ts";
import type { Logins } from "./logins.ts";
import type { BrowserSessions } from "./sessions.ts";
import type { Token, Tokens } from "./tokens.ts";

export type TokenMakerParts = { logins: Logins; sessions: BrowserSessions; tokens: Tokens };

/** `token`: the one that another is made with. Otherwise why none can be made, for people to read. */
export type TokenMaker = { isGood: true; token: Token | null } | { isGood: false; reason: string };

/** Holds the account and its credential until the transaction ends. */
export async function lockMaker(
  trx: Transaction,
  { logins, sessions, tokens }: TokenMakerParts,
  { accountId, credential }: { accountId: number; credential: Credential | null },
): Promise<TokenMaker> {
  if (!(await tokens.lockAccount(trx, accountId))) return bad("the account is disabled");
  if (credential === null || credential.kind === "workload") return bad("a workload's token makes no tokens");
  if (credential.kind === "token") {
    const token = await tokens.lock(trx, credential.id);
    return token?.accountId === accountId ? { isGood: true, token } : bad("the token was revoked, or has expired");
  }
  if (credential.kind === "session") {
    const session = await sessions.lock(trx, credential.id);
    return session?.accountId === accountId ? GOOD : bad("the session has ended: log in again");
  }
  if (await logins.hasSecondFactor(accountId, trx)) return bad("the account has a second factor now: log in again");
  const { source, changedAt = null } = credential;
  const isSame =
    source === undefined
      ? (await logins.lockPassword(trx, accountId)) === changedAt
      : await logins.isLinked(accountId, source, trx);
  return isSame ? GOOD : bad("the password has changed: log in again");
}

const GOOD = { isGood: true, token: null } as const;

function bad(reason: string): TokenMaker {
  return { isGood: false, reason };
}
