/** The second step of signing in: a code of the authenticator app, a passkey, or a backup code. */
import { KeyRound } from "lucide-react";
import { type FormEvent, useState } from "react";
import { client } from "../../data/client.ts";
import { messageOf } from "../../data/problem.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { showPasskey } from "./passkey.ts";
import type { PendingStep } from "./pending-step.ts";

type SecondStepProps = { step: PendingStep; onDone: () => Promise<void>; onBack: () => void };

export function SecondStep({ step, onDone, onBack }: SecondStepProps) {
  const { pending, kinds } = step;
  const hasApp = kinds.includes("totp");
  const [usesBackup, setUsesBackup] = useState(!hasApp && !kinds.includes("passkey"));
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [code, setCode] = useState("");
  const attempt = async (make: () => Promise<Parameters<typeof client.sessionFactors.secondFactor>[0]["body"]>) => {
    setBusy(true);
    setError(null);
    try {
      await client.sessionFactors.secondFactor({ body: await make() });
      await onDone();
    } catch (reason) {
      setError(messageOf(reason));
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const text = code.trim();
    void attempt(async () =>
      usesBackup ? { pending, backupCode: text } : { pending, code: text.replaceAll(" ", "") },
    );
  };
  const usePasskey = () =>
    void attempt(async () => {
      const options = await client.sessionFactors.secondFactorOptions({ body: { pending } });
      return { pending, passkey: await showPasskey(options) };
    });
  const asksForCode = hasApp || usesBackup;
  return (
    <>
      <p className="text-sm">One more step: show that it is you.</p>
      {error !== null && <Notice tone="bad">{error}</Notice>}
      {kinds.includes("passkey") && (
        <Button kind={asksForCode ? "plain" : "primary"} onClick={usePasskey} disabled={isBusy}>
          <KeyRound size={16} aria-hidden="true" /> Use a passkey
        </Button>
      )}
      {asksForCode && (
        <form onSubmit={submit} className="flex flex-col gap-4">
          <TextField
            key={usesBackup ? "backup" : "app"}
            label={usesBackup ? "Backup code" : "Code of the authenticator app"}
            hint={usesBackup ? "Each of them works once." : undefined}
            value={code}
            onChange={(event) => setCode(event.target.value)}
            inputMode={usesBackup ? "text" : "numeric"}
            autoComplete="one-time-code"
            required
            autoFocus
          />
          <Button type="submit" kind="primary" isBusy={isBusy}>
            Go on
          </Button>
        </form>
      )}
      <div className="flex flex-wrap justify-between gap-2 border-t border-line pt-4">
        <Button kind="quiet" onClick={onBack}>
          Back
        </Button>
        {kinds.includes("backup-code") && (hasApp || kinds.includes("passkey")) && (
          <Button
            kind="quiet"
            onClick={() => {
              setUsesBackup(!usesBackup);
              setCode("");
            }}
          >
            {usesBackup ? "Use the other way" : "Use a backup code"}
          </Button>
        )}
      </div>
    </>
  );
}
