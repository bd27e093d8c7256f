/** What the handlers of this folder's endpoints share. */
import { authorize } from "../../access/authorize.ts";
import { letsThrough } from "../../access/ceiling.ts";
import type { Principal } from "../../access/principal.ts";
import type { Queryable } from "../../database/database.ts";
import { RegistryError } from "../../errors.ts";
import type { RepositoryName } from "../../oci/reference.ts";
import type { Grants } from "../grants.ts";
import type { HandOver } from "../hand-over.ts";
import type { Invitations } from "../invitations.ts";
import type { Members } from "../members.ts";
import type { Namespace } from "../namespace.ts";
import type { NamespaceBin } from "../namespace-bin.ts";
import type { Namespaces } from "../namespaces.ts";
import type { Robots } from "../robots.ts";
import type { Teams } from "../teams.ts";

export type NamespaceRoutesParts = {
  database: Queryable;
  namespaces: Namespaces;
  namespaceBin: NamespaceBin;
  handOver: HandOver;
  members: Members;
  teams: Teams;
  grants: Grants;
  invitations: Invitations;
  robots: Robots;
  findRepository: (on: Queryable, name: RepositoryName) => Promise<{ id: number | null; namespaceId: number | null }>;
};

export function formatTime(ms: number): string {
  return new Date(ms).toISOString();
}

export function formatTimeOrNull(ms: number | null): string | null {
  return ms === null ? null : formatTime(ms);
}

/** Throws DENIED with the reason. */
export function assertAdministers(caller: Principal, { id, name }: Namespace): void {
  const decision = authorize(caller, "administer-namespace", { kind: "namespace", id, name });
  if (!decision.isAllowed) throw new RegistryError("DENIED", { message: decision.reason });
}

/** The id of the caller's account, which must be a person's, asked with a credential for such things. Throws DENIED. */
export function personOf({ rights, ceiling }: Principal): number {
  if (rights?.kind !== "person") {
    throw new RegistryError("DENIED", { message: "this is for people with an account" });
  }
  if (ceiling !== null && !letsThrough(ceiling, "administer-account", null)) {
    throw new RegistryError("DENIED", { message: "this token was not made for changes to its account" });
  }
  return rights.accountId;
}

const DAY_MS = 86_400_000;

export function expiryOf(days: number | null): number | null {
  return days === null ? null : Date.now() + days * DAY_MS;
}
