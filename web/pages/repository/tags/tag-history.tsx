/** What a tag pointed to, from when to when, and by whom; and the way back to any of it. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { client } from "../../../data/client.ts";
import { useChange, usePages } from "../../../data/query.ts";
import { Badge } from "../../../ui/badge.tsx";
import { Button, ButtonLink } from "../../../ui/button.tsx";
import { Digest } from "../../../ui/copy.tsx";
import { ConfirmDialog } from "../../../ui/dialog.tsx";
import { formatTime } from "../../../ui/format.ts";
import { Section } from "../../../ui/page.tsx";
import { Failed, Loading, More } from "../../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../../ui/table.tsx";
import { Time } from "../../../ui/time.tsx";
import { toRepository } from "../address.ts";
import type { Repository } from "../repository.ts";

type Revision = Awaited<ReturnType<typeof client.tags.history>>["items"][number];

export function TagHistory({ repository, tag }: { repository: Repository; tag: string }) {
  const { name, actions } = repository;
  const params = { repository: name, tag };
  const [target, setTarget] = useState<Revision | null>(null);
  const pages = usePages(client.tags.history, { params });
  const restore = useChange(client.tags.restore, {
    stale: ["repositories", "activity", "manifests", "recycleBin"],
    done: ({ name: back, digest }) => `${back} points to ${digest.slice(0, 19)}… again.`,
    onDone: () => setTarget(null),
  });
  const [newest] = pages.items;
  const isThere = newest !== undefined && newest.to === null;
  return (
    <Section
      title={
        <>
          History of <span className="code break-all">{tag}</span>
        </>
      }
      lead="What it pointed to, newest first."
      actions={
        <>
          <ButtonLink {...toRepository(name, "tags")}>All tags</ButtonLink>
          {isThere && (
            <ButtonLink kind="primary" {...toRepository(name, "images", tag)}>
              Look inside
            </ButtonLink>
          )}
        </>
      }
    >
      {pages.error !== null ? (
        <Failed error={pages.error} retry={() => void pages.refetch()} what="The tag" />
      ) : pages.isPending ? (
        <Loading lines={5} />
      ) : (
        <>
          <Table label={`History of ${tag}`}>
            <Head>
              <HeadCell>Revision</HeadCell>
              <HeadCell>Pointed to</HeadCell>
              <HeadCell>From</HeadCell>
              <HeadCell>By</HeadCell>
              <HeadCell>Until</HeadCell>
              <HeadCell>
                <span className="sr-only">Point it back</span>
              </HeadCell>
            </Head>
            <tbody>
              {pages.items.map((revision) => (
                <Row key={`${revision.revision} ${revision.from}`}>
                  <Cell className="tabular-nums">{revision.revision}</Cell>
                  <Cell className="py-0">
                    <span className="flex items-center">
                      <Digest digest={revision.digest} />
                      <Link
                        {...toRepository(name, "images", revision.digest)}
                        aria-label={`Look inside ${revision.digest.slice(0, 19)}`}
                        className="link text-xs"
                      >
                        Look inside
                      </Link>
                    </span>
                  </Cell>
                  <Cell className="whitespace-nowrap">
                    <Time at={revision.from} />
                  </Cell>
                  <Cell>{revision.actor}</Cell>
                  <Cell className="whitespace-nowrap">
                    <Until revision={revision} />
                  </Cell>
                  <Cell className="py-1 text-right">
                    {revision.to !== null &&
                      actions.includes("push") &&
                      revision.digest !== (isThere && newest.digest) && (
                        <Button
                          aria-label={`Point it back to revision ${revision.revision}`}
                          onClick={() => setTarget(revision)}
                        >
                          Point it back
                        </Button>
                      )}
                  </Cell>
                </Row>
              ))}
            </tbody>
          </Table>
          <More pages={pages} />
        </>
      )}
      <ConfirmDialog
        isOpen={target !== null}
        onClose={() => setTarget(null)}
        title="Point the tag back?"
        action="Point it back"
        isBusy={restore.isPending}
        onConfirm={() => target !== null && restore.mutate({ params, body: { revision: target.revision } })}
      >
        <p>
          Whoever pulls <span className="code break-all">{tag}</span> from now on gets{" "}
          <span className="code">{target?.digest.slice(0, 19)}…</span>, as from{" "}
          {target !== null && formatTime(target.from)} on.
        </p>
        <p>
          {isThere
            ? "What it points to now stays in this history, so that it can be pointed forward again."
            : "It was deleted, and comes back by this."}
        </p>
      </ConfirmDialog>
    </Section>
  );
}

function Until({ revision: { to, deletedAt, deletedBy } }: { revision: Revision }) {
  if (deletedAt !== null) {
    return (
      <>
        <Badge tone="bad">Deleted</Badge> <Time at={deletedAt} />
        {deletedBy !== null && <span className="text-soft"> by {deletedBy}</span>}
      </>
    );
  }
  return to === null ? <Badge tone="good">Now</Badge> : <Time at={to} />;
}
