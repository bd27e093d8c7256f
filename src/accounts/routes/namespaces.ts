/** Routes of namespaces. */
import type { z } from "zod";
import { ANYONE, CALLER, onNamespace, onSystem, type Needs } from "../../access/needs.ts";
import type { Principal } from "../../access/principal.ts";
import { toPage } from "../../contract/page.ts";
import { answer, implement, versioned } from "../../http/contract-routes.ts";
import type { Route } from "../../http/router.ts";
import { namespaceCursor, namespacesApi, type namespace } from "../api/namespaces.ts";
import type { Namespace } from "../namespace.ts";
import { formatTime, formatTimeOrNull, type NamespaceRoutesParts } from "./common.ts";

export function namespaceRoutes({
  namespaces,
  namespaceBin,
  handOver,
}: NamespaceRoutesParts): Route<Needs, Principal>[] {
  return [
    implement(namespacesApi.list, {
      needs: onSystem("list"),
      handle: async ({ query }, { caller }) => {
        const [last] = namespaceCursor.decode(query.after) ?? [""];
        const rows = query.deleted
          ? await namespaceBin.list(caller, last, query.limit + 1)
          : await namespaces.list(caller, last, query.limit + 1);
        return toPage(rows, query.limit, { item: show, cursor: ({ name }) => namespaceCursor.encode([name]) });
      },
    }),
    implement(namespacesApi.create, {
      needs: onSystem("create-namespace"),
      handle: async ({ body: { name, ...settings } }, { caller }) => {
        const made = await namespaces.create(caller, name, given(settings));
        return answer(show(made), { location: `/api/v1/namespaces/${made.name}` });
      },
    }),
    implement(namespacesApi.get, {
      needs: ANYONE,
      handle: async ({ params }, { caller }) => {
        const found = await namespaces.getVisible(caller, params.namespace);
        return versioned(show(found), versionOf(found));
      },
    }),
    implement(namespacesApi.update, {
      needs: onNamespace("administer-namespace"),
      handle: async ({ params, body }, { caller, ifMatch }) => {
        const { id } = await namespaces.get(params.namespace);
        const check = (before: Namespace) => ifMatch.assert(versionOf(before));
        const changed = await namespaces.update(id, given(body), caller, check);
        return versioned(show(changed), versionOf(changed));
      },
    }),
    implement(namespacesApi.rename, {
      needs: onNamespace("administer-namespace"),
      handle: async ({ params, body }, { caller }) => {
        const { id } = await namespaces.get(params.namespace);
        return show(await namespaces.rename(id, body.name, caller));
      },
    }),
    implement(namespacesApi.handOver, {
      needs: onSystem("administer"),
      handle: async ({ params, body }, { caller }) => {
        const { id } = await namespaces.get(params.namespace);
        return show(await handOver.give(id, body.account, caller));
      },
    }),
    implement(namespacesApi.delete, {
      needs: onNamespace("administer-namespace"),
      handle: async ({ params }, { caller }) => {
        const { id } = await namespaces.get(params.namespace);
        await namespaceBin.delete(id, caller);
        return undefined;
      },
    }),
    implement(namespacesApi.restore, {
      // What is deleted has no owners for the guard; `restore` looks at its rows.
      needs: CALLER,
      handle: async ({ params }, { caller }) => show(await namespaceBin.restore(params.namespace, caller)),
    }),
    implement(namespacesApi.purge, {
      needs: onSystem("administer"),
      handle: async ({ params }, { caller }) => {
        await namespaceBin.purge(params.namespace, caller);
        return undefined;
      },
    }),
    implement(namespacesApi.verify, {
      needs: onSystem("administer"),
      handle: async ({ params, body }, { caller }) => {
        const { id } = await namespaces.get(params.namespace);
        return show(await namespaces.setVerifiedPublisher(id, body.isVerifiedPublisher, caller));
      },
    }),
  ];
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the fields that were left out. */
function given<T extends object>(fields: T): Given<T> {
  // Fewer of the same fields, with the same values.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;
}

function show(it: Namespace): z.output<ReturnType<typeof namespace>> {
  return {
    id: String(it.id),
    name: it.name,
    kind: it.kind,
    displayName: it.displayName,
    description: it.description,
    defaultVisibility: it.defaultVisibility,
    createsOnPush: it.createsOnPush,
    membersRole: it.membersRole,
    isVerifiedPublisher: it.isVerifiedPublisher,
    createdAt: formatTime(it.createdAt),
    deletedAt: formatTimeOrNull(it.deletedAt),
  };
}

/** Of everything that is shown: the row has no counter of its own. */
function versionOf(it: Namespace): string {
  return Bun.hash(JSON.stringify(show(it))).toString(36);
}
