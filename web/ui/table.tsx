/** Rows and columns, which scroll sideways in their own box where the window is narrow. */
import type { ComponentProps, ReactNode } from "react";
import { classes } from "./classes.ts";

type TableProps = {
  /** What its rows are. */
  label: string;
  /** Where not all of them are in the page: how many there are, the heading included. */
  rowCount?: number;
  className?: string;
  children: ReactNode;
};

export function Table({ label, rowCount, className, children }: TableProps) {
  return (
    // Whoever has no mouse scrolls it by its keys. What is there for screen readers alone stays inside, too.
    <div
      role="region"
      aria-label={label}
      tabIndex={0}
      className="relative overflow-x-auto rounded-lg border border-line bg-surface"
    >
      <table aria-rowcount={rowCount} className={classes("w-full border-collapse text-sm", className)}>
        {children}
      </table>
    </div>
  );
}

export function Head({ children }: { children: ReactNode }) {
  return (
    <thead className="border-b border-line bg-sunken text-left text-xs text-soft">
      <tr>{children}</tr>
    </thead>
  );
}

export function Row({ className, ...rest }: ComponentProps<"tr">) {
  return <tr className={classes("border-b border-line last:border-b-0 hover:bg-hover", className)} {...rest} />;
}

type CellProps = ComponentProps<"td"> & { isNumber?: boolean };

export function Cell({ isNumber = false, className, ...rest }: CellProps) {
  return (
    <td className={classes("px-3 py-2 align-middle", isNumber && "text-right tabular-nums", className)} {...rest} />
  );
}

export function HeadCell({ isNumber = false, className, ...rest }: ComponentProps<"th"> & { isNumber?: boolean }) {
  return (
    <th
      scope="col"
      className={classes("px-3 py-2 font-medium whitespace-nowrap", isNumber && "text-right", className)}
      {...rest}
    />
  );
}
