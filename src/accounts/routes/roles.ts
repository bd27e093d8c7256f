/** The route of the table of rights. */
import { PUBLIC, type Needs } from "../../access/needs.ts";
import type { Principal } from "../../access/principal.ts";
import { NAMESPACE_ACTIONS, REPOSITORY_ACTIONS, ROLES, SYSTEM_ACTIONS } from "../../access/roles.ts";
import { implement } from "../../http/contract-routes.ts";
import type { Route } from "../../http/router.ts";
import { rolesApi } from "../api/roles.ts";

export function roleRoutes(): Route<Needs, Principal>[] {
  return [
    implement(rolesApi.list, {
      needs: PUBLIC,
      handle: () => ({
        roles: [...ROLES],
        repository: Object.entries(REPOSITORY_ACTIONS).map(([action, it]) => ({ action, ...it })),
        namespace: Object.entries(NAMESPACE_ACTIONS).map(([action, it]) => ({ action, ...it })),
        registry: Object.entries(SYSTEM_ACTIONS).map(([action, it]) => ({ action, ...it })),
      }),
    }),
  ];
}
