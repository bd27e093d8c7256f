/**
 * The worker thread that hashes uploads, so that requests never wait for a hash.
 *
 * It holds the running hashes, because their state cannot be moved between threads. Messages are worked off in order;
 * each but `share` and `drop` is answered once, in the same order. An error here ends the worker: what it held is lost.
 */
import { parentPort } from "node:worker_threads";

import type { HashAnswer, HashRequest } from "./hasher.ts";

const hashes = new Map<number, Bun.CryptoHasher>();
let region: SharedArrayBuffer | null = null;

function find(id: number): Bun.CryptoHasher {
  const hash = hashes.get(id);
  if (hash === undefined) throw new Error(`no running hash ${id}`);
  return hash;
}

function takeBytes(id: number, bytes: Uint8Array): HashAnswer {
  find(id).update(bytes);
  return "";
}

function takeSlot(id: number, at: number, sizeBytes: number): HashAnswer {
  if (region === null) throw new Error("no region was shared");
  return takeBytes(id, new Uint8Array(region, at, sizeBytes));
}

function finish(id: number): HashAnswer {
  const hex = find(id).digest("hex");
  hashes.delete(id);
  return hex;
}

function work(request: HashRequest): HashAnswer | null {
  if (request.kind === "slot") return takeSlot(request.id, request.at, request.sizeBytes);
  if (request.kind === "bytes") return takeBytes(request.id, request.bytes);
  if (request.kind === "digest") return finish(request.id);
  if (request.kind === "start") hashes.set(request.id, new Bun.CryptoHasher(request.algorithm));
  else if (request.kind === "drop") hashes.delete(request.id);
  else region = request.region;
  return null;
}

parentPort?.on("message", (request: HashRequest) => {
  const answer = work(request);
  if (answer !== null) parentPort?.postMessage(answer, []);
});
