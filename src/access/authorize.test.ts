import { describe, expect, test } from "bun:test";
import { parseRepositoryName } from "../oci/reference.ts";
import { authorize, type RepositoryResource, roleOn } from "./authorize.ts";
import { type Ceiling, SCOPE_ACTIONS } from "./ceiling.ts";
import { ANONYMOUS, OPEN_ANONYMOUS, OPERATOR, type Principal, principalOf, STRANGER } from "./principal.ts";
import type { Rights } from "./rights.ts";
import {
  isRoleAtLeast,
  NAMESPACE_ACTIONS,
  type NamespaceAction,
  REPOSITORY_ACTIONS,
  type RepositoryAction,
  ROLES,
} from "./roles.ts";

const ACTIONS = Object.keys(REPOSITORY_ACTIONS) as RepositoryAction[];
const ACME = 7;

function repository(changes: Partial<RepositoryResource> = {}): RepositoryResource {
  return {
    kind: "repository",
    name: parseRepositoryName("acme/api"),
    id: 1,
    isPublic: false,
    namespaceId: ACME,
    createsOnPush: true,
    membersRole: null,
    ...changes,
  };
}

function account(changes: Partial<Rights> = {}, ceiling: Ceiling | null = null): Principal {
  const rights: Rights = {
    accountId: 5,
    kind: "person",
    name: "ada",
    systemRole: "none",
    everywhere: null,
    memberships: new Map(),
    grants: new Map(),
    confinedTo: null,
    ...changes,
  };
  return principalOf(rights, { kind: "password" }, ceiling);
}

const granted = (role: (typeof ROLES)[number], via: string | null = null) =>
  new Map([[ACME, [{ repositoryId: 1, pattern: null, role, via }]]]);

