/** What is suggested below the search box; the box itself keeps the focus. */
import { Building2, Package } from "lucide-react";
import type { client } from "../data/client.ts";
import { Highlighted } from "../parts/highlighted.tsx";
import { classes } from "../ui/classes.ts";

type Suggestion = Awaited<ReturnType<typeof client.search.suggest>>["items"][number];

type SuggestionsProps = {
  /** Of the list; an option's has its index behind it. */
  id: string;
  items: readonly Suggestion[];
  active: number;
  onActive: (index: number) => void;
  onChoose: (index: number) => void;
};

export function Suggestions({ id, items, active, onActive, onChoose }: SuggestionsProps) {
  return (
    <ul
      id={id}
      role="listbox"
      aria-label="Suggestions"
      hidden={items.length === 0}
      className="absolute inset-x-0 top-full z-40 mt-1 rounded-md border border-line bg-surface p-1 shadow-overlay"
    >
      {items.map(({ kind, name, description, highlights }, index) => (
        <li
          key={`${kind} ${name}`}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active}
          // Before the box loses the focus and the list goes.
          onMouseDown={(event) => {
            event.preventDefault();
            onChoose(index);
          }}
          onMouseEnter={() => onActive(index)}
          className={classes(
            "flex cursor-pointer items-center gap-2 rounded-sm px-2 py-1.5 text-sm",
            index === active && "bg-hover",
          )}
        >
          {kind === "namespace" ? (
            <Building2 size={15} aria-label="Namespace" className="shrink-0 text-soft" />
          ) : (
            <Package size={15} aria-label="Repository" className="shrink-0 text-soft" />
          )}
          <span className="max-w-3/4 shrink-0 truncate" title={name}>
            <Highlighted text={name} ranges={highlights} />
          </span>
          <span className="min-w-0 truncate text-xs text-soft">{description}</span>
        </li>
      ))}
    </ul>
  );
}
