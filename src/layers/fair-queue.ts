/** What waits, by who it is for: they take turns, however much one of them has. */
export class FairQueue<Item> {
  readonly #waiting = new Map<string, Item[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(owner: string, item: Item): void {
    const own = this.#waiting.get(owner);
    if (own) own.push(item);
    else this.#waiting.set(owner, [item]);
    this.#size += 1;
  }

  /** The next one, of whoever has waited for longest; null when none waits. */
  shift(): Item | null {
    const first = this.#waiting.entries().next().value;
    if (first === undefined) return null;
    const [owner, items] = first;
    const item = items.shift() ?? null;
    this.#waiting.delete(owner);
    if (items.length > 0) this.#waiting.set(owner, items);
    this.#size -= 1;
    return item;
  }

  /** Takes one out of its turn; false when it does not wait. */
  take(owner: string, item: Item): boolean {
    const own = this.#waiting.get(owner);
    const at = own?.indexOf(item) ?? -1;
    if (own === undefined || at < 0) return false;
    own.splice(at, 1);
    if (own.length === 0) this.#waiting.delete(owner);
    this.#size -= 1;
    return true;
  }
}
