/** The repositories of a namespace that the person may see. */
import { useNavigate } from "@tanstack/react-router";
import { PackageOpen, Plus } from "lucide-react";
import { type FormEvent, useDeferredValue, useState } from "react";
import { client } from "../../data/client.ts";
import { useChange, usePages } from "../../data/query.ts";
import { RepositoryRow, RepositoryRows } from "../../parts/repository-row.tsx";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Dialog, DialogActions } from "../../ui/dialog.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { Empty, Failed, Loading, More } from "../../ui/states.tsx";
import { toRepository } from "../repository/address.ts";
import type { SectionProps } from "./namespace-pages.tsx";

const ORDERS = { name: "Name", updated: "Updated last", pulls: "Most pulled", stars: "Most starred" } as const;
type Order = keyof typeof ORDERS;

export function RepositoriesSection({ namespace, rights }: SectionProps) {
  const [text, setText] = useState("");
  const [sort, setSort] = useState<Order>("updated");
  const [isCreating, setCreating] = useState(false);
  const q = useDeferredValue(text.trim());
  const found = usePages(
    client.repositories.list,
    { query: { namespace: namespace.name, sort, limit: 50, ...(q === "" ? {} : { q }) } },
    { keepsPrevious: true },
  );
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end justify-between gap-3">
        <div className="flex flex-wrap items-end gap-3">
          <TextField label="Filter" type="search" value={text} onChange={(event) => setText(event.target.value)} />
          <SelectField label="Sort by" value={sort} onChange={(event) => setSort(event.target.value as Order)}>
            {Object.entries(ORDERS).map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </SelectField>
        </div>
        {rights.administers && (
          <Button onClick={() => setCreating(true)}>
            <Plus size={16} aria-hidden="true" /> New repository
          </Button>
        )}
      </div>
      {found.error !== null ? (
        <Failed error={found.error} retry={() => void found.refetch()} />
      ) : found.data === undefined ? (
        <Loading lines={6} />
      ) : found.items.length === 0 ? (
        <None isFiltered={q !== ""} mayPush={rights.seesMembers} />
      ) : (
        <>
          <RepositoryRows label="Repositories">
            {found.items.map((it) => (
              <RepositoryRow key={it.id} repository={it} />
            ))}
          </RepositoryRows>
          <More pages={found} />
        </>
      )}
      <NewRepository namespace={namespace.name} isOpen={isCreating} onClose={() => setCreating(false)} />
    </div>
  );
}

function None({ isFiltered, mayPush }: { isFiltered: boolean; mayPush: boolean }) {
  if (isFiltered) return <Empty title="No repository has that in its name" />;
  return (
    <Empty
      title="No repositories yet"
      icon={<PackageOpen size={28} aria-hidden="true" />}
      action={
        mayPush && (
          <ButtonLink kind="primary" to="/welcome">
            Push the first image
          </ButtonLink>
        )
      }
    >
      A push makes the repository by itself.
    </Empty>
  );
}

function NewRepository({ namespace, isOpen, onClose }: { namespace: string; isOpen: boolean; onClose: () => void }) {
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [visibility, setVisibility] = useState<"private" | "public">("private");
  const create = useChange(client.repositories.create, {
    onDone: async (made) => {
      onClose();
      await navigate(toRepository(made.name));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ body: { name: `${namespace}/${name}`, description, visibility } });
  };
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title="New repository">
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label="Name"
          hint={`What stands behind ${namespace}/`}
          value={name}
          onChange={(event) => setName(event.target.value)}
          required
        />
        <TextField
          label="Description"
          value={description}
          onChange={(event) => setDescription(event.target.value)}
          maxLength={200}
        />
        <SelectField
          label="Who may see it"
          value={visibility}
          onChange={(event) => setVisibility(event.target.value as "private" | "public")}
        >
          <option value="private">Private: those who were granted it</option>
          <option value="public">Public: everybody may pull</option>
        </SelectField>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" isBusy={create.isPending}>
            Make it
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
