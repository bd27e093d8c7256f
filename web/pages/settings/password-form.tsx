/** Changing the password, where it is this registry's own. */
import { type FormEvent, useRef } from "react";
import { client } from "../../data/client.ts";
import { messageOf } from "../../data/problem.ts";
import { useChange, useRead } from "../../data/query.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Card, Section } from "../../ui/page.tsx";

export function PasswordForm() {
  const session = useRead(client.session.get, undefined).data;
  return (
    <Section
      title="Password"
      lead="Changing it ends all other sessions and what docker login keeps on other machines. Access tokens stay."
    >
      <Card>
        {session?.hasPassword === false ? (
          <p className="text-sm text-soft">
            This account has no password here: it signs in with a login elsewhere, where the password is changed too.
            For docker login make an access token.
          </p>
        ) : (
          <Change />
        )}
      </Card>
    </Section>
  );
}

function Change() {
  const form = useRef<HTMLFormElement>(null);
  const change = useChange(client.account.password, {
    stale: ["session", "accountSessions", "accountTokens"],
    done: "The password is changed, and all other sessions have ended.",
    onDone: () => form.current?.reset(),
    saysErrors: false,
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const values = new FormData(event.currentTarget);
    change.mutate({ body: { oldPassword: textOf(values, "old"), newPassword: textOf(values, "new") } });
  };
  return (
    <form ref={form} onSubmit={submit} className="flex max-w-md flex-col gap-3">
      {change.error !== null && <Notice tone="bad">{messageOf(change.error)}</Notice>}
      <TextField label="Password until now" name="old" type="password" autoComplete="current-password" required />
      <TextField
        label="New password"
        name="new"
        type="password"
        autoComplete="new-password"
        minLength={8}
        hint="Eight characters or more."
        required
      />
      <Button type="submit" isBusy={change.isPending} className="self-start">
        Change the password
      </Button>
    </form>
  );
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}
