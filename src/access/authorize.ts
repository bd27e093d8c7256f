/**
 * The one place that decides who may do what. It decides by what it is given and asks nothing: `Access` finds the resource
 * and the caller's rights first.
 */
import type { RepositoryName } from "../oci/reference.ts";
import { letsThrough } from "./ceiling.ts";
import { matchesPattern } from "./pattern.ts";
import type { Principal } from "./principal.ts";
import type { Grant, GrantedRole, Rights } from "./rights.ts";
import {
  type AccountAction,
  type Action,
  isRoleAtLeast,
  NAMESPACE_ACTIONS,
  type NamespaceAction,
  REPOSITORY_ACTIONS,
  type RepositoryAction,
  type RoleName,
  type SystemAction,
} from "./roles.ts";

export type { Action };

/** A repository, or the place where one of that name would come into being: then `id` is null. */
export type RepositoryResource = {
  kind: "repository";
  name: RepositoryName;
  id: number | null;
  isPublic: boolean;
  /** Null when there is no such namespace. */
  namespaceId: number | null;
  createsOnPush: boolean;
  membersRole: RoleName | null;
};

export type NamespaceResource = { kind: "namespace"; id: number; name: string };

export type AccountResource = { kind: "account"; id: number };

export type Resource = { kind: "system" } | RepositoryResource | NamespaceResource | AccountResource;

export type Decision =
  | { isAllowed: true }
  | {
      isAllowed: false;
      reason: string;
      /** `anonymous`: saying who one is may help. `ceiling`: the account may, this credential may not. `rights`: neither. */
      cause: "anonymous" | "ceiling" | "rights";
      /** Whether the caller may not even know that it exists: the answer is then the same as if it did not. */
      isHidden: boolean;
    };

const ALLOWED: Decision = { isAllowed: true };

export function authorize(principal: Principal, action: Action, resource: Resource): Decision {
  if (principal.isOpen) return decideOpen(principal, action, resource);
  const decision = decide(principal, action, resource);
  if (!decision.isAllowed || principal.ceiling === null) return decision;
  const target = resource.kind === "repository" ? resource : null;
  if (letsThrough(principal.ceiling, action, target)) return ALLOWED;
  // What is public is for everyone, whatever a token was made for.
  if (action === "pull" && target?.isPublic) return ALLOWED;
  if (principal.ceiling.kind === "scopes" && action === "see-account" && isOwn(principal, resource)) return ALLOWED;
  const what = resource.kind === "repository" ? `${action} on ${resource.name}` : action;
  const { ceiling } = principal;
  const parent = ceiling.kind === "entries" ? ceiling.parent : null;
  if (parent !== null && !letsThrough(parent, action, target)) {
    // No other token that this login can get would help.
    const reason = `the token "${parent.token}" was not made for ${what}`;
    return { isAllowed: false, cause: "rights", isHidden: false, reason };
  }
  const named = principal.ceiling.kind === "scopes" ? `the token "${principal.ceiling.token}"` : "this token";
  return { isAllowed: false, cause: "ceiling", isHidden: false, reason: `${named} was not made for ${what}` };
}

function isOwn({ rights }: Principal, resource: Resource): boolean {
  return resource.kind === "account" && rights?.accountId === resource.id;
}

/**
 * Content is for everyone who reaches an open registry; accounts, organisations and settings are not: what a stranger made of
 * them would outlive the claim.
 */
function decideOpen({ kind }: Principal, action: Action, resource: Resource): Decision {
  if (kind === "operator" || resource.kind === "repository" || action === "ping" || action === "list") return ALLOWED;
  const reason =
    "this registry is nobody's yet: give it an administrator first, with berth admin create or its setup code";
  return { isAllowed: false, cause: "rights", isHidden: false, reason };
}

function decide(principal: Principal, action: Action, resource: Resource): Decision {
  if (resource.kind === "repository") return decideRepository(principal, action as RepositoryAction, resource);
  if (resource.kind === "namespace") return decideNamespace(principal.rights, action as NamespaceAction, resource);
  if (resource.kind === "account") return decideAccount(principal.rights, action as AccountAction, resource);
  return decideSystem(principal, action as SystemAction);
}

