/** How the server is: every check, and what it runs on. */
import { client } from "../../../data/client.ts";
import { useRead } from "../../../data/query.ts";
import { Button } from "../../../ui/button.tsx";
import { formatAgo, formatBytes } from "../../../ui/format.ts";
import { Notice } from "../../../ui/notice.tsx";
import { Card, Fact, Facts, Section } from "../../../ui/page.tsx";
import { Answer } from "../../../ui/states.tsx";
import { Time } from "../../../ui/time.tsx";
import { HEALTH_TONES, HEALTH_WORDS, HealthChecks } from "./health-checks.tsx";

export function HealthSection() {
  const health = useRead(client.administration.health, undefined);
  return (
    <Section
      title="Health"
      actions={
        <Button isBusy={health.isFetching} onClick={() => void health.refetch()}>
          Look again
        </Button>
      }
    >
      <Answer answer={health} lines={6}>
        {(it) => (
          <>
            <Notice tone={HEALTH_TONES[it.state]} title={HEALTH_WORDS[it.state]} />
            <HealthChecks checks={it.checks} />
            <Card>
              <Facts>
                <Fact name="Version">{it.version}</Fact>
                <Fact name="Machine">{it.node}</Fact>
                <Fact name="Running since">
                  <Time at={it.startedAt} />
                </Fact>
                <Fact name="Database">{it.database === "sqlite" ? "SQLite" : "PostgreSQL"}</Fact>
                <Fact name="Storage">{it.storage}</Fact>
                <Fact name="Memory">{formatBytes(it.residentBytes)}</Fact>
                <Fact name="Looked at">{formatAgo(it.checkedAt)}</Fact>
              </Facts>
            </Card>
          </>
        )}
      </Answer>
    </Section>
  );
}
