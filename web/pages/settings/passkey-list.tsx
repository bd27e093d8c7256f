/** Passkeys: devices that sign in by finger, face or PIN. */
import { KeyRound, Pencil, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { client } from "../../data/client.ts";
import { messageOf } from "../../data/problem.ts";
import { useChange } from "../../data/query.ts";
import { useProven } from "../../parts/proof.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { ConfirmDialog, Dialog, DialogActions } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Card, Section } from "../../ui/page.tsx";
import { Time } from "../../ui/time.tsx";
import { makePasskey } from "../login/passkey.ts";
import { readAgent } from "./agent.ts";

type Passkey = Awaited<ReturnType<typeof client.factors.list>>["passkeys"][number];
type ListProps = { passkeys: readonly Passkey[]; onCodes: (codes: readonly string[] | null) => void };

export function PasskeyList({ passkeys, onCodes }: ListProps) {
  const [isAdding, setAdding] = useState(false);
  const [renamed, setRenamed] = useState<Passkey | null>(null);
  const [removed, setRemoved] = useState<Passkey | null>(null);
  const remove = useChange(useProven(client.factors.removePasskey), {
    done: "The passkey is removed.",
    onDone: () => setRemoved(null),
  });
  return (
    <Section
      title="Passkeys"
      lead="A device or key that signs in by finger, face or PIN: alone, or as the step after the password."
      actions={<Button onClick={() => setAdding(true)}>Add a passkey</Button>}
    >
      {passkeys.length === 0 ? (
        <Card>
          <p className="text-sm text-soft">None yet. The phone, the computer or a security key can be one.</p>
        </Card>
      ) : (
        <ul aria-label="Passkeys" className="divide-y divide-line rounded-lg border border-line bg-surface">
          {passkeys.map((passkey) => (
            <li key={passkey.id} className="flex items-center gap-3 py-2 pl-4 pr-2">
              <KeyRound size={18} aria-hidden="true" className="shrink-0 text-soft" />
              <div className="min-w-0 grow">
                <p className="truncate text-sm font-medium">{passkey.name}</p>
                <p className="text-xs text-soft">
                  Added <Time at={passkey.createdAt} />, last used <Time at={passkey.lastUsedAt} />
                </p>
              </div>
              <IconButton label={`Rename ${passkey.name}`} onClick={() => setRenamed(passkey)}>
                <Pencil size={16} aria-hidden="true" />
              </IconButton>
              <IconButton label={`Remove ${passkey.name}`} onClick={() => setRemoved(passkey)}>
                <Trash2 size={16} aria-hidden="true" />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      <Dialog isOpen={isAdding} onClose={() => setAdding(false)} title="Add a passkey">
        <Add
          onClose={() => setAdding(false)}
          onDone={(codes) => {
            setAdding(false);
            onCodes(codes);
          }}
        />
      </Dialog>
      <Dialog isOpen={renamed !== null} onClose={() => setRenamed(null)} title="Rename the passkey">
        {renamed !== null && <Rename passkey={renamed} onClose={() => setRenamed(null)} />}
      </Dialog>
      <ConfirmDialog
        isOpen={removed !== null}
        onClose={() => setRemoved(null)}
        title="Remove the passkey?"
        action="Remove it"
        isBusy={remove.isPending}
        onConfirm={() => removed !== null && remove.mutate({ params: { passkey: removed.id } })}
      >
        <p>
          “{removed?.name}” does not sign in here any more. The device still lists it until it is deleted there; it can
          be added here anew.
        </p>
      </ConfirmDialog>
    </Section>
  );
}

type AddProps = { onClose: () => void; onDone: (codes: readonly string[] | null) => void };

function Add({ onClose, onDone }: AddProps) {
  const [name, setName] = useState(() => readAgent(navigator.userAgent));
  const options = useProven(client.factors.passkeyOptions);
  const save = useProven(client.factors.addPasskey);
  const make = Object.assign(
    async (asked: string) => save({ body: { name: asked, passkey: await makePasskey(await options()) } }),
    { id: save.id },
  );
  const add = useChange(make, {
    stale: ["session", "accountSessions"],
    done: "The passkey is added.",
    onDone: ({ backupCodes }) => onDone(backupCodes),
    saysErrors: false,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate(name);
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {add.error !== null && <Notice tone="bad">{messageOf(add.error)}</Notice>}
      <NameField name={name} onChange={setName} />
      <p className="text-sm text-soft">The browser then asks which device to use.</p>
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" isBusy={add.isPending}>
          Go on
        </Button>
      </DialogActions>
    </form>
  );
}

function Rename({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const [name, setName] = useState(passkey.name);
  const rename = useChange(useProven(client.factors.renamePasskey), { onDone: onClose, saysErrors: false });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    rename.mutate({ params: { passkey: passkey.id }, body: { name } });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {rename.error !== null && <Notice tone="bad">{messageOf(rename.error)}</Notice>}
      <NameField name={name} onChange={setName} />
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" isBusy={rename.isPending}>
          Rename
        </Button>
      </DialogActions>
    </form>
  );
}

function NameField({ name, onChange }: { name: string; onChange: (name: string) => void }) {
  return (
    <TextField
      label="Name"
      hint="To tell one device from another."
      value={name}
      onChange={(event) => onChange(event.target.value)}
      maxLength={100}
      required
      autoFocus
    />
  );
}
