// What a registry really serves under a name: every byte is fetched and hashed, down to the last layer, so that a test
// can compare digests from end to end instead of believing what a client prints.

const ACCEPT = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
].join(", ");

const DEPTH_LIMIT = 3;

interface Descriptor {
  mediaType?: string;
  digest: string;
  size: number;
  platform?: { os: string; architecture: string; variant?: string };
}

interface ManifestBody {
  mediaType?: string;
  config?: Descriptor;
  layers?: Descriptor[];
  manifests?: Descriptor[];
}

export interface StoredManifest {
  /** Computed from the bytes. */
  digest: string;
  mediaType: string;
  body: ManifestBody;
  bytes: Uint8Array;
  /** The digests of config, layers and children, in the manifest's order. */
  references: string[];
  children: StoredManifest[];
}

/** Fetches a manifest with everything below it; throws when a byte, size, type or digest is not what was promised. */
export async function fetchStored(
  url: string,
  repository: string,
  reference: string,
  depth = 0,
): Promise<StoredManifest> {
  if (depth > DEPTH_LIMIT) throw new Error(`${repository}:${reference} nests too deep`);
  const where = `${url}/v2/${repository}/manifests/${reference}`;
  const response = await fetch(where, { headers: { accept: ACCEPT } });
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (response.status !== 200) throw new Error(`GET ${where}: ${response.status} ${new TextDecoder().decode(bytes)}`);
  const digest = digestOf(bytes);
  expectSame(`${where} Docker-Content-Digest`, response.headers.get("docker-content-digest"), digest);
  if (reference.includes(":")) expectSame(where, digest, reference);
  // The shape that every client here writes; a manifest of another shape fails on the first use.
  const body = JSON.parse(new TextDecoder().decode(bytes)) as ManifestBody;
  const mediaType = response.headers.get("content-type") ?? "";
  if (body.mediaType !== undefined) expectSame(`${where} Content-Type`, mediaType, body.mediaType);

  const blobs = [...(body.config === undefined ? [] : [body.config]), ...(body.layers ?? [])];
  for (const blob of blobs) await fetchBlob(url, repository, blob);
  const children: StoredManifest[] = [];
  for (const child of body.manifests ?? []) {
    const stored = await fetchStored(url, repository, child.digest, depth + 1);
    expectSame(`${where} size of ${child.digest}`, String(stored.bytes.length), String(child.size));
    children.push(stored);
  }
  const references = [...blobs, ...(body.manifests ?? [])].map((descriptor) => descriptor.digest);
  return { digest, mediaType, body, bytes, references, children };
}

/** The digest that a HEAD by tag gives; null when there is no such manifest. */
export async function findDigest(url: string, repository: string, reference: string): Promise<string | null> {
  const where = `${url}/v2/${repository}/manifests/${reference}`;
  const response = await fetch(where, { method: "HEAD", headers: { accept: ACCEPT } });
  if (response.status === 404) return null;
  if (response.status !== 200) throw new Error(`HEAD ${where}: ${response.status}`);
  return response.headers.get("docker-content-digest");
}

export async function listTags(url: string, repository: string): Promise<string[]> {
  const response = await fetch(`${url}/v2/${repository}/tags/list`);
  if (response.status !== 200) throw new Error(`tags of ${repository}: ${response.status} ${await response.text()}`);
  // The reply of tags/list is this shape by the specification.
  return ((await response.json()) as { tags: string[] }).tags;
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${new Bun.CryptoHasher("sha256").update(bytes).digest("hex")}`;
}

async function fetchBlob(url: string, repository: string, blob: Descriptor): Promise<void> {
  const where = `${url}/v2/${repository}/blobs/${blob.digest}`;
  const response = await fetch(where);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (response.status !== 200) throw new Error(`GET ${where}: ${response.status}`);
  expectSame(where, digestOf(bytes), blob.digest);
  expectSame(`${where} size`, String(bytes.length), String(blob.size));
}

function expectSame(what: string, actual: string | null, expected: string): void {
  if (actual !== expected) throw new Error(`${what}: got ${actual}, expected ${expected}`);
}
