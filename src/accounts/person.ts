/** Finds the person that a request names, to be made a member, an owner or the like. */
import type { Transaction } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import type { Account, Accounts } from "./accounts.ts";

/** A person by login name, in whatever case; never by e-mail address, which is nobody's business. Throws NOT_FOUND. */
export async function getPerson(accounts: Accounts, trx: Transaction, name: string): Promise<Account> {
  const found = name.includes("@") ? null : await accounts.findByLogin(name, trx);
  if (found?.kind === "person") return found;
  throw new RegistryError("NOT_FOUND", {
    message: `there is no person called ${name.slice(0, 100)}: name the account, or invite by e-mail`,
  });
}
