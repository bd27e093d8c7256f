/** What the routes of a person's own things share: whose they are, what a credential lets through, and how rows are shown. */
import { authorize } from "../../access/authorize.ts";
import type { Principal } from "../../access/principal.ts";
import type { Account } from "../../accounts/accounts.ts";
import { RegistryError } from "../../errors.ts";

/**
 * The caller's account id. `administer-account` for what changes something: a token has to be made for that, and robots may not.
 * Throws DENIED; NOT_FOUND for callers without an account.
 */
export function ownAccountId(caller: Principal, action: "see-account" | "administer-account"): number {
  const id = caller.rights?.accountId;
  if (id === undefined) throw new RegistryError("NOT_FOUND", { message: "you have no account: this registry is open" });
  const decision = authorize(caller, action, { kind: "account", id });
  if (decision.isAllowed) return id;
  const message = decision.cause === "rights" ? "robots have no profile of their own" : decision.reason;
  throw new RegistryError("DENIED", { message });
}

export function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

export function timeTextOrNull(ms: number | null): string | null {
  return ms === null ? null : timeText(ms);
}

export function accountView(account: Account) {
  const { kind, name, displayName, email, isEmailVerified, systemRole, isDisabled } = account;
  return {
    id: String(account.id),
    kind,
    name,
    displayName,
    email,
    isEmailVerified,
    systemRole,
    isDisabled,
    createdAt: timeText(account.createdAt),
    lastLoginAt: timeTextOrNull(account.lastLoginAt),
  };
}
