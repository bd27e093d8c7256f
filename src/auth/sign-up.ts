/** Accounts that people make themselves, where the settings let them. */
import type { Account, Accounts } from "../accounts/accounts.ts";
import type { Invitations } from "../accounts/invitations.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { Database } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import { isMailAddress } from "../mail/address.ts";
import type { AccountMail } from "./account-mail.ts";
import type { Logins } from "./logins.ts";
import { assertNewPassword, type Passwords } from "./passwords.ts";
import type { SignUpPolicy } from "./sign-up-policy.ts";
import { addressGroup, type Throttle } from "./throttle.ts";

export type SignUpParts = {
  database: Database;
  accounts: Accounts;
  logins: Logins;
  passwords: Passwords;
  throttle: Throttle;
  mail: AccountMail;
  invitations: Pick<Invitations, "findByCode" | "admit">;
  audit: AuditTrail;
  policy: SignUpPolicy;
};

export type Applicant = { name: string; password: string; email: string | null; invitation: string | null };

export class SignUp {
  readonly #parts: SignUpParts;

  constructor(parts: SignUpParts) {
    this.#parts = parts;
  }

  get policy(): SignUpPolicy {
    return this.#parts.policy;
  }

  /**
   * Where mail is configured an address is needed; it counts once it was confirmed, so nothing here depends on whether another
   * account has it. An invitation is accepted with the account. Throws DENIED, TOOMANYREQUESTS, NAME_INVALID, REQUEST_INVALID, CONFLICT when the name is taken.
   */
  async signUp({ name, password, email, invitation }: Applicant, address: string): Promise<Account> {
    const { database, accounts, logins, passwords, throttle, mail, invitations, audit, policy } = this.#parts;
    await throttle.begin([["sign-up", addressGroup(address)]]);
    if (policy === "closed") throw denied("accounts are made by administrators here: ask one for yours");
    if (!(await accounts.isClaimed())) throw denied("this registry has no administrator yet, who has to come first");
    if (policy === "invitation" || invitation !== null) await this.#assertInvited(invitation);
    assertAddress(email, mail.isConfigured);
    assertNewPassword(password, name);
    const hash = await passwords.hash(password);
    const account = await database.write(async (trx) => {
      const made = await accounts.createPerson(trx, { name, email: mail.isConfigured ? null : email });
      await logins.setPassword(trx, made.id, hash);
      const by = { kind: "person", name: made.name, id: made.id } as const;
      const target = { kind: "account", name: made.name, id: made.id } as const;
      const origin = { address, agent: null, requestId: null };
      await audit.record(trx, { by, action: "account.sign-up", target, origin });
      if (invitation !== null) await invitations.admit(trx, invitation, made.id, by);
      return made;
    });
    if (mail.isConfigured && email !== null) await mail.sendVerification(account.id, account.name, email);
    return account;
  }

  /** Whoever has none is told so before anything is made. Of two that use one at once, the other fails with NOT_FOUND. */
  async #assertInvited(code: string | null): Promise<void> {
    const needed = denied("an account needs an invitation here: open the link of yours, or ask for a new one");
    if (code === null) throw needed;
    try {
      await this.#parts.invitations.findByCode(code);
    } catch (error) {
      throw error instanceof RegistryError && error.code === "NOT_FOUND" ? needed : error;
    }
  }
}

/** Throws REQUEST_INVALID. */
export function assertAddress(email: string | null, isNeeded: boolean): void {
  if (email === null && isNeeded)
    throw new RegistryError("REQUEST_INVALID", { message: "an e-mail address is needed" });
  if (email !== null && !isMailAddress(email)) {
    throw new RegistryError("REQUEST_INVALID", { message: "this is no e-mail address that mail can be sent to" });
  }
}

function denied(message: string): RegistryError {
  return new RegistryError("DENIED", { message });
}
