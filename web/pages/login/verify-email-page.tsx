/** The link of a mail that confirms an address. It counts when the button is pressed: mail programs open links by themselves. */
import { useState } from "react";
import { client } from "../../data/client.ts";
import { useChange } from "../../data/query.ts";
import { messageOf } from "../../data/problem.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Card, Page } from "../../ui/page.tsx";
import { codeOf } from "./arrival.ts";

export function VerifyEmailPage() {
  const [code] = useState(() => codeOf(location.hash));
  const confirm = useChange(client.emailVerification.confirm, { stale: ["account", "session"], saysErrors: false });
  return (
    <Page title="Confirm your e-mail address" isNarrow>
      <Card className="flex flex-col gap-4">
        {confirm.isSuccess ? (
          <Notice
            tone="good"
            title="The address is confirmed"
            action={<ButtonLink to="/settings">Settings</ButtonLink>}
          />
        ) : code === null ? (
          <Notice tone="bad">This link is not whole. Open it from the mail again, or have another one sent.</Notice>
        ) : (
          <>
            {confirm.error !== null && <Notice tone="bad">{messageOf(confirm.error)}</Notice>}
            <p className="text-sm">The mail came to you: press the button, and the address counts as yours.</p>
            <Button kind="primary" isBusy={confirm.isPending} onClick={() => confirm.mutate({ body: { code } })}>
              Confirm it
            </Button>
          </>
        )}
      </Card>
    </Page>
  );
}
