/** Long work in small pieces: others get their turn whenever some milliseconds were spent. */
const PIECE_MS = 5;

export class Pace {
  #began = performance.now();

  /** To be awaited between two pieces of work. */
  async breathe(): Promise<void> {
    if (performance.now() - this.#began < PIECE_MS) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#began = performance.now();
  }
}
