/** Claiming the instance: the first administrator, with the code that the server's log shows. */
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { client } from "../../data/client.ts";
import { useForgetEverything, useSetup } from "../../data/me.ts";
import { messageOf } from "../../data/problem.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Command } from "../../ui/copy.tsx";
import { TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Card, Page } from "../../ui/page.tsx";
import { Empty, Loading } from "../../ui/states.tsx";
import { fields } from "./form.ts";
import { SignInPossible } from "./sign-in-possible.tsx";

export function SetupPage() {
  const setup = useSetup();
  return (
    <Page
      title="Claim this registry"
      isNarrow
      lead="You become its administrator. From then on only people with an account may push, images are private unless made public, and what was pushed so far is yours."
    >
      {setup === undefined ? (
        <Loading />
      ) : setup.isClaimed ? (
        <Empty
          title="It is claimed already"
          action={
            <ButtonLink kind="primary" to="/login" search={{ next: undefined }}>
              Sign in
            </ButtonLink>
          }
        />
      ) : (
        <>
          <SignInPossible>
            <Card>
              <SetupForm />
            </Card>
          </SignInPossible>
          <section className="flex flex-col gap-2 text-sm text-soft">
            <p>On the machine itself it goes without a code:</p>
            <Command text="berth admin create NAME" />
            <p>
              To stay open instead, do nothing: whoever reaches this address can push, pull and delete, as with a plain
              registry. That is fine on a laptop, and nowhere else.
            </p>
          </section>
        </>
      )}
    </Page>
  );
}

function SetupForm() {
  const navigate = useNavigate();
  const forget = useForgetEverything();
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    const { code, name, password, email } = fields(new FormData(event.currentTarget));
    client.setup
      .claim({ body: { code, name, password, ...(email === "" ? {} : { email }) } })
      .then(async () => {
        await forget();
        await navigate({ to: "/welcome" });
      })
      .catch((reason: unknown) => {
        setError(messageOf(reason));
        setBusy(false);
      });
  };
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4">
      {error !== null && <Notice tone="bad">{error}</Notice>}
      <TextField
        label="Setup code"
        name="code"
        required
        autoFocus
        hint="The server printed it to its log when it started. It shows that you run this server."
      />
      <TextField label="Name" name="name" required autoComplete="username" />
      <TextField label="E-mail address (may be left out)" name="email" type="email" autoComplete="email" />
      <TextField
        label="Password"
        name="password"
        type="password"
        required
        minLength={8}
        autoComplete="new-password"
        hint="Eight characters or more."
      />
      <Button type="submit" kind="primary" isBusy={isBusy}>
        Claim it
      </Button>
    </form>
  );
}
