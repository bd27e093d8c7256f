/**
 * How many rows one transaction of a background work may change, so that no request waits for it longer than some
 * milliseconds: fewer when the last one took long, more again when it did not. Rows that hold bytes cost many times
 * what others do, and so does a slow machine; no fixed number is right for both.
 */
const GOAL_MS = 4;
/** So much longer than the work is the pause after it, so that what was written becomes durable meanwhile, beside all else that is. */
const PAUSE_FACTOR = 9;
const LEAST_PAUSE_MS = 2;

export class BatchSize {
  readonly #most: number;
  readonly #least: number;
  readonly #now: () => number;
  #limit: number;
  #tookMs = 0;

  /** `most` rows when they are quick, `least` however slow they are. `now`: a clock, in ms. */
  constructor({ most, least, now = () => performance.now() }: { most: number; least: number; now?: () => number }) {
    this.#most = most;
    this.#least = least;
    this.#now = now;
    this.#limit = Math.min(most, 4 * least);
  }

  /** Rows of the next transaction. */
  get limit(): number {
    return this.#limit;
  }

  /** Runs what a transaction does, and sets the next limit by the time that it took. */
  async measure<T>(work: () => Promise<T>): Promise<T> {
    const begunAt = this.#now();
    try {
      return await work();
    } finally {
      this.#tookMs = this.#now() - begunAt;
      const next = this.#limit * Math.min(1.25, GOAL_MS / this.#tookMs);
      this.#limit = Math.round(Math.min(this.#most, Math.max(this.#least, next)));
    }
  }

  /** Leaves the time to everything else. */
  async pause(): Promise<void> {
    await Bun.sleep(Math.max(LEAST_PAUSE_MS, PAUSE_FACTOR * this.#tookMs));
  }
}
