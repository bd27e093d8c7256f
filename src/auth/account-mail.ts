/**
 * Addresses that are confirmed, and passwords that are reset, by e-mail.
 *
 * Whether an account or an address is known, nobody learns here: what a stranger asks for is answered before it is looked up,
 * and looked up and sent afterwards.
 */
import type { Account, Accounts } from "../accounts/accounts.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { AuditAction } from "../audit/event.ts";
import type { Database, Transaction } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import type { Mailer } from "../mail/mailer.ts";
import { type Message, passwordResetMessage, signInMessage, verificationMessage } from "../mail/messages.ts";
import type { Log } from "../telemetry/log.ts";
import type { Logins } from "./logins.ts";
import { CODE_LIFE_MS, createCode, expireCodes, peekCode, useCode } from "./mailed-codes.ts";
import { assertNewPassword, type Passwords } from "./passwords.ts";
import type { SessionClient } from "./sessions.ts";
import { addressGroup, type Throttle } from "./throttle.ts";

export type AccountMailParts = {
  database: Database;
  accounts: Accounts;
  logins: Logins;
  passwords: Passwords;
  throttle: Throttle;
  mailer: Mailer;
  audit: AuditTrail;
  /** Where people reach this server: links lead there. Without it nothing is sent. */
  publicUrl: string | undefined;
  log: Log;
};

/** Below the public address; the code stands behind `#`, which browsers send to no server and proxies do not log. */
const VERIFY_PAGE = "/verify-email";
const RESET_PAGE = "/reset-password";
const MAX_UNDER_WAY = 64;

export class AccountMail {
  readonly #parts: AccountMailParts;
  #underWay = 0;

  constructor(parts: AccountMailParts) {
    this.#parts = parts;
  }

  get isConfigured(): boolean {
    return this.#parts.mailer.isConfigured && this.#parts.publicUrl !== undefined;
  }

  /** Sends a link that makes the address the account's. Does not wait for the mail server. Throws TOOMANYREQUESTS. */
  async sendVerification(accountId: number, login: string, email: string): Promise<void> {
    const { database, throttle } = this.#parts;
    await throttle.begin([["mail", accountId]]);
    const text = await database.write((trx) => createCode(trx, "verify", { accountId, email: email.toLowerCase() }));
    this.#later(() => this.#send(email, (common) => verificationMessage({ ...common, login }), VERIFY_PAGE, text));
  }

  /** Makes the address of the code its account's. Throws DENIED for a code that is none, CONFLICT when another account has the address. */
  async verify(code: string, address: string): Promise<void> {
    const { database, accounts, throttle } = this.#parts;
    await throttle.begin([["mail-address", addressGroup(address)]]);
    await database.write(async (trx) => {
      const found = await useCode(trx, "verify", code);
      if (found === null) throw unknownCode();
      await accounts.setEmail(trx, found.accountId, found.email, true);
      await this.#record(trx, "account.verify-email", await accounts.find(found.accountId, trx), address);
    });
    await throttle.succeed([["mail-address", addressGroup(address)]]);
  }

  /** Sends a link to the address of whoever has this login, if there is one. Throws TOOMANYREQUESTS for the client's address alone. */
  async requestReset(login: string, address: string): Promise<void> {
    if (!this.isConfigured) throw notConfigured();
    await this.#parts.throttle.begin([["mail-address", addressGroup(address)]]);
    this.#later(() => this.#sendReset(login));
  }

  /** Sets the password. Throws DENIED for a code that is none, REQUEST_INVALID for a weak password, which leaves the code usable. */
  async reset(code: string, password: string, address: string): Promise<void> {
    const { database, accounts, logins, passwords, throttle } = this.#parts;
    const from = [["mail-address", addressGroup(address)]] as const;
    await throttle.begin(from);
    const known = await peekCode(database, "reset", code);
    const account = known && (await accounts.find(known.accountId));
    if (!account) throw unknownCode();
    assertNewPassword(password, account.name);
    const hash = await passwords.hash(password);
    await database.write(async (trx) => {
      const used = await useCode(trx, "reset", code);
      const now = used && (await accounts.find(used.accountId, trx));
      // The address may have been changed, or the account disabled, since the mail was sent.
      if (!now || now.isDisabled || now.email !== used.email || !now.isEmailVerified) throw unknownCode();
      await logins.setPassword(trx, now.id, hash);
      await this.#record(trx, "account.reset-password", now, address);
    });
    await throttle.succeed(from);
  }

  /** Of a sign-in from where there was none before, where there is an address that is the account's for certain. Waits for nothing. */
  tellSignIn({ name, email, isEmailVerified }: Account, { address, agent }: SessionClient): void {
    const { mailer, publicUrl } = this.#parts;
    if (!this.isConfigured || publicUrl === undefined || email === null || !isEmailVerified) return;
    const instanceUrl = publicUrl.replace(/\/+$/, "");
    const at = Date.now();
    this.#later(() =>
      mailer.send({ to: email, ...signInMessage({ instanceUrl, login: name, at, address, client: agent }) }),
    );
  }

  async expire(): Promise<void> {
    await this.#parts.database.write((trx) => expireCodes(trx));
  }

  async #record(trx: Transaction, action: AuditAction, account: Account | null, address: string): Promise<void> {
    if (account === null) return;
    const { name, id } = account;
    const origin = { address, agent: null, requestId: null };
    const target = { kind: "account", name, id } as const;
    await this.#parts.audit.record(trx, { by: { kind: "person", name, id }, action, target, origin });
  }

  async #sendReset(login: string): Promise<void> {
    const { database, accounts, logins, throttle } = this.#parts;
    const account = await accounts.findByLogin(login.slice(0, 300));
    if (account?.kind !== "person" || account.isDisabled || account.email === null || !account.isEmailVerified) return;
    // Whose password is kept elsewhere has none to reset here.
    if ((await logins.passwordChangedAt(account.id)) === null) return;
    await throttle.begin([["mail", account.id]]);
    const { id, name, email } = account;
    const text = await database.write((trx) => createCode(trx, "reset", { accountId: id, email }));
    await this.#send(email, (common) => passwordResetMessage({ ...common, login: name }), RESET_PAGE, text);
  }

  async #send(
    to: string,
    message: (common: { instanceUrl: string; link: string; validForMs: number }) => Message,
    page: string,
    code: string,
  ): Promise<void> {
    const { mailer, publicUrl } = this.#parts;
    if (publicUrl === undefined) return;
    const instanceUrl = publicUrl.replace(/\/+$/, "");
    await mailer.send({
      to,
      ...message({ instanceUrl, link: `${instanceUrl}${page}#${code}`, validForMs: CODE_LIFE_MS }),
    });
  }

  #later(work: () => Promise<void>): void {
    const { log } = this.#parts;
    if (this.#underWay >= MAX_UNDER_WAY) return log.warn("too many mails at once: one was not sent");
    this.#underWay += 1;
    void work()
      .catch((error: unknown) => log.warn("a mail could not be sent", { error }))
      .finally(() => (this.#underWay -= 1));
  }
}

export function notConfigured(): RegistryError {
  return new RegistryError("DENIED", {
    message: "this registry sends no e-mail: ask its administrator for a new password",
  });
}

function unknownCode(): RegistryError {
  return new RegistryError("DENIED", { message: "the link is not valid any more: ask for a new one" });
}
