/**
 * The memory that uploads share, bounded for the whole process and not by upload: slots of 1 MiB for the fast ones,
 * a count of bytes for the small ones. Neither ever makes a caller wait: when it is spent the caller takes a slower way,
 * so that clients which stall cannot stop the others.
 */
import { ptr } from "bun:ffi";

export const SLOT_BYTES = 1024 * 1024;

/** Direct I/O wants memory, file offsets and lengths in multiples of the device's block: 4 KiB suits all known ones. */
export const BLOCK_BYTES = 4096;

/** `at` is the slot's place in the region, which is how a worker that shares the region finds it. */
export type Slot = { readonly at: number; readonly bytes: Uint8Array<SharedArrayBuffer> };

/** How many slots one upload has. The pool keeps it; the upload only carries it. */
export type SlotShare = { held: number };

export class SlotPool {
  readonly #count: number;
  readonly #perShare: number;
  #region: SharedArrayBuffer | null = null;
  #free: Slot[] = [];
  #holders = 0;
  #takenCount = 0;

  constructor(options: { count: number; perShare: number }) {
    this.#count = options.count;
    this.#perShare = options.perShare;
  }

  /** Made on first use: its pages take real memory only once they are written. */
  get region(): SharedArrayBuffer {
    if (this.#region !== null) return this.#region;
    const region = new SharedArrayBuffer(this.#count * SLOT_BYTES + BLOCK_BYTES);
    const base = (BLOCK_BYTES - (ptr(new Uint8Array(region)) % BLOCK_BYTES)) % BLOCK_BYTES;
    for (let index = this.#count - 1; index >= 0; index--) {
      const at = base + index * SLOT_BYTES;
      this.#free.push({ at, bytes: new Uint8Array(region, at, SLOT_BYTES) });
    }
    this.#region = region;
    return region;
  }

  get freeCount(): number {
    return this.#region === null ? this.#count : this.#free.length;
  }

  /** How many were ever taken: it stands still while uploads rest. */
  get takenCount(): number {
    return this.#takenCount;
  }

  /** A slot, or null when the pool is empty or this share has its part: less each, the more uploads hold slots. */
  take(share: SlotShare): Slot | null {
    void this.region;
    const fair = Math.floor(this.#count / Math.max(1, this.#holders));
    if (share.held >= Math.max(2, Math.min(this.#perShare, fair))) return null;
    // The slot given back last is taken first: a quiet server touches few pages.
    const slot = this.#free.pop();
    if (slot === undefined) return null;
    if (share.held === 0) this.#holders += 1;
    share.held += 1;
    this.#takenCount += 1;
    return slot;
  }

  give(share: SlotShare, slot: Slot): void {
    this.#free.push(slot);
    share.held -= 1;
    if (share.held === 0) this.#holders -= 1;
  }
}

/** Counts bytes up to a limit. */
export class ByteBudget {
  readonly #limitBytes: number;
  #takenBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get takenBytes(): number {
    return this.#takenBytes;
  }

  take(sizeBytes: number): boolean {
    if (this.#takenBytes + sizeBytes > this.#limitBytes) return false;
    this.#takenBytes += sizeBytes;
    return true;
  }

  give(sizeBytes: number): void {
    this.#takenBytes -= sizeBytes;
  }
}
