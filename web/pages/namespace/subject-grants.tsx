/** What a team or a robot was granted in its namespace, and granting it more. */
import { useState } from "react";
import { client } from "../../data/client.ts";
import { usePages } from "../../data/query.ts";
import { Button } from "../../ui/button.tsx";
import { Section } from "../../ui/page.tsx";
import { Failed, Loading, More } from "../../ui/states.tsx";
import { GrantDialog, type Subject } from "./grant-dialog.tsx";
import { GrantTable } from "./grant-table.tsx";

type SubjectGrantsProps = { namespace: string; subject: Subject; mayChange: boolean };

export function SubjectGrants({ namespace, subject, mayChange }: SubjectGrantsProps) {
  const [isGranting, setGranting] = useState(false);
  const grants = usePages(client.grants.list, { params: { namespace }, query: { limit: 1_000 } });
  const own = grants.items.filter((it) => it.subject.kind === subject.kind && it.subject.name === subject.name);
  return (
    <Section
      title={`What ${subject.name} may do`}
      actions={mayChange && <Button onClick={() => setGranting(true)}>Grant a role</Button>}
    >
      {grants.error !== null ? (
        <Failed error={grants.error} retry={() => void grants.refetch()} />
      ) : grants.data === undefined ? (
        <Loading lines={2} />
      ) : own.length === 0 ? (
        <p className="text-sm text-soft">Nothing yet, beyond pulling what is public.</p>
      ) : (
        <GrantTable namespace={namespace} grants={own} mayChange={mayChange} showsSubject={false} />
      )}
      <More pages={grants} />
      <GrantDialog
        namespace={namespace}
        isOrganisation={subject.kind === "team"}
        subject={subject}
        isOpen={isGranting}
        onClose={() => setGranting(false)}
      />
    </Section>
  );
}
