/** Browsers that are signed in, and ending what is not one's own any more. */
import { Globe } from "lucide-react";
import { useState } from "react";
import { client } from "../../data/client.ts";
import { useChange, usePages } from "../../data/query.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { Section } from "../../ui/page.tsx";
import { Failed, Loading, More } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { readAgent } from "./agent.ts";

export function SessionsSection() {
  const pages = usePages(client.accountSessions.list, { query: { limit: 200 } });
  const [isEndingAll, setEndingAll] = useState(false);
  const end = useChange(client.accountSessions.delete, { done: "The session has ended." });
  const endOthers = useChange(client.accountSessions.deleteOthers, {
    done: "All other sessions have ended.",
    onDone: () => setEndingAll(false),
  });
  // The own first, then those that were used last.
  const sessions = pages.items.toSorted(
    (a, b) => Number(b.isCurrent) - Number(a.isCurrent) || b.lastUsedAt.localeCompare(a.lastUsedAt),
  );
  return (
    <Section
      title="Sessions"
      lead="Browsers that are signed in to this account. One that you do not know: end it, then change the password."
      actions={sessions.length > 1 && <Button onClick={() => setEndingAll(true)}>End all others</Button>}
    >
      {pages.isPending ? (
        <Loading />
      ) : pages.error !== null && sessions.length === 0 ? (
        <Failed error={pages.error} retry={() => void pages.refetch()} />
      ) : (
        <ul aria-label="Sessions" className="divide-y divide-line rounded-lg border border-line bg-surface">
          {sessions.map(({ id, agent, address, isCurrent, createdAt, lastUsedAt }) => (
            <li key={id} className="flex items-center gap-3 px-4 py-3">
              <Globe size={18} aria-hidden="true" className="shrink-0 text-soft" />
              <div className="min-w-0 grow">
                <p className="flex flex-wrap items-center gap-2 text-sm font-medium">
                  <span title={agent} className="truncate">
                    {readAgent(agent)}
                  </span>
                  {isCurrent && <Badge tone="good">This browser</Badge>}
                </p>
                <p className="text-xs text-soft">
                  <span className="break-all">{address}</span>, signed in <Time at={createdAt} />, last used{" "}
                  <Time at={lastUsedAt} />
                </p>
              </div>
              {!isCurrent && (
                <Button
                  aria-label={`End the session of ${readAgent(agent)} from ${address}`}
                  isBusy={end.isPending && end.variables.params.session === id}
                  onClick={() => end.mutate({ params: { session: id } })}
                >
                  End
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      <More pages={pages} />
      <ConfirmDialog
        isOpen={isEndingAll}
        onClose={() => setEndingAll(false)}
        title="End all other sessions?"
        action="End them"
        isBusy={endOthers.isPending}
        onConfirm={() => endOthers.mutate(undefined)}
      >
        <p>
          All browsers but this one are signed out at once, and have to sign in again. Access tokens and docker login
          stay.
        </p>
      </ConfirmDialog>
    </Section>
  );
}
