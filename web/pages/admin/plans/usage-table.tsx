/** What namespaces have used of their plans; each row asks for its own. */
import { Link } from "@tanstack/react-router";
import { client } from "../../../data/client.ts";
import { usePages, useRead } from "../../../data/query.ts";
import { messageOf } from "../../../data/problem.ts";
import { formatBytes } from "../../../ui/format.ts";
import { Empty, Failed, Loading, More } from "../../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../../ui/table.tsx";
import { toAdmin } from "../address.ts";
import { limitInForce, usedWords } from "./plan-words.ts";

type Namespace = Awaited<ReturnType<typeof client.namespaces.get>>;

export function UsageTable() {
  const namespaces = usePages(client.namespaces.list, { query: { limit: 20 } });
  if (namespaces.error !== null) {
    return <Failed error={namespaces.error} retry={() => void namespaces.refetch()} />;
  }
  if (namespaces.data === undefined) return <Loading lines={4} />;
  if (namespaces.items.length === 0) return <Empty title="Nobody has anything yet" />;
  return (
    <>
      <Table label="Use of plans">
        <Head>
          <HeadCell>Whose</HeadCell>
          <HeadCell>Plan</HeadCell>
          <HeadCell isNumber>Private repositories</HeadCell>
          <HeadCell isNumber>Members</HeadCell>
          <HeadCell isNumber>Storage</HeadCell>
        </Head>
        <tbody>
          {namespaces.items.map((it) => (
            <UsageRow key={it.id} namespace={it} />
          ))}
        </tbody>
      </Table>
      <More pages={namespaces} />
    </>
  );
}

function UsageRow({ namespace: { name, kind } }: { namespace: Namespace }) {
  const usage = useRead(client.plans.namespaceUsage, { params: { namespace: name } });
  const it = usage.data;
  return (
    <Row>
      <Cell>
        <Link {...toAdmin(kind === "user" ? "users" : "organisations", name)} className="link font-medium">
          {name}
        </Link>
      </Cell>
      {it === undefined ? (
        <Cell colSpan={4} className="text-soft">
          {usage.error === null ? "…" : messageOf(usage.error)}
        </Cell>
      ) : (
        <>
          <Cell>{it.plan.name}</Cell>
          <Cell isNumber>
            {usedWords(it.privateRepositories, limitInForce(it.isEnforced, it.plan.privateRepositories))}
          </Cell>
          <Cell isNumber>
            {kind === "user" ? "" : usedWords(it.members, limitInForce(it.isEnforced, it.plan.members))}
          </Cell>
          <Cell isNumber>
            {it.storageBytes === null
              ? "not counted"
              : usedWords(it.storageBytes, limitInForce(it.isEnforced, it.plan.storageBytes), formatBytes)}
          </Cell>
        </>
      )}
    </Row>
  );
}
