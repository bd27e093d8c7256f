/** Invitations of the account that wait for an answer; nothing where there are none. */
import { client } from "../../data/client.ts";
import { useChange, usePages } from "../../data/query.ts";
import { Button } from "../../ui/button.tsx";
import { Section } from "../../ui/page.tsx";
import { More } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";

export function OwnInvitations() {
  const pages = usePages(client.invitations.listMine, { query: {} });
  const accept = useChange(client.invitations.accept, {
    stale: ["session", "namespaces", "repositories"],
    done: ({ namespace }) => (namespace === null ? "Welcome." : `You are a member of ${namespace}.`),
  });
  const decline = useChange(client.invitations.decline, { done: "You said no." });
  if (pages.items.length === 0) return null;
  return (
    <Section title="Invitations">
      <ul aria-label="Invitations" className="divide-y divide-line rounded-lg border border-line bg-surface">
        {pages.items.map(({ id, namespace, team, role, invitedBy, expiresAt }) => (
          <li key={id} className="flex flex-wrap items-center justify-between gap-3 px-4 py-3">
            <div className="min-w-0">
              <p className="text-sm font-medium break-words">
                {namespace ?? "This registry"}
                {team !== null && `, team ${team}`}
              </p>
              <p className="text-xs text-soft">
                As {role}, by {invitedBy}; ends <Time at={expiresAt} />
              </p>
            </div>
            <div className="flex gap-2">
              <Button
                kind="primary"
                isBusy={accept.isPending && accept.variables.params.invitation === id}
                onClick={() => accept.mutate({ params: { invitation: id } })}
              >
                Accept
              </Button>
              <Button
                isBusy={decline.isPending && decline.variables.params.invitation === id}
                onClick={() => decline.mutate({ params: { invitation: id } })}
              >
                Decline
              </Button>
            </div>
          </li>
        ))}
      </ul>
      <More pages={pages} />
    </Section>
  );
}
