/**
 * Asks the child that holds indexes: starts it when somebody asks, gives it the indexes that it lacks, and ends it when
 * nobody has asked for a while, or when an answer takes too long. One question after the other.
 */
import { RegistryError } from "../errors.ts";
import { ChildProcess } from "./child-process.ts";
import type { FromReader, Query, ToReader } from "./entry.ts";

export type TreeReaderParts = {
  /** The bytes of the index of a blob; null when it is gone. */
  load: (blobId: number) => Promise<Uint8Array | null>;
  /** Of all layers of one image. */
  maxEntries: number;
  idleMs?: number;
};

/** `absent`: the path is not there. `gone`: an index is to be made again. `refused`: why it cannot be answered. */
export type Reply<Result> =
  | { kind: "result"; result: Result }
  | { kind: "absent" }
  | { kind: "gone" }
  | { kind: "refused"; reason: string };

const IDLE_MS = 20_000;
const ANSWER_MS = 20_000;
const LIFE_MS = 3_600_000;
/** Enough for an image of 500,000 files, or for two of 200,000 that are compared. */
const MEMORY_BYTES = 768 * 1024 * 1024;
const MAX_WAITING = 64;
const MAX_ROUNDS = 4;

export class TreeReader {
  readonly #parts: TreeReaderParts;
  #child: { process: ChildProcess; ready: Promise<void> } | null = null;
  #pending: { id: number; resolve: (reply: FromReader) => void; reject: (error: Error) => void } | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #lastId = 0;
  #idle: Timer | null = null;

  constructor(parts: TreeReaderParts) {
    this.#parts = parts;
  }

  /** `blobs`: the ids of the blobs whose digests the question names. Throws UNAVAILABLE. */
  async ask<Result>(query: Query, blobs: ReadonlyMap<string, number>): Promise<Reply<Result>> {
    if (this.#waiting >= MAX_WAITING) throw unavailable("too many look into images at once");
    this.#waiting += 1;
    const before = this.#turn;
    const answer = (async () => {
      await before.catch(() => undefined);
      return await this.#ask<Result>(query, blobs);
    })();
    this.#turn = answer;
    try {
      return await answer;
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#rest();
    }
  }

  async close(): Promise<void> {
    if (this.#idle !== null) clearTimeout(this.#idle);
    const child = this.#child?.process;
    child?.kill("the server stops");
    await child?.ended();
  }

  async #ask<Result>(query: Query, blobs: ReadonlyMap<string, number>): Promise<Reply<Result>> {
    if (this.#idle !== null) clearTimeout(this.#idle);
    const { process: child, ready } = (this.#child ??= this.#start());
    await ready;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const reply = await this.#exchange(child, query);
      // What it answers is checked by the schema of the endpoint that asks.
      if (reply.kind === "result") return { kind: "result", result: reply.result as Result };
      if (reply.kind === "absent" || reply.kind === "refused") return reply;
      if (reply.kind !== "need") throw unavailable("looking into the image failed");
      for (const digest of reply.digests) {
        const blobId = blobs.get(digest);
        const bytes = blobId === undefined ? null : await this.#parts.load(blobId);
        if (bytes === null) return { kind: "gone" };
        tell(child, { kind: "index", digest, bytes });
      }
    }
    return { kind: "refused", reason: "its layers have too many entries together" };
  }

  async #exchange(child: ChildProcess, query: Query): Promise<FromReader> {
    this.#lastId += 1;
    const id = this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<FromReader>();
    this.#pending = { id, resolve, reject };
    const timer = setTimeout(() => child.kill("an answer took too long"), ANSWER_MS);
    timer.unref();
    try {
      tell(child, { kind: "query", id, query });
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#pending = null;
    }
  }

  #start(): { process: ChildProcess; ready: Promise<void> } {
    const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
    const child = new ChildProcess({
      task: { kind: "read", maxEntries: this.#parts.maxEntries },
      stdin: null,
      hasOutput: false,
      wallMs: LIFE_MS,
      memoryBytes: MEMORY_BYTES,
      onMessage: (message) => {
        const reply = message as FromReader;
        if (reply.kind === "ready") resolve();
        else if (this.#pending?.id === reply.id) this.#pending.resolve(reply);
      },
    });
    const timer = setTimeout(() => child.kill("it did not start"), ANSWER_MS);
    timer.unref();
    void child.ended().then(() => {
      clearTimeout(timer);
      if (this.#child?.process === child) this.#child = null;
      const error = unavailable("looking into the image took too much");
      reject(error);
      this.#pending?.reject(error);
    });
    ready.then(
      () => clearTimeout(timer),
      () => undefined,
    );
    return { process: child, ready };
  }

  #rest(): void {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      const child = this.#child?.process;
      this.#child = null;
      child?.kill("nobody asks");
    }, this.#parts.idleMs ?? IDLE_MS);
    this.#idle.unref();
  }
}

/** One that has just ended cannot be told anything. */
function tell(child: ChildProcess, message: ToReader): void {
  try {
    child.send(message);
  } catch {
    throw unavailable("looking into the image failed");
  }
}

function unavailable(what: string): RegistryError {
  return new RegistryError("UNAVAILABLE", { message: `${what}: try again shortly`, headers: { "Retry-After": "2" } });
}
