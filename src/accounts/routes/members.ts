/** Routes of an organisation's members. */
import { onNamespace, type Needs } from "../../access/needs.ts";
import type { Principal } from "../../access/principal.ts";
import { toPage } from "../../contract/page.ts";
import { implement } from "../../http/contract-routes.ts";
import type { Route } from "../../http/router.ts";
import { memberCursor, membersApi } from "../api/members.ts";
import type { Member } from "../members.ts";
import { assertAdministers, formatTime, type NamespaceRoutesParts } from "./common.ts";

export function memberRoutes({ namespaces, members }: NamespaceRoutesParts): Route<Needs, Principal>[] {
  return [
    implement(membersApi.list, {
      needs: onNamespace("list-members"),
      handle: async ({ params, query }) => {
        const { id } = await namespaces.get(params.namespace);
        const [after] = memberCursor.decode(query.after) ?? [0];
        const rows = await members.list(id, after, query.limit + 1);
        return toPage(rows, query.limit, { item: show, cursor: (it) => memberCursor.encode([it.accountId]) });
      },
    }),
    implement(membersApi.put, {
      needs: onNamespace("administer-namespace"),
      handle: async ({ params, body }, { caller }) => {
        const { id } = await namespaces.get(params.namespace);
        return show(await members.put(id, params.account, body.role, caller));
      },
    }),
    implement(membersApi.remove, {
      // Members may leave; whom else one may remove is seen below.
      needs: onNamespace("list-members"),
      handle: async ({ params }, { caller }) => {
        const found = await namespaces.get(params.namespace);
        const isOneself = caller.rights?.kind === "person" && caller.rights.name === params.account.toLowerCase();
        if (!isOneself) assertAdministers(caller, found);
        await members.remove(found.id, params.account, caller);
        return undefined;
      },
    }),
  ];
}

function show({ accountId, name, displayName, role, source, createdAt }: Member) {
  return {
    accountId: String(accountId),
    account: name,
    displayName,
    role,
    source: source === "" ? null : source,
    createdAt: formatTime(createdAt),
  };
}