/** One thing that gives an account a role, and whether it does so on the repository in question. */
export type Rule = GrantedRole & {
  kind: "administrator" | "auditor" | "everywhere" | "owner" | "members" | "grant";
  /** Of a grant: the names that it is for; null for the whole namespace or one repository. */
  pattern: string | null;
  /** False: it is there, and about other repositories, or the account is confined to another one. */
  isMeant: boolean;
};

/** The best role that an account has on a repository, and where it comes from. */
export function roleOn(rights: Rights, resource: RepositoryResource): GrantedRole | null {
  let best: GrantedRole | null = null;
  eachRule(rights, resource, (granted, _kind, isMeant) => {
    if (isMeant && (!best || !isRoleAtLeast(best.role, granted.role))) best = granted;
  });
  return best;
}

/** Every rule that `roleOn` looked at: what it is made of, for those who ask why. */
export function rulesOn(rights: Rights, resource: RepositoryResource): Rule[] {
  const rules: Rule[] = [];
  eachRule(rights, resource, ({ role, via }, kind, isMeant, grant) => {
    rules.push({ kind, role, via, pattern: grant?.pattern ?? null, isMeant });
  });
  return rules;
}

const ADMINISTRATOR: GrantedRole = { role: "admin", via: "administrator" };
const AUDITOR: GrantedRole = { role: "read", via: "auditor" };
const OWNER: GrantedRole = { role: "admin", via: "owner" };

function eachRule(
  rights: Rights,
  resource: RepositoryResource,
  visit: (granted: GrantedRole, kind: Rule["kind"], isMeant: boolean, grant: Grant | null) => void,
): void {
  if (rights.systemRole === "administrator") visit(ADMINISTRATOR, "administrator", true, null);
  if (rights.systemRole === "auditor") visit(AUDITOR, "auditor", true, null);
  const isReached = rights.confinedTo === null || rights.confinedTo === resource.id;
  if (rights.everywhere) visit(rights.everywhere, "everywhere", isReached, null);
  if (resource.namespaceId === null) return;
  const membership = rights.memberships.get(resource.namespaceId);
  if (membership === "owner") visit(OWNER, "owner", isReached, null);
  if (membership === "member" && resource.membersRole) {
    visit({ role: resource.membersRole, via: "members" }, "members", isReached, null);
  }
  for (const grant of rights.grants.get(resource.namespaceId) ?? []) {
    const isMeant =
      grant.repositoryId !== null
        ? grant.repositoryId === resource.id
        : grant.pattern === null || matchesPattern(grant.pattern, resource.name);
    visit(grant, "grant", isReached && isMeant, grant);
  }
}

function decideRepository(
  { rights, seesPublic }: Principal,
  action: RepositoryAction,
  resource: RepositoryResource,
): Decision {
  const { role: needed } = REPOSITORY_ACTIONS[action];
  if (action === "pull" && resource.isPublic && seesPublic) return ALLOWED;
  const asked = `${action} ${action === "push" ? "to" : "of"} ${resource.name}`;
  if (rights === null) {
    return { isAllowed: false, cause: "anonymous", isHidden: !resource.isPublic, reason: `${asked} needs a login` };
  }
  if ((action === "see-grants" || action === "see-deleted") && rights.systemRole === "auditor") return ALLOWED;
  const granted = roleOn(rights, resource);
  const canSee = resource.isPublic || granted !== null;
  if (!canSee) {
    const reason = `${resource.name} does not exist, or you may not see it`;
    return { isAllowed: false, cause: "rights", isHidden: true, reason };
  }
  if (!granted || !isRoleAtLeast(granted.role, needed)) {
    const have = granted ? `you have ${granted.role}${through(granted)}` : "you have none";
    const reason = `${action} ${action === "push" ? "to" : "on"} ${resource.name} needs role ${needed}; ${have}`;
    return { isAllowed: false, cause: "rights", isHidden: false, reason };
  }
  if (resource.id === null && action === "push") return mayCreate(rights, resource);
  return ALLOWED;
}

