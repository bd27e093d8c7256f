/** Where people's identities come from, and whether each of those places works. */
import { useState } from "react";
import { client } from "../../../data/client.ts";
import { useRead } from "../../../data/query.ts";
import { Badge } from "../../../ui/badge.tsx";
import { Button } from "../../../ui/button.tsx";
import { Section } from "../../../ui/page.tsx";
import { Answer } from "../../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../../ui/table.tsx";
import { Time } from "../../../ui/time.tsx";
import type { AdminProps } from "../admin-pages.tsx";
import { TestSourceDialog } from "./test-source-dialog.tsx";

export type Source = Awaited<ReturnType<typeof client.administration.listSources>>["items"][number];

const KINDS: Readonly<Record<Source["kind"], string>> = {
  local: "Passwords of this registry",
  htpasswd: "Password file",
  ldap: "Directory (LDAP)",
  oidc: "Login provider (OpenID Connect)",
  mail: "Mail server",
};

export function SourcesSection({ mayChange }: AdminProps) {
  const [tested, setTested] = useState<Source | null>(null);
  const sources = useRead(client.administration.listSources, undefined);
  return (
    <Section
      title="Identity sources"
      lead="Who vouches for people, and the server that sends them mail. They are written in the configuration."
    >
      <Answer answer={sources}>
        {({ items }) => (
          <Table label="Identity sources">
            <Head>
              <HeadCell>Name</HeadCell>
              <HeadCell>Kind</HeadCell>
              <HeadCell>Address</HeadCell>
              <HeadCell>Last test</HeadCell>
              {mayChange && (
                <HeadCell>
                  <span className="sr-only">Test</span>
                </HeadCell>
              )}
            </Head>
            <tbody>
              {items.map((it) => (
                <Row key={it.name}>
                  <Cell className="font-medium">{it.displayName}</Cell>
                  <Cell>{KINDS[it.kind]}</Cell>
                  <Cell className="code break-all">{it.address ?? ""}</Cell>
                  <Cell>
                    <LastTest source={it} />
                  </Cell>
                  {mayChange && (
                    <Cell className="text-right">
                      {it.canTest && (
                        <Button aria-label={`Test this: ${it.displayName}`} onClick={() => setTested(it)}>
                          Test this
                        </Button>
                      )}
                    </Cell>
                  )}
                </Row>
              ))}
            </tbody>
          </Table>
        )}
      </Answer>
      {tested !== null && <TestSourceDialog source={tested} onClose={() => setTested(null)} />}
    </Section>
  );
}

function LastTest({ source: { canTest, lastTest } }: { source: Source }) {
  if (!canTest) return <span className="text-soft">nothing to test</span>;
  if (lastTest === null) return <span className="text-soft">not since the start</span>;
  return (
    <>
      {lastTest.isOk ? <Badge tone="good">worked</Badge> : <Badge tone="bad">failed</Badge>} <Time at={lastTest.at} />
    </>
  );
}
