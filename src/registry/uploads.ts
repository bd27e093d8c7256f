/**
 * Uploads: bytes on their way to becoming a blob. Spec: distribution-spec 1.1, "Pushing blobs".
 *
 * Few bytes stay in memory and in the session's row; more go to storage, once, at their final key, hashed on the way.
 * Between requests nothing is held open: a writer is suspended, and storage keeps its running hash for a while.
 */
import { RegistryError } from "../errors.ts";
import type { Principal } from "../access/principal.ts";
import { DatabaseFullError } from "../database/database.ts";
import { digestAlgorithm, digestOf, type Digest, type DigestAlgorithm } from "../oci/digest.ts";
import type { RepositoryName } from "../oci/reference.ts";

import { StorageError, type BlobWriter, type Storage } from "../storage/storage.ts";
import type { Blobs, NewContent } from "./blobs.ts";
import type { Room } from "./room.ts";
import type { Session, Sessions } from "./sessions.ts";
import { reopen, UploadSink } from "./upload-sink.ts";

export type Chunk = {
  /** Null when the sender gave no Content-Range: the chunk goes where the upload stands. `end` is exclusive. */
  range: { start: number; end: number } | null;
  /** Null for a body whose length was not declared. */
  lengthBytes: number | null;
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
};

export type UploadsParts = {
  sessions: Sessions;
  blobs: Blobs;
  storage: Storage;
  room: Room;
  /** Largest blob that is accepted; Infinity when there is no limit. */
  maxBlobBytes: number;
};

export class Uploads {
  readonly #parts: UploadsParts;

  constructor(parts: UploadsParts) {
    this.#parts = parts;
  }

  async start(principal: Principal, repository: RepositoryName, algorithm: DigestAlgorithm): Promise<Session> {
    await this.#parts.room.assertFor(1);
    return await this.#parts.sessions.create(principal, repository, algorithm);
  }

  get(principal: Principal, repository: RepositoryName, id: string): Promise<Session> {
    return this.#parts.sessions.get(principal, repository, id);
  }

  /**
   * Takes a chunk. When its sender breaks off, what arrived is kept and the upload can go on from there.
   * Throws RANGE_INVALID (416) when it does not begin where the upload stands, SIZE_INVALID when it is not as long as it says.
   */
  async append(session: Session, chunk: Chunk): Promise<void> {
    const { sessions } = this.#parts;
    await sessions.inTurn(session, async () => {
      const sink = await this.#take(session, chunk);
      await this.#keep(session, sink);
    });
  }

  /**
   * Takes what is left and makes the blob, if its digest is the expected one; else throws DIGEST_INVALID and the
   * upload is over.
   */
  async finish(principal: Principal, session: Session, expected: Digest, chunk: Chunk): Promise<void> {
    const { sessions, blobs, storage } = this.#parts;
    await sessions.inTurn(session, async () => {
      const sink = await this.#take(session, chunk);
      sink.settle();
      const received = await this.#commit(session, expected, sink.writer);
      try {
        await blobs.add(principal, session.repository, expected, received, (trx) => sessions.end(trx, session));
      } catch (error) {
        await this.#giveUp(session, error);
        throw error;
      }
      // Left from a larger chunk that was refused. The blob is safe whether or not this succeeds.
      if (received.storageKey === null && session.storageKey !== null) {
        await storage.delete(session.storageKey).catch(() => false);
      }
    });
  }

  async cancel(session: Session): Promise<void> {
    await this.#parts.sessions.inTurn(session, () => this.#discard(session));
  }

  /** Removes uploads that nobody went on with since `before`; how many files that freed. */
  async expire(before: number): Promise<number> {
    const keys = await this.#parts.sessions.expire(before, 1_000);
    for (const key of keys) await this.#parts.storage.delete(key);
    return keys.length;
  }

