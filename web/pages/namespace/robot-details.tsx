/** One robot: its tokens, whether it is enabled, and which CI's tokens stand for it. */
import { Link, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { client } from "../../data/client.ts";
import { useChange, usePages, useRead } from "../../data/query.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Command } from "../../ui/copy.tsx";
import { ConfirmDialog, Dialog, DialogActions } from "../../ui/dialog.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Fact, Facts, Section } from "../../ui/page.tsx";
import { Answer, Failed, Loading, More } from "../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { toNamespace } from "./address.ts";
import type { SectionProps } from "./namespace-pages.tsx";
import { reachOf } from "./robots-section.tsx";
import { TrustRules } from "./trust-rules.tsx";

export function RobotDetails({ namespace, rights, rest: robot }: SectionProps) {
  const navigate = useNavigate();
  const [isDeleting, setDeleting] = useState(false);
  const params = { namespace: namespace.name, robot };
  const found = useRead(client.robots.get, { params });
  const update = useChange(client.robots.update);
  const remove = useChange(client.robots.delete, {
    stale: ["grants"],
    done: `${robot} is deleted.`,
    onDone: () => navigate(toNamespace(namespace.name, "robots")),
  });
  return (
    <Answer answer={found} what={`The robot ${robot}`}>
      {({ description, isDisabled, repository, createdAt }) => (
        <div className="flex flex-col gap-8">
          <Section
            title={
              <>
                <Link {...toNamespace(namespace.name, "robots")} className="link">
                  Robots
                </Link>{" "}
                / {robot} {isDisabled && <Badge tone="warn">disabled</Badge>}
              </>
            }
            lead={description}
            actions={
              rights.administers && (
                <>
                  <Button
                    isBusy={update.isPending}
                    onClick={() => update.mutate({ params, body: { isDisabled: !isDisabled } })}
                  >
                    {isDisabled ? "Enable" : "Disable"}
                  </Button>
                  <Button onClick={() => setDeleting(true)}>Delete</Button>
                </>
              )
            }
          >
            <Facts>
              <Fact name="Reaches">{reachOf(repository)}</Fact>
              <Fact name="Made">
                <Time at={createdAt} />
              </Fact>
            </Facts>
          </Section>
          {rights.inspects && <RobotTokens params={params} mayChange={rights.administers} />}
          {rights.inspects && <TrustRules params={params} mayChange={rights.administers} />}
          <ConfirmDialog
            isOpen={isDeleting}
            onClose={() => setDeleting(false)}
            title={`Delete ${robot}?`}
            action="Delete the robot"
            typed={robot}
            isBusy={remove.isPending}
            onConfirm={() => remove.mutate({ params })}
          >
            <p>
              Its tokens stop working at once, its grants go, and nobody else gets its name. This cannot be undone.
              Disabling it can.
            </p>
          </ConfirmDialog>
        </div>
      )}
    </Answer>
  );
}

type PartProps = { params: { namespace: string; robot: string }; mayChange: boolean };

function RobotTokens({ params, mayChange }: PartProps) {
  const [isCreating, setCreating] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  const tokens = usePages(client.robots.listTokens, { params, query: { limit: 100 } });
  const rotate = useChange(client.robots.rotateToken, { onDone: ({ token }) => setMade(token) });
  const revoke = useChange(client.robots.revokeToken, { done: "The token is revoked." });
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
                <Cell className="code">{it.hint}…</Cell>
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
                        title="A new one takes its place; this one works for another hour"
                        onClick={() =>
                          rotate.mutate({ params: { ...params, token: it.id }, body: { graceSeconds: 3_600 } })
                        }
                      >
                        Replace
                      </Button>
                      <Button
                        kind="quiet"
                        aria-label={`Revoke ${it.name}`}
                        onClick={() => revoke.mutate({ params: { ...params, token: it.id } })}
                      >
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
      <Dialog isOpen={made !== null} onClose={() => setMade(null)} title="The new token">
        <div className="flex flex-col gap-4">
          <Notice tone="warn">It is shown this once. Put it where the machine keeps its secrets.</Notice>
          <Command text={made ?? ""} label="Copy the token" />
          <Command text={`docker login ${location.host} -u ${params.robot} --password-stdin`} />
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
  isOpen: boolean;
  onClose: () => void;
  onMade: (token: string) => void;
};

function NewToken({ params, isOpen, onClose, onMade }: NewTokenProps) {
  const [name, setName] = useState("");
  const [days, setDays] = useState("365");
  const create = useChange(client.robots.createToken, {
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
    <Dialog isOpen={isOpen} onClose={onClose} title="New token">
      <form onSubmit={submit} className="flex flex-col gap-4">
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
    </Dialog>
  );
}
