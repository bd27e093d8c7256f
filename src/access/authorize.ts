/** The one place that decides who may do what. */
import { RegistryError } from "../errors.ts";
import type { RepositoryName } from "../oci/reference.ts";
import type { Principal } from "./principal.ts";

export type Action = "pull" | "push" | "delete" | "list" | "ping";

export type Resource = { kind: "system" } | { kind: "repository"; name: RepositoryName };

export type Decision = { isAllowed: true } | { isAllowed: false; reason: string };

const ALLOWED: Decision = { isAllowed: true };

export function authorize(principal: Principal, action: Action, resource: Resource): Decision {
  if (principal.isOpen) return ALLOWED;
  const what = resource.kind === "repository" ? `${action} of ${resource.name}` : action;
  return { isAllowed: false, reason: `${what} needs an account, and this registry has none yet` };
}

/** Throws UNAUTHORIZED (an anonymous caller could still say who they are) with the reason. */
export function assertAllowed(principal: Principal, action: Action, resource: Resource): void {
  const decision = authorize(principal, action, resource);
  if (decision.isAllowed) return;
  throw new RegistryError("UNAUTHORIZED", {
    message:
      `${decision.reason}. It is open to this machine alone, under a name such as localhost: ` +
      "start it with --open (or BERTH_OPEN=true) to let everyone who reaches it push and pull",
    headers: { "WWW-Authenticate": 'Basic realm="Berth"' },
  });
}
