/** Organisations and their members, for operators. */
import { z } from "zod";
import type { Member } from "../../accounts/members.ts";
import type { Namespace } from "../../accounts/namespace.ts";
import { cursor, toPage } from "../../contract/page.ts";
import { RegistryError } from "../../errors.ts";
import { implement } from "../../http/contract-routes.ts";
import { type OperatorOrg, organisationsApi as api, type OrgMember } from "../org-api.ts";
import type { Organising } from "../parts.ts";
import type { OperatorRoute } from "./desk.ts";

const namespaceCursor = cursor("namespaces by name", () => z.tuple([z.string().max(300)]));
const memberCursor = cursor("members by account", () => z.tuple([z.int()]));

/** Also where storage.readonly is true: who may in, and who not, has to be said at any time. */
export function orgRoutes({ namespaces, members, handOver }: Organising): OperatorRoute[] {
  const routes: OperatorRoute[] = [
    implement(api.list, {
      needs: null,
      handle: async ({ query: { limit, after } }, { caller }) => {
        const [last = ""] = namespaceCursor.decode(after) ?? [];
        const rows = await namespaces.list(caller, last, limit + 1);
        return toPage(rows, limit, { item: orgOf, cursor: ({ name }) => namespaceCursor.encode([name]) });
      },
    }),
    implement(api.members, {
      needs: null,
      handle: async ({ query: { name, limit, after } }) => {
        const { id } = await namespaces.get(name);
        const [last = 0] = memberCursor.decode(after) ?? [];
        const rows = await members.list(id, last, limit + 1);
        return toPage(rows, limit, { item: memberOf, cursor: ({ accountId }) => memberCursor.encode([accountId]) });
      },
    }),
    implement(api.create, {
      needs: null,
      handle: async ({ body: { name, owner } }, { caller }) => orgOf(await namespaces.create(caller, name, {}, owner)),
    }),
    implement(api.putMember, {
      needs: null,
      handle: async ({ body: { name, account, role } }, { caller }) => {
        const { id } = await namespaces.get(name);
        return memberOf(await members.put(id, account, role, caller));
      },
    }),
    implement(api.handOver, {
      needs: null,
      handle: async ({ body: { name, account } }, { caller }) => {
        const { id } = await namespaces.get(name);
        return orgOf(await handOver.give(id, account, caller));
      },
    }),
    implement(api.removeMember, {
      needs: null,
      handle: async ({ body: { name, account } }, { caller }) => {
        const { id } = await namespaces.get(name);
        await members.remove(id, account, caller);
        return { account };
      },
    }),
  ];
  return routes.map((route) => ({ ...route, handle: namingWhatIsMissing(route.handle) }));
}

/** Of the address itself an older server says NOT_FOUND: what is missing here is a name. */
function namingWhatIsMissing(handle: OperatorRoute["handle"]): OperatorRoute["handle"] {
  return async (context, caller) => {
    try {
      return await handle(context, caller);
    } catch (error) {
      if (!(error instanceof RegistryError) || error.code !== "NOT_FOUND") throw error;
      throw new RegistryError("NAME_UNKNOWN", { message: error.message, cause: error });
    }
  };
}

function orgOf({ name, kind, displayName, createdAt }: Namespace): OperatorOrg {
  return { name, kind, displayName, createdAt };
}

function memberOf({ name, role, createdAt }: Member): OrgMember {
  return { account: name, role, createdAt };
}
