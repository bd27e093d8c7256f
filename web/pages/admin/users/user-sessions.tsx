/** Browsers that an account is signed in with. */
import { client } from "../../../data/client.ts";
import { useChange, usePages } from "../../../data/query.ts";
import { Badge } from "../../../ui/badge.tsx";
import { Button } from "../../../ui/button.tsx";
import { Section } from "../../../ui/page.tsx";
import { Failed, Loading, More } from "../../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../../ui/table.tsx";
import { Time } from "../../../ui/time.tsx";
import { readAgent } from "../../settings/agent.ts";

export function UserSessions({ account, mayChange }: { account: string; mayChange: boolean }) {
  const sessions = usePages(client.credentials.listSessions, { params: { account }, query: { limit: 100 } });
  const end = useChange(client.credentials.deleteSession, { done: "The session has ended." });
  return (
    <Section title="Sessions">
      {sessions.error !== null ? (
        <Failed error={sessions.error} retry={() => void sessions.refetch()} />
      ) : sessions.data === undefined ? (
        <Loading lines={2} />
      ) : sessions.items.length === 0 ? (
        <p className="text-sm text-soft">No browser is signed in.</p>
      ) : (
        <Table label={`Sessions of ${account}`}>
          <Head>
            <HeadCell>Browser</HeadCell>
            <HeadCell>Address</HeadCell>
            <HeadCell>Last used</HeadCell>
            <HeadCell>Signed in</HeadCell>
            {mayChange && (
              <HeadCell>
                <span className="sr-only">End</span>
              </HeadCell>
            )}
          </Head>
          <tbody>
            {sessions.items.map((it) => (
              <Row key={it.id}>
                <Cell title={it.agent}>
                  {readAgent(it.agent)} {it.isCurrent && <Badge tone="good">This browser</Badge>}
                </Cell>
                <Cell className="whitespace-nowrap">{it.address}</Cell>
                <Cell>
                  <Time at={it.lastUsedAt} />
                </Cell>
                <Cell>
                  <Time at={it.createdAt} />
                </Cell>
                {mayChange && (
                  <Cell className="text-right">
                    <Button
                      kind="quiet"
                      aria-label={`End the session from ${it.address}`}
                      onClick={() => end.mutate({ params: { account, session: it.id } })}
                    >
                      End
                    </Button>
                  </Cell>
                )}
              </Row>
            ))}
          </tbody>
        </Table>
      )}
      <More pages={sessions} />
    </Section>
  );
}
