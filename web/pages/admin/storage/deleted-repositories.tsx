/** Repositories in the recycle bin: had back, or removed for good one by one. */
import { useState } from "react";
import { client } from "../../../data/client.ts";
import { useChange, usePages, useRead } from "../../../data/query.ts";
import { Button } from "../../../ui/button.tsx";
import { ConfirmDialog } from "../../../ui/dialog.tsx";
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
  const instance = useRead(client.instance.get, undefined).data;
  const mayPurge = instance?.canDelete === true && !instance.isReadOnly;
  const [doomed, setDoomed] = useState<string | null>(null);
  const purge = useChange(client.repositories.delete, {
    stale: ["recycleBin", "storage"],
    done: "It is gone for good; the next garbage collections free its space.",
    onDone: () => setDoomed(null),
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
              <span className="sr-only">Restore or remove</span>
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
                  {mayPurge && (
                    <Button kind="quiet" aria-label={`Remove ${it.name} for good…`} onClick={() => setDoomed(it.name)}>
                      Remove for good…
                    </Button>
                  )}
                </Cell>
              )}
            </Row>
          ))}
        </tbody>
      </Table>
      <More pages={deleted} />
      <ConfirmDialog
        key={doomed}
        isOpen={doomed !== null}
        onClose={() => setDoomed(null)}
        title="Remove this repository for good?"
        action="Remove for good"
        typed={doomed ?? ""}
        isBusy={purge.isPending}
        onConfirm={() => doomed !== null && purge.mutate({ params: { repository: doomed }, query: { now: true } })}
      >
        <p>
          <span className="code break-all">{doomed}</span> goes with all of its tags, images and grants: this cannot be
          undone. The space is freed by the next garbage collections.
        </p>
      </ConfirmDialog>
    </Section>
  );
}
