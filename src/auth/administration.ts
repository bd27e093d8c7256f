/** What administrators do to accounts, and operators over their socket: make, disable, give roles, set passwords, end credentials. */
import type { Principal } from "../access/principal.ts";
import type { Account, Accounts } from "../accounts/accounts.ts";
import type { Scope } from "../access/ceiling.ts";
import type { SystemRole } from "../access/roles.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { AuditAction, AuditEvent } from "../audit/event.ts";
import type { Database, Transaction } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import type { Logins } from "./logins.ts";
import { assertNewPassword, type Passwords } from "./passwords.ts";
import { randomPassword } from "./random-password.ts";
import type { BrowserSessions } from "./sessions.ts";
import type { Setup } from "./setup.ts";
import type { Token, Tokens } from "./tokens.ts";

export type AdministrationParts = {
  database: Database;
  accounts: Accounts;
  logins: Logins;
  passwords: Passwords;
  sessions: BrowserSessions;
  tokens: Tokens;
  setup: Setup;
  audit: AuditTrail;
  reseal: (by: Principal, oldKeyFile: string | null) => Promise<number>;
  /** All of an account; false when it had none. */
  removeFactors: (owner: { accountId: number; name: string; by: Principal }) => Promise<boolean>;
};

export type NewAccount = {
  name: string;
  /** Null: one is made up. */
  password: string | null;
  email: string | null;
  systemRole: SystemRole;
};

/** `password`: the one that was made up, told this once; null when it was given. */
export type Created = { account: Account; password: string | null };

export type NewTokenOf = { name: string; scopes: readonly Scope[] | null; expiresAt: number | null };

export class Administration {
  readonly #parts: AdministrationParts;

  constructor(parts: AdministrationParts) {
    this.#parts = parts;
  }

  /** Claims the registry if it is nobody's: then everything in it belongs to this administrator. Throws as `createAccount`. */
  async createAdministrator(
    by: Principal,
    person: Omit<NewAccount, "systemRole">,
  ): Promise<Created & { hasClaimed: boolean }> {
    const { accounts, setup } = this.#parts;
    if (await accounts.isClaimed()) {
      return { ...(await this.createAccount(by, { ...person, systemRole: "administrator" })), hasClaimed: false };
    }
    const password = person.password ?? randomPassword();
    const account = await setup.claim({ name: person.name, email: person.email, password });
    return { account, password: person.password === null ? password : null, hasClaimed: true };
  }

  /** Throws NAME_INVALID, REQUEST_INVALID for a weak password, CONFLICT when the name is taken or nobody has claimed the registry. */
  async createAccount(by: Principal, { name, password: given, email, systemRole }: NewAccount): Promise<Created> {
    const { database, accounts, logins, passwords } = this.#parts;
    const password = given ?? randomPassword();
    assertNewPassword(password, name);
    const hash = await passwords.hash(password);
    const account = await database.write(async (trx) => {
      if (!(await accounts.isClaimed(trx))) throw unclaimed();
      if (await accounts.isOrganisation(name, trx)) throw isOrganisation(name);
      const made = await accounts.createPerson(trx, { name, email, systemRole });
      await logins.setPassword(trx, made.id, hash);
      await this.#record(trx, by, "account.create", made, { after: { systemRole } });
      return made;
    });
    return { account, password: given === null ? password : null };
  }

  /** Ends what was made with the password before. Throws NAME_UNKNOWN, REQUEST_INVALID; CONFLICT for a robot. */
  async setPassword(by: Principal, name: string, given: string | null): Promise<Created> {
    const { database, logins, passwords } = this.#parts;
    const { name: login } = await this.find(name);
    const password = given ?? randomPassword();
    assertNewPassword(password, login);
    const hash = await passwords.hash(password);
    const account = await database.write(async (trx) => {
      const person = await this.#person(trx, login);
      await logins.setPassword(trx, person.id, hash);
      await this.#record(trx, by, "account.reset-password", person);
      return person;
    });
    return { account, password: given === null ? password : null };
  }

