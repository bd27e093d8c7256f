/** Namespaces, a row each, which asks for its own owners and plan. */
import { Link } from "@tanstack/react-router";
import { BadgeCheck } from "lucide-react";
import { client } from "../../../data/client.ts";
import { useRead } from "../../../data/query.ts";
import { Badge } from "../../../ui/badge.tsx";
import { formatBytes } from "../../../ui/format.ts";
import { PlainText } from "../../../ui/plain-text.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../../ui/table.tsx";
import { Time } from "../../../ui/time.tsx";
import { toAdmin } from "../address.ts";

export type Namespace = Awaited<ReturnType<typeof client.namespaces.get>>;

type TableProps = {
  namespaces: readonly Namespace[];
  /** Bytes by name, of those that were counted. */
  sizes: ReadonlyMap<string, number>;
};

export function NamespaceTable({ namespaces, sizes }: TableProps) {
  return (
    <Table label="Organisations">
      <Head>
        <HeadCell>Name</HeadCell>
        <HeadCell>Owners</HeadCell>
        <HeadCell>Plan</HeadCell>
        <HeadCell>Publisher</HeadCell>
        <HeadCell isNumber>Storage</HeadCell>
        <HeadCell>Since</HeadCell>
      </Head>
      <tbody>
        {namespaces.map((it) => (
          <NamespaceRow key={it.id} namespace={it} size={sizes.get(it.name)} />
        ))}
      </tbody>
    </Table>
  );
}

function NamespaceRow({ namespace, size }: { namespace: Namespace; size: number | undefined }) {
  const { name, displayName, kind, isVerifiedPublisher, createdAt } = namespace;
  const usage = useRead(client.plans.namespaceUsage, { params: { namespace: name } });
  return (
    <Row>
      <Cell>
        <Link {...toAdmin(kind === "user" ? "users" : "organisations", name)} className="link font-medium">
          {name}
        </Link>
        {displayName !== "" && (
          <p className="text-xs text-soft">
            <PlainText text={displayName} />
          </p>
        )}
      </Cell>
      <Cell>{kind === "user" ? <span className="text-soft">a person's own</span> : <Owners namespace={name} />}</Cell>
      <Cell>{usage.data?.plan.name}</Cell>
      <Cell>
        {isVerifiedPublisher && (
          <span className="inline-flex items-center gap-1 text-good">
            <BadgeCheck size={16} aria-hidden="true" /> verified
          </span>
        )}
      </Cell>
      <Cell isNumber>{size === undefined ? "" : formatBytes(size)}</Cell>
      <Cell>
        <Time at={createdAt} />
      </Cell>
    </Row>
  );
}

const SHOWN = 2;

function Owners({ namespace }: { namespace: string }) {
  const members = useRead(client.members.list, { params: { namespace }, query: { limit: 200 } });
  if (members.data === undefined) return null;
  const owners = members.data.items.filter(({ role }) => role === "owner").map(({ account }) => account);
  if (owners.length === 0) {
    // There may be one among those that were not read.
    return members.data.next === null ? <Badge tone="warn">nobody</Badge> : "";
  }
  const more = owners.length - SHOWN;
  return `${owners.slice(0, SHOWN).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
