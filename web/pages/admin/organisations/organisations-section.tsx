/** Every namespace that there is: organisations, and people's own. */
import { useNavigate } from "@tanstack/react-router";
import { Building2 } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";
import { client } from "../../../data/client.ts";
import { usePages } from "../../../data/query.ts";
import { Button } from "../../../ui/button.tsx";
import { SelectField, TextField } from "../../../ui/field.tsx";
import { Section } from "../../../ui/page.tsx";
import { Empty, Failed, Loading, More } from "../../../ui/states.tsx";
import { toAdmin } from "../address.ts";
import type { AdminProps } from "../admin-pages.tsx";
import { DeletedOrganisations } from "./deleted-organisations.tsx";
import { NamespaceTable } from "./namespace-table.tsx";
import { OrganisationDetails } from "./organisation-details.tsx";

export function OrganisationsSection({ mayChange, rest }: AdminProps) {
  if (rest !== "") return <OrganisationDetails name={rest} mayChange={mayChange} />;
  return (
    <div className="flex flex-col gap-8">
      <Organisations />
      <DeletedOrganisations mayChange={mayChange} />
    </div>
  );
}

/** Rows that are looked for by itself, since the list mixes organisations with people's own namespaces. */
const ENOUGH = 20;
/** Rows that are shown at once: each asks for its owners and its plan. */
const STEP = 25;

function Organisations() {
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [kind, setKind] = useState("organisation");
  const [count, setCount] = useState(STEP);
  const namespaces = usePages(client.namespaces.list, { query: { limit: 200 } });
  const tree = usePages(client.storage.tree, { query: { limit: 200 } });
  const sizes = new Map(tree.items.map((it) => [it.namespace, it.uniqueBytes + it.sharedBytes]));
  const part = text.trim().toLowerCase();
  const shown = namespaces.items.filter(
    (it) => (kind === "" || it.kind === kind) && `${it.name} ${it.displayName.toLowerCase()}`.includes(part),
  );
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = namespaces;
  const isShort = shown.length < ENOUGH && hasNextPage && !isFetchingNextPage;
  useEffect(() => {
    if (isShort) void fetchNextPage();
  }, [isShort, fetchNextPage]);
  const open = (event: FormEvent) => {
    event.preventDefault();
    const [only, ...others] = shown;
    const name = only !== undefined && others.length === 0 ? only.name : part;
    if (name !== "") void navigate(toAdmin("organisations", name));
  };
  return (
    <Section title="Organisations">
      <form onSubmit={open} className="flex flex-wrap items-end gap-3">
        <TextField
          label="Name"
          type="search"
          className="w-full sm:w-64"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <SelectField label="Kind" className="w-52" value={kind} onChange={(event) => setKind(event.target.value)}>
          <option value="organisation">Organisations</option>
          <option value="user">People's own namespaces</option>
          <option value="">Both</option>
        </SelectField>
        <Button type="submit" disabled={part === ""}>
          Open
        </Button>
      </form>
      {namespaces.error !== null ? (
        <Failed error={namespaces.error} retry={() => void namespaces.refetch()} />
      ) : namespaces.data === undefined ? (
        <Loading lines={4} />
      ) : shown.length === 0 ? (
        <Empty
          title={part === "" ? "No organisations yet" : "None is called so"}
          icon={<Building2 size={28} aria-hidden="true" />}
        >
          {part === "" && "People make them in their settings, where the registry lets them."}
        </Empty>
      ) : (
        <NamespaceTable namespaces={shown.slice(0, count)} sizes={sizes} />
      )}
      {shown.length > count ? (
        <div className="flex justify-center">
          <Button onClick={() => setCount(count + STEP)}>Show more</Button>
        </div>
      ) : (
        <More pages={namespaces} />
      )}
    </Section>
  );
}
