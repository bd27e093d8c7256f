import { describe, expect, test } from "bun:test";
import { zstdCompressSync } from "node:zlib";
import type { DiffResult, Line, ListResult, Query, ShownEntry, StatResult } from "../entry.ts";
import { Reader } from "./reader.ts";
import { Tree, walk } from "./tree.ts";

type Options = { size?: number; mode?: number; link?: string; hash?: string; offset?: number };
const line = (path: string, type: Line[1], { size = 0, mode = 0o644, link, hash, offset = 0 }: Options = {}): Line => [
  path,
  type,
  size,
  mode,
  0,
  0,
  1_700_000_000,
  link ?? null,
  offset,
  hash ?? (type === "file" ? `h${size}` : null),
];
const file = (path: string, size: number, options: Options = {}) => line(path, "file", { size, ...options });
const folder = (path: string, mode = 0o755) => line(path, "directory", { mode });
const link = (path: string, to: string) => line(path, "symlink", { link: to, mode: 0o777 });
const gone = (path: string) => line(path, "whiteout");
const opaque = (path: string) => line(path, "opaque");

function merge(...layers: Line[][]): Tree {
  return new Tree(
    layers.map((lines, index) => ({ digest: `l${index}`, lines })),
    layers.map((_, index) => index),
  );
}

const pathsOf = (tree: Tree) => [...walk(tree.root, "")].map(([path]) => path).sort();

