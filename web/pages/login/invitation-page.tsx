/** The link of an invitation: what it is to, and whether to come. */
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { client } from "../../data/client.ts";
import { useMe, useSetup } from "../../data/me.ts";
import { useChange, useRead } from "../../data/query.ts";
import { Button, ButtonLink, buttonClasses } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Card, Fact, Facts, Page } from "../../ui/page.tsx";
import { Answer } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { codeOf } from "./arrival.ts";

export function InvitationPage() {
  const [code] = useState(() => codeOf(location.hash));
  return (
    <Page title="Invitation" isNarrow>
      {code === null ? (
        <Notice tone="bad">This link is not whole. Open it from the mail again, or ask whoever invited you.</Notice>
      ) : (
        <Invitation code={code} />
      )}
    </Page>
  );
}

function Invitation({ code }: { code: string }) {
  const me = useMe();
  const setup = useSetup();
  const navigate = useNavigate();
  const shown = useRead(client.invitations.show, { body: { code } });
  const [isDeclined, setDeclined] = useState(false);
  const accept = useChange(client.invitations.acceptCode, {
    stale: ["namespaces", "session", "members"],
    done: "Welcome.",
    onDone: ({ namespace }) =>
      namespace === null ? navigate({ to: "/" }) : navigate({ to: "/n/$", params: { _splat: namespace } }),
  });
  const decline = useChange(client.invitations.declineCode, { onDone: () => setDeclined(true) });
  if (isDeclined) return <Notice>You said no. Nothing else happens.</Notice>;
  return (
    <Answer answer={shown} what="This invitation">
      {({ namespace, team, role, invitedBy, expiresAt }) => (
        <Card className="flex flex-col gap-5">
          <Facts>
            <Fact name="To">{namespace ?? "this registry"}</Fact>
            {team !== null && <Fact name="Team">{team}</Fact>}
            <Fact name="As">{role}</Fact>
            <Fact name="By">{invitedBy}</Fact>
            <Fact name="Ends">
              <Time at={expiresAt} />
            </Fact>
          </Facts>
          {me ? (
            <div className="flex flex-wrap gap-2">
              <Button kind="primary" isBusy={accept.isPending} onClick={() => accept.mutate({ body: { code } })}>
                Accept as {me.name}
              </Button>
              <Button isBusy={decline.isPending} onClick={() => decline.mutate({ body: { code } })}>
                Decline
              </Button>
            </div>
          ) : (
            <div className="flex flex-wrap gap-2">
              <ButtonLink kind="primary" to="/login" search={{ next: `/invitation#code=${code}` }}>
                Sign in to accept
              </ButtonLink>
              {setup?.signUp !== "closed" && (
                // The code stays behind the #, where no server sees it.
                <a className={buttonClasses("plain")} href={`/sign-up#code=${encodeURIComponent(code)}`}>
                  Make an account
                </a>
              )}
              <Button kind="quiet" isBusy={decline.isPending} onClick={() => decline.mutate({ body: { code } })}>
                Decline
              </Button>
            </div>
          )}
        </Card>
      )}
    </Answer>
  );
}
