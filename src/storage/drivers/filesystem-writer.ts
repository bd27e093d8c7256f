/**
 * One upload into a file. Its bytes take one of three ways, by how many and how fast they come:
 *
 *     memory    the first 512 KiB are gathered, unless more is announced; an upload that ends there is one write
 *     slots     a quick upload fills shared slots of 1 MiB: a worker hashes each while it is written with direct I/O
 *     plain     a slow one, or one that finds no slot, is hashed and written chunk by chunk through the page cache
 *
 * An upload that does not fill its slot within a second gives it back and goes the plain way until it is quick again,
 * so that clients which stall hold only their descriptor. Slots start at block boundaries, plain writes lead up to them.
 */
import { closeSync, constants, openSync } from "node:fs";
import { unlink } from "node:fs/promises";
import { dirname } from "node:path";

import { digestOf, type Digest, type DigestAlgorithm } from "../../oci/digest.ts";
import {
  allDone,
  closeFile,
  errorCode,
  openFile,
  storageError,
  syncFileData,
  truncateFile,
  writeDurably,
  writeFully,
  writeOnce,
} from "../files.ts";
import type { RunningHash } from "../hasher.ts";
import { BLOCK_BYTES, SLOT_BYTES, type Slot, type SlotShare } from "../slots.ts";
import { type BlobWriter, StorageError } from "../storage.ts";
import { hashFile } from "./filesystem-hash.ts";
import { QUICK_MS, UploadPace } from "./upload-pace.ts";
import type { WriterMeans } from "./writer-means.ts";

export const GATHER_BYTES = 512 * 1024;

export type WriterOptions = {
  key: string;
  path: string;
  algorithm: DigestAlgorithm;
  announcedBytes?: number | undefined;
};

export class FileWriter implements BlobWriter {
  readonly #means: WriterMeans;
  readonly #key: string;
  readonly #path: string;
  readonly #algorithm: DigestAlgorithm;
  /** Announced as too large to be gathered. */
  readonly #isLarge: boolean;

  /** Operations run one after the other, those of the sweep between those of the caller. */
  #turn: Promise<unknown> = Promise.resolve();
  #waitingTurns = 0;
  #closed = false;
  #failure: StorageError | null = null;

  /** Null once there is a file. */
  #gathered: Uint8Array[] | null = [];
  #gatheredBytes = 0;
  #gatheringSince = 0;

  #file: number | null = null;
  #direct: number | null = null;
  #hash: RunningHash | null = null;
  /** Where the next byte goes in the file. */
  #position = 0;
  #padded = false;
  /** Whether some of the file may have gone past the page cache. */
  #bypassed = false;

  readonly #share: SlotShare = { held: 0 };
  #slot: Slot | null = null;
  #slotFill = 0;
  #slotSince = 0;
  #inFlight = 0;
  #landed = Promise.withResolvers<void>();

  readonly #pace = new UploadPace();

  constructor(means: WriterMeans, { key, path, algorithm, announcedBytes = 0 }: WriterOptions) {
    this.#means = means;
    this.#key = key;
    this.#path = path;
    this.#algorithm = algorithm;
    this.#isLarge = announcedBytes > GATHER_BYTES;
    means.writers.add(this);
  }

  get offset(): number {
    return this.#gatheredBytes + this.#position + this.#slotFill;
  }

  /** Goes on with a file at its end: `hash` has taken all of it, and the descriptor is the writer's from now on. */
  resume(file: number, hash: RunningHash, offset: number): void {
    this.#gathered = null;
    this.#file = file;
    this.#hash = hash;
    this.#position = offset;
    this.#bypassed = this.#means.directIo;
  }

  append(chunk: Uint8Array): Promise<void> {
    return this.#inTurn(() => this.#append(chunk));
  }

  tryAppend(chunk: Uint8Array): boolean {
    const isIdle = this.#waitingTurns === 0 && this.#failure === null && !this.#closed;
    if (!isIdle || this.#slot === null || chunk.length > SLOT_BYTES - this.#slotFill) return false;
    this.#fillSlot(this.#slot, chunk);
    this.#pace.count(chunk.length);
    return true;
  }

  flush(): Promise<void> {
    return this.#inTurn(() => this.#settle());
  }

  suspend(): Promise<void> {
    return this.#inTurn(async () => {
      // A failure leaves everything as it is: the caller then aborts.
      await this.#settle();
      await this.#closeFiles();
      if (this.#hash !== null) this.#means.suspended.keep(this.#key, this.#position, this.#hash);
      this.#hash = null;
      this.#end();
    });
  }

