/** Text in which what was searched for stands out. */
import type { ReactNode } from "react";

export type Range = { start: number; end: number };

/** `ranges`: in UTF-16 units, in order and apart, as the search gives them. */
export function Highlighted({ text, ranges = [] }: { text: string; ranges?: readonly Range[] | undefined }) {
  const parts: ReactNode[] = [];
  let at = 0;
  for (const { start, end } of ranges) {
    if (start < at || end > text.length) continue;
    parts.push(text.slice(at, start), <mark key={start}>{text.slice(start, end)}</mark>);
    at = end;
  }
  return (
    <span className="[&>mark]:rounded-sm [&>mark]:bg-accent-tint [&>mark]:text-inherit">
      {parts}
      {text.slice(at)}
    </span>
  );
}
