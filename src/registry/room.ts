/**
 * Room on the disk. Pushes are refused while less than a reserve is free, so that the database can still grow
 * by what deletes and reads need, and a full disk is met here with a clear answer instead of in mid-write.
 */
import { RegistryError } from "../errors.ts";
import type { Storage } from "../storage/storage.ts";

const LOOK_EVERY_MS = 1_000;
const AUTO_SHARE = 0.05;
const AUTO_MAX_BYTES = 64 * 1024 * 1024;

export class Room {
  readonly #storage: Storage;
  readonly #reserve: number | "auto";
  #availableBytes = Infinity;
  #lookedAt = -Infinity;

  /** `reserve`: bytes to keep free; auto is 5 % of the disk, at most 64 MiB. */
  constructor(storage: Storage, reserve: number | "auto") {
    this.#storage = storage;
    this.#reserve = reserve;
  }

  /** Bytes that pushes may still use, as last seen. */
  get availableBytes(): number {
    return this.#availableBytes;
  }

  async look(): Promise<void> {
    this.#lookedAt = performance.now();
    const space = await this.#storage.space();
    if (!space) return;
    const reserve = this.#reserve === "auto" ? Math.min(space.totalBytes * AUTO_SHARE, AUTO_MAX_BYTES) : this.#reserve;
    this.#availableBytes = space.freeBytes - reserve;
  }

  /**
   * Throws STORAGE_FULL when `sizeBytes` more would reach into the reserve, as a look of this moment says. Looks in the
   * background once a second while nothing is refused.
   */
  async assertFor(sizeBytes: number): Promise<void> {
    if (this.#fits(sizeBytes)) return;
    await this.look();
    if (sizeBytes <= this.#availableBytes) return;
    throw new RegistryError("STORAGE_FULL", {
      message:
        "the registry's disk is full or nearly so: nothing can be pushed until its operator makes room; pulls and deletes go on",
    });
  }

  #fits(sizeBytes: number): boolean {
    if (sizeBytes > this.#availableBytes) return false;
    // A failing look is seen by the write that follows.
    if (performance.now() - this.#lookedAt > LOOK_EVERY_MS) this.look().catch(() => undefined);
    return true;
  }

  /** As `take` when that needs no look; false, and nothing counted, when it does. */
  tryTake(sizeBytes: number): boolean {
    if (!this.#fits(sizeBytes)) return false;
    this.#availableBytes -= sizeBytes;
    return true;
  }

  /** As `assertFor`, and counts the bytes as used until the next look, however much is pushed between two. */
  async take(sizeBytes: number): Promise<void> {
    await this.assertFor(sizeBytes);
    this.#availableBytes -= sizeBytes;
  }
}
