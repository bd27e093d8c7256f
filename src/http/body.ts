/** Request bodies: bounded, and cut when they stop arriving. */
import { RegistryError } from "../errors.ts";
import type { RequestContext } from "./context.ts";

/** The declared length, or null for a chunked body. Bun has already refused malformed ones. */
export function contentLength(context: RequestContext): number | null {
  const header = context.header("content-length");
  return header === null || context.header("transfer-encoding") !== null ? null : Number(header);
}

/** A whole small body. Throws BODY_TOO_LARGE as soon as the limit is passed, declared or not. */
export async function readBody(context: RequestContext, limitBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const declared = contentLength(context);
  if (declared !== null && declared > limitBytes) throw tooLarge(limitBytes);
  if (declared !== null) return new Uint8Array(await context.request.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of context.request.body ?? []) {
    size += chunk.length;
    if (size > limitBytes) throw tooLarge(limitBytes);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks, size));
}

function tooLarge(limitBytes: number): RegistryError {
  return new RegistryError("BODY_TOO_LARGE", {
    message: `the body is larger than the ${limitBytes} bytes that are accepted here`,
    detail: { limitBytes },
  });
}

export type Pace = {
  /** A body that brings nothing for this long is cut. */
  stallSeconds: number;
  /** Averaged over a minute; slower senders are cut. */
  minimumBytesPerSecond: number;
};

const WINDOW_MS = 60_000;
/** Bun's timer ticks every four seconds and may be that much early; it is set anew at most once a second. */
const EARLY_SECONDS = 5;
/** The longest that Bun's timer can be set to. */
const MAX_TIMEOUT_SECONDS = 255;

/**
 * A body of any size in the chunks in which it arrives; each is gone once the next is asked for. The server's own idle timer does not see progress within a
 * body, so it is set anew as chunks arrive; on top of that a minute must bring a minimum. Throws TIMEOUT.
 */
export function bodyChunks(context: RequestContext, pace: Pace): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  const { body } = context.request;
  return body ? { [Symbol.asyncIterator]: () => pacedReader(context, body, pace) } : [];
}

/** Smaller ones are left to the collector: giving one back costs more than it frees. */
const RELEASED_BYTES = 4096;

/** Gives a chunk's memory back now, hot in the cache for the next one, instead of when the collector finds it. */
function release({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) buffer.transfer(0);
}

/** One promise a chunk: a generator around the stream would cost several, a sixth of what an upload needs besides hashing. */
function pacedReader(context: RequestContext, body: ReadableStream<Uint8Array>, pace: Pace): AsyncIterator<Uint8Array> {
  const reader = body.getReader();
  const stallSeconds = Math.min(pace.stallSeconds + EARLY_SECONDS, MAX_TIMEOUT_SECONDS);
  let windowStart = performance.now();
  let windowBytes = 0;
  let extendedAt = windowStart;
  let lent: Uint8Array | null = null;
  context.server.timeout(context.request, stallSeconds);
  const check = (chunk: Uint8Array): void => {
    const now = performance.now();
    windowBytes += chunk.length;
    if (now - extendedAt > 1_000) {
      context.server.timeout(context.request, stallSeconds);
      extendedAt = now;
    }
    if (now - windowStart <= WINDOW_MS) return;
    if (windowBytes < (pace.minimumBytesPerSecond * (now - windowStart)) / 1_000) {
      throw new RegistryError("TIMEOUT", {
        message: `the body arrived more slowly than ${pace.minimumBytesPerSecond} bytes a second`,
      });
    }
    windowStart = now;
    windowBytes = 0;
  };
  return {
    next: async () => {
      if (lent !== null) release(lent);
      lent = null;
      const result = await reader.read();
      if (result.done) return { done: true, value: undefined };
      check(result.value);
      if (result.value.length >= RELEASED_BYTES) lent = result.value;
      return { done: false, value: result.value };
    },
    return: async () => {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}
