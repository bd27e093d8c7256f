/** Makes an empty repository, described before the first push. */
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { client } from "../../data/client.ts";
import { useChange } from "../../data/query.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog, DialogActions } from "../../ui/dialog.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { FormError } from "../../ui/form-error.tsx";
import { toRepository } from "../repository/address.ts";
import type { Namespace } from "./namespace-pages.tsx";

type NewRepositoryProps = { namespace: Namespace; isOpen: boolean; onClose: () => void };

export function NewRepository({ isOpen, onClose, namespace }: NewRepositoryProps) {
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title="New repository">
      <NewRepositoryForm namespace={namespace} onClose={onClose} />
    </Dialog>
  );
}

function NewRepositoryForm({ namespace, onClose }: Omit<NewRepositoryProps, "isOpen">) {
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [visibility, setVisibility] = useState(namespace.defaultVisibility);
  const create = useChange(client.repositories.create, {
    stale: ["search"],
    saysErrors: false,
    onDone: async (made) => {
      onClose();
      await navigate(toRepository(made.name));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ body: { name: `${namespace.name}/${name.trim()}`, description, visibility } });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <FormError error={create.error} />
      <TextField
        label="Name"
        hint={`Becomes ${namespace.name}/${name === "" ? "…" : name.trim()}`}
        value={name}
        onChange={(event) => setName(event.target.value)}
        maxLength={200}
        required
      />
      <TextField
        label="Description"
        value={description}
        onChange={(event) => setDescription(event.target.value)}
        maxLength={200}
      />
      <SelectField
        label="Who may see it"
        value={visibility}
        onChange={(event) => setVisibility(event.target.value === "public" ? "public" : "private")}
      >
        <option value="private">Private: those who were granted it</option>
        <option value="public">Public: everybody may pull</option>
      </SelectField>
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" isBusy={create.isPending}>
          Make it
        </Button>
      </DialogActions>
    </form>
  );
}
