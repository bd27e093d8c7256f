/** The whole audit log. */
import { AuditTable } from "../../parts/audit-table.tsx";
import { Section } from "../../ui/page.tsx";

export function AuditSection() {
  return (
    <Section
      title="Audit log"
      lead="Everything that changed something, and what was refused, newest first. Exports take what the filters let through."
    >
      <AuditTable />
    </Section>
  );
}
