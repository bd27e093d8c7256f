/** What the audit log says of one thing that happened: who did what to what, from where, and how it went. */
import type { Credential, Origin, Principal } from "../access/principal.ts";
import { auditFields, auditText } from "./redact.ts";

export type Outcome = "allowed" | "denied" | "failed";

/** `noun.verb`, such as `repository.rename`: one noun is a group to filter by. */
export type AuditAction = `${string}.${string}`;

export type AuditTargetKind =
  | "registry"
  | "account"
  | "namespace"
  | "repository"
  | "manifest"
  | "tag"
  | "blob"
  | "team"
  | "member"
  | "grant"
  | "invitation"
  | "robot"
  | "token"
  | "session"
  | "factor"
  | "trust-rule"
  | "plan"
  | "setting";

/** `name`: as people write it, `acme/api:v1` for a tag. `id`: of its row, where it has one. */
export type AuditTarget = { kind: AuditTargetKind; name: string; id?: number | string | null };

/** Who did it where there is no principal: a person whose login failed, say. */
export type AuditActor = { kind: "anonymous" | "person" | "robot" | "operator" | "system"; name: string; id?: number };

export type AuditEvent = {
  by: Principal | AuditActor;
  action: AuditAction;
  target: AuditTarget;
  /** What the event is shown to the owners of; of a repository's event the repository is enough. */
  namespaceId?: number | null;
  repositoryId?: number | null;
  /** `allowed` unless given. */
  outcome?: Outcome;
  /** Why it was denied or failed. */
  reason?: string;
  /** The fields that changed, and those alone: `changedFields`. Secrets among them become ***. */
  before?: Readonly<Record<string, unknown>>;
  after?: Readonly<Record<string, unknown>>;
  /** Of whoever made the request; the principal's own unless given. */
  origin?: Origin | null;
};

/** The parameters of the statement that inserts an event. */
export type EventRow = {
  at: number;
  actorId: number | null;
  actorName: string;
  actorKind: string;
  credential: string | null;
  action: string;
  targetKind: string;
  targetId: string | null;
  targetName: string;
  namespaceId: number | null;
  repositoryId: number | null;
  address: string | null;
  agent: string | null;
  requestId: string | null;
  outcome: Outcome;
  reason: string | null;
  oldValues: string | null;
  newValues: string | null;
  occurrences: number;
};

/** Everything cut to what the log has room for, and without secrets. */
export function toEventRow(event: AuditEvent, at: number, occurrences = 1): EventRow {
  const { by, target } = event;
  const isPrincipal = "rights" in by;
  const origin = event.origin ?? (isPrincipal ? by.origin : null) ?? null;
  return {
    at,
    actorId: isPrincipal ? (by.rights?.accountId ?? null) : (by.id ?? null),
    actorName: auditText(by.name, 255),
    actorKind: by.kind,
    credential: isPrincipal ? describeCredential(by.credential) : null,
    action: auditText(event.action, 64),
    targetKind: target.kind,
    targetId: target.id === undefined || target.id === null ? null : auditText(String(target.id)),
    targetName: auditText(target.name, 512),
    namespaceId: event.namespaceId ?? null,
    repositoryId: event.repositoryId ?? null,
    address: origin?.address ? auditText(origin.address, 64) : null,
    agent: origin?.agent ? auditText(origin.agent) : null,
    requestId: origin?.requestId ? auditText(origin.requestId, 64) : null,
    outcome: event.outcome ?? "allowed",
    reason: event.reason === undefined ? null : auditText(event.reason, 512),
    oldValues: auditFields(event.before),
    newValues: auditFields(event.after),
    occurrences,
  };
}

/** Which one it was, never what it is. */
function describeCredential(credential: Credential | null): string | null {
  switch (credential?.kind) {
    case "password":
      return "password";
    case "session":
      return `session ${credential.id}`;
    case "token":
      return auditText(`token ${credential.id} ${credential.name}`);
    case "workload":
      return auditText(`workload ${credential.rule} ${credential.subject}`);
    default:
      return null;
  }
}
