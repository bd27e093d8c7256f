/** Why somebody may do something with a repository, or may not: what `authorize` decides, and every rule that it looked at. */
import { authorize, type RepositoryResource, type Rule, roleOn, rulesOn } from "./authorize.ts";
import { letsThrough } from "./ceiling.ts";
import type { Principal } from "./principal.ts";
import { REPOSITORY_ACTIONS, type RepositoryAction, type RoleName } from "./roles.ts";

export type ExplainedRule = {
  kind: Rule["kind"] | "public" | "ceiling" | "creation";
  /** What it gives; null for rules that give no role. */
  role: RoleName | null;
  via: string | null;
  pattern: string | null;
  /** Whether it gives its role here, or lets the action through. */
  counts: boolean;
  text: string;
};

export type Explanation = {
  isAllowed: boolean;
  /** Empty where it is allowed. */
  reason: string;
  neededRole: RoleName;
  role: RoleName | null;
  rules: ExplainedRule[];
};

export function explain(principal: Principal, action: RepositoryAction, resource: RepositoryResource): Explanation {
  const decision = authorize(principal, action, resource);
  const { rights, ceiling } = principal;
  const rules: ExplainedRule[] = [];
  const add = (rule: Partial<ExplainedRule> & Pick<ExplainedRule, "kind" | "counts" | "text">) =>
    rules.push({ role: null, via: null, pattern: null, ...rule });
  if (resource.isPublic) {
    const counts = action === "pull" && principal.seesPublic;
    add({ kind: "public", counts, text: "the repository is public: everyone may pull" });
  }
  for (const { isMeant: counts, ...rule } of rights ? rulesOn(rights, resource) : []) {
    add({ ...rule, counts, text: counts ? wordsOf(rule) : `${wordsOf(rule)}, which is about other repositories` });
  }
  if (resource.id === null && action === "push") {
    const counts = resource.namespaceId !== null && resource.createsOnPush;
    const text = counts ? "a push makes repositories in this namespace" : "a push makes no repository here";
    add({ kind: "creation", counts, text });
  }
  if (ceiling !== null) {
    const counts = letsThrough(ceiling, action, resource);
    add({ kind: "ceiling", counts, text: `the credential that asks ${counts ? "lets" : "does not let"} this through` });
  }
  return {
    isAllowed: decision.isAllowed,
    reason: decision.isAllowed ? "" : decision.reason,
    neededRole: REPOSITORY_ACTIONS[action].role,
    role: (rights && roleOn(rights, resource)?.role) ?? null,
    rules,
  };
}

function wordsOf({ kind, role, via, pattern }: Omit<Rule, "isMeant">): string {
  switch (kind) {
    case "administrator":
      return "administrators of the registry may everything";
    case "auditor":
      return "auditors read everything";
    case "everywhere":
      return `role ${role} everywhere, through ${via}`;
    case "owner":
      return "owners of the namespace may everything in it";
    case "members":
      return `members of the organisation have role ${role}`;
    default:
      return `a grant of role ${role}${via === null ? "" : ` to ${via}`}${pattern === null ? "" : ` on ${pattern}`}`;
  }
}
