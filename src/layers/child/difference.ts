/** What two trees have that the other one has not, or has otherwise. Directories count only where nothing else would say it. */
import type { DiffItem, DiffKind, DiffSide, DiffTotals, DiffWhat } from "../entry.ts";
import { formatTime, type Node, type Tree } from "./tree.ts";

export type Found = { path: string; kind: DiffKind; what: DiffWhat[]; from: Node | null; to: Node | null };

/** By path, all of it. */
export function compareTrees(from: Tree, to: Tree): { found: Found[]; totals: DiffTotals } {
  const found: Found[] = [];
  walkBoth(from.root, to.root, "", found);
  found.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const sum = () => ({ files: 0, bytes: 0 });
  const totals: DiffTotals = {
    added: sum(),
    removed: sum(),
    changed: sum(),
    fromBytes: from.root.sizeBytes,
    toBytes: to.root.sizeBytes,
  };
  for (const { kind, from: before, to: after } of found) {
    if ((after ?? before)?.type === "directory") continue;
    totals[kind].files += 1;
    const grown = bytesOf(after) - bytesOf(before);
    totals[kind].bytes += kind === "changed" ? Math.max(0, grown) : Math.abs(grown);
  }
  return { found, totals };
}

export function itemOf({ path, kind, what, from, to }: Found, trees: { from: Tree; to: Tree }): DiffItem {
  return { path, kind, what, from: sideOf(from, trees.from), to: sideOf(to, trees.to) };
}

function walkBoth(from: Node | null, to: Node | null, path: string, found: Found[]): void {
  for (const [name, before] of from?.children ?? []) {
    const at = path === "" ? name : `${path}/${name}`;
    const after = to?.children?.get(name) ?? null;
    if (after === null) addAlone("removed", before, at, found);
    else {
      const what = differences(before, after);
      if (what.length > 0) found.push({ path: at, kind: "changed", what, from: before, to: after });
      if (before.children || after.children) walkBoth(before, after, at, found);
    }
  }
  for (const [name, after] of to?.children ?? []) {
    if (from?.children?.has(name)) continue;
    addAlone("added", after, path === "" ? name : `${path}/${name}`, found);
  }
}

function addAlone(kind: "added" | "removed", node: Node, path: string, found: Found[]): void {
  const push = (at: string, it: Node) =>
    found.push({ path: at, kind, what: [], from: kind === "removed" ? it : null, to: kind === "added" ? it : null });
  if (node.children === null || node.files === 0) push(path, node);
  for (const [name, child] of node.children ?? []) addAlone(kind, child, `${path}/${name}`, found);
}

function differences(a: Node, b: Node): DiffWhat[] {
  const what: DiffWhat[] = [];
  const [typeOfA, typeOfB] = [kindOf(a), kindOf(b)];
  if (typeOfA !== typeOfB) what.push("type");
  else if (typeOfA === "file" || typeOfA === "other") {
    // What has no hash is the same only where it comes from the same bytes.
    if (a.hash !== b.hash) what.push("content");
    if (a.sizeBytes !== b.sizeBytes) what.push("size");
  } else if (typeOfA === "symlink" && a.linkTarget !== b.linkTarget) what.push("link");
  if (a.mode !== b.mode) what.push("mode");
  if (a.uid !== b.uid || a.gid !== b.gid) what.push("owner");
  return what;
}

/** A hard link is a file under another name. */
function kindOf({ type, hash }: Node): string {
  return type === "hardlink" && hash !== null ? "file" : type;
}

function bytesOf(node: Node | null): number {
  return node !== null && (node.type === "file" || node.type === "other") ? node.sizeBytes : 0;
}

function sideOf(node: Node | null, tree: Tree): DiffSide | null {
  if (node === null) return null;
  const { type, sizeBytes, mode, uid, gid, modifiedAt, linkTarget, hash, layerIndex } = node;
  const layer = tree.layers[layerIndex] ?? "";
  return { type, sizeBytes, mode, uid, gid, modifiedAt: formatTime(modifiedAt), linkTarget, hash, layer };
}
