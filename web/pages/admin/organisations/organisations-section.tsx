/** Every namespace that there is: organisations, and people's own. */
import { Link, useNavigate } from "@tanstack/react-router";
import { BadgeCheck, Building2 } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";
import { client } from "../../../data/client.ts";
import { usePages } from "../../../data/query.ts";
import { Button } from "../../../ui/button.tsx";
import { SelectField, TextField } from "../../../ui/field.tsx";
import { formatBytes } from "../../../ui/format.ts";
import { Section } from "../../../ui/page.tsx";
import { PlainText } from "../../../ui/plain-text.tsx";
import { Empty, Failed, Loading, More } from "../../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../../ui/table.tsx";
import { Time } from "../../../ui/time.tsx";
import { toAdmin } from "../address.ts";
import type { AdminProps } from "../admin-pages.tsx";
import { DeletedOrganisations } from "./deleted-organisations.tsx";
import { OrganisationDetails } from "./organisation-details.tsx";

export type Namespace = Awaited<ReturnType<typeof client.namespaces.get>>;

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

function Organisations() {
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [kind, setKind] = useState("organisation");
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
        <Namespaces items={shown} sizes={sizes} />
      )}
      <More pages={namespaces} />
    </Section>
  );
}

function Namespaces({ items, sizes }: { items: readonly Namespace[]; sizes: ReadonlyMap<string, number> }) {
  return (
    <Table label="Organisations">
      <Head>
        <HeadCell>Name</HeadCell>
        <HeadCell>Kind</HeadCell>
        <HeadCell>Verified publisher</HeadCell>
        <HeadCell isNumber>Storage</HeadCell>
        <HeadCell>Since</HeadCell>
      </Head>
      <tbody>
        {items.map((it) => {
          const size = sizes.get(it.name);
          return (
            <Row key={it.id}>
              <Cell>
                <Link
                  {...(it.kind === "user" ? toAdmin("users", it.name) : toAdmin("organisations", it.name))}
                  className="link font-medium"
                >
                  {it.name}
                </Link>
                {it.displayName !== "" && (
                  <p className="text-xs text-soft">
                    <PlainText text={it.displayName} />
                  </p>
                )}
              </Cell>
              <Cell>{it.kind === "user" ? "Person" : "Organisation"}</Cell>
              <Cell>
                {it.isVerifiedPublisher && (
                  <span className="inline-flex items-center gap-1 text-good">
                    <BadgeCheck size={16} aria-hidden="true" /> verified
                  </span>
                )}
              </Cell>
              <Cell isNumber>
                {size === undefined ? <span className="text-soft">none counted</span> : formatBytes(size)}
              </Cell>
              <Cell>
                <Time at={it.createdAt} />
              </Cell>
            </Row>
          );
        })}
      </tbody>
    </Table>
  );
}
