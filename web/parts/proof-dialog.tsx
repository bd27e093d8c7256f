/** Showing anew that it is the account's owner who sits there: with the password, a code or a passkey. */
import { useLocation } from "@tanstack/react-router";
import { KeyRound } from "lucide-react";
import { type FormEvent, useState } from "react";
import { client } from "../data/client.ts";
import { messageOf } from "../data/problem.ts";
import { useRead } from "../data/query.ts";
import { showPasskey } from "../pages/login/passkey.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Dialog, DialogActions } from "../ui/dialog.tsx";
import { TextField } from "../ui/field.tsx";
import { Notice } from "../ui/notice.tsx";
import { Answer } from "../ui/states.tsx";

type Shown = NonNullable<NonNullable<Parameters<typeof client.sessionFactors.prove>[0]>["body"]>;
type ProofDialogProps = { isOpen: boolean; onClose: () => void; onProven: () => void };

export function ProofDialog({ isOpen, onClose, onProven }: ProofDialogProps) {
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title="Show that it is you">
      <Ways onClose={onClose} onProven={onProven} />
    </Dialog>
  );
}

function Ways({ onClose, onProven }: Omit<ProofDialogProps, "isOpen">) {
  const session = useRead(client.session.get, undefined);
  const factors = useRead(client.factors.list, undefined);
  const identities = useRead(client.identities.list, undefined);
  const isElsewhere = identities.data?.items.some(({ source }) => !source.startsWith("oidc:")) === true;
  return (
    <Answer answer={session}>
      {({ hasPassword }) => (
        <Answer answer={factors}>
          {({ totp, passkeys }) => (
            <Form
              hasPassword={hasPassword || isElsewhere}
              hasCode={totp !== null}
              hasPasskey={passkeys.length > 0}
              onClose={onClose}
              onProven={onProven}
            />
          )}
        </Answer>
      )}
    </Answer>
  );
}

type FormProps = Omit<ProofDialogProps, "isOpen"> & { hasPassword: boolean; hasCode: boolean; hasPasskey: boolean };

function Form({ hasPassword, hasCode, hasPasskey, onClose, onProven }: FormProps) {
  const [usesCode, setUsesCode] = useState(!hasPassword);
  const [text, setText] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const { href } = useLocation();
  const attempt = async (make: () => Promise<Shown>) => {
    setBusy(true);
    setError(null);
    try {
      await client.sessionFactors.prove({ body: await make() });
      onProven();
    } catch (reason) {
      setError(messageOf(reason));
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void attempt(async () => (usesCode ? { code: text.replaceAll(" ", "") } : { password: text }));
  };
  const usePasskey = () =>
    void attempt(async () => ({ passkey: await showPasskey(await client.sessionFactors.proofOptions()) }));
  const asksForText = hasPassword || hasCode;
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <p className="text-sm">
        The last time is more than ten minutes ago, and this changes how the account is signed in to. Then it goes on
        with what you wanted.
      </p>
      {error !== null && <Notice tone="bad">{error}</Notice>}
      {hasPasskey && (
        <Button kind={asksForText ? "plain" : "primary"} onClick={usePasskey} disabled={isBusy} className="self-start">
          <KeyRound size={16} aria-hidden="true" /> Use a passkey
        </Button>
      )}
      {asksForText && (
        <TextField
          key={usesCode ? "code" : "password"}
          label={usesCode ? "Code of the authenticator app" : "Password"}
          type={usesCode ? "text" : "password"}
          inputMode={usesCode ? "numeric" : undefined}
          autoComplete={usesCode ? "one-time-code" : "current-password"}
          value={text}
          onChange={(event) => setText(event.target.value)}
          required
          autoFocus
        />
      )}
      {hasPassword && hasCode && (
        <Button
          kind="quiet"
          className="self-start"
          onClick={() => {
            setUsesCode(!usesCode);
            setText("");
          }}
        >
          {usesCode ? "Use the password" : "Use a code"}
        </Button>
      )}
      {!asksForText && !hasPasskey && (
        <Notice
          action={
            <ButtonLink to="/login" search={{ next: href }}>
              Sign in again
            </ButtonLink>
          }
        >
          This account signs in elsewhere alone: sign in again there, and come back.
        </Notice>
      )}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        {asksForText && (
          <Button type="submit" kind="primary" isBusy={isBusy}>
            Go on
          </Button>
        )}
      </DialogActions>
    </form>
  );
}
