/** Byte ranges. Spec: RFC 9110 section 14; distribution-spec 1.1, "Pulling blobs" and "Pushing a blob in chunks". */
import { RegistryError } from "../errors.ts";

/** `end` is exclusive. */
export type ByteRange = { start: number; end: number };

/**
 * What a Range header asks of `sizeBytes` bytes: null for everything, which is also the answer to several ranges and
 * to units or syntax that we do not know. Throws RANGE_INVALID (416) when nothing of it can be had.
 */
export function parseRange(header: string | null, sizeBytes: number): ByteRange | null {
  const found = header === null ? null : /^bytes=\s*(\d*)-(\d*)\s*$/.exec(header);
  if (!found) return null;
  const [, first = "", last = ""] = found;
  if (first === "" && last === "") return null;
  if (first === "") {
    const length = Math.min(Number(last), sizeBytes);
    if (length === 0) throw unsatisfiable(sizeBytes);
    return { start: sizeBytes - length, end: sizeBytes };
  }
  const start = Number(first);
  const end = last === "" ? sizeBytes : Math.min(Number(last) + 1, sizeBytes);
  if (start >= sizeBytes || start >= end) throw unsatisfiable(sizeBytes);
  return { start, end };
}

function unsatisfiable(sizeBytes: number): RegistryError {
  return new RegistryError("RANGE_INVALID", {
    message: `the range lies outside the ${sizeBytes} bytes that there are`,
    headers: { "Content-Range": `bytes */${sizeBytes}` },
  });
}

/** The Content-Range of a chunk, `<first>-<last>` without a unit; null when none was sent. Throws RANGE_INVALID. */
export function parseContentRange(header: string | null): ByteRange | null {
  if (header === null) return null;
  const found = /^(?:bytes[ =])?(\d+)-(\d+)(?:\/(?:\d+|\*))?$/.exec(header.trim());
  const start = Number(found?.[1]);
  const end = Number(found?.[2]) + 1;
  if (!found || end <= start || !Number.isSafeInteger(end)) {
    throw new RegistryError("RANGE_INVALID", {
      message: "Content-Range must be <first byte>-<last byte> of the chunk",
    });
  }
  return { start, end };
}
