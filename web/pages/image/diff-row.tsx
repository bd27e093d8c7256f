/** One file that differs: how, with the way to it on either side, and its texts compared in place. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Badge } from "../../ui/badge.tsx";
import { formatBytes } from "../../ui/format.ts";
import { PlainText } from "../../ui/plain-text.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { shortReference, toImage, useImageSearch } from "./address.ts";
import type { Diff } from "./diff-summary.tsx";
import { modeText, typeName } from "./file-entry.ts";
import { TextDiff } from "./text-diff.tsx";

type Item = Diff["items"][number];
type Side = NonNullable<Item["from"]>;
type DiffRowProps = { repository: string; from: string; to: string; item: Item; whole: Diff };

const TONES = { added: "good", removed: "bad", changed: "warn" } as const;
/** Larger files are not compared in the page. */
const MAX_COMPARED_BYTES = 1_000_000;

export function DiffRow({ repository, from, to, item, whole }: DiffRowProps) {
  const [isOpen, setOpen] = useState(false);
  const { platform } = useImageSearch();
  const { path, kind } = item;
  const changes = changesOf(item);
  const shownPath = visibleText(path);
  const before = item.from;
  const after = item.to;
  const isComparable = isSmallFile(before) && isSmallFile(after) && before.hash !== after.hash;
  const side = (reference: string, it: Side) =>
    toImage(repository, "files", reference, it.type === "directory" ? { platform, path } : { platform, file: path });
  return (
    <li className="flex flex-col gap-2 px-4 py-2 text-sm">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="w-18 shrink-0">
          <Badge tone={TONES[kind]}>{kind}</Badge>
        </span>
        <span className="code min-w-0 grow basis-60 break-all">
          <PlainText text={path} />
          {(after ?? before)?.type === "directory" && "/"}
        </span>
        {changes !== "" && <span className="text-xs text-soft">{changes}</span>}
        <span className="whitespace-nowrap tabular-nums text-soft">{sizesOf(item)}</span>
        <span className="flex items-center gap-3">
          {isComparable && (
            <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} className="link">
              {isOpen ? "Close" : "Compare"}
              <span className="sr-only"> {shownPath}</span>
            </button>
          )}
          {before !== null && (
            <Link {...side(from, before)} className="link">
              {shortReference(from)}
              <span className="sr-only"> {shownPath}</span>
            </Link>
          )}
          {after !== null && (
            <Link {...side(to, after)} className="link">
              {shortReference(to)}
              <span className="sr-only"> {shownPath}</span>
            </Link>
          )}
        </span>
      </div>
      {isOpen && <TextDiff repository={repository} path={path} from={whole.from.digest} to={whole.to.digest} />}
    </li>
  );
}

function isSmallFile(side: Side | null): side is Side {
  return side !== null && side.type === "file" && side.sizeBytes <= MAX_COMPARED_BYTES;
}

function sizesOf({ from, to }: Item): string {
  if (from === null || to === null) return formatBytes((from ?? to)?.sizeBytes ?? 0);
  return from.sizeBytes === to.sizeBytes
    ? formatBytes(to.sizeBytes)
    : `${formatBytes(from.sizeBytes)} → ${formatBytes(to.sizeBytes)}`;
}

/** In words, what else than its size is another. */
function changesOf({ what, from, to }: Item): string {
  if (from === null || to === null) return "";
  return what
    .flatMap((it) => {
      if (it === "mode") return [`${modeText(from.type, from.mode)} → ${modeText(to.type, to.mode)}`];
      if (it === "owner") return [`${from.uid}:${from.gid} → ${to.uid}:${to.gid}`];
      if (it === "type") return [`${typeName(from.type)} → ${typeName(to.type)}`.toLowerCase()];
      if (it === "link") return ["leads elsewhere"];
      return it === "content" ? ["content"] : [];
    })
    .join(", ");
}
