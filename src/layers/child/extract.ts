/** Writes spans of a layer's uncompressed bytes to standard output, in their order. */
import type { Readable, Writable } from "node:stream";
import type { Span } from "../entry.ts";
import { ArchiveError } from "./archive-error.ts";
import { inflate, type InflateLimits } from "./inflate.ts";

/** `spans`: by offset, apart from each other. Nothing behind the last of them is read. */
export async function extractSpans(
  source: Readable,
  target: Writable,
  spans: readonly Span[],
  limits: InflateLimits,
): Promise<void> {
  let at = 0;
  let index = 0;
  while (spans[index]?.sizeBytes === 0) index += 1;
  if (index >= spans.length) return;
  for await (const piece of inflate(source, limits)) {
    const end = at + piece.length;
    for (let span = spans[index]; span !== undefined && span.offset < end; span = spans[index]) {
      const from = Math.max(span.offset, at);
      const to = Math.min(span.offset + span.sizeBytes, end);
      if (to > from && !target.write(piece.subarray(from - at, to - at))) {
        await new Promise((resolve) => target.once("drain", resolve));
      }
      if (span.offset + span.sizeBytes > end) break;
      index += 1;
    }
    at = end;
    if (index >= spans.length) return;
  }
  throw new ArchiveError("the archive ends before the file does");
}
