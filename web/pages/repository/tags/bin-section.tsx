/** What was deleted and can still be had back: tags, and images with the tags that went with them. */
import { Link } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { client } from "../../../data/client.ts";
import { useChange, usePages } from "../../../data/query.ts";
import { Button, ButtonLink } from "../../../ui/button.tsx";
import { Digest } from "../../../ui/copy.tsx";
import { ConfirmDialog } from "../../../ui/dialog.tsx";
import { plural } from "../../../ui/format.ts";
import { Section } from "../../../ui/page.tsx";
import { Empty, Failed, Loading, More } from "../../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../../ui/table.tsx";
import { Time } from "../../../ui/time.tsx";
import { toRepository } from "../address.ts";
import { type Repository, useMayDelete } from "../repository.ts";

const STALE = ["repositories", "tags", "manifests", "activity", "usage"];

export function BinSection({ repository }: { repository: Repository }) {
  const { name, actions } = repository;
  const params = { repository: name };
  const mayPurge = useMayDelete(repository) && actions.includes("administer");
  const [isEmptying, setEmptying] = useState(false);
  const pages = usePages(client.recycleBin.listOfRepository, { params }, { enabled: actions.includes("see-deleted") });
  const restore = useChange(client.recycleBin.restore, {
    stale: STALE,
    done: ({ digest, tags }) =>
      tags.length === 0 ? `${digest.slice(0, 19)}… is back.` : `Back again: ${tags.join(", ")}.`,
  });
  const purge = useChange(client.recycleBin.purge, {
    stale: STALE,
    done: ({ manifests, tags }) => `Removed for good: ${plural(manifests, "image")}, ${plural(tags, "tag")}.`,
    onDone: () => setEmptying(false),
  });
  if (!actions.includes("see-deleted")) {
    return <Empty title="Not allowed">It takes the role maintain on this repository to see what was deleted.</Empty>;
  }
  return (
    <Section
      title="Deleted tags"
      lead="What was deleted stays here a while. Restoring a tag points it at what it pointed to."
      actions={
        <>
          <ButtonLink {...toRepository(name, "tags")}>Back to the tags</ButtonLink>
          {mayPurge && pages.items.length > 0 && <Button onClick={() => setEmptying(true)}>Empty the bin…</Button>}
        </>
      }
    >
      {pages.error !== null ? (
        <Failed error={pages.error} retry={() => void pages.refetch()} />
      ) : pages.isPending ? (
        <Loading lines={5} />
      ) : pages.items.length === 0 ? (
        <Empty title="Nothing was deleted" icon={<Trash2 size={28} aria-hidden="true" />}>
          Tags and images that are deleted show up here until they are removed for good.
        </Empty>
      ) : (
        <>
          <Table label="Deleted tags and images">
            <Head>
              <HeadCell>Name</HeadCell>
              <HeadCell>Digest</HeadCell>
              <HeadCell>Deleted</HeadCell>
              <HeadCell>Kept until</HeadCell>
              <HeadCell>
                <span className="sr-only">Restore</span>
              </HeadCell>
            </Head>
            <tbody>
              {pages.items.map(({ kind, reference, digest, sizeBytes, deletedAt, deletedBy, purgedAt }) => (
                <Row key={`${kind} ${reference} ${deletedAt}`}>
                  <Cell>
                    {kind === "tag" ? (
                      <Link {...toRepository(name, "tags", reference)} className="link code break-all">
                        {reference}
                      </Link>
                    ) : (
                      "An image"
                    )}
                  </Cell>
                  <Cell className="py-0">
                    <Digest digest={digest} />
                  </Cell>
                  <Cell className="whitespace-nowrap">
                    <Time at={deletedAt} />
                    {deletedBy !== null && <span className="text-soft"> by {deletedBy}</span>}
                  </Cell>
                  <Cell className="whitespace-nowrap">
                    <Time at={purgedAt} />
                  </Cell>
                  <Cell className="py-1 text-right">
                    {sizeBytes === null ? (
                      <span className="text-xs text-soft">Its image is gone</span>
                    ) : actions.includes("delete") ? (
                      <Button
                        aria-label={`Restore ${reference}`}
                        disabled={restore.isPending}
                        onClick={() => restore.mutate({ params, body: { reference } })}
                      >
                        Restore
                      </Button>
                    ) : null}
                  </Cell>
                </Row>
              ))}
            </tbody>
          </Table>
          <More pages={pages} />
        </>
      )}
      <ConfirmDialog
        isOpen={isEmptying}
        onClose={() => setEmptying(false)}
        title="Empty this repository's bin?"
        action="Remove for good"
        typed={name}
        isBusy={purge.isPending}
        onConfirm={() => purge.mutate({ params, body: {} })}
      >
        <p>
          Everything that was deleted in <span className="code break-all">{name}</span> is removed for good: this cannot
          be undone. The space is freed by the next garbage collections.
        </p>
      </ConfirmDialog>
    </Section>
  );
}
