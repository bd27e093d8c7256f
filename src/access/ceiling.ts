/**
 * What a credential lets through of its account's rights: a ceiling, never a grant. `authorize` asks the account first
 * and then the ceiling, so that what was taken from the account is gone for its tokens too.
 */
import { matchesPattern } from "./pattern.ts";
import type { Action } from "./roles.ts";

/** What tokens can be limited to. `manage` is everything of the hub API that changes something; reading goes with `pull`. */
export const SCOPE_ACTIONS = ["pull", "push", "delete", "manage"] as const;
export type ScopeAction = (typeof SCOPE_ACTIONS)[number];

/** Of a personal access token or a robot's: these actions on repositories whose name matches. */
export type Scope = { actions: readonly ScopeAction[]; pattern: string };

/**
 * An entry of a JWT. It names the repository by id, or, while there is none of that name, the namespace and the name: so a
 * token never opens what got the name later.
 */
export type TokenEntry = {
  name: string;
  repositoryId: number | null;
  namespaceId: number | null;
  actions: readonly ScopeAction[];
};

export type ScopesCeiling = { kind: "scopes"; scopes: readonly Scope[]; token: string };

/** `catalog`: whether the list of repositories was asked for. `parent`: of the token that this one was made with. */
export type EntriesCeiling = {
  kind: "entries";
  entries: readonly TokenEntry[];
  catalog: boolean;
  parent: ScopesCeiling | null;
};

export type Ceiling = ScopesCeiling | EntriesCeiling;

export type CeilingTarget = { name: string; id: number | null; namespaceId: number | null };

/**
 * Which action of a scope an action needs: on a repository of a name that matches, and for everything else on all names (`*`).
 * Printed into the guide. `any`: every token may.
 */
export const NEEDED_SCOPE: Record<Action, ScopeAction | "any"> = {
  pull: "pull",
  push: "push",
  delete: "delete",
  "see-deleted": "delete",
  describe: "manage",
  "see-grants": "manage",
  administer: "manage",
  "list-members": "manage",
  "inspect-namespace": "manage",
  "create-repository": "manage",
  "administer-namespace": "manage",
  // Another's: whose a token is it may say itself, which `authorize` sees to.
  "see-account": "manage",
  "administer-account": "manage",
  ping: "any",
  list: "any",
  "create-namespace": "manage",
  inspect: "manage",
};

/** Whether the credential lets the action through, on a repository or, with null, on anything else. */
export function letsThrough(ceiling: Ceiling, action: Action, target: CeilingTarget | null): boolean {
  const needed = NEEDED_SCOPE[action];
  if (ceiling.kind === "scopes") {
    if (needed === "any") return true;
    return ceiling.scopes.some(
      ({ actions, pattern }) =>
        actions.includes(needed) && (target ? matchesPattern(pattern, target.name) : pattern === "*"),
    );
  }
  if (ceiling.parent !== null && !letsThrough(ceiling.parent, action, target)) return false;
  // Made for `/v2/`: of the hub API it opens nothing.
  if (needed === "any") return action === "ping" || (action === "list" && ceiling.catalog);
  if (target === null) return false;
  return ceiling.entries.some((entry) => entry.actions.includes(needed) && isSame(entry, target));
}

function isSame(entry: TokenEntry, target: CeilingTarget): boolean {
  if (entry.repositoryId !== null) return entry.repositoryId === target.id;
  // Asked for before there was a repository, or not even its namespace: it may have come into being since, by this very push.
  const isSamePlace = entry.namespaceId === null || entry.namespaceId === target.namespaceId;
  return isSamePlace && entry.name === target.name;
}

/** The names that a list may hold, as patterns; null for all of them. What is public is listed whatever they say. */
export function listedPatterns(ceiling: Ceiling | null): string[] | null {
  if (ceiling === null) return null;
  if (ceiling.kind === "entries") return ceiling.catalog ? listedPatterns(ceiling.parent) : [];
  return ceiling.scopes.filter((it) => it.actions.includes("pull")).map((it) => it.pattern);
}
