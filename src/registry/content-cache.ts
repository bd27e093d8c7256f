/**
 * What a repository's references lead to, remembered until something in that repository changes.
 *
 * A change raises the repository's version after its commit and before anyone hears of it. A value is stored under
 * the version that was current before it was read, so one read just before a change is never served after it.
 * Where other processes write too, nothing is remembered.
 */
import { Lru } from "../lib/lru.ts";

type Entry = { version: number; value: unknown };

const EPOCH_STEP = 2 ** 40;

export class ContentCache {
  readonly #entries: Lru<string, Entry>;
  readonly #versions = new Map<number, number>();
  readonly #isEnabled: boolean;
  #epoch = 0;

  constructor(options: { limitBytes: number; isShared: boolean }) {
    this.#entries = new Lru(options.limitBytes);
    this.#isEnabled = !options.isShared;
  }

  /** `key` begins with a word for the kind of value, which decides the type it was stored with. */
  get<Value>(repositoryId: number, key: string): Value | null {
    const entry = this.#entries.get(`${repositoryId}/${key}`);
    if (!entry || entry.version !== this.#version(repositoryId)) return null;
    return entry.value as Value;
  }

  /** The remembered value, or what `load` gives; null is not remembered. */
  async load<Value>(
    repositoryId: number,
    key: string,
    load: () => Promise<{ value: Value; sizeBytes: number } | null>,
  ): Promise<Value | null> {
    const cached = this.get<Value>(repositoryId, key);
    if (cached !== null) return cached;
    const version = this.#version(repositoryId);
    const loaded = await load();
    if (loaded && this.#isEnabled) {
      this.#entries.set(
        `${repositoryId}/${key}`,
        { version, value: loaded.value },
        loaded.sizeBytes + key.length * 2 + 200,
      );
    }
    return loaded?.value ?? null;
  }

  /** Call after the commit of any change to what the repository holds. */
  forget(repositoryId: number): void {
    if (this.#isEnabled) this.#versions.set(repositoryId, (this.#versions.get(repositoryId) ?? 0) + 1);
  }

  /** Call after the commit of a change that may concern any repository. */
  forgetAll(): void {
    this.#epoch += 1;
    this.#entries.clear();
  }

  /** Grows with every change: of the repository alone or, by steps that no repository's own count reaches, of all. */
  #version(repositoryId: number): number {
    return (this.#versions.get(repositoryId) ?? 0) + this.#epoch * EPOCH_STEP;
  }
}
