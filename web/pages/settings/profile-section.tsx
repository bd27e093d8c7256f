/** Who one is to others: the name that is shown, and the e-mail address. */
import { type FormEvent, useState } from "react";
import { client } from "../../data/client.ts";
import { useSetup } from "../../data/me.ts";
import { messageOf } from "../../data/problem.ts";
import { useChange, useRead } from "../../data/query.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Card, Fact, Facts, Section } from "../../ui/page.tsx";
import { Answer } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";

type Account = Awaited<ReturnType<typeof client.account.get>>;

const ROLES = { none: null, auditor: "Auditor", administrator: "Administrator" } as const;

export function ProfileSection() {
  const answer = useRead(client.account.get, undefined);
  return (
    <Answer answer={answer} what="Your account">
      {(account) => (
        <>
          <Section title="Profile">
            <Card className="flex flex-col gap-5">
              <Facts>
                <Fact name="Name">
                  <span className="inline-flex flex-wrap items-center gap-2">
                    <span className="code">{account.name}</span>
                    {ROLES[account.systemRole] !== null && <Badge tone="accent">{ROLES[account.systemRole]}</Badge>}
                  </span>
                </Fact>
                <Fact name="Here since">
                  <Time at={account.createdAt} />
                </Fact>
                <Fact name="Last sign-in">
                  <Time at={account.lastLoginAt} />
                </Fact>
              </Facts>
              <DisplayName key={account.displayName} account={account} />
            </Card>
          </Section>
          <Section
            title="E-mail address"
            lead="For a forgotten password, for news of sign-ins, and to sign in with. Others do not see it."
          >
            <Card className="flex flex-col gap-5">
              <Email key={account.email} account={account} />
            </Card>
          </Section>
        </>
      )}
    </Answer>
  );
}

function DisplayName({ account }: { account: Account }) {
  const [text, setText] = useState(account.displayName);
  const change = useChange(client.account.update, {
    stale: ["session"],
    done: "The name is changed.",
    saysErrors: false,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ body: { displayName: text } });
  };
  return (
    <form onSubmit={submit} className="flex max-w-md flex-col gap-3">
      <TextField
        label="Displayed name"
        hint="Shown beside the name, such as a first and last name. May be empty."
        value={text}
        onChange={(event) => setText(event.target.value)}
        error={change.error === null ? undefined : messageOf(change.error)}
        maxLength={100}
        autoComplete="name"
      />
      <Button type="submit" isBusy={change.isPending} disabled={text === account.displayName} className="self-start">
        Change the name
      </Button>
    </form>
  );
}

function Email({ account }: { account: Account }) {
  const setup = useSetup();
  const session = useRead(client.session.get, undefined).data;
  const [email, setEmail] = useState(account.email ?? "");
  const [password, setPassword] = useState("");
  const change = useChange(client.account.update, {
    saysErrors: false,
    onDone: ({ isMailSent }) => {
      setPassword("");
      if (!isMailSent) return;
      setSentTo(email);
    },
  });
  const send = useChange(client.emailVerification.send, { onDone: () => setSentTo(account.email) });
  const [sentTo, setSentTo] = useState<string | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setSentTo(null);
    const asked = email.trim();
    change.mutate({
      body: { email: asked === "" ? null : asked, ...(session?.hasPassword === true ? { password } : {}) },
    });
  };
  const isSame = email.trim() === (account.email ?? "");
  return (
    <>
      <div className="flex flex-wrap items-center gap-2 text-sm">
        {account.email === null ? (
          <span className="text-soft">This account has no address.</span>
        ) : (
          <>
            <span className="min-w-0 break-all">{account.email}</span>
            {account.isEmailVerified ? <Badge tone="good">Confirmed</Badge> : <Badge tone="warn">Not confirmed</Badge>}
          </>
        )}
        {account.email !== null && !account.isEmailVerified && setup?.hasMail === true && (
          <Button isBusy={send.isPending} onClick={() => send.mutate(undefined)}>
            Send the link
          </Button>
        )}
      </div>
      {sentTo !== null && (
        <Notice tone="good" title={`A link is on its way to ${sentTo}`}>
          The address counts once that link was opened. Nothing came: look among what your mail program took for spam,
          or have it sent again.
        </Notice>
      )}
      <form onSubmit={submit} className="flex max-w-md flex-col gap-3">
        {change.error !== null && <Notice tone="bad">{messageOf(change.error)}</Notice>}
        <TextField
          label="New address"
          hint={account.email === null ? undefined : "Empty for none."}
          type="email"
          autoComplete="email"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          required={account.email === null}
          maxLength={254}
        />
        {session?.hasPassword === true && !isSame && (
          <TextField
            label="Password"
            hint="Whoever has the address can have the password reset: so it takes the password to change it."
            type="password"
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            required
          />
        )}
        <Button type="submit" isBusy={change.isPending} disabled={isSame} className="self-start">
          {email.trim() === "" && account.email !== null ? "Take the address away" : "Change the address"}
        </Button>
      </form>
    </>
  );
}
