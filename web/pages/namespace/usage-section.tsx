/** What a namespace takes: of its plan, and in bytes by repository, told apart into its own and shared ones. */
import { Link } from "@tanstack/react-router";
import { client } from "../../data/client.ts";
import { usePages, useRead } from "../../data/query.ts";
import { Badge } from "../../ui/badge.tsx";
import { formatBytes, formatCount, plural } from "../../ui/format.ts";
import { Card, Fact, Facts, Section } from "../../ui/page.tsx";
import { Answer, Failed, Loading, More } from "../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../ui/table.tsx";
import { toRepository } from "../repository/address.ts";
import type { SectionProps } from "./namespace-pages.tsx";

const COUNTING_MS = 1_500;

export function UsageSection({ namespace }: SectionProps) {
  const params = { namespace: namespace.name };
  const plan = useRead(client.plans.namespaceUsage, { params });
  const first = useRead(
    client.usage.namespace,
    { params, query: { limit: 1 } },
    { again: { everyMs: COUNTING_MS, until: ({ state }) => state === "ready" } },
  );
  return (
    <div className="flex flex-col gap-8">
      <Section title="Plan">
        <Answer answer={plan} lines={2}>
          {(it) => (
            <Card>
              <Facts>
                <Fact name="Plan">
                  {it.plan.name} {!it.isEnforced && <Badge>limits nothing on this registry</Badge>}
                </Fact>
                <Fact name="Private repositories">
                  {ofLimit(it.privateRepositories, it.isEnforced ? it.plan.privateRepositories : null)}
                </Fact>
                <Fact name="Members">{ofLimit(it.members, it.isEnforced ? it.plan.members : null)}</Fact>
                {it.storageBytes !== null && (
                  <Fact name="Storage">
                    {formatBytes(it.storageBytes)}
                    {it.plan.storageBytes === null || !it.isEnforced ? "" : ` of ${formatBytes(it.plan.storageBytes)}`}
                  </Fact>
                )}
              </Facts>
            </Card>
          )}
        </Answer>
      </Section>
      <Section
        title="Bytes by repository"
        lead="Own bytes go when the repository goes; shared ones are kept by another repository too."
      >
        <Answer answer={first}>
          {({ state, totals }) =>
            state === "ready" && totals !== null ? (
              <>
                <p className="text-sm">
                  {totals.blobs === 0
                    ? "Nothing is stored yet."
                    : `${formatBytes(totals.storedBytes)} stored for ${formatBytes(totals.logicalBytes)} of content, in ${plural(totals.blobs, "blob")}.`}
                </p>
                <ByRepository namespace={namespace.name} />
              </>
            ) : (
              <Loading label="Counting bytes" />
            )
          }
        </Answer>
      </Section>
    </div>
  );
}

function ofLimit(used: number, limit: number | null): string {
  return limit === null ? formatCount(used) : `${formatCount(used)} of ${formatCount(limit)}`;
}

function ByRepository({ namespace }: { namespace: string }) {
  const rows = usePages(client.usage.namespace, { params: { namespace }, query: { limit: 100 } });
  if (rows.error !== null) return <Failed error={rows.error} retry={() => void rows.refetch()} />;
  if (rows.data === undefined) return <Loading lines={4} />;
  if (rows.items.length === 0) return null;
  const largest = Math.max(1, ...rows.items.map((it) => it.uniqueBytes + it.sharedBytes));
  return (
    <>
      <Table label="Bytes by repository">
        <Head>
          <HeadCell>Repository</HeadCell>
          <HeadCell isNumber>Own</HeadCell>
          <HeadCell isNumber>Shared</HeadCell>
          <HeadCell className="w-1/4">
            <span className="sr-only">Proportion</span>
          </HeadCell>
          <HeadCell isNumber>Tags</HeadCell>
          <HeadCell isNumber>In the bin</HeadCell>
        </Head>
        <tbody>
          {rows.items.map((it) => (
            <Row key={it.repository}>
              <Cell className="break-all">
                {it.isDeleted ? (
                  <>
                    {it.repository} <Badge tone="warn">in the recycle bin</Badge>
                  </>
                ) : (
                  <Link {...toRepository(it.repository)} className="link">
                    {it.repository}
                  </Link>
                )}
              </Cell>
              <Cell isNumber>{formatBytes(it.uniqueBytes)}</Cell>
              <Cell isNumber>{formatBytes(it.sharedBytes)}</Cell>
              <Cell>
                <div aria-hidden="true" className="flex h-2 overflow-hidden rounded-full bg-sunken">
                  <div className="bg-accent" style={{ width: `${(100 * it.uniqueBytes) / largest}%` }} />
                  <div className="bg-line-strong" style={{ width: `${(100 * it.sharedBytes) / largest}%` }} />
                </div>
              </Cell>
              <Cell isNumber>{formatCount(it.tags)}</Cell>
              <Cell isNumber>{it.binnedBytes === 0 ? "" : formatBytes(it.binnedBytes)}</Cell>
            </Row>
          ))}
        </tbody>
      </Table>
      <More pages={rows} />
    </>
  );
}
