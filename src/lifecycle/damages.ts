/** Blobs that could not be copied: the first of them by name, all of them by number. */

export type DamagedBlob = { digest: string; reason: string };

const MAX_NAMED = 1_000;

export class Damages {
  readonly #named: DamagedBlob[] = [];
  #count = 0;

  add(blob: DamagedBlob): void {
    this.#count += 1;
    if (this.#named.length < MAX_NAMED) this.#named.push(blob);
  }

  report(): { damaged: DamagedBlob[]; damagedCount: number } {
    return { damaged: this.#named, damagedCount: this.#count };
  }
}
