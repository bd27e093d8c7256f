/** A blob's bytes from an archive's side into the storage, hashed on the way. */
import { digestAlgorithm, type Digest } from "../oci/digest.ts";
import { newBlobKey } from "../storage/paths.ts";
import type { Storage } from "../storage/storage.ts";
import type { ArchiveSource } from "./archive-source.ts";
import { sourceBytes, UnreadableError } from "./source-bytes.ts";

/** The new key, durable; or why the bytes are not good, with nothing left behind. Throws what the storage throws. */
export async function copyIn(
  source: ArchiveSource,
  storage: Storage,
  blob: { digest: Digest; sizeBytes: number; storageKey: string },
  signal?: AbortSignal,
): Promise<{ key: string } | { reason: string }> {
  const key = newBlobKey();
  const writer = await storage.openWriter(key, { offset: 0, algorithm: digestAlgorithm(blob.digest) });
  let digest: Digest;
  try {
    for await (const chunk of sourceBytes(blob.sizeBytes, () => source.open(blob))) {
      signal?.throwIfAborted();
      await writer.append(chunk);
    }
    ({ digest } = await writer.commit());
  } catch (error) {
    await writer.abort();
    if (error instanceof UnreadableError) return { reason: error.message };
    throw error;
  }
  if (digest === blob.digest) return { key };
  await storage.delete(key);
  return { reason: "its bytes do not have its digest" };
}
