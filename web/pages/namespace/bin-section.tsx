/** Deleted repositories of a namespace, until they are emptied away. */
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { client } from "../../data/client.ts";
import { useChange, usePages } from "../../data/query.ts";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { Section } from "../../ui/page.tsx";
import { Empty, Failed, Loading, More } from "../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import type { SectionProps } from "./namespace-pages.tsx";

export function BinSection({ namespace }: SectionProps) {
  const [purged, setPurged] = useState<string | null>(null);
  const deleted = usePages(client.repositories.list, { query: { deleted: true, limit: 1_000 } });
  const restore = useChange(client.repositories.restore, {
    stale: ["usage", "search", "namespaces"],
    done: (it) => `${it.name} is back, with its tags and grants.`,
  });
  const purge = useChange(client.repositories.delete, {
    stale: ["usage"],
    done: "It is gone. The next passes of the garbage collector free what it took.",
    onDone: () => setPurged(null),
  });
  // The list is of everything that the person may restore.
  const items = deleted.items.filter((it) => it.name.startsWith(`${namespace.name}/`));
  return (
    <Section
      title="Recycle bin"
      lead="Deleted repositories. Restored, they have their tags, grants and visibility again. Deleted tags are in the bin of their repository."
    >
      {deleted.error !== null ? (
        <Failed error={deleted.error} retry={() => void deleted.refetch()} />
      ) : deleted.data === undefined ? (
        <Loading />
      ) : items.length === 0 && !deleted.hasNextPage ? (
        <Empty title="Nothing was deleted" icon={<Trash2 size={28} aria-hidden="true" />}>
          A repository that is deleted stays here for a while, and can be taken back.
        </Empty>
      ) : (
        <Table label="Deleted repositories">
          <Head>
            <HeadCell>Repository</HeadCell>
            <HeadCell>Deleted</HeadCell>
            <HeadCell>Kept until</HeadCell>
            <HeadCell>
              <span className="sr-only">Actions</span>
            </HeadCell>
          </Head>
          <tbody>
            {items.map((it) => (
              <Row key={it.id}>
                <Cell className="min-w-40 font-medium break-all">{it.name}</Cell>
                <Cell>
                  <Time at={it.deletedAt} />
                  {it.deletedBy !== null && <span className="text-soft"> by {it.deletedBy}</span>}
                </Cell>
                <Cell>
                  <Time at={it.purgedAt} never="the bin is emptied" />
                </Cell>
                <Cell className="text-right whitespace-nowrap">
                  <Button
                    kind="quiet"
                    aria-label={`Restore ${it.name}`}
                    disabled={restore.isPending}
                    onClick={() => restore.mutate({ params: { repository: it.name } })}
                  >
                    Restore
                  </Button>
                  <Button kind="quiet" aria-label={`Delete ${it.name} for good`} onClick={() => setPurged(it.name)}>
                    Delete for good
                  </Button>
                </Cell>
              </Row>
            ))}
          </tbody>
        </Table>
      )}
      <More pages={deleted} />
      <ConfirmDialog
        key={purged}
        isOpen={purged !== null}
        onClose={() => setPurged(null)}
        title="Delete it for good?"
        action="Delete for good"
        typed={purged ?? ""}
        isBusy={purge.isPending}
        onConfirm={() => purged !== null && purge.mutate({ params: { repository: purged }, query: { now: true } })}
      >
        <p>
          Every image of <span className="code break-all">{purged}</span> goes, and nothing brings it back. What other
          repositories share with it stays.
        </p>
      </ConfirmDialog>
    </Section>
  );
}
