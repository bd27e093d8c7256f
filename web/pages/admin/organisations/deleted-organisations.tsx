/** Organisations in the recycle bin: back, or gone for good. */
import { useState } from "react";
import { client } from "../../../data/client.ts";
import { useChange, usePages } from "../../../data/query.ts";
import { Button } from "../../../ui/button.tsx";
import { ConfirmDialog } from "../../../ui/dialog.tsx";
import { Section } from "../../../ui/page.tsx";
import { More } from "../../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../../ui/table.tsx";
import { Time } from "../../../ui/time.tsx";

/** Nothing where there are none. */
export function DeletedOrganisations({ mayChange }: { mayChange: boolean }) {
  const [purged, setPurged] = useState<string | null>(null);
  const deleted = usePages(client.namespaces.list, { query: { deleted: true, limit: 50 } });
  const stale = ["repositories", "storage", "administration"];
  const restore = useChange(client.namespaces.restore, {
    stale,
    done: ({ name }) => `${name} is back, with everything in it.`,
  });
  const purge = useChange(client.namespaces.purge, {
    stale,
    done: "It is gone for good.",
    onDone: () => setPurged(null),
  });
  if (deleted.items.length === 0) return null;
  return (
    <Section title="Deleted organisations">
      <Table label="Deleted organisations">
        <Head>
          <HeadCell>Name</HeadCell>
          <HeadCell>Deleted</HeadCell>
          {mayChange && (
            <HeadCell>
              <span className="sr-only">Actions</span>
            </HeadCell>
          )}
        </Head>
        <tbody>
          {deleted.items.map(({ id, name, deletedAt }) => (
            <Row key={id}>
              <Cell className="font-medium">{name}</Cell>
              <Cell>
                <Time at={deletedAt} />
              </Cell>
              {mayChange && (
                <Cell className="text-right whitespace-nowrap">
                  <Button
                    kind="quiet"
                    aria-label={`Restore ${name}`}
                    onClick={() => restore.mutate({ params: { namespace: name } })}
                  >
                    Restore
                  </Button>
                  <Button kind="quiet" aria-label={`Purge ${name}`} onClick={() => setPurged(name)}>
                    Purge
                  </Button>
                </Cell>
              )}
            </Row>
          ))}
        </tbody>
      </Table>
      <More pages={deleted} />
      {purged !== null && (
        <ConfirmDialog
          isOpen
          onClose={() => setPurged(null)}
          title={`Delete ${purged} for good?`}
          action="Delete for good"
          typed={purged}
          isBusy={purge.isPending}
          onConfirm={() => purge.mutate({ params: { namespace: purged } })}
        >
          <p>Its repositories have to be empty of content by then. Its name stays reserved. This cannot be undone.</p>
        </ConfirmDialog>
      )}
    </Section>
  );
}
