/** The beginning of a file, when it is text. */

/** Of a file, and of a layer that is no archive. */
export const PREVIEW_BYTES = 256 * 1024;
/** A character of UTF-8 that the limit cut in two has at most so many bytes before it. */
const CUT_BYTES = 3;

export type Preview = { text: string | null; isBinary: boolean; isTruncated: boolean };

/** `bytes`: the first of `sizeBytes`. Text is UTF-8 without NUL. */
export function previewOf(bytes: Uint8Array, sizeBytes: number): Preview {
  const isTruncated = bytes.length < sizeBytes;
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let less = 0; less <= (isTruncated ? CUT_BYTES : 0); less += 1) {
    try {
      const text = decoder.decode(bytes.subarray(0, bytes.length - less));
      if (text.includes("\0")) break;
      return { text, isBinary: false, isTruncated };
    } catch {
      // One byte less, perhaps.
    }
  }
  return { text: null, isBinary: true, isTruncated };
}
