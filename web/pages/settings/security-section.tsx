/** How the account is signed in to: password, second factor, passkeys, and logins elsewhere. */
import { useState } from "react";
import { client } from "../../data/client.ts";
import { useRead } from "../../data/query.ts";
import { Answer } from "../../ui/states.tsx";
import { AuthenticatorApp } from "./authenticator-app.tsx";
import { BackupCodes, NewBackupCodes } from "./backup-codes.tsx";
import { LinkedIdentities } from "./linked-identities.tsx";
import { PasskeyList } from "./passkey-list.tsx";
import { PasswordForm } from "./password-form.tsx";

export function SecuritySection() {
  const factors = useRead(client.factors.list, undefined);
  // Told once, by whichever change made them.
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const keep = (made: readonly string[] | null) => made !== null && setCodes(made);
  return (
    <>
      {codes !== null && <NewBackupCodes key={codes[0]} codes={codes} onKept={() => setCodes(null)} />}
      <PasswordForm />
      <Answer answer={factors} what="Second factors">
        {({ totp, passkeys, backupCodesLeft }) => (
          <>
            <AuthenticatorApp since={totp?.createdAt ?? null} onCodes={keep} />
            <PasskeyList passkeys={passkeys} onCodes={keep} />
            {(totp !== null || passkeys.length > 0) && <BackupCodes left={backupCodesLeft} onCodes={keep} />}
          </>
        )}
      </Answer>
      <LinkedIdentities />
    </>
  );
}
