/** The audit log, of everything or of one namespace: filtered, unfolded row by row, exported as it is filtered. */
import { Download, ScrollText } from "lucide-react";
import { Fragment, useDeferredValue, useState } from "react";
import { addressOf } from "../../src/contract/client.ts";
import { auditApi } from "../../src/audit/api.ts";
import { client } from "../data/client.ts";
import { usePages } from "../data/query.ts";
import { Badge, type Tone } from "../ui/badge.tsx";
import { Button, buttonClasses } from "../ui/button.tsx";
import { SelectField, TextField } from "../ui/field.tsx";
import { formatTime } from "../ui/format.ts";
import { Fact, Facts } from "../ui/page.tsx";
import { Empty, Failed, Loading, More } from "../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../ui/table.tsx";

type Event = Awaited<ReturnType<typeof client.audit.list>>["items"][number];
type Filters = {
  actor: string;
  action: string;
  target: string;
  address: string;
  namespace: string;
  outcome: string;
  from: string;
  to: string;
};

const NONE: Filters = { actor: "", action: "", target: "", address: "", namespace: "", outcome: "", from: "", to: "" };
const TONES: Readonly<Record<Event["outcome"], Tone>> = { allowed: "neutral", denied: "warn", failed: "bad" };

/** Without `namespace`: all of it, for auditors and administrators. */
export function AuditTable({ namespace }: { namespace?: string }) {
  const [filters, setFilters] = useState(NONE);
  const asked = useDeferredValue(filters);
  const set = (changes: Partial<Filters>) => setFilters({ ...filters, ...changes });
  return (
    <div className="flex flex-col gap-4">
      <div className="grid grid-cols-2 gap-3 md:grid-cols-4">
        <TextField label="Who" value={filters.actor} onChange={(event) => set({ actor: event.target.value })} />
        <TextField
          label="What"
          placeholder="tag.delete, or tag"
          value={filters.action}
          onChange={(event) => set({ action: event.target.value })}
        />
        <TextField
          label="On what"
          placeholder="acme/web"
          value={filters.target}
          onChange={(event) => set({ target: event.target.value })}
        />
        <SelectField label="Outcome" value={filters.outcome} onChange={(event) => set({ outcome: event.target.value })}>
          <option value="">Any</option>
          <option value="allowed">Allowed</option>
          <option value="denied">Denied</option>
          <option value="failed">Failed</option>
        </SelectField>
        <TextField
          label="From"
          type="datetime-local"
          value={filters.from}
          onChange={(event) => set({ from: event.target.value })}
        />
        <TextField
          label="Until"
          type="datetime-local"
          value={filters.to}
          onChange={(event) => set({ to: event.target.value })}
        />
        {namespace === undefined && (
          <TextField
            label="Namespace"
            placeholder="acme"
            value={filters.namespace}
            onChange={(event) => set({ namespace: event.target.value })}
          />
        )}
        {namespace === undefined && (
          <TextField
            label="Address"
            placeholder="192.0.2.1"
            value={filters.address}
            onChange={(event) => set({ address: event.target.value })}
          />
        )}
        <div className="flex items-end">
          <Button kind="quiet" onClick={() => setFilters(NONE)}>
            Clear
          </Button>
        </div>
      </div>
      <Events namespace={namespace} query={queryOf(asked, namespace)} />
    </div>
  );
}

/** As the API takes it: what is empty is left out, and a namespace's own log knows no addresses. */
function queryOf(filters: Filters, namespace: string | undefined) {
  const text = (value: string) => (value.trim() === "" ? undefined : value.trim());
  const time = (value: string) => (value === "" ? undefined : new Date(value).toISOString());
  const outcomes = ["allowed", "denied", "failed"] as const;
  const query = {
    actor: text(filters.actor),
    action: text(filters.action),
    target: text(filters.target),
    outcome: outcomes.find((it) => it === filters.outcome),
    from: time(filters.from),
    to: time(filters.to),
    ...(namespace === undefined ? { address: text(filters.address), namespace: text(filters.namespace) } : {}),
  };
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
}

