/** What the search can be narrowed by, each with how many there are. */
import { X } from "lucide-react";
import { classes } from "../../ui/classes.ts";
import { formatCount } from "../../ui/format.ts";
import type { SearchQuery } from "./search-query.ts";

type Count = { value: string; count: number };
type Counts = Record<"kind" | "os" | "architecture" | "publisher" | "signed" | "updated", readonly Count[]>;

const NAMES: Readonly<Record<string, string>> = {
  official: "Official",
  verified: "Verified publisher",
  community: "Community",
  image: "Images",
  helm: "Helm charts",
  compose: "Compose files",
  wasm: "WebAssembly",
  artifact: "Other artifacts",
  true: "Signed",
  false: "Not signed",
  day: "In the last day",
  week: "In the last week",
  month: "In the last month",
  year: "In the last year",
};

const GROUPS = [
  ["publisher", "Publisher"],
  ["kind", "Kind"],
  ["os", "Operating system"],
  ["architecture", "Architecture"],
  ["signed", "Signature"],
  ["updated", "Updated"],
] as const;

type FacetsProps = {
  query: SearchQuery;
  counts: Counts | undefined;
  isCapped: boolean;
  onChange: (changes: SearchQuery) => void;
};

export function Facets({ query, counts, isCapped, onChange }: FacetsProps) {
  return (
    <div className="flex flex-col gap-4">
      {GROUPS.map(([group, title]) => {
        const chosen = query[group] === undefined ? null : String(query[group]);
        const shown = counts?.[group] ?? [];
        // What is chosen stays there to be taken away, also when nothing is left of it.
        const listed = chosen !== null && !shown.some((it) => it.value === chosen) ? [{ value: chosen, count: 0 }] : [];
        const all = [...listed, ...shown];
        if (all.length === 0) return null;
        return (
          <details key={group} open className="group">
            <summary className="mb-1 text-xs font-semibold text-soft">{title}</summary>
            <ul className="flex flex-wrap gap-1 md:flex-col md:gap-0">
              {all.map(({ value, count }) => (
                <li key={value}>
                  <button
                    type="button"
                    aria-pressed={chosen === value}
                    onClick={() => onChange({ [group]: chosen === value ? undefined : valueOf(group, value) })}
                    className={classes(
                      "flex w-full items-center justify-between gap-2 rounded-sm border border-line px-2 py-1 text-left text-sm md:border-transparent",
                      chosen === value ? "bg-accent-tint font-medium text-accent" : "hover:bg-hover",
                    )}
                  >
                    <span className="truncate">{NAMES[value] ?? value}</span>
                    {chosen === value ? (
                      <X size={14} aria-label="chosen: press to take away" />
                    ) : (
                      <span className="text-xs text-soft">
                        {formatCount(count)}
                        {isCapped ? "+" : ""}
                      </span>
                    )}
                  </button>
                </li>
              ))}
            </ul>
          </details>
        );
      })}
    </div>
  );
}

function valueOf(group: (typeof GROUPS)[number][0], value: string): string | boolean {
  return group === "signed" ? value === "true" : value;
}
