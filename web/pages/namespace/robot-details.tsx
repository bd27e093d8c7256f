/** One robot: its tokens, whether it is enabled, and which CI's tokens stand for it. */
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { client } from "../../data/client.ts";
import { useChange, useRead } from "../../data/query.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { Fact, Facts, Section } from "../../ui/page.tsx";
import { Answer } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { toNamespace } from "./address.ts";
import type { SectionProps } from "./namespace-pages.tsx";
import { reachOf } from "./reach.ts";
import { RobotTokens } from "./robot-tokens.tsx";
import { SubjectGrants } from "./subject-grants.tsx";
import { TrustRules } from "./trust-rules.tsx";

export function RobotDetails({ namespace, rights, rest: robot }: SectionProps) {
  const navigate = useNavigate();
  const [isDeleting, setDeleting] = useState(false);
  const params = { namespace: namespace.name, robot };
  const found = useRead(client.robots.get, { params });
  const update = useChange(client.robots.update, {
    done: (it) => (it.isDisabled ? "It is disabled: nothing logs in with it." : "It is enabled."),
  });
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
                <Link {...toNamespace(namespace.name, "robots")} className="link underline">
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
                  <Button onClick={() => setDeleting(true)}>Delete the robot</Button>
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
          {rights.inspects && (
            <SubjectGrants
              namespace={namespace.name}
              subject={{ kind: "robot", name: robot }}
              mayChange={rights.administers}
            />
          )}
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
