/** What was done in a repository, newest first: pushes, tags that moved, and for those who may know, changes of its settings. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { client } from "../../data/client.ts";
import { usePages } from "../../data/query.ts";
import { Digest } from "../../ui/copy.tsx";
import { Section } from "../../ui/page.tsx";
import { Empty, Failed, Loading, More } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { wordsOf } from "./activity-words.ts";
import { toRepository } from "./address.ts";
import type { Repository } from "./repository.ts";

type Entry = Awaited<ReturnType<typeof client.activity.list>>["items"][number];

export function ActivitySection({ repository: { name } }: { repository: Repository }) {
  const pages = usePages(client.activity.list, { params: { repository: name } });
  return (
    <Section title="Activity" lead="Pushes, tags that moved, deletions and changes, newest first.">
      {pages.error !== null ? (
        <Failed error={pages.error} retry={() => void pages.refetch()} />
      ) : pages.isPending ? (
        <Loading lines={6} />
      ) : pages.items.length === 0 && !pages.hasNextPage ? (
        <Empty title="Nothing happened yet">Push an image, and it shows up here.</Empty>
      ) : (
        <>
          <ul
            aria-label="Activity"
            className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-surface text-sm"
          >
            {pages.items.map((entry, index) => (
              // Several things may happen in one millisecond.
              <li key={`${entry.at} ${index}`} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2">
                <div className="min-w-0 grow">
                  <What entry={entry} repository={name} />
                  <Changes entry={entry} />
                </div>
                <span className="text-xs text-soft">
                  <Time at={entry.at} />
                </span>
              </li>
            ))}
          </ul>
          <More pages={pages} />
        </>
      )}
    </Section>
  );
}

function What({ entry, repository }: { entry: Entry; repository: string }) {
  const { actor, action, tag, digest, before } = entry;
  const about: ReactNode[] = [];
  if (tag !== null) {
    about.push(
      <Link key="tag" {...toRepository(repository, "tags", tag)} className="link code break-all">
        {tag}
      </Link>,
    );
  }
  if (before !== null && before !== digest) {
    about.push(
      <span key="before" className="inline-flex items-center">
        from <Digest digest={before} />
      </span>,
    );
  }
  if (digest !== null) {
    about.push(
      <span key="digest" className="inline-flex items-center">
        {before !== null && before !== digest ? "to" : ""} <Digest digest={digest} />
      </span>,
    );
  }
  return (
    <div className="flex flex-wrap items-center gap-x-1.5">
      <span className="font-medium">{actor}</span>
      <span>{wordsOf(action)}</span>
      {about}
    </div>
  );
}

function Changes({ entry: { changes } }: { entry: Entry }) {
  if (changes.length === 0) return null;
  return (
    <ul className="text-xs text-soft">
      {changes.map(({ field, before, after }) => (
        <li key={field} className="line-clamp-2 break-words">
          {/* Of a README the beginning would say little. */}
          {field === "readme" ? "README" : `${field}: ${shown(before)} → ${shown(after)}`}
        </li>
      ))}
    </ul>
  );
}

const shown = (value: string | null): string => (value === null || value === "" ? "nothing" : value);
