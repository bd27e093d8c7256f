/**
 * The search of every page: suggestions as one types, results on Enter; `/` goes there from anywhere. On the page of results
 * it changes them as one types.
 */
import { useLocation, useNavigate, useSearch } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { client } from "../data/client.ts";
import { useDebounced } from "../data/debounced.ts";
import { useRead } from "../data/query.ts";
import { toRepository } from "../pages/repository/address.ts";
import { Suggestions } from "./suggestions.tsx";

const PAUSE_MS = 150;
const RESULTS_PAUSE_MS = 250;

export function SearchBox() {
  const { pathname } = useLocation();
  const { q = "" } = useSearch({ strict: false });
  const isOnResults = pathname === "/search";
  const searched = isOnResults ? q : "";
  const [text, setText] = useState(searched);
  const [shown, setShown] = useState(searched);
  const [sent, setSent] = useState(searched);
  const [isOpen, setOpen] = useState(false);
  const [marked, setMarked] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const list = useId();
  const navigate = useNavigate();
  useSlashKey(input);
  const wanted = text.trim();
  // Another search, such as a link to one, and leaving the results begin the box anew; what was typed here does not.
  if (shown !== searched) {
    setShown(searched);
    if (searched !== sent) setText(searched);
  }
  const settled = useDebounced(wanted, RESULTS_PAUSE_MS);
  const typed = useRef(false);
  useEffect(() => {
    if (!isOnResults || !typed.current || settled !== wanted || settled === q) return;
    typed.current = false;
    setSent(settled);
    void navigate({
      to: "/search",
      search: (before) => ({ ...before, q: settled === "" ? undefined : settled }),
      replace: true,
      resetScroll: false,
    });
  }, [isOnResults, settled, wanted, q, navigate]);

  const asked = useDebounced(wanted, PAUSE_MS);
  const suggests = isOpen && !isOnResults && wanted !== "";
  const found = useRead(
    client.search.suggest,
    { query: { q: asked } },
    { enabled: suggests && asked !== "", keepsPrevious: true },
  );
  const items = suggests ? (found.data?.items ?? []) : [];
  // By what it is, not by its place: the list changes below the person's fingers.
  const active = items.findIndex((it) => keyOf(it) === marked);
  const setActive = (index: number) => {
    const item = items[index];
    setMarked(item === undefined ? null : keyOf(item));
  };
  const close = () => {
    setOpen(false);
    setMarked(null);
  };
  const choose = (index: number) => {
    const item = items[index];
    close();
    input.current?.blur();
    if (item !== undefined) setText("");
    if (item === undefined) {
      const q = wanted === "" ? undefined : wanted;
      setSent(wanted);
      void navigate({ to: "/search", search: (before) => (isOnResults ? { ...before, q } : { q }) });
    } else if (item.kind === "namespace") void navigate({ to: "/n/$", params: { _splat: item.name } });
    else void navigate(toRepository(item.name));
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setActive(((active + 2) % (items.length + 1)) - 1);
    else if (event.key === "ArrowUp") setActive(active < 0 ? items.length - 1 : active - 1);
    // Without suggestions Escape empties the box, as in every field for searches.
    else if (event.key === "Escape" && items.length > 0) close();
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
        maxLength={200}
        value={text}
        onChange={(event) => {
          typed.current = true;
          setText(event.target.value);
          setOpen(true);
          setMarked(null);
        }}
        onKeyDown={onKey}
        onBlur={close}
        className="min-h-9 w-full rounded-md border border-line-strong bg-surface pl-9 pr-3 text-sm"
      />
      <Suggestions id={list} items={items} active={active} onActive={setActive} onChoose={choose} />
    </form>
  );
}

const keyOf = ({ kind, name }: { kind: string; name: string }) => `${kind} ${name}`;

function useSlashKey(input: { current: HTMLInputElement | null }): void {
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      const { target } = event;
      const isTyping = target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]");
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [input]);
}
