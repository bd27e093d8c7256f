/** The two texts of a changed file: line by line what went and what came, or side by side where that is too much. */
import { useMemo } from "react";
import { client } from "../../data/client.ts";
import { useRead } from "../../data/query.ts";
import { classes } from "../../ui/classes.ts";
import { Notice } from "../../ui/notice.tsx";
import { PlainLines } from "../../ui/plain-text.tsx";
import { Answer } from "../../ui/states.tsx";
import { TextView } from "../../ui/text-view.tsx";
import { type DiffLine, diffLines, foldSame } from "./line-diff.ts";

type TextDiffProps = { repository: string; path: string; /** Digests of the images. */ from: string; to: string };

export function TextDiff({ repository, path, from, to }: TextDiffProps) {
  const before = useRead(client.files.get, { params: { repository, reference: from }, query: { path } });
  const after = useRead(client.files.get, { params: { repository, reference: to }, query: { path } });
  return (
    <Answer answer={before} what="The file">
      {({ content: a }) => (
        <Answer answer={after} what="The file">
          {({ content: b }) =>
            a === null || b === null || a.text === null || b.text === null ? (
              <Notice>These are no texts: download both to compare them.</Notice>
            ) : (
              <Lines before={a.text} after={b.text} isCut={a.isTruncated || b.isTruncated} />
            )
          }
        </Answer>
      )}
    </Answer>
  );
}

const MOST_SHOWN = 3_000;

function Lines({ before, after, isCut }: { before: string; after: string; isCut: boolean }) {
  const lines = useMemo(() => {
    const all = diffLines(before, after);
    return all === null ? null : foldSame(all).slice(0, MOST_SHOWN);
  }, [before, after]);
  if (lines === null) {
    return (
      <div className="grid grid-cols-1 gap-3 lg:grid-cols-2">
        <TextView text={before} label="Before" />
        <TextView text={after} label="After" />
      </div>
    );
  }
  if (lines.every((it) => it === null))
    return <Notice>{isCut ? "They differ behind the first 256 KiB." : "The texts are the same."}</Notice>;
  return (
    <div className="flex flex-col gap-2">
      {isCut && <Notice tone="warn">The first 256 KiB of each are compared.</Notice>}
      <div
        role="region"
        aria-label="What changed in the text"
        tabIndex={0}
        className="max-h-[70vh] overflow-auto rounded-md border border-line bg-surface py-2"
      >
        <ol className="code w-max min-w-full text-sm">
          {lines.map((line, index) => (
            // A line is what stands at its place.
            // oxlint-disable-next-line react/no-array-index-key
            <Line key={index} line={line} />
          ))}
        </ol>
      </div>
    </div>
  );
}

const MARKS = { same: " ", removed: "−", added: "+" } as const;
const SPOKEN = { same: "", removed: "removed: ", added: "added: " } as const;

function Line({ line }: { line: DiffLine | null }) {
  if (line === null) {
    return <li className="my-1 bg-sunken px-4 text-soft">⋯</li>;
  }
  const { kind, text, from, to } = line;
  return (
    <li className={classes("flex", kind === "added" && "bg-good-tint", kind === "removed" && "bg-bad-tint")}>
      <span aria-hidden="true" className="flex shrink-0 select-none text-ink">
        <span className="w-12 pr-2 text-right">{from}</span>
        <span className="w-12 pr-2 text-right">{to}</span>
        <span className="w-5 text-center">{MARKS[kind]}</span>
      </span>
      <span className="sr-only">{SPOKEN[kind]}</span>
      <span className="pr-4 whitespace-pre">{text === "" ? "\n" : <PlainLines text={text} />}</span>
    </li>
  );
}
