/** Accounts for machines: their tokens, and the rules by which a CI's own tokens stand for them. */
import { Link, useNavigate } from "@tanstack/react-router";
import { Bot } from "lucide-react";
import { type FormEvent, useState } from "react";
import { client } from "../../data/client.ts";
import { useChange, usePages } from "../../data/query.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog, DialogActions } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { FormError } from "../../ui/form-error.tsx";
import { Section } from "../../ui/page.tsx";
import { Empty, Failed, Loading, More } from "../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { toNamespace } from "./address.ts";
import type { SectionProps } from "./namespace-pages.tsx";
import { reachOf } from "./reach.ts";
import { RobotDetails } from "./robot-details.tsx";

export function RobotsSection(props: SectionProps) {
  return props.rest === "" ? <RobotList {...props} /> : <RobotDetails {...props} />;
}

function RobotList({ namespace, rights }: SectionProps) {
  const [isCreating, setCreating] = useState(false);
  const robots = usePages(client.robots.list, { params: { namespace: namespace.name }, query: { limit: 100 } });
  return (
    <Section
      title="Robots"
      lead="For a CI and other machines. A robot may nothing until it is granted something."
      actions={
        rights.administers && (
          <Button kind="primary" onClick={() => setCreating(true)}>
            New robot
          </Button>
        )
      }
    >
      {robots.error !== null ? (
        <Failed error={robots.error} retry={() => void robots.refetch()} />
      ) : robots.data === undefined ? (
        <Loading />
      ) : robots.items.length === 0 ? (
        <Empty title="No robots yet" icon={<Bot size={28} aria-hidden="true" />}>
          A robot's token outlives the person who set it up, and does no more than it has to.
        </Empty>
      ) : (
        <Table label="Robots">
          <Head>
            <HeadCell>Logs in as</HeadCell>
            <HeadCell>Description</HeadCell>
            <HeadCell>Reaches</HeadCell>
            <HeadCell>Made</HeadCell>
          </Head>
          <tbody>
            {robots.items.map((it) => (
              <Row key={it.id}>
                <Cell>
                  <Link {...toNamespace(namespace.name, "robots", it.name)} className="link font-medium">
                    {it.name}
                  </Link>{" "}
                  {it.isDisabled && <Badge tone="warn">disabled</Badge>}
                </Cell>
                <Cell>{it.description}</Cell>
                <Cell>{reachOf(it.repository)}</Cell>
                <Cell>
                  <Time at={it.createdAt} />
                </Cell>
              </Row>
            ))}
          </tbody>
        </Table>
      )}
      <More pages={robots} />
      <NewRobot namespace={namespace.name} isOpen={isCreating} onClose={() => setCreating(false)} />
    </Section>
  );
}

type NewRobotProps = { namespace: string; onClose: () => void };

function NewRobot({ isOpen, ...form }: NewRobotProps & { isOpen: boolean }) {
  return (
    <Dialog isOpen={isOpen} onClose={form.onClose} title="New robot">
      <NewRobotForm {...form} />
    </Dialog>
  );
}

function NewRobotForm({ namespace, onClose }: NewRobotProps) {
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [repository, setRepository] = useState("");
  const create = useChange(client.robots.create, {
    saysErrors: false,
    onDone: async (made) => {
      onClose();
      await navigate(toNamespace(namespace, "robots", made.name));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const confined = repository.trim();
    create.mutate({
      params: { namespace },
      body: { name, description, repository: confined === "" ? null : confined },
    });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <FormError error={create.error} />
      <TextField
        label="Name"
        hint={`It logs in as ${namespace}.${name === "" ? "NAME" : name}`}
        value={name}
        onChange={(event) => setName(event.target.value)}
        pattern="[a-z0-9._\-]+"
        title="Lower-case letters, digits and . _ - alone"
        maxLength={40}
        required
      />
      <TextField label="Description" value={description} onChange={(event) => setDescription(event.target.value)} />
      <TextField
        label="Confine it to one repository (may be left out)"
        hint="Then it reaches nothing else, whatever it is granted"
        placeholder={`${namespace}/web`}
        value={repository}
        onChange={(event) => setRepository(event.target.value)}
      />
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" isBusy={create.isPending}>
          Make it
        </Button>
      </DialogActions>
    </form>
  );
}