describe("authorize", () => {
  test.each(ACTIONS)(
    "%s: whoever reaches an open registry may, and so may its operator; strangers may not",
    (action) => {
      expect(authorize(OPEN_ANONYMOUS, action, repository()).isAllowed).toBe(true);
      expect(authorize(OPERATOR, action, repository()).isAllowed).toBe(true);
      expect(authorize(ANONYMOUS, action, repository())).toMatchObject({
        isAllowed: false,
        cause: "anonymous",
        isHidden: true,
      });
      expect(authorize(STRANGER, action, repository({ isPublic: true })).isAllowed).toBe(false);
      expect(authorize(ANONYMOUS, action, repository({ isPublic: true })).isAllowed).toBe(action === "pull");
    },
  );

  test("on an open registry strangers make nothing that outlives its claim", () => {
    const namespace = { kind: "namespace", id: ACME, name: "acme" } as const;
    expect(authorize(OPEN_ANONYMOUS, "administer-namespace", namespace).isAllowed).toBe(false);
    expect(authorize(OPEN_ANONYMOUS, "create-namespace", { kind: "system" }).isAllowed).toBe(false);
    expect(authorize(OPEN_ANONYMOUS, "administer", { kind: "system" }).isAllowed).toBe(false);
    expect(authorize(OPEN_ANONYMOUS, "administer-account", { kind: "account", id: 1 }).isAllowed).toBe(false);
    expect(authorize(OPEN_ANONYMOUS, "list", { kind: "system" }).isAllowed).toBe(true);
    expect(authorize(OPERATOR, "administer", { kind: "system" }).isAllowed).toBe(true);
  });

  test.each(ROLES.flatMap((role) => ACTIONS.map((action) => [role, action] as const)))(
    "role %s, %s: as the table says",
    (role, action) => {
      const needed = REPOSITORY_ACTIONS[action].role;
      const decision = authorize(account({ grants: granted(role) }), action, repository());
      expect(decision.isAllowed).toBe(isRoleAtLeast(role, needed));
    },
  );

  test("a refusal says what is needed, what one has, and through what", () => {
    const reader = account({ grants: granted("read", "team qa") });
    expect(authorize(reader, "push", repository())).toEqual({
      isAllowed: false,
      cause: "rights",
      isHidden: false,
      reason: "push to acme/api needs role write; you have read through team qa",
    });
  });

  test("to an outsider a private repository and one that is not there are the same", () => {
    const outsider = account();
    for (const action of ACTIONS) {
      const hidden = authorize(outsider, action, repository());
      expect(hidden).toMatchObject({ isAllowed: false, isHidden: true });
      expect(authorize(outsider, action, repository({ id: null }))).toEqual(hidden);
      expect(authorize(outsider, action, repository({ id: null, namespaceId: null }))).toEqual(hidden);
    }
  });

  test("owners have everything of their namespace, members what it gives to all of them", () => {
    const owner = account({ memberships: new Map([[ACME, "owner"]]) });
    const member = account({ memberships: new Map([[ACME, "member"]]) });
    for (const action of ACTIONS) expect(authorize(owner, action, repository()).isAllowed).toBe(true);
    expect(authorize(owner, "pull", repository({ namespaceId: 8 })).isAllowed).toBe(false);
    expect(authorize(member, "pull", repository()).isAllowed).toBe(false);
    expect(authorize(member, "pull", repository({ membersRole: "read" })).isAllowed).toBe(true);
    expect(authorize(member, "push", repository({ membersRole: "read" })).isAllowed).toBe(false);
  });

  test("grants on a pattern or the whole namespace hold for what does not exist yet; one on a repository does not", () => {
    const grants = (grant: { repositoryId: number | null; pattern: string | null }) =>
      account({ grants: new Map([[ACME, [{ ...grant, role: "write" as const, via: null }]]]) });
    const absent = repository({ id: null });
    expect(authorize(grants({ repositoryId: null, pattern: null }), "push", absent).isAllowed).toBe(true);
    expect(authorize(grants({ repositoryId: null, pattern: "acme/a*" }), "push", absent).isAllowed).toBe(true);
    expect(authorize(grants({ repositoryId: null, pattern: "acme/b*" }), "push", absent).isAllowed).toBe(false);
    expect(authorize(grants({ repositoryId: 1, pattern: null }), "push", absent).isAllowed).toBe(false);
    const closed = { ...absent, createsOnPush: false };
    expect(authorize(grants({ repositoryId: null, pattern: null }), "push", closed)).toMatchObject({
      isAllowed: false,
      reason: expect.stringContaining("does not let pushes make any"),
    });
  });

  test("a push makes no namespace, not even an administrator's", () => {
    const administrator = account({ systemRole: "administrator" });
    expect(authorize(administrator, "push", repository({ id: null, namespaceId: null })).isAllowed).toBe(false);
    for (const action of ACTIONS) expect(authorize(administrator, action, repository()).isAllowed).toBe(true);
  });

  test("an auditor reads everything and changes nothing", () => {
    const auditor = account({ systemRole: "auditor" });
    expect(ACTIONS.filter((action) => authorize(auditor, action, repository()).isAllowed)).toEqual([
      "pull",
      "see-deleted",
      "see-grants",
    ]);
    const namespace = { kind: "namespace", id: ACME, name: "acme" } as const;
    const may = (Object.keys(NAMESPACE_ACTIONS) as NamespaceAction[]).filter(
      (action) => authorize(auditor, action, namespace).isAllowed,
    );
    expect(may).toEqual(["list-members", "inspect-namespace"]);
    expect(authorize(auditor, "inspect", { kind: "system" }).isAllowed).toBe(true);
    expect(authorize(auditor, "administer", { kind: "system" }).isAllowed).toBe(false);
    expect(authorize(auditor, "administer-account", { kind: "account", id: 9 }).isAllowed).toBe(false);
  });

  test("a robot that is confined to a repository has nothing elsewhere", () => {
    const robot = account({
      kind: "robot",
      confinedTo: 1,
      grants: new Map([[ACME, [{ repositoryId: null, pattern: null, role: "write", via: null }]]]),
    });
    expect(authorize(robot, "push", repository()).isAllowed).toBe(true);
    expect(authorize(robot, "pull", repository({ id: 2 })).isAllowed).toBe(false);
  });

  test("the best of several roles counts", () => {
    const both = new Map([
      [
        ACME,
        [
          { repositoryId: 1, pattern: null, role: "read" as const, via: "team a" },
          { repositoryId: null, pattern: "acme/*", role: "maintain" as const, via: "team b" },
        ],
      ],
    ]);
    const { rights } = account({ grants: both });
    expect(rights && roleOn(rights, repository())).toMatchObject({ role: "maintain", via: "team b" });
  });
});

