/** Commands for this host and this person, client by client; says so when the first push arrives. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { client } from "../../data/client.ts";
import { useMe } from "../../data/me.ts";
import { useRead } from "../../data/query.ts";
import { classes } from "../../ui/classes.ts";
import { Command } from "../../ui/copy.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Card } from "../../ui/page.tsx";
import { toRepository } from "../repository/address.ts";
import { clientGuides } from "./client-commands.ts";

const WATCH_MS = 2_000;

export function PushGuide() {
  const me = useMe();
  const instance = useRead(client.instance.get, undefined).data;
  const [chosen, setChosen] = useState("docker");
  const [since] = useState(() => new Date().toISOString());
  const watched = useRead(
    client.activity.newest,
    { query: { since } },
    { again: { everyMs: WATCH_MS, until: ({ push }) => push !== null } },
  );
  if (instance === undefined) return null;
  const account = me?.name ?? null;
  const guides = clientGuides({
    host: instance.host,
    url: instance.url,
    isPlain: !instance.url.startsWith("https:"),
    account: instance.isClaimed ? (account ?? "NAME") : null,
    repository: account === null ? "hello" : `${account}/hello`,
  });
  const guide = guides.find((it) => it.id === chosen) ?? guides[0];
  const push = watched.data?.push ?? null;
  return (
    <div className="flex flex-col gap-4">
      <div role="group" aria-label="Client" className="flex flex-wrap gap-1">
        {guides.map(({ id, name }) => (
          <button
            key={id}
            type="button"
            aria-pressed={id === chosen}
            onClick={() => setChosen(id)}
            className={classes(
              "rounded-md border px-3 py-1.5 text-sm",
              id === chosen
                ? "border-accent bg-accent-tint text-accent"
                : "border-line-strong bg-surface hover:bg-hover",
            )}
          >
            {name}
          </button>
        ))}
      </div>
      <Card className="flex flex-col gap-4">
        {guide?.steps.map(({ title, text }) => (
          <div key={title} className="flex flex-col gap-1">
            <p className="text-sm font-medium">{title}</p>
            <Command text={text} label={`Copy: ${title}`} />
          </div>
        ))}
        <div aria-live="polite">
          {push === null ? (
            <p className="text-sm text-soft">Waiting for a push…</p>
          ) : (
            <Notice tone="good" title="It arrived">
              <Link {...toRepository(push.repository)} className="underline underline-offset-2">
                {push.repository}:{push.tag}
              </Link>
              , pushed by {push.by}.
            </Notice>
          )}
        </div>
      </Card>
    </div>
  );
}
