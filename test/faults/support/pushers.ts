// Pushers that share layers, as clients of a registry do: they ask whether a layer is here, mount it, or push it, and
// begin again when the registry says that it misses one. What they are told of manifests and tags goes into the journal;
// blobs do not, because whether one stays depends on the manifests that name it.

import { digestOf, fetchStored } from "../../support/stored.ts";
import { Client, makeImage, type Content, type Image } from "./client.ts";
import type { Journal } from "./journal.ts";
import type { Random } from "./scale.ts";

const KIB = 1024;
const LAYERS = 24;
const REPOSITORIES = ["races/one", "races/two", "third"];
const LIMIT_MS = 30_000;
/** Of a push whose blobs are collected before its manifest is there; with no lease that is nobody's fault. */
const MAX_ATTEMPTS = 200;

export interface Pushers {
  /** Of each server; a request goes to any. */
  urls: readonly string[];
  journal: Journal;
  random: Random;
  pushers: number;
  /** They end when this many pushes are done and this much time has passed. */
  pushes: number;
  atLeastMs: number;
}

export interface Tally {
  pushed: number;
  /** Manifests that were refused because a blob was collected before; the push began again. */
  restarted: number;
  mounted: number;
  found: number;
  deleted: number;
  /** Acknowledged images that were not there, and answers that should never be. */
  faults: string[];
}

interface Pushed {
  repository: string;
  tag: string;
  image: Image;
}

interface Layer extends Content {
  bytes: Uint8Array<ArrayBuffer>;
}

class Pusher {
  readonly #work: Pushers;
  readonly #random: Random;
  readonly #layers: readonly Layer[];
  readonly #tally: Tally;
  readonly #own: Pushed[] = [];
  readonly #name: string;
  #count = 0;

  constructor(work: Pushers, number: number, layers: readonly Layer[], tally: Tally) {
    this.#work = work;
    this.#random = work.random.fork(number);
    this.#layers = layers;
    this.#tally = tally;
    this.#name = `p${number}`;
  }

  /** Pushes an image, and sometimes deletes or reads one of its own. */
  async step(): Promise<void> {
    const random = this.#random;
    await this.#push();
    if (random.next() < 0.2) await this.#verify(random.pick(this.#own));
    // Most go again, so that the layers they shared are garbage until somebody wants them.
    while (this.#own.length > 2 && random.next() < 0.8) {
      const [doomed] = this.#own.splice(random.below(this.#own.length), 1);
      if (doomed) await this.#delete(doomed);
    }
  }

  async #push(): Promise<void> {
    const random = this.#random;
    const repository = random.pick(REPOSITORIES);
    this.#count += 1;
    const mark = `${this.#name}-${this.#count}`;
    const config = describe(new TextEncoder().encode(`{"mark":"${random.seed}-${mark}"}`));
    const layers = [...new Set(Array.from({ length: 1 + random.below(4) }, () => random.pick(this.#layers)))];
    const image = makeImage(config, layers, `${random.seed}-${mark}`);
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      for (const layer of layers) await this.#bring(repository, layer);
      await this.#upload(repository, config);
      const outcome = await this.#client().putManifest(repository, image, [mark]);
      if (outcome.acknowledged) {
        this.#tally.pushed += 1;
        this.#own.push({ repository, tag: mark, image });
        return;
      }
      if (!outcome.text.includes("MANIFEST_BLOB_UNKNOWN")) throw new Error(`PUT: ${outcome.status} ${outcome.text}`);
      this.#tally.restarted += 1;
    }
    throw new Error(`${mark} was not pushed in ${MAX_ATTEMPTS} attempts`);
  }

  /** By asking, mounting or uploading. */
  async #bring(repository: string, layer: Layer): Promise<void> {
    const random = this.#random;
    if (random.next() < 0.7) {
      const { status } = await this.#ask("HEAD", `/v2/${repository}/blobs/${layer.digest}`);
      if (status === 200) this.#tally.found += 1;
      if (status === 200) return;
      if (status !== 404) throw new Error(`HEAD: ${status}`);
    }
    if (random.next() < 0.5) {
      const from = random.pick(REPOSITORIES);
      const path = `/v2/${repository}/blobs/uploads/?mount=${layer.digest}&from=${from}`;
      const mounted = await this.#ask("POST", path);
      if (mounted.status === 201) this.#tally.mounted += 1;
      if (mounted.status === 201) return;
      const location = mounted.headers.get("location");
      if (mounted.status !== 202 || location === null) throw new Error(`mount: ${mounted.status}`);
      return await this.#expectCreated(this.#ask("PUT", `${location}?digest=${layer.digest}`, layer.bytes));
    }
    await this.#upload(repository, layer);
  }

  async #upload(repository: string, { digest, bytes }: Layer): Promise<void> {
    await this.#expectCreated(this.#ask("POST", `/v2/${repository}/blobs/uploads/?digest=${digest}`, bytes));
  }

  async #expectCreated(asked: Promise<Response>): Promise<void> {
    const response = await asked;
    const text = await response.text();
    if (response.status !== 201) throw new Error(`upload: ${response.status} ${text}`);
  }

  async #delete({ repository, tag, image }: Pushed): Promise<void> {
    const outcome = await this.#client().deleteManifest(repository, image.digest, [tag]);
    if (!outcome.acknowledged) throw new Error(`DELETE: ${outcome.status} ${outcome.text}`);
    this.#tally.deleted += 1;
  }

  /** Everything below an acknowledged manifest, byte for byte. */
  async #verify({ repository, image }: Pushed): Promise<void> {
    try {
      await fetchStored(this.#url(), repository, image.digest);
    } catch (error) {
      this.#tally.faults.push(String(error));
    }
  }

  async verifyAll(): Promise<void> {
    for (const pushed of this.#own) await this.#verify(pushed);
  }

  #url(): string {
    return this.#random.pick(this.#work.urls);
  }

  #client(): Client {
    return new Client(this.#url(), this.#work.journal);
  }

  async #ask(method: string, path: string, body: Uint8Array<ArrayBuffer> | null = null): Promise<Response> {
    const signal = AbortSignal.timeout(LIMIT_MS);
    return await fetch(this.#url() + path, { method, body, signal, redirect: "manual" });
  }
}

/** Resolves when all is pushed and what was not deleted again has been read. Throws at an answer that no client should get. */
export async function runPushers(work: Pushers): Promise<Tally> {
  const tally: Tally = { pushed: 0, restarted: 0, mounted: 0, found: 0, deleted: 0, faults: [] };
  // In rows and in files.
  const layers = Array.from({ length: LAYERS }, (_, number) =>
    describe(work.random.fork(1_000 + number).bytes(number % 3 === 0 ? 900 + number : (20 + number) * KIB)),
  );
  let left = work.pushes;
  const earliestEnd = performance.now() + work.atLeastMs;
  const pushers = Array.from({ length: work.pushers }, (_, number) => new Pusher(work, number, layers, tally));
  await Promise.all(
    pushers.map(async (pusher) => {
      while (left > 0 || performance.now() < earliestEnd) {
        left -= 1;
        await pusher.step();
      }
    }),
  );
  await Promise.all(pushers.map((pusher) => pusher.verifyAll()));
  return tally;
}

function describe(bytes: Uint8Array<ArrayBuffer>): Layer {
  return { bytes, digest: digestOf(bytes), size: bytes.length };
}
