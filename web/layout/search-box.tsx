/** The search of every page: suggestions as one types, results on Enter; `/` goes there from anywhere. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Building2, Package, Search } from "lucide-react";
import { type KeyboardEvent, useDeferredValue, useEffect, useId, useRef, useState } from "react";
import { client } from "../data/client.ts";
import { useRead } from "../data/query.ts";
import { toRepository } from "../pages/repository/address.ts";
import { Highlighted } from "../parts/highlighted.tsx";
import { classes } from "../ui/classes.ts";

export function SearchBox() {
  const { q = "" } = useSearch({ strict: false });
  // Another search, such as a link to one, begins the box anew.
  return <Box key={q} initial={q} />;
}

function Box({ initial }: { initial: string }) {
  const [text, setText] = useState(initial);
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const list = useId();
  const navigate = useNavigate();
  useSlashKey(input);
  const asked = useDeferredValue(text.trim());
  const found = useRead(
    client.search.suggest,
    { query: { q: asked } },
    { enabled: isOpen && asked !== "", keepsPrevious: true },
  );
  const items = isOpen && text.trim() !== "" ? (found.data?.items ?? []) : [];
  const close = () => {
    setOpen(false);
    setActive(-1);
  };
  const choose = (index: number) => {
    const item = items[index];
    close();
    input.current?.blur();
    if (item === undefined)
      void navigate({ to: "/search", search: { q: text.trim() === "" ? undefined : text.trim() } });
    else if (item.kind === "namespace") void navigate({ to: "/n/$", params: { _splat: item.name } });
    else void navigate(toRepository(item.name));
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setActive(((active + 2) % (items.length + 1)) - 1);
    else if (event.key === "ArrowUp") setActive(active < 0 ? items.length - 1 : active - 1);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  };
  return (
    <form
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        choose(active);
      }}
      className="relative w-full max-w-md"
    >
      <Search size={16} aria-hidden="true" className="absolute left-3 top-2.5 text-soft" />
      <input
        ref={input}
        type="search"
        role="combobox"
        aria-label="Search images"
        aria-expanded={items.length > 0}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={active < 0 ? undefined : `${list}-${active}`}
        placeholder="Search images   /"
        autoComplete="off"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setOpen(true);
          setActive(-1);
        }}
        onKeyDown={onKey}
        onBlur={close}
        className="min-h-9 w-full rounded-md border border-line-strong bg-surface pl-9 pr-3 text-sm"
      />
      <ul
        id={list}
        role="listbox"
        aria-label="Suggestions"
        hidden={items.length === 0}
        className="absolute inset-x-0 top-full z-40 mt-1 rounded-md border border-line bg-surface p-1 shadow-overlay"
      >
        {items.map(({ kind, name, description, highlights }, index) => (
          <li
            key={`${kind} ${name}`}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === active}
            // Before the box loses the focus and the list goes.
            onMouseDown={(event) => {
              event.preventDefault();
              choose(index);
            }}
            onMouseEnter={() => setActive(index)}
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
            <span className="shrink-0">
              <Highlighted text={name} ranges={highlights} />
            </span>
            <span className="truncate text-xs text-soft">{description}</span>
          </li>
        ))}
      </ul>
    </form>
  );
}

function useSlashKey(input: { current: HTMLInputElement | null }): void {
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      const { target } = event;
      const isTyping = target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]");
      if (event.key !== "/" || event.ctrlKey || event.metaKey || isTyping) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [input]);
}
