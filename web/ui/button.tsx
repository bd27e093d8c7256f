/** What is pressed: one primary button a view, danger for what deletes. */
import { Link, type LinkProps } from "@tanstack/react-router";
import type { ComponentProps, ReactNode } from "react";
import { classes } from "./classes.ts";

export type ButtonKind = "primary" | "plain" | "quiet" | "danger";

const KINDS: Record<ButtonKind, string> = {
  primary: "bg-accent text-on-accent border-transparent hover:bg-accent-strong",
  plain: "bg-surface text-ink border-line-strong hover:bg-hover",
  quiet: "bg-transparent text-ink border-transparent hover:bg-hover",
  danger: "bg-bad text-on-bad border-transparent hover:opacity-90",
};

const SHAPE =
  "inline-flex items-center justify-center gap-2 rounded-md border px-3 min-h-9 text-sm font-medium whitespace-nowrap transition-colors disabled:opacity-55 disabled:cursor-not-allowed";

type ButtonProps = ComponentProps<"button"> & { kind?: ButtonKind; isBusy?: boolean };

export function buttonClasses(kind: ButtonKind = "plain", className?: string): string {
  return classes(SHAPE, KINDS[kind], className);
}

export function Button({ kind = "plain", isBusy = false, className, children, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={buttonClasses(kind, className)}
      disabled={disabled === true || isBusy}
      aria-busy={isBusy}
      {...rest}
    >
      {children}
      {isBusy && <span aria-hidden="true">…</span>}
    </button>
  );
}

/** Leads to another page and looks like a button. */
export function ButtonLink({
  kind = "plain",
  className,
  children,
  ...rest
}: LinkProps & { kind?: ButtonKind; className?: string; children: ReactNode }) {
  return (
    <Link className={buttonClasses(kind, className)} {...rest}>
      {children}
    </Link>
  );
}

type IconButtonProps = Omit<ComponentProps<"button">, "aria-label"> & { label: string };

/** `label`: what it does, for those who do not see the icon, and as a hint for those who do. */
export function IconButton({ label, className, children, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={classes(
        "inline-flex size-9 shrink-0 items-center justify-center rounded-md text-soft hover:bg-hover hover:text-ink",
        className,
      )}
      {...rest}
    >
      {children}
    </button>
  );
}
