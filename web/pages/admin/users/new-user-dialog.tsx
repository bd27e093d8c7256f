/** An account for somebody else. Without a password one is made up, and shown once. */
import { type FormEvent, useState } from "react";
import { client } from "../../../data/client.ts";
import { messageOf } from "../../../data/problem.ts";
import { useChange } from "../../../data/query.ts";
import { Button } from "../../../ui/button.tsx";
import { Dialog, DialogActions } from "../../../ui/dialog.tsx";
import { TextField } from "../../../ui/field.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { MadePassword } from "./made-password.tsx";

type NewUserProps = { onClose: () => void; onMade: (name: string) => void };

export function NewUserDialog({ onClose, onMade }: NewUserProps) {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const create = useChange(client.accounts.create, { stale: ["administration"], saysErrors: false });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const address = email.trim();
    create.mutate({
      params: { account: name.trim() },
      body: { email: address === "" ? null : address, ...(password === "" ? {} : { password }) },
    });
  };
  const made = create.data;
  if (made !== undefined) {
    const close = () => {
      onClose();
      onMade(made.account.name);
    };
    return (
      <Dialog isOpen onClose={close} title={`${made.account.name} has an account`}>
        <MadePassword name={made.account.name} password={made.password} />
        <DialogActions>
          <Button kind="primary" onClick={close}>
            Done
          </Button>
        </DialogActions>
      </Dialog>
    );
  }
  return (
    <Dialog isOpen onClose={onClose} title="Create a user">
      <form onSubmit={submit} className="flex flex-col gap-4">
        {create.error !== null && <Notice tone="bad">{messageOf(create.error)}</Notice>}
        <TextField
          label="Name"
          hint="What they sign in with, and how their images begin. Lower case, digits and . _ -"
          value={name}
          maxLength={64}
          required
          autoFocus
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label="E-mail address (may be left out)"
          type="email"
          value={email}
          maxLength={254}
          onChange={(event) => setEmail(event.target.value)}
        />
        <TextField
          label="Password (may be left out)"
          type="password"
          autoComplete="new-password"
          hint="Without one, a good one is made up and shown once."
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" isBusy={create.isPending}>
            Create
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
