/** So many at once, some more who wait, and no others: what searches cost together is bounded. */
import { RegistryError } from "../errors.ts";

export class Slots {
  readonly #most: number;
  readonly #mostWaiting: number;
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  constructor({ most, waiting }: { most: number; waiting: number }) {
    this.#most = most;
    this.#mostWaiting = waiting;
  }

  /** Throws UNAVAILABLE when too many wait already. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#taken >= this.#most) {
      if (this.#waiting.length >= this.#mostWaiting) {
        throw new RegistryError("UNAVAILABLE", {
          message: "too many searches at once: try again shortly",
          headers: { "Retry-After": "2" },
        });
      }
      // Whoever ends gives its place to the first who waits.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#taken += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#taken -= 1;
    }
  }
}
