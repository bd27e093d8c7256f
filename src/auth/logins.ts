/**
 * Names and passwords become accounts. The registry's own accounts are asked first, then the other sources in their order. For
 * whoever asks, a wrong password, an unknown name and a disabled account are one and the same.
 */
import type { Account, Accounts } from "../accounts/accounts.ts";
import { mapLogin } from "../accounts/login-name.ts";
import type { Access } from "../access/access.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { AuditActor, AuditTarget } from "../audit/event.ts";
import type { Database, Queryable, Transaction } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import type { GroupSync } from "../accounts/group-sync.ts";
import type { Log } from "../telemetry/log.ts";
import type { Passwords } from "./passwords.ts";
import * as queries from "./queries.ts";
import { findIdentityOf } from "./queries/identities.ts";
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
  groupSync: GroupSync;
  audit: AuditTrail;
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
    try {
      await throttle.begin(keys);
    } catch (error) {
      this.#note(account, address, "locked out: too many failed logins");
      throw error;
    }
    const proof = (await this.#atHome(account, password)) ?? (await this.#elsewhere(login, password));
    if (proof === null || proof.account.isDisabled) {
      const known = proof?.account ?? account;
      const reason = known?.isDisabled ? "the account is disabled" : known ? "wrong password" : "no such account";
      this.#note(known, address, reason);
      return null;
    }
    await throttle.succeed(keys);
    this.#note(proof.account, address, null, proof.source);
    return proof;
  }

  /** What was typed for a name that nobody has is written nowhere: it may be a password. */
  #note(account: Account | null, address: string, failure: string | null, source?: string): void {
    const by: AuditActor =
      account === null
        ? { kind: "anonymous", name: "anonymous" }
        : { kind: account.kind, name: account.name, id: account.id };
    const target: AuditTarget = { kind: "account", name: account?.name ?? "", id: account?.id ?? null };
    this.#parts.audit.note({
      by,
      action: "account.login",
      target,
      ...(failure === null ? {} : { outcome: "failed", reason: failure }),
      ...(source === undefined ? {} : { after: { source } }),
      origin: { address, agent: null, requestId: null },
    });
  }

  /** Whether an account goes by this name, or has this verified address. */
  async isLoginOf(login: string, accountId: number): Promise<boolean> {
    if (login === "" || login.length > MAX_LOGIN_LENGTH) return false;
    return (await this.#parts.accounts.findByLogin(login))?.id === accountId;
  }

  /** The robot of this name. */
  async findRobot(login: string): Promise<Account | null> {
    if (login === "" || login.length > MAX_LOGIN_LENGTH || login.includes("@")) return null;
    const account = await this.#parts.accounts.findByLogin(login);
    return account?.kind === "robot" ? account : null;
  }

  /** Whether the account has to show more than its password. */
  async hasSecondFactor(accountId: number, on: Queryable = this.#parts.database): Promise<boolean> {
    return (await queries.findSecondFactor.first(on, { accountId })) !== null;
  }

  /** As `passwordChangedAt`; it cannot be set anew before the transaction ends. */
  async lockPassword(trx: Transaction, accountId: number): Promise<number | null> {
    return (await queries.lockPassword.first(trx, { accountId }))?.changed_at ?? null;
  }

  /** When the account's password was set, or null when it has none of ours. */
  async passwordChangedAt(accountId: number, on: Queryable = this.#parts.database): Promise<number | null> {
    return (await queries.findPassword.first(on, { accountId }))?.changed_at ?? null;
  }

  /** As `PasswordSource.revision`; null of a source that cannot tell, or is not there any more. */
  async revisionOf(source: string): Promise<number | null> {
    return (await this.#parts.sources.find((it) => it.name === source)?.revision?.()) ?? null;
  }

  /** Whether the account is still linked to somebody at the source. */
  async isLinked(accountId: number, source: string, on: Queryable = this.#parts.database): Promise<boolean> {
    return (await findIdentityOf.first(on, { accountId, source })) !== null;
  }

  /** A new password, hashed by `Passwords`; whatever was made with the one before ends, sessions and refresh tokens too. */
  async setPassword(trx: Transaction, accountId: number, hash: string): Promise<void> {
    await queries.putPassword.run(trx, { accountId, passwordHash: hash, now: Date.now() });
    await queries.deleteTokensOf.run(trx, { accountId, kind: "refresh" });
    await queries.deleteSessionsOf.run(trx, { accountId });
    this.#parts.access.changes(trx);
  }

  /** The account that an identity belongs to, made when it is seen for the first time; its teams are now those of the identity's groups. */
  async accountOf(identity: Identity): Promise<Account> {
    const { source, groups } = identity;
    const { database, groupSync } = this.#parts;
    return await database.write(async (trx) => {
      const account = await this.#linkedTo(trx, identity);
      await groupSync.sync(trx, { accountId: account.id, source, groups });
      return account;
    });
  }

  /**
   * As `accountOf`; null where that would make an account under another name than the source's own, because it is somebody's
   * here: then the person is asked, and `accountNamed` makes it.
   */
  async accountUnlessTaken(identity: Identity): Promise<Account | null> {
    const { source, subject, login } = identity;
    const { database, accounts } = this.#parts;
    const known = await queries.findIdentity.first(database, { source, subject });
    if (!known && !(await accounts.isFree(mapLogin(login), database))) return null;
    return await this.accountOf(identity);
  }

  /**
   * Makes the account of an identity that is seen for the first time, under this name. Throws NAME_INVALID, CONFLICT when it is
   * taken, UNAUTHORIZED when the identity has an account by now.
   */
  async accountNamed(identity: Identity, name: string): Promise<Account> {
    const { source, subject, groups } = identity;
    const { database, groupSync } = this.#parts;
    return await database.write(async (trx) => {
      if (await queries.findIdentity.first(trx, { source, subject })) {
        throw new RegistryError("UNAUTHORIZED", { message: "you have an account here by now: log in again" });
      }
      const account = await this.#make(trx, identity, name);
      await groupSync.sync(trx, { accountId: account.id, source, groups });
      return account;
    });
  }

  async #linkedTo(trx: Transaction, identity: Identity): Promise<Account> {
    const { source, subject, login } = identity;
    const { accounts } = this.#parts;
    const known = await queries.findIdentity.first(trx, { source, subject });
    if (known) {
      await queries.useIdentity.run(trx, { source, subject, login, now: Date.now() });
      const account = await accounts.find(known.account_id, trx);
      if (account) return account;
    }
    return await this.#make(trx, identity, null);
  }

  /** Under the name, or the free one that is nearest to the source's. */
  async #make(trx: Transaction, identity: Identity, name: string | null): Promise<Account> {
    const { source, subject, login, email } = identity;
    const { accounts } = this.#parts;
    const now = Date.now();
    // It is not taken over either: who is called what elsewhere does not say whose account is whose.
    const isTaken = email !== null && (await accounts.findByLogin(email, trx)) !== null;
    const person = {
      displayName: identity.displayName ?? "",
      email: isTaken ? null : email,
      isEmailVerified: identity.isEmailVerified,
    };
    const account =
      name === null
        ? await accounts.createMapped(trx, login, person)
        : await accounts.createPerson(trx, { ...person, name });
    await queries.insertIdentity.run(trx, { source, subject, accountId: account.id, login, now });
    // Of two first logins at once, one has made the account by now: this one's is rolled back, and the client asks again.
    const linked = await queries.findIdentity.first(trx, { source, subject });
    if (linked?.account_id !== account.id) throw new RegistryError("CONFLICT", { message: "log in again" });
    const by: AuditActor = { kind: "person", name: account.name, id: account.id };
    const target: AuditTarget = { kind: "account", name: account.name, id: account.id };
    await this.#parts.audit.record(trx, { by, action: "account.create", target, after: { source } });
    return account;
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
