/**
 * Holds: while one stands, the collector deletes no stored bytes. Whoever copies blobs takes one, and after that lists
 * what it will copy.
 *
 * That order and the collector's make them safe without a lock, whichever is first: a hold is a committed row before
 * its taker lists blobs, and a blob is committed as `deleting`, which no list shows, before the collector looks for holds.
 */
import type { Database } from "../database/database.ts";
import { randomHex } from "../lib/random.ts";
import * as queries from "./queries/holds.ts";

export type Hold = {
  /** Lets it stand for another `ttlMs` from now. Throws HoldExpiredError when it came too late: bytes may be gone. */
  extend: () => Promise<void>;
  /** Ends it. What has expired ends no more, and that is no error. */
  release: () => Promise<void>;
};

/** A hold was not extended in time: what was listed under it may be deleted by now, so the work must begin anew. */
export class HoldExpiredError extends Error {
  override readonly name = "HoldExpiredError";
}

export class Holds {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Stands, for every server over this database, when it resolves; ends by itself after `ttlMs` milliseconds. `reason` is for people. */
  async take(reason: string, ttlMs: number): Promise<Hold> {
    const database = this.#database;
    const holdId = randomHex(16);
    await database.write(async (trx) => {
      const now = Date.now();
      await queries.deleteExpiredHolds.run(trx, { now });
      await queries.insertHold.run(trx, { holdId, reason, expiresAt: now + ttlMs });
    });
    return {
      extend: async () => {
        const now = Date.now();
        const changed = await database.write((trx) =>
          queries.extendHold.run(trx, { holdId, expiresAt: now + ttlMs, now }),
        );
        if (changed === 0) throw new HoldExpiredError(`the hold for ${reason} expired before it was extended`);
      },
      release: async () => {
        await database.write((trx) => queries.deleteHold.run(trx, { holdId }));
      },
    };
  }

  /** Why no bytes may be deleted at this moment; null when they may. */
  async find(): Promise<string | null> {
    const row = await queries.findHold.first(this.#database, { now: Date.now() });
    return row?.reason ?? null;
  }
}
