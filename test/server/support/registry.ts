// What these tests ask of a running server: an image pushed by hand, and an upload that stands still in its middle.

import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { digestOf } from "../../support/stored.ts";

const OCI = "application/vnd.oci.image";
const EMPTY_CONFIG = new TextEncoder().encode("{}");

export async function pushBlob(url: string, repository: string, bytes: Uint8Array): Promise<string> {
  const digest = digestOf(bytes);
  const location = await startUpload(url, repository);
  const response = await fetch(withDigest(location, digest), { method: "PUT", body: bytes });
  if (response.status !== 201) throw new Error(`PUT of a blob: ${response.status} ${await response.text()}`);
  return digest;
}

/** Pushes an image of one random layer; gives the digest of its manifest. */
export async function pushImage(url: string, repository: string, tag: string, layerBytes: number): Promise<string> {
  const layer = randomBytes(layerBytes);
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: `${OCI}.manifest.v1+json`,
    config: {
      mediaType: `${OCI}.config.v1+json`,
      digest: await pushBlob(url, repository, EMPTY_CONFIG),
      size: EMPTY_CONFIG.length,
    },
    layers: [{ mediaType: `${OCI}.layer.v1.tar`, digest: await pushBlob(url, repository, layer), size: layer.length }],
  });
  const response = await fetch(`${url}/v2/${repository}/manifests/${tag}`, {
    method: "PUT",
    headers: { "content-type": `${OCI}.manifest.v1+json` },
    body: manifest,
  });
  if (response.status !== 201) throw new Error(`PUT of a manifest: ${response.status} ${await response.text()}`);
  return digestOf(new TextEncoder().encode(manifest));
}

export interface HeldUpload {
  digest: string;
  /** Sends the rest; gives the status of the answer. */
  finish(): Promise<number>;
  /** Resolves when the server has ended the connection, with what it sent. */
  ended: Promise<string>;
  drop(): void;
}

/** Sends a PUT and half of its body, and resolves when that is on its way. */
export async function holdUpload(url: string, repository: string, sizeBytes = 2_000_000): Promise<HeldUpload> {
  const bytes = randomBytes(sizeBytes);
  const digest = digestOf(bytes);
  const { pathname, search } = withDigest(await startUpload(url, repository), digest);
  const { hostname, port, host } = new URL(url);
  const socket = await open(hostname, Number(port));
  let answer = "";
  socket.setEncoding("latin1");
  const answered = new Promise<void>((resolve) => {
    socket.on("data", (text) => {
      answer += String(text);
      if (answer.includes("\r\n\r\n")) resolve();
    });
    socket.on("close", () => resolve());
  });
  const ended = new Promise<string>((resolve) => void socket.on("close", () => resolve(answer)));
  socket.on("error", () => undefined);
  const head = `PUT ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${sizeBytes}\r\n\r\n`;
  const half = sizeBytes / 2;
  await send(socket, Buffer.concat([Buffer.from(head), bytes.subarray(0, half)]));
  return {
    digest,
    finish: async () => {
      await send(socket, bytes.subarray(half));
      await answered;
      socket.destroy();
      return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0);
    },
    ended,
    drop: () => socket.destroy(),
  };
}

async function startUpload(url: string, repository: string): Promise<URL> {
  const response = await fetch(`${url}/v2/${repository}/blobs/uploads/`, { method: "POST" });
  const location = response.headers.get("location");
  if (response.status !== 202 || location === null) {
    throw new Error(`POST of an upload: ${response.status} ${await response.text()}`);
  }
  return new URL(location, url);
}

function withDigest(location: URL, digest: string): URL {
  location.searchParams.set("digest", digest);
  return location;
}

function open(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port }, () => resolve(socket));
    socket.once("error", reject);
  });
}

function send(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => void socket.write(bytes, () => resolve()));
}
