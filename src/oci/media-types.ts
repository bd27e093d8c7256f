/** Media types that this registry knows the shape of. Spec: image-spec 1.1, media-types.md; Docker image manifest V2, schema 2. */

export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
export const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
export const DOCKER_MANIFEST_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";

const SCHEMA_1 = new Set([
  "application/vnd.docker.distribution.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v1+prettyjws",
]);

/** Types that say nothing about content: a manifest stored under one could not be read back by any client. */
const GENERIC = new Set([
  "application/json",
  "application/octet-stream",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
  "text/plain",
]);

const PATTERN = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/i;

export type ManifestKind = "image" | "index" | "other";

export function manifestKind(mediaType: string): ManifestKind {
  if (mediaType === OCI_MANIFEST || mediaType === DOCKER_MANIFEST) return "image";
  if (mediaType === OCI_INDEX || mediaType === DOCKER_MANIFEST_LIST) return "index";
  return "other";
}

export function isMediaType(text: string): boolean {
  return PATTERN.test(text);
}

export function isSchema1(mediaType: string): boolean {
  return SCHEMA_1.has(mediaType);
}

export function isGeneric(mediaType: string): boolean {
  return GENERIC.has(mediaType.toLowerCase());
}

/** Layers that a registry may lack because their licence forbids pushing them. */
export function isNonDistributable(mediaType: string): boolean {
  return (
    mediaType.startsWith("application/vnd.oci.image.layer.nondistributable.") ||
    mediaType === "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
  );
}
