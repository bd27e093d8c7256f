/** What a repository is for, how much it is used, and what was pushed last. */
import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { client } from "../../../data/client.ts";
import { useMe } from "../../../data/me.ts";
import { useRead } from "../../../data/query.ts";
import { Command } from "../../../ui/copy.tsx";
import { formatBytes, plural } from "../../../ui/format.ts";
import { Card, Section } from "../../../ui/page.tsx";
import { Answer, Empty, Loading } from "../../../ui/states.tsx";
import { Time } from "../../../ui/time.tsx";
import { clientGuides } from "../../home/client-commands.ts";
import { toRepository } from "../address.ts";
import { useNewestTags } from "../repository-frame.tsx";
import type { Repository } from "../repository.ts";
import { Readme } from "./readme.tsx";

const Chart = lazy(() => import("../../../ui/chart.tsx").then((it) => ({ default: it.Chart })));

const SHOWN_DAYS = 30;

type OverviewProps = { repository: Repository; etag: string | null };

export function OverviewSection({ repository, etag }: OverviewProps) {
  return (
    <div className="grid gap-8 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <div className="flex min-w-0 flex-col gap-6">
        {repository.tags === 0 && <NothingPushed repository={repository} />}
        <Readme repository={repository} etag={etag} />
      </div>
      <div className="flex min-w-0 flex-col gap-6">
        <Pulls repository={repository.name} />
        {repository.tags > 0 && <NewestTags repository={repository.name} />}
      </div>
    </div>
  );
}

function Pulls({ repository }: { repository: string }) {
  const pulls = useRead(client.activity.pulls, { params: { repository }, query: { days: SHOWN_DAYS } });
  return (
    <Section title="Pulls">
      <Card>
        <Answer answer={pulls} lines={4}>
          {({ total, points }) => (
            <>
              <p className="mb-2 text-sm text-soft">
                {total === 0
                  ? `Nobody pulled it in the last ${SHOWN_DAYS} days.`
                  : `${plural(total, "pull")} in the last ${SHOWN_DAYS} days.`}
              </p>
              {total > 0 && (
                <Suspense fallback={<Loading lines={4} />}>
                  <Chart label="Pulls by day" points={points.map(({ at, pulls: value }) => ({ at, value }))} />
                </Suspense>
              )}
            </>
          )}
        </Answer>
      </Card>
    </Section>
  );
}

function NewestTags({ repository }: { repository: string }) {
  const newest = useNewestTags(repository);
  return (
    <Section
      title="Newest tags"
      actions={
        <Link {...toRepository(repository, "tags")} className="link text-sm">
          All tags
        </Link>
      }
    >
      <Answer answer={newest} lines={5}>
        {({ items }) => (
          <ul className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-surface text-sm">
            {items.map(({ name, pushedAt, pushedBy, sizeBytes }) => (
              <li key={name} className="flex flex-col gap-0.5 px-3 py-2 hover:bg-hover">
                <span className="flex justify-between gap-3">
                  <Link {...toRepository(repository, "images", name)} className="link code truncate">
                    {name}
                  </Link>
                  <span className="shrink-0 tabular-nums text-soft">{formatBytes(sizeBytes)}</span>
                </span>
                <span className="text-xs text-soft">
                  <Time at={pushedAt} /> by {pushedBy}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Answer>
    </Section>
  );
}

function NothingPushed({ repository: { name, actions } }: { repository: Repository }) {
  const me = useMe();
  const instance = useRead(client.instance.get, undefined).data;
  if (!actions.includes("push") || instance === undefined) {
    return <Empty title="Nothing was pushed yet">Its tags show up here once somebody pushes one.</Empty>;
  }
  const [docker] = clientGuides({
    host: instance.host,
    url: instance.url,
    isPlain: !instance.url.startsWith("https:"),
    account: instance.isClaimed ? (me?.name ?? "NAME") : null,
    repository: name,
  });
  return (
    <Section title="Push the first image" lead="With other clients: see how to push and pull, at the foot of the page.">
      {docker?.steps.map(({ title, text }) => (
        <div key={title} className="flex flex-col gap-1">
          <p className="text-sm font-medium">{title}</p>
          <Command text={text} label={`Copy: ${title}`} />
        </div>
      ))}
    </Section>
  );
}
