/** What the tree map draws: the largest by themselves, the rest as one box. */
export type TreeRepository = { repository: string; uniqueBytes: number; sharedBytes: number };
export type TreeNamespace = {
  namespace: string;
  uniqueBytes: number;
  sharedBytes: number;
  repositoryCount: number;
  repositories: readonly TreeRepository[];
};

/** `repository`: null for what is left of a namespace, or of all. */
export type Leaf = { label: string; repository: string | null; bytes: number; ownBytes: number };
export type Branch = { label: string; namespace: string | null; bytes: number; leaves: Leaf[] };

const BRANCHES = 12;
const LEAVES = 24;

/** Largest first; without what has no bytes. */
export function branchesOf(namespaces: readonly TreeNamespace[]): Branch[] {
  const sorted = namespaces.filter((it) => sizeOf(it) > 0).toSorted((one, other) => sizeOf(other) - sizeOf(one));
  const branches = sorted.slice(0, BRANCHES).map(branchOf);
  const rest = sorted.slice(BRANCHES);
  if (rest.length === 0) return branches;
  const [bytes, ownBytes] = [sumOf(rest, sizeOf), sumOf(rest, (it) => it.uniqueBytes)];
  const label = `${rest.length} more namespaces`;
  return [
    ...branches,
    { label, namespace: null, bytes, leaves: [{ label, repository: null, bytes, ownBytes }] },
  ].toSorted((one, other) => other.bytes - one.bytes);
}

function branchOf({ namespace, uniqueBytes, repositoryCount, repositories, ...rest }: TreeNamespace): Branch {
  const sorted = repositories
    .filter((it) => sizeOf(it) > 0)
    .toSorted((one, other) => sizeOf(other) - sizeOf(one))
    .slice(0, LEAVES);
  const leaves: Leaf[] = sorted.map((it) => ({
    label: it.repository.slice(namespace.length + 1),
    repository: it.repository,
    bytes: sizeOf(it),
    ownBytes: it.uniqueBytes,
  }));
  const bytes = uniqueBytes + rest.sharedBytes;
  const left = bytes - sumOf(sorted, sizeOf);
  const leftCount = repositoryCount - leaves.length;
  if (left > 0 && leftCount > 0) {
    leaves.push({ label: `${leftCount} more`, repository: null, bytes: left, ownBytes: 0 });
  }
  return { label: namespace, namespace, bytes, leaves: leaves.toSorted((one, other) => other.bytes - one.bytes) };
}

function sizeOf({ uniqueBytes, sharedBytes }: { uniqueBytes: number; sharedBytes: number }): number {
  return uniqueBytes + sharedBytes;
}

function sumOf<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, it) => sum + of(it), 0);
}
