/** What a manifest points to must be in its repository, and as large as it says. */
import { RegistryError } from "../errors.ts";
import type { Transaction } from "../database/database.ts";
import type { Manifest, ManifestReference } from "../oci/manifest.ts";
import { listLinkedSizes } from "./queries/blobs.ts";
import { listManifestSizes } from "./queries/manifests.ts";

const MAX_REPORTED = 100;

/**
 * Throws MANIFEST_BLOB_UNKNOWN, one error a missing digest, or MANIFEST_INVALID for a size that is not the stored one.
 *
 * An index may list platforms that this registry does not have, as long as it has one of them: that is how a part
 * of a multi-platform image is mirrored. A child may be a manifest or, as in BuildKit's caches, a blob.
 */
export async function assertReferences(trx: Transaction, repositoryId: number, manifest: Manifest): Promise<void> {
  const { references } = manifest;
  if (references.length === 0) return;
  const digests = JSON.stringify([...new Set(references.map((it) => it.descriptor.digest))]);
  const blobs = await sizes(listLinkedSizes.all(trx, { repositoryId, digests }));
  const hasChildren = references.some((it) => it.kind === "manifest");
  const manifests = hasChildren
    ? await sizes(listManifestSizes.all(trx, { repositoryId, digests }))
    : new Map<string, number>();

  const stored = ({ kind, descriptor }: ManifestReference) =>
    (kind === "manifest" ? manifests.get(descriptor.digest) : undefined) ?? blobs.get(descriptor.digest);
  const hasSomeChild = references.some((it) => it.kind === "manifest" && stored(it) !== undefined);
  const mayBeAbsent = (it: ManifestReference) => it.isOptional || (it.kind === "manifest" && hasSomeChild);

  const missing = references.filter((it) => stored(it) === undefined && !mayBeAbsent(it));
  if (missing.length > 0) throw unknown(missing);
  for (const reference of references) {
    const sizeBytes = stored(reference);
    if (sizeBytes !== undefined && sizeBytes !== reference.descriptor.sizeBytes) throw wrongSize(reference, sizeBytes);
  }
}

async function sizes(rows: Promise<{ digest: string; size_bytes: number }[]>): Promise<Map<string, number>> {
  return new Map((await rows).map((row) => [row.digest, row.size_bytes]));
}

function unknown(missing: ManifestReference[]): RegistryError {
  const digests = [...new Set(missing.map((it) => it.descriptor.digest))].slice(0, MAX_REPORTED);
  return new RegistryError("MANIFEST_BLOB_UNKNOWN", {
    message: "the manifest names content that is not in this repository: push it here first",
    details: digests.map((digest) => ({ digest })),
  });
}

function wrongSize({ kind, descriptor }: ManifestReference, storedBytes: number): RegistryError {
  return new RegistryError("MANIFEST_INVALID", {
    message: `the manifest was refused: it gives the ${kind} ${descriptor.digest} ${descriptor.sizeBytes} bytes, but it has ${storedBytes}`,
    detail: { digest: descriptor.digest, size: descriptor.sizeBytes, stored: storedBytes },
  });
}
