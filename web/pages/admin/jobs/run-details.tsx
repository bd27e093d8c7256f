/** One run with the last lines of its log, anew each second while it runs. */
import { JOB_TEXTS } from "../../../../src/jobs/kinds.ts";
import { formatTime } from "../../../ui/format.ts";
import { Notice } from "../../../ui/notice.tsx";
import { Card, Fact, Facts, Section } from "../../../ui/page.tsx";
import { PlainText } from "../../../ui/plain-text.tsx";
import { Answer } from "../../../ui/states.tsx";
import { Crumb } from "../crumb.tsx";
import { OutcomeBadge } from "./outcome-badge.tsx";
import { durationWords, figuresOf } from "./run-words.ts";
import { type Run, useRun } from "./use-run.ts";

export function RunDetails({ id }: { id: string }) {
  const run = useRun(id);
  return (
    <Answer answer={run} what="This run">
      {(it) => <Shown run={it} />}
    </Answer>
  );
}

function Shown({ run }: { run: Run }) {
  const { id, kind, outcome, beganAt, endedAt, node, startedBy, error, summary, log } = run;
  return (
    <div className="flex flex-col gap-6">
      <Section
        title={
          <>
            <Crumb section="jobs" title="Jobs" />
            {JOB_TEXTS[kind].title} <OutcomeBadge outcome={outcome} />
          </>
        }
        lead={JOB_TEXTS[kind].description}
      >
        {error !== null && (
          <Notice tone="bad" title="It failed">
            <PlainText text={error} />
          </Notice>
        )}
        <Card>
          <Facts>
            <Fact name="Run">{id}</Fact>
            <Fact name="Begun">
              {formatTime(beganAt)}, by {startedBy ?? "itself"}
            </Fact>
            <Fact name="On">{node}</Fact>
            <Fact name="Took">
              {endedAt === null ? "still running" : durationWords(Date.parse(endedAt) - Date.parse(beganAt))}
            </Fact>
            {figuresOf(summary).map(([name, value]) => (
              <Fact key={name} name={name.charAt(0).toUpperCase() + name.slice(1)}>
                <PlainText text={value} />
              </Fact>
            ))}
          </Facts>
        </Card>
      </Section>
      <Section title="Log" lead={log.length === 0 ? "It wrote none." : undefined}>
        {log.length > 0 && (
          <div
            role="log"
            aria-label="Log of the run"
            tabIndex={0}
            className="max-h-96 overflow-auto rounded-lg border border-line bg-surface p-3"
          >
            <ol className="code w-max min-w-full text-sm">
              {log.map(({ at, text }, index) => (
                // A line is what stands at its number.
                // oxlint-disable-next-line react/no-array-index-key
                <li key={index}>
                  <time dateTime={at} className="text-soft">
                    {at.slice(11, 19)}
                  </time>{" "}
                  <PlainText text={text} />
                </li>
              ))}
            </ol>
          </div>
        )}
      </Section>
    </div>
  );
}
