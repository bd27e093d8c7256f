/** What an account or an organisation has used of its plan, and the choice of another one. */
import { type FormEvent, useState } from "react";
import { client } from "../../../data/client.ts";
import { callOf, useChange, useRead } from "../../../data/query.ts";
import { Badge } from "../../../ui/badge.tsx";
import { Button } from "../../../ui/button.tsx";
import { SelectField } from "../../../ui/field.tsx";
import { formatBytes } from "../../../ui/format.ts";
import { Card, Fact, Facts } from "../../../ui/page.tsx";
import { Answer } from "../../../ui/states.tsx";
import { limitInForce, pullWords, usedWords } from "./plan-words.ts";

/** Whose: a person's account, with the namespace that is their own, or an organisation. */
type Owner = { account: string } | { organisation: string };
type PlanOfProps = Owner & { mayChange: boolean };

export function PlanOf({ mayChange, ...owner }: PlanOfProps) {
  const namespace = "account" in owner ? owner.account : owner.organisation;
  const usage = useRead(client.plans.namespaceUsage, { params: { namespace } });
  return (
    <Answer answer={usage} what="Its plan" lines={2}>
      {({ plan, isEnforced, privateRepositories, members, storageBytes }) => (
        <Card className="flex flex-col gap-4">
          <Facts>
            <Fact name="Plan">
              {plan.name} {!isEnforced && <Badge>limits nothing on this registry</Badge>}
            </Fact>
            <Fact name="Pulls">{pullWords(plan.pulls, plan.pullWindowSeconds)}</Fact>
            <Fact name="Private repositories">
              {usedWords(privateRepositories, limitInForce(isEnforced, plan.privateRepositories))}
            </Fact>
            {!("account" in owner) && (
              <Fact name="Members">{usedWords(members, limitInForce(isEnforced, plan.members))}</Fact>
            )}
            {storageBytes !== null && (
              <Fact name="Storage">
                {usedWords(storageBytes, limitInForce(isEnforced, plan.storageBytes), formatBytes)}
              </Fact>
            )}
          </Facts>
          {mayChange && <PlanForm key={plan.name} owner={owner} current={plan.name} />}
        </Card>
      )}
    </Answer>
  );
}

/** For the two endpoints as one call. */
const setPlan = callOf("plans.set", ({ owner, plan }: { owner: Owner; plan: string | null }) =>
  "account" in owner
    ? client.plans.setAccountPlan({ params: { account: owner.account }, body: { plan } })
    : client.plans.setNamespacePlan({ params: { namespace: owner.organisation }, body: { plan } }),
);

function PlanForm({ owner, current }: { owner: Owner; current: string }) {
  const [chosen, setChosen] = useState(current);
  const plans = useRead(client.plans.plans, undefined);
  const change = useChange(setPlan, {
    stale: ["namespaces", "accounts", "account"],
    done: ({ plan }) => (plan === null ? "The default plan holds." : `The plan ${plan} holds.`),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ owner, plan: chosen === "" ? null : chosen });
  };
  return (
    <form onSubmit={submit} className="flex flex-wrap items-end gap-2">
      <SelectField
        label="Another plan"
        className="w-56"
        value={chosen}
        onChange={(event) => setChosen(event.target.value)}
      >
        <option value="">The default of this registry</option>
        {(plans.data?.plans ?? []).map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </SelectField>
      <Button type="submit" isBusy={change.isPending} disabled={chosen === current}>
        Assign
      </Button>
    </form>
  );
}
