/**
 * How many tokens an account may have. Without a bound whoever has a password, or a pipeline that logs in with each run, fills the
 * table. Whoever counts holds the account's row (`Tokens.lockAccount`), so that of two who make the last one, one is told.
 */
import type { Transaction } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import { deleteToken } from "./queries.ts";
import * as queries from "./queries/token-room.ts";
import type { TokenKind } from "./tokens.ts";

/** Of one account, by kind; what has expired does not count. */
export const MAX_TOKENS = { personal: 500, robot: 500, refresh: 100 } as const satisfies Record<TokenKind, number>;

/** Of an account that got more before there was a limit, so many go at once; the rest with the next ones. */
const MAX_LOOKED_AT = 2_000;

type Row = { id: number; name: string; expires_at: number | null; created_at: number; last_used_at: number | null };

/**
 * Makes room for one more, and says whether any that worked had to end for it: of those that `docker login` keeps the one
 * not used for the longest time, of the client that has most of them. Throws CONFLICT where people have to choose themselves.
 */
export async function makeRoom(
  trx: Transaction,
  { accountId, kind }: { accountId: number; kind: TokenKind },
): Promise<boolean> {
  const max = MAX_TOKENS[kind];
  const rows = await queries.listTokensOf.all(trx, { accountId, kind, limit: MAX_LOOKED_AT });
  if (rows.length < max) return false;
  const now = Date.now();
  await queries.deleteExpiredTokensOf.run(trx, { accountId, kind, now });
  const valid = rows.filter((it) => it.expires_at === null || it.expires_at > now);
  if (valid.length < max) return false;
  if (kind !== "refresh") throw full(kind, max);
  const latestFirst = valid.toSorted((a, b) => lastUse(b) - lastUse(a) || b.id - a.id);
  const clients = Map.groupBy(latestFirst, (it) => it.name);
  for (let excess = valid.length - max + 1; excess > 0; excess--) {
    const [most] = [...clients.values()].toSorted(
      (a, b) => b.length - a.length || lastUse(a.at(-1)) - lastUse(b.at(-1)),
    );
    const ended = most?.pop();
    if (ended) await deleteToken.run(trx, { accountId, tokenId: ended.id });
  }
  return true;
}

function lastUse(row: Row | undefined): number {
  return row?.last_used_at ?? row?.created_at ?? 0;
}

function full(kind: "personal" | "robot", max: number): RegistryError {
  const what = kind === "robot" ? "this robot has" : "this account has";
  return new RegistryError("CONFLICT", {
    message: `${what} ${max} tokens that are valid, as many as there may be: revoke some of them first`,
  });
}
