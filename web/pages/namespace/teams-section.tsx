/** Teams of an organisation; one of them with its members and the groups that make it. */
import { Link, useNavigate } from "@tanstack/react-router";
import { UsersRound } from "lucide-react";
import { type FormEvent, useState } from "react";
import { client } from "../../data/client.ts";
import { useChange, usePages } from "../../data/query.ts";
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
import { TeamDetails } from "./team-details.tsx";

export function TeamsSection(props: SectionProps) {
  return props.rest === "" ? <TeamList {...props} /> : <TeamDetails {...props} />;
}

function TeamList({ namespace, rights }: SectionProps) {
  const [isCreating, setCreating] = useState(false);
  const teams = usePages(client.teams.list, { params: { namespace: namespace.name }, query: { limit: 100 } });
  return (
    <Section
      title="Teams"
      lead="What is granted to a team its members may do."
      actions={
        rights.administers && (
          <Button kind="primary" onClick={() => setCreating(true)}>
            New team
          </Button>
        )
      }
    >
      {teams.error !== null ? (
        <Failed error={teams.error} retry={() => void teams.refetch()} />
      ) : teams.data === undefined ? (
        <Loading />
      ) : teams.items.length === 0 ? (
        <Empty title="No teams yet" icon={<UsersRound size={28} aria-hidden="true" />}>
          With a team, rights are granted once and not to each person.
        </Empty>
      ) : (
        <Table label="Teams">
          <Head>
            <HeadCell>Team</HeadCell>
            <HeadCell>Description</HeadCell>
            <HeadCell>Made</HeadCell>
          </Head>
          <tbody>
            {teams.items.map((it) => (
              <Row key={it.id}>
                <Cell>
                  <Link {...toNamespace(namespace.name, "teams", it.name)} className="link font-medium">
                    {it.name}
                  </Link>
                </Cell>
                <Cell>{it.description}</Cell>
                <Cell>
                  <Time at={it.createdAt} />
                </Cell>
              </Row>
            ))}
          </tbody>
        </Table>
      )}
      <More pages={teams} />
      <NewTeam namespace={namespace.name} isOpen={isCreating} onClose={() => setCreating(false)} />
    </Section>
  );
}

type NewTeamProps = { namespace: string; onClose: () => void };

function NewTeam({ isOpen, ...form }: NewTeamProps & { isOpen: boolean }) {
  return (
    <Dialog isOpen={isOpen} onClose={form.onClose} title="New team">
      <NewTeamForm {...form} />
    </Dialog>
  );
}

function NewTeamForm({ namespace, onClose }: NewTeamProps) {
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const create = useChange(client.teams.create, {
    saysErrors: false,
    onDone: async (made) => {
      onClose();
      await navigate(toNamespace(namespace, "teams", made.name));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ params: { namespace }, body: { name, description } });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <FormError error={create.error} />
      <TextField
        label="Name"
        hint="Lower-case letters and digits, joined by . _ or -"
        value={name}
        onChange={(event) => setName(event.target.value)}
        required
      />
      <TextField label="Description" value={description} onChange={(event) => setDescription(event.target.value)} />
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" isBusy={create.isPending}>
          Make it
        </Button>
      </DialogActions>
    </form>
  );
}
