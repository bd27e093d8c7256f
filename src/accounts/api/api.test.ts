/** What must hold of every endpoint of this folder. */
import { expect, test } from "bun:test";
import { assertContract } from "../../contract/assert-contract.ts";
import { grantsApi } from "./grants.ts";
import { invitationsApi } from "./invitations.ts";
import { membersApi } from "./members.ts";
import { namespacesApi } from "./namespaces.ts";
import { robotsApi } from "./robots.ts";
import { rolesApi } from "./roles.ts";
import { teamsApi } from "./teams.ts";

test("objects are strict, texts and lists have limits, ids and addresses are there once", () => {
  const api = { namespacesApi, membersApi, teamsApi, grantsApi, invitationsApi, robotsApi, rolesApi };
  expect(() => assertContract(api)).not.toThrow();
});
