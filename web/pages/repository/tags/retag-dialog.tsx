/** Gives the image of a tag another name too: a new tag, or one that moves. */
import { type FormEvent, useState } from "react";
import { client } from "../../../data/client.ts";
import { messageOf } from "../../../data/problem.ts";
import { useChange } from "../../../data/query.ts";
import { Button } from "../../../ui/button.tsx";
import { Dialog, DialogActions } from "../../../ui/dialog.tsx";
import { TextField } from "../../../ui/field.tsx";
import { Notice } from "../../../ui/notice.tsx";
import type { ListedTag } from "./use-tags.ts";

const TAG = "[A-Za-z0-9_][A-Za-z0-9_.\\-]{0,127}";

type RetagProps = {
  repository: string;
  /** Whose image it is; nothing is asked while there is none. */
  source: ListedTag | null;
  /** Those that there are, to say what moves. */
  tags: readonly ListedTag[];
  onClose: () => void;
};

export function RetagDialog({ repository, source, tags, onClose }: RetagProps) {
  return (
    <Dialog isOpen={source !== null} onClose={onClose} title="Point a tag here">
      {source !== null && <Retag repository={repository} source={source} tags={tags} onClose={onClose} />}
    </Dialog>
  );
}

function Retag({ repository, source, tags, onClose }: RetagProps & { source: ListedTag }) {
  const [name, setName] = useState("");
  const put = useChange(client.tags.put, {
    stale: ["repositories", "activity", "manifests"],
    done: (tag) => `${tag.name} points to the image of ${source.name}.`,
    onDone: onClose,
    saysErrors: false,
  });
  const there = tags.find((it) => it.name === name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    put.mutate({ params: { repository, tag: name }, body: { digest: source.digest } });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {put.error !== null && <Notice tone="bad">{messageOf(put.error)}</Notice>}
      <p className="text-sm">
        The tag will point to the image of <span className="code break-all">{source.name}</span> (
        <span className="code">{source.digest.slice(0, 19)}…</span>). Nothing is pushed or copied.
      </p>
      <TextField
        label="Tag"
        value={name}
        required
        autoFocus
        pattern={TAG}
        maxLength={128}
        title="Letters, digits, dots, dashes and underscores"
        hint="A new tag, or one that there is."
        onChange={(event) => setName(event.target.value)}
      />
      {there !== undefined &&
        (there.digest === source.digest ? (
          <Notice>
            <span className="code">{there.name}</span> points there already.
          </Notice>
        ) : (
          <Notice tone="warn">
            <span className="code">{there.name}</span> exists and will move. What it points to now stays in its history,
            from where it can be pointed back.
          </Notice>
        ))}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" isBusy={put.isPending} disabled={there?.digest === source.digest}>
          {there === undefined ? "Make the tag" : "Move the tag"}
        </Button>
      </DialogActions>
    </form>
  );
}
