/** Which tokens of a CI stand for a robot: keyless, as no secret of ours has to be kept there. */
import { type FormEvent, useState } from "react";
import { client } from "../../data/client.ts";
import { useChange, useRead } from "../../data/query.ts";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog, Dialog, DialogActions } from "../../ui/dialog.tsx";
import { TextArea, TextField } from "../../ui/field.tsx";
import { FormError } from "../../ui/form-error.tsx";
import { Section } from "../../ui/page.tsx";
import { Answer } from "../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../ui/table.tsx";

type RobotParams = { namespace: string; robot: string };

export function TrustRules({ params, mayChange }: { params: RobotParams; mayChange: boolean }) {
  const [isCreating, setCreating] = useState(false);
  const rules = useRead(client.trustRules.list, { params });
  const [deleted, setDeleted] = useState<{ id: string; name: string } | null>(null);
  const remove = useChange(client.trustRules.delete, {
    done: "The rule is deleted.",
    onDone: () => setDeleted(null),
  });
  return (
    <Section
      title="Trusted CI identities"
      lead="A job whose own token fits a rule logs in as this robot, without any secret kept in the CI."
      actions={mayChange && <Button onClick={() => setCreating(true)}>New rule</Button>}
    >
      <Answer answer={rules} lines={1}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="text-sm text-soft">None.</p>
          ) : (
            <Table label="Trust rules">
              <Head>
                <HeadCell>Name</HeadCell>
                <HeadCell>Issuer</HeadCell>
                <HeadCell>Audience</HeadCell>
                <HeadCell>Claims</HeadCell>
                <HeadCell>
                  <span className="sr-only">Actions</span>
                </HeadCell>
              </Head>
              <tbody>
                {items.map((it) => (
                  <Row key={it.id}>
                    <Cell className="font-medium">{it.name}</Cell>
                    <Cell className="break-all">{it.issuer}</Cell>
                    <Cell>{it.audience}</Cell>
                    <Cell className="code">
                      {Object.entries(it.conditions).map(([claim, pattern]) => (
                        <div key={claim}>
                          {claim} = {pattern}
                        </div>
                      ))}
                    </Cell>
                    <Cell className="text-right">
                      {mayChange && (
                        <Button kind="quiet" aria-label={`Delete the rule ${it.name}`} onClick={() => setDeleted(it)}>
                          Delete
                        </Button>
                      )}
                    </Cell>
                  </Row>
                ))}
              </tbody>
            </Table>
          )
        }
      </Answer>
      <ConfirmDialog
        isOpen={deleted !== null}
        onClose={() => setDeleted(null)}
        title={`Delete the rule ${deleted?.name ?? ""}?`}
        action="Delete the rule"
        isBusy={remove.isPending}
        onConfirm={() => deleted !== null && remove.mutate({ params: { ...params, rule: deleted.id } })}
      >
        <p>Jobs whose tokens fit no other rule cannot log in any more. The same rule can be made again.</p>
      </ConfirmDialog>
      <NewRule params={params} isOpen={isCreating} onClose={() => setCreating(false)} />
    </Section>
  );
}

type NewRuleProps = { params: RobotParams; onClose: () => void };

function NewRule({ isOpen, ...form }: NewRuleProps & { isOpen: boolean }) {
  return (
    <Dialog isOpen={isOpen} onClose={form.onClose} title="New trust rule">
      <NewRuleForm {...form} />
    </Dialog>
  );
}

function NewRuleForm({ params, onClose }: NewRuleProps) {
  const [name, setName] = useState("");
  const [issuer, setIssuer] = useState("https://token.actions.githubusercontent.com");
  const [audience, setAudience] = useState("berth");
  const [claims, setClaims] = useState("sub = repo:OWNER/REPOSITORY:ref:refs/heads/main");
  const create = useChange(client.trustRules.create, {
    saysErrors: false,
    done: "The rule holds.",
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const pairs = claims
      .split("\n")
      .filter((it) => it.includes("="))
      .map((it) => [it.slice(0, it.indexOf("=")).trim(), it.slice(it.indexOf("=") + 1).trim()] as const);
    create.mutate({ params, body: { name, issuer, audience, conditions: Object.fromEntries(pairs) } });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <FormError error={create.error} />
      <TextField label="Name" value={name} onChange={(event) => setName(event.target.value)} required />
      <TextField
        label="Issuer"
        hint="As the token's iss has it. The operator lists the issuers that can be trusted."
        value={issuer}
        onChange={(event) => setIssuer(event.target.value)}
        required
      />
      <TextField label="Audience" value={audience} onChange={(event) => setAudience(event.target.value)} required />
      <TextArea
        label="Claims, one a line"
        hint="* stands for any characters. All of them must fit."
        value={claims}
        onChange={(event) => setClaims(event.target.value)}
        spellCheck={false}
      />
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" isBusy={create.isPending}>
          Trust it
        </Button>
      </DialogActions>
    </form>
  );
}
