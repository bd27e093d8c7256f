/** What a robot gives as its password: made, replaced and revoked here. */
import { type FormEvent, useState } from "react";
import { client } from "../../data/client.ts";
import { useInstance } from "../../data/me.ts";
import { useChange, usePages } from "../../data/query.ts";
import { Button } from "../../ui/button.tsx";
import { Command } from "../../ui/copy.tsx";
import { ConfirmDialog, Dialog, DialogActions } from "../../ui/dialog.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { FormError } from "../../ui/form-error.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Section } from "../../ui/page.tsx";
import { Failed, Loading, More } from "../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";

type PartProps = { params: { namespace: string; robot: string }; mayChange: boolean };

export function RobotTokens({ params, mayChange }: PartProps) {
  const [isCreating, setCreating] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  const tokens = usePages(client.robots.listTokens, { params, query: { limit: 100 } });
  const rotate = useChange(client.robots.rotateToken, { onDone: ({ token }) => setMade(token) });
  const [revoked, setRevoked] = useState<{ id: string; name: string } | null>(null);
  const host = useInstance()?.host ?? location.host;
  const revoke = useChange(client.robots.revokeToken, {
    done: "The token is revoked.",
    onDone: () => setRevoked(null),
  });
  return (
    <Section
      title="Tokens"
      actions={mayChange && <Button onClick={() => setCreating(true)}>New token</Button>}
      lead="What the machine gives as its password."
    >
      {tokens.error !== null ? (
        <Failed error={tokens.error} retry={() => void tokens.refetch()} />
      ) : tokens.data === undefined ? (
        <Loading lines={2} />
      ) : tokens.items.length === 0 ? (
        <p className="text-sm text-soft">None yet: it cannot log in.</p>
      ) : (
        <Table label="Tokens of the robot">
          <Head>
            <HeadCell>Name</HeadCell>
            <HeadCell>Begins</HeadCell>
            <HeadCell>Last used</HeadCell>
            <HeadCell>Expires</HeadCell>
            <HeadCell>
              <span className="sr-only">Actions</span>
            </HeadCell>
          </Head>
          <tbody>
            {tokens.items.map((it) => (
              <Row key={it.id}>
                <Cell className="font-medium">{it.name}</Cell>
                <Cell className="code">{it.hint}</Cell>
                <Cell>
                  <Time at={it.lastUsedAt} />
                </Cell>
                <Cell>
                  <Time at={it.expiresAt} />
                </Cell>
                <Cell className="text-right whitespace-nowrap">
                  {mayChange && (
                    <>
                      <Button
                        kind="quiet"
                        aria-label={`Replace ${it.name}`}
                        disabled={rotate.isPending}
                        title="A new one takes its place; this one works for another hour"
                        onClick={() =>
                          rotate.mutate({ params: { ...params, token: it.id }, body: { graceSeconds: 3_600 } })
                        }
                      >
                        Replace
                      </Button>
                      <Button kind="quiet" aria-label={`Revoke ${it.name}`} onClick={() => setRevoked(it)}>
                        Revoke
                      </Button>
                    </>
                  )}
                </Cell>
              </Row>
            ))}
          </tbody>
        </Table>
      )}
      <More pages={tokens} />
      <NewToken params={params} isOpen={isCreating} onClose={() => setCreating(false)} onMade={setMade} />
      <ConfirmDialog
        isOpen={revoked !== null}
        onClose={() => setRevoked(null)}
        title={`Revoke ${revoked?.name ?? ""}?`}
        action="Revoke the token"
        isBusy={revoke.isPending}
        onConfirm={() => revoked !== null && revoke.mutate({ params: { ...params, token: revoked.id } })}
      >
        <p>
          Whatever logs in with it is refused from now on, and nothing brings it back. To exchange it without a gap,
          replace it: the one before works for another hour.
        </p>
      </ConfirmDialog>
      <Dialog isOpen={made !== null} onClose={() => setMade(null)} title="The new token">
        <div className="flex flex-col gap-4">
          <Notice tone="warn">It is shown this once. Put it where the machine keeps its secrets.</Notice>
          <Command text={made ?? ""} label="Copy the token" />
          <p className="text-sm">With the token in the variable TOKEN, the machine logs in so:</p>
          <Command text={`echo "$TOKEN" | docker login ${host} -u ${params.robot} --password-stdin`} />
          <DialogActions>
            <Button kind="primary" onClick={() => setMade(null)}>
              I have it
            </Button>
          </DialogActions>
        </div>
      </Dialog>
    </Section>
  );
}

type NewTokenProps = {
  params: PartProps["params"];
  onClose: () => void;
  onMade: (token: string) => void;
};

function NewToken({ isOpen, ...form }: NewTokenProps & { isOpen: boolean }) {
  return (
    <Dialog isOpen={isOpen} onClose={form.onClose} title="New token">
      <NewTokenForm {...form} />
    </Dialog>
  );
}

function NewTokenForm({ params, onClose, onMade }: NewTokenProps) {
  const [name, setName] = useState("");
  const [days, setDays] = useState("365");
  const create = useChange(client.robots.createToken, {
    saysErrors: false,
    onDone: ({ token }) => {
      onClose();
      onMade(token);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ params, body: { name, expiresInDays: days === "" ? null : Number(days) } });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <FormError error={create.error} />
      <TextField
        label="Name"
        hint="Where it is used"
        value={name}
        onChange={(event) => setName(event.target.value)}
        required
      />
      <SelectField label="Expires" value={days} onChange={(event) => setDays(event.target.value)}>
        <option value="30">In 30 days</option>
        <option value="90">In 90 days</option>
        <option value="365">In a year</option>
        <option value="">Never</option>
      </SelectField>
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" isBusy={create.isPending}>
          Make it
        </Button>
      </DialogActions>
    </form>
  );
}
