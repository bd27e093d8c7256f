/**
 * How often somebody may guess. Failures are counted in rows, so a restart forgives none, by what was guessed at (the account,
 * whichever of its names was used) and by where from. What is counted is the failure: whoever logs in rightly is never held up
 * by it, except while their own account is being guessed at.
 */
import type { Database } from "../database/database.ts";
import { RegistryError } from "../errors.ts";
import * as queries from "./queries.ts";

/** `failures` in `windowMs`; then nothing is tried until the window is over. */
export type ThrottleLimit = { failures: number; windowMs: number };

const MINUTE_MS = 60_000;

export const LIMITS = {
  /** A login name, known or not. */
  account: { failures: 10, windowMs: 15 * MINUTE_MS },
  /** An IPv4 address, or the first 64 bits of an IPv6 one. */
  address: { failures: 100, windowMs: 15 * MINUTE_MS },
  /** One-time codes, passkeys and backup codes of one account. */
  "second-factor": { failures: 10, windowMs: 15 * MINUTE_MS },
  /** The code that claims the registry. */
  setup: { failures: 20, windowMs: 15 * MINUTE_MS },
  /** Accounts that are made from one address, whether it works or not. */
  "sign-up": { failures: 20, windowMs: 60 * MINUTE_MS },
  /** Mails to one account. */
  mail: { failures: 5, windowMs: 60 * MINUTE_MS },
  /** Mails that are asked for from one address, and codes that are tried. */
  "mail-address": { failures: 30, windowMs: 60 * MINUTE_MS },
} as const satisfies Record<string, ThrottleLimit>;

export type ThrottleKind = keyof typeof LIMITS;
export type ThrottleKey = readonly [kind: ThrottleKind, what: string | number];

export class Throttle {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Counts a try before it is made, so that of many at once no more are made than may be. Throws TOOMANYREQUESTS when one of the
   * keys has been tried too often.
   */
  async begin(keys: readonly ThrottleKey[]): Promise<void> {
    const now = Date.now();
    const retryAt = await this.#database.write(async (trx) => {
      // Where from first: an address that has been stopped does not go on using up the tries at accounts.
      for (const [kind, what] of keys.toSorted(([a], [b]) => Number(isAddress(b)) - Number(isAddress(a)))) {
        const { failures, windowMs } = LIMITS[kind];
        const row = await queries.countFailure.first(trx, { key: keyOf(kind, what), now, windowMs });
        if (row && row.failures > failures) return row.began_at + windowMs;
      }
      return 0;
    });
    if (retryAt === 0) return;
    const seconds = Math.max(1, Math.ceil((retryAt - now) / 1000));
    const what = keys.some(([kind]) => kind === "account") ? "too many failed logins" : "too many tries";
    throw new RegistryError("TOOMANYREQUESTS", {
      message: `${what}: try again in ${Math.ceil(seconds / 60)} minutes`,
      headers: { "Retry-After": String(seconds) },
    });
  }

  /** It was right: what was guessed at begins anew, where it came from is as it was before this try. */
  async succeed(keys: readonly ThrottleKey[]): Promise<void> {
    await this.#database.write(async (trx) => {
      for (const [kind, what] of keys) {
        const key = keyOf(kind, what);
        if (isAddress(kind)) await queries.uncountFailure.run(trx, { key });
        else await queries.forgetFailures.run(trx, { key });
      }
    });
  }

  async expire(): Promise<void> {
    const before = Date.now() - Math.max(...Object.values(LIMITS).map((it) => it.windowMs));
    await this.#database.write((trx) => queries.expireThrottles.run(trx, { before }));
  }
}

/** Of an address many may come: one of them being right says nothing of the others. */
function isAddress(kind: ThrottleKind): boolean {
  return kind === "address" || kind === "mail-address";
}

function keyOf(kind: ThrottleKind, what: string | number): string {
  const text = String(what);
  // A name that nobody has may be a password, typed in the wrong place: it is not kept as it is.
  if (text.startsWith("name:")) return `${kind}:name:${new Bun.CryptoHasher("sha256").update(text).digest("hex")}`;
  return `${kind}:${text.slice(0, 200)}`;
}

/** What failures are counted by: whoever has one IPv6 address has 2^64 of them. */
export function addressGroup(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("%")[0]!.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: zeros }, () => "0"), ...after];
  return `${groups
    .slice(0, 4)
    .map((it) => Number.parseInt(it || "0", 16).toString(16))
    .join(":")}::/64`;
}
