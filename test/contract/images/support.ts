// Content for tests of the pages of images: blobs and manifests, pushed by hand as ann of the organisation acme.

import { basic } from "../../support/access.ts";
import { digestOf } from "../../support/stored.ts";
import type { Hub } from "../repositories/support.ts";

export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
export const OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
export const OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";

export type Descriptor = { mediaType: string; digest: string; size: number; [key: string]: unknown };

const encoder = new TextEncoder();
let made = 0;

/** Bytes that no other blob has. */
export function newBytes(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size).fill(1);
  encoder.encodeInto(String((made += 1)), bytes);
  return bytes;
}

export async function pushBlob(
  hub: Hub,
  repository: string,
  mediaType: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Descriptor> {
  const digest = digestOf(bytes);
  const { url } = hub.registry;
  const opened = await fetch(`${url}/v2/${repository}/blobs/uploads/`, { method: "POST", headers: basic("ann") });
  const location = new URL(opened.headers.get("location") ?? "", url);
  location.searchParams.set("digest", digest);
  const { status } = await fetch(location, { method: "PUT", body: bytes, headers: basic("ann") });
  if (status !== 201) throw new Error(`PUT of a blob: ${status}`);
  return { mediaType, digest, size: bytes.length };
}

export async function pushManifest(
  hub: Hub,
  repository: string,
  reference: string | null,
  document: { mediaType: string; [key: string]: unknown },
): Promise<Descriptor> {
  const text = JSON.stringify({ schemaVersion: 2, ...document });
  const digest = digestOf(encoder.encode(text));
  const path = `/v2/${repository}/manifests/${reference ?? digest}`;
  const answer = await hub.ask("ann", "PUT", path, text, { "content-type": document.mediaType });
  if (answer.status !== 201) throw new Error(`PUT of a manifest: ${answer.status} ${answer.text}`);
  return { mediaType: document.mediaType, digest, size: encoder.encode(text).length };
}

/** An image with the configuration, which may be anything, and layers of these sizes. */
export async function pushImage(
  hub: Hub,
  repository: string,
  reference: string | null,
  config: unknown,
  layerBytes: readonly number[] = [100],
  more: Record<string, unknown> = {},
): Promise<Descriptor> {
  const bytes = config instanceof Uint8Array ? config.slice() : encoder.encode(JSON.stringify(config));
  const layers: Descriptor[] = [];
  for (const size of layerBytes) layers.push(await pushBlob(hub, repository, OCI_LAYER, newBytes(size)));
  const described = await pushBlob(hub, repository, OCI_CONFIG, bytes);
  return await pushManifest(hub, repository, reference, {
    mediaType: OCI_MANIFEST,
    config: described,
    layers,
    ...more,
  });
}

/** What belongs to a subject, or to nothing. */
export async function pushArtifact(
  hub: Hub,
  repository: string,
  reference: string | null,
  artifactType: string,
  more: Record<string, unknown> = {},
): Promise<Descriptor> {
  const empty = await pushBlob(hub, repository, "application/vnd.oci.empty.v1+json", encoder.encode("{}"));
  return await pushManifest(hub, repository, reference, {
    mediaType: OCI_MANIFEST,
    artifactType,
    config: empty,
    layers: [empty],
    ...more,
  });
}
