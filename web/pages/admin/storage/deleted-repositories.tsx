/** Repositories in the recycle bin. */
import { client } from "../../../data/client.ts";
import { useChange, usePages } from "../../../data/query.ts";
import { Button } from "../../../ui/button.tsx";
import { Section } from "../../../ui/page.tsx";
import { More } from "../../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../../ui/table.tsx";
import { Time } from "../../../ui/time.tsx";

/** Nothing where there are none. */
export function DeletedRepositories({ mayChange }: { mayChange: boolean }) {
  const deleted = usePages(client.repositories.list, { query: { deleted: true, limit: 50 } });
  const restore = useChange(client.repositories.restore, {
    stale: ["tags", "search", "recycleBin", "storage"],
    done: ({ name }) => `${name} is back, with what was in it.`,
  });
  if (deleted.items.length === 0) return null;
  return (
    <Section title="Deleted repositories">
      <Table label="Deleted repositories">
        <Head>
          <HeadCell>Repository</HeadCell>
          <HeadCell>Deleted</HeadCell>
          <HeadCell>By</HeadCell>
          <HeadCell>Goes for good</HeadCell>
          {mayChange && (
            <HeadCell>
              <span className="sr-only">Restore</span>
            </HeadCell>
          )}
        </Head>
        <tbody>
          {deleted.items.map((it) => (
            <Row key={it.id}>
              <Cell className="font-medium break-all">{it.name}</Cell>
              <Cell>
                <Time at={it.deletedAt} />
              </Cell>
              <Cell>{it.deletedBy ?? ""}</Cell>
              <Cell>
                <Time at={it.purgedAt} />
              </Cell>
              {mayChange && (
                <Cell className="text-right">
                  <Button
                    kind="quiet"
                    aria-label={`Restore ${it.name}`}
                    onClick={() => restore.mutate({ params: { repository: it.name } })}
                  >
                    Restore
                  </Button>
                </Cell>
              )}
            </Row>
          ))}
        </tbody>
      </Table>
      <More pages={deleted} />
    </Section>
  );
}
