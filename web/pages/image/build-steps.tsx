/** How an image came about: its history as the lines of a Dockerfile, each with the bytes that it added. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import { classes } from "../../ui/classes.ts";
import { formatBytes, plural } from "../../ui/format.ts";
import { PlainLines, PlainText } from "../../ui/plain-text.tsx";
import { Empty } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { toImage, useImageSearch } from "./address.ts";
import type { Step } from "./image.ts";
import type { Shown } from "./image-frame.tsx";
import { stepCommand } from "./step-command.ts";

export function BuildSteps({ repository, reference, image }: Shown) {
  const [hidesEmpty, setHidesEmpty] = useState(false);
  const { history, layers } = image;
  const largest = Math.max(1, ...history.map((it) => it.sizeBytes));
  const empty = history.filter((it) => it.layer === null).length;
  const numbered = history.map((step, index) => ({ step, number: index + 1 }));
  const shown = hidesEmpty ? numbered.filter(({ step }) => step.layer !== null) : numbered;
  if (history.length === 0)
    return <Empty title="It has no layers">Its configuration and its manifest are all of it.</Empty>;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2 text-sm text-soft">
        <p>
          {plural(history.length, "step")}, {plural(layers.length, "layer")},{" "}
          {formatBytes(layers.reduce((sum, it) => sum + it.sizeBytes, 0))} compressed
        </p>
        {empty > 0 && empty < history.length && (
          <Button kind="quiet" onClick={() => setHidesEmpty(!hidesEmpty)}>
            {hidesEmpty ? "Show all steps" : "Only steps that changed files"}
          </Button>
        )}
      </div>
      <ol
        aria-label="Build steps"
        className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-surface"
      >
        {shown.map(({ step, number }) => (
          <StepRow
            key={number}
            step={step}
            number={number}
            part={step.sizeBytes / largest}
            layer={step.layer === null ? undefined : layers[step.layer]?.digest}
            repository={repository}
            reference={reference}
          />
        ))}
      </ol>
    </div>
  );
}

type RowProps = {
  step: Step;
  number: number;
  /** Of the largest step's bytes. */
  part: number;
  layer: string | undefined;
  repository: string;
  reference: string;
};

/** Commands longer than this begin folded. */
const FOLDED = 220;

function StepRow({ step, number, part, layer, repository, reference }: RowProps) {
  const { platform } = useImageSearch();
  const { createdBy, comment, sizeBytes, created } = step;
  const { instruction, text } = stepCommand(createdBy ?? "");
  const isLong = text.length > FOLDED || text.includes("\n");
  const [isOpen, setOpen] = useState(false);
  return (
    <li className="grid grid-cols-[2rem_1fr] gap-x-3 px-4 py-2.5 text-sm md:grid-cols-[2rem_1fr_11rem]">
      <span className="pt-px text-right tabular-nums text-soft">{number}</span>
      <div className="min-w-0">
        <p className={classes("code break-words", isOpen ? "whitespace-pre-wrap" : isLong && "line-clamp-2")}>
          {instruction !== "" && <span className="font-semibold text-accent">{instruction} </span>}
          {createdBy === null || createdBy === "" ? (
            <span className="text-soft">The builder did not say what made this layer</span>
          ) : isOpen ? (
            <PlainLines text={text} />
          ) : (
            <PlainText text={(isLong ? text.slice(0, 2 * FOLDED) : text).replaceAll(/[\n\t]+/g, " ")} />
          )}
        </p>
        {(isLong || comment !== null || created !== null) && (
          <p className="mt-1 flex flex-wrap gap-x-3 text-xs text-soft">
            {isLong && (
              <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} className="link">
                {isOpen ? "Fold" : "Show all of it"}
              </button>
            )}
            {isTime(created) && <Time at={created} />}
            {comment !== null && comment !== "" && comment !== "buildkit.dockerfile.v0" && <PlainText text={comment} />}
          </p>
        )}
      </div>
      <div className="col-start-2 mt-1 md:col-start-3 md:mt-0">
        {layer === undefined ? (
          <span className="text-xs text-soft">no files changed</span>
        ) : (
          <>
            <div className="flex items-baseline justify-between gap-2">
              <span className="tabular-nums">{formatBytes(sizeBytes)}</span>
              <Link {...toImage(repository, "files", reference, { layer, platform })} className="link text-xs">
                Files<span className="sr-only"> of step {number}</span>
              </Link>
            </div>
            <div aria-hidden="true" className="mt-1 h-1.5 overflow-hidden rounded-full bg-sunken">
              <div className="h-full rounded-full bg-accent" style={{ width: `max(2px, ${part * 100}%)` }} />
            </div>
          </>
        )}
      </div>
    </li>
  );
}

/** Builders write what they like: 1970 and year 0 say that the time was left out. */
function isTime(created: string | null): created is string {
  return created !== null && Date.parse(created) > Date.UTC(1980, 0);
}
