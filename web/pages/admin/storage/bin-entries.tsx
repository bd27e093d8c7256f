/** Deleted tags and manifests of all repositories. */
import { Link } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { client } from "../../../data/client.ts";
import { useChange, usePages } from "../../../data/query.ts";
import { Button } from "../../../ui/button.tsx";
import { Digest } from "../../../ui/copy.tsx";
import { ConfirmDialog } from "../../../ui/dialog.tsx";
import { formatBytes, plural } from "../../../ui/format.ts";
import { Section } from "../../../ui/page.tsx";
import { Empty, Failed, Loading, More } from "../../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../../ui/table.tsx";
import { Time } from "../../../ui/time.tsx";
import { toRepository } from "../../repository/address.ts";

type Entry = Awaited<ReturnType<typeof client.recycleBin.list>>["items"][number];

export function BinEntries({ mayChange }: { mayChange: boolean }) {
  const [purged, setPurged] = useState<Entry | null>(null);
  const entries = usePages(client.recycleBin.list, { query: { limit: 50 } });
  const stale = ["tags", "repositories", "manifests", "storage"];
  const restore = useChange(client.recycleBin.restore, {
    stale,
    done: ({ tags }) => (tags.length === 0 ? "It is back." : `It is back, with ${plural(tags.length, "tag")}.`),
  });
  const purge = useChange(client.recycleBin.purge, {
    stale,
    done: "It is gone for good.",
    onDone: () => setPurged(null),
  });
  return (
    <Section title="Recycle bin" lead="What was deleted can be had back until its time is over. Newest first.">
      {entries.error !== null ? (
        <Failed error={entries.error} retry={() => void entries.refetch()} />
      ) : entries.data === undefined ? (
        <Loading lines={5} />
      ) : entries.items.length === 0 ? (
        <Empty title="No deleted tags or manifests" icon={<Trash2 size={28} aria-hidden="true" />} />
      ) : (
        <Table label="Recycle bin">
          <Head>
            <HeadCell>What</HeadCell>
            <HeadCell isNumber>Manifest</HeadCell>
            <HeadCell>Deleted</HeadCell>
            <HeadCell>Goes for good</HeadCell>
            {mayChange && (
              <HeadCell>
                <span className="sr-only">Actions</span>
              </HeadCell>
            )}
          </Head>
          <tbody>
            {entries.items.map((it) => (
              <EntryRow
                key={`${it.kind} ${it.repository} ${it.reference} ${it.deletedAt}`}
                entry={it}
                mayChange={mayChange}
                onRestore={() =>
                  restore.mutate({ params: { repository: it.repository }, body: { reference: it.reference } })
                }
                onPurge={() => setPurged(it)}
              />
            ))}
          </tbody>
        </Table>
      )}
      <More pages={entries} />
      <ConfirmDialog
        isOpen={purged !== null}
        onClose={() => setPurged(null)}
        title="Remove it for good?"
        action="Remove for good"
        isBusy={purge.isPending}
        onConfirm={() =>
          purged && purge.mutate({ params: { repository: purged.repository }, body: { reference: purged.reference } })
        }
      >
        <p>
          The {purged?.kind} <span className="code break-all">{purged?.reference}</span> of {purged?.repository} cannot
          be had back afterwards. Its bytes go with a later garbage collection, unless something else names them.
        </p>
      </ConfirmDialog>
    </Section>
  );
}

type EntryProps = { entry: Entry; mayChange: boolean; onRestore: () => void; onPurge: () => void };

function EntryRow({ entry, mayChange, onRestore, onPurge }: EntryProps) {
  const { kind, repository, reference, digest, sizeBytes, deletedAt, deletedBy, purgedAt } = entry;
  const name = kind === "tag" ? `${repository}:${reference}` : `${repository}@${digest.slice(0, 19)}`;
  return (
    <Row>
      <Cell>
        <Link {...toRepository(repository)} className="link break-all">
          {repository}
        </Link>
        {kind === "tag" && <span className="font-medium break-all">:{reference}</span>}
        <p>
          <Digest digest={digest} />
        </p>
      </Cell>
      <Cell isNumber>{sizeBytes === null ? <span className="text-soft">gone</span> : formatBytes(sizeBytes)}</Cell>
      <Cell>
        <Time at={deletedAt} />
        {deletedBy !== null && <p className="text-xs text-soft">by {deletedBy}</p>}
      </Cell>
      <Cell>
        <Time at={purgedAt} />
      </Cell>
      {mayChange && (
        <Cell className="text-right whitespace-nowrap">
          {sizeBytes !== null && (
            <Button kind="quiet" aria-label={`Restore ${name}`} onClick={onRestore}>
              Restore
            </Button>
          )}
          <Button kind="quiet" aria-label={`Purge ${name}`} onClick={onPurge}>
            Purge
          </Button>
        </Cell>
      )}
    </Row>
  );
}