describe("ceilings", () => {
  const owner = new Map([[ACME, "owner" as const]]);
  const scoped = (actions: ("pull" | "push" | "delete" | "manage")[], pattern: string) =>
    account({ memberships: owner }, { kind: "scopes", scopes: [{ actions, pattern }], token: "ci" });

  test("a token does no more than it was made for, and says so", () => {
    expect(authorize(scoped(["pull"], "acme/*"), "pull", repository()).isAllowed).toBe(true);
    expect(authorize(scoped(["pull"], "acme/*"), "push", repository())).toMatchObject({
      isAllowed: false,
      cause: "ceiling",
      reason: 'the token "ci" was not made for push on acme/api',
    });
    expect(authorize(scoped(["pull", "push"], "acme/web*"), "pull", repository()).isAllowed).toBe(false);
    expect(
      authorize(scoped(["manage"], "acme/*"), "administer-namespace", { kind: "namespace", id: ACME, name: "acme" })
        .isAllowed,
    ).toBe(false);
    expect(
      authorize(scoped(["manage"], "*"), "administer-namespace", { kind: "namespace", id: ACME, name: "acme" })
        .isAllowed,
    ).toBe(true);
  });

  test("a limited token of an auditor or an administrator sees no other accounts and inspects nothing, but says whose it is", () => {
    for (const systemRole of ["auditor", "administrator"] as const) {
      const limited = (pattern: string) =>
        account({ systemRole }, { kind: "scopes", scopes: [{ actions: [...SCOPE_ACTIONS], pattern }], token: "ci" });
      const [some, all] = [limited("acme/*"), limited("*")];
      const namespace = { kind: "namespace", id: 8, name: "other" } as const;
      for (const [action, resource] of [
        ["see-account", { kind: "account", id: 9 }],
        ["list-members", namespace],
        ["inspect-namespace", namespace],
        ["inspect", { kind: "system" }],
        ["pull", repository({ name: parseRepositoryName("other/api"), namespaceId: 8 })],
      ] as const) {
        expect([action, authorize(some, action, resource)]).toMatchObject([action, { cause: "ceiling" }]);
        expect([action, authorize(all, action, resource).isAllowed]).toEqual([action, true]);
      }
      expect(authorize(some, "see-account", { kind: "account", id: 5 }).isAllowed).toBe(true);
      expect(authorize(some, "administer-account", { kind: "account", id: 5 }).isAllowed).toBe(false);
      const forPulls = account(
        { systemRole },
        { kind: "scopes", scopes: [{ actions: ["pull"], pattern: "*" }], token: "ci" },
      );
      expect(authorize(forPulls, "see-account", { kind: "account", id: 9 }).isAllowed).toBe(false);
      expect(authorize(forPulls, "inspect-namespace", namespace).isAllowed).toBe(false);
    }
  });

  test("a token gives nothing that its account has not", () => {
    const outsider = account({}, { kind: "scopes", scopes: [{ actions: ["push"], pattern: "*" }], token: "ci" });
    expect(authorize(outsider, "push", repository())).toMatchObject({ isAllowed: false, cause: "rights" });
  });

  test("an entry of a JWT opens its repository by id, whatever has the name by now", () => {
    const entry = { name: "acme/api", repositoryId: 1, namespaceId: null, actions: ["pull", "push"] as const };
    const caller = account({ memberships: owner }, { kind: "entries", entries: [entry], catalog: false, parent: null });
    expect(authorize(caller, "push", repository()).isAllowed).toBe(true);
    expect(authorize(caller, "push", repository({ id: 2 })).isAllowed).toBe(false);
    expect(authorize(caller, "delete", repository()).isAllowed).toBe(false);
    expect(authorize(caller, "list", { kind: "system" }).isAllowed).toBe(false);
  });

  test("one for a name without a repository holds in its namespace alone", () => {
    const entry = { name: "acme/api", repositoryId: null, namespaceId: ACME, actions: ["push"] as const };
    const caller = account(
      {
        memberships: new Map([
          [ACME, "owner"],
          [8, "owner"],
        ]),
      },
      { kind: "entries", entries: [entry], catalog: true, parent: null },
    );
    expect(authorize(caller, "push", repository({ id: null })).isAllowed).toBe(true);
    expect(authorize(caller, "push", repository({ id: 3 })).isAllowed).toBe(true);
    expect(authorize(caller, "push", repository({ id: 3, namespaceId: 8 })).isAllowed).toBe(false);
    expect(authorize(caller, "list", { kind: "system" }).isAllowed).toBe(true);
  });

  test("what was made with a limited token is limited like it", () => {
    const entry = { name: "acme/api", repositoryId: 1, namespaceId: null, actions: ["pull", "push"] as const };
    const parent = {
      kind: "scopes" as const,
      scopes: [{ actions: ["pull" as const], pattern: "acme/*" }],
      token: "ci",
    };
    const caller = account({ memberships: owner }, { kind: "entries", entries: [entry], catalog: false, parent });
    expect(authorize(caller, "pull", repository()).isAllowed).toBe(true);
    expect(authorize(caller, "push", repository()).isAllowed).toBe(false);
  });
});
