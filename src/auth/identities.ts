/** What an account is called at other sources of identities: one account can be many of them, and each is one account's. */
import type { Access } from "../access/access.ts";
import type { Origin } from "../access/principal.ts";
import type { Accounts } from "../accounts/accounts.ts";
import type { GroupSync } from "../accounts/group-sync.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { Database, Transaction } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import * as logins from "./queries.ts";
import * as queries from "./queries/identities.ts";
import type { BrowserSessions } from "./sessions.ts";
import { type Identity, type PasswordSource, SourceUnavailableError } from "./source.ts";
import { addressGroup, type Throttle, type ThrottleKey } from "./throttle.ts";

export type LinkedIdentity = { source: string; login: string; createdAt: number; lastUsedAt: number };

export type IdentitiesParts = {
  database: Database;
  access: Access;
  accounts: Accounts;
  audit: AuditTrail;
  groupSync: GroupSync;
  sessions: BrowserSessions;
  throttle: Throttle;
  /** Those that take a name and a password. */
  sources: readonly PasswordSource[];
  /** Names of all sources that are configured: others lead nowhere. */
  sourceNames: ReadonlySet<string>;
};

export class Identities {
  readonly #parts: IdentitiesParts;

  constructor(parts: IdentitiesParts) {
    this.#parts = parts;
  }

  async list(accountId: number): Promise<LinkedIdentity[]> {
    const rows = await queries.listIdentities.all(this.#parts.database, { accountId });
    return rows
      .map((row) => ({
        source: row.source,
        login: row.login,
        createdAt: row.created_at,
        lastUsedAt: row.last_used_at,
      }))
      .sort((a, b) => a.createdAt - b.createdAt || (a.source < b.source ? -1 : 1));
  }

  /** Links somebody who was proven to be it. Throws CONFLICT when they are another account. */
  async link(accountId: number, { source, subject, login, groups }: Identity, origin: Origin | null): Promise<void> {
    const { database, access, groupSync } = this.#parts;
    await database.write(async (trx) => {
      const now = Date.now();
      await queries.lockAccount.first(trx, { accountId });
      await logins.insertIdentity.run(trx, { source, subject, accountId, login, now });
      const linked = await logins.findIdentity.first(trx, { source, subject });
      if (linked?.account_id !== accountId) {
        throw new RegistryError("CONFLICT", {
          message: `${source} knows you as another account of this registry: log in as that one, and unlink or delete it first`,
        });
      }
      await logins.useIdentity.run(trx, { source, subject, login, now });
      await groupSync.sync(trx, { accountId, source, groups });
      await this.#record(trx, "identity.link", { accountId, source, origin });
      access.changes(trx);
    });
  }

  /**
   * Links whoever this name and password are at the source. Throws NOT_FOUND when there is no such source, UNAUTHORIZED when they
   * are wrong, TOOMANYREQUESTS, UNAVAILABLE, and as `link`.
   */
  async linkByPassword(
    accountId: number,
    source: string,
    { login, password, address, origin }: { login: string; password: string; address: string; origin: Origin | null },
  ): Promise<void> {
    const found = this.#parts.sources.find((it) => it.name === source);
    if (found === undefined) throw new RegistryError("NOT_FOUND", { message: `${source} takes no passwords here` });
    const keys: ThrottleKey[] = [
      ["account", `name:${login.toLowerCase()}`],
      ["address", addressGroup(address)],
    ];
    await this.#parts.throttle.begin(keys);
    const identity = await found.verify(login, password).catch((error: unknown) => {
      if (!(error instanceof SourceUnavailableError)) throw error;
      throw new RegistryError("UNAVAILABLE", { message: `${source} does not answer at the moment`, cause: error });
    });
    if (identity === null) throw new RegistryError("DENIED", { message: `wrong name or password at ${source}` });
    await this.#parts.throttle.succeed(keys);
    await this.link(accountId, identity, origin);
  }

  /**
   * Sessions, but the one in which it is asked for, and refresh tokens end: which of them were made through the identity is not
   * kept. Throws NOT_FOUND when the account has none there, CONFLICT when there would be no way left to log in.
   */
  async unlink(
    accountId: number,
    source: string,
    { sessionId, origin }: { sessionId: number; origin: Origin | null },
  ): Promise<void> {
    const { database, access, groupSync, sessions, sourceNames } = this.#parts;
    await database.write(async (trx) => {
      // Of two at once, the second sees what the first has left.
      await queries.lockAccount.first(trx, { accountId });
      if ((await queries.deleteIdentitiesOf.run(trx, { accountId, source })) === 0) {
        throw new RegistryError("NOT_FOUND", { message: `nobody at ${source} is linked to this account` });
      }
      const others = await queries.listIdentities.all(trx, { accountId });
      const hasPassword = (await logins.findPassword.first(trx, { accountId })) !== null;
      if (!hasPassword && !others.some((it) => sourceNames.has(it.source))) {
        throw new RegistryError("CONFLICT", {
          message: "this is the last way to log in to the account: set a password, or link another identity first",
        });
      }
      await groupSync.sync(trx, { accountId, source, groups: [] });
      await sessions.revokeOthers(trx, accountId, sessionId);
      await logins.deleteTokensOf.run(trx, { accountId, kind: "refresh" });
      await this.#record(trx, "identity.unlink", { accountId, source, origin });
      access.changes(trx);
    });
  }

  async #record(
    trx: Transaction,
    action: "identity.link" | "identity.unlink",
    { accountId, source, origin }: { accountId: number; source: string; origin: Origin | null },
  ): Promise<void> {
    const { accounts, audit } = this.#parts;
    const name = (await accounts.find(accountId, trx))?.name ?? "";
    await audit.record(trx, {
      by: { kind: "person", name, id: accountId },
      action,
      target: { kind: "account", name, id: accountId },
      after: { source },
      origin,
    });
  }
}
