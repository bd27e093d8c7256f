/** Those who were invited and have not answered. */
import { client } from "../../data/client.ts";
import { useChange, usePages } from "../../data/query.ts";
import { Button } from "../../ui/button.tsx";
import { Section } from "../../ui/page.tsx";
import { Failed, More } from "../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";

export function OpenInvitations({ namespace, mayRevoke }: { namespace: string; mayRevoke: boolean }) {
  const open = usePages(client.invitations.list, { params: { namespace }, query: { limit: 100 } });
  const revoke = useChange(client.invitations.revoke, { done: "The invitation is taken back." });
  if (open.error === null && open.items.length === 0) return null;
  return (
    <Section title="Invited" lead="They have not answered yet.">
      {open.error !== null ? (
        <Failed error={open.error} retry={() => void open.refetch()} />
      ) : (
        <Table label="Open invitations">
          <Head>
            <HeadCell>Who</HeadCell>
            <HeadCell>As</HeadCell>
            <HeadCell>By</HeadCell>
            <HeadCell>Ends</HeadCell>
            <HeadCell>
              <span className="sr-only">Actions</span>
            </HeadCell>
          </Head>
          <tbody>
            {open.items.map((it) => (
              <Row key={it.id}>
                <Cell className="font-medium">{it.account ?? it.email}</Cell>
                <Cell>
                  {it.role === "owner" ? "Owner" : "Member"}
                  {it.team !== null && `, team ${it.team}`}
                </Cell>
                <Cell>{it.invitedBy}</Cell>
                <Cell>
                  <Time at={it.expiresAt} />
                </Cell>
                <Cell className="text-right">
                  {mayRevoke && (
                    <Button
                      kind="quiet"
                      aria-label={`Take back the invitation of ${it.account ?? it.email ?? ""}`}
                      disabled={revoke.isPending}
                      onClick={() => revoke.mutate({ params: { namespace, invitation: it.id } })}
                    >
                      Take back
                    </Button>
                  )}
                </Cell>
              </Row>
            ))}
          </tbody>
        </Table>
      )}
      <More pages={open} />
    </Section>
  );
}
