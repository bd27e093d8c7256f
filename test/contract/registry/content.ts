// Content for tests, and the requests that push it.

import type { Answer, Registry } from "./registry.ts";

export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
export const OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
export const OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";

export type Descriptor = { mediaType: string; digest: string; size: number; [field: string]: unknown };
export type Content = { bytes: Uint8Array<ArrayBuffer>; digest: string };
export type Pushed = Content & { mediaType: string; descriptor: Descriptor };

let seed = 0;

export function digestOf(bytes: Uint8Array, algorithm: "sha256" | "sha512" = "sha256"): string {
  return `${algorithm}:${new Bun.CryptoHasher(algorithm).update(bytes).digest("hex")}`;
}

/** Bytes that nothing else in this process has. */
export function newContent(sizeBytes: number): Content {
  seed += 1;
  const bytes = new Uint8Array(sizeBytes);
  let state = (seed * 2_654_435_761 + process.pid) >>> 0;
  for (let index = 0; index < sizeBytes; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return { bytes, digest: digestOf(bytes) };
}

export function newRepository(word: string): string {
  seed += 1;
  return `contract/${word}-${seed}`;
}

export function describeContent(mediaType: string, { bytes, digest }: Content): Descriptor {
  return { mediaType, digest, size: bytes.length };
}

export async function pushBlob(registry: Registry, repository: string, content: Content): Promise<Content> {
  const path = `/v2/${repository}/blobs/uploads/?digest=${content.digest}`;
  const answer = await registry.ask("POST", path, { body: content.bytes });
  expectStatus(answer, 201);
  return content;
}

/** An image manifest's bytes over content that need not be stored. */
export function imageOf(config: Descriptor, layers: Descriptor[], more: Record<string, unknown> = {}): Content {
  return jsonContent({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers, ...more });
}

export function indexOf(manifests: Descriptor[], more: Record<string, unknown> = {}): Content {
  return jsonContent({ schemaVersion: 2, mediaType: OCI_INDEX, manifests, ...more });
}

export function jsonContent(value: unknown): Content {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return { bytes, digest: digestOf(bytes) };
}

export async function putManifest(
  registry: Registry,
  repository: string,
  reference: string,
  content: Content,
  mediaType = OCI_MANIFEST,
): Promise<Answer> {
  const path = `/v2/${repository}/manifests/${reference}`;
  return await registry.ask("PUT", path, { body: content.bytes, headers: { "Content-Type": mediaType } });
}

/** An image with a config and a layer of its own, pushed whole. */
export async function pushImage(
  registry: Registry,
  repository: string,
  reference: string | null,
  more: Record<string, unknown> = {},
): Promise<Pushed> {
  const config = await pushBlob(registry, repository, newContent(64));
  const layer = await pushBlob(registry, repository, newContent(600));
  const image = imageOf(describeContent(OCI_CONFIG, config), [describeContent(OCI_LAYER, layer)], more);
  expectStatus(await putManifest(registry, repository, reference ?? image.digest, image), 201);
  return { ...image, mediaType: OCI_MANIFEST, descriptor: describeContent(OCI_MANIFEST, image) };
}

export function expectStatus(answer: Answer, status: number): void {
  if (answer.status !== status)
    throw new Error(`expected ${status}, got ${answer.status}: ${answer.text.slice(0, 500)}`);
}

/** The codes of an error answer. */
export function codesOf(answer: Answer): string[] {
  // The shape that the specification gives to errors; another one fails on use.
  const body = JSON.parse(answer.text) as { errors: { code: string }[] };
  return body.errors.map((it) => it.code);
}

/** The path in a `Link: <path>; rel="next"` header, or null. */
export function nextOf(answer: Answer): string | null {
  const link = answer.headers.get("link");
  if (link === null) return null;
  const path = /^<([^>]+)>; rel="next"$/.exec(link)?.[1];
  if (path === undefined) throw new Error(`malformed Link: ${link}`);
  return path;
}

/** All pages of a list, from the first path on; at most 50. */
export async function listPages<T>(registry: Registry, path: string, read: (body: unknown) => T[]): Promise<T[][]> {
  const pages: T[][] = [];
  for (let next: string | null = path; next !== null;) {
    if (pages.length === 50) throw new Error(`${path} has no end`);
    const answer = await registry.ask("GET", next);
    expectStatus(answer, 200);
    pages.push(read(JSON.parse(answer.text)));
    next = nextOf(answer);
  }
  return pages;
}
