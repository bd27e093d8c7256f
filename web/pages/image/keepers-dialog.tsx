/** What keeps a blob from being deleted: manifests that name it, pushes under way, and works that hold everything. */
import { Link } from "@tanstack/react-router";
import { client } from "../../data/client.ts";
import { usePages } from "../../data/query.ts";
import { Badge } from "../../ui/badge.tsx";
import { Digest } from "../../ui/copy.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { formatBytes, formatTime } from "../../ui/format.ts";
import { Notice } from "../../ui/notice.tsx";
import { Answer, More } from "../../ui/states.tsx";
import { shortReference, toImage } from "./address.ts";

type Keeper = Awaited<ReturnType<typeof client.usage.keepers>>["items"][number];

export function KeepersDialog({
  repository,
  digest,
  onClose,
}: {
  repository: string;
  digest: string;
  onClose: () => void;
}) {
  const keepers = usePages(client.usage.keepers, { params: { repository, digest } });
  const first = keepers.data?.pages[0];
  return (
    <Dialog isOpen onClose={onClose} title="What keeps these bytes" isWide>
      <div className="flex flex-col gap-4 text-sm">
        <div className="flex flex-wrap items-center gap-x-3">
          <Digest digest={digest} isLong />
          {first !== undefined && <span className="text-soft">{formatBytes(first.sizeBytes)}</span>}
        </div>
        <Answer answer={{ data: first, error: keepers.error, refetch: keepers.refetch }} what="The blob">
          {({ holds, state }) => (
            <>
              {state === "damaged" && (
                <Notice tone="bad" title="These bytes are damaged">
                  They are not what their digest says. Push the image again to mend them.
                </Notice>
              )}
              <p className="text-soft">
                It stays as long as any of these does, in all repositories that you may see. Others may keep it too.
              </p>
              <ul aria-label="Keepers" className="divide-y divide-line rounded-md border border-line">
                {holds.map(({ reason, expiresAt }) => (
                  <li key={reason} className="px-3 py-2">
                    {reason}, until {formatTime(expiresAt)} at the latest
                  </li>
                ))}
                {keepers.items.map((it) => (
                  <li key={`${it.repository} ${it.manifest ?? it.kind}`} className="px-3 py-2">
                    <KeeperLine keeper={it} />
                  </li>
                ))}
                {keepers.items.length + holds.length === 0 && <li className="px-3 py-2">Nothing that you may see.</li>}
              </ul>
              <More pages={keepers} />
            </>
          )}
        </Answer>
      </div>
    </Dialog>
  );
}

function KeeperLine({ keeper }: { keeper: Keeper }) {
  const { repository, kind, manifest, role, isDeleted, tags, tagCount, indexes, keptUntil } = keeper;
  const until = keptUntil === null ? null : <span className="text-soft">until {formatTime(keptUntil)}</span>;
  if (manifest === null) {
    return (
      <span className="flex flex-wrap items-center gap-x-2">
        <span className="break-all">{repository}</span>
        <span>
          {kind === "lease" ? "a push that is not finished" : "nothing any more: it goes with the next collection"}
        </span>
        {until}
      </span>
    );
  }
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <span className="break-all">{repository}</span>
      {isDeleted ? (
        <span className="code">{shortReference(manifest)}</span>
      ) : (
        <Link {...toImage(repository, "images", manifest)} className="link code">
          {shortReference(manifest)}
        </Link>
      )}
      {role !== null && <span className="text-soft">as its {role === "config" ? "configuration" : role}</span>}
      {tags.map((tag) => (
        <Badge key={tag}>{tag}</Badge>
      ))}
      {tagCount > tags.length && <span className="text-soft">and {tagCount - tags.length} more tags</span>}
      {indexes.length > 0 && <span className="text-soft">part of {indexes.map(shortReference).join(", ")}</span>}
      {isDeleted && <Badge tone="warn">in the recycle bin</Badge>}
      {until}
    </span>
  );
}
