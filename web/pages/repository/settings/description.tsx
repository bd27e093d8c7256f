/** The line below a repository's name. */
import { type FormEvent, useState } from "react";
import { ProblemError } from "../../../data/client.ts";
import { messageOf } from "../../../data/problem.ts";
import { Button } from "../../../ui/button.tsx";
import { TextField } from "../../../ui/field.tsx";
import { Section } from "../../../ui/page.tsx";
import { type Repository, useRepositoryUpdate } from "../repository.ts";

const MAX_LENGTH = 200;

export function Description({ repository, etag }: { repository: Repository; etag: string | null }) {
  const [text, setText] = useState(repository.description);
  const update = useRepositoryUpdate({ done: "The description is saved.", saysErrors: false });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    update.mutate({ params: { repository: repository.name }, body: { description: text }, ifMatch: etag });
  };
  return (
    <Section title="Description" lead="One line of plain text, shown in lists and found by the search.">
      <form onSubmit={submit} className="flex flex-wrap items-start gap-2">
        <TextField
          label={<span className="sr-only">Description</span>}
          value={text}
          maxLength={MAX_LENGTH}
          className="min-w-0 grow"
          hint={`${text.length} of ${MAX_LENGTH} characters`}
          error={update.error === null ? undefined : reasonOf(update.error)}
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit" className="mt-1" isBusy={update.isPending} disabled={text === repository.description}>
          Save
        </Button>
      </form>
    </Section>
  );
}

function reasonOf(error: unknown): string {
  return error instanceof ProblemError && error.status === 412
    ? "Somebody changed the repository meanwhile. Reload the page to see what it says now."
    : messageOf(error);
}
