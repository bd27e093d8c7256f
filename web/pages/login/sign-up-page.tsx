/** Making an account for oneself, where the instance lets people; with an invitation's code in the address where it came by mail. */
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { client } from "../../data/client.ts";
import { useForgetEverything, useSetup } from "../../data/me.ts";
import { messageOf } from "../../data/problem.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Card, Page } from "../../ui/page.tsx";
import { Empty } from "../../ui/states.tsx";
import { useToast } from "../../ui/toast.tsx";
import { codeOf } from "./arrival.ts";
import { fields } from "./form.ts";
import { SignInPossible } from "./sign-in-possible.tsx";

export function SignUpPage() {
  const setup = useSetup();
  const [invitation] = useState(() => codeOf(location.hash));
  return (
    <Page title="Make an account" isNarrow>
      {setup?.signUp === "closed" ? (
        <Empty
          title="Accounts are made by administrators here"
          action={
            <ButtonLink to="/login" search={{ next: undefined }}>
              Sign in
            </ButtonLink>
          }
        >
          Ask one of them for yours.
        </Empty>
      ) : (
        <SignInPossible>
          <Card>
            <SignUpForm invitation={invitation} />
          </Card>
        </SignInPossible>
      )}
    </Page>
  );
}

function SignUpForm({ invitation }: { invitation: string | null }) {
  const setup = useSetup();
  const navigate = useNavigate();
  const forget = useForgetEverything();
  const toast = useToast();
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const asksForCode = setup?.signUp === "invitation" && invitation === null;
  const submit = async (form: FormData) => {
    const { name, password, email, code } = fields(form);
    const given = invitation ?? code;
    await client.accounts.signUp({
      body: {
        name,
        password,
        ...(email === "" ? {} : { email }),
        ...(given === "" ? {} : { invitation: given }),
      },
    });
    await client.session.create({ body: { name, password } });
    await forget();
    if (setup?.hasMail === true) toast.say(`A link is on its way to ${email}: open it, and the address counts.`);
    await navigate({ to: "/welcome" });
  };
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    submit(new FormData(event.currentTarget)).catch((reason: unknown) => {
      setError(messageOf(reason));
      setBusy(false);
    });
  };
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4">
      {error !== null && <Notice tone="bad">{error}</Notice>}
      {asksForCode && (
        <TextField label="Invitation code" name="code" required hint="Accounts here are for those who were invited." />
      )}
      <TextField
        label="Name"
        name="name"
        required
        autoFocus
        autoComplete="username"
        hint="Lower-case letters and digits, joined by . _ or -. It begins the names of your images."
      />
      <TextField
        label={setup?.hasMail === true ? "E-mail address" : "E-mail address (may be left out)"}
        name="email"
        type="email"
        required={setup?.hasMail === true}
        autoComplete="email"
      />
      <TextField
        label="Password"
        name="password"
        type="password"
        required
        minLength={8}
        autoComplete="new-password"
        hint="Eight characters or more. A few words are easier to keep than one with odd signs."
      />
      <Button type="submit" kind="primary" isBusy={isBusy}>
        Make the account
      </Button>
    </form>
  );
}
