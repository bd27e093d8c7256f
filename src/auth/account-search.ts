/** Accounts by text and by what they are, for administrators: names are walked through in stretches, for a bounded time. */
import type { Account } from "../accounts/accounts.ts";
import type { SystemRole } from "../access/roles.ts";

const STRETCH = 500;
const WITHIN_MS = 2_000;

export type AccountFilter = {
  /** Somewhere in name, display name or e-mail address, in whatever case. */
  q?: string | undefined;
  kind?: "person" | "robot" | undefined;
  systemRole?: SystemRole | undefined;
  isDisabled?: boolean | undefined;
};

export type AccountPage = {
  accounts: Account[];
  /** Behind which name to go on; null at the end. Where matches are rare, a page may have fewer than asked for. */
  next: string | null;
};

/** `list` gives accounts by name. */
export async function searchAccounts(
  list: (page: { prefix: string; after: string; limit: number }) => Promise<Account[]>,
  filter: AccountFilter,
  { prefix, after, limit }: { prefix: string; after: string; limit: number },
): Promise<AccountPage> {
  const matches = matcherOf(filter);
  const until = performance.now() + WITHIN_MS;
  const found: Account[] = [];
  for (let behind = after; ;) {
    const rows = await list({ prefix, after: behind, limit: STRETCH });
    for (const account of rows) if (matches(account)) found.push(account);
    if (found.length > limit) {
      const accounts = found.slice(0, limit);
      return { accounts, next: accounts.at(-1)?.name ?? null };
    }
    behind = rows.at(-1)?.name ?? behind;
    if (rows.length < STRETCH) return { accounts: found, next: null };
    if (performance.now() > until) return { accounts: found, next: behind };
    await Bun.sleep(1);
  }
}

function matcherOf({ q, kind, systemRole, isDisabled }: AccountFilter): (account: Account) => boolean {
  const text = q?.toLowerCase() ?? "";
  return (account) =>
    (kind === undefined || account.kind === kind) &&
    (systemRole === undefined || account.systemRole === systemRole) &&
    (isDisabled === undefined || account.isDisabled === isDisabled) &&
    [account.name, account.displayName, account.email ?? ""].some((it) => it.toLowerCase().includes(text));
}
