/**
 * Writes every change to content into the audit log, as the last of the gates: in the transaction of the change, so that neither
 * is there without the other. A push by tag is one event, the tag's: a second row for its manifest would cost a push as much again
 * and say nothing more. What is new has no tag yet, so there always is such an event.
 */
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { AuditAction, AuditEvent } from "../audit/event.ts";
import type { Transaction } from "../database/database.ts";
import type { Change, Gate } from "./gates.ts";

export function audited(audit: AuditTrail): Gate {
  /** Digests of manifests that a transaction has put and is about to tag. */
  const pushed = new WeakMap<Transaction, string>();
  return async (trx, change) => {
    if (change.kind === "manifest-put" && change.isTagged === true) pushed.set(trx, change.digest);
    const said = describe(change, pushed.get(trx) ?? null);
    if (said === null) return;
    const { principal, repository, repositoryId } = change;
    const { kind, id, ...values } = said;
    await audit.record(trx, { by: principal, target: { kind, name: repository, id }, repositoryId, ...values });
  };
}

type Said = { kind: "manifest" | "tag" | "blob"; id: string; action: AuditAction } & Pick<
  AuditEvent,
  "before" | "after"
>;

/** Null for what is not worth a row: bytes that came in say nothing before a manifest names them. */
function describe(change: Change, pushed: string | null): Said | null {
  switch (change.kind) {
    case "blob-link":
      return null;
    case "blob-unlink":
      return { kind: "blob", id: change.digest, action: "blob.unlink" };
    case "manifest-put":
      if (change.isTagged === true) return null;
      return { kind: "manifest", id: change.digest, action: change.isRestored ? "manifest.restore" : "manifest.push" };
    case "manifest-delete":
      return { kind: "manifest", id: change.digest, action: "manifest.delete" };
    case "tag-put": {
      const { tag, digest, replaces, isRestored } = change;
      const action = replaces !== null ? "tag.move" : isRestored ? "tag.restore" : "tag.put";
      const after = { digest, ...(pushed === digest ? { manifest: "pushed" } : {}) };
      return { kind: "tag", id: tag, action, ...(replaces ? { before: { digest: replaces } } : {}), after };
    }
    default:
      return { kind: "tag", id: change.tag, action: "tag.delete", before: { digest: change.digest } };
  }
}
