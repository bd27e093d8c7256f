/** Tags in rows of which only those in the window are there: ten thousand are as quick as ten. */
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useLayoutEffect, useRef, useState } from "react";
import { Head, HeadCell, Table } from "../../../ui/table.tsx";
import type { TagSort } from "./tag-order.ts";
import { type TagDeeds, TagRow } from "./tag-row.tsx";
import type { ListedTag } from "./use-tags.ts";

const ROW_PX = 52;
const OVERSCAN = 6;

type TagTableProps = TagDeeds & {
  repository: string;
  tags: readonly ListedTag[];
  selected: ReadonlySet<string>;
  sort: TagSort;
  onSort: (sort: TagSort) => void;
  onSelectAll: (isSelected: boolean) => void;
};

export function TagTable({ repository, tags, selected, sort, onSort, onSelectAll, ...deeds }: TagTableProps) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const here = box.current?.getBoundingClientRect().top ?? 0;
    setTop(here + window.scrollY);
  }, []);
  const virtualizer = useWindowVirtualizer({
    count: tags.length,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    scrollMargin: top,
  });
  const rows = virtualizer.getVirtualItems();
  const first = rows[0];
  const last = rows.at(-1);
  const above = first === undefined ? 0 : first.start - top;
  const below = last === undefined ? 0 : virtualizer.getTotalSize() - (last.end - top);
  const heading = { sort, onSort };
  return (
    <div ref={box}>
      <Table label="Tags" rowCount={tags.length + 1} className="table-fixed md:min-w-5xl">
        <Head>
          {deeds.onDelete !== null && (
            <HeadCell className="w-9 pr-0">
              <input
                type="checkbox"
                aria-label="Select all that are listed"
                checked={tags.length > 0 && tags.every(({ name }) => selected.has(name))}
                onChange={(event) => onSelectAll(event.target.checked)}
                className="block size-4.5 accent-accent"
              />
            </HeadCell>
          )}
          <SortHead {...heading} by="version" className="md:w-64">
            Tag
          </SortHead>
          <HeadCell className="hidden md:table-cell">Platforms</HeadCell>
          <SortHead {...heading} by="size" isNumber className="hidden w-24 sm:table-cell">
            Size
          </SortHead>
          <SortHead {...heading} by="pushed" className="w-30 md:w-52">
            Pushed
          </SortHead>
          <SortHead {...heading} by="pulled" className="hidden w-32 md:table-cell">
            Last pulled
          </SortHead>
          <HeadCell className="hidden w-40 md:table-cell">Digest</HeadCell>
          <HeadCell className="w-11">
            <span className="sr-only">More</span>
          </HeadCell>
        </Head>
        <tbody>
          <Spacer height={above} />
          {rows.map(({ index }) => {
            const tag = tags[index];
            if (tag === undefined) return null;
            return (
              <TagRow
                key={tag.name}
                repository={repository}
                tag={tag}
                index={index}
                isSelected={selected.has(tag.name)}
                {...deeds}
              />
            );
          })}
          <Spacer height={below} />
        </tbody>
      </Table>
    </div>
  );
}

/** Stands for rows that are not in the window. */
function Spacer({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden="true">
      <td colSpan={8} style={{ height }} />
    </tr>
  );
}

type SortHeadProps = {
  by: TagSort["by"];
  sort: TagSort;
  onSort: (sort: TagSort) => void;
  isNumber?: boolean;
  className: string;
  children: string;
};

function SortHead({ by, sort, onSort, isNumber = false, className, children }: SortHeadProps) {
  const isSorted = sort.by === by;
  // What comes first unasked is the largest and newest.
  const direction = sort.isReversed ? "ascending" : "descending";
  const Arrow = sort.isReversed ? ArrowUp : ArrowDown;
  return (
    <HeadCell isNumber={isNumber} className={className} aria-sort={isSorted ? direction : "none"}>
      <button
        type="button"
        className="inline-flex items-center gap-1 rounded-sm font-medium hover:text-ink"
        onClick={() => onSort({ by, isReversed: isSorted && !sort.isReversed })}
      >
        {children}
        {isSorted && <Arrow size={13} aria-hidden="true" />}
      </button>
    </HeadCell>
  );
}
