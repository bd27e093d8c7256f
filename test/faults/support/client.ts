// A registry client that writes down in the journal what it asks for and what it is told. A failed connection or a 5xx
// leaves open whether the change happened; only a clear refusal takes it back.

import { digestOf } from "../../support/stored.ts";
import type { Change, Journal } from "./journal.ts";

export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
const OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";
const LIMIT_MS = 30_000;

export interface Content {
  digest: string;
  size: number;
}

export interface Image {
  bytes: Uint8Array<ArrayBuffer>;
  digest: string;
}

/** One request; Post carries the bytes in POST, put in PUT, chunked in several PATCHes, stream in a PUT of no declared length. */
export type Way = "post" | "put" | "chunked" | "stream";
export const WAYS: readonly Way[] = ["post", "put", "chunked", "stream"];

/** Why the last change was not acknowledged; for messages. */
export interface Outcome {
  acknowledged: boolean;
  /** 0: no answer came. */
  status: number;
  text: string;
}

export class Client {
  readonly #url: string;
  readonly #journal: Journal;
  readonly #signal: AbortSignal | null;

  /** Requests are given up when `signal` fires: the server is gone. */
  constructor(url: string, journal: Journal, signal: AbortSignal | null = null) {
    this.#url = url;
    this.#journal = journal;
    this.#signal = signal;
  }

  async pushBlob(
    repository: string,
    bytes: Uint8Array<ArrayBuffer>,
    way: Way,
    digest = digestOf(bytes),
  ): Promise<Outcome> {
    return await this.#change([{ kind: "blob", repository, name: digest, value: digest }], 201, () =>
      this.#send(repository, bytes, way, digest),
    );
  }

  async mount(repository: string, from: string, digest: string): Promise<Outcome> {
    const path = `/v2/${repository}/blobs/uploads/?mount=${digest}&from=${from}`;
    return await this.#change([{ kind: "blob", repository, name: digest, value: digest }], 201, () =>
      this.#ask("POST", path),
    );
  }

  /** By tag when there is one, by digest with `?tag=` when there are none or several. */
  async putManifest(repository: string, { bytes, digest }: Image, tags: readonly string[]): Promise<Outcome> {
    const changes: Change[] = [
      { kind: "manifest", repository, name: digest, value: digest },
      ...tags.map((tag) => ({ kind: "tag", repository, name: tag, value: digest }) as const),
    ];
    const more = tags.map((tag) => `tag=${tag}`).join("&");
    const reference = tags.length === 1 ? tags[0] : digest + (more === "" ? "" : `?${more}`);
    return await this.#change(changes, 201, () =>
      this.#ask("PUT", `/v2/${repository}/manifests/${reference}`, bytes, { "content-type": OCI_MANIFEST }),
    );
  }

  async deleteTag(repository: string, tag: string): Promise<Outcome> {
    const change: Change = { kind: "tag", repository, name: tag, value: null };
    return await this.#change([change], 202, () => this.#ask("DELETE", `/v2/${repository}/manifests/${tag}`));
  }

  /** `tags`: every tag that ever pointed at it, and that nothing else points elsewhere. */
  async deleteManifest(repository: string, digest: string, tags: readonly string[]): Promise<Outcome> {
    const changes: Change[] = [
      { kind: "manifest", repository, name: digest, value: null },
      ...tags.map((tag) => ({ kind: "tag", repository, name: tag, value: null }) as const),
    ];
    return await this.#change(changes, 202, () => this.#ask("DELETE", `/v2/${repository}/manifests/${digest}`));
  }

  async deleteBlob(repository: string, digest: string): Promise<Outcome> {
    const change: Change = { kind: "blob", repository, name: digest, value: null };
    return await this.#change([change], 202, () => this.#ask("DELETE", `/v2/${repository}/blobs/${digest}`));
  }

  async #send(repository: string, bytes: Uint8Array<ArrayBuffer>, way: Way, digest: string): Promise<Response> {
    const uploads = `/v2/${repository}/blobs/uploads/`;
    if (way === "post") return await this.#ask("POST", `${uploads}?digest=${digest}`, bytes);
    const started = await this.#ask("POST", uploads);
    const location = started.headers.get("location");
    if (started.status !== 202 || location === null) return started;
    const path = location.startsWith("/") ? location : new URL(location).pathname;
    if (way === "put") return await this.#ask("PUT", `${path}?digest=${digest}`, bytes);
    if (way === "stream") return await this.#ask("PUT", `${path}?digest=${digest}`, streamOf(bytes));
    const step = Math.ceil(bytes.length / 3);
    for (let at = 0; at < bytes.length; at += step) {
      const part = bytes.subarray(at, at + step);
      const range = `${at}-${at + part.length - 1}`;
      const patched = await this.#ask("PATCH", path, part, { "content-range": range });
      if (patched.status !== 202) return patched;
    }
    return await this.#ask("PUT", `${path}?digest=${digest}`);
  }

  async #change(changes: Change[], success: number, send: () => Promise<Response>): Promise<Outcome> {
    const attempt = this.#journal.begin(changes);
    let response: Response;
    let text: string;
    try {
      response = await send();
      // An answer that was not read to its end is none.
      text = await response.text();
    } catch (error) {
      return { acknowledged: false, status: 0, text: String(error) };
    }
    const { status } = response;
    if (status === success) attempt.acknowledge();
    else if (status < 500) attempt.refuse();
    return { acknowledged: status === success, status, text };
  }

  async #ask(
    method: string,
    path: string,
    body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null = null,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const limit = AbortSignal.timeout(LIMIT_MS);
    const signal = this.#signal ? AbortSignal.any([this.#signal, limit]) : limit;
    return await fetch(`${this.#url}${path}`, { method, body, headers, signal, redirect: "manual" });
  }
}

/** An image manifest; `mark` makes it differ from all others. */
export function makeImage(config: Content, layers: readonly Content[], mark: string): Image {
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { mediaType: OCI_CONFIG, digest: config.digest, size: config.size },
    layers: layers.map(({ digest, size }) => ({ mediaType: OCI_LAYER, digest, size })),
    annotations: { mark },
  };
  const bytes = new TextEncoder().encode(JSON.stringify(manifest));
  return { bytes, digest: digestOf(bytes) };
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  const step = 64 * 1024;
  let at = 0;
  return new ReadableStream({
    pull: (controller) => {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + step));
      at += step;
    },
  });
}