type EventsProps = { namespace: string | undefined; query: Record<string, string | undefined> };

function Events({ namespace, query }: EventsProps) {
  const [open, setOpen] = useState<string | null>(null);
  const everywhere = usePages(
    client.audit.list,
    { query: { ...query, limit: 50 } },
    { enabled: namespace === undefined },
  );
  const here = usePages(
    client.audit.listOfNamespace,
    { params: { namespace: namespace ?? "" }, query: { ...query, limit: 50 } },
    { enabled: namespace !== undefined },
  );
  const events = namespace === undefined ? everywhere : here;
  const exportAddress = (format: "jsonl" | "csv") =>
    namespace === undefined
      ? addressOf(auditApi.export, { query: { ...query, format } })
      : addressOf(auditApi.exportOfNamespace, { params: { namespace }, query: { ...query, format } });
  if (events.error !== null) return <Failed error={events.error} retry={() => void events.refetch()} />;
  if (events.data === undefined) return <Loading lines={6} />;
  return (
    <>
      <div className="flex flex-wrap justify-end gap-2">
        <a href={exportAddress("jsonl")} download="audit.jsonl" className={buttonClasses()}>
          <Download size={16} aria-hidden="true" /> JSON Lines
        </a>
        <a href={exportAddress("csv")} download="audit.csv" className={buttonClasses()}>
          <Download size={16} aria-hidden="true" /> CSV
        </a>
      </div>
      {events.items.length === 0 ? (
        <Empty title="Nothing of that kind was done" icon={<ScrollText size={28} aria-hidden="true" />} />
      ) : (
        <Table label="Audit events">
          <Head>
            <HeadCell>When</HeadCell>
            <HeadCell>Who</HeadCell>
            <HeadCell>What</HeadCell>
            <HeadCell>On what</HeadCell>
            <HeadCell>Outcome</HeadCell>
            <HeadCell>
              <span className="sr-only">Details</span>
            </HeadCell>
          </Head>
          <tbody>
            {events.items.map((it) => (
              <Fragment key={it.id}>
                <Row>
                  <Cell className="whitespace-nowrap">{formatTime(it.at)}</Cell>
                  <Cell>{it.actor.name}</Cell>
                  <Cell className="code">
                    {it.action}
                    {it.count > 1 && ` ×${it.count}`}
                  </Cell>
                  <Cell className="break-all">
                    {it.target.name}
                    {it.target.kind === "tag" && it.target.id !== null && `:${it.target.id}`}
                  </Cell>
                  <Cell>
                    <Badge tone={TONES[it.outcome]}>{it.outcome}</Badge>
                  </Cell>
                  <Cell className="text-right">
                    <Button
                      kind="quiet"
                      aria-expanded={open === it.id}
                      aria-label={`Details of ${it.action} at ${formatTime(it.at)}`}
                      onClick={() => setOpen(open === it.id ? null : it.id)}
                    >
                      {open === it.id ? "Less" : "More"}
                    </Button>
                  </Cell>
                </Row>
                {open === it.id && (
                  <tr className="border-b border-line bg-sunken">
                    <Cell colSpan={6}>
                      <Details event={it} />
                    </Cell>
                  </tr>
                )}
              </Fragment>
            ))}
          </tbody>
        </Table>
      )}
      <More pages={events} />
    </>
  );
}

function Details({ event }: { event: Event }) {
  const { reason, credential, address, agent, requestId, before, after } = event;
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return (
    <Facts>
      {reason !== null && <Fact name="Reason">{reason}</Fact>}
      {credential !== null && <Fact name="With">{credential}</Fact>}
      {address !== null && <Fact name="From">{address}</Fact>}
      {agent !== null && <Fact name="Client">{agent}</Fact>}
      {requestId !== null && <Fact name="Request">{requestId}</Fact>}
      {fields.map((field) => (
        <Fact key={field} name={field}>
          <span className="code break-all">
            {before !== null && field in before && <del className="text-soft">{JSON.stringify(before[field])}</del>}{" "}
            {after !== null && field in after && JSON.stringify(after[field])}
          </span>
        </Fact>
      ))}
    </Facts>
  );
}
