/** The files that differ between two images, by kind and by a part of their path. */
import { Search } from "lucide-react";
import { useEffect, useState } from "react";
import { client } from "../../data/client.ts";
import { usePages } from "../../data/query.ts";
import { classes } from "../../ui/classes.ts";
import { formatCount } from "../../ui/format.ts";
import { Section } from "../../ui/page.tsx";
import { Answer, Empty, More } from "../../ui/states.tsx";
import { type ImageSearch, useImageNavigate, useImageSearch } from "./address.ts";
import { DiffRow } from "./diff-row.tsx";
import type { Diff } from "./diff-summary.tsx";

const PAGE = 200;
const TYPING_MS = 200;

type DiffFilesProps = { repository: string; from: string; to: string; whole: Diff };

export function DiffFiles({ repository, from, to, whole }: DiffFilesProps) {
  const { platform, find, kind } = useImageSearch();
  const files = usePages(
    client.files.diff,
    { params: { repository, reference: from }, query: { to, platform, q: find, kind, limit: PAGE } },
    { keepsPrevious: true },
  );
  const go = useImageNavigate(repository, "diff", `${from}/${to}`);
  const first = files.data?.pages[0];
  const { totals } = whole;
  const kinds = [
    [undefined, "All", (totals?.added.files ?? 0) + (totals?.removed.files ?? 0) + (totals?.changed.files ?? 0)],
    ["added", "Added", totals?.added.files ?? 0],
    ["removed", "Removed", totals?.removed.files ?? 0],
    ["changed", "Changed", totals?.changed.files ?? 0],
  ] as const;
  return (
    <Section title="Files">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <div role="group" aria-label="Kind of change" className="flex flex-wrap gap-1">
          {kinds.map(([value, name, count]) => (
            <button
              key={name}
              type="button"
              aria-pressed={kind === value}
              onClick={() => go({ platform, find, kind: value }, true)}
              className={classes(
                "min-h-8 rounded-full px-3 text-sm",
                kind === value ? "bg-accent-tint font-medium text-accent" : "text-soft hover:bg-hover hover:text-ink",
              )}
            >
              {name} {formatCount(count)}
            </button>
          ))}
        </div>
        <Filter find={find} onChange={(text) => go({ platform, kind, find: text }, true)} />
      </div>
      <Answer answer={{ data: first, error: files.error, refetch: files.refetch }} what="The comparison" lines={6}>
        {() =>
          files.items.length === 0 ? (
            <Empty
              title={find === undefined && kind === undefined ? "No file differs" : "No file that differs is like that"}
            >
              {find === undefined && kind === undefined
                ? "Times alone are not compared."
                : "Take a filter away to see the others."}
            </Empty>
          ) : (
            <>
              <ul
                aria-label="Files that differ"
                className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-surface"
              >
                {files.items.map((it) => (
                  <DiffRow key={it.path} repository={repository} from={from} to={to} item={it} whole={whole} />
                ))}
              </ul>
              <More pages={files} />
            </>
          )
        }
      </Answer>
    </Section>
  );
}

function Filter({ find, onChange }: { find: ImageSearch["find"]; onChange: (text: string | undefined) => void }) {
  const [text, setText] = useState(find ?? "");
  const wanted = text.trim() === "" ? undefined : text.trim();
  useEffect(() => {
    if (wanted === find) return undefined;
    const timer = setTimeout(() => onChange(wanted), TYPING_MS);
    return () => clearTimeout(timer);
    // What is typed is what counts.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [wanted]);
  return (
    <span className="relative w-full sm:w-72">
      <Search size={16} aria-hidden="true" className="absolute left-3 top-2.5 text-soft" />
      <input
        type="search"
        aria-label="Part of the path"
        placeholder="Part of the path"
        value={text}
        maxLength={200}
        onChange={(event) => setText(event.target.value)}
        className="min-h-9 w-full rounded-md border border-line-strong bg-surface pl-9 pr-3 text-sm"
      />
    </span>
  );
}
