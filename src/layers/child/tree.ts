/**
 * Layers put on top of each other, as a runtime does it: later entries take the place of earlier ones, whiteouts take
 * away what lower layers have, opaque markers all that a directory has there. What stands in the way of a directory gives
 * way, but for a symlink that leads to one within the image: then that is where its files go.
 */
import type { EntryType, Line, Location, ShownEntry, Totals } from "../entry.ts";

export type LayerLines = { digest: string; lines: readonly Line[] };

export type Node = {
  name: string;
  type: EntryType;
  sizeBytes: number;
  mode: number;
  uid: number;
  gid: number;
  modifiedAt: number | null;
  linkTarget: string | null;
  offset: number;
  hash: string | null;
  /** Which layer its content lies in, where it has any. */
  contentLayer: number;
  layerIndex: number;
  isChange: boolean;
  hides: boolean;
  parent: Node | null;
  children: Map<string, Node> | null;
  /** Of a directory: all below it. */
  files: number;
  directories: number;
};

const MAX_LINKS = 40;
/** Directories that links lead through, all of an image's together; each file below `lib` takes two. */
const MAX_STEPS = 10_000_000;

export class Tree {
  readonly layers: readonly string[];
  readonly root: Node = directory("", 0, null);
  #steps = 0;

  /**
   * `indexes`: the place of each layer. `hasMarks`: directories are made for what a layer only takes away, to show it there. Throws
   * when its links lead through more than an image that somebody runs.
   */
  constructor(layers: readonly LayerLines[], indexes: readonly number[], hasMarks = false) {
    const digests: string[] = [];
    for (const [at, layer] of layers.entries()) {
      const index = indexes[at] ?? at;
      digests[index] = layer.digest;
      this.#apply(layer.lines, index);
      if (hasMarks) this.#makeRoomForMarks(layer.lines, index);
    }
    this.layers = digests;
    count(this.root);
  }

  /** Null when there is nothing at the path. */
  find(path: string): Node | null {
    let node: Node | null = this.root;
    for (const part of partsOf(path)) node = node?.children?.get(part) ?? null;
    return node;
  }

  #apply(lines: readonly Line[], index: number): void {
    // Markers are about lower layers alone, wherever in the archive they stand.
    for (const [path, type] of lines) {
      if (type === "opaque") {
        const node = this.find(path);
        if (node?.children) node.children = new Map();
      } else if (type === "whiteout") {
        const parts = partsOf(path);
        const name = parts.pop();
        if (name !== undefined) this.find(parts.join("/"))?.children?.delete(name);
      }
    }
    for (const line of lines) {
      if (line[1] !== "whiteout" && line[1] !== "opaque") this.#add(line, index);
    }
  }

  #makeRoomForMarks(lines: readonly Line[], index: number): void {
    for (const [path, type] of lines) {
      if (type === "opaque") this.#makeParent(partsOf(path), index);
      if (type === "whiteout") this.#makeParent(partsOf(path).slice(0, -1), index);
    }
  }

  #add([path, type, sizeBytes, mode, uid, gid, modifiedAt, linkTarget, offset, hash]: Line, index: number): void {
    const parts = partsOf(path);
    const name = parts.pop();
    const described = { mode, uid, gid, modifiedAt };
    if (name === undefined) {
      if (type === "directory") this.#describe(this.root, described, index);
      return;
    }
    const parent = this.#makeParent(parts, index);
    const before = parent.children?.get(name);
    if (type === "directory" && before?.type === "directory") return this.#describe(before, described, index);
    const isOfLower = before !== undefined && before.layerIndex !== index;
    const node: Node = {
      name,
      type,
      sizeBytes,
      ...described,
      linkTarget,
      offset,
      hash,
      contentLayer: index,
      layerIndex: index,
      isChange: before !== undefined && (isOfLower || before.isChange),
      hides: before !== undefined && (isOfLower || before.hides),
      parent,
      children: type === "directory" ? new Map() : null,
      files: 0,
      directories: 0,
    };
    if (type === "hardlink" && linkTarget !== null) this.#link(node, linkTarget);
    parent.children?.set(name, node);
  }

  /** A hard link is its target's content under another name; it adds no bytes. */
  #link(node: Node, target: string): void {
    const found = this.find(target);
    if (found === null || (found.type !== "file" && found.type !== "hardlink")) return;
    const { sizeBytes, offset, hash, contentLayer } = found;
    Object.assign(node, { sizeBytes, offset, hash, contentLayer });
  }

  /** Archives say of the same directories again and again what everybody knows: only what differs is a change. */
  #describe(node: Node, described: Pick<Node, "mode" | "uid" | "gid" | "modifiedAt">, index: number): void {
    const { mode, uid, gid } = described;
    if (node.mode !== mode || node.uid !== uid || node.gid !== gid) {
      node.isChange = node.layerIndex !== index || node.isChange;
      node.layerIndex = index;
    }
    Object.assign(node, described);
  }

  #makeParent(parts: readonly string[], index: number): Node {
    let at = this.root;
    let links = 0;
    const rest = [...parts].reverse();
    for (let part = rest.pop(); part !== undefined; part = rest.pop()) {
      const next = at.children?.get(part);
      if (next?.children) {
        at = next;
        continue;
      }
      const led = next?.type === "symlink" && links < MAX_LINKS ? this.#follow(at, next.linkTarget ?? "") : null;
      if (led !== null) {
        links += 1;
        at = led;
        continue;
      }
      const made = directory(part, index, at);
      made.isChange = next !== undefined && next.layerIndex !== index;
      made.hides = made.isChange;
      at.children?.set(part, made);
      at = made;
    }
    return at;
  }

  /** The directory that a symlink in `parent` leads to; null when there is none. */
  #follow(parent: Node, target: string, hops = { left: MAX_LINKS }): Node | null {
    if (hops.left <= 0) return null;
    hops.left -= 1;
    let at = target.startsWith("/") ? this.root : parent;
    for (const part of target.split("/")) {
      this.#steps += 1;
      if (this.#steps > MAX_STEPS) throw new Error("its links lead through too many directories");
      if (part === "" || part === ".") continue;
      if (part === "..") {
        at = at.parent ?? this.root;
        continue;
      }
      const next = at.children?.get(part);
      const led = next?.type === "symlink" ? this.#follow(at, next.linkTarget ?? "", hops) : next;
      if (!led?.children) return null;
      at = led;
    }
    return at;
  }
}

