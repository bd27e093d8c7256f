/** Parts of one subject, each with an address of its own. */
import { Link, type LinkProps } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";

export function TabBar({ label, children }: { label: string; children: ReactNode }) {
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    // Where not all of them fit, the one that is looked at does.
    const current = bar.current?.querySelector<HTMLElement>("[aria-current=page]");
    if (!bar.current || !current) return;
    const start = current.offsetLeft - bar.current.offsetLeft;
    const end = start + current.offsetWidth;
    const { scrollLeft, clientWidth } = bar.current;
    if (start < scrollLeft || end > scrollLeft + clientWidth) bar.current.scrollLeft = end - clientWidth / 2;
  });
  return (
    <nav ref={bar} aria-label={label} className="-mx-1 flex gap-1 overflow-x-auto border-b border-line">
      {children}
    </nav>
  );
}

/** `count`: how many there are behind it. */
export function TabLink({ children, count, ...link }: LinkProps & { children: ReactNode; count?: number | undefined }) {
  return (
    <Link
      {...link}
      className="-mb-px flex items-center gap-2 border-b-2 border-transparent px-3 py-2 text-sm whitespace-nowrap text-soft hover:text-ink aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-ink"
    >
      {children}
      {count !== undefined && <span className="rounded-full bg-sunken px-1.5 text-xs text-soft">{count}</span>}
    </Link>
  );
}
