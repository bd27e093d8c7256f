/** How many logins ask a directory at once, and how many may wait for that: a burst must not open a thousand connections. */
import { LdapFailure } from "./ldap-decoder.ts";

export class LdapTurns {
  readonly #waitingLimit: number;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor({ atOnce, waiting }: { atOnce: number; waiting: number }) {
    this.#free = atOnce;
    this.#waitingLimit = waiting;
  }

  /** Does the work when it is its turn. Throws LdapFailure when too many wait, and when the signal comes first. */
  async take<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(signal);
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  #wait(signal: AbortSignal): Promise<void> {
    if (this.#waiting.length >= this.#waitingLimit) throw new LdapFailure("too many logins wait for the directory");
    return new Promise((resolve, reject) => {
      const turn = () => {
        signal.removeEventListener("abort", giveUp);
        resolve();
      };
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        reject(new LdapFailure("the turn did not come in time"));
      };
      signal.addEventListener("abort", giveUp, { once: true });
      this.#waiting.push(turn);
    });
  }
}
