/** Grants a role: to whom, which, on what. Names are suggested as far as the person sees them. */
import { type FormEvent, useId, useState } from "react";
import { client } from "../../data/client.ts";
import { useDebounced } from "../../data/debounced.ts";
import { useChange, usePages, useRead } from "../../data/query.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog, DialogActions } from "../../ui/dialog.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { FormError } from "../../ui/form-error.tsx";
import { type Grant, type Role, ROLE_WORDS } from "./roles.ts";

export type Subject = Grant["subject"];

type DialogProps = {
  namespace: string;
  isOrganisation: boolean;
  /** To this one alone. */
  subject?: Subject;
  isOpen: boolean;
  onClose: () => void;
};

export function GrantDialog({ isOpen, onClose, ...form }: DialogProps) {
  const title = form.subject === undefined ? "Grant a role" : `Grant ${form.subject.name} a role`;
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={title}>
      <GrantForm {...form} onClose={onClose} />
    </Dialog>
  );
}

function GrantForm({ namespace, isOrganisation, subject, onClose }: Omit<DialogProps, "isOpen">) {
  const [kind, setKind] = useState<Subject["kind"]>(subject?.kind ?? (isOrganisation ? "team" : "account"));
  const [name, setName] = useState(subject?.name ?? "");
  const [role, setRole] = useState<Role>("read");
  const [object, setObject] = useState("");
  const names = useNames(namespace, isOrganisation, kind);
  const repositories = useRepositoryNames(namespace, object);
  const lists = useId();
  const put = useChange(client.grants.put, { done: "Granted.", onDone: onClose, saysErrors: false });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    put.mutate({ params: { namespace }, body: { subject: { kind, name: name.trim() }, role, on: objectOf(object) } });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <FormError error={put.error} />
      {subject === undefined && (
        <div className="grid gap-4 sm:grid-cols-2">
          <SelectField
            label="To a"
            value={kind}
            onChange={(event) => {
              setKind(event.target.value as Subject["kind"]);
              setName("");
            }}
          >
            {isOrganisation && <option value="team">Team</option>}
            <option value="account">Person</option>
            <option value="robot">Robot</option>
          </SelectField>
          <TextField
            label="Name"
            value={name}
            list={`${lists}-names`}
            onChange={(event) => setName(event.target.value)}
            hint={kind === "account" ? "What they sign in as" : undefined}
            maxLength={255}
            required
          />
          <datalist id={`${lists}-names`}>
            {names.map((it) => (
              <option key={it} value={it} />
            ))}
          </datalist>
        </div>
      )}
      <SelectField label="Role" value={role} onChange={(event) => setRole(event.target.value as Role)}>
        {Object.entries(ROLE_WORDS).map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </SelectField>
      <TextField
        label="On"
        placeholder={`Everything in ${namespace}`}
        hint={`A repository such as ${namespace}/web, a pattern such as ${namespace}/web-*, or nothing for all of it`}
        value={object}
        list={`${lists}-repositories`}
        onChange={(event) => setObject(event.target.value)}
        maxLength={255}
      />
      <datalist id={`${lists}-repositories`}>
        {repositories.map((it) => (
          <option key={it} value={it} />
        ))}
      </datalist>
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" isBusy={put.isPending}>
          Grant
        </Button>
      </DialogActions>
    </form>
  );
}

function objectOf(text: string) {
  const name = text.trim();
  if (name === "") return { kind: "namespace" } as const;
  return name.includes("*") ? ({ kind: "pattern", pattern: name } as const) : ({ kind: "repository", name } as const);
}

/** Those who belong here: others are granted something by their name. */
function useNames(namespace: string, isOrganisation: boolean, kind: Subject["kind"]): string[] {
  const input = { params: { namespace }, query: { limit: 1_000 } };
  const teams = usePages(client.teams.list, input, { enabled: isOrganisation && kind === "team" });
  const members = usePages(client.members.list, input, { enabled: isOrganisation && kind === "account" });
  const robots = usePages(client.robots.list, input, { enabled: kind === "robot" });
  if (kind === "team") return teams.items.map((it) => it.name);
  if (kind === "account") return members.items.map((it) => it.account);
  return robots.items.map((it) => it.name);
}

function useRepositoryNames(namespace: string, text: string): string[] {
  const q = useDebounced(text.trim().slice(0, 100), 150);
  const found = useRead(
    client.repositories.list,
    { query: { namespace, limit: 20, ...(q === "" ? {} : { q }) } },
    { enabled: !q.includes("*"), keepsPrevious: true },
  );
  return found.data?.items.map((it) => it.name) ?? [];
}
