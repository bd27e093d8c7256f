/** A text file of a stranger to read: numbered lines, never markup, nothing in it unseen. */
import { useMemo, useState } from "react";
import { Button } from "./button.tsx";
import { classes } from "./classes.ts";
import { CopyButton } from "./copy.tsx";
import { Checkbox } from "./field.tsx";
import { formatCount } from "./format.ts";
import { PlainLines } from "./plain-text.tsx";

/** Lines that are put into the page at once: more of them make it slow. */
const STEP = 3_000;

type TextViewProps = { text: string; label: string; /** Beside the switch. */ actions?: React.ReactNode };

export function TextView({ text, label, actions }: TextViewProps) {
  const [isWrapped, setWrapped] = useState(false);
  const [shown, setShown] = useState(STEP);
  const lines = useMemo(() => text.replace(/\r?\n$/, "").split(/\r?\n/), [text]);
  return (
    <div className="overflow-hidden rounded-lg border border-line bg-surface">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b border-line bg-sunken py-1 pl-4 pr-1 text-xs text-soft">
        <span>{lines.length === 1 ? "1 line" : `${formatCount(lines.length)} lines`}</span>
        <div className="flex flex-wrap items-center gap-2">
          <Checkbox label="Wrap lines" checked={isWrapped} onChange={(event) => setWrapped(event.target.checked)} />
          {actions}
          <CopyButton text={text} label="Copy the text" />
        </div>
      </div>
      <div role="region" aria-label={label} tabIndex={0} className="max-h-[70vh] overflow-auto py-2">
        <ol className={classes("code text-sm", isWrapped ? "w-full" : "w-max min-w-full")}>
          {lines.slice(0, shown).map((line, index) => (
            // A line is what stands at its number.
            // oxlint-disable-next-line react/no-array-index-key
            <li key={index} className="flex">
              <span aria-hidden="true" className="w-14 shrink-0 select-none pr-4 text-right text-soft">
                {index + 1}
              </span>
              <span className={classes("min-w-0 pr-4", isWrapped ? "break-all whitespace-pre-wrap" : "whitespace-pre")}>
                {line === "" ? "\n" : <PlainLines text={line} />}
              </span>
            </li>
          ))}
        </ol>
        {lines.length > shown && (
          <div className="sticky left-0 flex justify-center p-3">
            <Button onClick={() => setShown(shown + STEP)}>
              Show more of {formatCount(lines.length - shown)} lines below
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}
