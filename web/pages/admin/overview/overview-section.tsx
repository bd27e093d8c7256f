/** The registry at a glance: what needs somebody, how much there is, how it grows, and what runs. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { client } from "../../../data/client.ts";
import { useRead } from "../../../data/query.ts";
import { formatBytes, formatCount, plural } from "../../../ui/format.ts";
import { Notice } from "../../../ui/notice.tsx";
import { Card, Section } from "../../../ui/page.tsx";
import { Answer } from "../../../ui/states.tsx";
import { Time } from "../../../ui/time.tsx";
import { toAdmin } from "../address.ts";
import { GrowthChart } from "../storage/growth-chart.tsx";
import { HEALTH_WORDS, HealthChecks } from "./health-checks.tsx";

const WATCH_MS = 2_000;

export function OverviewSection() {
  return (
    <div className="flex flex-col gap-8">
      <HealthAtAGlance />
      <Counts />
      <Section title="Storage over 30 days">
        <GrowthChart days={30} />
      </Section>
      <Running />
    </div>
  );
}

function HealthAtAGlance() {
  const health = useRead(client.administration.health, undefined);
  return (
    <Section
      title="Health"
      actions={
        <Link {...toAdmin("health")} className="link text-sm">
          Every check
        </Link>
      }
    >
      <Answer answer={health}>
        {({ state, checks, version, startedAt }) => {
          const open = checks.filter((it) => it.state !== "ok");
          return (
            <>
              {open.length === 0 ? (
                <Notice tone="good" title={HEALTH_WORDS[state]}>
                  {plural(checks.length, "check")} passed.
                </Notice>
              ) : (
                <HealthChecks checks={open} />
              )}
              <p className="text-sm text-soft">
                Berth {version}, started <Time at={startedAt} />.
              </p>
            </>
          );
        }}
      </Answer>
    </Section>
  );
}

function Counts() {
  const counts = useRead(client.administration.counts, undefined);
  const storage = useRead(client.storage.get, undefined, {
    again: { everyMs: WATCH_MS, until: ({ isCounting, totals }) => !isCounting && totals !== null },
  });
  const totals = storage.data?.totals ?? null;
  return (
    <Section title="What there is">
      <Answer answer={counts}>
        {(it) => (
          <ul className="grid grid-cols-2 gap-3 lg:grid-cols-4">
            <Figure name="People" value={formatCount(it.people)} section="users">
              {plural(it.administrators, "administrator")}, {plural(it.auditors, "auditor")}
              {it.disabled > 0 && `, ${formatCount(it.disabled)} disabled`}
            </Figure>
            <Figure name="Organisations" value={formatCount(it.organisations)} section="organisations">
              {plural(it.robots, "robot")}
            </Figure>
            <Figure name="Repositories" value={formatCount(it.repositories)} section="storage">
              {totals === null ? "not counted yet" : plural(totals.manifests, "manifest")}
            </Figure>
            <Figure name="Stored" value={totals === null ? "…" : formatBytes(totals.storedBytes)} section="storage">
              {totals === null ? "counting" : `for ${formatBytes(totals.logicalBytes)} of content`}
            </Figure>
          </ul>
        )}
      </Answer>
    </Section>
  );
}

type FigureProps = { name: string; value: string; section: string; children: ReactNode };

function Figure({ name, value, section, children }: FigureProps) {
  return (
    <li>
      <Card className="flex h-full flex-col">
        <Link {...toAdmin(section)} className="link text-sm">
          {name}
        </Link>
        <span className="text-xl font-semibold tabular-nums">{value}</span>
        <span className="text-xs text-soft">{children}</span>
      </Card>
    </li>
  );
}

function Running() {
  const jobs = useRead(client.jobs.list, undefined, {
    again: { everyMs: WATCH_MS, until: ({ items }) => items.every((it) => it.running === null) },
  });
  return (
    <Section
      title="Running now"
      actions={
        <Link {...toAdmin("jobs")} className="link text-sm">
          All jobs
        </Link>
      }
    >
      <Answer answer={jobs} lines={1}>
        {({ items }) => {
          const running = items.flatMap((it) => (it.running === null ? [] : [{ title: it.title, run: it.running }]));
          if (running.length === 0) return <p className="text-sm text-soft">Nothing at the moment.</p>;
          return (
            <ul className="flex flex-col gap-1 text-sm">
              {running.map(({ title, run }) => (
                <li key={run.id}>
                  <Link {...toAdmin("jobs", run.id)} className="link">
                    {title}
                  </Link>{" "}
                  <span className="text-soft">
                    begun <Time at={run.beganAt} />
                  </span>
                </li>
              ))}
            </ul>
          );
        }}
      </Answer>
    </Section>
  );
}
