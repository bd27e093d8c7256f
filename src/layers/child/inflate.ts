/**
 * The uncompressed bytes of a layer: gzip, zstd or as they are, told apart by their first bytes, as media types lie.
 * Throws an ArchiveError when they become more than is allowed.
 */
import { constants, createGunzip, createZstdDecompress } from "node:zlib";
import type { Duplex, Readable } from "node:stream";
import { ArchiveError } from "./archive-error.ts";

export type InflateLimits = { maxUncompressedBytes: number; memoryBytes: number };

/** So much may come of anything; beyond it no more than `MAX_RATIO` bytes of one. */
const FREE_BYTES = 10 * 1024 * 1024;
const MAX_RATIO = 200;
/** 128 MiB. */
const MAX_WINDOW_LOG = 27;
const PIECE_BYTES = 256 * 1024;
const MAGIC_BYTES = 4;
/** What nothing at all is compressed to has fewer. */
const EMPTY_BYTES = 64;

/** `onRead` is told how many stored bytes were read so far. */
export async function* inflate(
  source: Readable,
  { maxUncompressedBytes, memoryBytes }: InflateLimits,
  onRead: (bytes: number) => void = () => undefined,
): AsyncGenerator<Buffer> {
  const iterator: AsyncIterator<Buffer> = source[Symbol.asyncIterator]();
  let read = 0;
  let first = Buffer.alloc(0);
  while (first.length < MAGIC_BYTES) {
    const next = await iterator.next();
    if (next.done === true) break;
    first = Buffer.concat([first, next.value]);
  }
  async function* stored(): AsyncGenerator<Buffer> {
    for (let piece: Buffer | null = first; piece !== null;) {
      read += piece.length;
      onRead(read);
      if (piece.length > 0) yield piece;
      const next: IteratorResult<Buffer> = await iterator.next();
      piece = next.done === true ? null : next.value;
    }
  }
  const decoder = decoderFor(first);
  let made = 0;
  try {
    for await (const piece of decoder === null ? stored() : through(stored(), decoder)) {
      made += piece.length;
      if (made > maxUncompressedBytes) {
        throw new ArchiveError(`it has more than ${maxUncompressedBytes} bytes uncompressed`);
      }
      if (made > FREE_BYTES && made > read * MAX_RATIO) {
        throw new ArchiveError(`it grows to more than ${MAX_RATIO} times its size when it is uncompressed`);
      }
      if (process.memoryUsage.rss() > memoryBytes) {
        throw new ArchiveError("reading it takes more memory than is allowed", { isFinal: false });
      }
      yield piece;
    }
    // A frame that ends in its first block gives nothing, without a word.
    if (made === 0 && decoder !== null && read > EMPTY_BYTES) throw new ArchiveError("its compression is damaged");
  } catch (error) {
    if (error instanceof ArchiveError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (/^(?:Z_|ZSTD_|ERR_ZSTD)/.test(code)) throw new ArchiveError(`its compression is damaged: ${code}`);
    throw error;
  }
}

function decoderFor(first: Buffer): Duplex | null {
  if (first[0] === 0x1f && first[1] === 0x8b) return createGunzip({ chunkSize: PIECE_BYTES });
  if (first.length >= MAGIC_BYTES && first.readUInt32LE(0) === 0xfd2fb528) {
    return createZstdDecompress({
      chunkSize: PIECE_BYTES,
      params: { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG },
    });
  }
  return null;
}

async function* through(source: AsyncGenerator<Buffer>, decoder: Duplex): AsyncGenerator<Buffer> {
  let wake = () => undefined as void;
  decoder.on("drain", () => wake());
  decoder.on("close", () => wake());
  const feed = async (): Promise<void> => {
    for await (const piece of source) {
      if (decoder.destroyed) return;
      if (!decoder.write(piece)) await new Promise<void>((resolve) => (wake = resolve));
    }
    decoder.end();
  };
  const feeding = feed().catch((error: unknown) => {
    decoder.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    yield* decoder;
    await feeding;
  } finally {
    decoder.destroy();
  }
}
