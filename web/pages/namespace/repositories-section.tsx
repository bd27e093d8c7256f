/** The repositories of a namespace that the person may see. */
import { PackageOpen, Plus } from "lucide-react";
import { useState } from "react";
import { client } from "../../data/client.ts";
import { useDebounced } from "../../data/debounced.ts";
import { usePages } from "../../data/query.ts";
import { RepositoryRow, RepositoryRows } from "../../parts/repository-row.tsx";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { Empty, Failed, Loading, More } from "../../ui/states.tsx";
import type { SectionProps } from "./namespace-pages.tsx";
import { NewRepository } from "./new-repository.tsx";

const ORDERS = { name: "Name", updated: "Updated last", pulls: "Most pulled", stars: "Most starred" } as const;
type Order = keyof typeof ORDERS;

export function RepositoriesSection({ namespace, rights }: SectionProps) {
  const [text, setText] = useState("");
  const [sort, setSort] = useState<Order>("updated");
  const [isCreating, setCreating] = useState(false);
  const q = useDebounced(text.trim().slice(0, 100), 150);
  const found = usePages(
    client.repositories.list,
    { query: { namespace: namespace.name, sort, limit: 50, ...(q === "" ? {} : { q }) } },
    { keepsPrevious: true },
  );
  return (
    <div className="flex flex-col gap-4">
      <h2 className="sr-only">Repositories</h2>
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
        <None namespace={namespace.name} isFiltered={q !== ""} mayPush={rights.seesMembers} />
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
      <NewRepository namespace={namespace} isOpen={isCreating} onClose={() => setCreating(false)} />
    </div>
  );
}

type NoneProps = { namespace: string; isFiltered: boolean; mayPush: boolean };

function None({ namespace, isFiltered, mayPush }: NoneProps) {
  if (isFiltered) return <Empty title="No repository has that in its name" />;
  return (
    <Empty
      title="No repositories yet"
      icon={<PackageOpen size={28} aria-hidden="true" />}
      action={
        mayPush && (
          <ButtonLink kind="primary" to="/welcome" search={{ namespace }}>
            Push the first image
          </ButtonLink>
        )
      }
    >
      {mayPush ? "A push makes the repository by itself." : "Or none that this account may see."}
    </Empty>
  );
}
