/**
 * The table of rights: which role it takes to do what. Printed into the guide, and what the tests of every route go by.
 */
import type { RoleName, SystemRole } from "../database/schema-access.ts";

export type { RoleName, SystemRole };

/** Least first: each may do what those before it may. */
export const ROLES: readonly RoleName[] = ["read", "write", "maintain", "admin"];

/** What can be done to a repository, with the least role that may, in words for the guide. */
export const REPOSITORY_ACTIONS = {
  pull: { role: "read", does: "pull images, list tags and referrers, read the description" },
  push: { role: "write", does: "push images, move tags; make the repository where pushes may" },
  delete: { role: "maintain", does: "delete tags, manifests and blobs, restore them from the recycle bin" },
  "see-deleted": {
    role: "maintain",
    does: "see what was deleted, and what a deletion would free; auditors may too",
  },
  describe: { role: "maintain", does: "change description and README" },
  "see-grants": { role: "admin", does: "see what was granted on it; auditors may too" },
  administer: { role: "admin", does: "change visibility and grants; rename, move, delete and restore the repository" },
} as const satisfies Record<string, { role: RoleName; does: string }>;

export type RepositoryAction = keyof typeof REPOSITORY_ACTIONS;

/** What can be done to a namespace. Owners may all of it; `member`: every member of the organisation may. Auditors may what reads. */
export const NAMESPACE_ACTIONS = {
  "list-members": { who: "member", does: "see members, teams, robots and usage; auditors may too" },
  "inspect-namespace": {
    who: "owner",
    does: "see grants, invitations, robots' tokens and trust rules, and its audit log; auditors may too",
  },
  "create-repository": { who: "owner", does: "make repositories; role write on the namespace or a pattern suffices" },
  "administer-namespace": { who: "owner", does: "change settings, members, teams, robots and grants; rename, delete" },
} as const satisfies Record<string, { who: "member" | "owner"; does: string }>;

export type NamespaceAction = keyof typeof NAMESPACE_ACTIONS;

/** What can be done to an account: by itself and by administrators. */
export type AccountAction = "see-account" | "administer-account";

/** What concerns the whole registry. */
export const SYSTEM_ACTIONS = {
  ping: { who: "anyone with an account", does: "ask whether a login works" },
  list: { who: "everyone", does: "list and search what one may see" },
  "create-namespace": { who: "everyone with an account, where the settings allow it", does: "make an organisation" },
  inspect: { who: "auditor", does: "read everything: accounts, settings, the audit log" },
  administer: { who: "administrator", does: "change accounts, settings, plans" },
} as const;

export type SystemAction = keyof typeof SYSTEM_ACTIONS;

export type Action = RepositoryAction | NamespaceAction | AccountAction | SystemAction;

export function isRoleAtLeast(role: RoleName, least: RoleName): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}
