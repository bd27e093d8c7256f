/** A new token: its name, what it may do, and when it ends. */
import { Plus, Trash2 } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { client } from "../../data/client.ts";
import { messageOf } from "../../data/problem.ts";
import { useChange } from "../../data/query.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { DialogActions } from "../../ui/dialog.tsx";
import { Checkbox, FieldSet, SelectField, TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import type { Made } from "./new-token.tsx";
import { ACCESS, type AccessId, ACTIONS, EXPIRIES, expiryOf, type Scope, scopesOf } from "./token-choices.ts";

type FormProps = { onClose: () => void; onMade: (made: Made) => void };

export function TokenForm({ onClose, onMade }: FormProps) {
  const [name, setName] = useState("");
  const [access, setAccess] = useState<AccessId>("write");
  const [custom, setCustom] = useState<readonly Scope[]>([{ actions: ["pull"], pattern: "" }]);
  const [expiry, setExpiry] = useState("90");
  const [day, setDay] = useState("");
  const make = useChange(client.accountTokens.create, { onDone: onMade, saysErrors: false });
  const lacksAction = access === "custom" && custom.some(({ actions }) => actions.length === 0);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate({ body: { name, scopes: scopesOf(access, custom), expiresAt: expiryOf(expiry, day) } });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-5">
      {make.error !== null && <Notice tone="bad">{messageOf(make.error)}</Notice>}
      <TextField
        label="Name"
        hint="What will use it, such as the name of a machine or a job."
        value={name}
        onChange={(event) => setName(event.target.value)}
        maxLength={100}
        required
        autoFocus
      />
      <FieldSet legend="It may">
        {ACCESS.map(({ id, title, says }) => (
          <Choice key={id} title={title} says={says} isChosen={access === id} onChoose={() => setAccess(id)} />
        ))}
      </FieldSet>
      {access === "custom" && <Scopes scopes={custom} onChange={setCustom} />}
      <div className="grid grid-cols-1 gap-3 sm:grid-cols-2">
        <SelectField
          label="It ends"
          hint={expiry === "never" ? "Whoever finds it years later can use it." : undefined}
          value={expiry}
          onChange={(event) => setExpiry(event.target.value)}
        >
          {EXPIRIES.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </SelectField>
        {expiry === "date" && (
          <TextField
            label="Last day"
            type="date"
            value={day}
            onChange={(event) => setDay(event.target.value)}
            required
          />
        )}
      </div>
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" isBusy={make.isPending} disabled={lacksAction}>
          Make it
        </Button>
      </DialogActions>
    </form>
  );
}

type ChoiceProps = { title: string; says: string; isChosen: boolean; onChoose: () => void };

function Choice({ title, says, isChosen, onChoose }: ChoiceProps) {
  const id = useId();
  return (
    <div className="flex items-start gap-2">
      <input
        type="radio"
        name="access"
        id={id}
        checked={isChosen}
        onChange={onChoose}
        aria-describedby={`${id}-says`}
        className="mt-0.5 size-4.5 shrink-0 accent-accent"
      />
      <div>
        <label htmlFor={id} className="text-sm font-medium">
          {title}
        </label>
        <p id={`${id}-says`} className="text-xs text-soft">
          {says}
        </p>
      </div>
    </div>
  );
}

type ScopesProps = { scopes: readonly Scope[]; onChange: (scopes: readonly Scope[]) => void };

function Scopes({ scopes, onChange }: ScopesProps) {
  const set = (at: number, scope: Scope) => onChange(scopes.with(at, scope));
  return (
    <div className="flex flex-col gap-3 rounded-md border border-line p-3">
      {scopes.map(({ actions, pattern }, at) => (
        // Rows are told apart by their places alone.
        <div key={at} className="flex flex-col gap-2">
          <div className="flex items-end gap-1">
            <TextField
              className="grow"
              label={scopes.length === 1 ? "Repositories" : `Repositories ${at + 1}`}
              placeholder="acme/*"
              pattern="[A-Za-z0-9._\/*\-]+"
              title="A repository's name in which * stands for any characters"
              value={pattern}
              onChange={(event) => set(at, { actions, pattern: event.target.value })}
              maxLength={255}
              required
            />
            {scopes.length > 1 && (
              <IconButton label={`Remove row ${at + 1}`} onClick={() => onChange(scopes.toSpliced(at, 1))}>
                <Trash2 size={16} aria-hidden="true" />
              </IconButton>
            )}
          </div>
          <div role="group" aria-label={`Actions in row ${at + 1}`} className="flex flex-wrap gap-x-4 gap-y-1">
            {ACTIONS.map(({ action, says }) => (
              <Checkbox
                key={action}
                label={says}
                checked={actions.includes(action)}
                onChange={(event) =>
                  set(at, {
                    pattern,
                    actions: event.target.checked ? [...actions, action] : actions.filter((it) => it !== action),
                  })
                }
              />
            ))}
          </div>
        </div>
      ))}
      <p className="text-xs text-soft">
        A name, in which * stands for any characters: acme/* is all of acme. Manage is changing settings over the API,
        and with the name * alone also what is no repository's.
      </p>
      <Button className="self-start" onClick={() => onChange([...scopes, { actions: ["pull"], pattern: "" }])}>
        <Plus size={16} aria-hidden="true" /> Another row
      </Button>
    </div>
  );
}
