/** Namespaces and repositories as boxes, each as large as what it takes. One stop of the Tab key; arrows go from box to box. */
import { Link } from "@tanstack/react-router";
import { type CSSProperties, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { classes } from "../../../ui/classes.ts";
import { formatBytes } from "../../../ui/format.ts";
import { toRepository } from "../../repository/address.ts";
import { toAdmin } from "../address.ts";
import { type Box, squarify } from "./squarify.ts";
import type { Branch, Leaf } from "./tree-items.ts";

const NARROW = 500;
const HEADER = 22;
const GAP = 2;

export function TreeMap({ branches }: { branches: readonly Branch[] }) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [active, setActive] = useState(0);
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const resized = new ResizeObserver(() => setWidth(element.clientWidth));
    resized.observe(element);
    return () => resized.disconnect();
  }, []);
  const height = width < NARROW ? 520 : 420;
  const places = squarify(
    branches.map((it) => it.bytes),
    { left: 0, top: 0, width, height },
  );
  const move = (event: KeyboardEvent) => {
    const links = [...(box.current?.querySelectorAll("a") ?? [])];
    const next = nextIndex(event.key, active, links.length);
    if (next === null) return;
    event.preventDefault();
    setActive(next);
    links[next]?.focus();
  };
  let first = 0;
  return (
    <div
      ref={box}
      role="group"
      aria-label="Map of the storage"
      onKeyDown={move}
      className="relative w-full"
      style={{ height }}
    >
      {width > 0 &&
        branches.map((branch, index) => {
          const begin = first;
          first += branch.leaves.filter((it) => it.repository !== null).length;
          const place = places[index];
          if (place === undefined) return null;
          return (
            <BranchBox
              key={branch.label}
              branch={branch}
              place={place}
              first={begin}
              active={active}
              onActive={setActive}
            />
          );
        })}
    </div>
  );
}

/** Null: the key is not one that moves. */
function nextIndex(key: string, index: number, count: number): number | null {
  if (key === "ArrowRight" || key === "ArrowDown") return Math.min(count - 1, index + 1);
  if (key === "ArrowLeft" || key === "ArrowUp") return Math.max(0, index - 1);
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : null;
}

type BranchProps = {
  branch: Branch;
  place: Box;
  /** Of its first repository among all that are linked. */
  first: number;
  active: number;
  onActive: (index: number) => void;
};

function BranchBox({ branch, place, first, active, onActive }: BranchProps) {
  const inner = { left: 0, top: 0, width: Math.max(0, place.width - GAP), height: Math.max(0, place.height - GAP) };
  const hasHeader = inner.height > 2 * HEADER && inner.width > 40;
  const top = hasHeader ? HEADER : 0;
  const places = squarify(
    branch.leaves.map((it) => it.bytes),
    { ...inner, top, height: inner.height - top },
  );
  let index = first;
  return (
    <div
      role="group"
      aria-label={`${branch.label}, ${formatBytes(branch.bytes)}`}
      className="absolute overflow-hidden rounded-sm bg-sunken"
      style={styleOf({ ...place, width: inner.width, height: inner.height })}
    >
      {hasHeader && (
        <p aria-hidden="true" className="flex justify-between gap-2 truncate px-1.5 text-xs leading-5.5 text-ink">
          <span className="truncate font-medium">{branch.label}</span>
          <span className="shrink-0 text-soft">{inner.width > 130 && formatBytes(branch.bytes)}</span>
        </p>
      )}
      {branch.leaves.map((leaf, at) => {
        const own = leaf.repository === null ? -1 : index++;
        const spot = places[at];
        if (spot === undefined) return null;
        return (
          <LeafBox key={leaf.label} leaf={leaf} place={spot} isActive={own === active} onFocus={() => onActive(own)} />
        );
      })}
    </div>
  );
}

type LeafProps = { leaf: Leaf; place: Box; isActive: boolean; onFocus: () => void };

const BOX = "absolute overflow-hidden rounded-xs border border-surface px-1.5 py-0.5 text-xs";

function LeafBox({ leaf: { label, repository, bytes, ownBytes, isBinned }, place, isActive, onFocus }: LeafProps) {
  const hasText = place.width > 48 && place.height > 20;
  const style = styleOf(place);
  const text = hasText && (
    <>
      <span className="block truncate">{label}</span>
      {place.height > 40 && <span className="block truncate">{formatBytes(bytes)}</span>}
    </>
  );
  if (repository === null) {
    return (
      <div title={`${label}: ${formatBytes(bytes)}`} style={style} className={classes(BOX, "bg-hover text-soft")}>
        {text}
      </div>
    );
  }
  const state = isBinned ? ", in the recycle bin" : "";
  const words = `${repository}${state}: ${formatBytes(bytes)}, ${formatBytes(ownBytes)} of it in no other repository`;
  return (
    <Link
      {...(isBinned ? toAdmin("bin") : toRepository(repository))}
      aria-label={words}
      title={words}
      tabIndex={isActive ? 0 : -1}
      onFocus={onFocus}
      style={style}
      className={classes(
        BOX,
        "hover:border-accent focus-visible:z-10 focus-visible:-outline-offset-2",
        isBinned ? "bg-warn-tint text-warn" : "bg-accent-tint text-accent",
      )}
    >
      {text}
    </Link>
  );
}

function styleOf({ left, top, width, height }: Box): CSSProperties {
  return { left, top, width, height };
}
