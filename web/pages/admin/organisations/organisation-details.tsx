/** One organisation, as administrators care for it: its owners, its plan, its mark, and whom it is handed to. */
import { Link, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { client } from "../../../data/client.ts";
import { useChange, usePages, useRead } from "../../../data/query.ts";
import { Badge } from "../../../ui/badge.tsx";
import { Button, ButtonLink } from "../../../ui/button.tsx";
import { ConfirmDialog } from "../../../ui/dialog.tsx";
import { Checkbox, TextField } from "../../../ui/field.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { Card, Fact, Facts, Section } from "../../../ui/page.tsx";
import { PlainText } from "../../../ui/plain-text.tsx";
import { Answer } from "../../../ui/states.tsx";
import { Time } from "../../../ui/time.tsx";
import { toNamespace } from "../../namespace/address.ts";
import { toAdmin } from "../address.ts";
import { Crumb } from "../crumb.tsx";
import { PlanOf } from "../plans/plan-of.tsx";
import type { Namespace } from "./namespace-table.tsx";

type DetailsProps = { name: string; mayChange: boolean };

export function OrganisationDetails({ name, mayChange }: DetailsProps) {
  const found = useRead(client.namespaces.get, { params: { namespace: name } });
  return (
    <Answer answer={found} what={`The organisation ${name}`}>
      {(it) => (
        <div className="flex flex-col gap-8">
          <Profile namespace={it} mayChange={mayChange} />
          <Section title="Plan">
            <PlanOf
              {...(it.kind === "user" ? { account: it.name } : { organisation: it.name })}
              mayChange={mayChange}
            />
          </Section>
          {mayChange && it.kind === "organisation" && <HandOver namespace={it.name} />}
        </div>
      )}
    </Answer>
  );
}

function Profile({ namespace, mayChange }: { namespace: Namespace; mayChange: boolean }) {
  const { name, displayName, isVerifiedPublisher, createdAt } = namespace;
  const members = usePages(client.members.list, { params: { namespace: name }, query: { limit: 200 } });
  const owners = members.items.filter((it) => it.role === "owner");
  const isOwnerless = members.data !== undefined && !members.hasNextPage && owners.length === 0;
  const verify = useChange(client.namespaces.verify, { stale: ["repositories", "search"], done: "Kept." });
  return (
    <Section
      title={
        <>
          <Crumb section="organisations" title="Organisations" />
          {name} {isVerifiedPublisher && <Badge tone="good">verified publisher</Badge>}
        </>
      }
      actions={
        <>
          <ButtonLink {...toNamespace(name)}>Its page</ButtonLink>
          {mayChange && <ButtonLink {...toNamespace(name, "members")}>Members</ButtonLink>}
          {mayChange && <ButtonLink {...toNamespace(name, "settings")}>Settings</ButtonLink>}
        </>
      }
    >
      {isOwnerless && (
        <Notice tone="warn" title="Nobody owns it">
          Administrators alone can change it. Make one of its members owner, or hand it over to a person.
        </Notice>
      )}
      <Card className="flex flex-col gap-4">
        <Facts>
          {displayName !== "" && (
            <Fact name="Name to show">
              <PlainText text={displayName} />
            </Fact>
          )}
          <Fact name="Owners">
            {owners.map(({ account }, index) => (
              <span key={account}>
                {index > 0 && ", "}
                <Link {...toAdmin("users", account)} className="link">
                  {account}
                </Link>
              </span>
            ))}
            {owners.length === 0 && <span className="text-soft">{members.data === undefined ? "…" : "none"}</span>}
          </Fact>
          <Fact name="Since">
            <Time at={createdAt} />
          </Fact>
        </Facts>
        {mayChange && (
          <Checkbox
            label="Verified publisher"
            hint="The mark says that an administrator of this registry knows who publishes here."
            checked={isVerifiedPublisher}
            onChange={(event) =>
              verify.mutate({ params: { namespace: name }, body: { isVerifiedPublisher: event.target.checked } })
            }
          />
        )}
      </Card>
    </Section>
  );
}

function HandOver({ namespace }: { namespace: string }) {
  const navigate = useNavigate();
  const [account, setAccount] = useState("");
  const [isAsking, setAsking] = useState(false);
  const handOver = useChange(client.namespaces.handOver, {
    stale: ["accounts", "account", "session", "repositories", "members", "search"],
    done: `${namespace} is a person's own namespace now.`,
    onDone: () => navigate(toAdmin("users", namespace)),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsking(true);
  };
  return (
    <Section
      title="Hand over to a person"
      lead="It becomes their own namespace, and their account gets its name. For images that were pushed before there were accounts."
    >
      <form onSubmit={submit} className="flex flex-wrap items-end gap-2">
        <TextField
          label="Account"
          value={account}
          maxLength={64}
          required
          onChange={(event) => setAccount(event.target.value)}
        />
        <Button type="submit">Hand over</Button>
      </form>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={`Hand ${namespace} over to ${account}?`}
        action="Hand over"
        typed={namespace}
        isBusy={handOver.isPending}
        onConfirm={() => handOver.mutate({ params: { namespace }, body: { account: account.trim() } })}
      >
        <p>
          The account {account} is called {namespace} from then on, and the namespace that was theirs, which has to be
          empty, goes. This cannot be undone.
        </p>
      </ConfirmDialog>
    </Section>
  );
}
