/** A first login elsewhere whose name is somebody else's here: the person says what to be called. */
import { type FormEvent, useState } from "react";
import { client } from "../../data/client.ts";
import { messageOf } from "../../data/problem.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";

export function ChooseName({ proposed, onDone }: { proposed: string; onDone: () => Promise<void> }) {
  const [name, setName] = useState(proposed);
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    client.loginMethods
      .chooseName({ body: { name } })
      .then(onDone)
      .catch((reason: unknown) => {
        setError(messageOf(reason));
        setBusy(false);
      });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <p className="text-sm">
        Your name at the other service is somebody else's here. Choose yours: it begins the names of your images.
      </p>
      <TextField
        label="Name"
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={error}
        required
        autoFocus
      />
      <Button type="submit" kind="primary" isBusy={isBusy}>
        Make the account
      </Button>
    </form>
  );
}
