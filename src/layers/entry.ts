/**
 * An entry of a layer's index, as its lines hold it, and what the server and its child processes say to each other. The
 * index of a layer is zstd of lines of JSON, one an entry, in the order of the archive: see docs/decisions/0036-layer-indexes.md.
 */

/** Changes when the lines change: an index of another one is made anew. */
export const INDEX_VERSION = 1;

export type EntryType =
  | "file"
  | "directory"
  | "symlink"
  | "hardlink"
  | "character-device"
  | "block-device"
  | "fifo"
  | "other"
  | "whiteout"
  | "opaque";

/**
 * Path (clean, below the root, empty for the root itself), type, size in bytes, permission bits, owner, group, time in
 * seconds since 1970 or null, link target, where the content begins in the uncompressed archive, hash of the content.
 * Whiteouts and opaque markers have the path that they are about.
 */
export type Line = readonly [
  path: string,
  type: EntryType,
  sizeBytes: number,
  mode: number,
  uid: number,
  gid: number,
  modifiedAt: number | null,
  linkTarget: string | null,
  offset: number,
  hash: string | null,
];

/** What limits a child that reads an archive. */
export type ArchiveLimits = {
  maxEntries: number;
  /** Of the whole archive, uncompressed. */
  maxUncompressedBytes: number;
  /** Of its resident memory. */
  memoryBytes: number;
  cpuSeconds: number;
};

/** From a child that makes an index. `isFinal`: trying again would say the same. */
export type IndexMessage =
  | { kind: "progress"; readBytes: number }
  | { kind: "done"; entries: number; uncompressedBytes: number; readBytes: number }
  | { kind: "unsupported"; reason: string }
  | { kind: "failed"; reason: string; isFinal: boolean };

/** A piece of an uncompressed archive. */
export type Span = { offset: number; sizeBytes: number };

/** What a file's content is: a span of the archive of a layer. */
export type Location = Span & { layer: string };

export type ShownEntry = {
  path: string;
  name: string;
  type: EntryType;
  sizeBytes: number;
  files: number | null;
  mode: number;
  uid: number;
  gid: number;
  modifiedAt: string | null;
  linkTarget: string | null;
  hash: string | null;
  layer: string;
  layerIndex: number;
  change: "added" | "changed";
  hides: boolean;
};

export type Totals = { files: number; directories: number; bytes: number };

/** Digests of the layers, lowest first, and the only one that is asked for, or null for all of them merged. */
export type TreeKey = { layers: readonly string[]; only: number | null };

export type ListQuery = {
  kind: "list";
  tree: TreeKey;
  path: string;
  q: string;
  largest: boolean;
  limit: number;
  after: readonly (string | number)[] | null;
};
export type ListResult = { items: ShownEntry[]; next: (string | number)[] | null; totals: Totals };

export type StatQuery = { kind: "stat"; tree: TreeKey; path: string };
export type StatResult = {
  entry: ShownEntry;
  location: Location | null;
  history: {
    layer: string;
    layerIndex: number;
    change: "added" | "changed" | "removed";
    type: EntryType;
    sizeBytes: number;
    hash: string | null;
  }[];
};

export type DiffKind = "added" | "removed" | "changed";
export type DiffWhat = "content" | "size" | "type" | "mode" | "owner" | "link";
export type DiffSide = Pick<
  ShownEntry,
  "type" | "sizeBytes" | "mode" | "uid" | "gid" | "modifiedAt" | "linkTarget" | "hash" | "layer"
>;
export type DiffItem = { path: string; kind: DiffKind; what: DiffWhat[]; from: DiffSide | null; to: DiffSide | null };
export type Sum = { files: number; bytes: number };
export type DiffTotals = { added: Sum; removed: Sum; changed: Sum; fromBytes: number; toBytes: number };
export type DiffQuery = {
  kind: "diff";
  from: TreeKey;
  to: TreeKey;
  path: string;
  q: string;
  only: DiffKind | null;
  limit: number;
  after: string | null;
};
export type DiffResult = { items: DiffItem[]; next: string | null; totals: DiffTotals };

export type ChartQuery = { kind: "chart"; tree: TreeKey };
export type ChartResult = {
  directory: string | null;
  files: { path: string; sizeBytes: number; isTemplate: boolean }[];
  /** Those that are shown, by name, such as `values.yaml`. */
  locations: Record<string, Location>;
};

/** Reads a Chart.yaml: text of a stranger, so not in the server. */
export type YamlQuery = { kind: "yaml"; text: string };

export type Query = ListQuery | StatQuery | DiffQuery | ChartQuery | YamlQuery;

/** To the child that answers questions: the index of a layer, or a question. */
export type ToReader =
  | { kind: "index"; digest: string; bytes: Uint8Array }
  | { kind: "query"; id: number; query: Query };

/** `ready`: it listens; what is said before is lost. `need`: indexes that it does not have; the question is to be put again behind them. */
export type FromReader =
  | { id: 0; kind: "ready" }
  | { id: number; kind: "need"; digests: string[] }
  | { id: number; kind: "result"; result: unknown }
  | { id: number; kind: "absent" }
  | { id: number; kind: "refused"; reason: string };
