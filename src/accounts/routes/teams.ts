/** Routes of an organisation's teams. A team is looked for within the namespace that the caller may change. */
import { onNamespace, type Needs } from "../../access/needs.ts";
import type { Principal } from "../../access/principal.ts";
import { toPage } from "../../contract/page.ts";
import { answer, implement } from "../../http/contract-routes.ts";
import type { Route } from "../../http/router.ts";
import { teamCursor, teamMemberCursor, teamsApi } from "../api/teams.ts";
import type { Team, TeamMember } from "../teams.ts";
import { formatTime, type NamespaceRoutesParts } from "./common.ts";

export function teamRoutes({ namespaces, teams }: NamespaceRoutesParts): Route<Needs, Principal>[] {
  const find = async (params: { namespace: string; team: string }): Promise<Team> =>
    await teams.get((await namespaces.get(params.namespace)).id, params.team);
  const ofNamespace = async (name: string): Promise<number> => (await namespaces.get(name)).id;
  return [
    implement(teamsApi.list, {
      needs: onNamespace("list-members"),
      handle: async ({ params, query }) => {
        const [last] = teamCursor.decode(query.after) ?? [""];
        const rows = await teams.list(await ofNamespace(params.namespace), last, query.limit + 1);
        return toPage(rows, query.limit, { item: show, cursor: ({ name }) => teamCursor.encode([name]) });
      },
    }),
    implement(teamsApi.create, {
      needs: onNamespace("administer-namespace"),
      handle: async ({ params, body }, { caller }) => {
        const { id, name } = await namespaces.get(params.namespace);
        const made = await teams.create(id, body.name, body.description, caller);
        return answer(show(made), { location: `/api/v1/namespaces/${name}/teams/${made.name}` });
      },
    }),
    implement(teamsApi.get, {
      needs: onNamespace("list-members"),
      handle: async ({ params }) => show(await find(params)),
    }),
    implement(teamsApi.update, {
      needs: onNamespace("administer-namespace"),
      handle: async ({ params, body: { name, description } }, { caller }) => {
        const change = {
          ...(name === undefined ? {} : { name }),
          ...(description === undefined ? {} : { description }),
        };
        return show(await teams.update(await ofNamespace(params.namespace), params.team, change, caller));
      },
    }),
    implement(teamsApi.delete, {
      needs: onNamespace("administer-namespace"),
      handle: async ({ params }, { caller }) => {
        await teams.delete(await ofNamespace(params.namespace), params.team, caller);
        return undefined;
      },
    }),
    implement(teamsApi.listMembers, {
      needs: onNamespace("list-members"),
      handle: async ({ params, query }) => {
        const [id, source] = teamMemberCursor.decode(query.after) ?? [0, ""];
        const rows = await teams.listMembers((await find(params)).id, { id, source }, query.limit + 1);
        return toPage(rows, query.limit, {
          item: showMember,
          cursor: (it) => teamMemberCursor.encode([it.accountId, it.source]),
        });
      },
    }),
    implement(teamsApi.addMember, {
      needs: onNamespace("administer-namespace"),
      handle: async ({ params }, { caller }) => {
        await teams.addMember(await ofNamespace(params.namespace), params.team, params.account, caller);
        return undefined;
      },
    }),
    implement(teamsApi.removeMember, {
      needs: onNamespace("administer-namespace"),
      handle: async ({ params }, { caller }) => {
        await teams.removeMember(await ofNamespace(params.namespace), params.team, params.account, caller);
        return undefined;
      },
    }),
    implement(teamsApi.getGroups, {
      needs: onNamespace("list-members"),
      handle: async ({ params }) => ({ groups: await teams.listGroups((await find(params)).id) }),
    }),
    implement(teamsApi.putGroups, {
      needs: onNamespace("administer-namespace"),
      handle: async ({ params, body }, { caller }) => {
        await teams.setGroups(await ofNamespace(params.namespace), params.team, body.groups, caller);
        return { groups: await teams.listGroups((await find(params)).id) };
      },
    }),
  ];
}

function show({ id, name, description, createdAt }: Team) {
  return { id: String(id), name, description, createdAt: formatTime(createdAt) };
}

function showMember({ accountId, name, displayName, source, createdAt }: TeamMember) {
  return {
    accountId: String(accountId),
    account: name,
    displayName,
    source: source === "" ? null : source,
    createdAt: formatTime(createdAt),
  };
}
