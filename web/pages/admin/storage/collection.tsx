/** Garbage collection: what it freed, what it would free, and a pass of it now. */
import { Link } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { client } from "../../../data/client.ts";
import { usePages } from "../../../data/query.ts";
import { Button } from "../../../ui/button.tsx";
import { Checkbox } from "../../../ui/field.tsx";
import { formatBytes, formatTime, plural } from "../../../ui/format.ts";
import { Notice } from "../../../ui/notice.tsx";
import { Card, Section } from "../../../ui/page.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../../ui/table.tsx";
import { Time } from "../../../ui/time.tsx";
import { toAdmin } from "../address.ts";
import { OutcomeBadge } from "../jobs/outcome-badge.tsx";
import { type Run, useRun, useStartJob } from "../jobs/use-run.ts";

type Freed = Awaited<ReturnType<typeof client.storage.get>>["freed"];

export function Collection({ mayChange, freed }: { mayChange: boolean; freed: Freed | null }) {
  const [isNow, setNow] = useState(false);
  const [planned, setPlanned] = useState<string | null>(null);
  const [collected, setCollected] = useState<string | null>(null);
  const runs = usePages(client.jobs.listRuns, { query: { kind: "gc" as const, limit: 5 } });
  const { refetch } = runs;
  const onEnd = useCallback(() => void refetch(), [refetch]);
  const plan = useRun(planned);
  const pass = useRun(collected, onEnd);
  const startPlan = useStartJob(setPlanned);
  const startPass = useStartJob(setCollected);
  const isPlanning = startPlan.isPending || (planned !== null && plan.data?.outcome === "running");
  const isCollecting = startPass.isPending || (collected !== null && pass.data?.outcome === "running");
  return (
    <Section
      title="Garbage collection"
      lead={
        freed === null || freed.blobs === 0
          ? "Takes away the bytes that nothing names any more."
          : `It freed ${formatBytes(freed.bytes)} in ${plural(freed.blobs, "blob")} since ${formatTime(freed.since)}.`
      }
      actions={
        mayChange && (
          <>
            <Button isBusy={isPlanning} onClick={() => startPlan.mutate({ body: { kind: "gc-plan", now: isNow } })}>
              What would it free?
            </Button>
            <Button
              kind="primary"
              isBusy={isCollecting}
              onClick={() => startPass.mutate({ body: { kind: "gc", now: isNow } })}
            >
              Collect now
            </Button>
          </>
        )
      }
    >
      {mayChange && (
        <Checkbox
          label="Without the grace"
          hint="Bytes that were given up just now go too: an older snapshot that is restored may miss them. What is being pushed stays."
          checked={isNow}
          onChange={(event) => setNow(event.target.checked)}
        />
      )}
      <div aria-live="polite" className="flex flex-col gap-3">
        {pass.data !== undefined && collected !== null && <Passed run={pass.data} />}
        {plan.data?.outcome === "done" && planned !== null && <Plan summary={plan.data.summary} />}
        {plan.data?.outcome === "failed" && <Notice tone="bad">{plan.data.error}</Notice>}
      </div>
      {runs.items.length > 0 && (
        <Table label="Passes of the garbage collection">
          <Head>
            <HeadCell>Begun</HeadCell>
            <HeadCell>By</HeadCell>
            <HeadCell>Outcome</HeadCell>
            <HeadCell isNumber>Freed</HeadCell>
            <HeadCell isNumber>Blobs</HeadCell>
          </Head>
          <tbody>
            {runs.items.map((it) => (
              <Row key={it.id}>
                <Cell>
                  <Link {...toAdmin("jobs", it.id)} className="link">
                    <Time at={it.beganAt} />
                  </Link>
                </Cell>
                <Cell>{it.startedBy ?? <span className="text-soft">itself</span>}</Cell>
                <Cell>
                  <OutcomeBadge outcome={it.outcome} />
                </Cell>
                <Cell isNumber>{formatBytes(numberOf(it.summary, "freedBytes"))}</Cell>
                <Cell isNumber>{numberOf(it.summary, "blobs")}</Cell>
              </Row>
            ))}
          </tbody>
        </Table>
      )}
    </Section>
  );
}

type Summary = Run["summary"];

function numberOf(summary: Summary, key: string): number {
  const value = summary[key];
  return typeof value === "number" ? value : 0;
}

function Passed({ run: { outcome, summary, error } }: { run: Run }) {
  if (outcome === "running") return <p className="text-sm text-soft">Collecting…</p>;
  if (outcome !== "done") return <Notice tone="bad">{error ?? "It did not come to its end."}</Notice>;
  const { heldBy } = summary;
  const blobs = numberOf(summary, "blobs");
  const freed = `Freed ${formatBytes(numberOf(summary, "freedBytes"))} in ${plural(blobs, "blob")}`;
  return (
    <Notice tone="good" title={blobs === 0 ? "There was nothing to free" : freed}>
      {typeof heldBy === "string" && `No bytes may go at the moment: ${heldBy}.`}
    </Notice>
  );
}

const WAITING = [
  ["now", "Goes with the next pass", "Nothing names it, and its grace is over."],
  ["grace", "In its grace", "Nothing names it since a short while."],
  ["lease", "Just pushed", "No manifest names it yet; kept for whoever pushes."],
  ["bin", "In the recycle bin", "Goes once the bin has given it up."],
] as const;

function Plan({ summary }: { summary: Summary }) {
  const { heldBy } = summary;
  return (
    <>
      {typeof heldBy === "string" && <Notice tone="warn">No bytes may go at the moment: {heldBy}.</Notice>}
      <ul aria-label="What garbage collection would free" className="grid grid-cols-2 gap-3 lg:grid-cols-4">
        {WAITING.map(([key, title, words]) => (
          <li key={key}>
            <Card className="flex h-full flex-col">
              <span className="text-sm">{title}</span>
              <span className="text-lg font-semibold tabular-nums">
                {formatBytes(numberOf(summary, `${key}Bytes`))}
              </span>
              <span className="text-xs text-soft">
                {plural(numberOf(summary, `${key}Blobs`), "blob")}. {words}
              </span>
            </Card>
          </li>
        ))}
      </ul>
    </>
  );
}
