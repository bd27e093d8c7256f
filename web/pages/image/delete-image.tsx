/** The end of an image: says first what goes with it and what that frees, and gives it back afterwards. */
import { useNavigate } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { client } from "../../data/client.ts";
import { useChange, useRead } from "../../data/query.ts";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { formatBytes, formatTime, plural } from "../../ui/format.ts";
import { Answer } from "../../ui/states.tsx";
import { useToast } from "../../ui/toast.tsx";
import { toRepository } from "../repository/address.ts";
import { type Repository, useMayDelete, useRepository } from "../repository/repository.ts";
import { shortReference } from "./address.ts";
import type { Image } from "./image.ts";

const STALE = ["repositories", "tags", "activity", "recycleBin", "usage", "search"];
/** From here on the repository's name has to be typed. */
const MANY_TAGS = 20;
const NAMED = 8;

/** Nothing for those who may not. */
export function DeleteImage({ repository, image }: { repository: string; image: Image }) {
  const found = useRepository(repository).data?.value;
  return found === undefined ? null : <DeleteButton repository={found} image={image} />;
}

function DeleteButton({ repository, image }: { repository: Repository; image: Image }) {
  const [isAsking, setAsking] = useState(false);
  if (!useMayDelete(repository)) return null;
  return (
    <div>
      <Button onClick={() => setAsking(true)}>
        <Trash2 size={16} aria-hidden="true" />
        Delete this image…
      </Button>
      {isAsking && <DeleteDialog repository={repository.name} image={image} onClose={() => setAsking(false)} />}
    </div>
  );
}

type DialogProps = { repository: string; image: Image; onClose: () => void };

function DeleteDialog({ repository, image, onClose }: DialogProps) {
  const { digest } = image;
  const params = { repository };
  const toast = useToast();
  const navigate = useNavigate();
  const instance = useRead(client.instance.get, undefined).data;
  const effect = useRead(client.usage.deletion, { params, query: { digest } });
  const restore = useChange(client.recycleBin.restore, {
    stale: [...STALE, "manifests"],
    done: ({ tags }) => (tags.length === 0 ? "The image is back." : `Back again: ${tags.join(", ")}.`),
  });
  const remove = useChange(client.manifests.delete, {
    stale: STALE,
    onDone: () =>
      toast.say(`Deleted ${shortReference(digest)}.`, {
        label: "Undo",
        onSelect: () => restore.mutate({ params, body: { reference: digest } }),
      }),
  });
  const confirm = async () => {
    // The page goes first: what it shows is not there any more.
    await navigate(toRepository(repository, "tags"));
    remove.mutate({ params: { repository, reference: digest } });
  };
  const isLarge = (effect.data?.tags.count ?? 0) > MANY_TAGS;
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title="Delete this image?"
      action="Delete the image"
      isBusy={remove.isPending || (effect.data === undefined && effect.error === null)}
      {...(isLarge ? { typed: repository } : {})}
      onConfirm={() => void confirm()}
    >
      <Answer answer={effect}>
        {({ tags, namedBy, freedAtOnce, freedLater, keptHere, keptElsewhere, manifestBytes, isExact }) => (
          <>
            <p>
              <span className="code break-all">{shortReference(digest)}</span> goes from{" "}
              <span className="code break-all">{repository}</span>
              {tags.count > 0 && (
                <>
                  , and with it {plural(tags.count, "tag")}:{" "}
                  <span className="code break-all">{tags.names.slice(0, NAMED).join(", ")}</span>
                  {tags.count > NAMED && ` and ${tags.count - NAMED} more`}
                </>
              )}
              . Nobody can pull it any more, not by its digest either.
            </p>
            {image.children !== null && image.children.length > 0 && (
              <p>The images of its platforms stay, and can be pulled by their digests.</p>
            )}
            {namedBy.length > 0 && (
              <p>
                {plural(namedBy.length, "image")} for several platforms {namedBy.length === 1 ? "names" : "name"} it,
                and will miss it.
              </p>
            )}
            <p>
              {isExact ? "" : "About "}
              {formatBytes(freedAtOnce.bytes + freedLater.bytes + manifestBytes)} are freed once the recycle bin is
              emptied of it
              {keptHere.bytes + keptElsewhere.bytes > 0 &&
                `; ${formatBytes(keptHere.bytes + keptElsewhere.bytes)} stay, as other images have the same layers`}
              .
            </p>
          </>
        )}
      </Answer>
      {instance !== undefined && (
        <p>
          It can be undone until {formatTime(Date.now() + instance.binKeepSeconds * 1_000)}: here at once, or later
          under Deleted tags.
        </p>
      )}
    </ConfirmDialog>
  );
}