  /** Disabling ends sessions and logins; access tokens are of no use while it lasts. Throws NAME_UNKNOWN; CONFLICT for the last administrator. */
  async setDisabled(by: Principal, name: string, isDisabled: boolean): Promise<Account> {
    const { accounts } = this.#parts;
    return await this.#change(name, async (trx, account) => {
      if (account.isDisabled === isDisabled) return;
      await accounts.setDisabled(trx, account.id, isDisabled);
      if (isDisabled) await this.#endLogins(trx, account.id);
      await this.#record(trx, by, isDisabled ? "account.disable" : "account.enable", account);
    });
  }

  /** Its sessions end: they were begun with other powers. Throws NAME_UNKNOWN; CONFLICT for the last administrator, and for robots. */
  async setSystemRole(by: Principal, name: string, systemRole: SystemRole): Promise<Account> {
    const { accounts } = this.#parts;
    return await this.#change(name, async (trx, account) => {
      assertPerson(account);
      if (account.systemRole === systemRole) return;
      await accounts.setSystemRole(trx, account.id, systemRole);
      await this.#endLogins(trx, account.id);
      const before = { systemRole: account.systemRole };
      await this.#record(trx, by, "account.set-system-role", account, { before, after: { systemRole } });
    });
  }

  /** Ends sessions, logins and all tokens. Throws NAME_UNKNOWN. */
  async revokeAll(by: Principal, name: string): Promise<Account> {
    const { tokens } = this.#parts;
    return await this.#change(name, async (trx, account) => {
      await this.#endLogins(trx, account.id);
      await tokens.revokeAll(trx, account.id, "personal");
      await tokens.revokeAll(trx, account.id, "robot");
      await this.#record(trx, by, "account.revoke", account);
    });
  }

  /**
   * For whoever lost their devices and codes: without second factors the password is enough. Sessions and refresh tokens end.
   * `hadFactors` is false when there were none. Throws NAME_UNKNOWN; CONFLICT for a robot.
   */
  async resetFactors(by: Principal, name: string): Promise<{ account: Account; hadFactors: boolean }> {
    const account = await this.find(name);
    assertPerson(account);
    const owner = { accountId: account.id, name: account.name, by };
    return { account, hadFactors: await this.#parts.removeFactors(owner) };
  }

  /**
   * Seals all secrets of the database with the first key of the secret key file; how many were sealed with another. `oldKeyFile` has
   * keys that are not in that file any more. Throws CONFLICT, and changes nothing, when a secret does not open.
   */
  async reseal(by: Principal, oldKeyFile: string | null): Promise<number> {
    return await this.#parts.reseal(by, oldKeyFile);
  }

  /** Those whose names begin with the prefix, behind `after`, by name. */
  async list(options: { prefix: string; after: string; limit: number }): Promise<Account[]> {
    return await this.#parts.accounts.list(options);
  }

  /** Those behind `after`, by id. Throws NAME_UNKNOWN. */
  async listTokens(name: string, after: number, limit: number): Promise<Token[]> {
    const { id } = await this.find(name);
    return await this.#parts.tokens.list(id, after, limit);
  }

  /** Of a person or a robot; `text` is told this once. Throws NAME_UNKNOWN; CONFLICT when the account has as many as it may. */
  async createToken(by: Principal, name: string, token: NewTokenOf): Promise<{ id: number; text: string }> {
    const { database, tokens, audit } = this.#parts;
    const account = await this.find(name);
    const kind = account.kind === "robot" ? "robot" : "personal";
    return await database.write(async (trx) => {
      const made = await tokens.create(trx, { ...token, accountId: account.id, kind });
      const { id } = made;
      const after = { account: account.name, scopes: token.scopes, expiresAt: token.expiresAt };
      await audit.record(trx, { by, action: "token.create", target: { kind: "token", name: token.name, id }, after });
      return made;
    });
  }

  /** False when the account has no such token. Throws NAME_UNKNOWN. */
  async revokeToken(by: Principal, name: string, tokenId: number): Promise<boolean> {
    const { database, tokens, audit } = this.#parts;
    const account = await this.find(name);
    return await database.write(async (trx) => {
      if (!(await tokens.revoke(trx, account.id, tokenId))) return false;
      const before = { account: account.name };
      await audit.record(trx, { by, action: "token.revoke", target: { kind: "token", name: "", id: tokenId }, before });
      return true;
    });
  }

  /** By name alone, in whatever case. Throws NAME_UNKNOWN. */
  async find(name: string): Promise<Account> {
    return found(name, name.includes("@") ? null : await this.#parts.accounts.findByLogin(name));
  }

  async #record(
    trx: Transaction,
    by: Principal,
    action: AuditAction,
    { name, id }: Account,
    change: Pick<AuditEvent, "before" | "after"> = {},
  ): Promise<void> {
    await this.#parts.audit.record(trx, { by, action, target: { kind: "account", name, id }, ...change });
  }

  async #endLogins(trx: Transaction, accountId: number): Promise<void> {
    const { sessions, tokens } = this.#parts;
    await sessions.revokeAll(trx, accountId);
    await tokens.revokeAll(trx, accountId, "refresh");
  }

  async #person(trx: Transaction, name: string): Promise<Account> {
    const account = found(name, await this.#parts.accounts.findByLogin(name, trx));
    assertPerson(account);
    return account;
  }

  /** The account as it is afterwards. */
  async #change(name: string, change: (trx: Transaction, account: Account) => Promise<void>): Promise<Account> {
    const { database, accounts } = this.#parts;
    const { id } = await this.find(name);
    return await database.write(async (trx) => {
      const account = found(name, await accounts.find(id, trx));
      await change(trx, account);
      return found(name, await accounts.find(id, trx));
    });
  }
}

function assertPerson({ kind, name }: Account): void {
  if (kind === "person") return;
  throw new RegistryError("CONFLICT", {
    message: `${name} is a robot: it has tokens alone, and no role in the system`,
  });
}

function found(name: string, account: Account | null): Account {
  if (account !== null) return account;
  throw new RegistryError("NAME_UNKNOWN", { message: `there is no account ${name.slice(0, 100)}` });
}

function isOrganisation(name: string): RegistryError {
  return new RegistryError("CONFLICT", {
    message: `${name.slice(0, 100)} is taken by an organisation: rename it, or make the account under another name and hand the organisation over to it (berth org hand-over), which gives the account its name`,
  });
}

function unclaimed(): RegistryError {
  return new RegistryError("CONFLICT", {
    message: "this registry has no administrator yet: make one first, with berth admin create or the setup code",
  });
}
