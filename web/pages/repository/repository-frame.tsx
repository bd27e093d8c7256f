/** What stands above every section of a repository: what it is, how to get it, and the way to the other sections. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { client } from "../../data/client.ts";
import { useRead } from "../../data/query.ts";
import { RepositoryMarks } from "../../parts/repository-marks.tsx";
import { formatCount, formatShort, plural } from "../../ui/format.ts";
import { Page } from "../../ui/page.tsx";
import { TabBar, TabLink } from "../../ui/tabs.tsx";
import { Time } from "../../ui/time.tsx";
import { toRepository } from "./address.ts";
import { PullCommandBox } from "./pull-command.tsx";
import type { Repository } from "./repository.ts";
import { StarButton } from "./star-button.tsx";

type FrameProps = { repository: Repository; section: string; children: ReactNode };

const TITLES: Readonly<Record<string, string>> = {
  tags: "Tags of ",
  bin: "Deleted tags of ",
  activity: "Activity of ",
  settings: "Settings of ",
};

export function RepositoryFrame({ repository, section, children }: FrameProps) {
  const { name, description, pulls, updatedAt, tags, actions } = repository;
  return (
    <Page
      title={`${TITLES[section] ?? ""}${name}`}
      heading={<Heading repository={repository} />}
      lead={
        <div className="flex flex-col gap-2">
          {description !== "" && <p className="text-base text-ink">{description}</p>}
          <p className="flex flex-wrap gap-x-4 gap-y-1 text-xs">
            <span title={`${formatCount(pulls)} pulls`}>
              {formatShort(pulls)} {pulls === 1 ? "pull" : "pulls"}
            </span>
            <span>{plural(tags, "tag")}</span>
            <span>
              Updated <Time at={updatedAt} />
            </span>
          </p>
        </div>
      }
      actions={
        <div className="flex w-[min(27rem,calc(100vw-2rem))] flex-col gap-2">
          <div className="sm:self-end">
            <StarButton repository={repository} />
          </div>
          <Getting repository={repository} />
        </div>
      }
    >
      <TabBar label="Sections of the repository">
        <TabLink {...toRepository(name)} activeOptions={{ exact: true }}>
          Overview
        </TabLink>
        <TabLink {...toRepository(name, "tags")} count={tags}>
          Tags
        </TabLink>
        <TabLink {...toRepository(name, "activity")}>Activity</TabLink>
        {(actions.includes("describe") || actions.includes("see-grants")) && (
          <TabLink {...toRepository(name, "settings")}>Settings</TabLink>
        )}
      </TabBar>
      {children}
    </Page>
  );
}

function Heading({ repository }: { repository: Repository }) {
  const { name, namespace, ...marks } = repository;
  const isWithin = name.startsWith(`${namespace}/`);
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <span className="break-all">
        {isWithin && (
          <>
            <Link to="/n/$" params={{ _splat: namespace }} className="link font-normal">
              {namespace}
            </Link>
            <span className="font-normal text-soft"> / </span>
          </>
        )}
        {isWithin ? name.slice(namespace.length + 1) : name}
      </span>
      <RepositoryMarks {...marks} />
    </span>
  );
}

/** The newest few: what the overview shows, and what the pull command names. */
export function useNewestTags(repository: string) {
  return useRead(client.tags.list, { params: { repository }, query: { sort: "updated", limit: 5, auxiliary: false } });
}

function Getting({ repository }: { repository: Repository }) {
  const newest = useNewestTags(repository.name).data?.items;
  const tag = newest?.find(({ name }) => name === "latest") ?? newest?.[0];
  if (tag === undefined) return null;
  return <PullCommandBox repository={repository.name} reference={tag.name} kind={tag.kind} />;
}
