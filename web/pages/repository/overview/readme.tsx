/** The README: read by everybody, written in its place by those who may describe the repository. */
import { Pencil } from "lucide-react";
import { type FormEvent, lazy, Suspense, useState } from "react";
import { ProblemError } from "../../../data/client.ts";
import { messageOf } from "../../../data/problem.ts";
import { Button } from "../../../ui/button.tsx";
import { TextArea } from "../../../ui/field.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { Card, Section } from "../../../ui/page.tsx";
import { Empty, Loading } from "../../../ui/states.tsx";
import { type Repository, useRepositoryUpdate } from "../repository.ts";

const Markdown = lazy(() => import("../../../ui/markdown.tsx").then((it) => ({ default: it.Markdown })));

type ReadmeProps = { repository: Repository; etag: string | null };

export function Readme({ repository, etag }: ReadmeProps) {
  // What it was when the person began, and what they may overwrite.
  const [begun, setBegun] = useState<{ readme: string; etag: string | null } | null>(null);
  const mayDescribe = repository.actions.includes("describe");
  const begin = () => setBegun({ readme: repository.readme, etag });
  if (begun !== null) {
    return (
      <Editor
        {...begun}
        name={repository.name}
        newest={{ readme: repository.readme, etag }}
        onEnd={() => setBegun(null)}
      />
    );
  }
  if (repository.readme.trim() === "") {
    if (!mayDescribe) return <p className="text-sm text-soft">Nobody has written a README yet.</p>;
    return (
      <Empty title="No README yet" action={<Button onClick={begin}>Write one</Button>}>
        Say what is in the image, how to run it, and which variables and ports it has. Markdown is understood.
      </Empty>
    );
  }
  return (
    <Section
      title="README"
      actions={
        mayDescribe && (
          <Button kind="quiet" onClick={begin}>
            <Pencil size={15} aria-hidden="true" /> Edit
          </Button>
        )
      }
    >
      <Card className="sm:p-6">
        <Shown text={repository.readme} />
      </Card>
    </Section>
  );
}

function Shown({ text }: { text: string }) {
  return (
    <Suspense fallback={<Loading lines={6} label="Loading" />}>
      <Markdown text={text} />
    </Suspense>
  );
}

type EditorProps = {
  name: string;
  readme: string;
  etag: string | null;
  /** As the server has it now. */
  newest: { readme: string; etag: string | null };
  onEnd: () => void;
};

function Editor({ name, readme, etag, newest, onEnd }: EditorProps) {
  const [text, setText] = useState(readme);
  const [isPreview, setPreview] = useState(false);
  const [overwrites, setOverwrites] = useState(false);
  const update = useRepositoryUpdate({ done: "The README is saved.", onDone: onEnd, saysErrors: false });
  const isStale = update.error instanceof ProblemError && update.error.status === 412;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    update.mutate({ params: { repository: name }, body: { readme: text }, ifMatch: overwrites ? newest.etag : etag });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <div role="group" aria-label="Show" className="flex gap-1">
        <Button kind={isPreview ? "quiet" : "plain"} aria-pressed={!isPreview} onClick={() => setPreview(false)}>
          Write
        </Button>
        <Button kind={isPreview ? "plain" : "quiet"} aria-pressed={isPreview} onClick={() => setPreview(true)}>
          Preview
        </Button>
      </div>
      {isStale ? (
        <Notice
          tone="bad"
          title="Somebody changed the repository while you wrote"
          action={
            <Button onClick={() => setOverwrites(true)} disabled={overwrites}>
              {overwrites ? "Saving will overwrite it" : "Overwrite theirs"}
            </Button>
          }
        >
          Nothing was saved, and your text is still here. Copy what you need, cancel to see theirs, or overwrite it.
        </Notice>
      ) : (
        update.error !== null && <Notice tone="bad">{messageOf(update.error)}</Notice>
      )}
      {isPreview ? (
        <Card className="min-h-96 sm:p-6">
          {text.trim() === "" ? <p className="text-sm text-soft">Nothing to show yet.</p> : <Shown text={text} />}
        </Card>
      ) : (
        <TextArea
          label="README"
          hint="Markdown, at most 64 kB. HTML is left out, and images are shown as links."
          value={text}
          autoFocus
          rows={22}
          spellCheck
          className="[&_textarea]:font-mono"
          onChange={(event) => setText(event.target.value)}
        />
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onEnd}>Cancel</Button>
        <Button type="submit" kind="primary" isBusy={update.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}
