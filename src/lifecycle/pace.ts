/** At most so many bytes a second, one caller after the other; what was not used is not saved up. */
import { setTimeout as sleep } from "node:timers/promises";

export class Pace {
  readonly #bytesPerSecond: number;
  readonly #signal: AbortSignal;
  #freeAt = 0;

  /** `signal` ends every wait with an AbortError. */
  constructor(bytesPerSecond: number, signal: AbortSignal) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#signal = signal;
  }

  /** Resolves when these bytes may be read. */
  async take(sizeBytes: number): Promise<void> {
    this.#signal.throwIfAborted();
    const now = performance.now();
    const startAt = Math.max(now, this.#freeAt);
    this.#freeAt = startAt + (sizeBytes / this.#bytesPerSecond) * 1_000;
    if (startAt - now > 1) await sleep(startAt - now, undefined, { signal: this.#signal, ref: false });
  }
}
