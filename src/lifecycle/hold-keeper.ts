/** Keeps a hold standing for as long as a work runs, and ends the work when that fails. */
import type { Hold } from "./holds.ts";

const HOLD_MS = 10 * 60_000;
const EXTEND_MS = 60_000;

export class HoldKeeper {
  /** Fires with the work's own signal, or with a HoldExpiredError. */
  readonly signal: AbortSignal;
  readonly #hold: Hold;
  readonly #timer: Timer;

  private constructor(hold: Hold, signal: AbortSignal | undefined) {
    const own = new AbortController();
    this.#hold = hold;
    this.signal = signal === undefined ? own.signal : AbortSignal.any([signal, own.signal]);
    this.#timer = setInterval(() => {
      hold.extend().catch((error: unknown) => {
        // A database that does not answer for a moment may do so before the hold is over.
        if (error instanceof Error && error.name === "HoldExpiredError") own.abort(error);
      });
    }, EXTEND_MS).unref();
  }

  /** Takes a hold: it stands when this resolves. `reason` is for people. */
  static async take(
    holds: { take: (reason: string, ttlMs: number) => Promise<Hold> },
    reason: string,
    signal: AbortSignal | undefined,
  ): Promise<HoldKeeper> {
    return new HoldKeeper(await holds.take(reason, HOLD_MS), signal);
  }

  /** Throws when the hold has not stood all the time: this process was stopped for a while, say. */
  async assertStanding(): Promise<void> {
    await this.#hold.extend();
    this.signal.throwIfAborted();
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    // It ends by itself where the database does not answer.
    await this.#hold.release().catch(() => undefined);
  }
}
