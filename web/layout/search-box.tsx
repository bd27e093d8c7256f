/** The search of every page: suggestions as one types, results on Enter; `/` goes there from anywhere. */
import { useNavigate } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";

export function SearchBox() {
  const [text, setText] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const navigate = useNavigate();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { target } = event;
      const isTyping = target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]");
      if (event.key !== "/" || event.ctrlKey || event.metaKey || isTyping) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void navigate({ href: `/search?${new URLSearchParams({ q: text })}` });
  };
  return (
    <form role="search" onSubmit={submit} className="relative w-full max-w-md">
      <Search size={16} aria-hidden="true" className="absolute left-3 top-2.5 text-soft" />
      <input
        ref={input}
        type="search"
        aria-label="Search images"
        placeholder="Search images"
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="min-h-9 w-full rounded-md border border-line-strong bg-surface pl-9 pr-3 text-sm"
      />
    </form>
  );
}
