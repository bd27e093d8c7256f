/**
 * The port to blob bytes. A driver knows keys and bytes, nothing of repositories, rows or rights.
 *
 * Keys are made by this server, never from input (`paths.ts` draws them), and no two blobs share one: so a key is
 * written once, and a late delete can never hit a newer blob. No request ever lists storage.
 * `drivers/` holds the implementations, `suite.ts` the contract they all pass.
 */
import type { Digest, DigestAlgorithm } from "../oci/digest.ts";

/**
 * A driver's failure. `full` tells a full disk (507) from any other (500); `missing` that an upload cannot go on
 * because fewer bytes are there than were taken. Absence of a blob is not an error: it is `null`.
 */
export class StorageError extends Error {
  override readonly name = "StorageError";
  readonly full: boolean;
  readonly missing: boolean;

  constructor(message: string, options: { full?: boolean; missing?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.full = options.full ?? false;
    this.missing = options.missing ?? false;
  }
}

/** A body that a Response can carry. A `Blob` backed by a file is sent by the kernel without passing through memory. */
export type StoredBody = Blob | Uint8Array<ArrayBuffer>;

/** `modifiedAt`: ms since 1970, when bytes were last written. */
export type ListedKey = { key: string; sizeBytes: number; modifiedAt: number };

export type Space = { freeBytes: number; totalBytes: number };

export interface Storage {
  readonly driver: string;

  /** Writes a whole small blob. Resolves when bytes and directory entry are durable. The key must be new. */
  put(key: string, bytes: Uint8Array): Promise<void>;

  /**
   * Opens a key for appending at `offset`; what a stored file holds beyond it is dropped, 0 makes a new file.
   * The digest covers the bytes before `offset` too: they are read and hashed again, unless this process still
   * holds their running hash. Throws StorageError (`missing`) when fewer than `offset` bytes are there.
   * `announcedBytes` says how many will probably come, so that a large upload need not begin like a small one.
   */
  openWriter(
    key: string,
    options: { offset: number; algorithm: DigestAlgorithm; announcedBytes?: number | undefined },
  ): Promise<BlobWriter>;

  /**
   * The bytes `start` to `end` (exclusive) of a key, all of them by default; null when it is not there, or has another
   * number of bytes than `sizeBytes`: a part of something else is as wrong as the whole of it.
   */
  read(key: string, range?: { start: number; end: number }, sizeBytes?: number): Promise<StoredBody | null>;

  /**
   * A small part of a key whose size is known, when it is to be had without waiting, else null: then `read` it. The
   * bytes stand in memory that the next call overwrites: whoever gets them copies them before anything else runs.
   * Spares a lazy puller's ranges a fresh piece of memory and the promises of `read`, a third of what they cost.
   */
  tryRead(key: string, range: { start: number; end: number }, sizeBytes: number): Uint8Array<ArrayBuffer> | null;

  stat(key: string): Promise<{ sizeBytes: number } | null>;

  /** Removes a key; true when it was there. Removing an absent key is not an error. */
  delete(key: string): Promise<boolean>;

  /** Every key that begins with `prefix`, by byte order, in bounded memory; what comes and goes meanwhile may be left out. */
  list(prefix: string): AsyncIterable<ListedKey>;

  /**
   * Reads all bytes of a key and gives their digest, computed off the event loop; null when it is not there. Past the
   * caches where the driver can: what is hashed is what the disk holds, and what others read stays cached. `pace` is
   * awaited before each piece of at most 1 MiB is read; when it throws, the reading ends with that, or with a
   * StorageError that has it as its cause.
   */
  hash(
    key: string,
    algorithm: DigestAlgorithm,
    pace?: (sizeBytes: number) => Promise<void>,
  ): Promise<{ digest: Digest; sizeBytes: number } | null>;

  /** Room left, or null where the driver has no limit that it could know. */
  space(): Promise<Space | null>;

  close(): Promise<void>;
}

export interface BlobWriter {
  /** Bytes taken so far, those before the first append included. */
  readonly offset: number;

  /**
   * Takes the chunk; resolves when the writer is ready for the next, which is how a slow disk slows the sender.
   * The chunk may be reused by the caller afterwards. One call at a time. After a failure only `abort` is left.
   */
  append(chunk: Uint8Array): Promise<void>;

  /**
   * Takes the chunk when there is room for all of it at hand, else nothing: then `append` it. Spares a quick upload the
   * promises of `append`, which is a tenth of what its chunks cost.
   */
  tryAppend(chunk: Uint8Array): boolean;

  /** Resolves when everything taken has been handed to the storage: it survives the end of this process. */
  flush(): Promise<void>;

  /** Flushes and closes; the key keeps what was taken and `openWriter` can go on with it. */
  suspend(): Promise<void>;

  /**
   * Makes everything durable, bytes then directory entry, and closes. Gives the digest of all bytes in the writer's
   * algorithm, or in `algorithm` (which may read them again). A failed sync is never retried: the caller must abort.
   */
  commit(algorithm?: DigestAlgorithm): Promise<{ digest: Digest; sizeBytes: number }>;

  /** Closes and removes the key. Never throws for a key that is already gone. */
  abort(): Promise<void>;
}
