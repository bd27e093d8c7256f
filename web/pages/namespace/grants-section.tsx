/** Who may do what in a namespace. */
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { client } from "../../data/client.ts";
import { usePages } from "../../data/query.ts";
import { Button } from "../../ui/button.tsx";
import { Section } from "../../ui/page.tsx";
import { Empty, Failed, Loading, More } from "../../ui/states.tsx";
import { GrantDialog } from "./grant-dialog.tsx";
import { GrantTable } from "./grant-table.tsx";
import type { SectionProps } from "./namespace-pages.tsx";

export function GrantsSection({ namespace, rights }: SectionProps) {
  const [isGranting, setGranting] = useState(false);
  const grants = usePages(client.grants.list, { params: { namespace: namespace.name }, query: { limit: 100 } });
  const isOrganisation = namespace.kind === "organisation";
  const isEmpty = grants.data !== undefined && grants.items.length === 0;
  const grant = rights.administers && (
    <Button kind="primary" onClick={() => setGranting(true)}>
      Grant a role
    </Button>
  );
  return (
    <Section
      title="Grants"
      lead="Owners may do everything without one. Grants on a single repository are listed too."
      actions={!isEmpty && grant}
    >
      {grants.error !== null ? (
        <Failed error={grants.error} retry={() => void grants.refetch()} />
      ) : grants.data === undefined ? (
        <Loading />
      ) : isEmpty ? (
        <Empty title="Nothing is granted" icon={<KeyRound size={28} aria-hidden="true" />} action={grant}>
          {isOrganisation
            ? "Only owners, and members by the organisation's settings, may do anything with what is private here."
            : `Only ${namespace.name} may do anything with what is private here.`}
        </Empty>
      ) : (
        <GrantTable namespace={namespace.name} grants={grants.items} mayChange={rights.administers} />
      )}
      <More pages={grants} />
      <GrantDialog
        namespace={namespace.name}
        isOrganisation={isOrganisation}
        isOpen={isGranting}
        onClose={() => setGranting(false)}
      />
    </Section>
  );
}
