/** A forgotten password: asking for the link, and choosing a new one with the code that it brings behind the #. */
import { type FormEvent, useState } from "react";
import { client } from "../../data/client.ts";
import { messageOf } from "../../data/problem.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Card, Page } from "../../ui/page.tsx";
import { codeOf } from "./arrival.ts";
import { fields } from "./form.ts";

export function ResetPasswordPage() {
  const [code] = useState(() => codeOf(location.hash));
  return (
    <Page title={code === null ? "Forgot the password?" : "Choose a new password"} isNarrow>
      <Card>{code === null ? <Request /> : <Finish code={code} />}</Card>
    </Page>
  );
}

function Request() {
  const [error, setError] = useState<string | null>(null);
  const [isSent, setSent] = useState(false);
  const [isBusy, setBusy] = useState(false);
  if (isSent) {
    return (
      <Notice tone="good" title="Look into your mail">
        If there is such an account with a confirmed address, a link is on its way. It holds for an hour.
      </Notice>
    );
  }
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    client.passwordReset
      .request({ body: { login: fields(new FormData(event.currentTarget)).login } })
      .then(() => setSent(true))
      .catch((reason: unknown) => setError(messageOf(reason)))
      .finally(() => setBusy(false));
  };
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4">
      {error !== null && <Notice tone="bad">{error}</Notice>}
      <TextField label="Name or e-mail address" name="login" required autoFocus autoComplete="username" />
      <Button type="submit" kind="primary" isBusy={isBusy}>
        Send the link
      </Button>
    </form>
  );
}

function Finish({ code }: { code: string }) {
  const [error, setError] = useState<string | null>(null);
  const [isDone, setDone] = useState(false);
  const [isBusy, setBusy] = useState(false);
  if (isDone) {
    return (
      <Notice
        tone="good"
        title="The new password holds"
        action={
          <ButtonLink kind="primary" to="/login" search={{ next: undefined }}>
            Sign in
          </ButtonLink>
        }
      >
        All sessions and logins that the account had have ended.
      </Notice>
    );
  }
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    client.passwordReset
      .finish({ body: { code, password: fields(new FormData(event.currentTarget)).password } })
      .then(() => setDone(true))
      .catch((reason: unknown) => setError(messageOf(reason)))
      .finally(() => setBusy(false));
  };
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4">
      {error !== null && <Notice tone="bad">{error}</Notice>}
      <TextField
        label="New password"
        name="password"
        type="password"
        required
        autoFocus
        minLength={8}
        autoComplete="new-password"
        hint="Eight characters or more."
      />
      <Button type="submit" kind="primary" isBusy={isBusy}>
        Keep it
      </Button>
    </form>
  );
}
