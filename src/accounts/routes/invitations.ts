/** Routes of invitations. */
import { CALLER, onNamespace, PUBLIC, type Needs } from "../../access/needs.ts";
import type { Principal } from "../../access/principal.ts";
import { toPage } from "../../contract/page.ts";
import { implement } from "../../http/contract-routes.ts";
import type { Route } from "../../http/router.ts";
import { invitationCursor, invitationsApi } from "../api/invitations.ts";
import type { Invitation } from "../invitations.ts";
import { formatTime, personOf, type NamespaceRoutesParts } from "./common.ts";

export function invitationRoutes({ namespaces, invitations }: NamespaceRoutesParts): Route<Needs, Principal>[] {
  return [
    implement(invitationsApi.list, {
      needs: onNamespace("inspect-namespace"),
      handle: async ({ params, query }) => {
        const { id } = await namespaces.get(params.namespace);
        return pageOf(await invitations.list(id, afterOf(query.after), query.limit + 1), query.limit);
      },
    }),
    implement(invitationsApi.create, {
      needs: onNamespace("administer-namespace"),
      handle: async ({ params, body }, { caller }) => {
        const { id } = await namespaces.get(params.namespace);
        const { invitation, code } = await invitations.create(id, body, caller);
        return { invitation: show(invitation), code };
      },
    }),
    implement(invitationsApi.revoke, {
      needs: onNamespace("administer-namespace"),
      handle: async ({ params }, { caller }) => {
        const { id } = await namespaces.get(params.namespace);
        await invitations.revoke(id, Number(params.invitation), caller);
        return undefined;
      },
    }),
    implement(invitationsApi.listMine, {
      needs: CALLER,
      handle: async ({ query }, { caller }) => {
        const rows = await invitations.listTo(personOf(caller), afterOf(query.after), query.limit + 1);
        return pageOf(rows, query.limit);
      },
    }),
    implement(invitationsApi.accept, {
      needs: CALLER,
      handle: async ({ params }, { caller }) =>
        show(await invitations.accept(personOf(caller), Number(params.invitation), caller)),
    }),
    implement(invitationsApi.decline, {
      needs: CALLER,
      handle: async ({ params }, { caller }) => {
        await invitations.decline(personOf(caller), Number(params.invitation), caller);
        return undefined;
      },
    }),
    // Whoever has a code may not have an account yet.
    implement(invitationsApi.show, {
      needs: PUBLIC,
      handle: async ({ body }) => show(await invitations.findByCode(body.code)),
    }),
    implement(invitationsApi.acceptCode, {
      needs: CALLER,
      handle: async ({ body }, { caller }) => show(await invitations.acceptCode(personOf(caller), body.code, caller)),
    }),
    implement(invitationsApi.declineCode, {
      needs: PUBLIC,
      handle: async ({ body }, { caller }) => {
        await invitations.declineCode(body.code, caller);
        return undefined;
      },
    }),
  ];
}

function afterOf(after: string | undefined): number {
  const [id] = invitationCursor.decode(after) ?? [0];
  return id;
}

function pageOf(rows: Invitation[], limit: number) {
  return toPage(rows, limit, { item: show, cursor: ({ id }) => invitationCursor.encode([id]) });
}

function show({ id, createdAt, expiresAt, ...rest }: Invitation) {
  return { ...rest, id: String(id), createdAt: formatTime(createdAt), expiresAt: formatTime(expiresAt) };
}
