/** Runs, newest first, filtered by work and outcome. */
import { Link } from "@tanstack/react-router";
import { History } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { JOB_KINDS, JOB_OUTCOMES, type JobKind } from "../../../../src/jobs/kinds.ts";
import { client } from "../../../data/client.ts";
import { usePages } from "../../../data/query.ts";
import { SelectField } from "../../../ui/field.tsx";
import { Section } from "../../../ui/page.tsx";
import { Empty, Failed, Loading, More } from "../../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../../ui/table.tsx";
import { Time } from "../../../ui/time.tsx";
import { toAdmin } from "../address.ts";
import { OutcomeBadge } from "./outcome-badge.tsx";
import { durationWords, summaryLine } from "./run-words.ts";

/** `isRunning`: when it changes there is something new to read. */
type RunListProps = { titles: ReadonlyMap<JobKind, string>; isRunning: string };

export function RunList({ titles, isRunning }: RunListProps) {
  const [kind, setKind] = useState("");
  const [outcome, setOutcome] = useState("");
  const [oneKind, oneOutcome] = [JOB_KINDS.find((it) => it === kind), JOB_OUTCOMES.find((it) => it === outcome)];
  const runs = usePages(
    client.jobs.listRuns,
    {
      query: {
        limit: 30,
        ...(oneKind === undefined ? {} : { kind: oneKind }),
        ...(oneOutcome === undefined ? {} : { outcome: oneOutcome }),
      },
    },
    { keepsPrevious: true },
  );
  const { refetch } = runs;
  const known = useRef(isRunning);
  useEffect(() => {
    if (known.current === isRunning) return;
    known.current = isRunning;
    void refetch();
  }, [isRunning, refetch]);
  const titleOf = (it: JobKind) => titles.get(it) ?? it;
  return (
    <Section title="Runs" lead="One that found nothing to do is not kept.">
      <div className="grid grid-cols-2 gap-3 sm:w-96">
        <SelectField label="Work" value={kind} onChange={(event) => setKind(event.target.value)}>
          <option value="">All</option>
          {JOB_KINDS.map((it) => (
            <option key={it} value={it}>
              {titleOf(it)}
            </option>
          ))}
        </SelectField>
        <SelectField label="Outcome" value={outcome} onChange={(event) => setOutcome(event.target.value)}>
          <option value="">Any</option>
          {JOB_OUTCOMES.map((it) => (
            <option key={it} value={it}>
              {it}
            </option>
          ))}
        </SelectField>
      </div>
      {runs.error !== null ? (
        <Failed error={runs.error} retry={() => void runs.refetch()} />
      ) : runs.data === undefined ? (
        <Loading />
      ) : runs.items.length === 0 ? (
        <Empty title="No runs" icon={<History size={28} aria-hidden="true" />}>
          They come as works are done, and stay for 30 days.
        </Empty>
      ) : (
        <Table label="Runs">
          <Head>
            <HeadCell>Work</HeadCell>
            <HeadCell>Begun</HeadCell>
            <HeadCell>Took</HeadCell>
            <HeadCell>By</HeadCell>
            <HeadCell>Outcome</HeadCell>
            <HeadCell>What it did</HeadCell>
          </Head>
          <tbody>
            {runs.items.map((it) => (
              <Row key={it.id}>
                <Cell>
                  <Link {...toAdmin("jobs", it.id)} className="link font-medium">
                    {titleOf(it.kind)}
                  </Link>
                </Cell>
                <Cell>
                  <Time at={it.beganAt} />
                </Cell>
                <Cell className="whitespace-nowrap">
                  {it.endedAt !== null && durationWords(Date.parse(it.endedAt) - Date.parse(it.beganAt))}
                </Cell>
                <Cell>{it.startedBy ?? <span className="text-soft">itself</span>}</Cell>
                <Cell>
                  <OutcomeBadge outcome={it.outcome} />
                </Cell>
                <Cell className="min-w-48 text-soft">{it.error ?? summaryLine(it.summary)}</Cell>
              </Row>
            ))}
          </tbody>
        </Table>
      )}
      <More pages={runs} />
    </Section>
  );
}
