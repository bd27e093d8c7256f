/** What the tree map draws: the largest by themselves, the rest as one box. */
export type TreeRepository = { repository: string; uniqueBytes: number; sharedBytes: number };
export type TreeNamespace = {
  namespace: string;
  uniqueBytes: number;
  sharedBytes: number;
  repositoryCount: number;
  repositories: readonly TreeRepository[];
};

/** `repository`: null for what is left of a namespace, or of all. `isBinned`: it lies in the recycle bin, all of it. */
export type Leaf = { label: string; repository: string | null; bytes: number; ownBytes: number; isBinned: boolean };
export type Branch = { label: string; namespace: string | null; bytes: number; leaves: Leaf[] };

const BRANCHES = 12;
const LEAVES = 24;

/** Largest first; without what has no bytes. `binned`: names of repositories in the recycle bin. */
export function branchesOf(namespaces: readonly TreeNamespace[], binned: ReadonlySet<string>): Branch[] {
  const sorted = namespaces.filter((it) => sizeOf(it) > 0).toSorted((one, other) => sizeOf(other) - sizeOf(one));
  const branches = sorted.slice(0, BRANCHES).map((it) => branchOf(it, binned));
  const rest = sorted.slice(BRANCHES);
  if (rest.length === 0) return branches;
  const [bytes, ownBytes] = [sumOf(rest, sizeOf), sumOf(rest, (it) => it.uniqueBytes)];
  const label = `${rest.length} more namespaces`;
  return [
    ...branches,
    { label, namespace: null, bytes, leaves: [{ label, repository: null, bytes, ownBytes, isBinned: false }] },
  ].toSorted((one, other) => other.bytes - one.bytes);
}

function branchOf(
  { namespace, uniqueBytes, repositoryCount, repositories, ...rest }: TreeNamespace,
  binned: ReadonlySet<string>,
): Branch {
  const sorted = repositories
    .filter((it) => sizeOf(it) > 0)
    .toSorted((one, other) => sizeOf(other) - sizeOf(one))
    .slice(0, LEAVES);
  const leaves: Leaf[] = sorted.map((it) => ({
    label: it.repository.slice(namespace.length + 1),
    repository: it.repository,
    bytes: sizeOf(it),
    ownBytes: it.uniqueBytes,
    isBinned: binned.has(it.repository),
  }));
  const bytes = uniqueBytes + rest.sharedBytes;
  const left = bytes - sumOf(sorted, sizeOf);
  const leftCount = repositoryCount - leaves.length;
  if (left > 0 && leftCount > 0) {
    leaves.push({ label: `${leftCount} more`, repository: null, bytes: left, ownBytes: 0, isBinned: false });
  }
  return { label: namespace, namespace, bytes, leaves: leaves.toSorted((one, other) => other.bytes - one.bytes) };
}

function sizeOf({ uniqueBytes, sharedBytes }: { uniqueBytes: number; sharedBytes: number }): number {
  return uniqueBytes + sharedBytes;
}

function sumOf<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, it) => sum + of(it), 0);
}
