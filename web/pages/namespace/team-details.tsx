/** One team: who is in it, and which groups of a directory or login provider make it. */
import { Link, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { client } from "../../data/client.ts";
import { useChange, usePages, useRead } from "../../data/query.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { SelectField } from "../../ui/field.tsx";
import { Section } from "../../ui/page.tsx";
import { Answer, Failed, Loading, More } from "../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { toNamespace } from "./address.ts";
import type { SectionProps } from "./namespace-pages.tsx";
import { SubjectGrants } from "./subject-grants.tsx";
import { TeamGroups } from "./team-groups.tsx";

export function TeamDetails({ namespace, rights, rest: team }: SectionProps) {
  const navigate = useNavigate();
  const [isDeleting, setDeleting] = useState(false);
  const params = { namespace: namespace.name, team };
  const found = useRead(client.teams.get, { params });
  const remove = useChange(client.teams.delete, {
    stale: ["grants"],
    done: `The team ${team} is deleted.`,
    onDone: () => navigate(toNamespace(namespace.name, "teams")),
  });
  return (
    <Answer answer={found} what={`The team ${team}`}>
      {({ description }) => (
        <div className="flex flex-col gap-8">
          <Section
            title={
              <>
                <Link {...toNamespace(namespace.name, "teams")} className="link underline">
                  Teams
                </Link>{" "}
                / {team}
              </>
            }
            lead={description}
            actions={rights.administers && <Button onClick={() => setDeleting(true)}>Delete the team</Button>}
          >
            <TeamMembers params={params} mayChange={rights.administers} />
          </Section>
          {rights.inspects && (
            <SubjectGrants
              namespace={namespace.name}
              subject={{ kind: "team", name: team }}
              mayChange={rights.administers}
            />
          )}
          <TeamGroups params={params} mayChange={rights.administers} />
          <ConfirmDialog
            isOpen={isDeleting}
            onClose={() => setDeleting(false)}
            title={`Delete the team ${team}?`}
            action="Delete the team"
            isBusy={remove.isPending}
            onConfirm={() => remove.mutate({ params })}
          >
            <p>
              Everything that was granted to the team goes with it, at once and for good. Its members stay in{" "}
              {namespace.name}.
            </p>
          </ConfirmDialog>
        </div>
      )}
    </Answer>
  );
}

export type PartProps = { params: { namespace: string; team: string }; mayChange: boolean };

function TeamMembers({ params, mayChange }: PartProps) {
  const inTeam = usePages(client.teams.listMembers, { params, query: { limit: 100 } });
  const all = usePages(
    client.members.list,
    { params: { namespace: params.namespace }, query: { limit: 1_000 } },
    { enabled: mayChange },
  );
  const [chosen, setChosen] = useState("");
  const add = useChange(client.teams.addMember, { onDone: () => setChosen("") });
  const remove = useChange(client.teams.removeMember);
  const others = all.items.filter((it) => !inTeam.items.some((member) => member.account === it.account));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (chosen !== "") add.mutate({ params: { ...params, account: chosen } });
  };
  if (inTeam.error !== null) return <Failed error={inTeam.error} retry={() => void inTeam.refetch()} />;
  if (inTeam.data === undefined) return <Loading />;
  return (
    <>
      {mayChange && others.length > 0 && (
        <form onSubmit={submit} className="flex flex-wrap items-end gap-2">
          <SelectField label="Put into the team" value={chosen} onChange={(event) => setChosen(event.target.value)}>
            <option value="">Choose a member</option>
            {others.map((it) => (
              <option key={it.accountId} value={it.account}>
                {it.account}
              </option>
            ))}
          </SelectField>
          <Button type="submit" isBusy={add.isPending} disabled={chosen === ""}>
            Add
          </Button>
        </form>
      )}
      {inTeam.items.length === 0 ? (
        <p className="text-sm text-soft">Nobody is in it yet.</p>
      ) : (
        <Table label="Members of the team">
          <Head>
            <HeadCell>Account</HeadCell>
            <HeadCell>Since</HeadCell>
            <HeadCell>
              <span className="sr-only">Actions</span>
            </HeadCell>
          </Head>
          <tbody>
            {inTeam.items.map((it) => (
              <Row key={`${it.accountId} ${it.source ?? ""}`}>
                <Cell>
                  <span className="font-medium">{it.account}</span>{" "}
                  {it.source !== null && <Badge title="By a group of this source">from {it.source}</Badge>}
                </Cell>
                <Cell>
                  <Time at={it.createdAt} />
                </Cell>
                <Cell className="text-right">
                  {mayChange && it.source === null && (
                    <Button
                      kind="quiet"
                      aria-label={`Take ${it.account} out of the team`}
                      disabled={remove.isPending}
                      onClick={() => remove.mutate({ params: { ...params, account: it.account } })}
                    >
                      Take out
                    </Button>
                  )}
                </Cell>
              </Row>
            ))}
          </tbody>
        </Table>
      )}
      <More pages={inTeam} />
    </>
  );
}
