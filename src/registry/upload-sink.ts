/**
 * Where the bytes of one request go: memory while an upload has few, then storage.
 *
 * The session learns of them when the request is over (`settle`, `rewind`); until then it stands where it stood, so
 * that a row written in between never speaks of bytes that a crash could take.
 */
import { newBlobKey } from "../storage/paths.ts";
import { RegistryError } from "../errors.ts";
import { StorageError, type BlobWriter, type Storage } from "../storage/storage.ts";
import { INLINE_BYTES } from "./blobs.ts";
import type { Session } from "./sessions.ts";

export class UploadSink {
  readonly #session: Session;
  readonly #storage: Storage;
  readonly #announcedBytes: number;
  #content: Uint8Array | null;
  #writer: BlobWriter | null = null;
  #offset: number;

  /** `announcedBytes`: how many the request says it brings, 0 when it does not say. */
  constructor(session: Session, storage: Storage, announcedBytes: number) {
    this.#session = session;
    this.#storage = storage;
    this.#announcedBytes = announcedBytes;
    this.#content = session.content;
    this.#offset = session.offset;
  }

  /** Bytes of the upload, those of earlier requests included. */
  get offset(): number {
    return this.#offset;
  }

  /** Null while everything is in memory, or no bytes came that had to be written. */
  get writer(): BlobWriter | null {
    return this.#writer;
  }

  /** Takes the bytes when that needs no waiting, else nothing: then `append` them. */
  tryAppend(bytes: Uint8Array): boolean {
    if (this.#writer === null || !this.#writer.tryAppend(bytes)) return false;
    this.#count(bytes);
    return true;
  }

  async append(bytes: Uint8Array): Promise<void> {
    const isInStorage = this.#writer !== null || (this.#session.storageKey !== null && this.#content === null);
    if (!isInStorage && this.#offset + bytes.length <= INLINE_BYTES) {
      this.#content = Buffer.concat([this.#content ?? new Uint8Array(), bytes]);
    } else {
      this.#writer ??= await this.#open();
      await this.#writer.append(bytes);
    }
    this.#count(bytes);
  }

  #count(bytes: Uint8Array): void {
    this.#offset += bytes.length;
    // However long a body takes, its upload is not abandoned.
    this.#session.updatedAt = Date.now();
  }

  /** The bytes count. */
  settle(): void {
    this.#session.offset = this.#offset;
    this.#session.content = this.#writer === null ? this.#content : null;
  }

  async #open(): Promise<BlobWriter> {
    const session = this.#session;
    const { algorithm } = session;
    if (session.storageKey !== null && this.#content === null) {
      return await reopen(this.#storage, session, session.storageKey);
    }
    // Known to the session before the first byte, so that the file is found again whatever happens.
    session.storageKey ??= newBlobKey();
    const writer = await this.#storage.openWriter(session.storageKey, {
      offset: 0,
      algorithm,
      announcedBytes: this.#announcedBytes,
    });
    // Before the first append: whoever sees that fail aborts it.
    this.#writer = writer;
    if (this.#content) await writer.append(this.#content);
    return writer;
  }
}

/** Goes on where the session stands. Throws BLOB_UPLOAD_UNKNOWN when what it holds is not there any more, as after a power cut. */
export async function reopen(storage: Storage, session: Session, storageKey: string): Promise<BlobWriter> {
  const { offset, algorithm } = session;
  try {
    return await storage.openWriter(storageKey, { offset, algorithm });
  } catch (error) {
    if (!(error instanceof StorageError) || !error.missing) throw error;
    throw new RegistryError("BLOB_UPLOAD_UNKNOWN", {
      message: "what was uploaded before is not there any more: start the upload anew",
      cause: error,
    });
  }
}
