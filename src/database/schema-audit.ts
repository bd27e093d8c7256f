/**
 * The tables of the audit log, as Kysely sees them. Rows outlive what they speak of, so they refer to nothing by foreign key and
 * keep the names that things had.
 */
import type { Generated } from "kysely";

export interface AuditSchema {
  audit_events: AuditEventTable;
  audit_pulls: AuditPullTable;
}

/** Inserted once, never changed; only what is too old goes. */
interface AuditEventTable {
  id: Generated<number>;
  at: number;
  actor_id: number | null;
  actor_name: string;
  actor_kind: string;
  /** Kind, id and name of what the actor was proven with. */
  credential: string | null;
  action: string;
  target_kind: string;
  target_id: string | null;
  target_name: string;
  /** Whose owners may see it. */
  namespace_id: number | null;
  address: string | null;
  agent: string | null;
  request_id: string | null;
  outcome: "allowed" | "denied" | "failed";
  reason: string | null;
  /** JSON of the fields that changed. */
  old_values: string | null;
  new_values: string | null;
  /** How often the same happened, where one row stands for many. */
  occurrences: number;
}

/** Pulls of an hour that is not over yet; then each row becomes an event. */
interface AuditPullTable {
  /** When the hour began. */
  hour: number;
  actor_key: string;
  repository_name: string;
  repository_id: number | null;
  actor_id: number | null;
  actor_name: string;
  actor_kind: string;
  pulls: number;
}
