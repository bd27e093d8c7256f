/** Tries an identity source step by step, and says of each how it went and how long it took. */
import { CircleCheck, CircleX } from "lucide-react";
import { type FormEvent, useState } from "react";
import { client } from "../../../data/client.ts";
import { messageOf } from "../../../data/problem.ts";
import { useChange } from "../../../data/query.ts";
import { Button } from "../../../ui/button.tsx";
import { Dialog, DialogActions } from "../../../ui/dialog.tsx";
import { TextField } from "../../../ui/field.tsx";
import { formatCount } from "../../../ui/format.ts";
import { Notice } from "../../../ui/notice.tsx";
import { Card, Fact, Facts } from "../../../ui/page.tsx";
import { PlainText } from "../../../ui/plain-text.tsx";
import type { Source } from "./sources-section.tsx";

type Result = Awaited<ReturnType<typeof client.administration.testSource>>;

export function TestSourceDialog({ source, onClose }: { source: Source; onClose: () => void }) {
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const test = useChange(client.administration.testSource, { saysErrors: false });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body = source.takesLogin && login !== "" ? { login, ...(password === "" ? {} : { password }) } : {};
    test.mutate({ params: { source: source.name }, body });
  };
  return (
    <Dialog isOpen onClose={onClose} title={`Test ${source.displayName}`} isWide>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {source.kind === "mail" && <p className="text-sm">A message is sent to the address of your own account.</p>}
        {source.takesLogin && (
          <div className="grid gap-3 sm:grid-cols-2">
            <TextField
              label="Login (may be left out)"
              hint="Somebody to look for."
              value={login}
              maxLength={255}
              onChange={(event) => setLogin(event.target.value)}
            />
            <TextField
              label="Password (may be left out)"
              hint="Checked, and kept nowhere."
              type="password"
              autoComplete="off"
              value={password}
              disabled={login === ""}
              onChange={(event) => setPassword(event.target.value)}
            />
          </div>
        )}
        <div aria-live="polite" className="flex flex-col gap-4">
          {test.error !== null && <Notice tone="bad">{messageOf(test.error)}</Notice>}
          {test.isPending && <p className="text-sm text-soft">Trying…</p>}
          {test.data !== undefined && !test.isPending && <Steps result={test.data} />}
        </div>
        <DialogActions>
          <Button onClick={onClose}>Close</Button>
          <Button type="submit" kind="primary" isBusy={test.isPending}>
            {test.data === undefined ? "Test" : "Test again"}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function Steps({ result: { isOk, steps, identity } }: { result: Result }) {
  return (
    <>
      <Notice tone={isOk ? "good" : "bad"} title={isOk ? "It works" : "It does not work"}>
        {!isOk && "The first step that failed says why."}
      </Notice>
      <ol aria-label="Steps" className="divide-y divide-line rounded-lg border border-line">
        {steps.map((it) => (
          <li key={it.title} className="flex gap-3 px-4 py-2.5 text-sm">
            {it.isOk ? (
              <CircleCheck size={18} aria-hidden="true" className="mt-px shrink-0 text-good" />
            ) : (
              <CircleX size={18} aria-hidden="true" className="mt-px shrink-0 text-bad" />
            )}
            <div className="min-w-0 grow">
              <p className="font-medium">
                {it.title} <span className="sr-only">{it.isOk ? "worked" : "failed"}</span>
              </p>
              <p className="break-words text-soft">
                <PlainText text={it.message} />
              </p>
            </div>
            <span className="shrink-0 text-xs text-soft tabular-nums">{formatCount(it.milliseconds)} ms</span>
          </li>
        ))}
      </ol>
      {identity !== null && <Found identity={identity} />}
    </>
  );
}

function Found({ identity }: { identity: NonNullable<Result["identity"]> }) {
  return (
    <Card>
      <Facts>
        <Fact name="Login">
          <PlainText text={identity.login} />
        </Fact>
        <Fact name="Subject">
          <span className="code break-all">
            <PlainText text={identity.subject} />
          </span>
        </Fact>
        {identity.displayName !== null && (
          <Fact name="Name">
            <PlainText text={identity.displayName} />
          </Fact>
        )}
        {identity.email !== null && (
          <Fact name="E-mail">
            <PlainText text={identity.email} />
          </Fact>
        )}
        <Fact name="Groups">
          {identity.groups.length === 0 ? (
            <span className="text-soft">none</span>
          ) : (
            <ul>
              {identity.groups.map((it) => (
                <li key={it} className="break-words">
                  <PlainText text={it} />
                </li>
              ))}
            </ul>
          )}
        </Fact>
      </Facts>
    </Card>
  );
}
