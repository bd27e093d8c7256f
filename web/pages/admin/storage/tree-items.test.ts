import { expect, test } from "bun:test";
import { branchesOf, type TreeNamespace } from "./tree-items.ts";

const NONE: ReadonlySet<string> = new Set();

const namespaceOf = (namespace: string, sizes: readonly number[], more = 0): TreeNamespace => ({
  namespace,
  uniqueBytes: sizes.reduce((sum, it) => sum + it, 0) + more,
  sharedBytes: 0,
  repositoryCount: sizes.length + (more > 0 ? 1 : 0),
  repositories: sizes.map((size, index) => ({
    repository: `${namespace}/r${index}`,
    uniqueBytes: size,
    sharedBytes: 0,
  })),
});

test("largest first, empty ones left out, the rest as one", () => {
  expect(branchesOf([], NONE)).toEqual([]);
  const [first, second, ...others] = branchesOf(
    [namespaceOf("small", [1]), namespaceOf("large", [3, 9], 4), namespaceOf("none", [0])],
    new Set(["large/r0"]),
  );
  expect(others).toEqual([]);
  expect(first?.leaves.map((it) => [it.label, it.repository, it.bytes, it.isBinned])).toEqual([
    ["r1", "large/r1", 9, false],
    ["1 more", null, 4, false],
    ["r0", "large/r0", 3, true],
  ]);
  expect(second?.label).toBe("small");
});

test("many are put together", () => {
  const many = branchesOf(
    Array.from({ length: 30 }, (_, index) => namespaceOf(`n${index}`, [100 + index])),
    NONE,
  );
  expect(many).toHaveLength(13);
  expect(many[0]?.label).toBe("18 more namespaces");
  const sizes = Array.from({ length: 50 }, () => 2);
  const [wide] = branchesOf([namespaceOf("wide", sizes)], NONE);
  expect(wide?.leaves).toHaveLength(25);
  expect(wide?.leaves[0]).toEqual({ label: "26 more", repository: null, bytes: 52, ownBytes: 0, isBinned: false });
});
