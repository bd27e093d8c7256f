/** Routes of grants. */
import { onNamespace, onRepository, type Needs } from "../../access/needs.ts";
import type { Principal } from "../../access/principal.ts";
import { toPage } from "../../contract/page.ts";
import { RegistryError } from "../../errors.ts";
import { implement } from "../../http/contract-routes.ts";
import type { Route } from "../../http/router.ts";
import { parseRepositoryName } from "../../oci/reference.ts";
import { grantCursor, grantsApi } from "../api/grants.ts";
import type { NamedGrant } from "../grants.ts";
import { formatTime, type NamespaceRoutesParts } from "./common.ts";

export function grantRoutes(parts: NamespaceRoutesParts): Route<Needs, Principal>[] {
  const { namespaces, grants, findRepository, database } = parts;
  const repositoryOf = async (name: string): Promise<{ repositoryId: number; namespaceId: number }> => {
    const { id, namespaceId } = await findRepository(database, parseRepositoryName(name));
    if (id === null || namespaceId === null) throw new RegistryError("NOT_FOUND");
    return { repositoryId: id, namespaceId };
  };
  return [
    implement(grantsApi.list, {
      needs: onNamespace("inspect-namespace"),
      handle: async ({ params, query }) => {
        const { id } = await namespaces.get(params.namespace);
        return pageOf(await grants.list(id, afterOf(query.after), query.limit + 1), query.limit);
      },
    }),
    implement(grantsApi.put, {
      needs: onNamespace("administer-namespace"),
      handle: async ({ params, body: { subject, on, role } }, { caller }) => {
        const { id } = await namespaces.get(params.namespace);
        if (on.kind !== "repository") return show(await grants.put(id, { subject, on, role }, caller));
        const named =
          "id" in on
            ? ({ kind: "repository", id: Number(on.id) } as const)
            : ({ kind: "repository", name: parseRepositoryName(on.name) } as const);
        return show(await grants.put(id, { subject, on: named, role }, caller));
      },
    }),
    implement(grantsApi.delete, {
      needs: onNamespace("administer-namespace"),
      handle: async ({ params }, { caller }) => {
        const { id } = await namespaces.get(params.namespace);
        await grants.delete(id, Number(params.grant), caller);
        return undefined;
      },
    }),
    implement(grantsApi.listOn, {
      needs: onRepository("see-grants"),
      handle: async ({ params, query }) => {
        const { repositoryId } = await repositoryOf(params.repository);
        return pageOf(await grants.listOn(repositoryId, afterOf(query.after), query.limit + 1), query.limit);
      },
    }),
    implement(grantsApi.putOn, {
      needs: onRepository("administer"),
      handle: async ({ params, body: { subject, role } }, { caller }) => {
        const { repositoryId: id, namespaceId } = await repositoryOf(params.repository);
        return show(await grants.put(namespaceId, { subject, on: { kind: "repository", id }, role }, caller));
      },
    }),
    implement(grantsApi.deleteOn, {
      needs: onRepository("administer"),
      handle: async ({ params }, { caller }) => {
        await grants.deleteOn(await repositoryOf(params.repository), Number(params.grant), caller);
        return undefined;
      },
    }),
  ];
}

function afterOf(after: string | undefined): number {
  const [id] = grantCursor.decode(after) ?? [0];
  return id;
}

function pageOf(rows: NamedGrant[], limit: number) {
  return toPage(rows, limit, { item: show, cursor: ({ id }) => grantCursor.encode([id]) });
}

function show({ id, subject, on, role, createdAt, createdBy }: NamedGrant) {
  return {
    id: String(id),
    subject,
    on: on.kind === "repository" ? { ...on, id: String(on.id) } : on,
    role,
    createdAt: formatTime(createdAt),
    createdBy,
  };
}
