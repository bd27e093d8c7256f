/** Works on the storage that an administrator begins by hand. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { StartableKind } from "../../../../src/jobs/kinds.ts";
import { Button } from "../../../ui/button.tsx";
import { ConfirmDialog } from "../../../ui/dialog.tsx";
import { Section } from "../../../ui/page.tsx";
import { toAdmin } from "../address.ts";
import { OutcomeBadge } from "../jobs/outcome-badge.tsx";
import { summaryLine } from "../jobs/run-words.ts";
import { useRun, useStartJob } from "../jobs/use-run.ts";

type Work = { kind: StartableKind; title: string; words: string; action: string };

const WORKS: readonly Work[] = [
  {
    kind: "storage-count",
    title: "Count the storage",
    words: "Adds up anew what repositories store, alone and shared: the map and the figures above.",
    action: "Count",
  },
  {
    kind: "snapshot",
    title: "Take a snapshot",
    words: "Copies the rows of the database into the storage, beside the bytes that they name.",
    action: "Take one",
  },
  {
    kind: "scrub",
    title: "Scrub",
    words: "Reads stored bytes again, and compares them with their digests. Takes a while.",
    action: "Scrub",
  },
  {
    kind: "fsck",
    title: "Check everything",
    words: "Compares rows and stored bytes, and names in the log what does not fit. Changes nothing.",
    action: "Check",
  },
  {
    kind: "bin-empty",
    title: "Empty the recycle bin",
    words: "Removes for good what was deleted. Its bytes go with the garbage collection after it.",
    action: "Empty the bin",
  },
];

export function Works() {
  return (
    <Section title="Works">
      <ul className="divide-y divide-line rounded-lg border border-line bg-surface">
        {WORKS.map((it) => (
          <WorkRow key={it.kind} work={it} />
        ))}
      </ul>
    </Section>
  );
}

function WorkRow({ work: { kind, title, words, action } }: { work: Work }) {
  const [id, setId] = useState<string | null>(null);
  const [isAsking, setAsking] = useState(false);
  const run = useRun(id);
  const start = useStartJob((begun) => {
    setId(begun);
    setAsking(false);
  });
  const begin = () => start.mutate({ body: { kind } });
  const shown = id === null ? undefined : run.data;
  return (
    <li className="flex flex-wrap items-center justify-between gap-3 px-4 py-3 text-sm">
      <div className="min-w-0 grow basis-64">
        <p className="font-medium">{title}</p>
        <p className="text-soft">{words}</p>
        <p aria-live="polite">
          {shown !== undefined && (
            <>
              <OutcomeBadge outcome={shown.outcome} /> {shown.error ?? summaryLine(shown.summary)}{" "}
              <Link {...toAdmin("jobs", shown.id)} className="link">
                Its log
              </Link>
            </>
          )}
        </p>
      </div>
      <Button
        isBusy={start.isPending || shown?.outcome === "running"}
        onClick={() => (kind === "bin-empty" ? setAsking(true) : begin())}
      >
        {action}
      </Button>
      {isAsking && (
        <ConfirmDialog
          isOpen
          onClose={() => setAsking(false)}
          title="Empty the recycle bin?"
          action="Empty the bin"
          typed="empty the bin"
          isBusy={start.isPending}
          onConfirm={begin}
        >
          <p>
            All deleted tags, manifests and repositories of everybody are removed for good, at once, and cannot be had
            back. What is not deleted stays.
          </p>
        </ConfirmDialog>
      )}
    </li>
  );
}
