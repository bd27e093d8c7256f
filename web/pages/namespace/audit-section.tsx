/** What was done in a namespace. */
import { AuditTable } from "../../parts/audit-table.tsx";
import { Section } from "../../ui/page.tsx";
import type { SectionProps } from "./namespace-pages.tsx";

export function AuditSection({ namespace }: SectionProps) {
  return (
    <Section
      title="Audit log"
      lead="Everything that changed something here, newest first. Pulls are summed by the hour."
    >
      <AuditTable namespace={namespace.name} />
    </Section>
  );
}
