/** Whether an upload is quick enough for shared memory: by the time that its last MiB took. */
import { SLOT_BYTES } from "../slots.ts";

/** What takes longer than this to fill a slot is slow. */
export const QUICK_MS = 1000;

export class UploadPace {
  #isQuick = true;
  #since = performance.now();
  #bytes = 0;

  get isQuick(): boolean {
    return this.#isQuick;
  }

  count(sizeBytes: number): void {
    this.#bytes += sizeBytes;
    if (this.#bytes < SLOT_BYTES) return;
    this.#restart(performance.now() - this.#since <= QUICK_MS);
  }

  /** Slow until a whole MiB came quickly. */
  setSlow(): void {
    this.#restart(false);
  }

  #restart(isQuick: boolean): void {
    this.#isQuick = isQuick;
    this.#since = performance.now();
    this.#bytes = 0;
  }
}
