/** A blob's bytes from where they are copied: their failures are told from those of the place that they are copied to. */

/** The bytes are missing, wrong or cannot be read: no reason to give up other blobs. The message is for people. */
export class UnreadableError extends Error {
  override readonly name = "UnreadableError";
}

/** At most `sizeBytes` bytes, piece by piece. Throws UnreadableError and nothing else; `open` gives null when they are not there. */
export async function* sourceBytes(
  sizeBytes: number,
  open: () => Promise<AsyncIterable<Uint8Array> | null>,
): AsyncGenerator<Uint8Array> {
  try {
    const chunks = await open();
    if (chunks === null) throw new UnreadableError("its bytes are missing, or are not as many as they should be");
    let taken = 0;
    for await (const chunk of chunks) {
      taken += chunk.length;
      // A file that grows would fill the other side.
      if (taken > sizeBytes) throw new UnreadableError("its bytes are more than they should be");
      yield chunk;
    }
  } catch (error) {
    if (error instanceof UnreadableError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnreadableError(`its bytes cannot be read: ${reason}`);
  }
}
