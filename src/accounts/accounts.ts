/** People and robots. A person has a namespace of the same name; robots belong to an organisation. */
import type { Access } from "../access/access.ts";
import type { SystemRole } from "../access/roles.ts";
import type { Database, Queryable, Transaction } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import { mapLogin, parseLoginName } from "./login-name.ts";
import * as queries from "./queries.ts";
import * as handOver from "./queries/hand-over.ts";
import { findNamespaceByName } from "./queries/namespaces.ts";

export type Account = {
  id: number;
  kind: "person" | "robot";
  name: string;
  displayName: string;
  email: string | null;
  isEmailVerified: boolean;
  systemRole: SystemRole;
  isDisabled: boolean;
  description: string;
  /** A robot's organisation. */
  namespaceId: number | null;
  createdAt: number;
  lastLoginAt: number | null;
};

export type NewPerson = {
  name: string;
  displayName?: string;
  email?: string | null;
  isEmailVerified?: boolean;
  systemRole?: SystemRole;
};

export type AccountsParts = { database: Database; access: Access };

const PAGE = 500;
const MAX_SUFFIX = 1_000;

export class Accounts {
  readonly #parts: AccountsParts;
  /** Once it is, it always is. */
  #isClaimed = false;

  constructor(parts: AccountsParts) {
    this.#parts = parts;
  }

  /** As `isClaimed`, as far as this process has seen: to be asked with every request. */
  get isKnownClaimed(): boolean {
    return this.#isClaimed;
  }

