/** Asks before tags go, saying what becomes of their images; and gives them back for as long as that can be undone. */
import { useState } from "react";
import { client } from "../../../data/client.ts";
import { useChange, useRead } from "../../../data/query.ts";
import { ConfirmDialog } from "../../../ui/dialog.tsx";
import { formatTime, plural } from "../../../ui/format.ts";
import { useToast } from "../../../ui/toast.tsx";
import { deleteTags, failuresOf, restoreTags } from "./tag-changes.ts";

/** From here on the repository's name has to be typed. */
const MANY = 20;
const NAMED = 8;

type DeleteTagsProps = {
  repository: string;
  /** Nothing is asked while there are none. */
  names: readonly string[];
  onClose: () => void;
  onDeleted: (names: readonly string[]) => void;
};

export function DeleteTagsDialog({ repository, names, onClose, onDeleted }: DeleteTagsProps) {
  const toast = useToast();
  const [progress, setProgress] = useState(0);
  const instance = useRead(client.instance.get, undefined).data;
  const [only] = names.length === 1 ? names : [];
  const effect = useRead(
    client.usage.deletion,
    { params: { repository }, query: { tag: only } },
    { enabled: only !== undefined },
  ).data;
  const stale = ["repositories", "activity", "recycleBin", "manifests", "usage"];
  const restore = useChange(restoreTags, {
    stale,
    done: (outcome) => `${plural(outcome.done.length, "tag")} restored.`,
    onDone: (outcome) => {
      const failures = failuresOf(outcome);
      if (failures !== null) toast.fail(failures);
    },
  });
  const remove = useChange(deleteTags, {
    stale,
    onDone: (outcome) => {
      const failures = failuresOf(outcome);
      if (failures !== null) toast.fail(failures);
      onDeleted(outcome.done);
      onClose();
      setProgress(0);
      if (outcome.done.length === 0) return;
      const [first = ""] = outcome.done;
      toast.say(outcome.done.length === 1 ? `Deleted ${first}.` : `${plural(outcome.done.length, "tag")} deleted.`, {
        label: "Undo",
        onSelect: () => restore.mutate({ repository, names: outcome.done }),
      });
    },
  });
  const shown = names.slice(0, NAMED);
  return (
    <ConfirmDialog
      key={names.join(" ")}
      isOpen={names.length > 0}
      onClose={onClose}
      title={only === undefined ? `Delete ${plural(names.length, "tag")}?` : "Delete this tag?"}
      action={only === undefined ? `Delete ${plural(names.length, "tag")}` : "Delete the tag"}
      isBusy={remove.isPending}
      {...(names.length > MANY ? { typed: repository } : {})}
      onConfirm={() => remove.mutate({ repository, names, onProgress: setProgress })}
    >
      <p>
        <span className="code break-all">{shown.join(", ")}</span>
        {names.length > NAMED && ` and ${plural(names.length - NAMED, "more tag")}`}{" "}
        {names.length === 1 ? "goes" : "go"} from <span className="code break-all">{repository}</span>. Nobody can pull
        by {names.length === 1 ? "this name" : "these names"} any more.
      </p>
      <p>
        The {names.length === 1 ? "image stays" : "images stay"} and can be pulled by digest
        {effect !== undefined && effect.digest !== null && (
          <>
            , here <span className="code break-all">{effect.digest.slice(0, 19)}…</span>
          </>
        )}
        , so this frees no space by itself.
      </p>
      {instance !== undefined && (
        <p>
          It can be undone until {formatTime(Date.now() + instance.binKeepSeconds * 1_000)}: here at once, or later
          under Deleted tags.
        </p>
      )}
      <p role="status" className="text-soft">
        {remove.isPending && names.length > 1 && `${progress} of ${names.length} done`}
      </p>
    </ConfirmDialog>
  );
}
