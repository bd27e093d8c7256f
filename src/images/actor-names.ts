/** What accounts are called that rows name as `account:7`; others are called as the rows say. */
import type { Accounts } from "../accounts/accounts.ts";

export async function actorNames(
  accounts: Accounts,
  rows: readonly { actor: string }[],
): Promise<(actor: string) => string> {
  const names = new Map<string, string>();
  for (const actor of new Set(rows.map((row) => row.actor))) {
    const id = /^account:(\d{1,15})$/.exec(actor)?.[1];
    const account = id === undefined ? null : await accounts.find(Number(id));
    if (account) names.set(actor, account.name);
  }
  return (actor) => names.get(actor) ?? actor;
}
