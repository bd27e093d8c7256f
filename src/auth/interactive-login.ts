/**
 * Logins of people at a browser: the password, then, where the account has one, the second factor, then a session.
 *
 * Between the two steps nothing is kept: the browser holds a sealed note of what was proven, which is worth nothing without the
 * second factor and for a few minutes only.
 */
import type { Account, Accounts } from "../accounts/accounts.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { Database, Queryable } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import { type Sealer, SealError } from "../lib/seal.ts";
import type { SecondFactorKind } from "./factor-kinds.ts";
import type { Logins } from "./logins.ts";
import type { AccountMail } from "./account-mail.ts";
import { noteSignIn } from "./sign-in-places.ts";
import type { BrowserSessions, NewSession, SessionClient } from "./sessions.ts";

/** What an account can show besides its password. Empty: nothing is asked for. */
export type SecondFactorsOf = (accountId: number) => Promise<readonly SecondFactorKind[]>;

/** A login whose second factor is still to be shown. */
export type PendingLogin = { account: Account; passwordChangedAt: number | null };

export type LoginResult =
  | { account: Account; session: NewSession }
  | { account: Account; secondFactor: readonly SecondFactorKind[]; pending: string };

export type InteractiveLoginParts = {
  database: Database;
  accounts: Accounts;
  logins: Logins;
  sessions: BrowserSessions;
  sealer: Sealer;
  audit: AuditTrail;
  mail: Pick<AccountMail, "tellSignIn">;
  secondFactorsOf: SecondFactorsOf;
};

const PENDING_MS = 5 * 60_000;
const PURPOSE = "a login that waits for its second factor";
const WRONG = "wrong name or password";
const MAX_PENDING_LENGTH = 1_024;

type Note = { accountId: number; passwordChangedAt: number | null; until: number };

export class InteractiveLogin {
  readonly #parts: InteractiveLoginParts;

  constructor(parts: InteractiveLoginParts) {
    this.#parts = parts;
  }

  /** Throws UNAUTHORIZED, TOOMANYREQUESTS, UNAVAILABLE. */
  async byPassword(login: string, password: string, client: SessionClient): Promise<LoginResult> {
    const proof = await this.#parts.logins.byPassword(login, password, client.address);
    if (proof === null || proof.account.kind !== "person") throw new RegistryError("UNAUTHORIZED", { message: WRONG });
    const passwordChangedAt = proof.source === "local" ? proof.passwordChangedAt : null;
    return await this.begin({ account: proof.account, passwordChangedAt }, client);
  }

  /** After a first proof of whichever kind, a login at a provider too: a session, or what is still to be shown. */
  async begin({ account, passwordChangedAt }: PendingLogin, client: SessionClient): Promise<LoginResult> {
    const secondFactor = await this.#parts.secondFactorsOf(account.id);
    if (secondFactor.length === 0) return await this.complete({ account, passwordChangedAt }, client);
    const note: Note = { accountId: account.id, passwordChangedAt, until: Date.now() + PENDING_MS };
    return { account, secondFactor, pending: this.#parts.sealer.seal(JSON.stringify(note), PURPOSE) };
  }

  /** Whose login waits. Throws UNAUTHORIZED when it is none of ours, too old, or its password has changed since. */
  async pending(text: string): Promise<PendingLogin> {
    const note = this.#open(text);
    if (note === null || note.until <= Date.now()) throw ended();
    const account = await this.#parts.accounts.find(note.accountId);
    if (account === null || account.isDisabled) throw ended();
    const { passwordChangedAt } = note;
    await this.#assertUnchanged(account.id, passwordChangedAt, this.#parts.database);
    return { account, passwordChangedAt };
  }

  /** To be called when everything was shown. Throws UNAUTHORIZED when the account was disabled, or its password changed, meanwhile. */
  async complete(
    { account: { id }, passwordChangedAt }: PendingLogin,
    client: SessionClient,
  ): Promise<{ account: Account; session: NewSession }> {
    const { database, accounts, sessions, audit } = this.#parts;
    return await database.write(async (trx) => {
      const account = await accounts.find(id, trx);
      if (account === null || account.isDisabled) throw new RegistryError("UNAUTHORIZED", { message: WRONG });
      await this.#assertUnchanged(id, passwordChangedAt, trx);
      await accounts.noteLogin(trx, id);
      if (await noteSignIn(trx, id, client)) trx.afterCommit(() => this.#parts.mail.tellSignIn(account, client));
      const session = await sessions.create(trx, id, client);
      await audit.record(trx, {
        by: { kind: "person", name: account.name, id },
        action: "session.create",
        target: { kind: "session", name: account.name, id: session.id },
        origin: { ...client, requestId: null },
      });
      return { account, session };
    });
  }

  async #assertUnchanged(accountId: number, passwordChangedAt: number | null, on: Queryable): Promise<void> {
    if (passwordChangedAt === null) return;
    if ((await this.#parts.logins.passwordChangedAt(accountId, on)) !== passwordChangedAt) throw ended();
  }

  #open(text: string): Note | null {
    if (text.length > MAX_PENDING_LENGTH) return null;
    try {
      const plain = new TextDecoder().decode(this.#parts.sealer.open(text, PURPOSE));
      // Nobody else can seal: its form is the one above.
      return JSON.parse(plain) as Note;
    } catch (error) {
      if (error instanceof SealError) return null;
      throw error;
    }
  }
}

function ended(): RegistryError {
  return new RegistryError("UNAUTHORIZED", { message: "this login took too long: begin it again" });
}
