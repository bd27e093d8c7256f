/** Background work: what there is, how it went last, when it is due, and each run with its log. */
import { Link, useNavigate } from "@tanstack/react-router";
import { client } from "../../../data/client.ts";
import { useRead } from "../../../data/query.ts";
import { Badge } from "../../../ui/badge.tsx";
import { Button } from "../../../ui/button.tsx";
import { Section } from "../../../ui/page.tsx";
import { Answer } from "../../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../../ui/table.tsx";
import { Time } from "../../../ui/time.tsx";
import { STARTABLE_KINDS, type JobKind, type StartableKind } from "../../../../src/jobs/kinds.ts";
import { toAdmin } from "../address.ts";
import type { AdminProps } from "../admin-pages.tsx";
import { OutcomeBadge } from "./outcome-badge.tsx";
import { RunDetails } from "./run-details.tsx";
import { RunList } from "./run-list.tsx";
import { useStartJob } from "./use-run.ts";

const WATCH_MS = 2_000;

type Job = Awaited<ReturnType<typeof client.jobs.list>>["items"][number];

export function JobsSection({ mayChange, rest }: AdminProps) {
  return rest === "" ? <Jobs mayChange={mayChange} /> : <RunDetails id={rest} />;
}

function Jobs({ mayChange }: { mayChange: boolean }) {
  const jobs = useRead(client.jobs.list, undefined, {
    again: { everyMs: WATCH_MS, until: ({ items }) => items.every((it) => it.running === null) },
  });
  return (
    <div className="flex flex-col gap-8">
      <Section title="Jobs" lead="What this server does in the background, and what can be begun now.">
        <Answer answer={jobs} lines={8}>
          {({ items }) => (
            <Table label="Jobs">
              <Head>
                <HeadCell>Work</HeadCell>
                <HeadCell>State</HeadCell>
                <HeadCell>Last run</HeadCell>
                <HeadCell>Next</HeadCell>
                {mayChange && (
                  <HeadCell>
                    <span className="sr-only">Start</span>
                  </HeadCell>
                )}
              </Head>
              <tbody>
                {items.map((it) => (
                  <JobRow key={it.kind} job={it} mayChange={mayChange} />
                ))}
              </tbody>
            </Table>
          )}
        </Answer>
      </Section>
      <RunList
        titles={new Map(jobs.data?.items.map((it) => [it.kind, it.title]))}
        isRunning={runningOf(jobs.data?.items)}
      />
    </div>
  );
}

/** Changes when a run begins or ends. */
function runningOf(items: readonly Job[] = []): string {
  return items.flatMap(({ running }) => running?.id ?? []).join();
}

function JobRow({ job, mayChange }: { job: Job; mayChange: boolean }) {
  const navigate = useNavigate();
  const start = useStartJob((id) => void navigate(toAdmin("jobs", id)));
  const { kind, title, description, isEnabled, canStart, running, lastRun, lastLookedAt, nextDueAt } = job;
  return (
    <Row>
      <Cell>
        <p className="font-medium">{title}</p>
        <p className="min-w-48 text-xs text-soft">{description}</p>
      </Cell>
      <Cell>
        {running !== null ? (
          <Link {...toAdmin("jobs", running.id)}>
            <OutcomeBadge outcome="running" />
          </Link>
        ) : isEnabled ? (
          <span className="text-soft">by itself</span>
        ) : (
          <Badge title="This server does not do it by itself">when asked</Badge>
        )}
      </Cell>
      <Cell className="whitespace-nowrap">
        {lastRun === null ? (
          <span className="text-soft">none</span>
        ) : (
          <>
            <Link {...toAdmin("jobs", lastRun.id)} className="link">
              <Time at={lastRun.beganAt} />
            </Link>{" "}
            {lastRun.outcome !== "done" && <OutcomeBadge outcome={lastRun.outcome} />}
          </>
        )}
        {lastLookedAt !== null && (
          <p className="text-xs text-soft">
            looked <Time at={lastLookedAt} />
          </p>
        )}
      </Cell>
      <Cell>{nextDueAt === null ? "" : <Time at={nextDueAt} />}</Cell>
      {mayChange && (
        <Cell className="text-right">
          {canStart && isStartable(kind) && kind !== "bin-empty" && (
            <Button
              isBusy={start.isPending}
              disabled={running !== null}
              aria-label={`Start: ${title}`}
              onClick={() => start.mutate({ body: { kind } })}
            >
              Start
            </Button>
          )}
          {kind === "bin-empty" && (
            <Link {...toAdmin("storage")} className="link text-sm">
              In Storage
            </Link>
          )}
        </Cell>
      )}
    </Row>
  );
}

function isStartable(kind: JobKind): kind is StartableKind {
  return (STARTABLE_KINDS as readonly JobKind[]).includes(kind);
}
