/** Part of the composition root: namespaces, their members, teams, grants, invitations and robots over the hub API. */
import type { Needs } from "./access/needs.ts";
import type { Principal } from "./access/principal.ts";
import { grantsApi } from "./accounts/api/grants.ts";
import { invitationsApi } from "./accounts/api/invitations.ts";
import { membersApi } from "./accounts/api/members.ts";
import { namespacesApi } from "./accounts/api/namespaces.ts";
import { robotsApi } from "./accounts/api/robots.ts";
import { rolesApi } from "./accounts/api/roles.ts";
import { teamsApi } from "./accounts/api/teams.ts";
import { grantRoutes } from "./accounts/routes/grants.ts";
import { invitationRoutes } from "./accounts/routes/invitations.ts";
import { memberRoutes } from "./accounts/routes/members.ts";
import { namespaceRoutes } from "./accounts/routes/namespaces.ts";
import { robotRoutes } from "./accounts/routes/robots.ts";
import { roleRoutes } from "./accounts/routes/roles.ts";
import { teamRoutes } from "./accounts/routes/teams.ts";
import type { Api } from "./contract/endpoint.ts";
import type { Database, Queryable } from "./database/database.ts";
import type { Route } from "./http/router.ts";
import type { NamespaceParts } from "./namespace-parts.ts";
import type { RepositoryName } from "./oci/reference.ts";
import type { Repositories } from "./repositories/repositories.ts";

export const namespaceHubApi = {
  namespaces: namespacesApi,
  members: membersApi,
  teams: teamsApi,
  grants: grantsApi,
  invitations: invitationsApi,
  robots: robotsApi,
  roles: rolesApi,
} satisfies Api;

export function namespaceHubRoutes(
  parts: NamespaceParts,
  { database, repositories }: { database: Database; repositories: Repositories },
): Route<Needs, Principal>[] {
  const all = {
    ...parts,
    database,
    findRepository: (on: Queryable, name: RepositoryName) => repositories.find(on, name),
  };
  return [
    ...namespaceRoutes(all),
    ...memberRoutes(all),
    ...teamRoutes(all),
    ...grantRoutes(all),
    ...invitationRoutes(all),
    ...robotRoutes(all),
    ...roleRoutes(),
  ];
}
