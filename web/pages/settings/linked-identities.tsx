/** Logins at other services that lead to this account. */
import { useState } from "react";
import { client } from "../../data/client.ts";
import { useChange, useRead } from "../../data/query.ts";
import { useProven } from "../../parts/proof.tsx";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { Section } from "../../ui/page.tsx";
import { Answer } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";

type Provider = Awaited<ReturnType<typeof client.loginMethods.list>>["providers"][number];
type Identity = Awaited<ReturnType<typeof client.identities.list>>["items"][number];

export function LinkedIdentities() {
  const identities = useRead(client.identities.list, undefined);
  const providers = useRead(client.loginMethods.list, undefined).data?.providers ?? [];
  const [unlinked, setUnlinked] = useState<Identity | null>(null);
  const link = useChange(useProven(client.identities.link), {
    onDone: ({ url }) => {
      if (url !== null) location.assign(url);
    },
  });
  const unlink = useChange(useProven(client.identities.unlink), {
    stale: ["session", "accountSessions"],
    done: "The login is unlinked, and other sessions have ended.",
    onDone: () => setUnlinked(null),
  });
  // Nothing elsewhere to speak of.
  if (providers.length === 0 && identities.data?.items.length === 0) return null;
  return (
    <Section title="Linked logins" lead="Other services that sign in to this account.">
      <Answer answer={identities} what="Linked logins">
        {({ items }) => {
          const free = providers.filter((it) => !items.some(({ source }) => source === `oidc:${it.name}`));
          return (
            <ul aria-label="Linked logins" className="divide-y divide-line rounded-lg border border-line bg-surface">
              {items.map((identity) => (
                <li
                  key={`${identity.source} ${identity.login}`}
                  className="flex flex-wrap items-center justify-between gap-3 px-4 py-3 text-sm"
                >
                  <div className="min-w-0">
                    <p className="font-medium">{nameOf(identity.source, providers)}</p>
                    <p className="text-xs break-all text-soft">
                      {identity.login}, last used <Time at={identity.lastUsedAt} />
                    </p>
                  </div>
                  <Button onClick={() => setUnlinked(identity)}>Unlink</Button>
                </li>
              ))}
              {free.map((provider) => (
                <li key={provider.name} className="flex flex-wrap items-center justify-between gap-3 px-4 py-3 text-sm">
                  <div className="min-w-0">
                    <p className="font-medium">{provider.displayName}</p>
                    <p className="text-xs text-soft">
                      Leads to {provider.displayName} to sign in there once, and comes back here.
                    </p>
                  </div>
                  <Button
                    isBusy={link.isPending}
                    onClick={() =>
                      link.mutate({
                        params: { source: `oidc:${provider.name}` },
                        body: { returnTo: "/settings/security" },
                      })
                    }
                  >
                    Link {provider.displayName}
                  </Button>
                </li>
              ))}
            </ul>
          );
        }}
      </Answer>
      <ConfirmDialog
        isOpen={unlinked !== null}
        onClose={() => setUnlinked(null)}
        title="Unlink this login?"
        action="Unlink it"
        isBusy={unlink.isPending}
        onConfirm={() => unlinked !== null && unlink.mutate({ params: { source: unlinked.source } })}
      >
        <p>
          {unlinked !== null && nameOf(unlinked.source, providers)} does not sign in to this account any more. All other
          sessions, what docker login keeps, and teams that came from its groups end with it. It can be linked again.
        </p>
      </ConfirmDialog>
    </Section>
  );
}

function nameOf(source: string, providers: readonly Provider[]): string {
  const [kind, name = ""] = source.split(":");
  if (kind === "oidc") return providers.find((it) => it.name === name)?.displayName ?? name;
  return kind === "ldap" ? `Directory ${name}` : "The server's password file";
}