  /** Whether somebody answers for this registry: then it is open to nobody. */
  async isClaimed(on: Queryable = this.#parts.database): Promise<boolean> {
    if (this.#isClaimed) return true;
    const found = (await queries.findClaim.first(on, {})) !== null;
    if (found && on === this.#parts.database) this.#isClaimed = true;
    return found;
  }

  async find(id: number, on: Queryable = this.#parts.database): Promise<Account | null> {
    const row = await queries.findAccount.first(on, { accountId: id });
    return row && accountOf(row);
  }

  /** By login name, in whatever case; or by verified e-mail address. */
  async findByLogin(login: string, on: Queryable = this.#parts.database): Promise<Account | null> {
    const name = login.toLowerCase();
    const row = name.includes("@")
      ? await queries.findAccountByEmail.first(on, { email: name })
      : await queries.findAccountByName.first(on, { name });
    return row && accountOf(row);
  }

  /** Makes a person and their namespace. Throws NAME_INVALID; CONFLICT when the name or the verified address is taken. */
  async createPerson(trx: Transaction, person: NewPerson): Promise<Account> {
    const name = parseLoginName(person.name);
    if (!(await this.isFree(name, trx))) throw taken(name);
    return await this.#insert(trx, name, person);
  }

  /** Whether no account and no namespace has or had the name. */
  async isFree(name: string, on: Queryable): Promise<boolean> {
    return (await queries.findNameHolder.first(on, { name })) === null;
  }

  /** Whether what has the name is an organisation. */
  async isOrganisation(name: string, on: Queryable): Promise<boolean> {
    return (await findNamespaceByName.first(on, { namespaceName: name.toLowerCase() }))?.kind === "organisation";
  }

  /** The free name that is nearest to what another source calls somebody. Throws CONFLICT. */
  async nearestFree(login: string, on: Queryable = this.#parts.database): Promise<string> {
    const wanted = mapLogin(login);
    for (let suffix = 1; suffix <= MAX_SUFFIX; suffix++) {
      const name = suffix === 1 ? wanted : `${wanted}-${suffix}`;
      if (await this.isFree(name, on)) return name;
    }
    throw taken(wanted);
  }

  /** As `createPerson`, under the free name that is nearest to what another source calls them. */
  async createMapped(trx: Transaction, login: string, person: Omit<NewPerson, "name">): Promise<Account> {
    const name = await this.nearestFree(login, trx);
    return await this.#insert(trx, name, { ...person, name });
  }

  /**
   * Makes the first administrator, to whom everything belongs that was pushed while the registry was nobody's: what was
   * pushed under their own name is their own namespace. Throws CONFLICT when there is one already.
   */
  async claim(trx: Transaction, person: NewPerson): Promise<Account> {
    const value = JSON.stringify({ at: Date.now(), by: person.name });
    if ((await queries.insertClaim.run(trx, { value })) === 0) {
      throw new RegistryError("CONFLICT", {
        message: "this registry has an administrator already: ask them for an account",
      });
    }
    trx.afterCommit(() => (this.#isClaimed = true));
    const name = parseLoginName(person.name);
    const organisationId = await this.#nobodysOrganisation(trx, name);
    if (organisationId === null && !(await this.isFree(name, trx))) throw taken(name);
    const account = await this.#insert(trx, name, { ...person, systemRole: "administrator" }, organisationId);
    const now = Date.now();
    for (let after = 0; ;) {
      const rows = await queries.listOwnerlessNamespaces.all(trx, { after, limit: PAGE });
      for (const { id } of rows) {
        await queries.insertMember.run(trx, { namespaceId: id, accountId: account.id, memberRole: "owner", now });
        after = id;
      }
      if (rows.length < PAGE) break;
    }
    return account;
  }

  /** Those whose names begin with the prefix, behind `after`, by name. */
  async list({ prefix, after, limit }: { prefix: string; after: string; limit: number }): Promise<Account[]> {
    const { database } = this.#parts;
    // Behind every character that a name may have.
    const rows = await queries.listAccounts.all(database, { prefix, prefixEnd: `${prefix}~`, after, limit });
    return rows.map(accountOf);
  }

  async setDisplayName(trx: Transaction, id: number, displayName: string): Promise<void> {
    await queries.setDisplayName.run(trx, { accountId: id, displayName });
  }

  /** Throws CONFLICT when another account has verified the address. */
  async setEmail(trx: Transaction, id: number, email: string | null, isVerified: boolean): Promise<void> {
    const address = email?.toLowerCase() ?? null;
    if (isVerified && address !== null) {
      const holder = await queries.findAccountByEmail.first(trx, { email: address });
      if (holder && holder.id !== id) throw taken(`the address ${address}`);
    }
    const emailVerifiedAt = isVerified && address !== null ? Date.now() : null;
    await queries.setEmail.run(trx, { accountId: id, email: address, emailVerifiedAt });
  }

  /** Throws CONFLICT when nobody would be left to administer the registry. */
  async setSystemRole(trx: Transaction, id: number, systemRole: SystemRole): Promise<void> {
    if (systemRole !== "administrator") await this.#assertNotLast(trx, id);
    await queries.setSystemRole.run(trx, { accountId: id, systemRole });
    this.#parts.access.changes(trx);
  }

  /** A disabled account can do nothing, with whatever credential, from this moment on. Throws CONFLICT as `setSystemRole`. */
  async setDisabled(trx: Transaction, id: number, isDisabled: boolean): Promise<void> {
    if (isDisabled) await this.#assertNotLast(trx, id);
    await queries.setDisabled.run(trx, { accountId: id, disabledAt: isDisabled ? Date.now() : null });
    this.#parts.access.changes(trx);
  }

  async noteLogin(trx: Transaction, id: number): Promise<void> {
    await queries.setLastLogin.run(trx, { accountId: id, now: Date.now() });
  }

  /** Of two that would take each other's role at once, the second waits for the first and finds itself the last. */
  async #assertNotLast(trx: Transaction, id: number): Promise<void> {
    const administrators = await queries.lockAdministrators.all(trx, {});
    if (administrators.length !== 1 || administrators[0]?.id !== id) return;
    throw new RegistryError("CONFLICT", {
      message: "this is the registry's last administrator: make another one first",
    });
  }

  /** The organisation of this name, when nobody and nothing is in it but repositories. */
  async #nobodysOrganisation(trx: Transaction, name: string): Promise<number | null> {
    const found = await findNamespaceByName.first(trx, { namespaceName: name });
    if (found?.kind !== "organisation" || found.deleted_at !== null) return null;
    const ids = { namespaceId: found.id, accountId: 0 };
    return (await handOver.findHandOverObstacle.first(trx, ids)) === null ? found.id : null;
  }

  /** With a namespace of its own: a new one, or what was an organisation. */
  async #insert(
    trx: Transaction,
    name: string,
    person: NewPerson,
    organisationId: number | null = null,
  ): Promise<Account> {
    const now = Date.now();
    const email = person.email?.toLowerCase() ?? null;
    const inserted = await queries.insertPerson.first(trx, {
      name,
      displayName: person.displayName ?? "",
      email,
      emailVerifiedAt: email !== null && person.isEmailVerified === true ? now : null,
      systemRole: person.systemRole ?? "none",
      now,
    });
    if (!inserted) throw taken(email === null ? name : `${name}, or the address ${email}`);
    const accountId = inserted.id;
    if (organisationId !== null) await handOver.giveNamespace.run(trx, { namespaceId: organisationId, accountId });
    else if (!(await queries.insertUserNamespace.first(trx, { name, accountId, now }))) throw taken(name);
    this.#parts.access.changes(trx);
    const account = await this.find(inserted.id, trx);
    if (!account) throw new Error(`account ${name} was not made`);
    return account;
  }
}

type Row = {
  id: number;
  kind: "person" | "robot";
  name: string;
  display_name: string;
  email: string | null;
  email_verified_at: number | null;
  system_role: SystemRole;
  disabled_at: number | null;
  description: string;
  namespace_id: number | null;
  created_at: number;
  last_login_at: number | null;
};

function accountOf(row: Row): Account {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    displayName: row.display_name,
    email: row.email,
    isEmailVerified: row.email_verified_at !== null,
    systemRole: row.system_role,
    isDisabled: row.disabled_at !== null,
    description: row.description,
    namespaceId: row.namespace_id,
    createdAt: row.created_at,
    lastLoginAt: row.last_login_at,
  };
}

function taken(what: string): RegistryError {
  return new RegistryError("CONFLICT", { message: `${what} is taken: choose another` });
}
