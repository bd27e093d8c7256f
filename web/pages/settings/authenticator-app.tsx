/** The authenticator app: setting one up with a QR code, and taking it away. */
import { type FormEvent, useState } from "react";
import { client } from "../../data/client.ts";
import { messageOf } from "../../data/problem.ts";
import { useChange } from "../../data/query.ts";
import { useProven } from "../../parts/proof.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Command } from "../../ui/copy.tsx";
import { ConfirmDialog, Dialog, DialogActions } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Card, Section } from "../../ui/page.tsx";
import { Time } from "../../ui/time.tsx";

type Enrolment = Awaited<ReturnType<typeof client.factors.enrolTotp>>;
type AppProps = { since: string | null; onCodes: (codes: readonly string[] | null) => void };

export function AuthenticatorApp({ since, onCodes }: AppProps) {
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const [isRemoving, setRemoving] = useState(false);
  const enrol = useChange(useProven(client.factors.enrolTotp), { onDone: setEnrolment });
  const remove = useChange(useProven(client.factors.removeTotp), {
    done: "The authenticator app is removed.",
    onDone: () => setRemoving(false),
  });
  return (
    <Section
      title="Authenticator app"
      lead="A code of six digits that changes every half minute, asked for after the password. docker login then takes an access token in place of the password."
    >
      <Card className="flex flex-wrap items-center justify-between gap-3">
        {since === null ? (
          <p className="text-sm text-soft">Not set up.</p>
        ) : (
          <p className="flex flex-wrap items-center gap-2 text-sm">
            <Badge tone="good">On</Badge> since <Time at={since} />
          </p>
        )}
        {since === null ? (
          <Button isBusy={enrol.isPending} onClick={() => enrol.mutate(undefined)}>
            Set up an app
          </Button>
        ) : (
          <Button onClick={() => setRemoving(true)}>Remove</Button>
        )}
      </Card>
      <Dialog isOpen={enrolment !== null} onClose={() => setEnrolment(null)} title="Set up an authenticator app">
        {enrolment !== null && (
          <Enrol
            enrolment={enrolment}
            onClose={() => setEnrolment(null)}
            onDone={(codes) => {
              setEnrolment(null);
              onCodes(codes);
            }}
          />
        )}
      </Dialog>
      <ConfirmDialog
        isOpen={isRemoving}
        onClose={() => setRemoving(false)}
        title="Remove the authenticator app?"
        action="Remove it"
        isBusy={remove.isPending}
        onConfirm={() => remove.mutate(undefined)}
      >
        <p>
          Its codes are worth nothing from then on. Without a passkey the password alone signs in. An app can be set up
          anew at any time, with a new secret.
        </p>
      </ConfirmDialog>
    </Section>
  );
}

type EnrolProps = {
  enrolment: Enrolment;
  onClose: () => void;
  onDone: (codes: readonly string[] | null) => void;
};

function Enrol({ enrolment, onClose, onDone }: EnrolProps) {
  const [code, setCode] = useState("");
  const confirm = useChange(useProven(client.factors.confirmTotp), {
    stale: ["session", "accountSessions"],
    done: "The authenticator app is set up.",
    onDone: ({ backupCodes }) => onDone(backupCodes),
    saysErrors: false,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    confirm.mutate({ body: { code: code.replaceAll(" ", "") } });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <p className="text-sm">1. Scan this with the app, or type the secret below into it.</p>
      {/* A picture and no markup: nothing in it can run or load. */}
      <img
        src={`data:image/svg+xml,${encodeURIComponent(enrolment.qrSvg)}`}
        alt="QR code of the secret below"
        width={200}
        height={200}
        className="self-center rounded-md"
      />
      <Command text={enrolment.secret} label="Copy the secret" />
      <p className="text-sm">2. Type the code that the app shows.</p>
      {confirm.error !== null && <Notice tone="bad">{messageOf(confirm.error)}</Notice>}
      <TextField
        label="Code of the app"
        inputMode="numeric"
        autoComplete="one-time-code"
        value={code}
        onChange={(event) => setCode(event.target.value)}
        required
      />
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" isBusy={confirm.isPending}>
          Turn it on
        </Button>
      </DialogActions>
    </form>
  );
}
