/** Who may do what in a namespace: one table, and a form that says in words what it will grant. */
import { KeyRound } from "lucide-react";
import { type FormEvent, useState } from "react";
import { client } from "../../data/client.ts";
import { useChange, usePages } from "../../data/query.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog, DialogActions } from "../../ui/dialog.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { Section } from "../../ui/page.tsx";
import { Empty, Failed, Loading, More } from "../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import type { SectionProps } from "./namespace-pages.tsx";

type Grant = Awaited<ReturnType<typeof client.grants.list>>["items"][number];
type Role = Grant["role"];

export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  read: "Read: pull",
  write: "Write: pull and push",
  maintain: "Maintain: push, delete tags, describe",
  admin: "Admin: everything, also rights and deletion",
};

export function GrantsSection({ namespace, rights }: SectionProps) {
  const [isGranting, setGranting] = useState(false);
  const grants = usePages(client.grants.list, { params: { namespace: namespace.name }, query: { limit: 100 } });
  const remove = useChange(client.grants.delete, { done: "Taken back: it holds no more, also for what is logged in." });
  return (
    <Section
      title="Grants"
      lead="Owners may do everything without one. Grants on a single repository are listed too."
      actions={
        rights.administers && (
          <Button kind="primary" onClick={() => setGranting(true)}>
            Grant a role
          </Button>
        )
      }
    >
      {grants.error !== null ? (
        <Failed error={grants.error} retry={() => void grants.refetch()} />
      ) : grants.data === undefined ? (
        <Loading />
      ) : grants.items.length === 0 ? (
        <Empty title="Nothing is granted" icon={<KeyRound size={28} aria-hidden="true" />}>
          Only owners, and members by the organisation's settings, may do anything with what is private here.
        </Empty>
      ) : (
        <Table label="Grants">
          <Head>
            <HeadCell>Who</HeadCell>
            <HeadCell>May</HeadCell>
            <HeadCell>On</HeadCell>
            <HeadCell>Since</HeadCell>
            <HeadCell>
              <span className="sr-only">Actions</span>
            </HeadCell>
          </Head>
          <tbody>
            {grants.items.map((it) => (
              <Row key={it.id}>
                <Cell>
                  <span className="font-medium">{it.subject.name}</span>{" "}
                  {it.subject.kind !== "account" && <Badge>{it.subject.kind}</Badge>}
                </Cell>
                <Cell>
                  <Badge tone={it.role === "admin" ? "warn" : "neutral"} title={ROLE_WORDS[it.role]}>
                    {it.role}
                  </Badge>
                </Cell>
                <Cell className="break-all">{objectOf(it, namespace.name)}</Cell>
                <Cell>
                  <Time at={it.createdAt} /> <span className="text-soft">by {it.createdBy}</span>
                </Cell>
                <Cell className="text-right">
                  {rights.administers && (
                    <Button
                      kind="quiet"
                      aria-label={`Take back ${it.role} of ${it.subject.name}`}
                      onClick={() => remove.mutate({ params: { namespace: namespace.name, grant: it.id } })}
                    >
                      Take back
                    </Button>
                  )}
                </Cell>
              </Row>
            ))}
          </tbody>
        </Table>
      )}
      <More pages={grants} />
      <GrantDialog namespace={namespace.name} isOpen={isGranting} onClose={() => setGranting(false)} />
    </Section>
  );
}

function objectOf({ on }: Grant, namespace: string): string {
  if (on.kind === "namespace") return `everything in ${namespace}`;
  return on.kind === "pattern" ? on.pattern : on.name;
}

type DialogProps = { namespace: string; isOpen: boolean; onClose: () => void };

function GrantDialog({ namespace, isOpen, onClose }: DialogProps) {
  const [kind, setKind] = useState<Grant["subject"]["kind"]>("team");
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("read");
  const [object, setObject] = useState("");
  const put = useChange(client.grants.put, {
    done: "Granted.",
    onDone: () => {
      onClose();
      setName("");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const text = object.trim();
    const on =
      text === ""
        ? ({ kind: "namespace" } as const)
        : text.includes("*")
          ? ({ kind: "pattern", pattern: text } as const)
          : ({ kind: "repository", name: text } as const);
    put.mutate({ params: { namespace }, body: { subject: { kind, name: name.trim() }, role, on } });
  };
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title="Grant a role">
      <form onSubmit={submit} className="flex flex-col gap-4">
        <div className="grid gap-4 sm:grid-cols-2">
          <SelectField
            label="To a"
            value={kind}
            onChange={(event) => setKind(event.target.value as Grant["subject"]["kind"])}
          >
            <option value="team">Team</option>
            <option value="account">Person</option>
            <option value="robot">Robot</option>
          </SelectField>
          <TextField label="Name" value={name} onChange={(event) => setName(event.target.value)} required />
        </div>
        <SelectField label="Role" value={role} onChange={(event) => setRole(event.target.value as Role)}>
          {Object.entries(ROLE_WORDS).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </SelectField>
        <TextField
          label="On"
          placeholder={`Everything in ${namespace}`}
          hint={`A repository such as ${namespace}/web, a pattern such as ${namespace}/web-*, or nothing for all of it`}
          value={object}
          onChange={(event) => setObject(event.target.value)}
        />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" isBusy={put.isPending}>
            Grant
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
