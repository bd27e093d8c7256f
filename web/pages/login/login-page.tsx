/** Signing in: name and password, a passkey, or a login elsewhere; and the second step where the account has one. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { KeyRound } from "lucide-react";
import { type FormEvent, useState } from "react";
import { client } from "../../data/client.ts";
import { useForgetEverything, useMe, useSetup } from "../../data/me.ts";
import { messageOf } from "../../data/problem.ts";
import { useRead } from "../../data/query.ts";
import { Button, ButtonLink, buttonClasses } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Card, Page } from "../../ui/page.tsx";
import { ownPath, readArrival } from "./arrival.ts";
import { ChooseName } from "./choose-name.tsx";
import { showPasskey } from "./passkey.ts";
import type { PendingStep } from "./pending-step.ts";
import { SecondStep } from "./second-step.tsx";
import { SignInPossible } from "./sign-in-possible.tsx";

export function LoginPage() {
  const [arrival] = useState(() => readArrival(location.hash));
  const [step, setStep] = useState<PendingStep | null>(arrival.step);
  const signedIn = useSignedIn(arrival.next);
  const setup = useSetup();
  return (
    <Page title="Sign in" isNarrow>
      {arrival.message !== null && <Failure message={arrival.message} />}
      <SignInPossible>
        {setup?.isClaimed === false && <Unclaimed />}
        <Card className="flex flex-col gap-5">
          {arrival.name !== null ? (
            <ChooseName proposed={arrival.name} onDone={signedIn} />
          ) : step !== null ? (
            <SecondStep step={step} onDone={signedIn} onBack={() => setStep(null)} />
          ) : (
            <FirstStep onDone={signedIn} onStep={setStep} />
          )}
        </Card>
      </SignInPossible>
    </Page>
  );
}

/** Of a login elsewhere. Whoever is signed in wanted to link it to their account. */
function Failure({ message }: { message: string }) {
  const me = useMe();
  return (
    <Notice
      tone="bad"
      action={
        me && (
          <ButtonLink to="/settings/$section" params={{ section: "security" }}>
            Back to the settings
          </ButtonLink>
        )
      }
    >
      {message}
    </Notice>
  );
}

function Unclaimed() {
  return (
    <Notice title="Nobody has an account here yet" action={<ButtonLink to="/setup">Claim it</ButtonLink>}>
      The first one is made by whoever claims this registry.
    </Notice>
  );
}

/** Goes where the person wanted to. */
function useSignedIn(returnTo: string | null): () => Promise<void> {
  const { next } = useSearch({ from: "/login" });
  const navigate = useNavigate();
  const forget = useForgetEverything();
  return async () => {
    await forget();
    await navigate({ href: ownPath(returnTo ?? next), replace: true });
  };
}

type FirstStepProps = { onDone: () => Promise<void>; onStep: (step: PendingStep) => void };

function FirstStep({ onDone, onStep }: FirstStepProps) {
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const setup = useSetup();
  const methods = useRead(client.loginMethods.list, undefined).data;
  const { next } = useSearch({ from: "/login" });
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (reason) {
      setError(messageOf(reason));
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void attempt(async () => {
      const body = { name: textOf(form, "name"), password: textOf(form, "password") };
      const { pending, secondFactor } = await client.session.create({ body });
      if (pending === null) await onDone();
      else onStep({ pending, kinds: secondFactor });
    });
  };
  const signInWithPasskey = () =>
    void attempt(async () => {
      const passkey = await showPasskey(await client.sessionFactors.passkeyOptions());
      await client.sessionFactors.passkey({ body: { passkey } });
      await onDone();
    });
  return (
    <>
      {error !== null && <Notice tone="bad">{error}</Notice>}
      {methods?.password !== false && (
        <form onSubmit={submit} className="flex flex-col gap-4">
          <TextField label="Name or e-mail address" name="name" required autoFocus autoComplete="username webauthn" />
          <TextField label="Password" name="password" type="password" required autoComplete="current-password" />
          <Button type="submit" kind="primary" isBusy={isBusy}>
            Sign in
          </Button>
        </form>
      )}
      <div className="flex flex-col gap-2">
        <Button onClick={signInWithPasskey} disabled={isBusy}>
          <KeyRound size={16} aria-hidden="true" /> Sign in with a passkey
        </Button>
        {methods?.providers.map(({ name, displayName, path }) => (
          // A page of the server, which leads on to the other service.
          <a
            key={name}
            href={`${path}?${new URLSearchParams({ return_to: ownPath(next) })}`}
            className={buttonClasses("plain")}
          >
            Sign in with {displayName}
          </a>
        ))}
      </div>
      <div className="flex flex-wrap justify-between gap-2 border-t border-line pt-4 text-sm">
        {setup?.signUp !== "closed" && <ButtonLink to="/sign-up">Make an account</ButtonLink>}
        {setup?.hasMail === true && (
          <ButtonLink kind="quiet" to="/reset-password">
            Forgot the password?
          </ButtonLink>
        )}
        {setup?.signUp === "closed" && !setup.hasMail && (
          <p className="text-soft">Accounts and forgotten passwords are the administrator's to help with here.</p>
        )}
      </div>
    </>
  );
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}
