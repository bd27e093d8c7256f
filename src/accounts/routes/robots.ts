/** Routes of a namespace's robots. */
import { onNamespace, type Needs } from "../../access/needs.ts";
import type { Principal } from "../../access/principal.ts";
import { parsePattern } from "../../access/pattern.ts";
import { toPage } from "../../contract/page.ts";
import { answer, implement } from "../../http/contract-routes.ts";
import type { Route } from "../../http/router.ts";
import { parseRepositoryName } from "../../oci/reference.ts";
import { robotCursor, robotsApi, robotTokenCursor } from "../api/robots.ts";
import type { Robot, RobotToken } from "../robots.ts";
import { expiryOf, formatTime, formatTimeOrNull, type NamespaceRoutesParts } from "./common.ts";

export function robotRoutes({ namespaces, robots }: NamespaceRoutesParts): Route<Needs, Principal>[] {
  const ofNamespace = async (name: string): Promise<number> => (await namespaces.get(name)).id;
  return [
    implement(robotsApi.list, {
      needs: onNamespace("list-members"),
      handle: async ({ params, query }) => {
        const [last] = robotCursor.decode(query.after) ?? [""];
        const rows = await robots.list(await ofNamespace(params.namespace), last, query.limit + 1);
        return toPage(rows, query.limit, { item: show, cursor: ({ name }) => robotCursor.encode([name]) });
      },
    }),
    implement(robotsApi.create, {
      needs: onNamespace("administer-namespace"),
      handle: async ({ params, body: { name, description, repository } }, { caller }) => {
        const namespace = await namespaces.get(params.namespace);
        const confinedTo = repository === null ? null : parseRepositoryName(repository);
        const made = await robots.create(namespace.id, { name, description, repository: confinedTo }, caller);
        return answer(show(made), { location: `/api/v1/namespaces/${namespace.name}/robots/${made.name}` });
      },
    }),
    implement(robotsApi.get, {
      needs: onNamespace("list-members"),
      handle: async ({ params }) => show(await robots.get(await ofNamespace(params.namespace), params.robot)),
    }),
    implement(robotsApi.update, {
      needs: onNamespace("administer-namespace"),
      handle: async ({ params, body: { description, isDisabled } }, { caller }) => {
        const change = {
          ...(description === undefined ? {} : { description }),
          ...(isDisabled === undefined ? {} : { isDisabled }),
        };
        return show(await robots.update(await ofNamespace(params.namespace), params.robot, change, caller));
      },
    }),
    implement(robotsApi.delete, {
      needs: onNamespace("administer-namespace"),
      handle: async ({ params }, { caller }) => {
        await robots.delete(await ofNamespace(params.namespace), params.robot, caller);
        return undefined;
      },
    }),
    implement(robotsApi.listTokens, {
      needs: onNamespace("inspect-namespace"),
      handle: async ({ params, query }) => {
        const { id } = await robots.get(await ofNamespace(params.namespace), params.robot);
        const [after] = robotTokenCursor.decode(query.after) ?? [0];
        const rows = await robots.listTokens(id, after, query.limit + 1);
        return toPage(rows, query.limit, { item: showToken, cursor: (it) => robotTokenCursor.encode([it.id]) });
      },
    }),
    implement(robotsApi.createToken, {
      needs: onNamespace("administer-namespace"),
      handle: async ({ params, body: { name, scopes, expiresInDays } }, { caller }) => {
        const checked = scopes?.map(({ actions, pattern }) => ({ actions, pattern: parsePattern(pattern) })) ?? null;
        const token = { name, scopes: checked, expiresAt: expiryOf(expiresInDays) };
        const made = await robots.createToken(await ofNamespace(params.namespace), params.robot, token, caller);
        return { id: String(made.id), token: made.text };
      },
    }),
    implement(robotsApi.rotateToken, {
      needs: onNamespace("administer-namespace"),
      handle: async ({ params, body }, { caller }) => {
        const next = { graceMs: body.graceSeconds * 1_000, expiresAt: expiryOf(body.expiresInDays) };
        const id = await ofNamespace(params.namespace);
        const made = await robots.rotateToken(id, params.robot, Number(params.token), next, caller);
        return { id: String(made.id), token: made.text };
      },
    }),
    implement(robotsApi.revokeToken, {
      needs: onNamespace("administer-namespace"),
      handle: async ({ params }, { caller }) => {
        await robots.revokeToken(await ofNamespace(params.namespace), params.robot, Number(params.token), caller);
        return undefined;
      },
    }),
  ];
}

function show({ id, name, description, repository, isDisabled, createdAt }: Robot) {
  return { id: String(id), name, description, repository, isDisabled, createdAt: formatTime(createdAt) };
}

function showToken({ id, name, hint, scopes, createdAt, expiresAt, lastUsedAt, lastUsedAddress }: RobotToken) {
  return {
    id: String(id),
    name,
    hint,
    // A copy: the schema's list is one that may be changed.
    scopes: scopes?.map(({ actions, pattern }) => ({ actions: [...actions], pattern })) ?? null,
    createdAt: formatTime(createdAt),
    expiresAt: formatTimeOrNull(expiresAt),
    lastUsedAt: formatTimeOrNull(lastUsedAt),
    lastUsedAddress,
  };
}
