/** What is filled in: a label above, a hint below, and the error in its place. */
import { type ComponentProps, type ReactNode, useId } from "react";
import { classes } from "./classes.ts";

const BOX =
  "w-full rounded-md border border-line-strong bg-surface px-3 min-h-9 text-sm text-ink aria-invalid:border-bad disabled:bg-sunken disabled:text-soft";

type Described = { label: ReactNode; hint?: ReactNode; error?: ReactNode };

type FieldProps = Described & {
  className?: string | undefined;
  /** Given what ties it to its label and its texts. */
  children: (tied: { id: string; "aria-describedby"?: string; "aria-invalid"?: true }) => ReactNode;
};

export function Field({ label, hint, error, className, children }: FieldProps) {
  const id = useId();
  const below = `${id}-below`;
  const hasBelow = Boolean(error ?? hint);
  return (
    <div className={classes("flex flex-col gap-1", className)}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children({
        id,
        ...(hasBelow ? { "aria-describedby": below } : {}),
        ...(error ? { "aria-invalid": true as const } : {}),
      })}
      {hasBelow && (
        <p id={below} className={classes("text-xs", error ? "text-bad" : "text-soft")}>
          {error ?? hint}
        </p>
      )}
    </div>
  );
}

type Own<T extends "input" | "textarea" | "select"> = Omit<ComponentProps<T>, "id"> & Described;

export function TextField({ label, hint, error, className, ...rest }: Own<"input">) {
  return (
    <Field label={label} hint={hint} error={error} className={className}>
      {(tied) => <input type="text" autoComplete="off" className={BOX} {...rest} {...tied} />}
    </Field>
  );
}

export function TextArea({ label, hint, error, className, ...rest }: Own<"textarea">) {
  return (
    <Field label={label} hint={hint} error={error} className={className}>
      {(tied) => <textarea className={classes(BOX, "min-h-24 py-2")} {...rest} {...tied} />}
    </Field>
  );
}

export function SelectField({ label, hint, error, className, children, ...rest }: Own<"select">) {
  return (
    <Field label={label} hint={hint} error={error} className={className}>
      {(tied) => (
        <select className={classes(BOX, "pr-8")} {...rest} {...tied}>
          {children}
        </select>
      )}
    </Field>
  );
}

type CheckProps = Omit<ComponentProps<"input">, "type" | "id"> & { label: ReactNode; hint?: ReactNode };

export function Checkbox({ label, hint, className, ...rest }: CheckProps) {
  const id = useId();
  return (
    <div className={classes("flex items-start gap-2", className)}>
      <input
        type="checkbox"
        id={id}
        className="mt-0.5 size-4.5 shrink-0 accent-accent"
        {...(hint ? { "aria-describedby": `${id}-hint` } : {})}
        {...rest}
      />
      <div>
        <label htmlFor={id} className="text-sm">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="text-xs text-soft">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}

/** A group of fields under one name. */
export function FieldSet({ legend, children }: { legend: ReactNode; children: ReactNode }) {
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-sm font-medium">{legend}</legend>
      {children}
    </fieldset>
  );
}
