/** Another name in the same namespace, or a place in another one; the old name goes on leading there. */
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { client } from "../../../data/client.ts";
import { useMe } from "../../../data/me.ts";
import { messageOf } from "../../../data/problem.ts";
import { useChange, useRead } from "../../../data/query.ts";
import { Button } from "../../../ui/button.tsx";
import { ConfirmDialog } from "../../../ui/dialog.tsx";
import { SelectField, TextField } from "../../../ui/field.tsx";
import { Section } from "../../../ui/page.tsx";
import { toRepository } from "../address.ts";
import type { Repository } from "../repository.ts";

export function NewName({ repository: { name, namespace } }: { repository: Repository }) {
  const me = useMe();
  const session = useRead(client.session.get, undefined, { enabled: Boolean(me) }).data;
  const navigate = useNavigate();
  const isWithin = name.startsWith(`${namespace}/`);
  const [place, setPlace] = useState(namespace);
  const [rest, setRest] = useState(isWithin ? name.slice(namespace.length + 1) : name);
  const [isAsking, setAsking] = useState(false);
  const wanted = isWithin || place !== namespace ? `${place}/${rest.trim()}` : rest.trim();
  const settings = {
    stale: ["search", "activity", "namespaces", "usage"],
    done: ({ name: now }: Repository) => `It is called ${now} now.`,
    onDone: async ({ name: now }: Repository) => {
      setAsking(false);
      await navigate({ ...toRepository(now, "settings"), replace: true });
    },
    saysErrors: false,
  };
  const rename = useChange(client.repositories.rename, settings);
  const move = useChange(client.repositories.move, settings);
  const isMove = place !== namespace;
  const change = isMove ? move : rename;
  const places = [namespace, ...(session?.namespaces ?? []).map((it) => it.name).filter((it) => it !== namespace)];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.reset();
    setAsking(true);
  };
  return (
    <Section
      title="Name"
      lead="Rename it, or move it to another namespace. The old name goes on leading to it, also for pulls."
    >
      <form onSubmit={submit} aria-label="Rename or move" className="grid items-end gap-2 sm:grid-cols-[1fr_2fr_auto]">
        <SelectField label="Namespace" value={place} onChange={(event) => setPlace(event.target.value)}>
          {places.map((it) => (
            <option key={it}>{it}</option>
          ))}
        </SelectField>
        <TextField
          label="Name"
          value={rest}
          required
          maxLength={255}
          onChange={(event) => setRest(event.target.value)}
        />
        <Button type="submit" disabled={wanted === name}>
          {isMove ? "Move…" : "Rename…"}
        </Button>
      </form>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={isMove ? "Move the repository?" : "Rename the repository?"}
        action={isMove ? "Move it" : "Rename it"}
        isBusy={change.isPending}
        onConfirm={() => change.mutate({ params: { repository: name }, body: { name: wanted } })}
      >
        {change.error !== null && (
          <p role="alert" className="text-bad">
            {messageOf(change.error)}
          </p>
        )}
        <p>
          <span className="code break-all">{name}</span> becomes <span className="code break-all">{wanted}</span>. The
          old name goes on leading to it, and nothing else may take it.
        </p>
        <p>
          {isMove
            ? "Grants on this repository alone end, and what is granted in the new namespace holds. It can be moved back."
            : "Grants on patterns follow the new name. It can be renamed back."}
        </p>
      </ConfirmDialog>
    </Section>
  );
}
