/** Who may do what with this repository alone; what the namespace gives is said beside it. */
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { client } from "../../../data/client.ts";
import { useChange, usePages } from "../../../data/query.ts";
import { Badge } from "../../../ui/badge.tsx";
import { Button } from "../../../ui/button.tsx";
import { ConfirmDialog } from "../../../ui/dialog.tsx";
import { SelectField, TextField } from "../../../ui/field.tsx";
import { Section } from "../../../ui/page.tsx";
import { Failed, Loading, More } from "../../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../../ui/table.tsx";
import { Time } from "../../../ui/time.tsx";
import type { Repository } from "../repository.ts";

type Grant = Awaited<ReturnType<typeof client.grants.listOn>>["items"][number];
type Kind = Grant["subject"]["kind"];
type Role = Grant["role"];

const ROLES: readonly (readonly [Role, string])[] = [
  ["read", "read: pull"],
  ["write", "write: pull and push"],
  ["maintain", "maintain: also delete tags, edit the README"],
  ["admin", "admin: also settings, grants, deletion"],
];
const KINDS: readonly (readonly [Kind, string])[] = [
  ["account", "Person"],
  ["team", "Team"],
  ["robot", "Robot"],
];

export function Grants({ repository: { name, namespace, actions } }: { repository: Repository }) {
  const params = { repository: name };
  const pages = usePages(client.grants.listOn, { params });
  const [leaving, setLeaving] = useState<Grant | null>(null);
  const mayChange = actions.includes("administer");
  const put = useChange(client.grants.putOn, {
    stale: ["access"],
    done: ({ subject, role }) => `${subject.name} has the role ${role}.`,
  });
  const remove = useChange(client.grants.deleteOn, {
    stale: ["access"],
    done: "The grant is taken back.",
    onDone: () => setLeaving(null),
  });
  return (
    <Section
      title="Grants"
      lead={
        <>
          On this repository alone. Owners and what was granted on all of{" "}
          <Link to="/n/$" params={{ _splat: namespace }} className="link">
            {namespace}
          </Link>{" "}
          come on top.
        </>
      }
    >
      {pages.error !== null ? (
        <Failed error={pages.error} retry={() => void pages.refetch()} />
      ) : pages.isPending ? (
        <Loading />
      ) : pages.items.length === 0 ? (
        <p className="text-sm text-soft">Nobody was granted this repository by itself.</p>
      ) : (
        <>
          <Table label="Grants">
            <Head>
              <HeadCell>To</HeadCell>
              <HeadCell>Role</HeadCell>
              <HeadCell>Granted</HeadCell>
              <HeadCell>
                <span className="sr-only">Take back</span>
              </HeadCell>
            </Head>
            <tbody>
              {pages.items.map((grant) => (
                <Row key={grant.id}>
                  <Cell>
                    {grant.subject.name} {grant.subject.kind !== "account" && <Badge>{grant.subject.kind}</Badge>}
                  </Cell>
                  <Cell>
                    {mayChange ? (
                      <select
                        aria-label={`Role of ${grant.subject.name}`}
                        value={grant.role}
                        disabled={put.isPending}
                        onChange={(event) =>
                          put.mutate({ params, body: { subject: grant.subject, role: event.target.value as Role } })
                        }
                        className="min-h-8 rounded-md border border-line-strong bg-surface px-2"
                      >
                        {ROLES.map(([role]) => (
                          <option key={role}>{role}</option>
                        ))}
                      </select>
                    ) : (
                      grant.role
                    )}
                  </Cell>
                  <Cell className="whitespace-nowrap">
                    <Time at={grant.createdAt} /> <span className="text-soft">by {grant.createdBy}</span>
                  </Cell>
                  <Cell className="py-1 text-right">
                    {mayChange && (
                      <Button
                        kind="quiet"
                        aria-label={`Take the grant of ${grant.subject.name} back`}
                        onClick={() => setLeaving(grant)}
                      >
                        Take back
                      </Button>
                    )}
                  </Cell>
                </Row>
              ))}
            </tbody>
          </Table>
          <More pages={pages} />
        </>
      )}
      {mayChange && (
        <NewGrant
          isBusy={put.isPending}
          onGrant={(subject, role) => put.mutateAsync({ params, body: { subject, role } })}
        />
      )}
      <ConfirmDialog
        isOpen={leaving !== null}
        onClose={() => setLeaving(null)}
        title="Take the grant back?"
        action="Take it back"
        isBusy={remove.isPending}
        onConfirm={() => leaving !== null && remove.mutate({ params: { ...params, grant: leaving.id } })}
      >
        <p>
          {leaving?.subject.name} loses the role {leaving?.role} on <span className="code break-all">{name}</span> at
          once. What other grants give stays. It can be granted again at any time.
        </p>
      </ConfirmDialog>
    </Section>
  );
}

type NewGrantProps = { isBusy: boolean; onGrant: (subject: Grant["subject"], role: Role) => Promise<unknown> };

function NewGrant({ isBusy, onGrant }: NewGrantProps) {
  const [kind, setKind] = useState<Kind>("account");
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("read");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // Why it failed is said; what was typed stays.
    onGrant({ kind, name: name.trim() }, role).then(
      () => setName(""),
      () => undefined,
    );
  };
  return (
    <form onSubmit={submit} aria-label="Grant a role" className="grid items-end gap-2 sm:grid-cols-[8rem_1fr_1fr_auto]">
      <SelectField label="To a" value={kind} onChange={(event) => setKind(event.target.value as Kind)}>
        {KINDS.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </SelectField>
      <TextField
        label={kind === "team" ? "Name of the team" : kind === "robot" ? "Name of the robot" : "Login name"}
        value={name}
        required
        maxLength={255}
        onChange={(event) => setName(event.target.value)}
      />
      <SelectField label="Role" value={role} onChange={(event) => setRole(event.target.value as Role)}>
        {ROLES.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </SelectField>
      <Button type="submit" isBusy={isBusy}>
        Grant
      </Button>
    </form>
  );
}
