/**
 * Where bytes lie below the storage root.
 *
 *     blobs/<aa>/<id>      one file a blob, written once; `aa` are the first two characters of the random id
 *     snapshots/<name>     copies of the rows
 *     indexes/<id>         what is known of the files in a layer, made from its blob, without which it is swept away
 *
 * The folders are made, and made durable, when the driver opens: a file's own directory entry is then the only one
 * that its commit has to sync.
 */
import { randomHex } from "../lib/random.ts";

export const BLOBS = "blobs/";
export const SNAPSHOTS = "snapshots/";
export const INDEXES = "indexes/";

/** 128 random bits in hexadecimal: unguessable, and safe as a file name on every system. */
export function newBlobKey(): string {
  const id = randomHex(16);
  return `${BLOBS}${id.slice(0, 2)}/${id}`;
}

export function newIndexKey(): string {
  return `${INDEXES}${randomHex(16)}`;
}
