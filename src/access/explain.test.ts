import { expect, test } from "bun:test";
import { parseRepositoryName } from "../oci/reference.ts";
import { authorize, roleOn, type RepositoryResource } from "./authorize.ts";
import { explain } from "./explain.ts";
import { ANONYMOUS, principalOf, STRANGER } from "./principal.ts";
import type { Grant, Rights } from "./rights.ts";
import { REPOSITORY_ACTIONS, ROLES, type RepositoryAction } from "./roles.ts";

const RIGHTS: Rights = {
  accountId: 1,
  kind: "person",
  name: "ada",
  systemRole: "none",
  everywhere: null,
  memberships: new Map(),
  grants: new Map(),
  confinedTo: null,
};
const RESOURCE: RepositoryResource = {
  kind: "repository",
  name: parseRepositoryName("acme/api"),
  id: 7,
  isPublic: false,
  namespaceId: 3,
  createsOnPush: true,
  membersRole: "read",
};
const ACTIONS = Object.keys(REPOSITORY_ACTIONS) as RepositoryAction[];

const grant = (values: Partial<Grant>): Grant => ({
  role: "write",
  via: null,
  repositoryId: null,
  pattern: null,
  ...values,
});

const CASES: Rights[] = [
  RIGHTS,
  { ...RIGHTS, systemRole: "administrator" },
  { ...RIGHTS, systemRole: "auditor" },
  { ...RIGHTS, memberships: new Map([[3, "owner"]]) },
  { ...RIGHTS, memberships: new Map([[3, "member"]]) },
  { ...RIGHTS, everywhere: { role: "write", via: "htpasswd" } },
  ...ROLES.map((role) => ({ ...RIGHTS, grants: new Map([[3, [grant({ role, via: "team qa" })]]]) })),
  {
    ...RIGHTS,
    grants: new Map([[3, [grant({ pattern: "acme/web-*" }), grant({ repositoryId: 8 }), grant({ role: "read" })]]]),
  },
  { ...RIGHTS, confinedTo: 8, grants: new Map([[3, [grant({})]]]) },
  { ...RIGHTS, confinedTo: 7, memberships: new Map([[3, "owner"]]) },
];

test("what counts is what decides: the best role of the rules that count is the role", () => {
  for (const rights of CASES) {
    for (const isPublic of [true, false]) {
      for (const action of ACTIONS) {
        const resource = { ...RESOURCE, isPublic };
        const principal = principalOf(rights, { kind: "password" }, null);
        const why = explain(principal, action, resource);
        expect(why.isAllowed).toBe(authorize(principal, action, resource).isAllowed);
        expect(why.role).toBe(roleOn(rights, resource)?.role ?? null);
        const counted = why.rules.flatMap((it) => (it.counts && it.role !== null ? [ROLES.indexOf(it.role)] : []));
        expect(counted.length === 0 ? null : ROLES[Math.max(...counted)]!).toBe(why.role);
        expect(why.isAllowed).toBe(why.reason === "");
      }
    }
  }
});

test("rules about other repositories are shown as such", () => {
  const why = explain(principalOf(CASES[10]!, { kind: "password" }, null), "push", RESOURCE);
  expect(why.rules.map((it) => [it.pattern, it.counts])).toEqual([
    ["acme/web-*", false],
    [null, false],
    [null, true],
  ]);
  expect(why.reason).toContain("needs role write");
});

test("what is public is explained to nobody in particular; a ceiling is a rule", () => {
  expect(explain(ANONYMOUS, "pull", { ...RESOURCE, isPublic: true }).isAllowed).toBe(true);
  const stranger = explain(STRANGER, "pull", { ...RESOURCE, isPublic: true });
  expect([stranger.isAllowed, stranger.rules[0]?.counts]).toEqual([false, false]);
  const scopes = [{ actions: ["pull"] as const, pattern: "acme/*" }];
  const limited = principalOf(CASES[3]!, { kind: "password" }, { kind: "scopes", scopes, token: "ci" });
  const why = explain(limited, "push", RESOURCE);
  expect([why.isAllowed, why.role, why.rules.at(-1)?.kind, why.rules.at(-1)?.counts]).toEqual([
    false,
    "admin",
    "ceiling",
    false,
  ]);
});

test("a push that would make its repository", () => {
  const rights = { ...RIGHTS, grants: new Map([[3, [grant({})]]]) };
  const principal = principalOf(rights, { kind: "password" }, null);
  const place = { ...RESOURCE, id: null };
  expect(explain(principal, "push", place).rules.at(-1)).toMatchObject({ kind: "creation", counts: true });
  expect(explain(principal, "push", { ...place, createsOnPush: false })).toMatchObject({
    isAllowed: false,
    role: "write",
  });
});
