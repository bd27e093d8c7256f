/** An event as it is shown: as JSON, and as a line of CSV. */
import type { z } from "zod";
import type { auditEvent } from "./api.ts";
import type { StoredEvent } from "./audit-log.ts";
import { csvLine } from "./csv.ts";

export type ShownEvent = z.output<ReturnType<typeof auditEvent>>;

/** `isWhole`: for auditors. Where people come from, and what they call their tokens, is not for owners of namespaces. */
export function showEvent(row: StoredEvent, isWhole: boolean): ShownEvent {
  return {
    id: String(row.id),
    at: new Date(row.at).toISOString(),
    actor: { kind: row.actor_kind, name: row.actor_name, id: row.actor_id === null ? null : String(row.actor_id) },
    credential: isWhole ? row.credential : null,
    action: row.action,
    target: { kind: row.target_kind, name: row.target_name, id: row.target_id },
    outcome: row.outcome,
    reason: row.reason,
    address: isWhole ? row.address : null,
    agent: isWhole ? row.agent : null,
    requestId: isWhole ? row.request_id : null,
    before: parseValues(row.old_values),
    after: parseValues(row.new_values),
    count: row.occurrences,
  };
}

export const CSV_HEADER = csvLine([
  "id",
  "at",
  "actorKind",
  "actor",
  "actorId",
  "credential",
  "action",
  "outcome",
  "reason",
  "targetKind",
  "target",
  "targetId",
  "address",
  "agent",
  "requestId",
  "before",
  "after",
  "count",
]);

export function csvOf({ actor, target, before, after, ...event }: ShownEvent): string {
  return csvLine([
    event.id,
    event.at,
    actor.kind,
    actor.name,
    actor.id,
    event.credential,
    event.action,
    event.outcome,
    event.reason,
    target.kind,
    target.name,
    target.id,
    event.address,
    event.agent,
    event.requestId,
    before === null ? null : JSON.stringify(before),
    after === null ? null : JSON.stringify(after),
    event.count,
  ]);
}

/** What `auditFields` wrote. */
function parseValues(json: string | null): Record<string, unknown> | null {
  return json === null ? null : (JSON.parse(json) as Record<string, unknown>);
}
