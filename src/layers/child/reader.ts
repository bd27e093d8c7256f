/**
 * The child that answers questions about indexes: it keeps those that it was given, and trees made of them, while they
 * are used. Merging some ten thousand files takes longer than anything may hold up the server, and memory that it gives back
 * only by ending.
 */
import { zstdDecompressSync } from "node:zlib";
import type {
  DiffQuery,
  DiffResult,
  DiffTotals,
  FromReader,
  Line,
  Query,
  ShownEntry,
  ToReader,
  TreeKey,
} from "../entry.ts";
import { chartOf, readChart } from "./chart.ts";
import { compareTrees, itemOf, type Found } from "./difference.ts";
import { isBelow, list, stat } from "./listing.ts";
import { formatTime, Tree, type LayerLines } from "./tree.ts";

const MAX_TREES = 4;
/** Of one index, uncompressed: it was made under limits, which this repeats. */
const MAX_INDEX_BYTES = 512 * 1024 * 1024;

class NeedError extends Error {
  readonly digests: string[];
  constructor(digests: string[]) {
    super("indexes are needed");
    this.digests = digests;
  }
}

class RefusedError extends Error {}

export class Reader {
  readonly #maxEntries: number;
  readonly #lines = new Map<string, readonly Line[]>();
  readonly #trees = new Map<string, Tree>();
  #entries = 0;
  #difference: { key: string; found: Found[]; totals: DiffTotals } | null = null;

  /** `maxEntries`: of all layers of one tree together. */
  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  receive(message: ToReader): FromReader | null {
    if (message.kind === "index") {
      this.#load(message.digest, message.bytes);
      return null;
    }
    const { id, query } = message;
    try {
      const result = this.#answer(query);
      return result === null ? { id, kind: "absent" } : { id, kind: "result", result };
    } catch (error) {
      if (error instanceof NeedError) return { id, kind: "need", digests: error.digests };
      const reason = error instanceof Error ? error.message.slice(0, 300) : "it failed";
      return { id, kind: "refused", reason };
    }
  }

  #answer(query: Query): object | null {
    if (query.kind === "yaml") return readChart(query.text);
    if (query.kind === "diff") return this.#diff(query);
    const [tree, layers] = this.#tree(query.tree);
    if (query.kind === "list") return list(tree, query, marksOf(query.tree, layers));
    if (query.kind === "stat") return stat(tree, query.path, layers);
    return chartOf(tree);
  }

  #diff(query: DiffQuery): DiffResult {
    const needed = this.#missing([...query.from.layers, ...query.to.layers]);
    if (needed.length > 0) throw new NeedError(needed);
    const trees = { from: this.#tree(query.from)[0], to: this.#tree(query.to)[0] };
    const { found, totals } = this.#compare(query, trees);
    const text = query.q.toLowerCase();
    const chosen = found.filter(
      ({ path, kind }) =>
        (query.only === null || kind === query.only) &&
        (path === query.path || isBelow(path, query.path)) &&
        (text === "" || path.toLowerCase().includes(text)) &&
        (query.after === null || path > query.after),
    );
    const items = chosen.slice(0, query.limit);
    const next = chosen.length > query.limit ? (items.at(-1)?.path ?? null) : null;
    return { items: items.map((it) => itemOf(it, trees)), next, totals };
  }

  #compare(query: { from: TreeKey; to: TreeKey }, trees: { from: Tree; to: Tree }) {
    const key = JSON.stringify([query.from, query.to]);
    if (this.#difference?.key !== key) this.#difference = { key, ...compareTrees(trees.from, trees.to) };
    return this.#difference;
  }

  #missing(digests: readonly string[]): string[] {
    return [...new Set(digests)].filter((it) => !this.#lines.has(it));
  }

  #tree(key: TreeKey): [Tree, LayerLines[]] {
    const wanted = key.only === null ? key.layers : key.layers.slice(key.only, key.only + 1);
    const missing = this.#missing(wanted);
    if (missing.length > 0) throw new NeedError(missing);
    const layers = wanted.map((digest) => {
      const lines = this.#lines.get(digest) ?? [];
      // The one used last is the last to go.
      this.#lines.delete(digest);
      this.#lines.set(digest, lines);
      return { digest, lines };
    });
    const total = layers.reduce((sum, it) => sum + it.lines.length, 0);
    if (total > this.#maxEntries) {
      throw new RefusedError(`its layers have ${total} entries together, more than ${this.#maxEntries}`);
    }
    const name = JSON.stringify([wanted, key.only]);
    let tree = this.#trees.get(name);
    this.#trees.delete(name);
    tree ??= new Tree(layers, key.only === null ? wanted.map((_, index) => index) : [key.only], key.only !== null);
    this.#trees.set(name, tree);
    for (const oldest of this.#trees.keys()) {
      if (this.#trees.size <= MAX_TREES) break;
      this.#trees.delete(oldest);
    }
    return [tree, layers];
  }

  #load(digest: string, bytes: Uint8Array): void {
    if (this.#lines.has(digest)) return;
    const text = zstdDecompressSync(bytes, { maxOutputLength: MAX_INDEX_BYTES }).toString();
    const lines: Line[] = [];
    for (let at = 0, end = 0; at < text.length; at = end + 1) {
      end = text.indexOf("\n", at);
      if (end < 0) break;
      // Written by the child that makes indexes, in this form.
      lines.push(JSON.parse(text.slice(at, end)) as Line);
    }
    this.#lines.set(digest, lines);
    this.#entries += lines.length;
    for (const [oldest, { length }] of this.#lines) {
      // Twice as many as one tree may have: two are compared.
      if (this.#entries <= this.#maxEntries * 2 || oldest === digest) break;
      this.#lines.delete(oldest);
      this.#entries -= length;
    }
  }
}

/** What a single layer takes away, as entries. In the merged image it is just not there. */
function marksOf(key: TreeKey, layers: readonly LayerLines[]): ShownEntry[] {
  const layerIndex = key.only;
  const layer = layers[0];
  if (layerIndex === null || layer === undefined) return [];
  return layer.lines.flatMap(([path, type, , mode, uid, gid, modifiedAt]) => {
    if (type !== "whiteout" && type !== "opaque") return [];
    return {
      path,
      name: path.slice(path.lastIndexOf("/") + 1),
      type,
      sizeBytes: 0,
      files: null,
      mode,
      uid,
      gid,
      modifiedAt: formatTime(modifiedAt),
      linkTarget: null,
      hash: null,
      layer: layer.digest,
      layerIndex,
      change: "added" as const,
      hides: true,
    };
  });
}