export function partsOf(path: string): string[] {
  return path === "" ? [] : path.split("/");
}

export function totalsOf(node: Node): Totals {
  return { files: node.files, directories: node.directories, bytes: node.sizeBytes };
}

export function locationOf(node: Node, tree: Tree): Location | null {
  const layer = tree.layers[node.contentLayer];
  const isFile = node.type === "file" || (node.type === "hardlink" && node.hash !== null);
  return isFile && layer !== undefined ? { layer, offset: node.offset, sizeBytes: node.sizeBytes } : null;
}

export function shownOf(node: Node, path: string, tree: Tree): ShownEntry {
  return {
    path,
    name: node.name,
    type: node.type,
    sizeBytes: node.sizeBytes,
    files: node.type === "directory" ? node.files : null,
    mode: node.mode,
    uid: node.uid,
    gid: node.gid,
    modifiedAt: formatTime(node.modifiedAt),
    linkTarget: node.linkTarget,
    hash: node.hash,
    layer: tree.layers[node.layerIndex] ?? "",
    layerIndex: node.layerIndex,
    change: node.isChange ? "changed" : "added",
    hides: node.hides,
  };
}

/** Every node below `node` with its path, depth first, in no order. */
export function* walk(node: Node, path: string): Generator<[path: string, node: Node]> {
  for (const child of node.children?.values() ?? []) {
    const at = path === "" ? child.name : `${path}/${child.name}`;
    yield [at, child];
    if (child.children) yield* walk(child, at);
  }
}

export function formatTime(seconds: number | null): string | null {
  if (seconds === null) return null;
  const at = new Date(seconds * 1_000);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

function directory(name: string, layerIndex: number, parent: Node | null): Node {
  return {
    name,
    type: "directory",
    sizeBytes: 0,
    mode: 0o755,
    uid: 0,
    gid: 0,
    modifiedAt: null,
    linkTarget: null,
    offset: 0,
    hash: null,
    contentLayer: layerIndex,
    layerIndex,
    isChange: false,
    hides: false,
    parent,
    children: new Map(),
    files: 0,
    directories: 0,
  };
}

function count(node: Node): void {
  node.sizeBytes = 0;
  for (const child of node.children?.values() ?? []) {
    if (child.children) {
      count(child);
      node.sizeBytes += child.sizeBytes;
      node.files += child.files;
      node.directories += child.directories + 1;
    } else {
      node.files += 1;
      if (child.type === "file" || child.type === "other") node.sizeBytes += child.sizeBytes;
    }
  }
}