  commit(algorithm: DigestAlgorithm = this.#algorithm): Promise<{ digest: Digest; sizeBytes: number }> {
    return this.#inTurn(async () => {
      const digest =
        this.#gathered === null ? await this.#commitFile(algorithm) : await this.#commitGathered(algorithm);
      const sizeBytes = this.offset;
      if (this.#bypassed) this.#means.warmer.add(this.#path, sizeBytes);
      this.#end();
      return { digest, sizeBytes };
    });
  }

  async abort(): Promise<void> {
    if (this.#closed) return;
    // Whatever is under way ends at its next step.
    this.#failure ??= new StorageError("the upload was aborted");
    await this.#turn;
    if (this.#closed) return;
    while (this.#inFlight > 0) await this.#landed.promise;
    this.#end();
    this.#means.suspended.drop(this.#key);
    await this.#closeFiles().catch(() => undefined);
    try {
      await unlink(this.#path);
    } catch (error) {
      if (errorCode(error) !== "ENOENT") throw storageError("remove an aborted upload", error);
    }
  }

  /** Called now and then by the driver: gives back what a slow upload holds of the shared memory. */
  relieve(now: number): void {
    if (this.#waitingTurns > 0 || this.#failure !== null || this.#closed) return;
    const slowSlot = this.#slot !== null && now - this.#slotSince > QUICK_MS;
    const slowStart = this.#gatheredBytes > 0 && now - this.#gatheringSince > QUICK_MS;
    if (!slowSlot && !slowStart) return;
    // A failure here is kept for the caller's next operation.
    this.#inTurn(() => this.#goPlain()).catch(() => undefined);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#waitingTurns += 1;
    const result = this.#turn.then(async () => {
      try {
        if (this.#closed) throw new StorageError("the writer is closed");
        this.#throwFailure();
        return await work();
      } catch (error) {
        this.#failure ??= storageError("write a blob", error);
        throw this.#failure;
      } finally {
        this.#waitingTurns -= 1;
      }
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  async #append(chunk: Uint8Array): Promise<void> {
    if (this.#gathered !== null) {
      if (!this.#isLarge && this.offset + chunk.length <= GATHER_BYTES) {
        if (this.#means.gathering.take(chunk.length)) {
          if (this.#gathered.length === 0) this.#gatheringSince = performance.now();
          this.#gathered.push(new Uint8Array(chunk));
          this.#gatheredBytes += chunk.length;
          return;
        }
        this.#pace.setSlow();
      }
      await this.#openFile();
    }
    await this.#store(chunk);
    this.#pace.count(chunk.length);
  }

  /** Leaves the memory: makes the file and stores what was gathered. */
  async #openFile(): Promise<void> {
    const gathered = this.#gathered ?? [];
    this.#means.suspended.drop(this.#key);
    this.#file = await openFile(this.#path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o600);
    this.#hash = this.#means.hashes.start(this.#algorithm);
    this.#gathered = null;
    for (const chunk of gathered) {
      // Counted by #position from here on, byte for byte.
      this.#gatheredBytes -= chunk.length;
      this.#means.gathering.give(chunk.length);
      await this.#store(chunk);
    }
  }

  async #store(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0;) {
      if (this.#slot === null && this.#pace.isQuick && this.#position % BLOCK_BYTES === 0) await this.#takeSlot();
      this.#throwFailure();
      if (this.#slot === null) {
        // A quick upload that stands between blocks goes on with a slot at the next.
        const toBlock = BLOCK_BYTES - (this.#position % BLOCK_BYTES);
        const piece = this.#pace.isQuick && toBlock < BLOCK_BYTES ? rest.subarray(0, toBlock) : rest;
        await allDone(writeFully(this.#openedFile(), piece, this.#position), this.#openedHash().update(piece));
        this.#position += piece.length;
        rest = rest.subarray(piece.length);
      } else {
        const piece = rest.subarray(0, SLOT_BYTES - this.#slotFill);
        this.#fillSlot(this.#slot, piece);
        rest = rest.subarray(piece.length);
      }
    }
  }

  #fillSlot(slot: Slot, piece: Uint8Array): void {
    slot.bytes.set(piece, this.#slotFill);
    this.#slotFill += piece.length;
    if (this.#slotFill === SLOT_BYTES) this.#postSlot("direct");
  }

  /** Waits for own slots that are being written, which always ends; never for those of others, which may not. */
  async #takeSlot(): Promise<void> {
    for (;;) {
      this.#slot = this.#means.slots.take(this.#share);
      this.#slotSince = performance.now();
      if (this.#slot !== null || this.#inFlight < 2) return;
      await this.#landed.promise;
      this.#throwFailure();
    }
  }

  /** Writes and hashes the slot at hand; it is free again when both are done. */
  #postSlot(lane: "direct" | "plain"): void {
    const slot = this.#slot;
    if (slot === null) return;
    const sizeBytes = this.#slotFill;
    const work = allDone(this.#writeSlot(slot, sizeBytes, lane), this.#openedHash().updateFromSlot(slot, sizeBytes));
    this.#slot = null;
    this.#slotFill = 0;
    this.#position += sizeBytes;
    this.#inFlight += 1;
    work
      .catch((error: unknown) => {
        this.#failure ??= storageError("write a blob", error);
      })
      .finally(() => {
        this.#means.slots.give(this.#share, slot);
        this.#inFlight -= 1;
        const landed = this.#landed;
        this.#landed = Promise.withResolvers();
        landed.resolve();
      });
  }

  async #writeSlot(slot: Slot, sizeBytes: number, lane: "direct" | "plain"): Promise<void> {
    const position = this.#position;
    let written = 0;
    if (lane === "direct" && this.#means.directIo) {
      const paddedBytes = Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
      if (paddedBytes > sizeBytes) this.#padded = true;
      slot.bytes.fill(0, sizeBytes, paddedBytes);
      written = await this.#writeDirect(slot.bytes.subarray(0, paddedBytes), position);
    }
    // What a direct write left over, mostly because the disk is full: the plain write says why.
    if (written < sizeBytes) {
      await writeFully(this.#openedFile(), slot.bytes.subarray(written, sizeBytes), position + written);
    }
  }

  /** How much direct I/O took: nothing where the file system refuses it after all. */
  async #writeDirect(bytes: Uint8Array, position: number): Promise<number> {
    try {
      this.#direct ??= openSync(this.#path, constants.O_WRONLY | constants.O_DIRECT);
      this.#bypassed = true;
      return await writeOnce(this.#direct, bytes, position);
    } catch (error) {
      if (errorCode(error) === "EINVAL") return 0;
      throw error;
    }
  }

  async #goPlain(): Promise<void> {
    this.#pace.setSlow();
    if (this.#gathered !== null) await this.#openFile();
    this.#postSlot("plain");
    while (this.#inFlight > 0) await this.#landed.promise;
    if (this.#direct !== null) closeSync(this.#direct);
    this.#direct = null;
  }

  /** Resolves when the file holds exactly what was taken. */
  async #settle(): Promise<void> {
    if (this.#gathered !== null) {
      this.#pace.setSlow();
      await this.#openFile();
    }
    this.#postSlot("direct");
    while (this.#inFlight > 0) await this.#landed.promise;
    this.#throwFailure();
    if (this.#padded) await truncateFile(this.#openedFile(), this.#position);
    this.#padded = false;
  }

  async #commitGathered(algorithm: DigestAlgorithm): Promise<Digest> {
    const gathered = this.#gathered ?? [];
    const bytes = gathered.length === 1 && gathered[0] !== undefined ? gathered[0] : Buffer.concat(gathered);
    this.#means.suspended.drop(this.#key);
    await writeDurably(this.#path, bytes, constants.O_TRUNC, this.#means.directories);
    return digestOf(bytes, algorithm);
  }

  async #commitFile(algorithm: DigestAlgorithm): Promise<Digest> {
    await this.#settle();
    const digest = this.#digest(algorithm);
    await allDone(syncFileData(this.#openedFile()), this.#means.directories.sync(dirname(this.#path)), digest);
    // At once: a turn of the thread pool would cost the client more, and what was synced leaves nothing to do.
    for (const fd of this.#takeFiles()) closeSync(fd);
    return digest;
  }

  async #digest(algorithm: DigestAlgorithm): Promise<Digest> {
    if (algorithm === this.#algorithm) return this.#openedHash().digest();
    const hash = this.#means.hashes.start(algorithm);
    try {
      await hashFile(this.#path, this.#position, hash, this.#means);
      return await hash.digest();
    } finally {
      hash.drop();
    }
  }

  #openedFile(): number {
    if (this.#file === null) throw new StorageError("the writer has no file");
    return this.#file;
  }

  #openedHash(): RunningHash {
    if (this.#hash === null) throw new StorageError("the writer has no hash");
    return this.#hash;
  }

  async #closeFiles(): Promise<void> {
    await allDone(...this.#takeFiles().map((fd) => closeFile(fd)));
  }

  #takeFiles(): number[] {
    const open = [this.#file, this.#direct].filter((fd) => fd !== null);
    this.#file = null;
    this.#direct = null;
    return open;
  }

  /** Gives back all that is shared; the descriptors are the caller's care. */
  #end(): void {
    this.#closed = true;
    this.#means.writers.delete(this);
    this.#hash?.drop();
    this.#hash = null;
    if (this.#slot !== null) this.#means.slots.give(this.#share, this.#slot);
    this.#slot = null;
    this.#means.gathering.give(this.#gatheredBytes);
    this.#gathered = null;
  }
}
