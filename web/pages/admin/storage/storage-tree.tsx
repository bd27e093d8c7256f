/** Sizes of namespaces and repositories: as a tree map, or as a table. */
import { Link } from "@tanstack/react-router";
import { Package } from "lucide-react";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { client } from "../../../data/client.ts";
import { usePages, useRead } from "../../../data/query.ts";
import { Badge } from "../../../ui/badge.tsx";
import { Button } from "../../../ui/button.tsx";
import { formatBytes, formatCount } from "../../../ui/format.ts";
import { Empty, Failed, Loading, More } from "../../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../../ui/table.tsx";
import { toNamespace } from "../../namespace/address.ts";
import { toRepository } from "../../repository/address.ts";
import { branchesOf, type TreeNamespace } from "./tree-items.ts";

const TreeMap = lazy(async () => ({ default: (await import("./tree-map.tsx")).TreeMap }));

/** `countedAt`: when it changes there are new sizes to read. */
export function StorageTree({ countedAt }: { countedAt: string | null }) {
  const [isTable, setTable] = useState(false);
  const tree = usePages(client.storage.tree, { query: { limit: 100 } });
  const { refetch, data } = tree;
  const known = useRef(countedAt);
  useEffect(() => {
    if (known.current === countedAt) return;
    known.current = countedAt;
    void refetch();
  }, [countedAt, refetch]);
  const items = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  // The sizes do not say which of them are deleted.
  const deleted = useRead(client.repositories.list, { query: { deleted: true, limit: 200 } }).data?.items;
  const binned = useMemo(() => new Set(deleted?.map(({ name }) => name)), [deleted]);
  const branches = useMemo(() => branchesOf(items, binned), [items, binned]);
  if (tree.error !== null) return <Failed error={tree.error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading lines={6} />;
  if (branches.length === 0) {
    return (
      <Empty title="Nothing is stored, or counted, yet" icon={<Package size={28} aria-hidden="true" />}>
        What was pushed shows here with the next count of the storage.
      </Empty>
    );
  }
  return (
    <>
      <div role="group" aria-label="Shown as" className="flex gap-2">
        <Button aria-pressed={!isTable} kind={isTable ? "quiet" : "plain"} onClick={() => setTable(false)}>
          Map
        </Button>
        <Button aria-pressed={isTable} kind={isTable ? "plain" : "quiet"} onClick={() => setTable(true)}>
          Table
        </Button>
      </div>
      {isTable ? (
        <TreeTable items={items} binned={binned} />
      ) : (
        <Suspense fallback={<Loading lines={6} />}>
          <TreeMap branches={branches} />
        </Suspense>
      )}
      <More pages={tree} />
    </>
  );
}

type TableProps = { items: readonly TreeNamespace[]; binned: ReadonlySet<string> };

function TreeTable({ items, binned }: TableProps) {
  return (
    <Table label="Sizes">
      <Head>
        <HeadCell>Name</HeadCell>
        <HeadCell isNumber>Own</HeadCell>
        <HeadCell isNumber>Shared</HeadCell>
        <HeadCell isNumber>Repositories</HeadCell>
      </Head>
      <tbody>
        {items.flatMap((it) => [
          <Row key={it.namespace}>
            <Cell>
              <Link {...toNamespace(it.namespace)} className="link font-medium">
                {it.namespace}
              </Link>
            </Cell>
            <Cell isNumber>{formatBytes(it.uniqueBytes)}</Cell>
            <Cell isNumber>{formatBytes(it.sharedBytes)}</Cell>
            <Cell isNumber>{formatCount(it.repositoryCount)}</Cell>
          </Row>,
          ...it.repositories.map(({ repository, uniqueBytes, sharedBytes }) => (
            <Row key={repository}>
              <Cell className="pl-8 break-all">
                {binned.has(repository) ? (
                  <>
                    {repository} <Badge tone="warn">in the recycle bin</Badge>
                  </>
                ) : (
                  <Link {...toRepository(repository)} className="link">
                    {repository}
                  </Link>
                )}
              </Cell>
              <Cell isNumber>{formatBytes(uniqueBytes)}</Cell>
              <Cell isNumber>{formatBytes(sharedBytes)}</Cell>
              <Cell />
            </Row>
          )),
        ])}
      </tbody>
    </Table>
  );
}