function through({ via }: GrantedRole): string {
  return via === null ? "" : ` through ${via}`;
}

/** A push that would make its repository. */
function mayCreate(rights: Rights, resource: RepositoryResource): Decision {
  if (resource.namespaceId === null) {
    // Whoever may push to all names may to those that nobody has used yet.
    if (rights.everywhere && rights.confinedTo === null && isRoleAtLeast(rights.everywhere.role, "write"))
      return ALLOWED;
    const [namespace] = resource.name.split("/");
    const reason = `there is no namespace ${namespace} and a push makes none: make the organisation first`;
    return { isAllowed: false, cause: "rights", isHidden: rights.systemRole === "none", reason };
  }
  if (resource.createsOnPush) return ALLOWED;
  const reason = `there is no repository ${resource.name}, and its namespace does not let pushes make any`;
  return { isAllowed: false, cause: "rights", isHidden: false, reason };
}

function decideNamespace(rights: Rights | null, action: NamespaceAction, resource: NamespaceResource): Decision {
  if (rights === null) {
    return { isAllowed: false, cause: "anonymous", isHidden: true, reason: `${action} needs a login` };
  }
  if (rights.systemRole === "administrator") return ALLOWED;
  if (rights.systemRole === "auditor" && isReading(action)) return ALLOWED;
  const membership = rights.confinedTo === null ? rights.memberships.get(resource.id) : undefined;
  if (membership === "owner") return ALLOWED;
  const { who } = NAMESPACE_ACTIONS[action];
  if (who === "member" && membership !== undefined) return ALLOWED;
  const grants = rights.grants.get(resource.id) ?? [];
  if (
    action === "create-repository" &&
    grants.some((it) => it.repositoryId === null && isRoleAtLeast(it.role, "write"))
  ) {
    return ALLOWED;
  }
  const isHidden = membership === undefined && grants.length === 0;
  const reason = isHidden
    ? `${resource.name} does not exist, or you may not see it`
    : `${action} of ${resource.name} is for its ${who}s; you are ${membership ?? "none of them"}`;
  return { isAllowed: false, cause: "rights", isHidden, reason };
}

function isReading(action: NamespaceAction): boolean {
  return action === "list-members" || action === "inspect-namespace";
}

function decideAccount(rights: Rights | null, action: AccountAction, resource: AccountResource): Decision {
  if (rights === null) {
    return { isAllowed: false, cause: "anonymous", isHidden: true, reason: `${action} needs a login` };
  }
  if (rights.systemRole === "administrator") return ALLOWED;
  if (rights.kind === "person" && rights.accountId === resource.id) return ALLOWED;
  if (rights.systemRole === "auditor" && action === "see-account") return ALLOWED;
  return {
    isAllowed: false,
    cause: "rights",
    isHidden: true,
    reason: "there is no such account, or it is not yours",
  };
}

function decideSystem({ rights, seesPublic }: Principal, action: SystemAction): Decision {
  if (rights === null) {
    if (action === "list" && seesPublic) return ALLOWED;
    const reason = `${action === "ping" ? "this registry" : action} needs a login`;
    return { isAllowed: false, cause: "anonymous", isHidden: false, reason };
  }
  const role = rights.systemRole;
  const isAllowed =
    role === "administrator" ||
    action === "ping" ||
    action === "list" ||
    (action === "create-namespace" && rights.kind === "person") ||
    (action === "inspect" && role === "auditor");
  if (isAllowed) return ALLOWED;
  const needed = action === "inspect" ? "auditors and administrators" : "administrators";
  return { isAllowed: false, cause: "rights", isHidden: false, reason: `this is for ${needed}` };
}

/** Every action on a repository that an account may do, for token entries and pages. */
export function actionsOn(principal: Principal, resource: RepositoryResource): RepositoryAction[] {
  const actions = Object.keys(REPOSITORY_ACTIONS) as RepositoryAction[];
  return actions.filter((action) => authorize(principal, action, resource).isAllowed);
}
