/** Grants as rows, each of which can be taken back, and that again. */
import { client } from "../../data/client.ts";
import { useChange } from "../../data/query.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { useToast } from "../../ui/toast.tsx";
import { type Grant, ROLE_WORDS } from "./roles.ts";

type GrantTableProps = {
  namespace: string;
  grants: readonly Grant[];
  mayChange: boolean;
  /** False where all of them are one's. */
  showsSubject?: boolean;
};

export function GrantTable({ namespace, grants, mayChange, showsSubject = true }: GrantTableProps) {
  const toast = useToast();
  const put = useChange(client.grants.put, { done: "It is granted again." });
  const remove = useChange(client.grants.delete);
  const takeBack = (grant: Grant) => {
    const { subject, role, on } = grant;
    const again = () =>
      put.mutate({
        params: { namespace },
        body: { subject, role, on: on.kind === "repository" ? { kind: "repository", id: on.id } : on },
      });
    // Said also where the table goes with its last row.
    const done = () =>
      toast.say(`${subject.name} has it no more, also where it is logged in.`, { label: "Undo", onSelect: again });
    remove.mutateAsync({ params: { namespace, grant: grant.id } }).then(done, () => undefined);
  };
  return (
    <Table label="Grants">
      <Head>
        {showsSubject && <HeadCell>Who</HeadCell>}
        <HeadCell>May</HeadCell>
        <HeadCell>On</HeadCell>
        <HeadCell>Since</HeadCell>
        {mayChange && (
          <HeadCell>
            <span className="sr-only">Actions</span>
          </HeadCell>
        )}
      </Head>
      <tbody>
        {grants.map((it) => (
          <Row key={it.id}>
            {showsSubject && (
              <Cell>
                <span className="font-medium">{it.subject.name}</span>{" "}
                {it.subject.kind !== "account" && <Badge>{it.subject.kind}</Badge>}
              </Cell>
            )}
            <Cell>
              <Badge tone={it.role === "admin" ? "warn" : "neutral"} title={ROLE_WORDS[it.role]}>
                {it.role}
              </Badge>
            </Cell>
            <Cell className="min-w-32 break-all">{objectOf(it, namespace)}</Cell>
            <Cell>
              <Time at={it.createdAt} /> <span className="text-soft">by {it.createdBy}</span>
            </Cell>
            {mayChange && (
              <Cell className="text-right">
                <Button
                  kind="quiet"
                  aria-label={`Take back ${it.role} on ${objectOf(it, namespace)} of ${it.subject.name}`}
                  disabled={remove.isPending}
                  onClick={() => takeBack(it)}
                >
                  Take back
                </Button>
              </Cell>
            )}
          </Row>
        ))}
      </tbody>
    </Table>
  );
}

function objectOf({ on }: Grant, namespace: string): string {
  if (on.kind === "namespace") return `everything in ${namespace}`;
  return on.kind === "pattern" ? on.pattern : on.name;
}