  /** Where the chunk's bytes are; the session does not count them yet. */
  async #take(session: Session, chunk: Chunk): Promise<UploadSink> {
    assertFits(session, chunk);
    const { room, maxBlobBytes } = this.#parts;
    const lengthBytes = chunk.lengthBytes ?? 1;
    if (session.offset + lengthBytes > Math.max(maxBlobBytes, 1)) throw tooLarge(maxBlobBytes);
    await room.assertFor(lengthBytes);
    const start = session.offset;
    const expectedBytes = chunk.range ? chunk.range.end - chunk.range.start : null;
    const sink = new UploadSink(session, this.#parts.storage, chunk.lengthBytes ?? 0);
    try {
      for await (const bytes of chunk.body) {
        const taken = sink.offset + bytes.length;
        if (taken > maxBlobBytes) throw tooLarge(maxBlobBytes);
        if (expectedBytes !== null && taken - start > expectedBytes) throw wrongLength(chunk);
        if (!room.tryTake(bytes.length)) await room.take(bytes.length);
        if (!sink.tryAppend(bytes)) await sink.append(bytes);
      }
      if (expectedBytes !== null && sink.offset - start !== expectedBytes) throw wrongLength(chunk);
    } catch (error) {
      await this.#afterFailure(session, sink, error);
      throw error;
    }
    return sink;
  }

  /** Lets the session count the sink's bytes, once they survive the end of this process. */
  async #keep(session: Session, sink: UploadSink): Promise<void> {
    try {
      await sink.writer?.suspend();
      sink.settle();
      await this.#parts.sessions.save(session);
    } catch (error) {
      await sink.writer?.abort();
      await this.#discard(session);
      throw error;
    }
  }

  /** The bytes of a sender that broke off or was too slow count, those of a chunk that was refused do not. */
  async #afterFailure(session: Session, sink: UploadSink, error: unknown): Promise<void> {
    const code = error instanceof RegistryError ? error.code : null;
    if (error instanceof StorageError || code === "STORAGE_FULL" || code === "BLOB_UPLOAD_UNKNOWN") {
      await sink.writer?.abort();
      await this.#discard(session);
    } else if (code === null || code === "TIMEOUT") {
      await this.#keep(session, sink);
    } else {
      await sink.writer?.suspend().catch(() => sink.writer?.abort());
    }
  }

  async #commit(session: Session, expected: Digest, writer: BlobWriter | null): Promise<NewContent> {
    const { storage } = this.#parts;
    const algorithm = digestAlgorithm(expected);
    let received: NewContent;
    let digest: Digest;
    if (session.storageKey === null || session.content !== null) {
      const content = session.content ?? new Uint8Array();
      digest = digestOf(content, algorithm);
      received = { sizeBytes: content.length, content, storageKey: null };
    } else {
      const { storageKey } = session;
      let open = writer;
      try {
        open ??= await reopen(storage, session, storageKey);
        const committed = await open.commit(algorithm);
        digest = committed.digest;
        received = { sizeBytes: committed.sizeBytes, content: null, storageKey };
      } catch (error) {
        await open?.abort();
        await this.#discard(session);
        throw error;
      }
    }
    if (digest === expected) return received;
    await this.#discard(session);
    throw new RegistryError("DIGEST_INVALID", {
      message: `the ${received.sizeBytes} bytes that arrived have another digest than the one given; nothing was stored`,
      detail: { expected, received: digest },
    });
  }

  /** After bytes could not be made a blob. They go only when it is certain that no row names them. */
  async #giveUp(session: Session, error: unknown): Promise<void> {
    const wasRefused = error instanceof RegistryError && error.code !== "BLOB_UPLOAD_UNKNOWN";
    if (wasRefused || error instanceof DatabaseFullError) await this.#discard(session);
    else this.#parts.sessions.forget(session);
  }

  async #discard(session: Session): Promise<void> {
    const { sessions, storage } = this.#parts;
    sessions.forget(session);
    if (session.hasRow) await sessions.remove(session);
    if (session.storageKey !== null) await storage.delete(session.storageKey);
  }
}

function assertFits(session: Session, chunk: Chunk): void {
  const { range, lengthBytes } = chunk;
  if (!range) return;
  if (range.start !== session.offset) {
    throw new RegistryError("RANGE_INVALID", {
      message: `the chunk begins at byte ${range.start}, but the upload stands at ${session.offset}`,
      detail: { offset: session.offset },
    });
  }
  if (lengthBytes !== null && range.end - range.start !== lengthBytes) throw wrongLength(chunk);
}

function wrongLength(chunk: Chunk): RegistryError {
  return new RegistryError("SIZE_INVALID", {
    message: "the chunk is not as long as its Content-Range says",
    detail: { range: chunk.range && `${chunk.range.start}-${chunk.range.end - 1}`, length: chunk.lengthBytes },
  });
}

function tooLarge(maxBlobBytes: number): RegistryError {
  return new RegistryError("BODY_TOO_LARGE", {
    message: `blobs of more than ${maxBlobBytes} bytes are not accepted here`,
  });
}
