/**
 * Names and passwords become accounts. The registry's own accounts are asked first, then the other sources in their order. For
 * whoever asks, a wrong password, an unknown name and a disabled account are one and the same.
 */
import type { Account, Accounts } from "../accounts/accounts.ts";
import type { Access } from "../access/access.ts";
import type { Database, Transaction } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import type { Log } from "../telemetry/log.ts";
import type { Passwords } from "./passwords.ts";
import * as queries from "./queries.ts";
import { type Identity, type PasswordSource, SourceUnavailableError } from "./source.ts";
import { addressGroup, type Throttle, type ThrottleKey } from "./throttle.ts";

const MAX_LOGIN_LENGTH = 255;

/** What was proven: by `local` password, or at another source. */
export type Proof = { account: Account; source: string; passwordChangedAt: number | null };

export type LoginsParts = {
  database: Database;
  accounts: Accounts;
  access: Access;
  passwords: Passwords;
  throttle: Throttle;
  sources: readonly PasswordSource[];
  log: Log;
};

export class Logins {
  readonly #parts: LoginsParts;

  constructor(parts: LoginsParts) {
    this.#parts = parts;
  }

  /**
   * Whose name and password these are, or null. Throws TOOMANYREQUESTS when too many were tried, UNAVAILABLE when no source
   * knew them and one of them could not be asked.
   */
  async byPassword(login: string, password: string, address: string): Promise<Proof | null> {
    if (login === "" || login.length > MAX_LOGIN_LENGTH) return null;
    const { accounts, throttle } = this.#parts;
    const account = await accounts.findByLogin(login);
    // By whichever name the account is called, it is one.
    const guessed = account ? `id:${account.id}` : `name:${login.toLowerCase()}`;
    const keys: ThrottleKey[] = [
      ["account", guessed],
      ["address", addressGroup(address)],
    ];
    await throttle.begin(keys);
    const proof = (await this.#atHome(account, password)) ?? (await this.#elsewhere(login, password));
    if (proof === null || proof.account.isDisabled) return null;
    await throttle.succeed(keys);
    return proof;
  }

  /** Whether the account has to show more than its password. */
  async hasSecondFactor(accountId: number): Promise<boolean> {
    return (await queries.findSecondFactor.first(this.#parts.database, { accountId })) !== null;
  }

  /** When the account's password was set, or null when it has none of ours. */
  async passwordChangedAt(accountId: number): Promise<number | null> {
    return (await queries.findPassword.first(this.#parts.database, { accountId }))?.changed_at ?? null;
  }

  /** A new password, hashed by `Passwords`; whatever was made with the one before ends, sessions and refresh tokens too. */
  async setPassword(trx: Transaction, accountId: number, hash: string): Promise<void> {
    await queries.putPassword.run(trx, { accountId, passwordHash: hash, now: Date.now() });
    await queries.deleteTokensOf.run(trx, { accountId, kind: "refresh" });
    await queries.deleteSessionsOf.run(trx, { accountId });
    this.#parts.access.changes(trx);
  }

  /** The account that an identity belongs to; made when it is seen for the first time. */
  async accountOf(identity: Identity): Promise<Account> {
    const { source, subject, login } = identity;
    const { database, accounts } = this.#parts;
    return await database.write(async (trx) => {
      const now = Date.now();
      const known = await queries.findIdentity.first(trx, { source, subject });
      if (known) {
        await queries.useIdentity.run(trx, { source, subject, login, now });
        const account = await accounts.find(known.account_id, trx);
        if (account) return account;
      }
      const account = await accounts.createMapped(trx, login, {
        displayName: identity.displayName ?? "",
        email: identity.email,
        isEmailVerified: identity.isEmailVerified,
      });
      await queries.insertIdentity.run(trx, { source, subject, accountId: account.id, login, now });
      // Of two first logins at once, one has made the account by now: this one's is rolled back, and the client asks again.
      const linked = await queries.findIdentity.first(trx, { source, subject });
      if (linked?.account_id !== account.id) throw new RegistryError("CONFLICT", { message: "log in again" });
      return account;
    });
  }

  async #atHome(account: Account | null, password: string): Promise<Proof | null> {
    const { database, passwords } = this.#parts;
    const isPerson = account?.kind === "person";
    const row = isPerson ? await queries.findPassword.first(database, { accountId: account.id }) : null;
    const isRight = await passwords.verify(password, row?.hash ?? null);
    if (!isRight || !account || !row) return null;
    if (passwords.needsRehash(row.hash)) await this.#rehash(account.id, password, row.changed_at);
    return { account, source: "local", passwordChangedAt: row.changed_at };
  }

  async #rehash(accountId: number, password: string, changedAt: number): Promise<void> {
    const passwordHash = await this.#parts.passwords.hash(password);
    await this.#parts.database.write((trx) =>
      queries.putPassword.run(trx, { accountId, passwordHash, now: changedAt }),
    );
  }

  async #elsewhere(login: string, password: string): Promise<Proof | null> {
    let unavailable: SourceUnavailableError | null = null;
    for (const source of this.#parts.sources) {
      try {
        const identity = await source.verify(login, password);
        if (identity)
          return { account: await this.accountOf(identity), source: identity.source, passwordChangedAt: null };
      } catch (error) {
        if (!(error instanceof SourceUnavailableError)) throw error;
        this.#parts.log.warn("a source of identities does not answer", { source: source.name, error });
        unavailable = error;
      }
    }
    if (unavailable === null) return null;
    throw new RegistryError("UNAVAILABLE", {
      message: "the directory that knows this login does not answer at the moment: try again shortly",
      headers: { "Retry-After": "10" },
      cause: unavailable,
    });
  }
}
