/** How a registry that is nobody's gets its first administrator: who reads its log, or may write its configuration, is near enough. */
import type { Account, Accounts } from "../accounts/accounts.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { Database } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import type { Logins } from "./logins.ts";
import { assertNewPassword, type Passwords } from "./passwords.ts";
import { equalSecrets, newSecretToken } from "./secret-token.ts";
import { addressGroup, type Throttle } from "./throttle.ts";

export type SetupParts = {
  database: Database;
  accounts: Accounts;
  logins: Logins;
  passwords: Passwords;
  throttle: Throttle;
  audit: AuditTrail;
};

export class Setup {
  readonly #parts: SetupParts;
  /** Of this process, shown in its log: lost with it, and of no use once there is an administrator. */
  readonly code = newSecretToken("setup").text;

  constructor(parts: SetupParts) {
    this.#parts = parts;
  }

  /** Throws CONFLICT when there is an administrator already, and what the rules for names and passwords throw. */
  async claim(
    person: { name: string; password: string; email?: string | null },
    address: string | null = null,
  ): Promise<Account> {
    const { database, accounts, logins, passwords, audit } = this.#parts;
    assertNewPassword(person.password, person.name);
    const hash = await passwords.hash(person.password);
    return await database.write(async (trx) => {
      const account = await accounts.claim(trx, { name: person.name, email: person.email ?? null });
      await logins.setPassword(trx, account.id, hash);
      await audit.record(trx, {
        by: { kind: "person", name: account.name, id: account.id },
        action: "registry.claim",
        target: { kind: "account", name: account.name, id: account.id },
        origin: address === null ? null : { address, agent: null, requestId: null },
      });
      return account;
    });
  }

  /** As `claim`, for whoever knows the code. Throws DENIED when it is wrong, TOOMANYREQUESTS when too many were. */
  async claimWithCode(
    code: string,
    person: { name: string; password: string; email?: string | null },
    address: string,
  ): Promise<Account> {
    const keys = [["setup", addressGroup(address)]] as const;
    await this.#parts.throttle.begin(keys);
    if (!equalSecrets(code.trim(), this.code)) {
      this.#parts.audit.note({
        by: { kind: "anonymous", name: "anonymous" },
        action: "registry.claim",
        target: { kind: "registry", name: "registry" },
        outcome: "failed",
        reason: "wrong setup code",
        origin: { address, agent: null, requestId: null },
      });
      throw new RegistryError("DENIED", {
        message: "this is not the setup code: the newest start of the server wrote it to its log",
      });
    }
    const account = await this.claim(person, address);
    await this.#parts.throttle.succeed(keys);
    return account;
  }
}
