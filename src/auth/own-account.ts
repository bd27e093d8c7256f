/** What people change about their own accounts. */
import type { Scope, ScopesCeiling } from "../access/ceiling.ts";
import { matchesPattern, parsePattern } from "../access/pattern.ts";
import type { Principal } from "../access/principal.ts";
import type { Account, Accounts } from "../accounts/accounts.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { Database } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import type { AccountMail } from "./account-mail.ts";
import type { Logins, Proof } from "./logins.ts";
import { assertNewPassword, type Passwords } from "./passwords.ts";
import type { BrowserSessions, NewSession, SessionClient } from "./sessions.ts";
import { assertAddress } from "./sign-up.ts";
import { lockMaker } from "./token-maker.ts";
import { ceilingOf, type Token, type Tokens } from "./tokens.ts";

export type OwnAccountParts = {
  database: Database;
  accounts: Accounts;
  logins: Logins;
  passwords: Passwords;
  sessions: BrowserSessions;
  tokens: Tokens;
  mail: AccountMail;
  audit: AuditTrail;
};

export type ProfileChange = {
  displayName?: string | undefined;
  email?: string | null | undefined;
  password?: string | undefined;
};

export class OwnAccount {
  readonly #parts: OwnAccountParts;

  constructor(parts: OwnAccountParts) {
    this.#parts = parts;
  }

  /**
   * A new address needs the password, where there is one: who may read its mail may reset the password. Throws DENIED,
   * REQUEST_INVALID, TOOMANYREQUESTS.
   */
  async changeProfile(
    by: Principal,
    id: number,
    { displayName, email, password }: ProfileChange,
    address: string,
  ): Promise<{ account: Account; isMailSent: boolean }> {
    const { database, accounts, logins, mail, audit } = this.#parts;
    if (email !== undefined) {
      assertAddress(email, false);
      if ((await logins.passwordChangedAt(id)) !== null) await this.#prove(id, password, address);
    }
    const needsMail = typeof email === "string" && mail.isConfigured;
    const account = await database.write(async (trx) => {
      if (displayName !== undefined) await accounts.setDisplayName(trx, id, displayName.trim());
      if (email !== undefined && !needsMail) await accounts.setEmail(trx, id, email, false);
      const changed = await accounts.find(id, trx);
      if (!changed) throw gone();
      const target = { kind: "account", name: changed.name, id } as const;
      const after = {
        ...(displayName === undefined ? {} : { displayName }),
        ...(email === undefined ? {} : { email }),
      };
      await audit.record(trx, { by, action: "account.update", target, after });
      return changed;
    });
    if (needsMail) await mail.sendVerification(id, account.name, email);
    return { account, isMailSent: needsMail };
  }

  /**
   * Ends all sessions and what `docker login` keeps. `client` is given when the caller has a session: theirs goes on as a new
   * one. Throws DENIED when the old password is wrong, or is kept elsewhere; REQUEST_INVALID for a weak new one.
   */
  async changePassword(
    by: Principal,
    id: number,
    passwords: { oldPassword: string; newPassword: string },
    { address, client }: { address: string; client: SessionClient | null },
  ): Promise<NewSession | null> {
    const { database, logins, sessions, audit } = this.#parts;
    const { account, source, passwordChangedAt } = await this.#prove(id, passwords.oldPassword, address);
    if (source !== "local") throw denied("your password is kept by another service: change it there");
    assertNewPassword(passwords.newPassword, account.name);
    const hash = await this.#parts.passwords.hash(passwords.newPassword);
    return await database.write(async (trx) => {
      if ((await logins.passwordChangedAt(id, trx)) !== passwordChangedAt) throw gone();
      await logins.setPassword(trx, id, hash);
      await audit.record(trx, {
        by,
        action: "account.set-password",
        target: { kind: "account", name: account.name, id },
      });
      return client && (await sessions.create(trx, id, client));
    });
  }

