/** What is asked about one tree: a directory, text in paths, the largest files, one entry. */
import type { ListQuery, ListResult, ShownEntry, StatResult } from "../entry.ts";
import type { LayerLines, Node, Tree } from "./tree.ts";
import { locationOf, partsOf, shownOf, totalsOf, walk } from "./tree.ts";

/** Null when the path is no directory. `marks`: of a single layer, what it takes away. */
export function list(tree: Tree, query: ListQuery, marks: readonly ShownEntry[]): ListResult | null {
  const directory = tree.find(query.path);
  if (directory?.children == null) return null;
  const totals = totalsOf(directory);
  if (query.largest || query.q !== "") return { ...search(tree, directory, query, marks), totals };
  const here = marks.filter((it) => it.path !== "" && parentOf(it.path) === query.path);
  const all: ShownEntry[] = [
    ...here,
    ...[...directory.children.values()].map((it) => shownOf(it, joined(query.path, it.name), tree)),
  ];
  return { ...page(all, query, (it) => [it.type === "directory" ? 0 : 1, it.name, it.type]), totals };
}

function search(
  tree: Tree,
  directory: Node,
  query: ListQuery,
  marks: readonly ShownEntry[],
): Omit<ListResult, "totals"> {
  const text = query.q.toLowerCase();
  const found: [string, Node][] = [];
  for (const [path, node] of walk(directory, query.path)) {
    if (query.largest && node.type !== "file") continue;
    if (text === "" || path.toLowerCase().includes(text)) found.push([path, node]);
  }
  // Only what the page shows is made into an answer: there may be hundreds of thousands.
  const keyed = found.map(([path, node]) => ({ path, node, type: node.type, sizeBytes: node.sizeBytes }));
  const key = (it: { path: string; sizeBytes: number; type: string }): (string | number)[] =>
    query.largest ? [-it.sizeBytes, it.path, it.type] : [it.path, it.type];
  const marked = query.largest
    ? []
    : marks
        .filter((it) => it.path.toLowerCase().includes(text) && isBelow(it.path, query.path))
        .map((shown) => ({ path: shown.path, node: shown, type: shown.type, sizeBytes: 0 }));
  const { items, next } = page([...keyed, ...marked], query, key);
  return { items: items.map((it) => ("layer" in it.node ? it.node : shownOf(it.node, it.path, tree))), next };
}

function page<T>(
  all: T[],
  { after, limit }: ListQuery,
  key: (item: T) => (string | number)[],
): { items: T[]; next: (string | number)[] | null } {
  const behind = after === null ? all : all.filter((it) => compare(key(it), after) > 0);
  behind.sort((a, b) => compare(key(a), key(b)));
  const items = behind.slice(0, limit);
  const last = items.at(-1);
  return { items, next: last !== undefined && behind.length > limit ? key(last) : null };
}

/** What is at the path in the tree, where its bytes are, and what each layer does there. Null when there is nothing. */
export function stat(tree: Tree, path: string, layers: readonly LayerLines[]): StatResult | null {
  const node = tree.find(path);
  if (node === null || path === "") return null;
  const history: StatResult["history"] = [];
  let isThere = false;
  for (const [layerIndex, { digest, lines }] of layers.entries()) {
    const removes = lines.some(
      ([at, type]) => (type === "whiteout" && isAt(path, at)) || (type === "opaque" && isBelow(path, at)),
    );
    const line = lines.findLast(([at, type]) => at === path && type !== "whiteout" && type !== "opaque");
    if (line) {
      const [, type, sizeBytes, , , , , , , hash] = line;
      const change = isThere ? "changed" : "added";
      history.push({ layer: digest, layerIndex, change, type, sizeBytes, hash });
      isThere = true;
    } else if (removes && isThere) {
      history.push({ layer: digest, layerIndex, change: "removed", type: "whiteout", sizeBytes: 0, hash: null });
      isThere = false;
    }
  }
  return { entry: shownOf(node, path, tree), location: locationOf(node, tree), history };
}

export function isBelow(path: string, directory: string): boolean {
  return directory === "" ? path !== "" : path.startsWith(`${directory}/`);
}

function isAt(path: string, other: string): boolean {
  return path === other || isBelow(path, other);
}

export function parentOf(path: string): string {
  return partsOf(path).slice(0, -1).join("/");
}

export function joined(directory: string, name: string): string {
  return directory === "" ? name : `${directory}/${name}`;
}

/** Lists of as many texts and numbers, each of the same kind at the same place. */
export function compare(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined || left === right) continue;
    return left < right ? -1 : 1;
  }
  return 0;
}