describe("layers on top of each other", () => {
  test("later ones replace, whiteouts remove, opaque directories hide", () => {
    const tree = merge(
      [folder("a"), file("a/1", 1), file("a/2", 2), folder("b"), file("b/x", 5), file("c/deep/er", 7)],
      [file("a/1", 10), gone("a/2"), opaque("b"), file("b/y", 6), gone("c"), file("d", 1)],
    );
    expect(pathsOf(tree)).toEqual(["a", "a/1", "b", "b/y", "d"]);
    expect(tree.find("a/1")).toMatchObject({ sizeBytes: 10, layerIndex: 1, isChange: true, hides: true });
    expect(tree.find("a")).toMatchObject({ layerIndex: 0, isChange: false, sizeBytes: 10, files: 1 });
    expect(tree.find("d")).toMatchObject({ layerIndex: 1, isChange: false, hides: false });
    expect(tree.root).toMatchObject({ files: 3, directories: 2, sizeBytes: 17 });
  });

  test("links that lead through each other without end are refused, and soon", () => {
    // Each file's way leads through forty links, each with a target of a thousand directories and back.
    const maze = [folder("x"), ...Array.from({ length: 40 }, (_, at) => link(`s${at}`, "x/../".repeat(800)))];
    const way = Array.from({ length: 40 }, (_, at) => `s${at}`).join("/");
    const files = Array.from({ length: 3_000 }, (_, at) => file(`${way}/${at}`, 1));
    const began = performance.now();
    expect(() => merge([...maze, ...files])).toThrow("too many directories");
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(merge([folder("usr/lib"), link("lib", "usr/lib"), file("lib/a", 1)]).find("usr/lib/a")).not.toBeNull();
  });

  test("markers are about lower layers alone, wherever they stand", () => {
    const tree = merge([file("a/old", 1)], [file("a/new", 2), opaque("a"), file("b", 3), gone("b")]);
    expect(pathsOf(tree)).toEqual(["a", "a/new", "b"]);
    expect(pathsOf(merge([gone("a"), opaque("")]))).toEqual([]);
    expect(pathsOf(merge([file("x", 1)], [opaque("")], [file("y", 1)]))).toEqual(["y"]);
  });

  test("a file in the way of a directory gives way, and the other way round", () => {
    const tree = merge([file("a", 1), file("b/c", 2)], [file("a/x", 3), file("b", 4)]);
    expect(pathsOf(tree)).toEqual(["a", "a/x", "b"]);
    expect(tree.find("a")).toMatchObject({ type: "directory", isChange: true });
    expect(tree.find("b")).toMatchObject({ type: "file", hides: true, children: null });
  });

  test("files go where a symlink of a lower layer leads, and never outside", () => {
    const tree = merge([folder("usr/lib"), link("lib", "usr/lib")], [file("lib/so", 1), file("lib/x/y", 2)]);
    expect(pathsOf(tree)).toEqual(["lib", "usr", "usr/lib", "usr/lib/so", "usr/lib/x", "usr/lib/x/y"]);
    const up = merge([folder("data"), link("out", "../../../../data")], [file("out/f", 1)]);
    expect(pathsOf(up)).toEqual(["data", "data/f", "out"]);
    for (const loop of [
      [link("a", "a")],
      [link("a", "b"), link("b", "a")],
      [link("a", "/nowhere")],
      [link("a", "a/a/a/a")],
    ]) {
      expect(merge(loop, [file("a/f", 1)]).find("a")).toMatchObject({ type: "directory", files: 1 });
    }
  });

  test("a directory that is only told of again is no change; its mode is", () => {
    const tree = merge([folder("a"), folder("b")], [folder("a"), folder("b", 0o700)]);
    expect(tree.find("a")).toMatchObject({ layerIndex: 0, isChange: false });
    expect(tree.find("b")).toMatchObject({ layerIndex: 1, isChange: true, mode: 0o700 });
  });

  test("hard links are their target's content and add no bytes; those to outside or nowhere have none", () => {
    const tree = merge(
      [file("a", 5, { offset: 512 })],
      [
        line("b", "hardlink", { link: "a" }),
        line("c", "hardlink", { link: "etc/shadow" }),
        line("d", "hardlink", { link: "d" }),
      ],
    );
    expect(tree.find("b")).toMatchObject({ sizeBytes: 5, offset: 512, hash: "h5", contentLayer: 0, layerIndex: 1 });
    expect(tree.find("c")).toMatchObject({ sizeBytes: 0, hash: null });
    expect(tree.find("d")).toMatchObject({ sizeBytes: 0, hash: null });
    expect(tree.root).toMatchObject({ sizeBytes: 5, files: 4 });
  });

  test("names of objects' own are names", () => {
    const tree = merge([file("__proto__/polluted", 1), file("constructor", 2)], [gone("__proto__")]);
    expect(pathsOf(tree)).toEqual(["constructor"]);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
});

describe("questions", () => {
  const reader = new Reader(10_000);
  const pack = (lines: Line[]) => zstdCompressSync(Buffer.from(lines.map((it) => `${JSON.stringify(it)}\n`).join("")));
  const ask = <T>(query: Query) => reader.receive({ kind: "query", id: 1, query }) as { kind: string; result: T };
  const base = [folder("bin"), file("bin/sh", 100), file("bin/ls", 50), file("etc/a", 1), file("README", 9)];
  const top = [file("bin/sh", 120), gone("etc/a"), file("opt/App", 300), opaque("srv")];
  const both = { layers: ["base", "top"], only: null };
  const listing = { kind: "list" as const, tree: both, path: "", q: "", largest: false, limit: 100, after: null };

  test("indexes are asked for, once", () => {
    expect(ask({ ...listing })).toEqual({ id: 1, kind: "need", digests: ["base", "top"] } as never);
    reader.receive({ kind: "index", digest: "base", bytes: pack(base) });
    reader.receive({ kind: "index", digest: "top", bytes: pack(top) });
    expect(ask({ ...listing }).kind).toBe("result");
  });

  test("a directory: directories first, in pages", () => {
    const { result } = ask<ListResult>(listing);
    expect(result.items.map((it) => it.path)).toEqual(["bin", "etc", "opt", "README"]);
    expect(result.totals).toEqual({ files: 4, directories: 3, bytes: 479 });
    const seen: string[] = [];
    for (let after: (string | number)[] | null = null, more = true; more;) {
      const page: ListResult = ask<ListResult>({ ...listing, limit: 1, after }).result;
      seen.push(...page.items.map((it) => it.path));
      after = page.next;
      more = after !== null;
    }
    expect(seen).toEqual(["bin", "etc", "opt", "README"]);
    for (const path of ["README", "nothing", "bin/sh/x"]) expect(ask({ ...listing, path }).kind).toBe("absent");
  });

  test("text in paths, the largest files, one layer with its marks", () => {
    const paths = ({ result }: { result: ListResult }) => result.items.map((it: ShownEntry) => `${it.type} ${it.path}`);
    expect(paths(ask({ ...listing, q: "APP" }))).toEqual(["file opt/App"]);
    expect(paths(ask({ ...listing, q: "b", path: "bin" }))).toEqual(["file bin/ls", "file bin/sh"]);
    expect(paths(ask({ ...listing, largest: true, limit: 2 }))).toEqual(["file opt/App", "file bin/sh"]);
    const only = { layers: ["base", "top"], only: 1 };
    expect(paths(ask({ ...listing, tree: only }))).toEqual([
      "directory bin",
      "directory etc",
      "directory opt",
      "directory srv",
      "opaque srv",
    ]);
    expect(paths(ask({ ...listing, tree: only, q: "etc" }))).toEqual(["directory etc", "whiteout etc/a"]);
  });

  test("one file with what each layer did to it", () => {
    const { result } = ask<StatResult>({ kind: "stat", tree: both, path: "bin/sh" });
    expect(result.entry).toMatchObject({ path: "bin/sh", layer: "top", layerIndex: 1, change: "changed", hides: true });
    expect(result.location).toEqual({ layer: "top", offset: 0, sizeBytes: 120 });
    expect(result.history.map((it) => [it.layer, it.change])).toEqual([
      ["base", "added"],
      ["top", "changed"],
    ]);
    expect(ask({ kind: "stat", tree: both, path: "etc/a" }).kind).toBe("absent");
  });

  test("differences", () => {
    const query = {
      kind: "diff" as const,
      from: { layers: ["base"], only: null },
      to: both,
      path: "",
      q: "",
      only: null,
      limit: 100,
      after: null,
    };
    const { result } = ask<DiffResult>(query);
    expect(result.items.map((it) => [it.kind, it.path, it.what])).toEqual([
      ["changed", "bin/sh", ["content", "size"]],
      ["removed", "etc/a", []],
      ["added", "opt/App", []],
    ]);
    expect(result.totals).toEqual({
      added: { files: 1, bytes: 300 },
      removed: { files: 1, bytes: 1 },
      changed: { files: 1, bytes: 20 },
      fromBytes: 160,
      toBytes: 479,
    });
    const first = ask<DiffResult>({ ...query, limit: 1 }).result;
    expect(first.next).toBe("bin/sh");
    expect(ask<DiffResult>({ ...query, after: first.next, only: "added" }).result.items.map((it) => it.path)).toEqual([
      "opt/App",
    ]);
    expect(ask<DiffResult>({ ...query, to: query.from }).result.items).toEqual([]);
  });

  test("more entries together than allowed are refused", () => {
    const small = new Reader(3);
    small.receive({ kind: "index", digest: "base", bytes: pack(base) });
    expect(
      small.receive({ kind: "query", id: 1, query: { ...listing, tree: { layers: ["base"], only: null } } }),
    ).toMatchObject({
      kind: "refused",
      reason: "its layers have 5 entries together, more than 3",
    });
  });

  test("a Chart.yaml of a stranger", () => {
    const yaml = (text: string) => ask<{ name: string } | null>({ kind: "yaml", text });
    expect(yaml("name: nginx\nversion: 1.2\nkeywords: [a, 1, {}]\nmaintainers: [{name: x}, 7]\n").result).toMatchObject(
      {
        name: "nginx",
        version: "1.2",
        keywords: ["a", "1"],
        maintainers: [{ name: "x", email: null, url: null }],
      },
    );
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 12 }, (_, i) => `${"bcdefghijklm"[i]}: &${"bcdefghijklm"[i]} [${Array(9).fill(`*${"abcdefghijkl"[i]}`).join(",")}]\n`).join("")}name: x\n`;
    expect(yaml(bomb).kind).toBe("refused");
    for (const text of ["", "[", "- a", "name: [", "name: {}", "!!js/function 'x'", "7"]) {
      expect(["absent", "refused"]).toContain(yaml(text).kind);
    }
  });
});