  /**
   * The token and its text, told this once; made with a token it ends with that one. Throws DENIED when the caller's own token does
   * not reach as far, or what they log in with has ended meanwhile; CONFLICT when the account has as many as it may; REQUEST_INVALID.
   */
  async createToken(
    by: Principal,
    id: number,
    asked: { name: string; scopes: readonly Scope[] | null; expiresAt: number | null },
  ): Promise<{ token: Token; text: string }> {
    const { database, tokens, audit } = this.#parts;
    const { name, expiresAt } = asked;
    const scopes = asked.scopes?.map((it) => ({ actions: it.actions, pattern: parsePattern(it.pattern) })) ?? null;
    if (expiresAt !== null && expiresAt <= Date.now()) {
      throw new RegistryError("REQUEST_INVALID", { message: "expiresAt has passed already" });
    }
    return await database.write(async (trx) => {
      const maker = await lockMaker(trx, this.#parts, { accountId: id, credential: by.credential });
      if (!maker.isGood) throw denied(maker.reason);
      assertWithin(by, maker.token, { scopes, expiresAt });
      const parentId = maker.token?.id ?? null;
      const made = await tokens.create(trx, { accountId: id, kind: "personal", name, scopes, expiresAt, parentId });
      const target = { kind: "token", name, id: made.id } as const;
      await audit.record(trx, { by, action: "token.create", target, after: { scopes, expiresAt } });
      const token = { id: made.id, accountId: id, kind: "personal", name, hint: made.hint, scopes } as const;
      const times = { createdAt: Date.now(), expiresAt, lastUsedAt: null, lastUsedAddress: null };
      return { token: { ...token, ...times }, text: made.text };
    });
  }

  /** False when the account has no such token. */
  async revokeToken(by: Principal, id: number, tokenId: number): Promise<boolean> {
    const { database, tokens, audit } = this.#parts;
    return await database.write(async (trx) => {
      if (!(await tokens.revoke(trx, id, tokenId))) return false;
      await audit.record(trx, { by, action: "token.revoke", target: { kind: "token", name: "", id: tokenId } });
      return true;
    });
  }

  /** Guesses here count as guesses at the login do. */
  async #prove(id: number, password: string | undefined, address: string): Promise<Proof> {
    const { accounts, logins } = this.#parts;
    if (password === undefined) throw denied("this needs your password too");
    const account = await accounts.find(id);
    if (!account) throw gone();
    const proof = await logins.byPassword(account.name, password, address);
    if (proof?.account.id === id) return proof;
    throw denied("the password is wrong");
  }
}

/** What a token makes reaches no further than the token, and no longer. `own`: that token as it is now. */
function assertWithin(
  { ceiling }: Principal,
  own: Token | null,
  { scopes, expiresAt }: { scopes: readonly Scope[] | null; expiresAt: number | null },
): void {
  for (const limit of [ceiling, own && ceilingOf(own)]) {
    if (limit === null || (limit.kind === "scopes" && scopes !== null && isWithin(limit, scopes))) continue;
    throw denied("a token cannot make one that reaches further than itself: ask for less, or log in");
  }
  if (own === null || own.expiresAt === null || (expiresAt !== null && expiresAt <= own.expiresAt)) return;
  throw denied("a token cannot make one that outlives itself: ask for an earlier end, or log in");
}

/** A pattern is within another one when that takes it letter for letter, its `*` for a `*` or for part of one. */
export function isWithin({ scopes: own }: Pick<ScopesCeiling, "scopes">, asked: readonly Scope[]): boolean {
  return asked.every(({ actions, pattern }) =>
    actions.every((action) => own.some((it) => it.actions.includes(action) && matchesPattern(it.pattern, pattern))),
  );
}

function denied(message: string): RegistryError {
  return new RegistryError("DENIED", { message });
}

function gone(): RegistryError {
  return new RegistryError("CONFLICT", { message: "the account was changed meanwhile: try again" });
}
