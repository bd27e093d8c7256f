// Unique images at little cost: random bytes made once, with a number that never repeats written over their end; the
// hash of all before it is kept, so that a client with half of the machine does not spend it on hashing.
import { randomBytes } from "node:crypto";
import { expectStatus, type HttpConnection, locationPath, withQuery } from "./http-connection.ts";

export const MANIFEST_MEDIA_TYPE = "application/vnd.oci.image.manifest.v1+json";
const CONFIG_MEDIA_TYPE = "application/vnd.oci.image.config.v1+json";
const LAYER_MEDIA_TYPE = "application/vnd.oci.image.layer.v1.tar";

const COUNT_BYTES = 4;

export type Blob = { digest: string; bytes: Uint8Array };
export type Image = { config: Blob; layers: Blob[]; manifest: Blob };

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${new Bun.CryptoHasher("sha256").update(bytes).digest("hex")}`;
}

/** Each call of the returned function makes another image; the layers of the one before are overwritten. */
export function createImageMaker(layerSizesBytes: number[]): () => Image {
  const nonce = randomBytes(12);
  const prepared = layerSizesBytes.map((sizeBytes) => {
    const bytes = randomBytes(sizeBytes);
    const start = bytes.length - nonce.length - COUNT_BYTES;
    nonce.copy(bytes, start);
    return {
      bytes,
      tail: bytes.subarray(start),
      hash: new Bun.CryptoHasher("sha256").update(bytes.subarray(0, start)),
    };
  });
  let count = 0;
  return () => {
    const layers = prepared.map(({ bytes, tail, hash }) => {
      tail.writeUInt32LE(count++, nonce.length);
      return { digest: `sha256:${hash.copy().update(tail).digest("hex")}`, bytes };
    });
    return composeImage(layers, `${nonce.toString("hex")}-${count}`);
  };
}

export function composeImage(layers: Blob[], label: string): Image {
  const diffIds = layers.map((layer) => layer.digest);
  const config = jsonBlob({
    architecture: "amd64",
    os: "linux",
    created: "2026-01-01T00:00:00Z",
    config: {
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      Cmd: ["/bin/sh"],
      Labels: { label },
    },
    rootfs: { type: "layers", diff_ids: diffIds },
  });
  const manifest = jsonBlob({
    schemaVersion: 2,
    mediaType: MANIFEST_MEDIA_TYPE,
    config: { mediaType: CONFIG_MEDIA_TYPE, digest: config.digest, size: config.bytes.length },
    layers: layers.map((layer) => ({ mediaType: LAYER_MEDIA_TYPE, digest: layer.digest, size: layer.bytes.length })),
  });
  return { config, layers, manifest };
}

export function jsonBlob(value: unknown): Blob {
  const bytes = Buffer.from(JSON.stringify(value));
  return { digest: digestOf(bytes), bytes };
}

/** POST, then PUT with the whole body: what containerd sends. */
export async function pushBlob(connection: HttpConnection, repository: string, blob: Blob): Promise<void> {
  const started = await connection.request(
    `POST /v2/${repository}/blobs/uploads/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n`,
  );
  const path = withQuery(locationPath(expectStatus(started, 202)), `digest=${blob.digest}`);
  const head = `PUT ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\n`;
  expectStatus(await connection.request(head, blob.bytes), 201);
}

export async function putManifest(
  connection: HttpConnection,
  repository: string,
  reference: string,
  manifest: Blob,
): Promise<void> {
  const head = `PUT /v2/${repository}/manifests/${reference} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${MANIFEST_MEDIA_TYPE}\r\n`;
  expectStatus(await connection.request(head, manifest.bytes), 201);
}

export async function pushImage(
  connection: HttpConnection,
  repository: string,
  tag: string,
  image: Image,
): Promise<void> {
  for (const blob of [image.config, ...image.layers]) await pushBlob(connection, repository, blob);
  await putManifest(connection, repository, tag, image.manifest);
}

export async function mountBlob(
  connection: HttpConnection,
  repository: string,
  digest: string,
  from: string,
): Promise<void> {
  const reply = await connection.request(
    `POST /v2/${repository}/blobs/uploads/?mount=${digest}&from=${from} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n`,
  );
  expectStatus(reply, 201);
}
