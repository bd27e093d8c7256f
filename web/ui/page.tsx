/** The frame of a page: its width, its title, its sections. */
import { type ReactNode, useEffect } from "react";
import { classes } from "./classes.ts";

type PageProps = {
  /** Of the window too. */
  title: string;
  /** Shown in place of the title where that is more than a word. */
  heading?: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
  isNarrow?: boolean;
  children: ReactNode;
};

export function Page({ title, heading, lead, actions, isNarrow = false, children }: PageProps) {
  useTitle(title);
  return (
    <div
      className={classes("mx-auto flex w-full flex-col gap-6 px-4 py-6 sm:px-6", isNarrow ? "max-w-xl" : "max-w-6xl")}
    >
      <header className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <h1 className="text-xl font-semibold break-words">{heading ?? title}</h1>
          {lead !== undefined && <div className="mt-1 max-w-prose text-sm text-soft">{lead}</div>}
        </div>
        {actions !== undefined && <div className="flex flex-wrap gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === "Berth" ? title : `${title} · Berth`;
  }, [title]);
}

type SectionProps = { title: ReactNode; lead?: ReactNode; actions?: ReactNode; children: ReactNode };

export function Section({ title, lead, actions, children }: SectionProps) {
  return (
    <section className="flex flex-col gap-3">
      <div className="flex flex-wrap items-end justify-between gap-2">
        <div>
          <h2 className="text-lg font-semibold">{title}</h2>
          {lead !== undefined && <p className="max-w-prose text-sm text-soft">{lead}</p>}
        </div>
        {actions !== undefined && <div className="flex flex-wrap gap-2">{actions}</div>}
      </div>
      {children}
    </section>
  );
}

export function Card({ className, children }: { className?: string; children: ReactNode }) {
  return <div className={classes("rounded-lg border border-line bg-surface p-4", className)}>{children}</div>;
}

/** Names and values, one under the other; side by side where there is room. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className="grid grid-cols-1 gap-x-6 gap-y-2 text-sm sm:grid-cols-[max-content_1fr]">{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-soft">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}
