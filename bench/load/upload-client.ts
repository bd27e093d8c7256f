// Uploads large blobs from one hot 1 MiB buffer: the source costs nothing, so the figure is the server's. The first
// 1 MiB of every blob is unique; digests are computed before the clock starts.
import { randomBytes } from "node:crypto";
import { readClientOptions } from "./client.ts";
import { expectStatus, HttpConnection, locationPath, withQuery } from "./http-connection.ts";

export type UploadOptions = {
  host: string;
  port: number;
  repository: string;
  streams: number;
  sizeBytes: number;
  /** `put`: POST and one PUT with the body. `patch`: POST, one chunked PATCH, PUT, as Docker Engine sends. */
  mode: "put" | "patch";
  /** Same content on every run, from this number. */
  seed?: number;
  /** Sends at most this much a second and stops after `seconds`, leaving the upload cancelled. */
  endless?: { bytesPerSecond: number | null; seconds: number };
};
export type UploadResult = { seconds: number; sentBytes: number; digests: string[] };

export const BLOCK_BYTES = 1024 * 1024;
/** What Go's io.Copy, and so Docker Engine, puts into one chunk. */
const CHUNK_BYTES = 32 * 1024;

/** The first block of a blob and the one that is repeated after it. */
export function makeBlocks(seed: number | undefined): { first: Buffer; rest: Buffer } {
  if (seed === undefined) return { first: randomBytes(BLOCK_BYTES), rest: randomBytes(BLOCK_BYTES) };
  const rest = Buffer.alloc(BLOCK_BYTES);
  let state = seed;
  for (let at = 0; at < BLOCK_BYTES; at += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    rest.writeUInt32LE(state, at);
  }
  return { first: rest, rest };
}

export function digestOfBlocks(first: Buffer, rest: Buffer, sizeBytes: number): string {
  const hasher = new Bun.CryptoHasher("sha256").update(first);
  for (let done = BLOCK_BYTES; done < sizeBytes; done += BLOCK_BYTES) hasher.update(rest);
  return `sha256:${hasher.digest("hex")}`;
}

function toChunked(block: Buffer): Buffer {
  const start = Buffer.from(`${CHUNK_BYTES.toString(16)}\r\n`);
  const end = Buffer.from("\r\n");
  const parts: Buffer[] = [];
  for (let at = 0; at < block.length; at += CHUNK_BYTES) parts.push(start, block.subarray(at, at + CHUNK_BYTES), end);
  return Buffer.concat(parts);
}

async function startUpload(connection: HttpConnection, repository: string): Promise<string> {
  const head = `POST /v2/${repository}/blobs/uploads/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n`;
  return locationPath(expectStatus(await connection.request(head), 202));
}

async function upload(options: UploadOptions, blocks: { first: Buffer; rest: Buffer }, digest: string): Promise<void> {
  const connection = await HttpConnection.open(options.host, options.port);
  const path = await startUpload(connection, options.repository);
  const chunked = options.mode === "patch";
  const line = chunked ? `PATCH ${path}` : `PUT ${withQuery(path, `digest=${digest}`)}`;
  const framing = chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${options.sizeBytes}`;
  const reply = connection.expectReply(false);
  await connection.send(
    Buffer.from(`${line} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\n${framing}\r\n\r\n`),
  );
  await connection.send(blocks.first);
  for (let done = BLOCK_BYTES; done < options.sizeBytes; done += BLOCK_BYTES) await connection.send(blocks.rest);
  if (chunked) {
    await connection.send(Buffer.from("0\r\n\r\n"));
    const next = locationPath(expectStatus(await reply, 202));
    const finish = `PUT ${withQuery(next, `digest=${digest}`)} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n`;
    expectStatus(await connection.request(finish), 201);
  } else {
    expectStatus(await reply, 201);
  }
  connection.close();
}

async function uploadEndlessly(options: UploadOptions, block: Buffer): Promise<number> {
  const { bytesPerSecond, seconds } = options.endless ?? { bytesPerSecond: null, seconds: 1 };
  const connection = await HttpConnection.open(options.host, options.port);
  const path = await startUpload(connection, options.repository);
  const startedAt = performance.now();
  let sentBytes = 0;
  connection.expectReply(false).catch(() => undefined);
  await connection.send(Buffer.from(`PATCH ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n`));
  for (;;) {
    const elapsedSeconds = (performance.now() - startedAt) / 1000;
    if (elapsedSeconds >= seconds) break;
    const aheadSeconds = bytesPerSecond === null ? 0 : sentBytes / bytesPerSecond - elapsedSeconds;
    if (aheadSeconds > 0) await Bun.sleep(Math.min(aheadSeconds, seconds - elapsedSeconds) * 1000);
    await connection.send(block);
    sentBytes += BLOCK_BYTES;
  }
  connection.close();
  const cleaner = await HttpConnection.open(options.host, options.port);
  await cleaner.request(`DELETE ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n`);
  cleaner.close();
  return sentBytes;
}

if (import.meta.main) {
  // Only runClient starts this program.
  const options = readClientOptions() as UploadOptions;
  const frame = options.mode === "patch" ? toChunked : (block: Buffer) => block;
  const streams = Array.from({ length: options.streams }, () => {
    const { first, rest } = makeBlocks(options.seed);
    const digest = options.endless === undefined ? digestOfBlocks(first, rest, options.sizeBytes) : "";
    return { digest, blocks: { first: frame(first), rest: frame(rest) } };
  });
  const startedAt = performance.now();
  let sentBytes = 0;
  await Promise.all(
    streams.map(async ({ digest, blocks }) => {
      if (options.endless === undefined) {
        await upload(options, blocks, digest);
        sentBytes += options.sizeBytes;
      } else {
        sentBytes += await uploadEndlessly(options, blocks.rest);
      }
    }),
  );
  const result: UploadResult = {
    seconds: (performance.now() - startedAt) / 1000,
    sentBytes,
    digests: streams.map((stream) => stream.digest),
  };
  console.log(JSON.stringify(result));
  process.exit(0);
}
