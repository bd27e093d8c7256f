/** A map that forgets what was used least recently when the sizes of its values add up to more than its limit. */
export class Lru<Key, Value> {
  readonly #limitBytes: number;
  readonly #entries = new Map<Key, { value: Value; sizeBytes: number }>();
  #sizeBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get(key: Key): Value | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    // Maps keep insertion order: re-inserting makes it the youngest. Not worth it while nothing is being evicted.
    if (this.#sizeBytes > this.#limitBytes / 2) {
      this.#entries.delete(key);
      this.#entries.set(key, entry);
    }
    return entry.value;
  }

  /** A value larger than a quarter of the limit is not kept at all. */
  set(key: Key, value: Value, sizeBytes: number): void {
    this.delete(key);
    if (sizeBytes > this.#limitBytes / 4) return;
    this.#entries.set(key, { value, sizeBytes });
    this.#sizeBytes += sizeBytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#sizeBytes <= this.#limitBytes) return;
      this.delete(oldest);
    }
  }

  delete(key: Key): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#sizeBytes -= entry.sizeBytes;
  }

  clear(): void {
    this.#entries.clear();
    this.#sizeBytes = 0;
  }
}
