/** A field for a tag of a repository: those that have what was typed are offered, and a digest may be typed too. */
import { type KeyboardEvent, useDeferredValue, useId, useState } from "react";
import { client } from "../data/client.ts";
import { useRead } from "../data/query.ts";
import { classes } from "../ui/classes.ts";

const OFFERED = 12;

type TagPickerProps = { repository: string; label: string; value: string; onChoose: (reference: string) => void };

export function TagPicker({ repository, label, value, onChoose }: TagPickerProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const [active, setActive] = useState(-1);
  const list = useId();
  const isOpen = typed !== null;
  const text = typed ?? value;
  const asked = useDeferredValue((typed ?? "").trim());
  const found = useRead(
    client.tags.list,
    {
      params: { repository },
      query: { limit: OFFERED, sort: "updated", auxiliary: false, ...(asked === "" ? {} : { q: asked }) },
    },
    { enabled: isOpen, keepsPrevious: true },
  );
  const items = isOpen ? (found.data?.items ?? []) : [];
  const choose = (reference: string | undefined) => {
    setTyped(null);
    setActive(-1);
    if (reference !== undefined && reference !== "" && reference !== value) onChoose(reference);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" && !isOpen) setTyped("");
    else if (event.key === "ArrowDown") setActive(((active + 2) % (items.length + 1)) - 1);
    else if (event.key === "ArrowUp") setActive(active < 0 ? items.length - 1 : active - 1);
    else if (event.key === "Escape" && isOpen) choose(undefined);
    // What was typed in full is what is meant; else the first that has it.
    else if (event.key === "Enter") {
      const exact = text.includes(":") || items.some((it) => it.name === text.trim()) ? text.trim() : items[0]?.name;
      choose(items[active]?.name ?? exact);
    } else return;
    event.preventDefault();
  };
  return (
    <span className="relative inline-block min-w-0">
      <input
        type="text"
        role="combobox"
        aria-label={label}
        aria-expanded={items.length > 0}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={active < 0 ? undefined : `${list}-${active}`}
        placeholder="Choose a tag"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onClick={() => setTyped(typed ?? "")}
        onChange={(event) => {
          setTyped(event.target.value);
          setActive(-1);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => choose(undefined)}
        className="min-h-9 w-64 max-w-full rounded-md border border-line-strong bg-surface px-3 text-sm"
      />
      <ul
        id={list}
        role="listbox"
        aria-label="Tags"
        hidden={items.length === 0}
        className="absolute left-0 top-full z-40 mt-1 max-h-72 w-full overflow-y-auto rounded-md border border-line bg-surface p-1 shadow-overlay"
      >
        {items.map(({ name }, index) => (
          <li
            key={name}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === active}
            // Before the field loses the focus and the list goes.
            onMouseDown={(event) => {
              event.preventDefault();
              choose(name);
            }}
            onMouseEnter={() => setActive(index)}
            className={classes(
              "cursor-pointer rounded-sm px-2 py-1.5 text-sm break-all",
              index === active && "bg-hover",
            )}
          >
            {name}
          </li>
        ))}
      </ul>
    </span>
  );
}
